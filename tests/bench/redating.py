"""A hundred thousand open clocks dated again after the working calendar has changed, and a worker that is killed half way."""

import datetime as dt
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

from sqlalchemy import func, select, update

from engine import clock
from engine.administration import calendar
from engine.administration.calendar import Wish
from engine.clock import SHANGHAI
from engine.database import Database
from engine.runtime import history, redating
from engine.runtime.tables import deadline_clock, process_instance, record, redating_move, timer, work_item
from tests.bench.figure import Figure, seconds
from tests.bench.stores import Store, add
from tests.town import GRID, Town

OPEN, CHUNK, FIRST = 100_000, 1000, 1_000_000
NOTICE = Path(__file__).parents[1] / "notices" / "2027.json"
MOMENT = dt.datetime(2026, 12, 28, 9, 0, tzinfo=SHANGHAI)
"""Five working days later a year has begun whose notice is not loaded yet."""

PROCESS = """
start s
user a name="现场核查" gl:role="village_cadre" gl:scope="village" gl:limit="5" gl:limitUnit="workingDays"
<boundaryEvent id="late" name="超期" attachedToRef="a" cancelActivity="false">
<timerEventDefinition><timeDate>deadline.due</timeDate></timerEventDefinition></boundaryEvent>
end x
end e
s -> a -> e
late -> x
"""
WORKER = """
import sys
from engine import clock
from engine.database import connect
from engine.runtime import redating
from tests.bench.redating import MOMENT
database = connect(sys.argv[1])
with clock.use(clock.Simulated(MOMENT)):
    while done := redating.redate_due(database):
        print(done, flush=True)
database.close()
"""


def measure(store: Store, size: int = OPEN) -> list[Figure]:
    with clock.use(clock.Simulated(MOMENT)):
        small = _changed(store, max(size // 10, 4 * redating.BATCH))
        return [*_dated(_changed(store, size), size), _killed(small, max(size // 10, 4 * redating.BATCH))]


def _changed(store: Store, size: int) -> Store:
    """A town with so many open clocks, its new notice loaded and nothing dated again yet."""
    filled = store.copy()
    _fill(filled, size)
    _load(filled)
    return filled


def _fill(store: Store, size: int) -> None:
    """One case drawn as people draw them, and copies of it, each with keys of its own."""
    town = Town(store.open(), clock.Simulated(MOMENT))
    town.draws(PROCESS)
    case = town.opens({}, GRID)
    tables = (work_item, deadline_clock, timer)
    with town.database.reading() as c:
        whole = dict(c.execute(select(process_instance).where(process_instance.c.id == case)).mappings().one())
        parts = [dict(c.execute(select(table).where(table.c.instance_id == case)).mappings().one()) for table in tables]
    whole |= {"record_seq": 0, "record_hash": history.ZERO}  # a copy begins a record of its own
    for begin in range(0, size - 1, CHUNK):
        chosen = range(FIRST + begin, FIRST + min(begin + CHUNK, size - 1))
        rows = {process_instance: [_copy(whole, parts, n) | {"id": n, "business_key": f"B{n}"} for n in chosen]}
        for table, part in zip(tables, parts, strict=True):
            rows[table] = [_copy(part, parts, n) | {"id": _item(n) if table is work_item else n, "instance_id": n} for n in chosen]
        add(town, rows)
    town.database.close()


def _item(number: int) -> str:
    return f"{number:032x}"


def _copy(row: dict[str, Any], parts: list[dict[str, Any]], number: int) -> dict[str, Any]:
    """The same row about another work item."""
    old, new = parts[0]["id"], _item(number)
    return {name: value.replace(old, new) if isinstance(value, str) else value for name, value in row.items()}


def _load(store: Store) -> None:
    database, document = store.open(), NOTICE.read_bytes()
    database.run(lambda c: calendar.apply(c, None, calendar.plan_notice(c, None, document)).version)
    database.close()


def _drain(database: Database) -> int:
    total = 0
    while done := redating.redate_due(database):
        total += done
    return total


def _count(database: Database, *what: Any) -> int:
    with database.reading() as c:
        return int(c.execute(select(func.count()).select_from(what[0]).where(*what[1:])).scalar_one())


def _dated(store: Store, size: int) -> list[Figure]:
    """First a change that moves every clock, then one that none reaches: each is looked at in its case's lock and stays."""
    database = store.open()
    bare = _bare(database)
    moving = seconds(lambda: _must(_drain(database), size))
    _must(_count(database, redating_move, redating_move.c.failure.is_(None)), size)
    database.run(lambda c: calendar.apply(c, None, calendar.plan_day(c, None, Wish("2027-07-20", True, "台风停工", "三防通知"))).version)
    staying = seconds(lambda: _must(_drain(database), size))
    _must(_count(database, redating_move), size)
    database.close()
    where = f"（{store.name}，{size:,} 个）"
    return [Figure(f"{name}，每秒{where}", size / taken, "个/秒", bare, "同样的行、同样的批，每行只改一次", lower_is_better=False)
            for name, taken in (("放假通知后重算并移动期限", moving), ("日历变动后核对不移动的期限", staying))]


def _bare(database: Database) -> float:
    """Rows a second when each is only touched, as many in a transaction as are dated again in one."""
    with database.reading() as c:
        ids = list(c.execute(select(deadline_clock.c.id).limit(200 * redating.BATCH)).scalars())
    batches = [ids[n:n + redating.BATCH] for n in range(0, len(ids), redating.BATCH)]

    def touch(batch: list[int]) -> None:
        one = update(deadline_clock).values(link=deadline_clock.c.link)
        database.run(lambda c: sum(c.execute(one.where(deadline_clock.c.id == n)).rowcount for n in batch))
    return len(ids) / seconds(lambda: [touch(batch) for batch in batches])


def _killed(store: Store, size: int) -> Figure:
    """A worker is killed half way. Whoever goes on does what is left, every clock once; at most one batch is done but not told, or begun
    and lost."""
    told = _kill_half_way(store, size)
    database = store.open()
    with database.reading() as c:
        left = redating.progress(c).left
    done = _drain(database)
    once = _count(database, record, record.c.kind == "clock-redated")
    database.close()
    if (done, once) != (left, size) or not 0 < left < size:
        raise RuntimeError(f"{told} told, {left} left, {done} dated after the kill, {once} of {size} moves recorded")
    return Figure(f"重算到一半被杀：算完的与报告的之差（{store.name}）", abs(size - left - told), "个", redating.BATCH, "一批", aim=1.0)


def _kill_half_way(store: Store, size: int) -> int:
    worker = subprocess.Popen([sys.executable, "-c", WORKER, str(store.url)], stdout=subprocess.PIPE, text=True)
    told = 0
    for line in worker.stdout or ():
        told += int(line)
        if told >= size // 2:
            break
    worker.send_signal(signal.SIGKILL)
    worker.communicate()
    return told


def _must(found: int, wanted: int) -> None:
    if found != wanted:
        raise RuntimeError(f"{found} of {wanted} clocks")
