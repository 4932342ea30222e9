"""代理: whoever stands in sees and does the work of somebody who is away, in the roles and for the days agreed, in the own name."""

import datetime as dt

import pytest

from engine import clock as clocks
from engine.administration import standing_in
from engine.administration.standing_in import Wish
from engine.errors import InvalidState, InvalidValues, NotAllowed, NotFound
from engine.people import directory
from engine.runtime import commands
from tests.town import ADMIN, BOSS, CADRE, FAR_CADRE, LEADER, OFFICER, OTHER_OFFICER, Town

LINE = """
    start s
    user offered name="队长审核" gl:role="team_leader" gl:scope="town"
    user named name="承办" gl:role="case_officer" gl:scope="town" gl:assignee="&quot;wei&quot;"
    end e
    s -> offered -> named -> e
"""


def wish(**changes) -> Wish:
    today = clocks.today()
    return Wish(**{"person": LEADER, "deputy": OFFICER, "roles": ["team_leader"], "first": today, "last": today + dt.timedelta(days=2),
                   "reason": "外出培训", **changes})


def _arrange(town: Town, by: str = LEADER, **changes) -> int:
    return town.run(lambda c: standing_in.arrange(c, wish(**changes), by=town.person(by)))


def test_offered_work_is_the_deputys_for_the_days_agreed(town: Town) -> None:
    town.draws(LINE)
    town.report()
    assert town.todo(OFFICER) == []
    _arrange(town)
    assert town.todo(OFFICER) == ["队长审核"]
    town.waits(days=3)
    assert town.todo(OFFICER) == []
    assert town.todo(LEADER) == ["队长审核"]


def test_it_is_done_in_the_own_name_and_says_for_whom(town: Town) -> None:
    town.draws(LINE)
    town.report()
    _arrange(town)
    town.does(OFFICER, "队长审核")
    assert any("卫十（青石镇 执法队长（代褚九））" in line for line in town.story())
    assert not town.faults()


def test_work_assigned_by_name_is_the_deputys_too(town: Town) -> None:
    town.draws(LINE)
    town.report()
    town.does(LEADER, "队长审核")
    assert town.todo(OTHER_OFFICER) == []
    _arrange(town, by=OFFICER, person=OFFICER, deputy=OTHER_OFFICER, roles=["case_officer"])
    assert town.todo(OTHER_OFFICER, "mine") == ["承办"]
    town.does(OTHER_OFFICER, "承办")
    assert any("蒋甲（青石镇 办案人员（代卫十））办理“承办”" in line for line in town.story())


def test_who_stands_in_for_another_role_does_not_get_it(town: Town) -> None:
    town.draws(LINE)
    town.report()
    town.does(LEADER, "队长审核")
    town.run(lambda c: directory.set_posts(c, OFFICER, [("case_officer", "qs"), ("legal_reviewer", "qs")]))
    _arrange(town, by=OFFICER, person=OFFICER, deputy=BOSS, roles=["legal_reviewer"])
    assert town.todo(BOSS) == []
    with pytest.raises(InvalidState):
        town.acts(commands.complete, BOSS, town.item(OFFICER, "承办"), {})


def test_it_ends_before_its_time_when_said(town: Town) -> None:
    town.draws(LINE)
    town.report()
    made = _arrange(town)
    with pytest.raises(NotFound):
        town.run(lambda c: standing_in.end(c, made, by=town.person(BOSS)))
    town.run(lambda c: standing_in.end(c, made, by=town.person(LEADER)))
    assert town.todo(OFFICER) == []
    with pytest.raises(InvalidState):
        town.run(lambda c: standing_in.end(c, made, by=town.person(LEADER)))
    with town.database.reading() as c:
        assert [one.state for one in standing_in.of_person(c, town.person(OFFICER))] == ["ended"]


def test_nobody_arranges_it_for_others_but_an_administrator(town: Town) -> None:
    with pytest.raises(NotAllowed):
        _arrange(town, by=BOSS)
    assert _arrange(town, by=ADMIN)


def test_one_deputy_at_a_time(town: Town) -> None:
    _arrange(town)
    with pytest.raises(InvalidState, match="已经安排了代理"):
        _arrange(town, deputy=OTHER_OFFICER)


@pytest.mark.parametrize(("changes", "field"), [
    ({"deputy": LEADER}, "deputy"), ({"deputy": ADMIN}, "deputy"), ({"roles": []}, "roles"), ({"roles": ["head"]}, "roles"),
    ({"last": dt.date(2026, 3, 1)}, "last"), ({"last": dt.date(2028, 3, 1)}, "last"), ({"reason": " "}, "reason"),
    ({"document": "文" * 121}, "document"),
])
def test_what_cannot_be_is_refused_by_field(town: Town, changes: dict, field: str) -> None:
    with pytest.raises(InvalidValues) as refusal:
        _arrange(town, **changes)
    assert set(refusal.value.errors) == {field}


def test_an_administrators_role_is_never_lent(town: Town) -> None:
    with pytest.raises(InvalidValues) as refusal:
        _arrange(town, by=ADMIN, person=ADMIN, deputy=CADRE, roles=["system_admin"])
    assert "roles" in refusal.value.errors


def test_a_deputy_lends_nothing_on(town: Town) -> None:
    _arrange(town)
    with pytest.raises(InvalidValues):
        _arrange(town, by=OFFICER, person=OFFICER, deputy=FAR_CADRE, roles=["team_leader"])
