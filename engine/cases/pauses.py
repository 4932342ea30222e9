"""Days without a surcharge: every pause of a case as one line, and the correction of a day that was entered wrong.

A pause begins and ends with the steps of a reconsideration or a suit, which hold its enforcement as well; here nothing begins.
"""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection

from engine import clock
from engine.cases import dues, payments
from engine.cases.dues import PAUSED, RESUMED, Entry, New
from engine.errors import InvalidValues, NotFound

Values = Mapping[str, Any]


@dataclass(frozen=True)
class Stop:
    """One pause: the entry that began it, and the one that ended it, None while it lasts. Both days count as paused."""

    begun: Entry
    ended: Entry | None

    @property
    def words(self) -> str:
        """行政复议 or 行政诉讼."""
        return payments.GROUNDS.get(str(self.begun.more.get("ground") or ""), "")


def of(ledger: Sequence[Entry]) -> tuple[Stop, ...]:
    """The pauses that stand, oldest first."""
    known = dues.standing(ledger)
    ends = {one.more["pause"]: one for one in known if one.kind == RESUMED}
    return tuple(Stop(one, ends.get(one.id)) for one in known if one.kind == PAUSED)


def redate(c: Connection, instance_id: int, values: Values, by: str | None) -> tuple[Entry, dt.date]:
    """Another first or last day of a pause: the wrong entries are taken back and written again. values: entry, day, reason.

    Answers the entry that was wrong and its new day. Raises NotFound, InvalidValues (the same day, one to come, an end before the begin).
    """
    if not values.get("day"):
        raise InvalidValues({"day": "请填写更正后的日期。"})
    day, reason = payments.day_of(values, "day"), str(values.get("reason") or "").strip()
    number, stops = values.get("entry"), of(dues.entries(c, instance_id))
    stop = next((one for one in stops if number in (one.begun.id, one.ended.id if one.ended else None)), None)
    if stop is None:
        raise NotFound("没有这笔停止计算的记录。", entry=number)
    found = stop.begun if stop.begun.id == number or stop.ended is None else stop.ended
    wrong = {"day": _wrong_day(stop, found, day), "reason": "" if reason else "请写明更正的理由。"}
    if any(wrong.values()):
        raise InvalidValues({key: words for key, words in wrong.items() if words})
    _rewrite(c, instance_id, (stop, found, day), reason, by)
    return found, day


def _wrong_day(stop: Stop, found: Entry, day: dt.date) -> str:
    if day > clock.today():
        return "日期不能晚于今天。"
    if day == found.day:
        return f"账上已经是 {day}，不需要更正。"
    first = day if found is stop.begun else stop.begun.day
    last = stop.ended.day if stop.ended is not None and found is stop.begun else day
    return f"停止计算的第一日 {first} 不能晚于最后一日 {last}。" if last < first else ""


def _rewrite(c: Connection, instance_id: int, said: tuple[Stop, Entry, dt.date], reason: str, by: str | None) -> None:
    stop, found, day = said
    begun = stop.begun.id
    if stop.ended is not None:
        dues.cancel(c, instance_id, stop.ended, reason, by)
    if found is stop.begun:
        dues.cancel(c, instance_id, found, reason, by)
        begun = dues.write(c, instance_id, New(PAUSED, day, more={**found.more, "reason": reason}), by)
    if stop.ended is not None:
        last = stop.ended.day if found is stop.begun else day
        dues.write(c, instance_id, New(RESUMED, last, more={**stop.ended.more, "pause": begun, "reason": reason}), by)
