"""A step whose unit an expression gives (gl:unitFrom): who gets it, what is refused, and what the department beside the town may do."""

from dataclasses import replace

import pytest
from sqlalchemy import Connection

from engine import clock as clocks
from engine import definitions
from engine.administration import standing_in
from engine.administration.standing_in import Wish
from engine.errors import ExpressionFailed, InvalidDefinition, InvalidState, InvalidValues, NotFound
from engine.notifications import inbox, service_tasks
from engine.people import directory
from engine.runtime import access, commands
from engine.studio import choices, differences, manual
from engine.supervision import standing
from tests.town import LEADER, ROOT, Town

PEOPLE = (("wang", "王局", "d1"), ("ma", "马科", "d1"), ("he", "何处", "d2"), ("ju", "居中", "x"))


def _settle(c: Connection) -> None:
    for unit, name in (("d1", "市城市管理局"), ("d2", "市生态环境局")):
        directory.save_unit(c, {"id": unit, "name": name, "level": "department", "parent_id": "x"})
    for person, name, unit in PEOPLE:
        directory.save_person(c, person, {"name": name}, None)
        directory.set_posts(c, person, [("empowering_department", unit)])


@pytest.fixture
def offices(town: Town) -> Town:
    town.run(_settle)
    return town


def _asks(town: Town, unit: str, role: str = "empowering_department") -> None:
    town.draws(f"start s\nuser u name=\"指导\" gl:role=\"{role}\" gl:unitFrom='{unit}'\nend e\ns -> u -> e")
    town.report()


@pytest.mark.parametrize(("unit", "people"), [
    ('"d1"', {"wang", "ma"}), ('if case.id = 0 then "d1" else "d2"', {"he"}), ("null", {"ju"}), ('"x"', {"ju"})])
def test_a_step_goes_to_the_unit_that_an_expression_gives(offices: Town, unit: str, people: set[str]) -> None:
    _asks(offices, unit)
    assert {person for person, _, _ in PEOPLE if offices.todo(person)} == people


@pytest.mark.parametrize(("unit", "why"), [
    ('"nowhere"', "办理单位“nowhere”不存在"), ("7", "办理单位“7”不存在"), ('""', "办理单位“”不存在"),
    ("case.unit", "办理单位“柳林一网格”没有“赋权部门”这个岗位，它设在市或部门")])
def test_a_unit_that_cannot_do_it_is_refused_by_name(offices: Town, unit: str, why: str) -> None:
    with pytest.raises(ExpressionFailed, match=why):
        _asks(offices, unit)


def test_a_unit_without_a_role_is_found_before_it_is_published(town: Town) -> None:
    with pytest.raises(InvalidDefinition) as refused:
        town.draws("start s\nuser u name=\"办\" gl:assignee='case.reporter' gl:unitFrom='case.unit'\nend e\ns -> u -> e")
    assert "却没有写由该单位的哪个岗位办理" in " ".join(found.message for found in refused.value.findings)


def test_only_the_department_that_was_asked_sees_the_work(offices: Town) -> None:
    _asks(offices, '"d1"')
    with offices.database.reading() as c:
        seen = {person: access.may_see(c, directory.participant(c, person), access.cases.peeked(c, offices.case).row)
                for person, _, _ in PEOPLE}
    assert seen == {"wang": True, "ma": True, "he": False, "ju": False}


def test_work_of_a_department_is_handed_on_inside_it(offices: Town) -> None:
    _asks(offices, '"d1"')
    item = offices.item("wang", "指导")
    with offices.database.reading() as c:
        assert {one.id for one in commands.receivers(c, item, by=directory.participant(c, "wang"))} == {"wang", "ma"}
    for stranger in ("he", "ju"):
        with pytest.raises(InvalidState, match="请选择同岗位的人员"):
            offices.run(lambda c, to=stranger: commands.transfer(c, item, to, by=directory.participant(c, "wang"), reason="出差"))
    offices.run(lambda c: commands.transfer(c, item, "ma", by=directory.participant(c, "wang"), reason="出差"))
    assert offices.todo("ma") == ["指导"] and offices.todo("wang") == []


