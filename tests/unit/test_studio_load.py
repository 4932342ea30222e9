"""The numbers that a load simulation takes from what was really done, and what becomes of others."""

import datetime as dt
from typing import Any

import pytest

from engine import definitions
from engine.definitions import Package
from engine.errors import InvalidValues, NotAllowed
from engine.people import directory
from engine.rehearsal.load_history import shared
from engine.studio import drafts, load
from engine.studio.load import Basis, Typed
from tests.town import FINDER, OFFICER, Town, drawing

STEPS = """
start s
user draw name="拟稿" gl:role="grid_worker" gl:scope="grid"
user check name="审核" gl:role="case_officer" gl:scope="town" gl:limit="2" gl:limitUnit="workingDays" gl:formRef="F-check"
xor x default="f_x_f"
user sign name="签发" gl:role="case_officer" gl:scope="town"
end e
end f
s -> draw -> check -> x
x -> sign [answer = "yes"]
sign -> e
<sequenceFlow id="f_x_f" sourceRef="x" targetRef="f"/>
"""
FORM = {"schemaVersion": 19, "type": "default", "id": "F-check", "components": [
    {"type": "radio", "key": "answer", "label": "结论", "values": [{"label": "是", "value": "yes"}, {"label": "否", "value": "no"}]}]}
SHE = "she"


@pytest.fixture
def office(town: Town) -> Town:
    """Four cases in two working days, checked for one working hour each; the first goes on to be signed, the others end."""
    def settle(c: Any) -> None:
        directory.save_person(c, SHE, {"name": "设计"}, None)
        directory.set_posts(c, SHE, [("process_designer", "x")])
    town.run(settle)
    town.publishes(Package("p", "流程", drawing(STEPS), {}, {"F-check": FORM}))
    return town


def worked(town: Town) -> None:
    for number in range(4):
        town.report()
        town.does(FINDER, "拟稿")
        town.claims(OFFICER, "审核")
        town.clock.advance(dt.timedelta(hours=1))
        town.does(OFFICER, "审核", answer="yes" if number == 0 else "no")
        if number == 1:
            town.clock.advance(dt.timedelta(hours=22))


def basis(town: Town, by: str = SHE) -> Basis:
    who = town.person(SHE)
    with town.database.reading() as c:
        version = definitions.latest(c, "p").id
    draft = town.run(lambda c: drafts.from_version(c, who, version))
    asking = town.person(by)
    with town.database.reading() as c:
        return load.basis(c, asking, draft.id)


def test_what_was_done_gives_the_numbers(office: Town) -> None:
    worked(office)
    found = basis(office)

    assert (found.cases, found.days, found.arrivals) == (4, 2, 2.0)
    hours = {step.id: (round(step.hours, 6), step.known) for step in found.steps}
    assert hours["check"] == (1.0, 4) and hours["sign"] == (load.UNKNOWN_HOURS, 0)
    assert {key: number for key, number in found.numbers.shares.items() if key[0] == "x"} == {("x", "f_x_sign"): 1, ("x", "f_x_f"): 3}
    assert found.numbers.limits["check"] == (2, "workingDays")
    assert [post.name for post in found.posts] == ["办案人员", "网格员"]


def test_twice_the_cases_and_half_the_people_wait_longer(office: Town) -> None:
    worked(office)
    found = basis(office)
    same = load.compare(found, Typed())
    more = load.compare(found, Typed(arrivals=12.0, people={"case_officer": 1}, hours={"check": 2.0}))

    assert same.before == same.after
    assert more.before == same.before and more.after.arrived > 4 * more.before.arrived
    check = next((one, other) for one, other in more.steps if one.id == "check")
    assert check[1].wait > check[0].wait and (check[1].rate or 0) > (check[0].rate or 0)


def test_without_a_past_the_number_of_cases_is_asked_for(office: Town) -> None:
    found = basis(office)

    assert (found.cases, found.arrivals) == (0, 0.0) and all(step.known == 0 for step in found.steps)
    with pytest.raises(InvalidValues):
        load.compare(found, Typed())
    assert load.compare(found, Typed(arrivals=3.0)).after.arrived > 100


@pytest.mark.parametrize("typed", [
    Typed(arrivals=0.0), Typed(arrivals=-1.0), Typed(arrivals=float("nan")), Typed(arrivals=1e9), Typed(1.0, {"case_officer": 0}),
    Typed(1.0, {"case_officer": 10**6}), Typed(1.0, {}, {"check": float("inf")}), Typed(1.0, {}, {"check": -0.1})])
def test_numbers_that_cannot_be_are_refused(office: Town, typed: Typed) -> None:
    with pytest.raises(InvalidValues):
        load.compare(basis(office), typed)


def test_only_those_who_may_read_processes_ask(office: Town) -> None:
    with pytest.raises(NotAllowed):
        basis(office, FINDER)


def test_what_one_person_has_in_hand_at_once_shares_the_time() -> None:
    assert dict(shared([(0.0, 4.0), (1.0, 3.0), (5.0, 6.0)], [0, 1, 2])) == {0: 3.0, 1: 1.0, 2: 1.0}
