"""The register entry of a dossier: its archive number, order, retention, remarks; who compiled and who checked it (FL-15).

One case, one dossier, one number: the year of closing and the town's serial number in it (2026 0012), without gaps.
"""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Row, bindparam, insert, select, update
from sqlalchemy.dialects import postgresql, sqlite

from engine import clock
from engine.cases import case_file
from engine.cases.case_file import ARCHIVED, CLOSED, Penalty
from engine.documents import case_fields, register
from engine.documents.contents import ORDERS, RESULT_FIRST, VOLUMES, Arrangement
from engine.documents.dossier_tables import dossier, dossier_counter
from engine.errors import InvalidState, InvalidValues, NotFound

PERMANENT, LONG = "永久", "30年"
IMPORTANT = frozenset({"DOC-24", "DOC-25", "DOC-37", "DOC-37b", "DOC-42"})
"""A hearing, a collective decision, compulsory enforcement, a case for the police: important in the sense of the retention table."""
OF_CASE = select(dossier).where(dossier.c.instance_id == bindparam("i"))
ADD = insert(dossier)
CHANGE = update(dossier).where(dossier.c.instance_id == bindparam("i"))


@dataclass(frozen=True)
class Entry:
    """One register entry. `number` is the 档号; `built` the hashes of what was last built and its report, None before."""

    instance_id: int
    unit_id: str
    number: str
    arrangement: Arrangement
    retention: str
    remarks: str
    compiled_by: str
    compiled_at: dt.datetime
    checked_by: str | None
    checked_at: dt.datetime | None
    built: Mapping[str, Any] | None
    built_at: dt.datetime | None
    archived_at: dt.datetime | None


def of(c: Connection, instance_id: int) -> Entry:
    """The entry of a case. Raises NotFound while nobody has compiled its dossier."""
    row = c.execute(OF_CASE, {"i": instance_id}).first()
    if row is None:
        raise NotFound("这件案件还没有立卷。请在结案以后点“立卷”。", instance=instance_id)
    return _entry(row)


def find(c: Connection, instance_id: int) -> Entry | None:
    """The same, None while there is none."""
    row = c.execute(OF_CASE, {"i": instance_id}).first()
    return None if row is None else _entry(row)


def compile_(c: Connection, instance_id: int, values: Mapping[str, Any], by: str) -> Entry:
    """Give the dossier of a closed case its number; done once, later calls only change what they name (`arrange`).

    values: order, retention, remarks. Raises NotFound (no penalty case), InvalidState (not closed, archived already), InvalidValues.
    """
    file = case_file.of(c, instance_id)
    if file.status not in (CLOSED, ARCHIVED):
        raise InvalidState("案件还没有结案，不能立卷。请先办理结案审批。", instance=instance_id)
    if find(c, instance_id) is None:
        town = case_fields.town_of(c, instance_id)
        year = (file.closed_on or clock.today()).year
        serial = int(c.execute(_next(c.dialect.name), {"unit_id": town.id, "year": year, "last": 1}).scalar_one())
        param = case_file.param(c, instance_id)
        c.execute(ADD, {"instance_id": instance_id, "unit_id": town.id, "year": year, "serial": serial,
                        "arrangement": str(param.get("archive_order") or RESULT_FIRST), "moves": {}, "remarks": "",
                        "retention": _retention(c, file, param), "compiled_by": by, "compiled_at": clock.now()})
    return arrange(c, instance_id, values)


def arrange(c: Connection, instance_id: int, values: Mapping[str, Any]) -> Entry:
    """Change order, moves ({part: {"volume", "position"}}), retention or remarks; what was checked before must be checked again.

    Raises NotFound, InvalidState once archived, InvalidValues.
    """
    now = must_be_open(of(c, instance_id))
    new: dict[str, Any] = {}
    if values.get("order"):
        new["arrangement"] = _known(str(values["order"]))
    if values.get("moves") is not None:
        new["moves"] = _moves(values["moves"])
    new |= {key: str(values[key]).strip()[:2000] for key in ("retention", "remarks") if values.get(key) is not None}
    if "retention" in new and not new["retention"]:
        raise InvalidValues({"retention": "请填写保管期限，例如永久、30年。"})
    if new:
        c.execute(CHANGE.values(**new, built=None, built_at=None, checked_by=None, checked_at=None), {"i": now.instance_id})
    return of(c, instance_id)


