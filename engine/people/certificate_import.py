"""Certificates taken in from a table (CSV) or from an organisation file: checked row by row, then written all together or not at all."""

import csv
import datetime as dt
import io
import re
from collections.abc import Iterator, Mapping
from typing import Any

from sqlalchemy import Connection, select

from engine import clock
from engine.errors import Conflict, InvalidValues, UnsafeInput
from engine.people import qualifications
from engine.people.qualification_tables import certificate
from engine.people.qualifications import ENFORCEMENT, KINDS, LEGAL, RENEWED, Happening

LARGEST, MOST = 2 * 1024 * 1024, 5000
COLUMNS = {"登录名": "person_id", "种类": "kind", "证号": "number", "发证机关": "issuer", "执法区域": "region", "执法类别": "fields",
           "发证日期": "issued_on", "有效期至": "valid_to"}
NEEDED = ("登录名", "种类", "证号", "发证日期")
USUAL_YEARS = 5
"""How long enforcement certificates usually run, where an organisation file names their last day alone."""


def load(c: Connection, document: bytes, by: str | None) -> dict[str, int]:
    """Take a table in: new certificates are added, a later last day renews a known one, the rest stays. Answers added, renewed, unchanged.

    Raises UnsafeInput (no table, too large) and InvalidValues whose errors name each faulty row; then nothing is written.
    """
    rows = list(_rows(document))
    counts, errors = {"added": 0, "renewed": 0, "unchanged": 0}, {}
    with c.begin_nested() as attempt:
        for number, row in enumerate(rows, 2):
            try:
                counts[_take(c, _read(row), by)] += 1
            except (InvalidValues, Conflict) as refusal:
                errors[f"row.{number}"] = f"第 {number} 行（{row.get('登录名') or '无登录名'}）：{_words(refusal)}"
        if errors:
            attempt.rollback()
    if errors:
        raise InvalidValues(errors, f"证件表有 {len(errors)} 行需要更正，没有导入任何内容。请按提示修改后重新导入。")
    return counts


def from_organisation(c: Connection, row: Mapping[str, Any], by: str | None) -> None:
    """Register what a person's row of an organisation file says of certificates: certificate, certificate_kind, certificate_from,
    certificate_until, legal_qualification, legal_qualification_from. What is registered already stays as it is."""
    until = row.get("certificate_until")
    if row.get("certificate") and isinstance(until, dt.date):
        since = row.get("certificate_from") or _years_before(until)
        fields = [str(row["certificate_kind"])] if row.get("certificate_kind") else []
        _add_once(c, {"person_id": row["id"], "kind": ENFORCEMENT, "number": str(row["certificate"]), "fields": fields, "issued_on": since,
                      "valid_to": until}, by)
    if row.get("legal_qualification"):
        since = row.get("legal_qualification_from") or clock.today()
        _add_once(c, {"person_id": row["id"], "kind": LEGAL, "number": str(row["legal_qualification"]), "issued_on": since}, by)


def _add_once(c: Connection, values: Mapping[str, Any], by: str | None) -> None:
    if _known(c, values) is None:
        qualifications.add(c, values, by)


def _rows(document: bytes) -> Iterator[dict[str, str]]:
    """The rows of a table in UTF-8 or GB 18030, as spreadsheets save it here."""
    if not document.strip() or len(document) > LARGEST:
        raise UnsafeInput("没有收到文件，或者文件超过 2 MB。请选择证件表（CSV）。")
    try:
        text = document.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = document.decode("gb18030", errors="replace")
    reader = csv.DictReader(io.StringIO(text))
    missing = [name for name in NEEDED if name not in (reader.fieldnames or ())]
    if missing or "\0" in text:
        raise UnsafeInput(f"第一行应为列名，缺少：{'、'.join(missing)}。可用的列：{'、'.join(COLUMNS)}。")
    for number, row in enumerate(reader):
        if number >= MOST:
            raise UnsafeInput(f"一次最多导入 {MOST} 行，请分成几个文件。")
        if any((value or "").strip() for value in row.values() if isinstance(value, str)):
            yield {name: (row.get(name) or "").strip() for name in COLUMNS}


def _read(row: Mapping[str, str]) -> dict[str, Any]:
    kinds = {words: kind for kind, words in KINDS.items()} | {kind: kind for kind in KINDS} | {"执法证": ENFORCEMENT}
    fields = [part.strip() for part in re.split("[、，,;；]", row["执法类别"]) if part.strip()]
    return {"person_id": row["登录名"], "kind": kinds.get(row["种类"], row["种类"]), "number": row["证号"], "issuer": row["发证机关"],
            "region": row["执法区域"], "fields": fields, "issued_on": _day(row, "发证日期"), "valid_to": _day(row, "有效期至")}


def _day(row: Mapping[str, str], name: str) -> dt.date | None:
    said = row[name].replace("/", "-").replace(".", "-").replace("年", "-").replace("月", "-").replace("日", "")
    if not said:
        return None
    try:
        year, month, day = (int(part) for part in said.split("-"))
        return dt.date(year, month, day)
    except ValueError:
        raise InvalidValues({COLUMNS[name]: f"{name}“{row[name]}”不是日期，请写成 2026-03-02。"}) from None


def _take(c: Connection, values: Mapping[str, Any], by: str | None) -> str:
    known = _known(c, values)
    if known is None:
        qualifications.add(c, values, by)
        return "added"
    if known.person_id != values["person_id"]:
        raise Conflict(f"证号 {values['number']} 已登记在 {known.person_id} 名下。")
    now = qualifications.read(c, [known], clock.today())[0]
    if values["valid_to"] is None or now.valid_to is None or values["valid_to"] <= now.valid_to:
        return "unchanged"
    qualifications.happened(c, now.id, Happening(RENEWED, clock.today(), values["valid_to"], "证件表导入"), by)
    return "renewed"


def _known(c: Connection, values: Mapping[str, Any]) -> Any:
    mine = select(certificate).where(certificate.c.kind == values["kind"], certificate.c.number == str(values["number"]).strip())
    return c.execute(mine).first()


def _words(refusal: InvalidValues | Conflict) -> str:
    return "".join(refusal.errors.values()) if isinstance(refusal, InvalidValues) else refusal.message


def _years_before(day: dt.date) -> dt.date:
    try:
        return day.replace(year=day.year - USUAL_YEARS) + dt.timedelta(days=1)
    except ValueError:  # 29 February
        return dt.date(day.year - USUAL_YEARS, 3, 1)
