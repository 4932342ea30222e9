"""倒填日期: what was entered long after the day it speaks of, in the ledger of a limit or on a form, and entries mended long afterwards."""

import datetime as dt
import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, and_, select

from engine import clock, definitions
from engine.runtime.tables import clock_entry, deadline_clock, process_instance, record, work_item
from engine.supervision.signs import reading
from engine.supervision.signs.sign import Limits, Line, Measured, Period, Sign, length, named, newest, said

KIND = "backdated"
KINDS = {"suspended": "中止", "resumed": "恢复计算", "excluded": "扣除期间", "extended": "延长", "corrected": "更正", "revoked": "撤销"}
MENDING = ("corrected", "revoked")
ENTRY, CLOCK, ITEM = clock_entry.c, deadline_clock.c, work_item.c
FIRST = clock_entry.alias("first")
ENTRIES = (select(clock_entry, CLOCK.name.label("clock_name"), CLOCK.rule, FIRST.c.recorded_at.label("first_at"),
                  FIRST.c.recorded_by.label("first_by"), *reading.ABOUT)
           .join(deadline_clock, CLOCK.id == ENTRY.clock_id)
           .join(process_instance, process_instance.c.id == CLOCK.instance_id)
           .outerjoin(FIRST, and_(FIRST.c.clock_id == ENTRY.clock_id, FIRST.c.seq == ENTRY.corrects)))
DONE = (select(ITEM.id.label("item_id"), ITEM.name, ITEM.form_key, ITEM.definition_id, ITEM.ended_at, ITEM.ended_by, record.c.body,
               *reading.ABOUT)
        .join(process_instance, process_instance.c.id == ITEM.instance_id)
        .join(record, and_(record.c.at == ITEM.ended_at, record.c.instance_id == ITEM.instance_id,
                           record.c.kind == "completed", record.c.element_id == ITEM.element_id)))


def find(c: Connection, period: Period, paths: Sequence[str], limits: Limits) -> tuple[Sign, ...]:
    """The signs of this kind that were entered in the period."""
    return newest([*_entries(c, period, paths, limits), *_forms(c, period, paths, limits)])


def _entries(c: Connection, period: Period, paths: Sequence[str], limits: Limits) -> Iterator[Sign]:
    """Entries in ledgers: those that reach far back, and those mended long after they were made."""
    query = ENTRIES.where(ENTRY.recorded_at >= period.since, ENTRY.recorded_at < period.until,
                          reading.below(process_instance.c.unit_path, paths))
    rows = c.execute(query).all()
    names = named(c, [person for row in rows for person in (row.recorded_by, row.approver, row.first_by)])
    for row in rows:
        if row.kind in MENDING:
            gap, days = row.recorded_at - row.first_at if row.first_at else dt.timedelta(0), limits["backdate.correct_days"]
            what = f"登记之后 {length(gap)}才{KINDS[row.kind]}"
        else:
            gap, days = row.recorded_at - row.from_at if row.from_at else dt.timedelta(0), limits["backdate.entry_days"]
            what = f"补登 {length(gap)}之前的{KINDS.get(row.kind, row.kind)}"
        if gap > dt.timedelta(days=days):
            yield _of_entry(row, names, what, Measured("登记时间晚了", length(gap), f"超过 {days:g} 日"))


def _of_entry(row: Any, names: Mapping[str, str], what: str, measure: Measured) -> Sign:
    limit = f"“{row.rule} {row.clock_name}”".replace("“ ", "“")
    lines = []
    if row.from_at is not None:
        lines.append(Line(row.from_at, f"{said(row.from_at)} 登记内容所说的起始时间。", row.case_id))
    if row.first_at is not None:
        first = names.get(row.first_by, row.first_by)
        lines.append(Line(row.first_at, f"{said(row.first_at)} {first}登记了第 {row.corrects} 条。", row.case_id))
    papers = "，".join(f"{name}：{value}" for name, value in (
        ("文书", row.document), ("批准人", names.get(row.approver, row.approver)), ("理由", row.reason)) if value)
    name = names.get(row.recorded_by, row.recorded_by)
    entered = f"{said(row.recorded_at)} {name}登记{limit}{KINDS.get(row.kind, row.kind)}（{papers}）。"
    lines.append(Line(row.recorded_at, entered, row.case_id))
    return Sign(KIND, f"entry:{row.clock_id}:{row.seq}", row.recorded_at, f"期限{limit}{what}。", {row.recorded_by: name},
                (reading.about(row),), tuple(lines), (measure,))


def _forms(c: Connection, period: Period, paths: Sequence[str], limits: Limits) -> Iterator[Sign]:
    """Dates that were typed on a form, long before it was handed in."""
    dated = _dated_forms(c)
    query = DONE.where(ITEM.state == "completed", ITEM.form_key.in_(sorted({form for _, form in dated})), ITEM.ended_at >= period.since,
                       ITEM.ended_at < period.until, reading.below(ITEM.unit_path, paths))
    late = dt.timedelta(days=limits["backdate.form_days"])
    found = [(row, key, label, moment) for row in c.execute(query)
             for key, label, moment in _dates(row, dated.get((row.definition_id, row.form_key), {}))
             if row.ended_at - moment > late]
    names = named(c, [row.ended_by for row, *_ in found])
    for row, key, label, moment in found:
        measure = Measured("填写的时间早于提交", length(row.ended_at - moment), f"超过 {limits['backdate.form_days']:g} 日")
        lines = (Line(moment, f"{said(moment)} “{row.name}”表单里填写的“{label}”。", row.case_id),
                 Line(row.ended_at, f"{said(row.ended_at)} {names.get(row.ended_by, '系统')}提交“{row.name}”。", row.case_id))
        summary = f"“{row.name}”填写的“{label}”比提交时间早 {length(row.ended_at - moment)}。"
        persons = {row.ended_by: names[row.ended_by]} if row.ended_by else {}
        yield Sign(KIND, f"form:{row.item_id}:{key}", row.ended_at, summary, persons, (reading.about(row),), lines, (measure,))


def _dated_forms(c: Connection) -> dict[tuple[int, str], dict[str, str]]:
    """The date fields of every form that has any: (definition, form) to labels by field."""
    found: dict[tuple[int, str], dict[str, str]] = {}
    for one in definitions.list_definitions(c):
        for version in definitions.versions_of(c, one.key):
            for name, form in definitions.load(c, version.id).forms.items():
                fields = {field.key: field.label or field.key for field in form.inputs() if field.type == "datetime" and field.key}
                if fields:
                    found[version.id, name] = fields
    return found


def _dates(row: Any, fields: Mapping[str, str]) -> Iterator[tuple[str, str, dt.datetime]]:
    """(field, label, moment) of each date that this step put into its case."""
    body = json.loads(row.body)
    if body.get("key") != row.item_id:
        return
    changed = {name: new for name, (_, new) in (body.get("changed") or {}).items()} | (body.get("values") or {})
    for key, label in fields.items():
        moment = _moment(changed.get(key))
        if moment is not None:
            yield key, label, moment


def _moment(value: Any) -> dt.datetime | None:
    """A day counts until its end in Asia/Shanghai."""
    if not isinstance(value, str):
        return None
    try:
        found = dt.datetime.fromisoformat(value)
    except ValueError:
        return None
    if len(value) == len("2026-03-02"):
        found += dt.timedelta(days=1)
    return found if found.tzinfo else found.replace(tzinfo=clock.SHANGHAI)
