"""What a step costs when there is much more of everything: rounds, timers, cases, work items."""

import datetime as dt
import itertools
import statistics
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select

from engine import clock, ids
from engine.database import Database
from engine.people import Participant, directory
from engine.runtime import commands, overview, worklist
from engine.runtime.tables import process_instance, work_item
from tests.bench.figure import Figure, median_ms, seconds
from tests.bench.stores import Store, add
from tests.town import FINDER, GRID, Town

ROLE = 'gl:role="grid_worker" gl:scope="grid"'
LOOP = f'start s\nuser u1 name="甲" {ROLE}\nuser u2 name="乙" {ROLE}\nend e\ns -> u1 -> u2 -> e'
CHUNK, TRIED = 5000, 60


def measure(store: Store) -> list[Figure]:
    return [_send_backs(store.copy()), _long_case(store.copy()), _waiting_timers(store.copy()), *_many_cases(store), *_long_lists(store)]


def _town(store: Store, text: str) -> tuple[Town, clock.Simulated]:
    simulated = clock.Simulated(clock.now())
    with clock.use(simulated):
        town = Town(store.open(), simulated)
        town.draws(text)
    return town, simulated


def _send_backs(store: Store) -> Figure:
    town, simulated = _town(store, LOOP)
    with clock.use(simulated):
        town.opens({}, GRID)
        taken = [seconds(lambda: _back_and_forth(town)) * 1000 for _ in range(220)]
    town.database.close()
    first, last = statistics.median(taken[2:22]), statistics.median(taken[-20:])
    return Figure(f"第 200 次退回（一来一回，{store.name}）", last, "毫秒", first, "头 20 次", 1.2)


def _back_and_forth(town: Town) -> None:
    town.does(FINDER, "甲")
    town.acts(commands.send_back, FINDER, town.item(FINDER, "乙"), "u1", reason="再核实")


LONG = 200


def _long_case(store: Store) -> Figure:
    """A case of 200 steps one after the other, each with its own person's work; ten such cases, step by step in turn."""
    steps = [f"u{n}" for n in range(LONG)]
    town, simulated = _town(store, "\n".join(["start s", *(f'user {one} name="{one}" {ROLE}' for one in steps), "end e",
                                              " -> ".join(["s", *steps, "e"])]))
    taken: list[list[float]] = []
    with clock.use(simulated):
        cases = [town.opens({}, GRID) for _ in range(10)]
        for _ in steps:
            taken.append([seconds(one) * 1000 for one in [_next(town, case) for case in cases]])
    town.database.close()
    first, last = (statistics.median(itertools.chain(*part)) for part in (taken[1:6], taken[-6:-1]))
    return Figure(f"二百步的案件办结末几步（{store.name}）", last, "毫秒", first, "头几步", 1.2)


def _next(town: Town, case: int) -> "Step":
    with town.database.reading() as c:
        item = c.execute(select(work_item.c.id).where(work_item.c.instance_id == case, work_item.c.state == "open")).scalar_one()
        return Step(town.database, case, item, directory.participant(c, FINDER))


BESIDE = f'''start s
par g
user hot name="热" {ROLE}
user hot2 name="热二" {ROLE}
user cold name="冷" {ROLE}
par j
end e
s -> g
g -> hot -> hot2 -> j
g -> cold -> j
j -> e
'''
MANY_TIMERS = "".join(
    f'<boundaryEvent id="t{n}" attachedToRef="cold" cancelActivity="false"><timerEventDefinition>'
    f'<timeDuration>"P{n + 1}D"</timeDuration></timerEventDefinition></boundaryEvent>\nend te{n}\nt{n} -> te{n}\n' for n in range(100))


def _waiting_timers(store: Store) -> Figure:
    """Steps of cases without and with timers in turn, in one database, so that both meet the same machine."""
    town, simulated = _town(store, BESIDE)
    with clock.use(simulated):
        for more in ("", MANY_TIMERS):
            town.draws(BESIDE + more)
            for _ in range(TRIED):
                town.opens({}, GRID)
        steps = sorted(_completions(town.database, "热"), key=lambda step: step.case)
        taken = [[seconds(one) * 1000 for one in pair] for pair in zip(steps[:TRIED], steps[TRIED:], strict=True)]
    town.database.close()
    none, many = (statistics.median(times) for times in zip(*taken, strict=True))
    return Figure(f"案件另有 100 个定时在等时办结一步（{store.name}）", many, "毫秒", none, "没有定时", 1.2)


