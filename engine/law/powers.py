"""The powers a town holds (赋权清单): which matters, on which basis, from when to when, and what happens to cases when one is taken back.

行政处罚法第二十四条: a province may hand powers of county departments to towns that can take them on. An item counts for a town only
from its day on, until its last day, and once the town has taken it on in writing (承接确认书).
"""

import datetime as dt
from collections.abc import Collection, Container, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, and_, bindparam, insert, or_, select, update

from engine import clock, money
from engine.deadlines import rulebook
from engine.errors import InvalidState, InvalidValues, NotFound
from engine.law import statutes
from engine.law.tables import power_item as table

POLICIES = {"finish": "在办案件由本镇街办完", "transfer": "在办案件移送收回部门"}
KINDS = {
    "warning": "警告", "criticism": "通报批评", "fine": "罚款", "confiscation": "没收违法所得、没收非法财物", "suspension": "责令停产停业",
    "order_correct": "责令限期改正", "demolition": "限期拆除", "seizure": "扣押工具、物品"}
"""Kinds of penalty, and beside them the orders and measures that an article may allow (they are no penalties)."""

PENALTIES = ("warning", "criticism", "fine", "confiscation", "suspension")
PARTY_WORDS = {"natural": "自然人", "sole_trader": "个体工商户", "organisation": "单位"}
PARTIES = ("natural", "sole_trader", "organisation")


LENGTHS = {"code": 40, "name": 200, "field": 40, "batch": 120, "confirmation": 120, "department": 120, "rule_set": 40}
NEEDED = {"code": "事项编码", "name": "事项名称", "field": "领域", "batch": "赋权批次", "department": "赋权部门"}
LONGEST_STEP, MOST_MONEY = 200, 10**13
NO_LIST = ("行政处罚法第二十四条：本镇街还没有装入赋权清单，不能立案。请法制员或者系统管理员打开“法条与权力”中的“赋权清单”，"
           "上传本镇街的清单文件并确认装入。")
LISTED = select(table.c.id).where(table.c.unit_id == bindparam("unit")).limit(1)


class PowerNotHeld(InvalidState):
    """The town does not hold this power on that day."""


@dataclass(frozen=True)
class Basis:
    """One article that a matter is decided by. Money in 分; `fine_max` None: no fine. `parties` empty: everybody. `when` is "" (always),
    "first" or "refused" (the party has not put it right after an order). `precondition` in plain words."""

    article: str
    kinds: tuple[str, ...]
    fine_min: int | None
    fine_max: int | None
    parties: tuple[str, ...]
    when: str
    precondition: str


@dataclass(frozen=True)
class Power:
    """One item of a town's list. Days are included; `confirmation` empty: not taken on yet."""

    id: int
    unit_id: str
    code: str
    name: str
    field: str
    batch: str
    confirmation: str
    department: str
    rule_set: str
    recall_policy: str
    bases: tuple[Basis, ...]
    steps: tuple[str, ...]
    valid_from: dt.date
    valid_to: dt.date | None
    recall_document: str
    recall_reason: str

    def is_in_force(self, day: dt.date) -> bool:
        """Held, and taken on, on that day."""
        return bool(self.confirmation) and self.valid_from <= day and (self.valid_to is None or day <= self.valid_to)

    def allows(self, kind: str) -> bool:
        """Whether any basis allows that kind of penalty or measure."""
        return any(kind in basis.kinds for basis in self.bases)


def items(c: Connection, unit_id: str, day: dt.date | None = None) -> tuple[Power, ...]:
    """A town's list; with `day`, what it holds then."""
    found = _powers(c, table.c.unit_id == unit_id)
    return found if day is None else tuple(one for one in found if one.is_in_force(day))


def in_force(c: Connection, unit_id: str, code: str, day: dt.date) -> Power:
    """The item as the town holds it on a day. Raises PowerNotHeld, whose message says what to do instead: 移送."""
    found = _powers(c, and_(table.c.unit_id == unit_id, table.c.code == code))
    for one in found:
        if one.is_in_force(day):
            return one
    said = _not_held(found[-1] if found else None, code, day) if found or _has_list(c, unit_id) else NO_LIST
    raise PowerNotHeld(said, unit=unit_id, code=code)


def known(c: Connection, unit_id: str, code: str) -> Power | None:
    """The newest entry for an item, in force or not; None when the list never had it."""
    found = _powers(c, and_(table.c.unit_id == unit_id, table.c.code == code))
    return found[-1] if found else None


def save(c: Connection, unit_id: str, values: Mapping[str, Any]) -> Power:
    """Add an item to a town's list, or replace the one of the same first day. The caller has asked for the right and records it.

    Raises InvalidValues: missing or wrong values, an unknown article or rule set, two entries of one item at the same time.
    """
    row = checked(c, unit_id, values)
    same = and_(table.c.unit_id == unit_id, table.c.code == row["code"], table.c.valid_from == row["valid_from"])
    if c.execute(select(table.c.id).where(same)).first() is None:
        c.execute(insert(table), {**row, "recall_document": "", "recall_reason": ""})
    else:
        c.execute(update(table).where(same).values(row))
    return _powers(c, same)[0]


