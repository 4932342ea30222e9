"""Due times: what a timer's FEEL value means, computed once, when the wait begins. Nothing here decides that a timer is due."""

import calendar
import datetime as dt
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from engine.clock import SHANGHAI
from engine.errors import ExpressionFailed

UTC = dt.UTC
DUE, FORM, LEFT, STEP = "due", "form", "left", "step"
LONGEST_YEARS = 100
"""No timer waits longer or repeats from a moment further away: a slip of the pen, and beyond what a calendar can count."""
LONGEST = dt.timedelta(days=366 * LONGEST_YEARS)
SHORTEST_STEP = dt.timedelta(minutes=1)
"""Between two occurrences of a repetition: more often is a flood of reminders that keeps others waiting."""
MOST_REPEATS = 100_000

_DURATION = re.compile(
    r"P(?=\d|T\d)(?:(?P<years>\d+)Y)?(?:(?P<months>\d+)M)?(?:(?P<weeks>\d+)W)?(?:(?P<days>\d+)D)?"
    r"(?:T(?=\d)(?:(?P<hours>\d+)H)?(?:(?P<minutes>\d+)M)?(?:(?P<seconds>\d+(?:\.\d+)?)S)?)?"
)
_REPETITION = re.compile(r"R(?P<count>\d{0,9})/(?:(?P<start>[^/P][^/]*)/)?(?P<step>P[^/]+)")
_BARE = re.compile(r'\s*=?\s*(?:duration\(\s*)?"?(?P<value>R?[\d/]*P[0-9YMWDTHS./]+)"?\s*\)?\s*')


@dataclass(frozen=True)
class Duration:
    """Months are counted on the calendar, the rest in seconds."""

    months: int
    rest: dt.timedelta

    def after(self, moment: dt.datetime) -> dt.datetime:
        """In Asia/Shanghai, so that a month later is the same day there, or that month's last."""
        there = moment.astimezone(SHANGHAI)
        year, month = divmod(there.year * 12 + there.month - 1 + self.months, 12)
        day = min(there.day, calendar.monthrange(year, month + 1)[1])
        return (there.replace(year=year, month=month + 1, day=day) + self.rest).astimezone(UTC)


def written(expression: str) -> str | None:
    """A duration or repetition that stands there as it is, with or without quotes; it needs no FEEL."""
    found = _BARE.fullmatch(expression)
    return found["value"] if found else None


def wait(value: Any, form: str, now: dt.datetime, label: str) -> dict[str, Any]:
    """The state of a timer that begins to wait now: due time, form, and for a repetition how many are left and the step."""
    text = value.strip() if isinstance(value, str) else ""
    if text.startswith("R"):
        return _repetition(text, now, label)
    if form == "cycle":
        raise _refuse(label, value)
    due, found = _due(value, text, now, label)
    return {DUE: due.isoformat(), FORM: found}


def _due(value: Any, text: str, now: dt.datetime, label: str) -> tuple[dt.datetime, str]:
    if isinstance(value, dt.timedelta) and dt.timedelta(0) <= value <= LONGEST:
        return now + value, "duration"
    if text.startswith("P"):
        return _duration(text, label).after(now), "duration"
    if isinstance(value, dt.datetime | dt.date):
        return _moment(value, label), "date"
    if text:
        return _moment(_read_moment(text, label), label), "date"
    raise _refuse(label, value)


def _repetition(text: str, now: dt.datetime, label: str) -> dict[str, Any]:
    found = _REPETITION.fullmatch(text)
    if found is None or found["count"] == "0":
        raise _refuse(label, text)
    step = _duration(found["step"], label)
    if step.after(now) - now < SHORTEST_STEP:
        raise ExpressionFailed(f"定时器“{label}”重复得太频繁，每次至少间隔一分钟，请改长间隔。", value=text[:200])
    left = int(found["count"]) if found["count"] else None
    if left is not None and left > MOST_REPEATS:
        raise ExpressionFailed(f"定时器“{label}”重复次数过多，最多 {MOST_REPEATS} 次，请减少次数。", value=text[:200])
    first = _moment(_read_moment(found["start"], label), label) if found["start"] else step.after(now)
    if abs(first - now) > LONGEST:
        raise _refuse(label, text)
    return {DUE: first.isoformat(), FORM: "cycle", LEFT: left, STEP: found["step"]}


def following(state: Mapping[str, Any], now: dt.datetime) -> dict[str, Any] | None:
    """The next wait of a repetition after it has fired, or None. Occurrences that were missed count as this one."""
    left = state.get(LEFT)
    if STEP not in state or left == 1:
        return None
    step, due = _duration(state[STEP], ""), dt.datetime.fromisoformat(state[DUE])
    if not step.months and step.rest <= dt.timedelta(0):
        return None
    while True:
        missed = 0 if step.months else max(0, (now - due) // step.rest)  # at once: counted one by one they could be millions
        due = step.after(due + missed * step.rest)
        left = None if left is None else left - missed - 1
        if left is not None and left <= 0:
            return None
        if due > now:
            return {**state, DUE: due.isoformat(), LEFT: left}


def moved(state: Mapping[str, Any], due: dt.datetime) -> dict[str, Any]:
    if due.tzinfo is None:
        raise ExpressionFailed("新的期限缺少时区，无法移动定时器。")
    return {**state, DUE: due.astimezone(UTC).isoformat()}


def _duration(text: str, label: str) -> Duration:
    found = _DURATION.fullmatch(text)
    if found is None:
        raise _refuse(label, text)
    number = {name: float(value or 0) for name, value in found.groupdict().items()}
    months = number["years"] * 12 + number["months"]
    try:
        rest = dt.timedelta(**{name: number[name] for name in ("weeks", "days", "hours", "minutes", "seconds")})
    except OverflowError as problem:
        raise _too_long(label, text) from problem
    if months > 12 * LONGEST_YEARS or rest > LONGEST:
        raise _too_long(label, text)
    return Duration(int(months), rest)


def _read_moment(text: str, label: str) -> dt.datetime | dt.date:
    """ISO 8601, also as FEEL writes it with a place ("2026-03-02T08:00:00@Asia/Shanghai")."""
    bare, _, place = text.partition("@")
    try:
        if len(bare) == len("2026-03-02"):
            return dt.date.fromisoformat(bare)
        moment = dt.datetime.fromisoformat(bare)
    except ValueError as problem:
        raise _refuse(label, text) from problem
    return moment.replace(tzinfo=SHANGHAI) if place == "Asia/Shanghai" else moment


def _moment(value: dt.datetime | dt.date, label: str) -> dt.datetime:
    """A date is its midnight in Asia/Shanghai; a time without a zone is refused, and one that no calendar holds."""
    if not isinstance(value, dt.datetime):
        value = dt.datetime.combine(value, dt.time(), SHANGHAI)
    if value.tzinfo is None:
        raise ExpressionFailed(
            f"定时器“{label}”得出的时间没有时区，无法使用，请改用日期、时长或带时区的时间。", value=value.isoformat()
        )
    try:
        return value.astimezone(UTC)
    except OverflowError as problem:
        raise _refuse(label, value) from problem


def _too_long(label: str, text: str) -> ExpressionFailed:
    return ExpressionFailed(f"定时器“{label}”的时长超过 {LONGEST_YEARS} 年，请检查单位和数字。", value=text[:200])


def _refuse(label: str, value: Any) -> ExpressionFailed:
    return ExpressionFailed(
        f"定时器“{label}”的表达式没有得出时长、日期时间或重复周期，请检查其中用到的内容是否已填写。", value=repr(value)[:200]
    )
