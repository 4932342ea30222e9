"""The demo town of the first start: an organisation, its processes, and a few hundred findings in every state."""

import datetime as dt
import random
import tomllib
from collections.abc import Callable
from pathlib import Path

from sqlalchemy import Connection
from tqdm import tqdm

from engine import clock, rehearsal
from engine.cases import categories, findings, intake
from engine.cases.intake import Request
from engine.database import Database
from engine.law import sample
from engine.people import Participant, directory, importing
from engine.rehearsal import Arrival, Plan, Report
from engine.runtime import jobs, overview, service_registry, timers
from engine.studio import exchange
from engine.supervision import audit, ladder, orders, register
from engine.supervision.lines import RED
from engine.supervision.orders import Wish
from engine.supervision.register import Filters
from web import demo_cases
from web.cli.processes import folders
from web.settings import Settings

FINDINGS, DAYS, SEED = 260, 45, 20260302
BEGUN, DONE = "demo-begun", "demo-done"


def organisation(settings: Settings, db: Database) -> None:
    """Import the sample organisation, its categories and its towns' powers, and deploy every shipped process. Safe to run again."""
    folder = Path(settings.bpmn) / "organisation"
    db.run(lambda c: importing.load(c, (folder / "town.toml").read_bytes(), by=None))
    db.run(lambda c: categories.load(c, tomllib.loads((folder / "categories.toml").read_text("utf-8"))))
    db.run(lambda c: [sample.load(c, town.id) for town in directory.units(c, level="town")])
    for path in folders(Path(settings.bpmn)):
        db.run(lambda c, path=path: exchange.seal(c, path, Path(settings.forms)))  # type: ignore[misc]


def fill(settings: Settings, db: Database, say: Callable[[str], None], wanted: int = FINDINGS) -> None:
    """Fill an empty database with the demo town and so many findings. A filling that was cut off is gone on with; a database that
    had units before is left alone."""
    with db.reading() as c:
        begun, done, known = audit.noted(c, BEGUN), audit.noted(c, DONE), bool(directory.units(c))
    if done or (known and not begun):
        return
    say("上次装入示例镇时中断了，现在接着装入……" if begun else "首次启动：正在装入示例镇（青石镇），约需一分钟……")
    if not begun:
        db.run(lambda c: audit.note(c, None, BEGUN, "开始装入示例镇。"))
    organisation(settings, db)
    report = _play(settings, db, wanted)
    _supervise(db)
    demo_cases.fill(db, settings.files)
    db.run(lambda c: audit.note(c, None, DONE, "示例镇已装入。"))
    say(f"已装入 {report.cases} 件，其中办结 {report.closed} 件，其余正在办理。")


def _play(settings: Settings, db: Database, wanted: int) -> Report:
    """The last weeks of the town, or what is left of them since its cases last moved."""
    now = clock.now()
    with db.reading() as c:
        since = overview.last_moment(c) or now - dt.timedelta(days=DAYS)
    arrivals = _arrivals(settings, db, (since, now), wanted)
    with tqdm(desc="模拟办理", unit="步", ascii=" #") as bar:
        plan = Plan(seed=SEED, neglected=0.05, start=since, until=now, arrivals=arrivals, photos=settings.files)
        return rehearsal.drive(db, plan, progress=lambda _: bar.update())


def _supervise(db: Database) -> None:
    """What is late by now has its ladder, and one inspector of each town has ordered about one matter."""
    _settle(db)
    with db.reading() as c:
        people = {one.posts[0].unit_id: one for one in directory.people(c) if one.has("inspector")}
    for one in people.values():
        db.run(lambda c, one=one: _order(c, one))  # type: ignore[misc]
        _settle(db)


def _order(c: Connection, by: Participant) -> None:
    red = register.listed(c, by, Filters(rung=str(RED), state=ladder.OPEN)).lines
    free = next((line.row.id for line in red if "order" in orders.possible(c, line.row)), None)
    if free is not None:
        orders.order(c, free, Wish("到期多日没有办结，也没有说明原因。", "请办结，并书面说明原因和整改情况。"), by=by)


def _settle(db: Database) -> None:
    """Everything that is due to ladders and their jobs is done."""
    functions = service_registry.functions()
    while ladder.start_due(db) + jobs.perform_due(db, functions) + timers.fire_due(db):
        pass


def _arrivals(settings: Settings, db: Database, span: tuple[dt.datetime, dt.datetime], wanted: int) -> list[Arrival]:
    """The sample requests that have not come in yet, spread over the span in daytime, more of them lately."""
    folder = Path(settings.bpmn) / "organisation"
    with db.reading() as c:
        found = intake.read(c, folder / "sf311_sample.csv", intake.read_mapping(folder / "sf311_mapping.toml"))
        requests = [row for row in found if isinstance(row, Request)]
        known = findings.taken_in(c)
    dice = random.Random(SEED)
    chosen = dice.sample(requests, min(wanted, len(requests)))
    return [Arrival(_moment(dice, *span), request) for request in chosen if request.external_id not in known]


def _moment(dice: random.Random, since: dt.datetime, now: dt.datetime) -> dt.datetime:
    days = (now - since) / dt.timedelta(days=1)
    day = clock.local(now - dt.timedelta(days=dice.triangular(0, days, min(4.0, days))))
    moment = day.replace(hour=dice.randint(7, 19), minute=dice.randint(0, 59))
    return min(moment, now - dt.timedelta(minutes=dice.randint(5, 600)))
