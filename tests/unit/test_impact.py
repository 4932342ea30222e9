"""What a version would do to running cases, told before anything is moved, by version and step."""

from types import SimpleNamespace
from typing import Any

import pytest
from sqlalchemy import select

from engine import definitions
from engine.definitions import Package
from engine.errors import InvalidState, InvalidValues, NotAllowed, NotFound
from engine.people import directory
from engine.runtime import commands
from engine.runtime.commands.migrating import Plan
from engine.runtime.tables import deadline_clock, process_instance
from engine.spiff import Element
from engine.studio import drafts, impact, limit_words
from engine.studio.impact import Impact, Place
from tests.notation import boundary, many
from tests.notation import timer as timed
from tests.town import ADMIN, COMMANDER, FINDER, LAWYER, OFFICER, OTHER_OFFICER, Town, drawing

ROLE = 'gl:role="case_officer" gl:scope="town"'
CHECK = f'user check name="审核" {ROLE} gl:limit="5" gl:limitUnit="days"'
LINE = f"""
    start s
    user draw name="拟稿" gl:role="grid_worker" gl:scope="grid"
    {CHECK}
    user sign name="签发" {ROLE}
    end e
    s -> draw -> check -> sign -> e
"""
WITHOUT = LINE.replace(CHECK, f'user review name="复核" {ROLE}').replace("check", "review")


@pytest.fixture
def office(town: Town) -> Town:
    """A designer, and five cases of the first version: three wait at 审核, two at 拟稿."""
    def settle(c: Any) -> None:
        directory.save_person(c, "she", {"name": "设计员"}, None)
        directory.set_posts(c, "she", [("process_designer", "x")])
    town.run(settle)
    town.draws(LINE)
    for number in range(5):
        town.report()
        if number < 3:
            town.does(FINDER, "拟稿")
    return town


def of_version(town: Town, by: str = "she", **more: Any) -> Impact:
    with town.database.reading() as c:
        return impact.of_version(c, town.person(by), definitions.latest(c, town.process).id, **more)


def at(found: Impact, name: str) -> Place:
    return next(one for one in found.places if one.name == name)


def counts(found: Impact) -> tuple[int, int, int, int]:
    return found.summary.total, found.summary.unaffected, found.summary.can_move, found.summary.cannot


def test_a_step_that_changes_and_one_that_does_not(office: Town) -> None:
    office.draws(LINE.replace('gl:limit="5"', 'gl:limit="9"'))
    found = of_version(office)
    assert counts(found) == (5, 2, 3, 0)
    draw, check = at(found, "拟稿"), at(found, "审核")
    assert (draw.total, draw.stays, draw.can_move, draw.clocks) == (2, 2, 0, ())
    assert (check.total, check.stays, check.can_move) == (3, 0, 3)
    assert check.clocks == ("保持原来的时限 5日（新版本是 9日）。",)
    assert check.people == ("青石镇办案人员",)
    assert draw.people == ("柳林一网格网格员",)
    assert at(of_version(office, choice="restart"), "审核").clocks == ("时限由 5日 改为 9日，从移动时起重新计算。",)
    assert at(of_version(office, choice="re-rule"), "审核").clocks == ("时限由 5日 改为 9日，仍从这一步开始时算起。",)


def test_a_step_that_is_gone_until_it_is_mapped(office: Town) -> None:
    office.draws(WITHOUT)
    found = of_version(office)
    assert counts(found) == (5, 2, 0, 3)
    check = at(found, "审核")
    assert check.gone and check.suggested == "review" and found.suggested == {"check": "review"}
    assert [(text, number) for text, number in check.blocked] == [("“审核”在新版本中没有了，请指定对应的步骤。", 3)]
    mapped = of_version(office, mapping={"check": "review"})
    assert counts(mapped) == (5, 2, 3, 0)
    assert at(mapped, "审核").clocks == ("新版本没有时限，原来的 5日 不再计算。",)
    assert {"review", "draw", "sign"} == {one.id for one in found.targets}


