"""How close to its due time a step was when somebody did something with it."""

import datetime as dt
from typing import Any

from engine.supervision.signs.sign import length


def left(item: Any, moment: dt.datetime, hours: float, share: float) -> dt.timedelta | None:
    """What was left of a step's limit at `moment` when that was close to its end, None when it was not.

    Close: not over, at most `hours`, and at most `share` per cent of the whole limit, so that neither a limit of two hours nor one of a
    month is close all the time. A step without a limit is never close.
    """
    if item is None or item.due_at is None or moment >= item.due_at:
        return None
    rest: dt.timedelta = item.due_at - moment
    whole = item.due_at - item.began_at
    return rest if rest <= dt.timedelta(hours=hours) and rest <= whole * share / 100 else None


def said(rest: dt.timedelta, item: Any) -> str:
    """距到期 35分钟（全部时限 2天）."""
    return f"距到期 {length(rest)}（全部时限 {length(item.due_at - item.began_at)}）"


def rule(hours: float, share: float) -> str:
    """The threshold in words."""
    return f"到期前 {hours:g} 小时以内，且不超过全部时限的 {share:g}%"
