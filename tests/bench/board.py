"""What the supervisor's board and its lists cost when much more is open, and much more is closed."""

import datetime as dt
import itertools
import statistics
from collections.abc import Callable
from typing import Any

from sqlalchemy import Connection, create_engine, select, text, update

from engine import clock, ids
from engine.people import Participant
from engine.reports import board, keeping
from engine.reports.filters import Filters
from engine.runtime import history
from engine.runtime.tables import process_instance, work_item
from tests.bench.figure import Figure, seconds
from tests.bench.stores import Store, add
from tests.town import GRID, INSPECTOR, Town

ROLE = 'gl:role="grid_worker" gl:scope="grid"'
ONE_STEP = f'start s\nuser u1 name="甲" {ROLE} gl:link="handling"\nend e\ns -> u1 -> e'
GRIDS = ("qs-e-l-1", "qs-e-l-2", "qs-e-t-1")
PATHS = {"qs-e-l-1": "/x/qs/qs-e/qs-e-l/qs-e-l-1/", "qs-e-l-2": "/x/qs/qs-e/qs-e-l/qs-e-l-2/", "qs-e-t-1": "/x/qs/qs-e/qs-e-t/qs-e-t-1/"}
PEOPLE, LINKS, CHUNK, TRIED, CHANGED, AIM = 15, ("correction", "reporting", "handling", "feedback"), 2500, 40, 1000, 2.0
SIZES, CLOSED = (1_000, 10_000, 100_000), 1_000_000
LISTS = {"看板": None, "超期清单": Filters(level="late"), "一个村一个环节的超期": Filters(unit="qs-e-l", link="handling", level="late"),
         "一个人的清单": Filters(holder="p7"), "一类事项的清单": Filters(matter="-")}


def measure(store: Store, closed: int) -> list[Figure]:
    """Pages at three sizes of what is open, with so many closed cases beside it."""
    town, simulated = _town(store)
    costs: dict[str, list[float]] = {name: [] for name in LISTS}
    kept: list[float] = []
    with clock.use(simulated):
        rows = _rows(town)
        _clone(town, rows, closed, _closed)
        before = 0
        for size in SIZES:
            _clone(town, rows, size - before, _open)
            before = size
            kept.append(_prepared(town))
            for name, work in _pages(town).items():
                costs[name].append(_p95(work))
        again = _kept_up(town, simulated)
    town.database.close()
    beside = f"十万件在办、{closed // 10_000} 万件已办结（{store.name}）"
    pages = [Figure(f"{name}首页 p95，{beside}", times[2], "毫秒", times[least], f"{words}件在办", AIM)
             for name, times in costs.items() for least, words in ((0, "一千"), (1, "一万"))]
    return [*pages, Figure(f"第一次统计十万件在办（{store.name}）", kept[2], "秒"),
            Figure(f"一千件有变化后更新看板（{store.name}）", again, "毫秒")]


def _town(store: Store) -> tuple[Town, clock.Simulated]:
    simulated = clock.Simulated(clock.now())
    with clock.use(simulated):
        town = Town(store.open(), simulated)
        town.draws(ONE_STEP)
    return town, simulated


def _rows(town: Town) -> tuple[dict[str, Any], dict[str, Any]]:
    case = town.opens({}, GRID)
    with town.database.reading() as c:
        return (dict(c.execute(select(process_instance).where(process_instance.c.id == case)).mappings().one()),
                dict(c.execute(select(work_item).where(work_item.c.instance_id == case)).mappings().one()))


_numbers = itertools.count(1_000_000)
Changes = Callable[[int], tuple[dict[str, Any], dict[str, Any]]]


def _clone(town: Town, rows: tuple[dict[str, Any], dict[str, Any]], total: int, changes: Changes) -> None:
    """So many copies of one case and its step, each changed by its number."""
    case, item = rows
    for begin in range(0, total, CHUNK):
        cases, items = [], []
        for number in itertools.islice(_numbers, min(CHUNK, total - begin)):
            of_case, of_item = changes(number)
            grid = GRIDS[number % len(GRIDS)]
            where = {"unit_id": grid, "unit_path": PATHS[grid]}
            cases.append(case | where | {"id": number, "business_key": f"B{number}"} | of_case)
            items.append(item | where | {"id": ids.new_key(), "instance_id": number, "case_number": f"B{number}"} | of_item)
        add(town, {process_instance: cases, work_item: items})


def _open(number: int) -> tuple[dict[str, Any], dict[str, Any]]:
    due = clock.now() + dt.timedelta(minutes=(number * 7919) % 20_000 - 8_000)
    return {}, {"state": "claimed", "assignee": f"p{number % PEOPLE}", "link": LINKS[number % 4], "due_at": due,
                "warn_at": due - dt.timedelta(hours=8), "created_at": clock.now() - dt.timedelta(minutes=number % 30_000)}


def _closed(number: int) -> tuple[dict[str, Any], dict[str, Any]]:
    ended = clock.now() - dt.timedelta(minutes=(number * 7919) % 1_000_000)
    return ({"status": "completed", "ended_at": ended, "state": ""},
            {"state": "completed", "ended_by": f"p{number % PEOPLE}", "link": LINKS[number % 4],
             "created_at": ended - dt.timedelta(hours=9), "due_at": ended + dt.timedelta(hours=number % 9 - 2), "ended_at": ended})


def _prepared(town: Town) -> float:
    """Seconds to make every figure from nothing; then what a server's own housekeeping would have done by now."""
    town.run(keeping.again)
    taken = seconds(lambda: keeping.keep(town.database))
    if town.database.dialect == "postgresql":
        with create_engine(town.database.url, isolation_level="AUTOCOMMIT").connect() as c:
            c.execute(text("VACUUM ANALYZE"))
            c.execute(text("CHECKPOINT"))
            c.engine.dispose()
    return taken


def _pages(town: Town) -> dict[str, Callable[[], object]]:
    by = town.person(INSPECTOR)

    def looks(asked: Filters | None) -> Callable[[], object]:
        return lambda: _look(town, by, asked)
    return {name: looks(asked) for name, asked in LISTS.items()}


def _look(town: Town, by: Participant, asked: Filters | None) -> None:
    """What one request asks of the engine."""
    with town.database.reading() as c:
        if asked is None:
            board.show(c, by)
        board.listing(c, by, asked or Filters())


def _p95(work: Callable[[], object]) -> float:
    """Of the quietest of three rounds: what else the machine does is not the page's cost."""
    work()
    return min(statistics.quantiles([seconds(work) * 1000 for _ in range(TRIED)], n=20)[-1] for _ in range(3))


def _kept_up(town: Town, simulated: clock.Simulated) -> float:
    """Milliseconds until the board knows of what a thousand commands have changed."""
    simulated.advance(dt.timedelta(minutes=2))
    changed = dt.timedelta(hours=50)

    def change(c: Connection) -> None:
        cases = c.execute(select(work_item.c.instance_id).where(work_item.c.state == "claimed").limit(CHANGED)).scalars().all()
        c.execute(update(work_item).where(work_item.c.instance_id.in_(cases)).values(due_at=clock.now() + changed))
        for case in cases:
            story = history.Story(f"case:{case}", 0, history.ZERO, clock.now(), instance_id=case)
            story.tell("commented", text="")
            history.append(c, story)
    town.run(change)
    return seconds(lambda: keeping.keep(town.database)) * 1000
