"""Days, moments and amounts as documents write them."""

import datetime as dt
from typing import Any

from engine import clock, money


def day(value: Any) -> str:
    """2026年3月2日; "" for nothing. Takes a day, a moment, or either as ISO text; other text stays as it is."""
    found = _read(value)
    if isinstance(found, dt.datetime):
        found = clock.local(found).date() if found.tzinfo else found.date()
    return f"{found.year}年{found.month}月{found.day}日" if isinstance(found, dt.date) else str(value or "")


def moment(value: Any) -> str:
    """2026年3月2日9时05分, in Asia/Shanghai; a day without a time as `day` does."""
    found = _read(value)
    if not isinstance(found, dt.datetime):
        return day(value)
    local = clock.local(found) if found.tzinfo else found
    return f"{local.year}年{local.month}月{local.day}日{local.hour}时{local.minute:02d}分"


def amount(fen: int | None) -> str:
    """5000元; "" for no amount."""
    return f"{money.yuan(fen).replace(',', '')}元" if fen else ""


def capital(fen: int | None) -> str:
    """伍仟元整; "" for no amount."""
    return money.capital(fen) if fen else ""


def _read(value: Any) -> dt.date | dt.datetime | None:
    if isinstance(value, dt.date):
        return value
    if not isinstance(value, str) or not value[:4].isdigit():
        return None
    try:
        return dt.date.fromisoformat(value) if len(value) == len("2026-03-02") else dt.datetime.fromisoformat(value)
    except ValueError:
        return None
