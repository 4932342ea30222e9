"""Publication waits for the examples: they run aside with progress, can be stopped, and what was proved once is not run again."""

import datetime as dt

import pytest

from engine import clock, definitions
from engine.clock import Simulated
from engine.database import Database
from engine.people import Participant, directory
from engine.rehearsal import trial
from engine.studio import drafts, example_runs, publishing
from engine.studio.example_runs import Wish
from tests.town import drawing
from web.aside import finished

STEPS = """
start s
user look name="核查" gl:role="case_officer"
end e
s -> look -> e
"""
HOLDS = "- 场景: 到办案人员\n  步骤:\n    - 上报: {岗位: grid_worker}\n    - 待办: {case_officer: [核查]}\n"
BREAKS = "- 场景: 不会这样\n  步骤:\n    - 上报: {岗位: grid_worker}\n    - 办结: true\n"


def text(answer: object) -> str:
    return answer.get_data(as_text=True)


@pytest.fixture
def sheji(database: Database) -> Participant:
    with database.reading() as c:
        return directory.participant(c, "sheji")


@pytest.fixture
def begun(database: Database, sheji: Participant) -> drafts.Draft:
    """A draft with one example that holds."""
    made = database.run(lambda c: definitions.deploy(c, definitions.Package("p", "流程", drawing(STEPS)), by=None))
    draft = database.run(lambda c: drafts.from_version(c, sheji, made.id))
    longer = drawing(STEPS.replace("核查", "到场核查")).decode()
    return database.run(lambda c: drafts.save(c, sheji, draft.id, base_revision=1, files={
        "p.bpmn": longer, "scenarios.yaml": HOLDS.replace("核查", "到场核查")}))


def changed(database: Database, by: Participant, draft: drafts.Draft, examples: str) -> drafts.Draft:
    return database.run(lambda c: drafts.save(c, by, draft.id, base_revision=draft.revision, files={"scenarios.yaml": examples}))


def asked(browser: object, draft: drafts.Draft, **more: str) -> object:
    today, found = clock.today().isoformat(), marks(browser, draft)
    wanted = {"revision": str(draft.revision), "reason": "改名", "effective_on": today, "confirmed": found}
    return browser.post(f"/studio/models/{draft.id}/publish", {**wanted, **more})


def marks(browser: object, draft: drafts.Draft) -> list[str]:
    """The marks of the warnings on the page that asks."""
    page = text(browser.get(f"/studio/models/{draft.id}/publish"))
    return [part.split('"', 1)[0] for part in page.split('name="confirmed" value="')[1:]]


def runs(database: Database) -> int:
    with database.reading() as c:
        return int(c.exec_driver_sql("select count(*) from studio_example_run").scalar_one())


def test_examples_run_aside_and_then_it_is_asked_for(as_person: object, begun: drafts.Draft, database: Database) -> None:
    designer = as_person("sheji")
    place = asked(designer, begun).headers["Location"]
    assert place.endswith("/publish/run")
    finished()
    answer = designer.get(place)
    assert answer.status_code == 302 and "/studio/requests/" in answer.headers["Location"]
    page = text(designer.get(answer.headers["Location"]))
    assert "已提交审批" in page
    assert as_person("fzy1").post(f"{answer.headers['Location']}/approve").status_code == 302
    with database.reading() as c:
        assert definitions.latest(c, "p").number == 2
    assert runs(database) == 1


def test_an_example_that_does_not_hold_keeps_it_from_being_asked_for(
        as_person: object, begun: drafts.Draft, sheji: Participant, database: Database) -> None:
    designer = as_person("sheji")
    place = asked(designer, changed(database, sheji, begun, BREAKS)).headers["Location"]
    finished()
    page = text(designer.get(place))
    assert "“不会这样”第 2 步" in page and "不能申请发布" in page and ">改名</textarea>" in page
    with database.reading() as c:
        assert publishing.of_draft(c, sheji, begun.id) == () and drafts.open_draft(c, sheji, begun.id).state == "open"


def test_what_was_proved_is_not_run_again_until_something_changes(
        as_person: object, begun: drafts.Draft, sheji: Participant, database: Database) -> None:
    designer = as_person("sheji")
    assert designer.post(f"/studio/models/{begun.id}/examples").status_code == 302
    finished()
    assert "1 个例子全部成立" in text(designer.get(f"/studio/models/{begun.id}/examples"))
    draft = changed(database, sheji, begun, HOLDS.replace("核查", "到场核查") + "\n")
    assert "结果已经过时" in text(designer.get(f"/studio/models/{begun.id}/examples"))

    database.run(lambda c: drafts.restore(c, sheji, draft.id, 2))
    with database.reading() as c:
        draft = drafts.open_draft(c, sheji, draft.id)
    answer = asked(designer, draft)

    assert "/studio/requests/" in answer.headers["Location"] and runs(database) == 1


def test_progress_is_shown_and_can_be_stopped(as_person: object, begun: drafts.Draft, sheji: Participant, database: Database) -> None:
    wish = Wish(begun.revision, "改名", clock.today(), ())
    run = database.run(lambda c: example_runs.begin(c, sheji, begun, wish))
    designer, place = as_person("sheji"), f"/studio/models/{begun.id}/publish"
    page = text(designer.get(f"{place}/run"))
    assert "正在运行例子 1/1" in page and '<noscript><meta http-equiv="refresh"' in page
    assert "正在运行例子 1/1" in text(designer.get(f"/studio/models/{begun.id}/examples"))
    assert database.run(lambda c: example_runs.begin(c, sheji, begun, wish)) is None

    designer.post(f"{place}/stop")
    example_runs.run(database, run)

    page = text(designer.get(f"{place}/run"))
    assert "已停止运行例子" in page and ">改名</textarea>" in page
    with database.reading() as c:
        assert publishing.of_draft(c, sheji, begun.id) == ()


def test_a_draft_saved_while_its_examples_run_is_not_asked_for(
        as_person: object, begun: drafts.Draft, sheji: Participant, database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    run = database.run(lambda c: example_runs.begin(c, sheji, begun, Wish(begun.revision, "改名", clock.today(), ())))
    shown = trial.run

    def saved_meanwhile(*args: object, **more: object) -> object:
        found = shown(*args, **more)
        changed(database, sheji, begun, BREAKS)
        return found
    monkeypatch.setattr(trial, "run", saved_meanwhile)
    example_runs.run(database, run)

    assert "草稿又有保存" in text(as_person("sheji").get(f"/studio/models/{begun.id}/publish/run"))
    with database.reading() as c:
        assert publishing.of_draft(c, sheji, begun.id) == ()


def test_a_run_whose_process_died_is_told(as_person: object, begun: drafts.Draft, sheji: Participant, database: Database) -> None:
    with clock.use(Simulated(clock.now() - dt.timedelta(hours=1))):
        database.run(lambda c: example_runs.begin(c, sheji, begun, Wish(begun.revision, "改名", clock.today(), ())))
    assert "中断了" in text(as_person("sheji").get(f"/studio/models/{begun.id}/publish/run"))
    assert "中断了" in text(as_person("sheji").get(f"/studio/models/{begun.id}/examples"))
