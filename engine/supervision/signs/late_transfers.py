"""到期前转办: one step handed on again and again just before it is due, or many such steps handed away by one person on one day.

A hand-over long before the steps are due is none, however many they are; nor is handing on what is overdue already.
"""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection

from engine import clock
from engine.supervision.signs import closeness, reading
from engine.supervision.signs.reading import Move
from engine.supervision.signs.sign import Limits, Line, Measured, Period, Sign, length, named, newest, said

KIND = "late-transfers"
BEFORE = dt.timedelta(days=7)
"""A step may have been handed on for the first time so long before the period."""


@dataclass(frozen=True)
class _Close:
    """One transfer just before its step was due, with what was left."""

    move: Move
    item: Any
    rest: dt.timedelta


def find(c: Connection, period: Period, paths: Sequence[str], limits: Limits) -> tuple[Sign, ...]:
    """The signs of this kind whose last transfer lies in the period."""
    moves = reading.moves(c, "transferred", Period(period.since - BEFORE, period.until), paths)
    items = reading.items(c, [move.item for move in moves])
    near = [_Close(move, items[move.item], rest) for move in moves
            if (rest := closeness.left(items.get(move.item), move.at, limits["transfer.hours"], limits["transfer.share"])) is not None]
    names = named(c, [one for close in near for one in (close.move.actor, str(close.move.body.get("to") or ""))])
    found = [*_serial(near, names, limits), *_many(near, names, limits)]
    return newest([sign for sign in found if period.holds(sign.at)])


def _serial(near: Sequence[_Close], names: Mapping[str, str], limits: Limits) -> Iterator[Sign]:
    """One step that passes from hand to hand."""
    of_item: dict[str, list[_Close]] = defaultdict(list)
    for close in near:
        of_item[close.move.item].append(close)
    for key, group in of_item.items():
        if len(group) >= limits["transfer.times"]:
            summary = f"“{group[0].item.name}”在临近到期时被转办 {len(group)} 次。"
            measure = Measured("临近到期的转办", f"{len(group)} 次", f"{limits['transfer.times']:g} 次以上")
            yield _sign(f"item:{key}", group, summary, names, (measure, _rest(group, limits)))


def _many(near: Sequence[_Close], names: Mapping[str, str], limits: Limits) -> Iterator[Sign]:
    """One person who hands many steps away."""
    of_day: dict[tuple[str, str], list[_Close]] = defaultdict(list)
    for close in near:
        of_day[close.move.actor, clock.local(close.move.at).date().isoformat()].append(close)
    for (person, day), group in of_day.items():
        count = len({close.move.item for close in group})
        if count >= limits["transfer.items"]:
            summary = f"{names[person]}在 {day} 转出 {count} 件临近到期的待办。"
            measure = Measured("同一天转出的临近到期待办", f"{count} 件", f"{limits['transfer.items']:g} 件以上")
            yield _sign(f"day:{person}:{day}", group, summary, names, (measure, _rest(group, limits)))


def _rest(group: Sequence[_Close], limits: Limits) -> Measured:
    rest = max(close.rest for close in group)
    return Measured("转办时距到期", f"最多 {length(rest)}", closeness.rule(limits["transfer.hours"], limits["transfer.share"]))


def _sign(key: str, group: Sequence[_Close], summary: str, names: Mapping[str, str], measures: tuple[Measured, ...]) -> Sign:
    cases = {close.move.case.id: close.move.case for close in group}
    persons = {close.move.actor: names[close.move.actor] for close in group}
    lines = tuple(_line(close, names) for close in group)
    return Sign(KIND, key, group[-1].move.at, summary, persons, tuple(cases.values()), lines, measures)


def _line(close: _Close, names: Mapping[str, str]) -> Line:
    body = close.move.body
    reason = f"，理由：{body['reason']}" if body.get("reason") else "，没有写理由"
    words = (f"{said(close.move.at)} {names[close.move.actor]}把“{close.item.name}”转给{body.get('to_name') or ''}，"
             f"{closeness.said(close.rest, close.item)}{reason}。")
    return Line(close.move.at, words, close.move.case.id)
