"""The page on which closed cases are played again on a draft, and another limit is tried on those that run."""

import datetime as dt

import pytest

from engine import clock, definitions
from engine.clock import Simulated
from engine.database import Database
from engine.definitions import Package
from engine.people import directory
from engine.runtime import commands, worklist
from engine.studio import drafts, replays
from tests.town import drawing
from web.aside import finished

STEPS = """
start s
user look name="核查" gl:role="case_officer" gl:limit="5" gl:limitUnit="days"
end e
s -> look -> e
"""


def text(answer: object) -> str:
    return answer.get_data(as_text=True)


def report(database: Database) -> None:
    with database.reading() as c:
        who = directory.participant(c, "wg01")
    database.run(lambda c: commands.start(c, "p", {}, by=who, unit=who.posts[0].unit_id))


def look(database: Database) -> None:
    with database.reading() as c:
        officer = directory.participant(c, "ba1")
        item = next(one for one in worklist.of(c, officer, "all", {}).entries if one.name == "核查")
    database.run(lambda c: commands.complete(c, item.id, {}, by=officer))


@pytest.fixture
def draft(database: Database) -> drafts.Draft:
    """Two closed cases, one of them after three days, one running; and a draft of the same process with another step."""
    time = Simulated(dt.datetime(2026, 3, 2, 1, 0, tzinfo=clock.UTC))
    with clock.use(time):
        made = database.run(lambda c: definitions.deploy(c, Package("p", "流程", drawing(STEPS)), by=None))
        report(database)
        look(database)
        report(database)
        time.advance(dt.timedelta(days=3))
        look(database)
        report(database)
        with database.reading() as c:
            who = directory.participant(c, "sheji")
        begun = database.run(lambda c: drafts.from_version(c, who, made.id))
    longer = STEPS.replace("s -> look -> e", 'user more name="登记" gl:role="case_officer"\ns -> look -> more -> e')
    return database.run(lambda c: drafts.save(c, who, begun.id, base_revision=1, files={"p.bpmn": drawing(longer).decode()}))


def test_closed_cases_are_played_again_and_told_apart(as_person: object, draft: drafts.Draft) -> None:
    at, designer = f"/studio/models/{draft.id}/replay", as_person("sheji")
    assert "还没有重演过" in text(designer.get(at))
    assert designer.post(at, {"most": "50"}).status_code == 302
    finished()
    page = text(designer.get(at))
    assert "已重演 2 件" in page and "走法不同" in page and "还要办：登记" in page


def test_what_cannot_be_asked_is_refused_in_words(as_person: object, draft: drafts.Draft, database: Database) -> None:
    at, designer = f"/studio/models/{draft.id}/replay", as_person("sheji")
    for most in ("0", "10001"):
        assert designer.post(at, {"most": most}).status_code == 422
    with database.reading() as c:
        who = directory.participant(c, "sheji")
    database.run(lambda c: replays.ask(c, who, draft.id, 10))
    refused = designer.post(at, {"most": "5"})
    assert refused.status_code == 422 and "正在重演" in text(refused)
    assert "已完成 0 / 2 件" in text(designer.get(at))
    designer.post(f"{at}/stop")
    assert as_person("jw1").get(at).status_code == 403


def test_a_run_whose_process_died_is_told(as_person: object, draft: drafts.Draft, database: Database) -> None:
    with database.reading() as c:
        who = directory.participant(c, "sheji")
    with clock.use(Simulated(clock.now() - dt.timedelta(hours=1))):
        database.run(lambda c: replays.ask(c, who, draft.id, 10))
    assert "中断了" in text(as_person("sheji").get(f"/studio/models/{draft.id}/replay"))


def test_another_limit_is_tried_on_what_was_and_what_runs(as_person: object, draft: drafts.Draft) -> None:
    at, designer = f"/studio/models/{draft.id}", as_person("sheji")
    with clock.use(Simulated(dt.datetime(2026, 3, 8, 1, 0, tzinfo=clock.UTC))):
        designer = as_person("sheji")
        page = text(designer.get(f"{at}/what-if?element=look&length=2&unit=days"))
        rows = [line for line in page.splitlines() if "正在办</td>" in line or "一年内办过</td>" in line]
        assert rows[0].count('<td class="num">1</td>') == 2 and '<td class="num">0</td>' in rows[0]
        assert '<td class="num">2</td><td class="num">0</td><td class="num">1</td>' in rows[1]
        assert "会立刻变成超期的" in page
        for wrong in ("length=x&unit=days", "length=-1&unit=days", "length=1&unit=moons", "length=1.5&unit=days", "length=nan&unit=days"):
            assert designer.get(f"{at}/what-if?element=look&{wrong}").status_code == 422


def test_a_way_that_was_taken_is_kept_as_an_example(as_person: object, draft: drafts.Draft, database: Database) -> None:
    at, designer = f"/studio/models/{draft.id}/examples", as_person("sheji")
    assert "2 件</span> 核查" in text(designer.get(f"{at}?ways=1"))
    designer.post(f"{at}/from-past", {"way": "核查", "name": "一般的一件"})
    with database.reading() as c:
        saved = drafts.open_draft(c, directory.participant(c, "sheji"), draft.id)
    assert "一般的一件" in saved.files["scenarios.yaml"] and "登记" in saved.files["scenarios.yaml"]
    assert designer.post(at).status_code == 302
    finished()
    assert "1 个例子全部成立" in text(designer.get(at))
    designer.post(f"{at}/from-past", {"way": "没有的", "name": "不行"})
    assert "没有这种走法" in text(designer.get(at))
