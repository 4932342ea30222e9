"""What a sign is: what was seen, of whom and in which cases, with the measured values beside the thresholds. Never a verdict."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import Connection

from engine import clock
from engine.people import directory

Limits = Mapping[str, float]
"""Thresholds by key, see `thresholds.toml`."""

MOST = 200
"""So many signs of one kind are shown, the newest; a threshold that lets more through is too low."""


@dataclass(frozen=True)
class Period:
    """From `since` (included) to `until` (not included), aware UTC."""

    since: dt.datetime
    until: dt.datetime

    def holds(self, moment: dt.datetime) -> bool:
        """True for a moment inside."""
        return self.since <= moment < self.until


@dataclass(frozen=True)
class About:
    """A case that a sign is about."""

    id: int
    number: str
    title: str
    unit_path: str


@dataclass(frozen=True)
class Line:
    """One piece of evidence as a sentence; `case` is the case whose record shows it, `photo` the attachment to look at."""

    at: dt.datetime
    text: str
    case: int | None = None
    photo: str | None = None


@dataclass(frozen=True)
class Measured:
    """A value that was measured, and the threshold it passed, both in words."""

    name: str
    value: str
    threshold: str


@dataclass(frozen=True)
class Sign:
    """One sign. `key` is the same whenever it is found again; `persons` are those whose acts it consists of, by id."""

    kind: str
    key: str
    at: dt.datetime
    summary: str
    persons: Mapping[str, str]
    cases: tuple[About, ...]
    lines: tuple[Line, ...]
    measures: tuple[Measured, ...]

    @property
    def unit_path(self) -> str:
        """The smallest unit that contains every case."""
        return shared_path([case.unit_path for case in self.cases])


def shared_path(paths: Sequence[str]) -> str:
    """The longest path that contains all of them: "/x/qs/" for "/x/qs/e/" and "/x/qs/w/"."""
    parts = [path.strip("/").split("/") for path in paths]
    shared = []
    for names in zip(*parts, strict=False):
        if len(set(names)) > 1:
            break
        shared.append(names[0])
    return "/" + "".join(f"{name}/" for name in shared)


def newest(signs: Sequence[Sign]) -> tuple[Sign, ...]:
    """The newest first, at most MOST."""
    return tuple(sorted(signs, key=lambda sign: (sign.at, sign.key), reverse=True)[:MOST])


def named(c: Connection, ids: Sequence[str | None]) -> dict[str, str]:
    """Names of these people in the order given; the id of somebody who is gone stands for itself."""
    wanted = [one for one in dict.fromkeys(ids) if one]
    known = directory.names(c, wanted) if wanted else {}
    return {one: known.get(one, one) for one in wanted}


def said(moment: dt.datetime, seconds: bool = False) -> str:
    """2026-03-02 09:30 in Asia/Shanghai, with seconds where they matter."""
    return f"{clock.local(moment):{'%Y-%m-%d %H:%M:%S' if seconds else '%Y-%m-%d %H:%M'}}"


def length(span: dt.timedelta) -> str:
    """3天4小时, 2小时5分, 40秒."""
    seconds = int(abs(span).total_seconds())
    days, hours, minutes = seconds // 86400, seconds % 86400 // 3600, seconds % 3600 // 60
    if days:
        return f"{days}天{hours}小时" if hours else f"{days}天"
    if hours:
        return f"{hours}小时{minutes}分" if minutes else f"{hours}小时"
    return f"{minutes}分钟" if minutes else f"{seconds}秒"