def drafted(town: Town, diagram: str) -> int:
    she = town.person("she")
    def write(c: Any) -> int:
        draft = drafts.from_version(c, she, definitions.latest(c, "p").id)
        return drafts.save(c, she, draft.id, base_revision=draft.revision, files={"p.bpmn": drawing(diagram).decode()}).id
    return town.run(write)


def test_a_draft_is_judged_before_it_is_published_like_the_version_it_becomes(office: Town) -> None:
    draft = drafted(office, WITHOUT)
    with office.database.reading() as c:
        she = office.person("she")
        before = impact.of_draft(c, she, draft, mapping={"check": "review"}, choice="restart")
        assert impact.of_draft(c, she, draft).summary.cannot == 3
        with pytest.raises(NotAllowed):
            impact.of_draft(c, office.person(OFFICER), draft)
        with pytest.raises(NotFound):
            impact.of_draft(c, she, 999)
        for wrong in ({"mapping": {"check": "nowhere"}}, {"mapping": {"check": 5}}, {"choice": "never"}):
            with pytest.raises(InvalidValues):
                impact.of_draft(c, she, draft, **wrong)
    office.publishes(Package("p", "流程", drawing(WITHOUT)))
    assert of_version(office, mapping={"check": "review"}, choice="restart") == before and before.number == 2


def test_what_is_told_is_what_a_move_then_does(office: Town) -> None:
    """Several versions, a return, a delegation and a halt among them; every case is tried."""
    office.does(FINDER, "拟稿")
    sent_back = office.case
    office.acts(commands.send_back, OFFICER, office.item(OFFICER, "审核"), "draw", reason="重写", straight=True)
    office.draws(LINE.replace("签发", "批准"))
    office.report()
    office.does(FINDER, "拟稿")
    office.acts(commands.delegate, OFFICER, office.item(OFFICER, "审核"), OTHER_OFFICER)
    office.report()
    office.acts(commands.suspend, COMMANDER, office.case, reason="停")
    office.draws(WITHOUT)
    plan: dict[str, str | None] = {"check": "review"}
    found, refused = of_version(office, mapping=plan), []
    with office.database.reading() as c:
        to, ids = definitions.latest(c, "p").id, list(c.execute(select(process_instance.c.id)).scalars())
    for one in ids:
        try:
            office.acts(commands.migrate, ADMIN, one, Plan(to, plan, "keep", "试"))
        except InvalidState:
            refused.append(one)
    assert found.summary.total == len(ids) == 7
    assert found.summary.cannot == len(refused) == 3 and sent_back in refused
    told = {text for place in found.places for text, _ in place.blocked}
    assert any("直接返回" in text for text in told) and any("委派" in text for text in told) and any("挂起" in text for text in told)
    assert [place.number for place in found.places] == sorted((place.number for place in found.places), reverse=True)
    assert counts(of_version(office))[0] == 3


SIGNED = '<loopDataInputRef>signers</loopDataInputRef><inputDataItem id="signer"/>'
SIGNERS = many(SIGNED)


def wide(check: str = f'name="审核" {ROLE} gl:limit="5"', several: str = SIGNERS, rest: str = "rest", sign: str = "签发") -> str:
    """Two branches side by side, one of them a countersign, then a moment that is waited for."""
    return f"""
        start s
        script choose signers = ["{OFFICER}", "{LAWYER}"]
        user draw name="拟稿" gl:role="grid_worker" gl:scope="grid"
        par both
        user check {check}
        {boundary("late", "check", timed("Date", "deadline.due"), interrupting=False, attributes='name="超期"')}
        end noted
        <userTask id="ask" name="会签" gl:role="case_officer" gl:scope="town" gl:assignee="signer">{several}</userTask>
        par joined
        <intermediateCatchEvent id="{rest}" name="公示">{timed("Duration", '"P2D"')}</intermediateCatchEvent>
        user sign name="{sign}" {ROLE}
        end e
        s -> choose -> draw -> both -> check -> joined
        both -> ask -> joined
        joined -> {rest} -> sign -> e
        late -> noted
    """


