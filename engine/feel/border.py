"""Values on their way into FEEL and back: JSON, with a tagged object for dates, moments and durations."""

import json
from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

from engine.clock import SHANGHAI
from engine.errors import ExpressionFailed

_DATE, _MOMENT, _DURATION = "\x01date", "\x01moment", "\x01duration"
_MILLISECOND = timedelta(milliseconds=1)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def write(value: Any) -> tuple[str, bool]:
    """JSON text, and whether it holds tags. A moment without time zone counts as Shanghai's.

    Refuses what is no value of a case: NaN, infinity, objects of a program.
    """
    tagged: list[bool] = []

    def tag(entry: Any) -> Any:
        tagged.append(True)
        return _tag(entry)

    try:
        return json.dumps(value, default=tag, allow_nan=False), bool(tagged)
    except (ValueError, TypeError, RecursionError) as reason:
        raise ExpressionFailed("表达式用到了无法计算的数据，请检查数据内容。", cause=str(reason)) from reason


def _tag(value: Any) -> Any:
    match value:
        case datetime():
            moment = value if value.tzinfo else value.replace(tzinfo=SHANGHAI)
            return {_MOMENT: (moment - _EPOCH) // _MILLISECOND}
        case date():
            return {_DATE: value.isoformat()}
        case timedelta():
            return {_DURATION: value // _MILLISECOND}
        case Decimal():
            return int(value) if value == value.to_integral_value() else float(value)
        case Mapping():
            return dict(value)
        case tuple() | set() | frozenset():
            return list(value)
        case _:
            raise TypeError(f"{type(value).__name__} is no FEEL value")


def untag(entry: dict[str, Any]) -> Any:
    """For `json.loads(object_hook=…)`: a tagged object as the value it stands for."""
    if len(entry) != 1:
        return entry
    (key, value), = entry.items()
    if key == _DATE and isinstance(value, str):
        return date.fromisoformat(value)
    if key == _MOMENT and isinstance(value, int | float):
        return _EPOCH + timedelta(milliseconds=value)
    if key == _DURATION and isinstance(value, int | float):
        return timedelta(milliseconds=value)
    return entry
