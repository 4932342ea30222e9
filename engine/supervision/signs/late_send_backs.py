"""到期前退回: one case sent back again and again just before the sender's own step is due, so that somebody else's time begins."""

import datetime as dt
from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Connection

from engine.supervision.signs import closeness, reading
from engine.supervision.signs.reading import Move
from engine.supervision.signs.sign import Limits, Line, Measured, Period, Sign, length, named, newest, said

KIND = "late-send-backs"
BEFORE = dt.timedelta(days=30)
"""A case may have been sent back for the first time so long before the period."""

Close = tuple[Move, Any, dt.timedelta]


def find(c: Connection, period: Period, paths: Sequence[str], limits: Limits) -> tuple[Sign, ...]:
    """The signs of this kind whose last send-back lies in the period."""
    moves = reading.moves(c, "sent-back", Period(period.since - BEFORE, period.until), paths)
    items = reading.items(c, [move.item for move in moves])
    of_case: dict[int, list[Close]] = defaultdict(list)
    for move in moves:
        rest = closeness.left(items.get(move.item), move.at, limits["return.hours"], limits["return.share"])
        if rest is not None:
            of_case[move.case.id].append((move, items[move.item], rest))
    wanted = [group for group in of_case.values() if len(group) >= limits["return.times"] and period.holds(group[-1][0].at)]
    names = named(c, [move.actor for group in wanted for move, _, _ in group])
    return newest([_sign(group, names, limits) for group in wanted])


def _sign(group: Sequence[Close], names: Mapping[str, str], limits: Limits) -> Sign:
    last = group[-1][0]
    measures = (Measured("临近到期的退回", f"{len(group)} 次", f"{limits['return.times']:g} 次以上"),
                Measured("退回时距到期", f"最多 {length(max(rest for _, _, rest in group))}",
                         closeness.rule(limits["return.hours"], limits["return.share"])))
    persons = {move.actor: names[move.actor] for move, _, _ in group}
    return Sign(KIND, f"case:{last.case.id}", last.at, f"同一件事在临近到期时被退回 {len(group)} 次。", persons, (last.case,),
                tuple(_line(*close, names) for close in group), measures)


def _line(move: Move, item: Any, rest: dt.timedelta, names: Mapping[str, str]) -> Line:
    words = (f"{said(move.at)} {names[move.actor]}把“{item.name}”退回到“{move.body.get('target_name') or ''}”，"
             f"{closeness.said(rest, item)}，理由：{move.body.get('reason') or '没有写'}。")
    return Line(move.at, words, move.case.id)