ONE_AFTER_ANOTHER = wide().replace("par both\n", "").replace("par joined\n", "").replace("both -> ask -> joined\n", "").replace(
    "draw -> both -> check -> joined", "draw -> check -> ask -> rest").replace("joined -> rest", "rest")
CHANGES = (
    wide(sign="批准"), wide(f'name="审查" {ROLE} gl:limit="7"'), wide(several=many(SIGNED, sequential=True)), wide(rest="wait"),
    ONE_AFTER_ANOTHER)


def test_every_way_of_standing_is_told_as_it_is_tried(town: Town) -> None:
    """Parallel branches, a countersign half done, a waiting moment, an event on an edge; five new versions."""
    town.draws(wide())
    draw, check, one, other = (FINDER, "拟稿"), (OFFICER, "审核"), (OFFICER, "会签"), (LAWYER, "会签")
    ways = ((), (draw,), (draw, check), (draw, one), (draw, one, other), (draw, check, one, other), (draw,), (draw, one))
    for way in ways:
        town.report()
        for person, step in way:
            town.does(person, step)
    cannot = []
    for diagram in CHANGES:
        town.draws(diagram)
        told = of_version(town, LAWYER)
        why = refusals(town)
        assert (told.summary.total, told.summary.cannot) == (len(ways), len(why))
        assert {text for place in told.places for text, _ in place.blocked} == {text for one in why for text in one}
        cannot.append(told.summary.cannot)
    assert cannot == [0, 0, 5, 1, 6]


def refusals(town: Town) -> list[set[str]]:
    """Everything in the way of each case that cannot move to the newest version; those that can are moved and put back."""
    found = []
    with town.database.reading() as c:
        to, ids = definitions.latest(c, town.process).id, list(c.execute(select(process_instance.c.id)).scalars())
    for instance in ids:
        try:
            town.acts(commands.migrate, ADMIN, instance, Plan(to, {}, "keep", "试"))
            town.acts(commands.undo_move, ADMIN, instance, reason="试过了")
        except InvalidState as refusal:
            found.append({f"{text}。" for text in refusal.message.split("。") if text})
    return found


def test_cases_are_named_as_the_reader_may_see_them(office: Town) -> None:
    office.draws(WITHOUT)
    assert {(one.title, one.may_open) for place in of_version(office).places for one in place.cases} == {("", False)}
    assert all(one.title and one.may_open for place in of_version(office, LAWYER).places for one in place.cases)
    with pytest.raises(NotAllowed):
        of_version(office, OFFICER)


ALARM = boundary("late", "check", timed("Duration", '"P9D"'), interrupting=False, attributes='name="超期"') + "\nend noted\nlate -> noted"


@pytest.mark.parametrize(("diagram", "unaffected"), [
    (LINE.replace('name="审核"', 'name="审查"'), 2), (LINE.replace('name="签发"', 'name="批准"'), 5), (f"{LINE}\n{ALARM}", 2)],
    ids=["renamed", "a later step", "an event on its edge"])
def test_only_what_stands_at_a_changed_step_is_affected(office: Town, diagram: str, unaffected: int) -> None:
    office.draws(diagram)
    assert counts(of_version(office)) == (5, unaffected, 5 - unaffected, 0)


