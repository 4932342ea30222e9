"""The thresholds of signs: declared in a sheet, changed by an administrator while the system runs, every change recorded."""

import datetime as dt
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Any

from sqlalchemy import Connection, select

from engine.errors import InvalidValues, NotAllowed, NotFound
from engine.people import Participant
from engine.runtime import parameters
from engine.runtime.tables import parameter
from engine.supervision.signs.sign import named

SHEET = Path(__file__).with_name("thresholds.toml")
PREFIX = "sign."
UNITS = {"hours": "小时", "days": "日", "seconds": "秒", "count": "次", "percent": "%", "metres": "米", "bits": "个"}
CHANGED = select(parameter).where(parameter.c.key.startswith(PREFIX, autoescape=True))


@dataclass(frozen=True)
class Threshold:
    """One threshold: what it means, what is in force, and who last changed it (None: it stands as declared)."""

    key: str
    label: str
    unit: str
    basis: str
    value: float
    default: float
    minimum: float
    maximum: float
    changed_by: str | None = None
    changed_at: dt.datetime | None = None


@cache
def declared() -> Mapping[str, Mapping[str, Any]]:
    """The sheet."""
    return MappingProxyType(tomllib.loads(SHEET.read_text("utf-8")))


def in_force(c: Connection) -> dict[str, float]:
    """Every threshold with its present value."""
    changed = {row.key.removeprefix(PREFIX): row.value for row in c.execute(CHANGED)}
    return {key: changed.get(key, said["default"]) for key, said in declared().items()}


def listed(c: Connection, by: Participant) -> tuple[Threshold, ...]:
    """For whoever supervises and for whoever may change them. Raises NotAllowed."""
    if not (by.may("supervise") or by.may("administer")):
        raise NotAllowed()
    rows = {row.key.removeprefix(PREFIX): row for row in c.execute(CHANGED)}
    names = named(c, [row.changed_by for row in rows.values()])
    return tuple(_threshold(key, said, rows.get(key), names) for key, said in declared().items())


def change(c: Connection, by: Participant, key: str, text: str) -> float | None:
    """Put another value in force from now on; an empty text brings the declared one back.

    Raises NotAllowed, NotFound (no such threshold), InvalidValues (no whole number within the range).
    """
    said = declared().get(key)
    if said is None:
        raise NotFound("没有这个阈值，请返回列表重新选择。")
    value = _number(key, said, text.strip()) if text.strip() else None
    parameters.change(c, PREFIX + key, value, by=by)
    return value


def _number(key: str, said: Mapping[str, Any], text: str) -> int:
    if not (text.isascii() and text.isdecimal() and len(text) < 10 and said["min"] <= int(text) <= said["max"]):
        unit = UNITS[said["unit"]]
        raise InvalidValues({key: f"“{said['label']}”应为 {said['min']} 至 {said['max']} 之间的整数（单位：{unit}）。"})
    return int(text)


def _threshold(key: str, said: Mapping[str, Any], row: Any, names: Mapping[str, str]) -> Threshold:
    value, by, at = (said["default"], None, None) if row is None else (row.value, names.get(row.changed_by, row.changed_by), row.changed_at)
    return Threshold(key, said["label"], UNITS[said["unit"]], said["basis"], value, said["default"], said["min"], said["max"], by, at)
