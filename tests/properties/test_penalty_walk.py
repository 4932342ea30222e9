"""Whatever officers, reviewers and leaders answer, at whatever time, and wherever they send a case back to: what the law wants holds.

The walk goes over the shipped ordinary procedure with everything it calls. Some answers are usual, some are any; some people are not the
ones who should act. What is refused changes nothing; what is accepted is judged after every step.
"""

import datetime as dt
import random
from collections.abc import Iterator
from typing import Any

import pytest
from sqlalchemy import select

from engine import clock as engine_clock
from engine import forms
from engine.cases import duties, evidence, proposals
from engine.clock import Simulated, local
from engine.database import Database
from engine.documents import numbering
from engine.errors import EngineError
from engine.forms import FieldState
from engine.people import directory
from engine.runtime import clocks, commands, desk, watch
from engine.runtime.offers import CLAIMED, OPEN
from engine.runtime.tables import incident, work_item
from tests.conftest import START
from tests.town import BOSS, HEAD, HOST, LAWYER, LEADER, OFFICER, OTHER_OFFICER, Town
from tests.whole_case import WholeCase, leaves

OFFERED = (OPEN, CLAIMED)
SEEDS, STEPS, DECIDING = range(3), 60, 2
PEOPLE = (OFFICER, OTHER_OFFICER, LEADER, BOSS, LAWYER, HEAD, HOST)
FIRST_CHOICE, WRONG_PERSON, SEND_BACK, WAIT = 0.75, 0.06, 0.05, 0.25
"""Shares of the usual answer, of somebody who should not act, of sending back, of letting time pass."""
LAWFUL = {"proposal_basis": "XSR:18", "proposal_grade": "ordinary", "proposal_fine": "5000"}
FINES = ("800", "5000", "5001", "60000", "90000")


class Walk:
    """One case and people who do something with it, lawful or not."""

    def __init__(self, case: WholeCase, seed: int) -> None:
        self.ahead = seed % 3
        self.case, self.town, self.dice = case, case.town, random.Random(seed)
        self.accepted = self.refused = 0

    def moves(self) -> None:
        if self.dice.random() < WAIT:
            self.town.waits(hours=self.dice.choice((3, 20, 50, 130)))
        item = self._item()
        if item is None:
            return self.town.waits(hours=24)
        try:
            self._acts(item)
            self.accepted += 1
        except EngineError:
            self.refused += 1

    def _item(self) -> Any:
        with self.town.database.reading() as c:
            query = select(work_item).where(work_item.c.instance_id == self.town.case, work_item.c.state.in_(OFFERED))
            rows = c.execute(query.order_by(work_item.c.id)).all()
        return self.dice.choice(rows) if rows else None

    def _acts(self, item: Any) -> None:
        person = self._person(item)
        who = self.town.person(person)
        if self.dice.random() < SEND_BACK:
            with self.town.database.reading() as c:
                targets = commands.targets(c, item.id, by=who)
            if targets:
                back = self.dice.choice(targets).element_id
                self.town.acts(commands.send_back, person, item.id, back, reason="请核对")
                return
        with self.town.database.reading() as c:
            page = desk.of(c, item.id, who)
        said = self._answers(page, person)
        self.town.acts(commands.complete, person, item.id, said)
        if item.element_id.endswith("hearing_notice"):
            self.case.books(str(said["hearing_at"])[:len("2026-03-02")])

    def _person(self, item: Any) -> str:
        if self.dice.random() < WRONG_PERSON:
            return self.dice.choice(PEOPLE)
        if item.assignee:
            return str(item.assignee)
        with self.town.database.reading() as c:
            return self.dice.choice([one.id for one in directory.holders(c, item.candidate_role, "qs")] or PEOPLE)

    def _answers(self, page: Any, person: str) -> dict[str, Any]:
        values: dict[str, Any] = {}
        if page.form is None:
            return values
        for _ in range(4):
            for state in leaves(forms.fields(page.form, values, access=page.access, stored=page.stored, names=page.names)):
                if state.key not in values and state.mode == "write":
                    answer = self._answer(state, person)
                    if answer is not None:
                        values[state.key] = answer
        return values

    def _answer(self, state: FieldState, person: str) -> Any:
        usual = self.dice.random() < FIRST_CHOICE
        if state.key in LAWFUL and usual:
            return LAWFUL[state.key]
        if state.type in ("radio", "select") and state.options and not (usual and state.value):
            return state.options[0].value if usual else self.dice.choice(state.options).value
        if state.type == "checklist" and state.options and not state.value:
            chosen = self.dice.choice(state.options).value
            return ["fine"] if usual and any(option.value == "fine" for option in state.options) else [chosen]
        if state.field.is_money:
            return state.value if usual and state.value else self.dice.choice(FINES)
        if state.type == "dynamiclist":
            return [{"member": BOSS}, {"member": HEAD}]
        if state.type == "person":
            return state.value or (HOST if state.key == "host" and usual else self.dice.choice(PEOPLE))
        if state.type == "datetime" and not usual:
            day = local(self.town.clock()) + dt.timedelta(days=self.dice.choice((0, 9, 14)))
            return day.strftime("%Y-%m-%d" if state.field.subtype == "date" else "%Y-%m-%dT09:00")
        return self.case.usual(state, person)