def check(c: Connection, instance_id: int, by: str) -> Entry:
    """Somebody else looked through what was built. Raises InvalidState: nothing built, or by the person who compiled it."""
    now = must_be_open(of(c, instance_id))
    if now.built is None:
        raise InvalidState("案卷还没有生成，请先生成再检查。", instance=instance_id)
    if by == now.compiled_by:
        raise InvalidState("立卷人和检查人不能是同一人，请由另一名人员检查。", instance=instance_id, person=by)
    c.execute(CHANGE.values(checked_by=by, checked_at=clock.now()), {"i": instance_id})
    return of(c, instance_id)


def keep_built(c: Connection, instance_id: int, built: Mapping[str, Any]) -> Entry:
    """Note the hashes and the report of what was built. Raises NotFound, InvalidState once archived."""
    must_be_open(of(c, instance_id))
    c.execute(CHANGE.values(built=dict(built), built_at=clock.now(), checked_by=None, checked_at=None), {"i": instance_id})
    return of(c, instance_id)


def close(c: Connection, instance_id: int) -> Entry:
    """The dossier goes to the archive and changes no more. Raises InvalidState: not built, not checked, or a property not fulfilled."""
    now = must_be_open(of(c, instance_id))
    if now.built is None or now.checked_by is None:
        raise InvalidState("案卷应当先生成，并由立卷人以外的人员检查，才能归档。", instance=instance_id)
    if not now.built.get("passed"):
        wrong = "；".join(f"{one['name']}（{one['found']}）" for one in now.built.get("report", ()) if not one["passed"])
        raise InvalidState(f"四性检测没有全部通过，不能归档：{wrong}。请处理后重新生成。", instance=instance_id)
    c.execute(CHANGE.values(archived_at=clock.now()), {"i": instance_id})
    return of(c, instance_id)


def must_be_open(one: Entry) -> Entry:
    """Raises InvalidState for an archived dossier (档案法: archives are not changed)."""
    if one.archived_at is not None:
        raise InvalidState(f"案卷 {one.number} 已于 {clock.local(one.archived_at).date()} 归档，不能再改动。", instance=one.instance_id)
    return one


def _next(dialect: str) -> Any:
    first = (sqlite if dialect == "sqlite" else postgresql).insert(dossier_counter)
    return first.on_conflict_do_update(index_elements=[dossier_counter.c.unit_id, dossier_counter.c.year],
                                       set_={"last": dossier_counter.c.last + 1}).returning(dossier_counter.c.last)


def _retention(c: Connection, file: Penalty, param: Mapping[str, Any]) -> str:
    """By the unit's retention table, whose words are parameters (档案法实施条例第十九条)."""
    if any(one.doc_id in IMPORTANT and one.state == register.ISSUED for one in register.of_case(c, file.instance_id)):
        return str(param.get("retention_important") or PERMANENT)
    key = "retention_summary" if file.process_key == "summary_penalty" else "retention_ordinary"
    return str(param.get(key) or LONG)


def _known(order: str) -> str:
    if order not in ORDERS:
        raise InvalidValues({"order": "请选择卷内顺序：处罚决定在前，或者按时间先后。"})
    return order


def _moves(said: Any) -> dict[str, dict[str, Any]]:
    """Raises InvalidValues for a volume that is none, or a position below 1."""
    found: dict[str, dict[str, Any]] = {}
    for key, one in sorted(dict(said).items()):
        volume, position = str(one.get("volume") or ""), one.get("position")
        if (volume and volume not in VOLUMES) or (position not in (None, "") and int(position) < 1):
            raise InvalidValues({"moves": "请选择正卷或者副卷；位置从 1 开始。"})
        row = {"volume": volume} if volume else {}
        found[str(key)] = row | ({"position": int(position)} if position not in (None, "") else {})
    return {key: one for key, one in found.items() if one}


def _entry(row: Row[Any]) -> Entry:
    return Entry(
        row.instance_id, row.unit_id, f"{row.year}{row.serial:04d}", Arrangement(row.arrangement, row.moves), row.retention, row.remarks,
        row.compiled_by, row.compiled_at, row.checked_by, row.checked_at, row.built, row.built_at, row.archived_at)
