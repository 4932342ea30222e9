"""Ten thousand running cases and a new version: what it does to them told beforehand, tried out, and done."""

import datetime as dt
import itertools
import json
from typing import Any

from sqlalchemy import select

from engine import clock, definitions
from engine.clock import SHANGHAI
from engine.database import Database
from engine.people import Participant, directory
from engine.runtime import commands, history
from engine.runtime.tables import deadline_clock, process_instance, work_item
from engine.studio import impact, moves
from tests.bench.figure import Figure, seconds
from tests.bench.stores import Store, add
from tests.town import FINDER, LAWYER, OFFICER, Town

CASES, CHUNK, FIRST, COMPLETED = 10_000, 1000, 1_000_000, 500
MOMENT = dt.datetime(2026, 3, 2, 9, 0, tzinfo=SHANGHAI)
ROLE = 'gl:role="case_officer" gl:scope="town"'
PROCESS = f"""
start s
user draw name="拟稿" gl:role="grid_worker" gl:scope="grid"
par both
user check name="审核" {ROLE} gl:limit="5" gl:limitUnit="days"
user ask name="征求意见" {ROLE}
par joined
user sign name="签发" {ROLE}
end e
s -> draw -> both -> check -> joined
both -> ask -> joined
joined -> sign -> e
"""
CHANGED = PROCESS.replace('"5"', '"9"').replace('user draw name="拟稿"', 'user write name="起草"').replace("draw", "write")
MAPPING: dict[str, str | None] = {"draw": "write"}


def measure(store: Store, size: int = CASES) -> list[Figure]:
    simulated = clock.Simulated(MOMENT)
    with clock.use(simulated):
        town = Town(store.copy().open(), simulated)
        _fill(town, size)
        figures = _measured(town, size, f"（{store.name}，{size:,} 件在办）")
        town.database.close()
    return figures


def _fill(town: Town, size: int) -> None:
    """Cases at three places, drawn as people draw them, and copies of them, each with keys of its own; then the new version."""
    town.draws(PROCESS)
    models = []
    for steps in ((), ("拟稿",), ("拟稿", "审核")):
        town.report()
        for step in steps:
            town.does(FINDER if step == "拟稿" else OFFICER, step)
        models.append(_rows(town))
    numbers = itertools.count(FIRST)
    for begin in range(0, size - len(models), CHUNK):
        some = [_copy(models[number % len(models)], number) for number in itertools.islice(numbers, min(CHUNK, size - len(models) - begin))]
        add(town, {table: [row for one in some for row in one[table]] for table in (process_instance, work_item, deadline_clock)})
    town.draws(CHANGED)


def _rows(town: Town) -> dict[Any, list[dict[str, Any]]]:
    with town.database.reading() as c:
        found: dict[Any, list[dict[str, Any]]] = {
            table: [dict(row) for row in c.execute(select(table).where(key == town.case, *live)).mappings()]
            for table, key, live in ((process_instance, process_instance.c.id, ()),
                                     (work_item, work_item.c.instance_id, (work_item.c.ended_at.is_(None),)),
                                     (deadline_clock, deadline_clock.c.instance_id, (deadline_clock.c.status == "running",)))}
    found[process_instance][0] |= {"record_seq": 0, "record_hash": history.ZERO}  # a copy begins a record of its own
    return found


def _copy(model: dict[Any, list[dict[str, Any]]], number: int) -> dict[Any, list[dict[str, Any]]]:
    """The same case under another number, its tokens under other keys."""
    state = json.loads(model[process_instance][0]["state"])
    keys = {row[0]: f"{number:020x}{place:012x}" for place, row in enumerate(state["t"])}

    def renamed(row: dict[str, Any]) -> dict[str, Any]:
        return {name: keys.get(value, value) if isinstance(value, str) else value for name, value in row.items()} | {"instance_id": number}
    state["t"] = [[keys[row[0]], *row[1:]] for row in state["t"]]
    whole = model[process_instance][0] | {"id": number, "business_key": f"B{number}", "state": json.dumps(
        state, ensure_ascii=False, separators=(",", ":"))}
    return {process_instance: [whole], work_item: [renamed(row) for row in model[work_item]],
            deadline_clock: [renamed(row) | {"id": number} for row in model[deadline_clock]]}


def _measured(town: Town, size: int, where: str) -> list[Figure]:
    she, he = _designer(town), town.person(LAWYER)
    with town.database.reading() as c:
        to = definitions.latest(c, "p").id
        read = size / seconds(lambda: _must(_bare(c), size))
        told = size / seconds(lambda: _must(impact.of_version(c, she, to, mapping=MAPPING).summary.total, size))
    wish: dict[str, Any] = {"to": to, "mapping": MAPPING, "choice": "re-rule", "reason": "流程改了"}
    dry = town.run(lambda c: moves.dry_run(c, she, **wish))
    tried = size / seconds(lambda: _all(town.database, dry, size, "fits", she))
    plain = _completions(town, min(COMPLETED, size // 10))
    batch = town.run(lambda c: moves.ask(c, she, **wish))
    town.run(lambda c: moves.approve(c, he, batch))
    moved = size / seconds(lambda: _all(town.database, batch, size, "moved", she))
    each = "同样的事项直接办一步，一件一个事务"
    return [Figure(f"说清新版本对在办事项的影响，每秒{where}", told, "件/秒", read, "同样的事项只把状态读一遍", lower_is_better=False),
            Figure(f"试移，每秒{where}", tried, "件/秒", plain, each, lower_is_better=False),
            Figure(f"移到新版本，每秒{where}", moved, "件/秒", plain, each, lower_is_better=False)]


def _designer(town: Town) -> Participant:
    def settle(c: Any) -> None:
        directory.save_person(c, "she", {"name": "设计员"}, None)
        directory.set_posts(c, "she", [("process_designer", "x")])
    town.run(settle)
    return town.person("she")


def _bare(c: Any) -> int:
    return len([json.loads(state) for state in c.execute(select(process_instance.c.state)).scalars()])


def _all(database: Database, batch: int, size: int, state: str, by: Participant) -> None:
    while moves.advance(database, batch):
        pass
    with database.reading() as c:
        _must(moves.progress(c, by, batch).counts.get(state), size)


def _completions(town: Town, number: int) -> float:
    """Plain completions a second, of steps after which the case goes on."""
    who = town.person(OFFICER)
    with town.database.reading() as c:
        wanted = select(work_item.c.id).where(work_item.c.element_id == "check", work_item.c.ended_at.is_(None)).limit(number)
        chosen = list(c.execute(wanted).scalars())
    _must(len(chosen), number)
    return number / seconds(lambda: [town.run(lambda c, one=one: commands.complete(c, one, {}, by=who)) for one in chosen])


def _must(found: object, wanted: object) -> None:
    if found != wanted:
        raise AssertionError(f"{found} instead of {wanted}")
