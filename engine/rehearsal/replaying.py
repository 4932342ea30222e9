"""Playing closed cases again on a draft: everybody does what they did, at the moment they did it, as long as the draft lets them.

All cases share one town and one clock, as they did. A case is given up at the first act that the draft has no place for.
"""

import datetime as dt
import heapq
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import bindparam, select

from engine import clock, definitions
from engine.cases import handling
from engine.definitions.versions import Deployed
from engine.errors import EngineError
from engine.forms import Form
from engine.rehearsal import sample_town
from engine.rehearsal.stage import Answering, Expected, Stage, told
from engine.runtime import commands, desk
from engine.runtime.commands import Opening
from engine.runtime.tables import process_instance, work_item

SAME, OTHERWISE, STUCK, SKIPPED = "same", "otherwise", "stuck", "skipped"
LIVE = ("open", "claimed", "suspended")
AT_HAND = (select(work_item.c.id, work_item.c.element_id, work_item.c.name, work_item.c.assignee, work_item.c.candidate_key,
                  work_item.c.due_at)
           .where(work_item.c.instance_id == bindparam("i"), work_item.c.state.in_(LIVE)).order_by(work_item.c.created_at, work_item.c.id))
STATUS = select(process_instance.c.status).where(process_instance.c.id == bindparam("i"))


@dataclass
class Running:
    """A case that is being played again. `late`: steps that are late on the draft; `before`: those that were late in truth."""

    number: str
    began: dt.datetime
    values: Mapping[str, Any]
    acts: Sequence[Mapping[str, Any]]
    done: int = 0
    case: int | None = None
    late: list[str] = field(default_factory=list)
    before: list[str] = field(default_factory=list)
    people: dict[str, str] = field(default_factory=dict)

    def next_at(self) -> dt.datetime:
        """When something is done in it next."""
        return self.began if self.case is None else dt.datetime.fromisoformat(self.acts[self.done]["at"])

    def verdict(self, verdict: str, why: str = "") -> dict[str, Any]:
        """What came of it."""
        where = self.acts[self.done]["name"] if self.done < len(self.acts) else ""
        return {"number": self.number, "verdict": verdict, "where": where, "why": why, "late": self.late, "before": self.before}


def replay(stage: Stage, pasts: Sequence[Mapping[str, Any]]) -> Iterator[dict[str, Any]]:
    """The verdict on each case, in the order in which they end here."""
    agenda: list[tuple[dt.datetime, int, Running]] = []
    for number, past in enumerate(pasts):
        if past["odd"]:
            yield {"number": past["number"], "verdict": SKIPPED, "where": "", "why": past["odd"], "late": [], "before": []}
            continue
        one = Running(past["number"], dt.datetime.fromisoformat(past["began"]), past["values"], past["acts"])
        heapq.heappush(agenda, (one.began, number, one))
    with stage.database.reading() as c:
        deployed = definitions.latest(c, stage.key)
    while agenda:
        moment, number, one = heapq.heappop(agenda)
        stage.until(moment)
        ended = _go_on(stage, deployed, one)
        if ended is not None:
            yield ended
        else:
            heapq.heappush(agenda, (one.next_at(), number, one))


def _go_on(stage: Stage, deployed: Deployed, one: Running) -> dict[str, Any] | None:
    """Begin the case, or do its next act; the verdict when that was the last, or cannot be done."""
    try:
        if one.case is None:
            one.case = stage.database.run(lambda c: int(commands.open_case(
                c, deployed, one.values, Opening(sample_town.GRID), by=None)["instance"]))
        else:
            _do(stage, one)
            one.done += 1
        stage.works()
    except Expected as difference:
        return one.verdict(OTHERWISE, str(difference))
    except EngineError as refusal:
        return one.verdict(STUCK, told(refusal))
    return _ended(stage, one) if one.done == len(one.acts) else None


def _do(stage: Stage, one: Running) -> None:
    act = one.acts[one.done]
    with stage.database.reading() as c:
        at_hand = c.execute(AT_HAND, {"i": one.case}).all()
    row = next((item for item in at_hand if item.element_id == act["element"]), None)
    if row is None:
        names = "、".join(dict.fromkeys(item.name for item in at_hand)) or "没有待办"
        raise Expected(f"当时办的是“{act['name']}”，草稿此刻的待办是：{names}。")
    holders = stage.holders(row)
    if not holders:
        raise Expected(f"“{row.name}”没有人可以办理。")
    if row.due_at is not None and clock.now() > row.due_at:
        one.late.append(row.name)
    if act["late"]:
        one.before.append(act["name"])
    person = stage.person("", holders[0])
    with stage.database.reading() as c:
        found = desk.of(c, row.id, person)
    given = _with_people(found.form, act["values"], one.people)
    values = stage.fill(found.form, given, Answering(person.id, found.access, found.stored, found.names))
    stage.database.run(lambda c: handling.complete(c, row.id, values, by=person))


def _with_people(form: Form | None, values: Mapping[str, Any], met: dict[str, str]) -> dict[str, Any]:
    """Photos and signatures are left out (they are filled in again); people become people of the town, the same ones each time."""
    kept: dict[str, Any] = {}
    for one in form.inputs() if form else ():
        if one.key not in values or one.type in ("photo", "file", "signature"):
            continue
        value = values[one.key]
        if one.type == "person" and isinstance(value, str):
            role = one.properties.get("role") or "case_officer"
            free = [key for key, (_, held, _) in sample_town.people().items() if held == role]
            unused = [key for key in free if key not in met.values()] or free
            value = met.setdefault(value, unused[0] if unused else value)
        kept[one.key] = value
    return kept


def _ended(stage: Stage, one: Running) -> dict[str, Any]:
    """After its last act a case has ended, or it waits for time alone; with steps left it goes another way."""
    with stage.database.reading() as c:
        status = c.execute(STATUS, {"i": one.case}).scalar_one()
        left = [item.name for item in c.execute(AT_HAND, {"i": one.case})]
    if status == "running" and left:
        return one.verdict(OTHERWISE, f"当时已经办结，草稿还要办：{'、'.join(dict.fromkeys(left))}。")
    return one.verdict(SAME)
