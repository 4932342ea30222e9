"""The stage on which examples are played: a town of its own, its people, and a simulated clock. `lines` plays on it."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import select

from engine import clock, forms
from engine.cases import attachments
from engine.cases.attachments import Stored
from engine.clock import SHANGHAI, local
from engine.database import Database
from engine.definitions import Severity
from engine.errors import EngineError, InvalidDefinition, InvalidValues
from engine.forms import FieldState, Form
from engine.people import Participant, directory
from engine.rehearsal import sample_town
from engine.runtime import flood, jobs, timers
from engine.runtime.service_registry import Function
from engine.runtime.tables import process_instance, work_item

BEGIN = dt.datetime(2026, 3, 2, 8, 40, tzinfo=SHANGHAI)
"""When every example begins: a Monday morning."""
TICK = dt.timedelta(milliseconds=1)
MOST_TIMERS = 2000
"""Timers that may fire while one line of an example lets time pass; a draft that goes round in circles stops here."""
WRITTEN = {"date": "%Y-%m-%d", "time": "%H:%M"}
"""How a moment is filled in where a form asks for a part of it."""
PHOTO = Stored("示例照片.jpg", "image/jpeg", 1, 1, 1, "0" * 64, None)
LIVE = ("open", "claimed", "suspended")
OPEN = (select(work_item.c.id, work_item.c.instance_id, work_item.c.element_id, work_item.c.name, work_item.c.assignee,
               work_item.c.candidate_key, work_item.c.candidate_role, work_item.c.warn_at, work_item.c.due_at, work_item.c.limit_text)
        .where(work_item.c.state.in_(LIVE)).order_by(work_item.c.created_at, work_item.c.id))


class Expected(Exception):
    """What an example expects is not there."""


@dataclass(frozen=True)
class Answering:
    """Who answers a form, and what the form may look at."""

    person: str
    access: str | None
    stored: Mapping[str, Any]
    names: Mapping[str, Any]


@dataclass
class Stage:
    """A database with the town settled and the process deployed, its clock, and the case that is played.

    `notes`: what the stage did by itself (see `stand_in`): when, for which case, in words."""

    database: Database
    time: clock.Simulated
    key: str
    functions: Mapping[str, Function]
    case: int | None = None
    remembered: dict[str, str] = field(default_factory=dict)
    notes: list[tuple[dt.datetime, int, str]] = field(default_factory=list)

    def works(self) -> None:
        """Perform every job that is due."""
        jobs.perform_due(self.database, self.functions)

    def until(self, moment: dt.datetime) -> None:
        """Let time pass; what falls due on the way fires a moment after its own time."""
        for _ in range(MOST_TIMERS):
            with self.database.reading() as c:
                due, stopped = timers.next_due(c), flood.is_stopped(c)
            if stopped:
                break
            if due is None or due >= moment:
                self.time.move_to(moment)
                return
            self.time.move_to(due + TICK)
            timers.fire_due(self.database)
            self.works()
        often = f"这段时间里定时器触发了 {MOST_TIMERS} 次还没有完" if not stopped else f"有一步一小时内经过了 {flood.MOST} 次以上"
        raise Expected(f"{often}，流程可能在原地打转，请检查循环里的定时事件。")

    def person(self, role: str, who: str = "") -> Participant:
        """Somebody who holds a role here, or the one named. Raises Expected."""
        found = who or next((key for key, (_, held, _) in sample_town.people().items() if held == role), "")
        if not found:
            raise Expected(f"没有岗位“{role}”，请从岗位清单中选。")
        with self.database.reading() as c:
            return directory.participant(c, found)

    def items(self) -> list[Any]:
        """Every live work item, those of the played case first."""
        with self.database.reading() as c:
            return sorted(c.execute(OPEN), key=lambda row: row.instance_id != self.case)

    def holders(self, row: Any) -> tuple[str, ...]:
        """Ids of those who may do a work item."""
        if row.assignee:
            return (row.assignee,)
        role, _, unit = (row.candidate_key or "").partition("@")
        with self.database.reading() as c:
            return tuple(one.id for one in directory.holders(c, role, unit))

    def on_list(self, role: str) -> list[str]:
        """Names of the steps of the case that people of a role can do."""
        mine = {key for key, (_, held, _) in sample_town.people().items() if held == role}
        return [row.name for row in self.items() if row.instance_id == self.case and mine & set(self.holders(row))]

    def row(self) -> Any:
        """The played case. Raises Expected when none has begun."""
        with self.database.reading() as c:
            found = c.execute(select(process_instance).where(process_instance.c.id == (self.case or 0))).first()
        if found is None:
            raise Expected("还没有上报（发起），请先写“上报”。")
        return found

    def fill(self, form: Form | None, given: Mapping[str, Any], answering: Answering) -> dict[str, Any]:
        """What the example says; photos, signatures, places and moments that the form demands besides are filled in."""
        values = {key: self.remembered.get(value, value) if isinstance(value, str) else plain(value) for key, value in given.items()}
        if form is None:
            return values
        for _ in range(3):
            for state in forms.fields(form, values, access=answering.access, stored=answering.stored, names=answering.names):
                self._supply(state, values, answering.person)
        return values

    def _supply(self, state: FieldState, values: dict[str, Any], person: str) -> None:
        for child in state.children if state.type == "group" else ():
            self._supply(child, values, person)
        if state.mode != "write" or not state.required or values.get(state.key) and state.type != "location":
            return
        if state.type in ("photo", "file"):
            values[state.key] = [self._picture(person) for _ in range(state.field.rules.min_count or 1)]
        elif state.type == "signature":
            values[state.key] = {"image": self._picture(person)}
        elif state.type == "location" and "lon" not in (values.get(state.key) or {}):
            unit = sample_town.people()[person][2]
            lon, lat = sample_town.POINTS.get(unit, sample_town.POINTS[sample_town.GRID])
            values[state.key] = {"lon": lon, "lat": lat, **(values.get(state.key) or {})}
        elif state.type == "datetime":
            values[state.key] = local(self.time()).strftime(WRITTEN.get(state.field.subtype, "%Y-%m-%dT%H:%M"))

    def _picture(self, person: str) -> str:
        return str(self.database.run(lambda c: attachments.add(c, PHOTO, person)))



def with_labels(form: Form | None, refusal: InvalidValues) -> InvalidValues:
    """The same refusal, each field called as the form calls it."""
    labels = {one.key: one.label for one in form.inputs()} if form else {}
    return InvalidValues({path: f"{labels[path]}：{text}" if labels.get(path) else text for path, text in refusal.errors.items()})


def told(refusal: EngineError) -> str:
    """A refusal with what is wrong with each field, or with each element."""
    if isinstance(refusal, InvalidValues):
        return "；".join(dict.fromkeys(refusal.errors.values())) or refusal.message
    if isinstance(refusal, InvalidDefinition):
        return "；".join(one.message for one in refusal.findings if one.severity == Severity.ERROR) or refusal.message
    return refusal.message


def plain(value: Any) -> Any:
    """YAML's own dates as the text that a form takes."""
    if isinstance(value, dt.datetime):
        return value.strftime("%Y-%m-%dT%H:%M")
    return value.isoformat() if isinstance(value, dt.date) else value
