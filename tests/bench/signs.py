"""How many of the planted patterns are found, and how often something innocent is shown, on towns of several seeds.

`python -m tests.bench signs` prints it.
"""

import datetime as dt
import random
import tempfile
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

from sqlalchemy import func, select

from engine import clock, rehearsal
from engine.cases import intake
from engine.cases.intake import Request
from engine.database import Database, connect
from engine.rehearsal import Arrival, Plan
from engine.runtime.tables import process_instance
from engine.supervision import signs
from tests.bench import gaming
from tests.bench.figure import Figure
from tests.bench.gaming import Planted, Play
from tests.sign_town import ALL, TOWN, SignTown

SEEDS, CASES, ROUNDS = (1, 2, 3, 4, 5), 60, 2
START = dt.datetime(2026, 3, 2, 9, 0, tzinfo=clock.SHANGHAI)
ORGANISATION = Path(__file__).resolve().parents[2] / "bpmn/organisation"


@dataclass
class Tally:
    """Over all seeds: by kind, how many were planted, how many of them found, how many shown that were not planted."""

    cases: int = 0
    clean_cases: int = 0
    planted: Counter[str] = field(default_factory=Counter)
    found: Counter[str] = field(default_factory=Counter)
    false: Counter[str] = field(default_factory=Counter)
    clean_false: Counter[str] = field(default_factory=Counter)
    alarms: list[str] = field(default_factory=list)


def measure() -> list[Figure]:
    tally = Tally()
    for seed in SEEDS:
        with tempfile.TemporaryDirectory() as folder:
            _town(Path(folder), seed, tally)
    print(f"异常提示：随机种子 {SEEDS}，共 {tally.cases} 件，其中 {tally.clean_cases} 件是没有植入的镇", flush=True)
    for alarm in tally.alarms:
        print(f"  误报 {alarm}", flush=True)
    return [figure for kind in signs.KINDS.values() for figure in _figures(kind, tally)]


def _figures(kind: signs.Kind, tally: Tally) -> list[Figure]:
    planted, found, false = tally.planted[kind.key], tally.found[kind.key], tally.false[kind.key]
    shown = found + false
    return [Figure(f"{kind.name}：植入 {planted} 处，找到", 100 * found / max(planted, 1), "%"),
            Figure(f"{kind.name}：提示中属植入的", 100 * found / max(shown, 1), "%"),
            Figure(f"{kind.name}：误报（含相似的正常情形）", 1000 * false / max(tally.cases, 1), "条/千件"),
            Figure(f"{kind.name}：误报（没有植入的镇）", 1000 * tally.clean_false[kind.key] / max(tally.clean_cases, 1), "条/千件")]


def _town(folder: Path, seed: int, tally: Tally) -> None:
    """A driven town first, which is clean; then people of both sorts, one after the other in an order of the dice."""
    simulated = clock.Simulated(START)
    with clock.use(simulated):
        database = connect(f"sqlite:///{folder}/town.db")
        database.create_schema()
        town = SignTown(database, folder / "files", simulated, seed)
        _drive(town, seed)
        _count(town, (), tally, clean=True)
        tally.clean_cases += _cases(database)
        _count(town, _people(Play(town, seed)), tally, clean=False)
        tally.cases += _cases(database)
        database.close()


def _drive(town: SignTown, seed: int) -> None:
    with town.database.reading() as c:
        mapping = intake.read_mapping(ORGANISATION / "sf311_mapping.toml")
        requests = [row for row in intake.read(c, ORGANISATION / "sf311_sample.csv", mapping) if isinstance(row, Request)]
    dice = random.Random(seed)
    chosen = dice.sample(requests, CASES)
    arrivals = [Arrival(START + dt.timedelta(hours=2 * number), request) for number, request in enumerate(chosen)]
    plan = Plan(seed=seed, start=START, sent_back=0.05, late=0.15, arrivals=arrivals, photos=town.files)
    rehearsal.drive(town.database, plan, progress=gaming.honest_transfers(town, dice))
    with town.database.reading() as c:
        last = c.execute(select(func.max(process_instance.c.ended_at))).scalar_one()
    town.clock.move_to(last + dt.timedelta(days=2))


def _people(play: Play) -> list[Planted]:
    acts = [*gaming.GAMING, *gaming.INNOCENT] * ROUNDS
    play.dice.shuffle(acts)
    planted: list[Planted] = []
    for act in acts:
        planted += act(play) or ()
        play.town.waits(hours=play.dice.uniform(80, 100))
    return planted


def _count(town: SignTown, planted: list[Planted] | tuple[()], tally: Tally, clean: bool) -> None:
    for kind in signs.KINDS:
        shown = town.found(kind, (TOWN,), ALL)
        wanted = [one.cases for one in planted if one.kind == kind]
        met = [cases for cases in wanted if any(cases & {case.id for case in sign.cases} for sign in shown)]
        false = [sign for sign in shown if not any(cases & {case.id for case in sign.cases} for cases in wanted)]
        if clean:
            tally.clean_false[kind] += len(false)
            continue
        tally.planted[kind] += len(wanted)
        tally.found[kind] += len(met)
        tally.false[kind] += len(false)
        tally.alarms += [f"{kind} {sign.summary}" for sign in false]


def _cases(database: Database) -> int:
    with database.reading() as c:
        return int(c.execute(select(func.count()).select_from(process_instance)).scalar_one())
