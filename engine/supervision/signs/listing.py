"""The signs of a supervisor's units, to be looked into: listed, shown with their evidence, marked with what was found, taken out.

Looking for them changes nothing and counts nothing for anybody. A mark says what an inspector found; it is kept with the facts of the
sign as they stood, and a marked sign does not come back.
"""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from sqlalchemy import ColumnElement, Connection, insert, select

from engine import clock
from engine.errors import InvalidValues, NotAllowed, NotFound
from engine.people import Participant, directory
from engine.people.directory import Unit
from engine.people.roles import TREE
from engine.supervision import audit
from engine.supervision.signs import reading, thresholds
from engine.supervision.signs.kinds import KINDS
from engine.supervision.signs.sign import About, Period, Sign, named, shared_path
from engine.supervision.signs.tables import sign_mark

VERDICTS = {"true": "属实", "false": "不属实", "fine": "合理"}
OPEN, MARKED = "open", "marked"
STATES = {OPEN: "待核实", MARKED: "已核实"}
SPANS = (7, 30, 90)
PAGE = 30
LONGEST = 1000
AROUND = dt.timedelta(days=1)
MARK = sign_mark.c


@dataclass(frozen=True)
class Filters:
    """What is shown; empty means everything. `days` up to now are looked at; `unit` includes the units below it."""

    kind: str = ""
    unit: str = ""
    state: str = OPEN
    words: str = ""
    days: int = 30

    def text(self) -> str:
        """For the audit record and the head of a list that is taken out."""
        kind = KINDS[self.kind].name if self.kind in KINDS else self.kind
        parts = [("种类", kind), ("地点单位", self.unit), ("查找", self.words)]
        said = "，".join(f"{name}：{value}" for name, value in parts if value)
        return f"{STATES.get(self.state, self.state)}，近 {self.days} 日" + (f"，{said}" if said else "")


@dataclass(frozen=True)
class Mark:
    """What an inspector found of a sign."""

    verdict: str
    note: str
    by: str
    at: dt.datetime

    @property
    def word(self) -> str:
        """属实, 不属实 or 合理."""
        return VERDICTS.get(self.verdict, self.verdict)


@dataclass(frozen=True)
class Entry:
    """One line of the list. `sign` is None when the evidence is no longer found as it was when it was marked."""

    kind: str
    key: str
    at: dt.datetime
    summary: str
    persons: Mapping[str, str]
    cases: tuple[About, ...]
    mark: Mark | None = None
    sign: Sign | None = None

    @property
    def kind_name(self) -> str:
        """What people call this kind."""
        return KINDS[self.kind].name if self.kind in KINDS else self.kind