def checked(c: Connection, unit_id: str, values: Mapping[str, Any], replaced: Collection[tuple[str, str]] = ()) -> dict[str, Any]:
    """An entry as it would be kept. `replaced`: other entries (code, first day) that are about to be replaced, which it need not fit.
    Raises InvalidValues as `save` does, and changes nothing."""
    row = _row(unit_id, values)
    if wrong := _mistakes(c, row, values, replaced):
        raise InvalidValues(wrong, "；".join(wrong.values()))
    return row


def of_day(c: Connection, unit_id: str, code: str, first: str) -> Power | None:
    """The entry of an item that begins on a day (ISO text); None when there is none."""
    found = _powers(c, and_(table.c.unit_id == unit_id, table.c.code == code, table.c.valid_from == first))
    return found[0] if found else None


def recall(c: Connection, unit_id: str, code: str, last: dt.date, *, document: str, reason: str) -> Power:
    """The power ends with that day. Raises PowerNotHeld, InvalidValues (no document, a day before it began)."""
    one = in_force(c, unit_id, code, clock.today())
    wrong = {name: text for name, value, text in (
        ("document", document, "请写明收回的文件名称和文号。"), ("reason", reason, "请写明收回的理由。")) if not value.strip()}
    if last < one.valid_from:
        wrong["last"] = f"最后一天不能早于生效日 {one.valid_from}。"
    if wrong:
        raise InvalidValues(wrong)
    c.execute(update(table).where(table.c.id == one.id).values(
        valid_to=last.isoformat(), recall_document=document.strip()[:120], recall_reason=reason.strip()))
    return _powers(c, table.c.id == one.id)[0]


def confirm(c: Connection, power_id: int, document: str) -> Power:
    """The town takes an item on in writing. Raises NotFound, InvalidValues."""
    if not document.strip():
        raise InvalidValues({"confirmation": "请写明承接确认书的名称和文号。"})
    if c.execute(update(table).where(table.c.id == power_id).values(confirmation=document.strip()[:120])).rowcount != 1:
        raise NotFound("赋权清单中没有这一项，请刷新后重试。", power=power_id)
    return _powers(c, table.c.id == power_id)[0]


def basis_words(one: Mapping[str, Any]) -> str:
    """A basis of a row in words: DQ:118(1)，罚款 5,000 元至 50,000 元，拒不改正的."""
    fine = f" {money.yuan(one['fine_min'] or 0)} 元至 {money.yuan(one['fine_max'])} 元" if one["fine_max"] is not None else ""
    when = {"first": "，首次", "refused": "，拒不改正的"}.get(one["when"], "")
    parties = f"，限{'、'.join(PARTY_WORDS[party] for party in one['parties'])}" if one["parties"] else ""
    return f"{one['article']}，{kinds_words(one['kinds'])}{fine}{when}{parties}{'，' + one['precondition'] if one['precondition'] else ''}"


def kinds_words(kinds: Sequence[str]) -> str:
    """罚款、没收违法所得……"""
    return "、".join(KINDS.get(kind, kind) for kind in kinds)


def _has_list(c: Connection, unit_id: str) -> bool:
    return c.execute(LISTED, {"unit": unit_id}).first() is not None


def _powers(c: Connection, wanted: ColumnElement[bool]) -> tuple[Power, ...]:
    rows = c.execute(select(table).where(wanted).order_by(table.c.field, table.c.code, table.c.valid_from))
    return tuple(_power(row) for row in rows)


def _power(row: Row[tuple[Any, ...]]) -> Power:
    return Power(
        row.id, row.unit_id, row.code, row.name, row.field, row.batch, row.confirmation, row.department, row.rule_set, row.recall_policy,
        tuple(read_basis(one) for one in row.bases), tuple(row.steps), dt.date.fromisoformat(row.valid_from),
        dt.date.fromisoformat(row.valid_to) if row.valid_to else None, row.recall_document, row.recall_reason)


def read_basis(one: Mapping[str, Any]) -> Basis:
    """A basis as a checked row holds it."""
    return Basis(one["article"], tuple(one["kinds"]), one.get("fine_min"), one.get("fine_max"), tuple(one.get("parties", ())),
                 one.get("when", ""), one.get("precondition", ""))


def _row(unit_id: str, values: Mapping[str, Any]) -> dict[str, Any]:
    said = {key: str(values.get(key) or "").strip() for key in LENGTHS}
    lists = {key: list(found) if isinstance(found := values.get(key), list | tuple) else [] for key in ("bases", "steps")}
    return {"unit_id": unit_id, **said, "recall_policy": values.get("recall_policy") or "finish", **lists,
            "valid_from": _day(values.get("from")), "valid_to": _day(values.get("to"))}


def _day(value: Any) -> str | None:
    return value.isoformat() if _is_day(value) else None


def _is_day(value: Any) -> bool:
    return isinstance(value, dt.date) and not isinstance(value, dt.datetime)