@dataclass(frozen=True)
class Step:
    """One completion, ready to be called."""

    database: Database
    case: int
    item: str
    by: Participant

    def __call__(self) -> object:
        return self.database.run(lambda c: commands.complete(c, self.item, {}, by=self.by))


def _completions(database: Database, name: str) -> list[Step]:
    with database.reading() as c:
        items = [item for item in overview.opened_since(c, clock.now().replace(year=2000)) if item.name == name]
        by = directory.participant(c, FINDER)
    return [Step(database, item.instance_id, item.id, by) for item in items]


def _many_cases(store: Store) -> list[Figure]:
    town, simulated = _town(store.copy(), LOOP)
    costs = []
    with clock.use(simulated):
        for total in (1_000, 100_000):
            _clone(town, total)
            fresh = [town.opens({}, GRID) for _ in range(60)]
            work = [lambda n=n: _do(town, n) for n in fresh]  # type: ignore[misc]
            costs.append(median_ms(work))
    town.database.close()
    return [Figure(f"十万件在办时办结一步（{store.name}）", costs[1], "毫秒", costs[0], "一千件在办", 1.3)]


def _do(town: Town, case: int) -> None:
    with town.database.reading() as c:
        item = c.execute(select(work_item.c.id).where(work_item.c.instance_id == case, work_item.c.state == "open")).scalar_one()
    who = town.person(FINDER)
    town.run(lambda c: commands.complete(c, item, {}, by=who))


def _clone(town: Town, total: int) -> None:
    """Fill up with copies of one case and its work item, so that tables and indexes are as large as they would be."""
    case = town.opens({}, GRID)
    with town.database.reading() as c:
        row = dict(c.execute(select(process_instance).where(process_instance.c.id == case)).mappings().one())
        item = dict(c.execute(select(work_item).where(work_item.c.instance_id == case)).mappings().one())
    numbers = itertools.count(case + 1_000_000 + total)
    for begin in range(0, total, CHUNK):
        chosen = list(itertools.islice(numbers, min(CHUNK, total - begin)))
        rows = [row | {"id": n, "business_key": f"B{n}", "unit_path": f"/x/qs/v{n % 400}/"} for n in chosen]
        items = [item | {"id": ids.new_key(), "instance_id": n, "candidate_key": f"grid_worker@v{n % 400}"} for n in chosen]
        add(town, {process_instance: rows, work_item: items})


def _long_lists(store: Store) -> list[Figure]:
    town, simulated = _town(store.copy(), LOOP)
    costs = []
    with clock.use(simulated):
        for _ in range(40):
            town.opens({}, GRID)
        before, who = 0, town.person(FINDER)
        for total in (10_000, 1_000_000):
            _clone_items(town, total - before)
            before = total
            work = [lambda: _look(town, who)] * 25
            costs.append(median_ms(work))
    town.database.close()
    return [Figure(f"一百万件待办时打开我的待办（{store.name}）", costs[1], "毫秒", costs[0], "一万件待办", 1.5)]


def _look(town: Town, who: Any) -> None:
    with town.database.reading() as c:
        worklist.of(c, who, "claimable")


def _clone_items(town: Town, total: int) -> None:
    case = town.opens({}, GRID)
    with town.database.reading() as c:
        item = dict(c.execute(select(work_item).where(work_item.c.instance_id == case)).mappings().one())
    due = clock.now()
    for begin in range(0, total, CHUNK):
        items = [item | {"id": ids.new_key(), "candidate_key": f"grid_worker@v{n % 2000}", "due_at": due + dt.timedelta(minutes=n % 9999),
                         "unit_path": f"/x/qs/v{n % 2000}/"} for n in range(begin, min(begin + CHUNK, total))]
        add(town, {work_item: items})