def test_what_changed_its_kind_and_an_event_that_is_gone_have_to_be_mapped(town: Town) -> None:
    town.draws(f"{LINE}\n{ALARM}")
    town.report()
    town.does(FINDER, "拟稿")
    inside = f'<startEvent id="t"/><userTask id="w" name="复审" {ROLE}/><endEvent id="u"/>'
    flows = '<sequenceFlow id="f1" sourceRef="t" targetRef="w"/><sequenceFlow id="f2" sourceRef="w" targetRef="u"/>'
    town.draws(LINE.replace(CHECK, f'<subProcess id="check" name="审核">{inside}{flows}</subProcess>'))
    found = of_version(town, LAWYER)
    assert {(one.element_id, one.gone, one.suggested) for one in found.places} == {("check", True, ""), ("late", True, "")}
    assert counts(of_version(town, LAWYER, mapping={"check": "sign", "late": None})) == (1, 0, 1, 0)
    event = at(of_version(town, LAWYER, mapping={"late": None}), "超期")
    assert event.total == 1 and not event.stays


def test_limits_that_hang_on_parameters_and_limits_that_are_new_or_gone() -> None:
    def version(limit: str, **known: Any) -> tuple[Any, Any]:
        element = Element("a", "甲", "userTask", None, None, {"limit": limit} if limit else {}, "p")
        return SimpleNamespace(parameters=known), element
    assert limit_words.told(version("3"), version("3"), "keep") == limit_words.told(version("3"), version("3"), "re-rule") == ()
    assert limit_words.told(version("3"), version("3"), "restart") == ("时限从移动时起重新计算：3个工作日。",)
    assert limit_words.told(version(""), version("3"), "keep") == ("从移动时起按 3个工作日 计算时限。",)
    assert limit_words.told(version("3"), version(""), "re-rule") == ("新版本没有时限，原来的 3个工作日 不再计算。",)
    told = limit_words.told(version("param.n", n=3), version("param.n", n=5), "keep")
    assert told == ("保持原来的时限 “param.n”（n=3）个工作日（新版本是 “param.n”（n=5）个工作日）。",)
    mapped = limit_words.told(version("3"), version("4"), "keep", mapped=True)
    assert mapped == ("原来的时限 3个工作日 不再计算，从移动时起按 4个工作日 计算。",)


@pytest.mark.parametrize(("limits", "choice", "words", "runs"), [
    ((5, 9), "keep", "保持原来的时限 5日", (0, 5)), ((5, 9), "restart", "改为 9日，从移动时起重新计算", (1, 9)),
    ((5, 9), "re-rule", "改为 9日，仍从这一步开始时算起", (0, 9)), ((5, 5), "restart", "时限从移动时起重新计算：5日", (1, 5)),
    ((5, None), "keep", "原来的 5日 不再计算", None), ((None, 9), "keep", "从移动时起按 9日 计算时限", (1, 9)),
    ((5, 9), "mapped", "原来的时限 5日 不再计算，从移动时起按 9日 计算", (1, 9))])
def test_limits_run_as_it_was_told(town: Town, limits: tuple[Any, Any], choice: str, words: str, runs: tuple[int, int] | None) -> None:
    """`runs`: days from the step's beginning to that of its limit, and the limit's length; None when none runs."""
    old, new = (LINE.replace('gl:limit="5" gl:limitUnit="days"', f'gl:limit="{one}" gl:limitUnit="days"' if one else "") for one in limits)
    town.draws(old)
    town.report()
    town.does(FINDER, "拟稿")
    began = town.clock()
    town.waits(days=1)
    town.draws((new.replace("check", "review") if choice == "mapped" else new).replace("签发", "批准"))
    plan: dict[str, str | None] = {"check": "review"} if choice == "mapped" else {}
    how = "keep" if choice == "mapped" else choice
    told = of_version(town, LAWYER, mapping=plan, choice=how)
    assert words in at(told, "审核").clocks[0] and counts(told) == (1, 0, 1, 0)
    with town.database.reading() as c:
        to = definitions.latest(c, "p").id
    town.acts(commands.migrate, ADMIN, town.case, Plan(to, plan, how, "试"))
    with town.database.reading() as c:
        found = c.execute(select(deadline_clock).where(deadline_clock.c.status == "running")).all()
    assert [((one.started_at - began).days, int(one.length)) for one in found] == ([runs] if runs else [])
