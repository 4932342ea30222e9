"""The rows of the rule book as written: read strictly, before a day, a rule set and the local parameters make a rule of them."""

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from engine.deadlines.book_row import BookError, Fields
from engine.deadlines.counting import HOURLY, Unit
from engine.deadlines.lawbook import Law
from engine.deadlines.rules import Extension, Gate, Ground, Kind, Roll

Laws = Mapping[str, Law]
Grounds = Mapping[str, Ground]
UNSURE = ("K-M", "K-L")
"""Evidence tags that make a value a local parameter, never a constant."""


@dataclass(frozen=True)
class Amount:
    """How long and by what: what a rule set rewrites as a whole. `length` is None when only a parameter can tell."""

    law: str
    article: str
    length: float | None
    unit: Unit
    counts: str
    parameter: str
    tag: str
    extensions: tuple[Extension, ...]
    grounds: tuple[Ground, ...]


@dataclass(frozen=True)
class Row:
    """One rule as written, for the days between `valid_from` and `valid_to`. `optional`: grounds that a parameter adds or takes away."""

    id: str
    name: str
    amount: Amount
    valid_from: dt.date
    valid_to: dt.date | None
    trigger: str
    matter: str
    who: str
    consequence: str
    kind: Kind
    gate: Gate | None
    roll: Roll
    on_return: str
    on_halt: str
    warn_before: str | None
    night: str
    note: str
    optional: tuple[tuple[str, Ground], ...]

    def covers(self, day: dt.date) -> bool:
        """Whether the row is meant for that day."""
        return self.valid_from <= day and (self.valid_to is None or day <= self.valid_to)


@dataclass(frozen=True)
class RuleSet:
    """What a power item brings along: rewritten rows by rule id."""

    id: str
    name: str
    law: str
    tag: str
    note: str
    rows: Mapping[str, Row]


def read_grounds(tables: Mapping[str, Any]) -> dict[str, Ground]:
    """The lawful reasons to stop a clock, by id."""
    return {key: _ground(key, table) for key, table in tables.items()}


def read_rows(tables: Iterable[Any], laws: Laws, grounds: Grounds) -> tuple[Row, ...]:
    """The rows of `rules.toml`. Raises BookError."""
    rows = tuple(_row(number, table, laws, grounds) for number, table in enumerate(tables, 1))
    ids = {row.id for row in rows}
    for number, row in enumerate(rows):
        if row.id.startswith("DL-") and row.id.split(".")[0] not in ids:
            raise BookError(f"rules.toml {row.id}：没有主规则 {row.id.split('.')[0]}")
        if any(_meet(row, other) for other in rows[:number] if other.id == row.id):
            raise BookError(f"rules.toml {row.id}：同一编号写了两次，且适用日期重叠")
    return rows


def read_rule_sets(tables: Mapping[str, Any], rows: tuple[Row, ...], laws: Laws, grounds: Grounds) -> dict[str, RuleSet]:
    """The rule sets of `rule_sets.toml`. Raises BookError."""
    return {key: _rule_set(key, table, rows, (laws, grounds)) for key, table in tables.items()}


def _ground(key: str, table: Any) -> Ground:
    row = Fields(f"rule_sets.toml [grounds.{key}]", table)
    ground = Ground(key, row.text("name", required=True), row.text("document", required=True), row.yes("inclusive"))
    row.close()
    return ground


def _row(number: int, table: Any, laws: Laws, grounds: Grounds) -> Row:
    where = f"rules.toml 第{number}条 {table.get('id', '') if isinstance(table, Mapping) else ''}"
    fields = Fields(where, table)
    amount = _amount(fields, laws, grounds)
    roll = fields.text("roll", choices=tuple(Roll))
    gate = fields.text("gate", choices=tuple(Gate))
    row = Row(
        id=fields.text("id", required=True), name=fields.text("name", required=True), amount=amount,
        valid_from=fields.day("from") or dt.date.min, valid_to=fields.day("to"), trigger=fields.text("trigger", required=True),
        matter=fields.text("matter", required=True), who=fields.text("who", required=True), consequence=fields.text("consequence"),
        kind=Kind(fields.text("kind", choices=tuple(Kind)) or Kind.SUPERVISE), gate=Gate(gate) if gate else None,
        roll=Roll(roll or Roll.NONE), on_return=fields.text("on_return", choices=("continue", "restart")) or "continue",
        on_halt=fields.text("on_halt", choices=("run", "stop")) or "run", warn_before=fields.text("warn_before") or None,
        night=fields.text("night"), note=fields.text("note"), optional=_optional(fields, grounds),
    )
    fields.close()
    if bool(roll) == (amount.unit in HOURLY):
        raise BookError(f"{where}：按日、月、年的规则须写 roll（末日遇休息日怎样处理），按小时的规则不写")
    if bool(row.night) != (row.gate is Gate.BARRED):
        raise BookError(f"{where}：gate = \"barred\" 须写 night（不得进行的时段），其他规则不写")
    return row


