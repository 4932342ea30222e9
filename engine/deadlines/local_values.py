"""What a local parameter says about a limit: a number, a number with its unit, or a length with its extensions and grounds."""

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from engine.deadlines.counting import HOURLY, Unit
from engine.deadlines.rules import Extension
from engine.errors import DeadlineRefused

_WORDS = {"分钟": Unit.MINUTES, "小时": Unit.HOURS, "工作时": Unit.WORKING_HOURS, "日": Unit.DAYS, "自然日": Unit.DAYS, "天": Unit.DAYS,
          "工作日": Unit.WORKING_DAYS, "月": Unit.MONTHS, "个月": Unit.MONTHS, "年": Unit.YEARS}
_APPROVERS = ("leader", "head")


@dataclass(frozen=True)
class Given:
    """What a parameter's value says; None where it says nothing, so that the rule book's own word stands."""

    length: float | None = None
    unit: Unit | None = None
    extensions: tuple[Extension, ...] | None = None
    grounds: tuple[str, ...] | None = None


def given(rule: str, parameter: str, value: Any) -> Given:
    """The value of `parameter` for `rule`: 10, "24 hours", "5个工作日", or {"length": 60, "unit": "days", "extensions": [30],
    "grounds": ["hearing"]}. Raises DeadlineRefused for anything else."""
    if value is None:
        return Given()
    try:
        found = _table(value) if isinstance(value, Mapping) else _amount(value)
    except (ValueError, TypeError, KeyError) as problem:
        raise DeadlineRefused(f"{rule}：本地参数 {parameter} 的值“{value}”无法使用。请写数字，或数字加单位，例如 10 或“24小时”。",
                              rule=rule.split(" ")[0]) from problem
    return found


def _amount(value: Any) -> Given:
    if isinstance(value, str):
        found = re.fullmatch(r"\s*(\d+(?:\.\d+)?)\s*(\D*?)\s*", value)
        if found is None:
            raise ValueError("no number in front")
        unit = _unit(found[2])
        return Given(_number(float(found[1]), unit), unit)
    return Given(_number(value, None))


def _table(value: Mapping[str, Any]) -> Given:
    if set(value) - {"length", "unit", "extensions", "grounds"}:
        raise ValueError("a field that nobody reads")
    unit = _unit(str(value.get("unit") or ""))
    length = None if value.get("length") is None else _number(value["length"], unit)
    more = value.get("extensions")
    extensions = None if more is None else tuple(Extension(_number(one, unit), _APPROVERS, "延长期限审批表") for one in more)
    grounds = value.get("grounds")
    return Given(length, unit, extensions, None if grounds is None else tuple(map(str, grounds)))


def _unit(name: str) -> Unit | None:
    name = name.removeprefix("个") if name not in _WORDS else name
    if not name:
        return None
    return _WORDS[name] if name in _WORDS else Unit(name)


def _number(value: Any, unit: Unit | None) -> float:
    """A length: positive, within a hundred years, whole unless it is in hours."""
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value) or not 0 < value <= 36600:
        raise ValueError("no length")
    if unit not in HOURLY and unit is not None and value != int(value):
        raise ValueError("broken days")
    return value
