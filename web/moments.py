"""Dates and moments as people type them, in Asia/Shanghai: read strictly, or refused in words that say what is wrong with them."""

import datetime as dt
import re

from engine.clock import SHANGHAI, UTC

FIRST, LAST = 1990, 2099
FORM = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})(?:[T ](\d{1,2}):(\d{2})(?::(\d{2}))?)?", re.ASCII)


class NoMoment(ValueError):
    """What was typed is no moment; the text says why and what to write instead."""


def read(text: str) -> dt.datetime:
    """The moment, in UTC; a date alone is its midnight. Raises NoMoment."""
    found = FORM.fullmatch(text.strip())
    if found is None:
        raise NoMoment(f"“{text.strip()[:30]}”不是日期，请按 2026-02-10 或 2026-02-10T09:30 的写法填写。")
    year, month, day, hour, minute, second = (int(part or 0) for part in found.groups())
    _must_be_in_range(year)
    date = _date(year, month, day)
    if second == 60:
        raise NoMoment("没有第 60 秒：闰秒不作为起止时刻，请写前一秒（59）或后一分钟的 00 秒。")
    try:
        return dt.datetime.combine(date, dt.time(hour, minute, second), SHANGHAI).astimezone(UTC)
    except ValueError as problem:
        raise NoMoment(f"“{text.strip()[:30]}”里没有这个时刻，时间应在 00:00 至 23:59 之间。") from problem


def _must_be_in_range(year: int) -> None:
    if not FIRST <= year <= LAST:
        raise NoMoment(f"{year} 年不在能核算的范围内，请填 {FIRST} 年至 {LAST} 年之间的日期。")


def _date(year: int, month: int, day: int) -> dt.date:
    try:
        return dt.date(year, month, day)
    except ValueError as problem:
        hint = f"{year} 年 2 月只有 28 天" if (month, day) == (2, 29) else "请核对月份和日子"
        raise NoMoment(f"没有 {year}-{month:02}-{day:02} 这一天，{hint}。") from problem
