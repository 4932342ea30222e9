"""Lines of the board as people read them: which case, which step, whose move it is, and how late."""

import datetime as dt
import functools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, bindparam, select

from engine import clock
from engine.cases.tables import category
from engine.deadlines import rulebook
from engine.people import ROLES, directory
from engine.reports import counts
from engine.reports.counts import CLOCK, IDLE, Group
from engine.reports.filters import LINKS
from engine.reports.lines import NOBODY, OPEN_STATES, RUNNING
from engine.runtime.tables import deadline_clock, process_instance, work_item

_IDS: Any = bindparam("ids", expanding=True)
CASES = select(process_instance.c.id, process_instance.c.business_key, process_instance.c.title, process_instance.c.place,
               process_instance.c.unit_id).where(process_instance.c.id.in_(_IDS))
ITEMS = select(work_item).where(work_item.c.id.in_(_IDS))
CLOCKS = select(deadline_clock).where(deadline_clock.c.id.in_(_IDS))
MATTERS = select(category.c.code, category.c.display)


@dataclass(frozen=True)
class Step:
    """One line. `since` is when it came to whoever holds it now; `waits_for` says in words whose move it is; `ended` when that has
    been done since the figures were made. `item_id` is None for what is not a step."""

    id: str
    item_id: str | None
    instance_id: int
    case_number: str
    title: str
    place: str | None
    name: str
    link: str
    unit_name: str
    holder_name: str
    matter_name: str
    rule: str
    state: str
    level: str
    since: dt.datetime
    warn_at: dt.datetime | None
    due_at: dt.datetime | None
    limit_text: str | None
    urged: int
    waits_for: str
    ended: bool

    @property
    def link_name(self) -> str:
        """The link as people call it."""
        return LINKS.get(self.link, LINKS[""])

    @property
    def late_by(self) -> dt.timedelta | None:
        """How long past its due time, None when it is not late."""
        return clock.now() - self.due_at if self.level == "late" and self.due_at else None


class Names:
    """What units, people and kinds of problem are called; asked once for a page."""

    def __init__(self, c: Connection, holders: Sequence[str] = (), units: Sequence[str] = ()) -> None:
        self.people = directory.names(c, [one for one in holders if "@" not in one])
        self.units = directory.unit_names(c, {*units, *(one.partition("@")[2] for one in holders)})
        self.matters: Mapping[str, str] = {row.code: row.display for row in c.execute(MATTERS)}

    def holder(self, key: str) -> str:
        """A person by name; 村社干部@v1 as people say it: 一村村社干部."""
        if "@" not in key:
            return self.people.get(key, key) if key != NOBODY else "未指定的人员"
        role, _, unit_id = key.partition("@")
        return f"{self.units.get(unit_id, unit_id)}{ROLES[role].name}" if role in ROLES else "未指定的人员"

    def of(self, facet: str, key: str) -> str:
        """A group's name."""
        if facet == "link":
            return LINKS.get(key, LINKS[""])
        if facet == "holder":
            return self.holder(key) + ("（待领取）" if "@" in key else "")
        if facet == "rule":
            return f"{key} {_rules()[key]}" if key in _rules() else key
        if facet == "matter":
            return "未分类" if key == NOBODY else self.matters.get(key, key)
        return "直接指定到人" if key == NOBODY else self.units.get(key, key)


@functools.cache
def _rules() -> Mapping[str, str]:
    """What the shipped rules are called."""
    return {rule.id: rule.name for rule in rulebook.rules()}


def named(c: Connection, facet: str, groups: Sequence[Group]) -> tuple[Group, ...]:
    """Groups with their names for people."""
    keys = [group.key for group in groups]
    names = Names(c, keys if facet == "holder" else (), keys)
    return tuple(Group(group.key, names.of(facet, group.key), group.counts) for group in groups)


def of(c: Connection, rows: Sequence[Any]) -> tuple[Step, ...]:
    """The lines of a list, in its order."""
    cases = {row.id: row for row in c.execute(CASES, {"ids": [row.instance_id for row in rows]})}
    items = {row.id: row for row in c.execute(ITEMS, {"ids": [row.id for row in rows if row.rank < CLOCK]})}
    clocks = {f"clock:{row.id}": row for row in c.execute(
        CLOCKS, {"ids": [int(row.id.partition(":")[2]) for row in rows if CLOCK <= row.rank < IDLE]})}
    names = Names(c, [row.holder for row in rows], [case.unit_id for case in cases.values()])
    return tuple(_step(row, cases[row.instance_id], items.get(row.id) or clocks.get(row.id), names) for row in rows)


def _step(row: Any, case: Any, live: Any, names: Names) -> Step:
    item = live if row.rank < CLOCK else None
    name = "等待日期、消息或系统处理" if live is None else live.name
    state = (live.state if item is not None else live.status) if live is not None else row.state
    return Step(
        id=row.id, item_id=item.id if item is not None else None, instance_id=row.instance_id, case_number=case.business_key,
        title=case.title, place=case.place, name=name, link=row.link, unit_name=names.units.get(case.unit_id, case.unit_id),
        holder_name=names.holder(row.holder) if item is not None else "", matter_name=names.of("matter", row.matter), rule=row.rule,
        state=row.state, level=counts.LEVELS[row.rank % CLOCK], warn_at=row.warn_at, due_at=row.due_at,
        since=(item.claimed_at or item.created_at) if item is not None else row.opened_at,
        limit_text=item.limit_text if item is not None else None, urged=item.urged if item is not None else 0,
        waits_for=_waits(row, names), ended=state not in (*OPEN_STATES, *RUNNING))


def _waits(row: Any, names: Names) -> str:
    if row.rank >= IDLE:
        return "等日期、外部消息或系统处理"
    if row.rank >= CLOCK:
        return "期限已中止" if row.state == "suspended" else "期限在走"
    name = names.holder(row.holder)
    return {"open": f"等待{name}领取", "claimed": f"等待{name}办理", "suspended": "事项已挂起，恢复后继续计时"}[row.state]
