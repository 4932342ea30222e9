"""The demo town of the first start: an organisation, its processes, and a few hundred findings in every state."""

import datetime as dt
import random
import tomllib
from collections.abc import Callable
from pathlib import Path

from tqdm import tqdm

from engine import clock, definitions, rehearsal
from engine.cases import categories, intake
from engine.cases.intake import Request
from engine.database import Database
from engine.people import directory, importing
from engine.rehearsal import Arrival, Plan
from engine.runtime import service_registry
from web.cli.processes import folders
from web.settings import Settings

FINDINGS, DAYS, SEED = 260, 45, 20260302


def organisation(settings: Settings, db: Database) -> None:
    """Import the sample organisation and its categories, and deploy every shipped process. Safe to run again."""
    folder = Path(settings.bpmn) / "organisation"
    db.run(lambda c: importing.load(c, (folder / "town.toml").read_bytes(), by=None))
    db.run(lambda c: categories.load(c, tomllib.loads((folder / "categories.toml").read_text("utf-8"))))
    for path in folders(Path(settings.bpmn)):
        package = definitions.read_folder(path, Path(settings.forms))
        db.run(lambda c, package=package: definitions.deploy(c, package, by=None, functions=service_registry.declared()))  # type: ignore[misc]


def fill(settings: Settings, db: Database, say: Callable[[str], None], findings: int = FINDINGS) -> None:
    """Fill an empty database with the demo town and so many findings; leave one that already has units alone."""
    with db.reading() as c:
        if directory.units(c):
            return
    say("首次启动：正在装入示例镇（青石镇），约需一分钟……")
    organisation(settings, db)
    now = clock.now()
    arrivals = _arrivals(settings, db, now, findings)
    with tqdm(desc="模拟办理", unit="步", ascii=" #") as bar:
        plan = Plan(seed=SEED, neglected=0.05, start=now - dt.timedelta(days=DAYS), until=now, arrivals=arrivals, photos=settings.files)
        report = rehearsal.drive(db, plan, progress=lambda _: bar.update())
    say(f"已装入 {report.cases} 件，其中办结 {report.closed} 件，其余正在办理。")


def _arrivals(settings: Settings, db: Database, now: dt.datetime, findings: int) -> list[Arrival]:
    """The sample requests, spread over the last weeks in daytime, more of them lately."""
    folder = Path(settings.bpmn) / "organisation"
    with db.reading() as c:
        found = intake.read(c, folder / "sf311_sample.csv", intake.read_mapping(folder / "sf311_mapping.toml"))
        requests = [row for row in found if isinstance(row, Request)]
    dice = random.Random(SEED)
    chosen = dice.sample(requests, min(findings, len(requests)))
    return [Arrival(_moment(dice, now), request) for request in chosen]


def _moment(dice: random.Random, now: dt.datetime) -> dt.datetime:
    day = clock.local(now - dt.timedelta(days=dice.triangular(0, DAYS, 4)))
    moment = day.replace(hour=dice.randint(7, 19), minute=dice.randint(0, 59))
    return min(moment, now - dt.timedelta(minutes=dice.randint(5, 600)))