@pytest.fixture(params=SEEDS)
def walk(request: pytest.FixtureRequest, database: Database) -> Iterator[Walk]:
    simulated = Simulated(START)
    with engine_clock.use(simulated):
        case = WholeCase(Town(database, simulated), "2026-03-02")
        case.begins(item="SR-sign", item_name="户外广告", party_kind="organisation", party_name="青石甲公司", act_day="2026-02-26",
                    facts="门头广告破损。")
        walk = Walk(case, request.param)
        goes_ahead(case, walk.ahead)
        yield walk


def goes_ahead(case: WholeCase, how_far: int) -> None:
    """The walk need not find the whole way by chance: it begins at the beginning, when the party is told, or before the decision."""
    if how_far == 0:
        return
    case.files()
    case.investigates()
    case.reports(proposal_kinds=["fine"], **LAWFUL)
    case.reviews()
    case.step(OFFICER, "事先告知")
    case.serves()
    if how_far == DECIDING:
        case.at("2026-03-10")
        case.step(OFFICER, "听取陈述申辩", statement_outcome="none")
        case.drafts(decision_kind="penalty")


def test_the_order_of_the_law_holds(walk: Walk) -> None:
    town = walk.town
    case, who = town.case, town.person(OFFICER)
    said = {"kind": "record", "title": "笔录", "origin": "现场检查", "place": "解放路", "collected_at": town.clock(),
            "collectors": ["卫十", "蒋甲"]}
    town.run(lambda c: evidence.add(c, case, said, (), who))
    for _ in range(STEPS):
        walk.moves()
        must_be_lawful(walk)
    assert walk.accepted >= 5
    assert walk.ahead != DECIDING or walk.case.last("decision") is not None
    assert town.faults() == []


def must_be_lawful(walk: Walk) -> None:
    case = walk.town.case
    with walk.town.database.reading() as c:
        known = duties.of(c, case)
        investigators = {one.person_id for one in known if one.duty in duties.INVESTIGATORS}
        others = {one.person_id for one in known if one.duty not in duties.INVESTIGATORS}
        assert not investigators & others, "who investigates reviews, hosts or decides nothing"
        notice, decision = (proposals.last(c, case, stage) for stage in (proposals.NOTICE, proposals.DECISION))
        if decision is not None:
            assert notice is not None and decision.fine <= notice.fine
            assert set(decision.kinds) <= set(notice.kinds)
            _heard(c, walk, decision)
        assert [one for one in watch.check_instances(c) if not one.sound] == []
        assert c.execute(select(incident.c.id)).all() == []
        if walk.case.file.status in ("preparing", "filed"):
            assert _is_timed(c, case), "an open case has a clock"
        assert numbering.gaps(c) == ()


def _heard(c: Any, walk: Walk, decision: proposals.Proposal) -> None:
    known = walk.case.variables
    assert known["notice_served_on"] and known["review_outcome"] == "agree"
    assert not known.get("hearing_requested") or known["hearing_held"]
    assert known.get("discussion_needed") is not True or known["discussion_held"]
    if known["statement_outcome"] != "waived":
        running = [one for one in clocks.of_case(c, walk.town.case) if one.rule == "DL-C1"][-1]
        assert decision.at > clocks.reading(c, running).due


def _is_timed(c: Any, case: int) -> bool:
    limits = c.execute(select(work_item.c.due_at).where(work_item.c.instance_id == case, work_item.c.state.in_(OFFERED))).scalars().all()
    return any(limits) or any(one.is_open for one in clocks.of_case(c, case))
