"""Whatever is begun beside a case, and whatever people answer in it: measures, preserved evidence, appraisal, transfers, remedies, the stop
of enforcement, publicity, payment, closing and the archive keep the order of the law.

Half of the walks begin when a case is filed, half when its decision has been served. People act in the case and in everything under it.
After every step: the case is lawful, nothing is held beyond its time, every process waits for somebody or something, and no number is
missing. At the end every document is made again from its record, byte for byte.
"""

from collections.abc import Iterator, Mapping
from typing import Any

import pytest
from sqlalchemy import or_, select

from engine import clock as engine_clock
from engine.cases import measures
from engine.clock import Simulated
from engine.database import Database
from engine.documents import making, numbering, register
from engine.errors import EngineError
from engine.forms import FieldState
from engine.runtime import clocks
from engine.runtime.case import RUNNING
from engine.runtime.tables import incident, job, process_instance, subscription, timer, work_item
from tests.conftest import START
from tests.properties.test_penalty_walk import OFFERED, must_be_lawful
from tests.properties.test_side_walk import SideWalk
from tests.side_case import SideCase, decided
from tests.town import HEAD, LAWYER, OFFICER, OTHER_OFFICER, Town

SEEDS, STEPS, BEGINS, MOST = range(4), 35, 0.15, 3
BEFORE = ("compulsory_measure", "evidence_preservation", "appraisal", "case_transfer", "crime_transfer")
AFTER = ("remedy", "remedy", "enforcement_stop", "evidence_preservation")
GOODS = [{"name": "推车", "spec": "三轮", "count": "1辆", "state": "旧", "note": ""}]
HELD = ("DL-B1", "DL-B3")
SIGN = {"item": "SR-sign", "item_name": "户外广告", "party_kind": "organisation", "party_name": "青石甲公司", "act_day": "2026-02-26",
        "facts": "门头广告破损。"}
PROCESSES = (*sorted(set(BEFORE + AFTER)), "publicity_term")


class MeasureWalk(SideWalk):
    """People who begin something beside the case as well, and act in whatever is open."""

    late = False

    def moves(self) -> None:
        if self.dice.random() < BEGINS and len(self.instances()) <= MOST:
            self.begins()
        super().moves()

    def begins(self) -> None:
        key = self.dice.choice(AFTER if self.late else BEFORE)
        who = self.town.person(LAWYER if key == "remedy" else OFFICER)
        try:
            self.town.run(lambda c: measures.begin(c, self.case.main, key, self._start(key), who))
            self.accepted += 1
        except EngineError:
            self.refused += 1

    def instances(self) -> list[int]:
        """The case and what is open under it."""
        query = select(process_instance.c.id).where(process_instance.c.status == RUNNING, or_(
            process_instance.c.id == self.case.main, process_instance.c.parent_id == self.case.main)).order_by(process_instance.c.id)
        with self.town.database.reading() as c:
            return list(c.execute(query).scalars())

    def _item(self) -> Any:
        with self.town.database.reading() as c:
            query = select(work_item).where(work_item.c.instance_id.in_(self.instances()), work_item.c.state.in_(OFFERED))
            rows = c.execute(query.order_by(work_item.c.created_at, work_item.c.name, work_item.c.id)).all()
        return self.dice.choice(rows) if rows else None

    def _start(self, key: str) -> Mapping[str, Any]:
        today = self.case.today
        known = {"inventory": GOODS, "reason": "可能灭失。", "keep_place": "仓库", "measure_kind": "seize",
                 "measure_urgent": self.dice.random() < 0.5,
                 "basis": "《Y市城市管理条例》第二十四条第三项", "remedy_kind": self.dice.choice(("reconsideration", "litigation")),
                 "remedy_procedure": self.dice.choice(("ordinary", "summary")), "applied_on": today, "accepted_on": today,
                 "copy_received_on": today, "document": "Y政复受〔2026〕8号", "kind": self.dice.choice(("suspend", "end")),
                 "clause": "a40_2"}
        return {name: value for name, value in known.items() if not (key == "remedy" and name in ("reason", "kind"))}

    def _answer(self, state: FieldState, person: str) -> Any:
        if state.type == "dynamiclist" and state.key in ("inventory", "goods"):
            return GOODS
        if state.key == "task_members":
            return [{"member": OFFICER}, {"member": OTHER_OFFICER}]
        if state.key == "clock_approver":
            return HEAD
        return super()._answer(state, person)


@pytest.fixture(params=SEEDS)
def walk(request: pytest.FixtureRequest, database: Database) -> Iterator[MeasureWalk]:
    simulated = Simulated(START)
    with engine_clock.use(simulated):
        case = SideCase(Town(database, simulated), "2026-03-02", *PROCESSES)
        case.sets({"measure_basis": "《Y市城市管理条例》第二十四条第三项"})
        walk = MeasureWalk(case, request.param)
        if request.param % 2:
            decided(case, filed="2026-03-02", noticed="2026-03-03", decided_on="2026-03-11", fine="5000", **SIGN)
            walk.late = True
        else:
            case.begins(**SIGN)
            case.files()
        yield walk


def test_whatever_runs_beside_a_case_keeps_the_order_of_the_law(walk: MeasureWalk) -> None:
    for _ in range(STEPS):
        walk.moves()
        walk.town.waits(hours=0.01)  # what was due at once has happened
        walk.case.back()
        must_be_lawful(walk)
        everything_waits(walk)
    assert walk.accepted > STEPS / 10
    assert walk.town.faults() == []
    every_document_is_made_again_from_its_record(walk)


def everything_waits(walk: MeasureWalk) -> None:
    with walk.town.database.reading() as c:
        assert c.execute(select(incident.c.id)).all() == [] and numbering.gaps(c) == ()
        for instance in walk.instances():
            waits = [c.execute(query).first() for query in (
                select(work_item.c.id).where(work_item.c.instance_id == instance, work_item.c.state.in_(OFFERED)),
                select(timer.c.id).where(timer.c.instance_id == instance, timer.c.fired_at.is_(None)),
                select(subscription.c.id).where(subscription.c.instance_id == instance),
                select(job.c.id).where(job.c.instance_id == instance, job.c.status != "done"))]
            assert any(waits), "a process waits for nobody and nothing"
            over = [one for one in clocks.of_case(c, instance) if one.rule in HELD and one.status == "running"
                    and one.due_at < walk.town.clock()]
            assert [(one.rule, one.started_at, one.due_at, walk.town.clock()) for one in over] == [], "something is held beyond its time"


def every_document_is_made_again_from_its_record(walk: MeasureWalk) -> None:
    made = 0
    with walk.town.database.reading() as c:
        for one in register.of_case(c, walk.case.main):
            if one.files and one.state == register.ISSUED:
                again = making.again(one, making.template_of(c, one), {})
                assert making.store.path_of(walk.town.files, one.sha256).read_bytes() == again.body
                made += 1
    assert made >= 1