def _amount(fields: Fields, laws: Laws, grounds: Grounds) -> Amount:
    law = fields.text("law", required=True)
    if law not in laws:
        raise BookError(f"{fields.where}：laws.toml 里没有 {law}")
    amount = Amount(
        law=law, article=fields.text("article"), length=fields.number("length"),
        unit=Unit(fields.text("unit", choices=tuple(one for one in Unit if one is not Unit.WORKING_DAYS)) or Unit.DAYS),
        counts=fields.text("counts", choices=("working", "calendar")), parameter=fields.text("parameter"),
        tag=fields.text("tag", required=True), extensions=tuple(_extension(fields.where, one) for one in fields.tables("extensions")),
        grounds=tuple(_known(fields, grounds, one) for one in fields.texts("grounds")),
    )
    _sound(fields.where, amount, laws[law])
    return amount


def _sound(where: str, amount: Amount, law: Law) -> None:
    if amount.length is None and not amount.parameter:
        raise BookError(f"{where}：要么写 length，要么写 parameter")
    if amount.tag in UNSURE and not amount.parameter:
        raise BookError(f"{where}：标注为 {amount.tag} 的数字必须是参数，请写 parameter")
    if amount.counts and amount.unit is not Unit.DAYS:
        raise BookError(f"{where}：counts 只用于按日的规则")
    if amount.counts and law.clause and not amount.parameter:
        raise BookError(f"{where}：《{law.name}》{law.clause}已经规定哪些天数是工作日，不能另写 counts")
    if amount.length is not None and amount.unit not in HOURLY and amount.length != int(amount.length):
        raise BookError(f"{where}：按日、月、年的长度应为整数")


def _extension(where: str, table: Any) -> Extension:
    fields = Fields(f"{where} 的延长", table)
    length = fields.number("length")
    extension = Extension(length or 0, fields.texts("approvers"), fields.text("document", required=True))
    fields.close()
    if not length:
        raise BookError(f"{where}：延长的长度应大于零；由批准文书确定的写 inf")
    return extension


def _known(fields: Fields, grounds: Grounds, key: str) -> Ground:
    if key not in grounds:
        raise BookError(f"{fields.where}：rule_sets.toml 里没有事由 {key}")
    return grounds[key]


def _optional(fields: Fields, grounds: Grounds) -> tuple[tuple[str, Ground], ...]:
    return tuple((parameter, _known(fields, grounds, key)) for parameter, key in fields.table("grounds_by_parameter").items())


def _rule_set(key: str, table: Any, rows: tuple[Row, ...], known: tuple[Laws, Grounds]) -> RuleSet:
    fields = Fields(f"rule_sets.toml [{key}]", table)
    found = [_override(f"rule_sets.toml {key}", one, rows, known) for one in fields.tables("rules")]
    law = fields.text("law", required=True)
    if law not in known[0]:
        raise BookError(f"{fields.where}：laws.toml 里没有 {law}")
    if len({row.id for row in found}) < len(found):
        raise BookError(f"{fields.where}：同一条规则改写了两次")
    ready = RuleSet(key, fields.text("name", required=True), law, fields.text("tag", required=True), fields.text("note"),
                    {row.id: row for row in found})
    fields.close()
    return ready


def _override(where: str, table: Any, rows: tuple[Row, ...], known: tuple[Laws, Grounds]) -> Row:
    """A row with another amount; what it does not say stays as it is in the master table."""
    rule_id = Fields(where, table).text("id", required=True)
    base = next((row for row in rows if row.id == rule_id), None)
    if base is None:
        raise BookError(f"{where}：总表里没有 {rule_id}")
    fields = Fields(f"{where} {rule_id}", table)
    fields.text("id")
    amount = _amount(fields, *known)
    row = replace(base, amount=amount, consequence=fields.text("consequence") or base.consequence,
                  valid_from=fields.day("from") or dt.date.min, valid_to=fields.day("to"), note=fields.text("note"))
    fields.close()
    return row


def _meet(one: Row, other: Row) -> bool:
    return one.valid_from <= (other.valid_to or dt.date.max) and other.valid_from <= (one.valid_to or dt.date.max)
