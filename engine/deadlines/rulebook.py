"""The rule book: the law's time limits as shipped in `law/*.toml`, looked up for one day, one rule set and the local parameters.

Read once and checked strictly; a mistake in the book stops the program with the row's name. Whether days are working or calendar days is
derived here from the law and the number.
"""

import datetime as dt
import json
import math
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cache, lru_cache
from pathlib import Path
from types import MappingProxyType
from typing import Any

from engine.deadlines.book_row import BookError, Fields
from engine.deadlines.counting import HOURLY, Unit
from engine.deadlines.lawbook import Law, Version, read_laws
from engine.deadlines.local_values import Given, given
from engine.deadlines.rule_rows import Amount, Row, RuleSet, read_grounds, read_rows, read_rule_sets
from engine.deadlines.rules import Extension, Ground, Rule
from engine.errors import DeadlineRefused

FOLDER = Path(__file__).parent / "law"
NONE: Mapping[str, Any] = MappingProxyType({})
DEFAULT_SET = "RS-CFF"
"""The rule set of whoever names none: the law on penalties as it stands."""

_IN_DAYS = {Unit.MONTHS: 30, Unit.YEARS: 365}


@dataclass(frozen=True)
class Leads:
    """How long before the end reminders come: by the length of the limit in days, and for limits by hour."""

    parameter: str
    hours: tuple[float, ...]
    days: tuple[tuple[float, tuple[float, ...]], ...]

    def of(self, length: float, unit: Unit) -> tuple[float, ...]:
        """Days (or hours) before the end, longest first; nothing for limits in minutes."""
        if not length or unit is Unit.MINUTES:
            return ()
        if unit in HOURLY:
            return self.hours
        days = length * _IN_DAYS.get(unit, 1)
        return next((before for least, before in self.days if days >= least), ())


@dataclass(frozen=True)
class Book:
    """Everything the files say."""

    laws: Mapping[str, Law]
    rows: tuple[Row, ...]
    rule_sets: Mapping[str, RuleSet]
    grounds: Mapping[str, Ground]
    leads: Leads

    def named(self, rule_id: str) -> tuple[Row, ...]:
        """The rows of one rule, one for each time it read differently."""
        return tuple(row for row in self.rows if row.id == rule_id)


def load(folder: Path = FOLDER) -> Book:
    """The book in a folder. Raises BookError that names the file and the row."""
    files = {name: _parsed(folder / f"{name}.toml") for name in ("laws", "rules", "rule_sets")}
    known = read_laws(files["laws"])
    rule_file, set_file = Fields("rules.toml", files["rules"]), Fields("rule_sets.toml", files["rule_sets"])
    grounds = read_grounds(set_file.table("grounds"))
    rows = read_rows(rule_file.tables("rule"), known, grounds)
    sets = read_rule_sets(set_file.table("rule_sets"), rows, known, grounds)
    ready = Book(known, rows, sets, grounds, read_leads(rule_file.table("leads")))
    rule_file.close()
    set_file.close()
    return ready


def read_leads(table: Any) -> Leads:
    """The lead times of reminders. Raises BookError."""
    fields = Fields("rules.toml [leads]", table)
    steps = [Fields("rules.toml [leads] days", one) for one in fields.tables("days")]
    days = sorted(((one.number("from") or 0, one.numbers("before")) for one in steps), reverse=True)
    leads = Leads(fields.text("parameter", required=True), fields.numbers("hours"), tuple(days))
    fields.close()
    for one in steps:
        one.close()
    return leads


@cache
def book() -> Book:
    """The book shipped with the product."""
    return load()


def laws() -> Mapping[str, Law]:
    """Every law by its key."""
    return book().laws


def rule_sets() -> Mapping[str, RuleSet]:
    """Every rule set by its id."""
    return book().rule_sets


def rules(day: dt.date | None = None, *, rule_set: str = "", parameters: Mapping[str, Any] = NONE) -> tuple[Rule, ...]:
    """Every rule that reads some way on that day (no day: as it reads last). One whose parameter has no value has no length, see
    `Rule.is_set`."""
    known = _known_set(rule_set)
    found = (_row_on(rule_id, day, known) for rule_id in dict.fromkeys(row.id for row in book().rows))
    return tuple(_made(*one, rule_set, parameters) for one in found if one is not None)


def rule(rule_id: str, *, day: dt.date, rule_set: str = "", parameters: Mapping[str, Any] = NONE, length: float | None = None) -> Rule:
    """One rule in the version of its law in force on `day`. `length`: the length in the rule's own unit where it is known already.

    Raises DeadlineRefused: no such rule or rule set, no version of the law for that day, a parameter without a value or with one that is
    none.
    """
    row, version = _row_at(rule_id, day, _known_set(rule_set))
    made = _made(row, version, rule_set, parameters)
    if length is not None:
        return replace(made, length=length)
    if not made.is_set:
        raise DeadlineRefused(f"{made.title}：长度由本地参数 {made.parameter} 决定，还没有设定。请先由管理员设定。", rule=rule_id)
    return made


def _known_set(rule_set: str) -> RuleSet:
    found = book().rule_sets.get(rule_set or DEFAULT_SET)
    if found is None:
        raise DeadlineRefused(f"没有规则集“{rule_set}”。可用的有：{'、'.join(book().rule_sets)}。")
    return found


def _row_at(rule_id: str, day: dt.date, rule_set: RuleSet) -> tuple[Row, Version]:
    found = _row_on(rule_id, day, rule_set)
    if found is None:
        rows = _rows(rule_id, rule_set)
        raise DeadlineRefused(_no_version(rows, day) if rows else f"期限规则中没有“{rule_id}”，请核对编号。", rule=rule_id)
    return found


