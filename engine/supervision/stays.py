"""What the record of one case tells about time: where each step lay, from when to when, and when the case was halted.

Read from the events alone, never from rows that change. A step that nobody has taken lies with its post. Moments are aware UTC.
"""

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from engine.runtime.history import HistoryEvent

DONE, SENT_BACK, GONE, OPEN = "completed", "sent-back", "withdrawn", "open"
ARRIVALS = ("timer-fired", "message-received", "message-buffered", "job-done", "job-failed", "retried", "cancelled")
GIVEN = ("transferred", "returned", "delegated", "handed-back")


@dataclass(frozen=True)
class Span:
    """From `start` (included) to `end` (not included)."""

    start: dt.datetime
    end: dt.datetime


@dataclass(frozen=True)
class Hold:
    """Who had a step from when to when; nobody: it lay with its post, to be claimed."""

    person: str | None
    start: dt.datetime
    end: dt.datetime


@dataclass(frozen=True)
class Stay:
    """One work item from its opening to its end (or to now). `end_by` is what ended it: completed, sent-back, withdrawn, open."""

    key: str
    element_id: str
    name: str
    role: str | None
    opened: dt.datetime
    ended: dt.datetime
    end_by: str
    ended_by: str | None
    holds: tuple[Hold, ...]

    def holder(self, moment: dt.datetime) -> str | None:
        """Who had it at that moment; None: its post."""
        return next((hold.person for hold in self.holds if hold.start <= moment < hold.end), None)


@dataclass(frozen=True)
class Arrival:
    """What a case without an open step had been waiting for has come, at an element of its diagram."""

    at: dt.datetime
    kind: str
    element_id: str | None


@dataclass(frozen=True)
class Told:
    """A case in time. `end` is its end, or the moment up to which it was asked for; `people` are the names of who had a step."""

    start: dt.datetime
    end: dt.datetime
    is_open: bool
    stays: tuple[Stay, ...]
    halts: tuple[Span, ...]
    arrivals: tuple[Arrival, ...]
    people: Mapping[str, str]


@dataclass
class _Lying:
    """A step while it is told."""

    key: str
    element_id: str
    name: str
    role: str | None
    opened: dt.datetime
    person: str | None
    since: dt.datetime
    holds: list[Hold] = field(default_factory=list)

    def give(self, person: str | None, at: dt.datetime) -> None:
        if person != self.person:
            self.holds.append(Hold(self.person, self.since, at))
            self.person, self.since = person, at

    def ended(self, at: dt.datetime, end_by: str, ended_by: str | None = None) -> Stay:
        holds = (*self.holds, Hold(self.person, self.since, at))
        return Stay(self.key, self.element_id, self.name, self.role, self.opened, at, end_by, ended_by, holds)


@dataclass
class _Listener:
    lying: dict[str, _Lying] = field(default_factory=dict)
    stays: list[Stay] = field(default_factory=list)
    halts: list[Span] = field(default_factory=list)
    arrivals: list[Arrival] = field(default_factory=list)
    people: dict[str, str] = field(default_factory=dict)
    halted: dt.datetime | None = None
    ended: dt.datetime | None = None

    def hear(self, event: HistoryEvent) -> None:
        if event.actor:
            self.people[event.actor] = event.name or event.actor
        self._hands(event)
        if event.kind == "suspended":
            self.halted = event.at
        elif event.kind == "resumed":
            self._go_on(event.at)
        elif event.kind in ARRIVALS:
            self.arrivals.append(Arrival(event.at, event.kind, event.element_id))
        self._turn(event)

    def _hands(self, event: HistoryEvent) -> None:
        item = self.lying.get(str(event.detail.get("key")))
        if item is None:
            return
        if event.kind == "claimed":
            item.give(event.actor, event.at)
        elif event.kind == "unclaimed":
            item.give(None, event.at)
        elif event.kind in GIVEN:
            self.people[event.detail["to"]] = event.detail.get("to_name") or event.detail["to"]
            item.give(event.detail["to"], event.at)
        elif event.kind in (DONE, SENT_BACK):
            self._end(item.key, event.at, event.kind, event.actor)

    def _turn(self, event: HistoryEvent) -> None:
        for gone in event.detail.get("closed") or ():
            self._end(gone["key"], event.at, GONE, None)
        for new in event.detail.get("opened") or ():
            self._open(new, event.at)
        if event.detail.get("ended"):
            self.ended = event.at

    def _open(self, new: Mapping[str, Any], at: dt.datetime) -> None:
        person = new.get("assignee")
        if person:
            self.people[person] = new.get("assignee_name") or person
        self.lying[new["key"]] = _Lying(new["key"], new["element"], new["name"], new.get("role"), at, person, at)

    def _end(self, key: str, at: dt.datetime, end_by: str, ended_by: str | None) -> None:
        item = self.lying.pop(key, None)
        if item is not None:
            self.stays.append(item.ended(at, end_by, ended_by))

    def _go_on(self, at: dt.datetime) -> None:
        if self.halted is not None:
            self.halts.append(Span(self.halted, at))
            self.halted = None


def told(events: Iterable[HistoryEvent], start: dt.datetime, until: dt.datetime) -> Told:
    """Listen to the events of one case (oldest first) that began at `start`; a case that has not ended lasts up to `until`."""
    listener = _Listener()
    for event in events:
        listener.hear(event)
    end = listener.ended or max([until, start, *(stay.ended for stay in listener.stays)])
    listener._go_on(end)
    for key in list(listener.lying):
        listener._end(key, end, GONE if listener.ended else OPEN, None)
    stays = sorted(listener.stays, key=lambda stay: (stay.opened, stay.key))
    return Told(start, end, listener.ended is None, tuple(stays), tuple(listener.halts), tuple(listener.arrivals), listener.people)
