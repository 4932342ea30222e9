"""The one lock: a case's row, held until the transaction ends, and the story that the holder adds to it."""

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Connection, Row, Text, bindparam, exists, select, type_coerce, update
from sqlalchemy.dialects import postgresql, sqlite

from engine import clock
from engine.definitions import Deployed
from engine.errors import Conflict, InvalidState, NotFound
from engine.people import Participant
from engine.runtime import history, live, parameters
from engine.runtime.tables import deadline_clock, delegation, draft, involvement, process_instance, return_ticket, work_item

RUNNING, SUSPENDED, COMPLETED, CANCELLED = "running", "suspended", "completed", "cancelled"
STATUS_WORDS = {RUNNING: "办理中", SUSPENDED: "已挂起", COMPLETED: "已办结", CANCELLED: "已终止"}

_COLUMNS = [column for column in process_instance.c if column.name != "variables"]
_PEEK = select(*_COLUMNS, type_coerce(process_instance.c.variables, Text).label("variables"), parameters.HEAD.label("parameters"))
_ROW = _PEEK.with_for_update()
PEEK = _PEEK.where(process_instance.c.id == bindparam("i"))
LOCK = _ROW.where(process_instance.c.id == bindparam("i"))
LOCK_BY_ITEM = _ROW.where(
    process_instance.c.id == select(work_item.c.instance_id).where(work_item.c.id == bindparam("i")).scalar_subquery()
)
LOCK_BY_CLOCK = _ROW.where(
    process_instance.c.id == select(deadline_clock.c.instance_id).where(deadline_clock.c.id == bindparam("i")).scalar_subquery()
)
ITEM = select(work_item).where(work_item.c.id == bindparam("i"))
ITEM_FOR = select(
    work_item,
    exists().where(draft.c.work_item_id == work_item.c.id).label("drafted"),
    exists().where(involvement.c.instance_id == work_item.c.instance_id, involvement.c.person_id == bindparam("person"))
    .label("involved"),
    select(delegation.c.owner).where(delegation.c.work_item_id == work_item.c.id).scalar_subquery().label("delegated_by"),
    exists().where(return_ticket.c.work_item_id == work_item.c.id).label("to_return"),
).where(work_item.c.id == bindparam("i"))
SAVE_STORY = (
    update(process_instance)
    .where(process_instance.c.id == bindparam("i"), process_instance.c.record_seq == bindparam("before"))
    .values(record_seq=bindparam("seq"), record_hash=bindparam("head"), status=bindparam("to"), ended_at=bindparam("ended"))
)
INVOLVE = {
    "sqlite": sqlite.insert(involvement).on_conflict_do_nothing(),
    "postgresql": postgresql.insert(involvement).on_conflict_do_nothing(),
}


Found = Row[*tuple[Any, ...]]
"""One row as it was read."""


@dataclass
class Case:
    """A locked case. `row` is what was read, `variables` in it the stored text; `status` and `revision` move on with the work.

    `story` is written by `save` or by the turn, never by both. `opened` names the work items that the turn opened;
    `deployed` is the version it runs on and `host` what its tokens ask, both known from the beginning
    of the turn. `closed` holds the keys of rows that the command
    itself has closed; `involved` people who are known to have had to do with the case.
    """

    c: Connection
    row: Found
    story: history.Story
    at: dt.datetime
    by: Participant | None
    status: str
    revision: int
    opened: list[dict[str, Any]] = field(default_factory=list)
    deployed: Deployed | None = None
    host: Any = None
    closed: set[str] = field(default_factory=set)
    involved: set[str] = field(default_factory=set)

    @property
    def id(self) -> int:
        """The case's own id."""
        return int(self.row.id)

    def must_run(self) -> None:
        """Raises InvalidState unless the case is running."""
        if self.status != RUNNING:
            raise InvalidState(f"该事项{STATUS_WORDS[self.status]}，不能再办理。请返回列表刷新。", instance=self.id)

    def answer(self, **more: Any) -> dict[str, Any]:
        """What a command answers: the case and its revision."""
        return {"instance": self.id, "revision": self.revision, **more}

    def save_unmoved(self, **more: Any) -> dict[str, Any]:
        """The same for a command that also left every row alive: what is known of them stays known."""
        answer = self.save(**more)
        live.follow(self.id, self.row.record_hash, self.story.head)
        return answer

    def save(self, **more: Any) -> dict[str, Any]:
        """Write the story (and status) of a command that moved no token; answers as `answer` does."""
        before = self.story.seq
        history.append(self.c, self.story)
        values = {"i": self.id, "before": before, "seq": self.story.seq, "head": self.story.head, "to": self.status,
                  "ended": self.row.ended_at}
        if self.c.execute(SAVE_STORY, values).rowcount != 1:
            raise Conflict(instance=self.id)
        return self.answer(**more)


def locked(c: Connection, instance_id: int, *, by: Participant | None = None, revision: int | None = None) -> Case:
    """Lock one case. Raises NotFound, and Conflict when `revision` is given and no longer the case's."""
    case = _held(c, c.execute(LOCK, {"i": instance_id}).first(), by)
    check_revision(case, revision)
    return case


def peeked(c: Connection, instance_id: int, *, by: Participant | None = None) -> Case:
    """Read one case without a lock, to look at and not to change. Raises NotFound."""
    return _held(c, c.execute(PEEK, {"i": instance_id}).first(), by)


def locked_with_item(c: Connection, item_id: str, *, by: Participant | None = None) -> tuple[Case, Found]:
    """Lock the case of a work item, then read the item afresh. Raises NotFound."""
    case = _held(c, c.execute(LOCK_BY_ITEM, {"i": item_id}).first(), by)
    item = c.execute(ITEM_FOR, {"i": item_id, "person": by.id if by else None}).one()
    if item.involved and by is not None:
        case.involved.add(by.id)
    return case, item


def locked_with_clock(c: Connection, clock_id: int) -> Case:
    """Lock the case of a clock. Raises NotFound."""
    return _held(c, c.execute(LOCK_BY_CLOCK, {"i": clock_id}).first(), None)


def check_revision(case: Case, revision: int | None) -> None:
    """Raises Conflict when the page a person worked on shows an older revision. None skips the check."""
    if revision is not None and revision != case.revision:
        raise Conflict(instance=case.id, expected=revision, found=case.revision)


def _held(c: Connection, row: Found | None, by: Participant | None) -> Case:
    if row is None:
        raise NotFound()
    at = clock.now()
    story = history.Story(
        f"case:{row.id}", row.record_seq, row.record_hash, at, by, instance_id=row.id, definition_id=row.definition_id
    )
    return Case(c, row, story, at, by, row.status, row.revision)


def involve(case: Case, people: Iterable[str]) -> None:
    """Remember who has had to do with a case: they may go on reading it."""
    new = sorted(set(people) - case.involved)
    if new:
        case.c.execute(INVOLVE[case.c.dialect.name], [{"instance_id": case.id, "person_id": person} for person in new])
        case.involved.update(new)


def names(row: Found, units: Mapping[str, str]) -> dict[str, Any]:
    """What expressions of the diagram see as `case`. `units` gives the id of the unit by level that contains the case."""
    return {
        "id": row.id,
        "number": row.business_key,
        "title": row.title,
        "category": row.category,
        "place": row.place,
        "priority": row.priority,
        "reporter": row.started_by,
        "started_at": row.started_at,
        "unit": row.unit_id,
        "unit_path": row.unit_path,
        "unit_level": next((level for level, unit_id in units.items() if unit_id == row.unit_id), None),
        **{name: units.get(name) for name in ("city", "town", "area", "village", "grid")},
    }
