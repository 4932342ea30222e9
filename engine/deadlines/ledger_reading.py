"""What the entries of a ledger say together: corrections and revocations applied, suspensions paired, everything in the order of time."""

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import groupby
from typing import NamedTuple

from engine.deadlines.ledger import Entry, EntryKind
from engine.deadlines.rules import Rule
from engine.errors import DeadlineRefused

_ABOUT_OTHERS = (EntryKind.CORRECTED, EntryKind.REVOKED)


class Stretch(NamedTuple):
    """Time that does not count: `to_at` is None while it lasts. `seq` is the entry that began it."""

    from_at: dt.datetime
    to_at: dt.datetime | None
    seq: int
    ground: str = ""
    document: str = ""


@dataclass(frozen=True)
class Story:
    """A ledger read: when counting began, what does not count, what was added, and how the clock stands."""

    started: dt.datetime
    conservative_from: dt.datetime | None
    stretches: tuple[Stretch, ...]
    extensions: tuple[Entry, ...]
    status: str
    stopped_at: dt.datetime | None

    @property
    def added(self) -> float:
        """The length of all extensions together, in the rule's own unit."""
        return sum(entry.length or 0 for entry in self.extensions)


def read_ledger(rule: Rule, entries: Iterable[Entry]) -> Story:
    """The story that the entries tell. Their order does not matter. Raises DeadlineRefused when nothing says when counting began."""
    valid = in_force(entries)
    starts = [one for one in valid if one.kind is EntryKind.STARTED and one.from_at is not None]
    if not starts:
        raise DeadlineRefused(f"{rule.title}：没有起算的日期，无法计算期限。请先登记起算日。", rule=rule.id)
    stretches, suspended = _stretches(valid)
    stopped_at = _stopped_at(valid)
    status = "stopped" if stopped_at is not None else "suspended" if suspended else "running"
    extensions = tuple(one for one in valid if one.kind is EntryKind.EXTENDED)
    return Story(_moment(starts[-1]), starts[-1].conservative_from, stretches, extensions, status, stopped_at)


def in_force(entries: Iterable[Entry]) -> list[Entry]:
    """The entries that count, corrected ones as they read now, in the order they were entered."""
    known = {entry.seq: entry for entry in sorted(entries, key=lambda one: one.seq)}
    if not any(entry.kind in _ABOUT_OTHERS for entry in known.values()):
        return list(known.values())
    revoked, told = set[int](), dict[int, Entry]()
    for entry in sorted(known.values(), key=lambda one: -one.seq):
        if entry.seq in revoked or entry.corrects is None:
            continue
        if entry.kind is EntryKind.REVOKED:
            revoked.add(entry.corrects)
        elif entry.kind is EntryKind.CORRECTED:
            told.setdefault(original(known, entry.seq), entry)
    plain = [one for one in known.values() if one.kind not in _ABOUT_OTHERS and one.seq not in revoked]
    return [replace(told[one.seq], seq=one.seq, kind=one.kind, corrects=None) if one.seq in told else one for one in plain]


def original(known: dict[int, Entry], seq: int) -> int:
    """The number of the entry that a correction, or a correction of it, is about."""
    while seq in known and known[seq].kind is EntryKind.CORRECTED and (known[seq].corrects or seq) < seq:
        seq = known[seq].corrects or seq
    return seq


def _stretches(valid: Sequence[Entry]) -> tuple[tuple[Stretch, ...], bool]:
    """Excluded periods and suspensions, and whether the last suspension still lasts. Moments at which one ends and the next begins join."""
    marks = sorted((one for one in valid if _is_mark(one)), key=_moment)
    found = [_stretch(one, one.to_at) for one in valid if one.kind in (EntryKind.EXCLUDED, EntryKind.SUSPENDED) and one.to_at is not None]
    begun: Entry | None = None
    for moment, together in groupby(marks, key=_moment):
        group = list(together)
        begins = [one for one in group if one.kind is EntryKind.SUSPENDED]
        stands = (begun is not None) + len(begins) - (len(group) - len(begins)) > 0
        if begun is not None and (not stands or begins):
            found.append(_stretch(begun, moment))
        begun = None if not stands else begins[0] if begins else begun
    if begun is not None:
        found.append(_stretch(begun, None))
    return tuple(sorted(found, key=lambda one: (one.from_at, one.seq))), begun is not None


def _is_mark(entry: Entry) -> bool:
    if entry.from_at is None:
        return False
    return entry.kind is EntryKind.RESUMED or (entry.kind is EntryKind.SUSPENDED and entry.to_at is None)


def _stretch(entry: Entry, to_at: dt.datetime | None) -> Stretch:
    return Stretch(_moment(entry), to_at, entry.seq, entry.ground, entry.document)


def _stopped_at(valid: Sequence[Entry]) -> dt.datetime | None:
    """When the matter was done for good so far; None while it is open. What stopped and came back at one moment is open."""
    marks = [one for one in valid if one.kind in (EntryKind.STOPPED, EntryKind.REOPENED) and one.from_at is not None]
    last = max(marks, key=lambda one: (_moment(one), one.kind is EntryKind.REOPENED), default=None)
    return last.from_at if last is not None and last.kind is EntryKind.STOPPED else None


def _moment(entry: Entry) -> dt.datetime:
    if entry.from_at is None:
        raise DeadlineRefused(f"第 {entry.seq} 条登记没有日期，无法计算期限。请补上日期。")
    return entry.from_at