def test_a_colleague_of_the_department_may_prepare_it_and_nobody_of_the_town(offices: Town) -> None:
    _asks(offices, '"d1"')
    item, by = offices.item("wang", "指导"), offices.person("wang")
    with offices.database.reading() as c:
        assert [one.id for one in commands.helpers(c, item, by=by)] == ["ma"]
    for stranger in ("he", LEADER):
        with pytest.raises(InvalidState, match="不在本部门任职"):
            offices.run(lambda c, to=stranger: commands.delegate(c, item, to, by=by))
    offices.run(lambda c: commands.delegate(c, item, "ma", by=by))
    assert offices.todo("ma") == ["指导"]


def test_why_it_stands_names_the_department_and_its_people(offices: Town) -> None:
    _asks(offices, '"d1"')
    item = offices.item("wang", "指导")
    with offices.database.reading() as c:
        lying = standing.of_cases(c, [offices.case])[0]
    assert "派给市城市管理局赋权部门" in lying.sentence and lying.mover is not None and lying.mover.person in ("wang", "ma")
    offices.run(lambda c: commands.claim(c, item, by=directory.participant(c, "wang")))
    with offices.database.reading() as c:
        assert "在王局手里" in standing.of_cases(c, [offices.case])[0].sentence
    offices.run(lambda c: directory.set_posts(c, "wang", [("empowering_department", "d2")]))
    with offices.database.reading() as c:
        assert "王局已不在这个岗位" in standing.of_cases(c, [offices.case])[0].sentence


def test_a_case_of_before_departments_asks_the_city(offices: Town) -> None:
    offices.publishes_folder("first_case_guidance")
    offices.opens({"case_instance": 1, "department": "市城市管理局", "item_name": "某事项", "town_name": "青石镇"})
    assert {person for person, _, _ in PEOPLE if offices.todo(person)} == {"ju"}


@pytest.mark.parametrize(("unit", "told"), [("d1", {"wang", "ma"}), ("d2", {"he"}), (None, {"ju"})])
def test_a_reminder_reaches_the_same_people(offices: Town, unit: str | None, told: set[str]) -> None:
    _asks(offices, '"d1"')
    asked = {"role": "empowering_department", "scope": "city", "unit": unit, "text": "请尽快答复。"}

    def remind(c: Connection) -> None:
        service_tasks.remind(c, {**asked, "case_number": access.cases.peeked(c, offices.case).row.business_key})

    offices.run(remind)
    with offices.database.reading() as c:
        assert {person for person, _, _ in PEOPLE if any(one.text == "请尽快答复。" for one in inbox.of(c, person))} == told


def test_a_reminder_to_a_unit_that_does_not_exist_is_refused(offices: Town) -> None:
    _asks(offices, '"d1"')
    with offices.database.reading() as c:
        number = access.cases.peeked(c, offices.case).row.business_key
    asked = {"role": "empowering_department", "scope": "city", "unit": "nowhere", "text": "请答复。", "case_number": number}
    with pytest.raises(NotFound):
        offices.run(lambda c: service_tasks.remind(c, asked))


def test_a_colleague_of_the_same_department_stands_in_and_nobody_else(offices: Town) -> None:
    _asks(offices, '"d1"')
    today, by = clocks.today(), offices.person("wang")
    wish = Wish("wang", "he", ["empowering_department"], today, today, "外出培训")
    with pytest.raises(InvalidValues) as refusal:
        offices.run(lambda c: standing_in.arrange(c, wish, by=by))
    assert "同一部门" in refusal.value.errors["deputy"]
    offices.run(lambda c: standing_in.arrange(c, replace(wish, deputy="ma"), by=by))
    assert "王局" in offices.person("ma").posts[-1].title


def test_the_studio_offers_explains_and_compares_it() -> None:
    after = definitions.read_folder(ROOT / "bpmn" / "first_case_guidance", ROOT / "forms")
    before = replace(after, diagram=after.diagram.replace(b' gl:unitFrom="department_unit"', b""))
    step = next(one for one in manual.of(after).people if one.name == "首案指导")
    assert ("单位由表达式决定", "department_unit") in step.facts
    changed = differences.compare(before, after).of(differences.CHANGED)
    assert [(one.what, one.before, one.after) for change in changed for one in change.details] == [
        ("单位由表达式决定", "", "department_unit")]
    fields = {name for key, _, names in choices.GROUPS if key == "who" for name in names}
    assert "unitFrom" in fields
