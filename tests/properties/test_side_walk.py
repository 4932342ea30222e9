"""Whatever people answer after a decision on the spot, and however long nobody does anything: enforcement keeps its order.

The walk goes over the shipped summary procedure with delivery, filing, cash, payment by instalments, surcharge, demand, court and
forced removal. After every step: no fine above its limit, no surcharge above the fine, nothing enforced before its time, somebody or
something waited for.
"""

import random
from collections.abc import Iterator
from typing import Any

import pytest
from sqlalchemy import func, select

from engine import clock as engine_clock
from engine.clock import Simulated
from engine.database import Database
from engine.documents.register import Issued
from engine.errors import EngineError
from engine.forms import FieldState
from engine.runtime import case as cases
from engine.runtime.tables import incident, timer, work_item
from tests.conftest import START
from tests.properties.test_penalty_walk import OFFERED, Walk
from tests.side_case import SideCase, spot
from tests.town import OFFICER, Town

SEEDS, STEPS = range(1, 4), 60
QUIET, LONG = 0.35, (20, 60, 200, 900, 2400)
"""How often, and for how many hours, nobody does anything."""
FINES = ("50", "100", "101", "200", "201")
PLAN_SHARE, REFUSED = 0.5, -1
DEMAND, APPLICATION, FORCING, SPOT = "DOC-36", "DOC-39", "DOC-37", "DOC-28"


class SideWalk(Walk):
    """The same people, less usual amounts, and much more time."""

    case: SideCase

    def moves(self) -> None:
        if self.dice.random() < QUIET:
            self.town.waits(hours=self.dice.choice(LONG))
        item = self._item()
        if item is None:
            return self.town.waits(hours=self.dice.choice(LONG))
        try:
            self._acts(item)
            self.accepted += 1
        except EngineError:
            self.refused += 1

    def _answer(self, state: FieldState, person: str) -> Any:
        if state.key == "plan":
            return [{"number": "1", "amount": self.dice.choice(FINES), "due": "2026-12-01"}]
        if state.key == "enforce_path":
            return self.dice.choice(("none", "none", "fire_lane", "planning_rural", "substitute"))
        if state.key == "summary_route":
            return "summary"
        if state.field.is_money:
            return self.dice.choice(FINES)
        if state.key == "decision_kinds":
            return ["fine"]
        if state.key in SPOKEN:
            return SPOKEN[state.key]
        return super()._answer(state, person)


SPOKEN = {key: value for key, value in spot().items() if isinstance(value, str) and key not in ("decision_fine", "collection")}


@pytest.fixture(params=SEEDS)
def walk(request: pytest.FixtureRequest, database: Database) -> Iterator[SideWalk]:
    simulated = Simulated(START)
    with engine_clock.use(simulated):
        case = SideCase(Town(database, simulated), "2026-03-16", "summary_penalty")
        case.begins_on_the_spot(item="SR-stall", item_name="占道经营", party_name="乙", act_day="2026-03-16", facts="占道摆摊。")
        case.step(OFFICER, "告知并听取意见", summary_route="summary")
        decides(case, random.Random(request.param))
        yield SideWalk(case, request.param)


def decides(case: SideCase, dice: random.Random) -> None:
    """The decision with what the form asks; sometimes in cash."""
    paid = dice.choice(("electronic", "electronic", "cash"))
    case.step(OFFICER, "当场决定处罚", **spot(collection=paid, prior_order="改3号", prior_order_photos=[case.photo(OFFICER)]))


def test_enforcement_keeps_its_order(walk: SideWalk) -> None:
    for _ in range(STEPS):
        walk.moves()
        must_be_in_order(walk.case)
    assert walk.accepted > STEPS / 10
    assert walk.town.faults() == []


def must_be_in_order(case: SideCase) -> None:
    owed, papers = case.owes(), case.papers()
    assert 0 <= owed.surcharge <= owed.fine <= 200_00  # NT-17, NT-13
    assert owed.overpaid == 0 and owed.unpaid >= 0
    nothing_before_its_time(case, papers)
    something_is_waited_for(case)


def nothing_before_its_time(case: SideCase, papers: dict[str, Issued]) -> None:
    """No application before the demand's ten days, no court's demand before nobody can sue, no removal before the party had its time."""
    known = case.clocks()
    if APPLICATION in papers:
        earliest = known["DL-E7"].earliest_at
        assert DEMAND in papers and earliest is not None and papers[APPLICATION].made_at >= earliest
        assert papers[APPLICATION].made_at > known["DL-F9"].due_at
    if FORCING in papers:
        waited = known.get("PRM-demand.days") or known["DL-E11"]
        assert papers[FORCING].made_at > waited.due_at


def something_is_waited_for(case: SideCase) -> None:
    """An open case has somebody's step or a timer; nothing automatic failed."""
    instance = case.main
    with case.town.database.reading() as c:
        status = cases.peeked(c, instance).row.status
        steps = c.execute(select(func.count()).select_from(work_item).where(
            work_item.c.instance_id == instance, work_item.c.state.in_(OFFERED))).scalar_one()
        timers = c.execute(select(func.count()).select_from(timer).where(
            timer.c.instance_id == instance, timer.c.fired_at.is_(None))).scalar_one()
        failed = c.execute(select(incident.c.id).where(incident.c.instance_id == instance)).all()
    assert failed == []
    assert status != cases.RUNNING or steps + timers > 0