def _mistakes(c: Connection, row: Mapping[str, Any], values: Mapping[str, Any], replaced: Collection[tuple[str, str]]) -> dict[str, str]:
    wrong = {key: f"“{name}”没有填写" for key, name in NEEDED.items() if not row[key]}
    wrong |= {key: f"“{key}”应为 {most} 字以内的文字" for key, most in LENGTHS.items()
              if len(row[key]) > most or not isinstance(values.get(key, ""), str)}
    if not _is_day(values.get("from")) or not (values.get("to") is None or _is_day(values["to"]) and row["valid_to"] >= row["valid_from"]):
        wrong["from"] = "生效日应为日期，且不晚于失效日"
    if row["recall_policy"] not in tuple(POLICIES):
        wrong["recall_policy"] = "收回时在办案件的处理应为 finish 或 transfer"
    if row["rule_set"] and row["rule_set"] not in rulebook.rule_sets():
        wrong["rule_set"] = f"没有规则集“{row['rule_set']}”"
    if not isinstance(values.get("steps", []), list | tuple) or not all(isinstance(one, str) and len(one) <= LONGEST_STEP
                                                                        for one in row["steps"]):
        wrong["steps"] = f"示范步骤应为若干句 {LONGEST_STEP} 字以内的话"
    if not row["bases"]:
        wrong["bases"] = "至少要有一条处罚依据"
    for number, one in enumerate(row["bases"], 1):
        if text := _basis_mistake(c, one):
            wrong[f"bases-{number}"] = f"第 {number} 条依据{text}"
    return wrong | ({} if wrong else {**_taken_back(c, row), **_twice(c, row, replaced)})


def _basis_mistake(c: Connection, one: Any) -> str:
    if not isinstance(one, Mapping) or not _within(one.get("kinds"), KINDS) or not one.get("kinds"):
        return "的处罚种类不在表内"
    try:
        statutes.versions(c, str(one.get("article")))
    except NotFound as refusal:
        return f"：{refusal.message}"
    least, most = one.get("fine_min"), one.get("fine_max")
    if ("fine" in one["kinds"]) != _is_money(most) or not (least is None or _is_money(least)):
        return "有罚款就要有罚款上限，没有罚款就不要写；金额为整数，单位是分"
    if _is_money(most) and not 0 <= (least or 0) <= most:  # type: ignore[operator]
        return "的罚款下限应不高于上限（单位：分）"
    if not _within(one.get("parties", ()), PARTIES) or one.get("when", "") not in ("", "first", "refused"):
        return "的当事人种类或适用情形写错"
    if not isinstance(one.get("precondition", ""), str) or len(one.get("precondition", "")) > LONGEST_STEP:
        return f"的前提应为 {LONGEST_STEP} 字以内的文字"
    return ""


def _within(said: Any, known: Container[str]) -> bool:
    return isinstance(said, list | tuple) and all(isinstance(one, str) and one in known for one in said)


def _is_money(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= MOST_MONEY


def _taken_back(c: Connection, row: Mapping[str, Any]) -> dict[str, str]:
    """A list that is loaded again does not give a power back that was taken back by a document."""
    known = c.execute(select(table.c.valid_to).where(
        table.c.unit_id == row["unit_id"], table.c.code == row["code"], table.c.valid_from == row["valid_from"],
        table.c.recall_document != "")).first()
    if known is None or known.valid_to == row["valid_to"]:
        return {}
    return {"to": f"事项“{row['code']}”已登记收回，失效日是 {known.valid_to}，清单不能改动。重新赋权的，请以新的生效日另列一项"}


def _twice(c: Connection, row: Mapping[str, Any], replaced: Collection[tuple[str, str]]) -> dict[str, str]:
    others = select(table.c.code, table.c.valid_from).where(
        table.c.unit_id == row["unit_id"], table.c.code == row["code"], table.c.valid_from != row["valid_from"],
        table.c.valid_from <= (row["valid_to"] or "9999"), or_(table.c.valid_to.is_(None), table.c.valid_to >= row["valid_from"]))
    clash = any((one.code, one.valid_from) not in replaced for one in c.execute(others))
    return {"from": f"事项“{row['code']}”在这段时间已经在清单中，请先写明原来一项的失效日"} if clash else {}


def _not_held(one: Power | None, code: str, day: dt.date) -> str:
    article = "行政处罚法第二十四条"
    if one is None:
        return f"{article}：本镇街的赋权清单中没有事项“{code}”，不能立案。请移送有管辖权的部门（案件移送）。"
    if not one.confirmation:
        return f"{article}：“{one.name}”还没有签订承接确认书，不能立案。请先确认承接，或者移送{one.department}。"
    if day < one.valid_from:
        return f"{article}：“{one.name}”自 {one.valid_from} 起由本镇街行使，{day} 不能立案。请移送{one.department}。"
    paper = one.recall_document or "见赋权清单"
    return f"{article}：“{one.name}”已于 {one.valid_to} 收回（{paper}），不能立案、处罚。请移送{one.department}。"
