"""The parameters of the published processes as an administrator reads and changes them; each change stays within the declared range."""

import datetime as dt
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from decimal import Decimal, InvalidOperation
from typing import Any

from sqlalchemy import Connection, select

from engine.administration.rights import must
from engine.definitions import latest, list_definitions
from engine.documents import town_words
from engine.errors import InvalidValues, NotFound
from engine.notifications import hours
from engine.people import Participant, directory
from engine.runtime import parameters
from engine.runtime.tables import parameter

UNITS = {"minutes": "分钟", "hours": "小时", "workingHours": "工作时", "days": "日", "workingDays": "工作日", "count": "次", "metres": "米",
         "share": "百分比"}
LARGEST = 10**9
SHARE = re.compile(r"[1-9]\d?%")
CHANGED = select(parameter.c.key, parameter.c.value, parameter.c.changed_by, parameter.c.changed_at)


@dataclass(frozen=True)
class Own:
    """The value that one unit, and what lies below it, has for itself."""

    unit: str
    name: str
    value: Any
    changed_by: str | None
    changed_at: dt.datetime


@dataclass(frozen=True)
class Parameter:
    """One parameter: what it means, what is in force, and who last changed it (None: it stands as published). `elsewhere`: units that
    have a value of their own."""

    key: str
    label: str
    unit: str
    basis: str
    value: Any
    default: Any
    minimum: Any
    maximum: Any
    changed_by: str | None = None
    changed_at: dt.datetime | None = None
    elsewhere: tuple["Own", ...] = ()

    @property
    def is_changed(self) -> bool:
        """Somebody set another value than the published one."""
        return self.changed_at is not None


@dataclass(frozen=True)
class Chapter:
    """The parameters of one process."""

    key: str
    name: str
    parameters: tuple[Parameter, ...]


def listed(c: Connection, by: Participant) -> tuple[Chapter, ...]:
    """Every parameter of every published process, by key. Raises NotAllowed."""
    must(by, "administer")
    changed = {row.key: row for row in c.execute(CHANGED)}
    names = directory.names(c, [row.changed_by for row in changed.values() if row.changed_by])
    chapters, own = [], _own(c, changed, names)
    for one in list_definitions(c):
        declared = latest(c, one.key).parameter_sheet
        mine = (replace(_parameter(key, said, changed.get(key), names), elsewhere=own.get(key, ())) for key, said in declared.items())
        chapters.append(Chapter(one.key, one.name, tuple(mine)))
    papers = tuple(replace(_parameter(key, said, changed.get(key), names), elsewhere=own.get(key, ()))
                   for key, said in town_words.SHEET.items())
    chapters.append(Chapter("papers", "文书", papers))
    reminding = tuple(_parameter(key, said, changed.get(key), names) for key, said in hours.SHEET.items())
    chapters.append(Chapter("reminders", "提醒", reminding))
    return tuple(chapter for chapter in chapters if chapter.parameters)


def _own(c: Connection, changed: Mapping[str, Any], names: Mapping[str, str]) -> dict[str, tuple[Own, ...]]:
    rows = [(*key.rpartition(parameters.AT)[::2], row) for key, row in changed.items() if parameters.AT in key]
    units = directory.unit_names(c, {unit for _, unit, _ in rows})
    found: dict[str, tuple[Own, ...]] = {}
    for name, unit, row in sorted(rows, key=lambda one: one[1]):
        mine = Own(unit, units.get(unit, unit), row.value, names.get(row.changed_by, row.changed_by), row.changed_at)
        found[name] = (*found.get(name, ()), mine)
    return found


def change(c: Connection, by: Participant, key: str, text: str, *, unit: str = "") -> Any:
    """Put another value in force for every step from now on; an empty text brings the published value back. `unit`: only for cases of
    that unit and below, where the nearest unit's own value counts.

    Raises NotAllowed, NotFound (no process declares it, no such unit), InvalidValues (not a number, outside the range).
    """
    known = {one.key: one for chapter in listed(c, by) for one in chapter.parameters}
    if key not in known:
        raise NotFound("没有这个参数，请返回参数列表重新选择。")
    if unit and key in hours.SHEET:
        raise InvalidValues({key: f"“{known[key].label}”全系统只有一个值，不能按单位修改。"})
    value = _value(known[key], text.strip()) if text.strip() else None
    parameters.change(c, f"{key}{parameters.AT}{directory.unit_of(c, unit).id}" if unit else key, value, by=by)
    return value


def _parameter(key: str, said: Any, row: Any, names: Mapping[str, str]) -> Parameter:
    about = said if isinstance(said, Mapping) and "default" in said else {"default": said}
    unit = str(about.get("unit", ""))
    return Parameter(
        key=key, label=str(about.get("label", key)), unit=UNITS.get(unit, unit), basis=str(about.get("basis", "")),
        value=about["default"] if row is None else row.value, default=about["default"], minimum=about.get("min"), maximum=about.get("max"),
        changed_by=None if row is None else names.get(row.changed_by, row.changed_by), changed_at=None if row is None else row.changed_at)


def _value(one: Parameter, text: str) -> Any:
    if isinstance(one.default, bool):
        return _choice(one, text)
    if isinstance(one.default, int | float):
        return _number(one, text)
    if isinstance(one.default, str) and SHARE.fullmatch(one.default):
        if not SHARE.fullmatch(text):
            raise InvalidValues({one.key: f"“{one.label}”应写成 1% 至 99%，例如 {one.default}。"})
        return text
    if isinstance(one.default, str) and len(text) <= 200 and text.isprintable():
        return text
    raise InvalidValues({one.key: f"“{one.label}”不能在页面上修改，请修改参数文件后重新发布流程。"})


def _choice(one: Parameter, text: str) -> bool:
    if text not in ("是", "否"):
        raise InvalidValues({one.key: f"“{one.label}”请填“是”或“否”。"})
    return text == "是"


def _number(one: Parameter, text: str) -> int | float:
    try:
        number = Decimal(text)
    except InvalidOperation:
        number = Decimal("NaN")
    low, high = one.minimum, one.maximum
    inside = (number.is_finite() and number.copy_abs() <= LARGEST
              and (low is None or number >= Decimal(str(low))) and (high is None or number <= Decimal(str(high))))
    if not inside:
        allowed = f"应为 {low} 至 {high} 之间的数字" if low is not None and high is not None else "应为数字"
        raise InvalidValues({one.key: f"“{one.label}”{allowed}（单位：{one.unit or '无'}）。"})
    return int(number) if number == number.to_integral_value() else float(number)