@dataclass(frozen=True)
class Listing:
    """One page of entries; `counts` are those of each kind that are still to be looked into, without the filter for the kind."""

    entries: tuple[Entry, ...]
    total: int
    page: int
    counts: Mapping[str, int]
    places: tuple[Unit, ...] = field(default=())

    @property
    def pages(self) -> int:
        """At least one."""
        return max(1, -(-self.total // PAGE))


def listed(c: Connection, by: Participant, filters: Filters = Filters(), page: int = 1) -> Listing:
    """The signs of one supervisor, newest first. Raises NotAllowed without the capability, InvalidValues for an unknown filter."""
    every = _entries(c, by, filters)
    chosen = [entry for entry in every if not filters.kind or entry.kind == filters.kind]
    page = min(max(1, page), max(1, -(-len(chosen) // PAGE)))
    counts = {kind: sum(entry.kind == kind for entry in every) for kind in KINDS}
    units = tuple(unit for path in by.seen_paths("supervise") for unit in directory.units(c, path) if unit.level in TREE[:-1])
    return Listing(tuple(chosen[(page - 1) * PAGE:page * PAGE]), len(chosen), page, counts, units)


def export(c: Connection, by: Participant, filters: Filters = Filters()) -> tuple[Entry, ...]:
    """All signs with these filters, and a record of who took them out. Raises as `listed` does."""
    entries = tuple(entry for entry in _entries(c, by, filters) if not filters.kind or entry.kind == filters.kind)
    audit.note(c, by, "exported", f"{by.name}导出异常提示清单 {len(entries)} 行（{filters.text()}）。", rows=len(entries))
    return entries


def one(c: Connection, by: Participant, kind: str, key: str, at: dt.datetime) -> Entry:
    """One sign with its evidence, looked for again around its moment. Raises NotAllowed, and NotFound also for another town's."""
    paths = _paths(by)
    if kind not in KINDS:
        raise NotFound("没有这种异常提示，请返回列表重新选择。")
    period = Period(at - AROUND, at + AROUND)
    found = next((sign for sign in KINDS[kind].find(c, period, paths, thresholds.in_force(c)) if sign.key == key), None)
    marked = next(iter(_marked(c, [MARK.kind == kind, MARK.key == key, reading.below(MARK.unit_path, paths)])), None)
    if found is not None:
        return _entry(found, marked.mark if marked else None)
    if marked is None:
        raise NotFound("没有找到这条异常提示：可能阈值已经调整，或者证据已有变化。请返回列表重新查看。")
    return marked


def mark(c: Connection, by: Participant, entry: Entry, verdict: str, note: str) -> dict[str, str]:
    """Keep what an inspector found; a later mark goes before an earlier one, and none is lost.

    Raises NotAllowed (no post that orders there, or a sign about oneself), InvalidValues (no verdict, no reason).
    """
    path = unit_of(entry)
    if not by.may("order", path):
        raise NotAllowed("核实异常提示由监督员进行；您可以查看，不能核实。")
    if by.id in entry.persons:
        raise NotAllowed("这条提示涉及您本人，请由其他监督员核实。")
    said = note.strip()
    if verdict not in VERDICTS:
        raise InvalidValues({"verdict": "请选择核实结论：属实、不属实或合理。"})
    if not said or len(said) > LONGEST:
        raise InvalidValues({"note": f"请写明核实的经过和依据（不超过 {LONGEST} 字）。"})
    cases = [{"id": case.id, "number": case.number, "title": case.title, "unit_path": case.unit_path} for case in entry.cases]
    c.execute(insert(sign_mark), {
        "kind": entry.kind, "key": entry.key, "seen_at": entry.at, "summary": entry.summary, "cases": cases, "persons": dict(entry.persons),
        "unit_path": path, "verdict": verdict, "note": said, "marked_by": by.id, "marked_at": clock.now()})
    numbers = "、".join(case.number for case in entry.cases[:5])
    audit.note(c, by, "sign-marked", f"{by.name}核实异常提示“{entry.kind_name}”（{numbers}）：{VERDICTS[verdict]}。", sign=entry.key)
    return {"kind": entry.kind, "key": entry.key, "verdict": verdict}


def mark_found(c: Connection, by: Participant, which: tuple[str, str, dt.datetime], said: Mapping[str, str]) -> dict[str, str]:
    """Look for the sign (kind, key, moment) again and keep what was found of it: `verdict` and `note`. Raises as `one` and `mark` do."""
    return mark(c, by, one(c, by, *which), said.get("verdict", ""), said.get("note", ""))


def unit_of(entry: Entry) -> str:
    """The path of the smallest unit that contains every case of it: whoever orders there may mark it."""
    return shared_path([case.unit_path for case in entry.cases])


def _paths(by: Participant) -> tuple[str, ...]:
    paths = by.seen_paths("supervise")
    if not paths:
        raise NotAllowed("异常提示只对监督岗位开放。如确有需要，请联系本单位管理员。")
    return paths


def _entries(c: Connection, by: Participant, filters: Filters) -> list[Entry]:
    """Every entry of all kinds with the other filters."""
    paths = _narrowed(c, by, filters)
    now = clock.now()
    period = Period(now - dt.timedelta(days=filters.days), now + dt.timedelta(seconds=1))
    if filters.state == MARKED:
        found = _marked(c, [reading.below(MARK.unit_path, paths), MARK.marked_at >= period.since])
    else:
        found = _unmarked(c, period, paths)
    return [entry for entry in found if _speaks_of(entry, filters.words)]


def _narrowed(c: Connection, by: Participant, filters: Filters) -> tuple[str, ...]:
    """The units that are looked at. Raises InvalidValues for a filter that there is not."""
    paths = _paths(by)
    if filters.state not in STATES or filters.days not in SPANS or (filters.kind and filters.kind not in KINDS):
        raise InvalidValues({"filters": "没有这样的筛选条件，请从列表中选择。"})
    if not filters.unit:
        return paths
    path = directory.unit_of(c, filters.unit).path
    if not by.may("supervise", path):
        raise NotFound("没有这个单位，或者不在您的监督范围内。")
    return (path,)


def _unmarked(c: Connection, period: Period, paths: Sequence[str]) -> list[Entry]:
    limits = thresholds.in_force(c)
    found = [sign for kind in KINDS.values() for sign in kind.find(c, period, paths, limits)]
    known = {(row.kind, row.key) for batch in reading.batches(sorted({sign.key for sign in found}))
             for row in c.execute(select(MARK.kind, MARK.key).where(MARK.key.in_(batch), MARK.kind.in_(KINDS)))}
    fresh = [sign for sign in found if (sign.kind, sign.key) not in known]
    return [_entry(sign, None) for sign in sorted(fresh, key=lambda sign: (sign.at, sign.key), reverse=True)]


def _entry(sign: Sign, found: Mark | None) -> Entry:
    return Entry(sign.kind, sign.key, sign.at, sign.summary, sign.persons, sign.cases, found, sign)


def _marked(c: Connection, conditions: Sequence[ColumnElement[bool]]) -> list[Entry]:
    """Marked signs as they stood, the last mark of each, newest first."""
    rows = {(row.kind, row.key): row for row in c.execute(select(sign_mark).where(*conditions).order_by(MARK.id))}
    names = named(c, [row.marked_by for row in rows.values()])
    entries = [Entry(row.kind, row.key, row.seen_at, row.summary, row.persons, tuple(About(**case) for case in row.cases),
                     Mark(row.verdict, row.note, names[row.marked_by], row.marked_at)) for row in rows.values()]
    return sorted(entries, key=lambda entry: (entry.mark.at if entry.mark else entry.at), reverse=True)


def _speaks_of(entry: Entry, words: str) -> bool:
    """True when the words stand in a case's number or title, a person's name, or the sentence."""
    texts = [entry.summary, *entry.persons.values(), *(text for case in entry.cases for text in (case.number, case.title))]
    return not words or any(words.lower() in text.lower() for text in texts)
