"""Ten thousand timers due at once, and how long and how large a start is."""

import datetime as dt
import subprocess
import sys

from sqlalchemy import func, select, update

from engine import clock
from engine.runtime import history, timers
from engine.runtime.tables import process_instance, timer
from tests.bench.figure import Figure, seconds
from tests.bench.stores import Store, add
from tests.town import GRID, Town

DUE, CHUNK = 10_000, 2000
PROCESS = 'start s\n<intermediateCatchEvent id="w" name="等"><timerEventDefinition>' \
          '<timeDuration>"PT1H"</timeDuration></timerEventDefinition></intermediateCatchEvent>\nend e\ns -> w -> e'
START = """
import time
begin = time.perf_counter()
{code}
taken = time.perf_counter() - begin
with open("/proc/self/status") as status:
    print(taken, next(int(line.split()[1]) / 1024 for line in status if line.startswith("VmRSS")))
"""
LIBRARIES = "import flask, sqlalchemy, lxml.etree, SpiffWorkflow.bpmn, apscheduler, py_mini_racer, PIL, openpyxl, alembic"
APPLICATION = """
from engine import feel
from engine.database import connect
from web import create_app, settings
create_app(settings.load({{}}), connect("{url}"))
feel.evaluate("1 + 1", {{}})
"""


def measure(store: Store) -> list[Figure]:
    return [_drain(store.copy())]


def _drain(store: Store) -> Figure:
    simulated = clock.Simulated(clock.now())
    with clock.use(simulated):
        town = Town(store.open(), simulated)
        town.draws(PROCESS)
        case = town.opens({}, GRID)
        _clone(town, case)
        simulated.advance(dt.timedelta(hours=2))
        fired = 0

        def drain() -> None:
            nonlocal fired
            while done := timers.fire_due(town.database, 500):
                fired += done
        taken = seconds(drain)
        with town.database.reading() as c:
            really = c.execute(select(func.count()).select_from(timer).where(timer.c.status == "fired")).scalar_one()
        bare = _bare(town)
    town.database.close()
    if not fired == really == DUE + 1:
        raise RuntimeError(f"{really} of {DUE + 1} timers fired, {fired} handled")
    name = f"一万个定时同时到期，每秒触发（{store.name}）"
    return Figure(name, fired / taken, "个/秒", bare, "每个定时只改一行，各一个事务", lower_is_better=False)


def _clone(town: Town, case: int) -> None:
    with town.database.reading() as c:
        row = dict(c.execute(select(process_instance).where(process_instance.c.id == case)).mappings().one())
        due = dict(c.execute(select(timer).where(timer.c.instance_id == case)).mappings().one())
    due.pop("id")
    row |= {"record_seq": 0, "record_hash": history.ZERO}  # a copy begins a record of its own
    for begin in range(0, DUE, CHUNK):
        chosen = range(1_000_000 + begin, 1_000_000 + begin + CHUNK)
        rows = [row | {"id": n, "business_key": f"B{n}"} for n in chosen]
        waits = [due | {"instance_id": n} for n in chosen]
        add(town, {process_instance: rows, timer: waits})


def _bare(town: Town) -> float:
    count = 500
    with town.database.reading() as c:
        ids = list(c.execute(select(timer.c.id).limit(count)).scalars())
    change = [lambda n=n: town.run(lambda c: c.execute(update(timer).where(timer.c.id == n).values(attempts=9)).rowcount) for n in ids]  # type: ignore[misc]
    return count / sum(seconds(one) for one in change)


def starting(url: str) -> list[Figure]:
    """Seconds and MB until the application can answer, beside importing nothing but the libraries."""
    (taken, size), (bare, bare_size) = (_run(APPLICATION.format(url=url)), _run(LIBRARIES))
    return [Figure("启动到可以应答", taken, "秒", bare, "只导入第三方库"), Figure("启动后内存", size, "MB", bare_size, "只导入第三方库")]


def _run(code: str) -> tuple[float, float]:
    done = subprocess.run([sys.executable, "-c", START.format(code=code)], capture_output=True, text=True, check=True)
    taken, size = done.stdout.split()
    return float(taken), float(size)