def _row_on(rule_id: str, day: dt.date | None, rule_set: RuleSet) -> tuple[Row, Version] | None:
    """The row and the version of its law for a day; without a day the last of each. None when there is none."""
    rows = _rows(rule_id, rule_set)
    if day is None and rows:
        last = max(rows, key=lambda row: row.valid_from)
        return last, book().laws[last.amount.law].versions[-1]
    fitting = ((row, book().laws[row.amount.law].version(day)) for row in rows if day is not None and row.covers(day))
    return next(((row, version) for row, version in fitting if version is not None), None)


def _rows(rule_id: str, rule_set: RuleSet) -> tuple[Row, ...]:
    return (rule_set.rows[rule_id],) if rule_id in rule_set.rows else book().named(rule_id)


def _no_version(rows: tuple[Row, ...], day: dt.date) -> str:
    law, row = book().laws[rows[0].amount.law], rows[0]
    held = "、".join(f"{one.title}（{one.valid_from}起{f'，至{one.valid_to}' if one.valid_to else ''}）" for one in law.versions)
    return f"{row.id} {row.name}：{day} 没有可用的{law.cited}版本，收录的有：{held}。请核对起算日，或补充旧版本的规则。"


def _made(row: Row, version: Version, rule_set: str, parameters: Mapping[str, Any]) -> Rule:
    """The rule that a row makes with the parameters that concern it."""
    keys = (row.amount.parameter, book().leads.parameter, *(parameter for parameter, _ in row.optional))
    told = tuple((key, json.dumps(parameters[key], ensure_ascii=False)) for key in keys if parameters.get(key) is not None)
    return _make(row, version, rule_set, told)


@lru_cache(maxsize=4096)
def _make(row: Row, version: Version, rule_set: str, told: tuple[tuple[str, str], ...]) -> Rule:
    values = {key: json.loads(value) for key, value in told}
    amount, law = row.amount, book().laws[row.amount.law]
    found = Given() if row.night else given(f"{row.id} {row.name}", amount.parameter, values.get(amount.parameter))
    length = found.length if found.length is not None else math.nan if amount.length is None else amount.length
    unit, basis = _unit(amount, law, length, found.unit)
    extensions = amount.extensions if found.extensions is None else found.extensions
    return Rule(
        id=row.id, name=row.name, length=length, unit=unit, law=law.name, article=amount.article, valid_from=version.valid_from,
        valid_to=version.valid_to, rule_set=rule_set, trigger=row.trigger, matter=row.matter, basis=basis, who=row.who,
        consequence=row.consequence, kind=row.kind, gate=row.gate, roll=row.roll, tag=amount.tag, parameter=amount.parameter,
        extensions=extensions, cap=_cap(extensions), grounds=_grounds(row, found, values), on_return=row.on_return, on_halt=row.on_halt,
        leads=_leads(values).of(length, unit), warn_before=row.warn_before,
        extra={"version": version.title, "note": row.note, "default": amount.length, "cited": law.cited,
               "night": _night(row, amount.parameter, values)},
    )


def _night(row: Row, parameter: str, values: Mapping[str, Any]) -> str:
    """The barred hours as “22:00-06:00”; empty for rules that bar none."""
    told = values.get(parameter, row.night) if row.night else ""
    hours = "(?:[01][0-9]|2[0-3]):[0-5][0-9]"
    found = re.fullmatch(rf"({hours})\s*[-–—至]\s*({hours})", str(told).strip())
    if row.night and found is None:
        raise DeadlineRefused(f"{row.id} {row.name}：参数 {parameter} 的值“{told}”无法使用，请写起止时刻，例如 22:00-06:00。", rule=row.id)
    return f"{found[1]}-{found[2]}" if found else ""


def _unit(amount: Amount, law: Law, length: float, given_unit: Unit | None) -> tuple[Unit, str]:
    """The unit and by what it is: the law's own clause, unless the length or the way of counting comes from elsewhere."""
    if given_unit is not None:
        return given_unit, f"单位由本地参数 {amount.parameter} 设定"
    if amount.unit is not Unit.DAYS:
        return amount.unit, ""
    if not length:
        return Unit.DAYS, "事件当日即为期限"
    if not amount.counts:
        return law.unit_of(length)
    words = "工作日" if amount.counts == "working" else "自然日"
    source = f"本地参数 {amount.parameter} " if amount.parameter else law.cited
    return (Unit.WORKING_DAYS if amount.counts == "working" else Unit.DAYS), f"{source}以{words}为单位"


def _cap(extensions: tuple[Extension, ...]) -> float | None:
    """The most that all extensions may add; None when one of them is as long as its document says."""
    total = sum(one.length for one in extensions)
    return None if math.isinf(total) else total


def _grounds(row: Row, found: Given, values: Mapping[str, Any]) -> tuple[Ground, ...]:
    """Those of the row or of the parameter's value; parameters of their own add and take away single ones."""
    kept = {one.id: one for one in row.amount.grounds} if found.grounds is None else {one: book().grounds[one] for one in found.grounds}
    for parameter, ground in row.optional:
        if values.get(parameter) in (False, 0, "否"):
            kept.pop(ground.id, None)
        elif parameter in values:
            kept[ground.id] = ground
    return tuple(kept.values())


def _leads(values: Mapping[str, Any]) -> Leads:
    changed = values.get(book().leads.parameter)
    if changed is None:
        return book().leads
    try:
        return read_leads({"parameter": book().leads.parameter, **changed})
    except (BookError, TypeError) as problem:
        raise DeadlineRefused(f"参数 {book().leads.parameter} 的值无法使用（{problem}）。请管理员改正。") from problem


def _parsed(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text("utf-8"))
    except tomllib.TOMLDecodeError as problem:
        raise BookError(f"{path.name}：不是有效的 TOML（{problem}）") from problem
