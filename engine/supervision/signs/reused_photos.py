"""照片重复使用: the same photo, or nearly the same, as evidence in two cases, or a second time in one case hours later.

The same bytes are found by their hash, a photo that was saved again or made smaller by what it looks like (`engine/cases/looks.py`).
Sending a form twice within a few hours is none; nor is a photo of two reports of which one was merged into the other.
"""

import datetime as dt
from collections import defaultdict
from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, and_, or_, select

from engine.cases import looks
from engine.cases.tables import attachment, finding
from engine.runtime.tables import process_instance
from engine.supervision.signs import reading
from engine.supervision.signs.sign import About, Limits, Line, Measured, Period, Sign, length, named, newest, said

KIND = "reused-photos"
NEW, OLD = attachment.alias("new"), attachment.alias("old")
NEW_CASE, OLD_CASE = process_instance.alias("new_case"), process_instance.alias("old_case")
NEW_FINDING, OLD_FINDING = finding.alias("new_finding"), finding.alias("old_finding")


ALIKE = (NEW.c.sha256 == OLD.c.sha256, *(and_(NEW.c[f"look_{n}"] == OLD.c[f"look_{n}"], NEW.c.sha256 != OLD.c.sha256) for n in range(4)))
"""The same bytes; or other bytes, and one quarter of the look the same. Each has its index."""

LARGEST = 5000
"""So many pairs of one kind are looked at, the newest: a picture that everybody uses makes more of them than anybody could read."""


def _told(name: str, photo: Any, case: Any) -> list[ColumnElement[Any]]:
    wanted = (photo.c.id, photo.c.sha256, photo.c.look, photo.c.uploaded_at, photo.c.uploaded_by, case.c.id.label("case"),
              case.c.business_key, case.c.title, case.c.unit_path)
    return [column.label(f"{name}_{column.name}") for column in wanted]


def find(c: Connection, period: Period, paths: Sequence[str], limits: Limits) -> tuple[Sign, ...]:
    """The signs of this kind whose later photo was uploaded in the period."""
    rows = {(row.new_id, row.old_id): row for same in ALIKE for row in c.execute(_within(_pairs(same), period, paths))}
    of_photo: dict[str, list[Any]] = defaultdict(list)
    for row in rows.values():
        if _counts(row, limits):
            of_photo[row.new_id].append(row)
    first = [min(group, key=lambda row: (_bits(row), row.old_uploaded_at, row.old_id)) for group in of_photo.values()]
    names = named(c, [person for row in first for person in (row.old_uploaded_by, row.new_uploaded_by)])
    return newest([_sign(row, names, limits) for row in _once(first)])


def _pairs(same: ColumnElement[bool]) -> Select[Any]:
    """Two photos that are alike, the older one first, each of a case."""
    earlier = or_(OLD.c.uploaded_at < NEW.c.uploaded_at, and_(OLD.c.uploaded_at == NEW.c.uploaded_at, OLD.c.id < NEW.c.id))
    apart = and_(or_(NEW_FINDING.c.merged_into.is_(None), NEW_FINDING.c.merged_into != OLD.c.instance_id),
                 or_(OLD_FINDING.c.merged_into.is_(None), OLD_FINDING.c.merged_into != NEW.c.instance_id))
    return (select(*_told("new", NEW, NEW_CASE), *_told("old", OLD, OLD_CASE)).select_from(NEW).join(OLD, and_(same, earlier))
            .join(NEW_CASE, NEW_CASE.c.id == NEW.c.instance_id).join(OLD_CASE, OLD_CASE.c.id == OLD.c.instance_id)
            .outerjoin(NEW_FINDING, NEW_FINDING.c.instance_id == NEW.c.instance_id)
            .outerjoin(OLD_FINDING, OLD_FINDING.c.instance_id == OLD.c.instance_id).where(apart))


def _within(query: Select[Any], period: Period, paths: Sequence[str]) -> Select[Any]:
    scope = (reading.below(NEW_CASE.c.unit_path, paths), reading.below(OLD_CASE.c.unit_path, paths))
    return (query.where(NEW.c.uploaded_at >= period.since, NEW.c.uploaded_at < period.until, *scope)
            .order_by(NEW.c.uploaded_at.desc(), NEW.c.id).limit(LARGEST))


def _bits(row: Any) -> int:
    """In how many bits they differ; none for the same bytes."""
    return 0 if row.new_sha256 == row.old_sha256 else looks.distance(row.new_look, row.old_look)


def _counts(row: Any, limits: Limits) -> bool:
    if _bits(row) > limits["photo.bits"]:
        return False
    return bool(row.new_case != row.old_case or row.new_uploaded_at - row.old_uploaded_at > dt.timedelta(hours=limits["photo.hours"]))


def _once(rows: Sequence[Any]) -> list[Any]:
    """Several photos that two cases share are one sign, as are further copies within the new one."""
    kept: dict[tuple[int, int], Any] = {}
    for row in sorted(rows, key=lambda row: (row.new_uploaded_at, row.new_id)):
        kept.setdefault((row.old_case, row.new_case), row)
    return list(kept.values())


def _sign(row: Any, names: dict[str, str], limits: Limits) -> Sign:
    bits = _bits(row)
    alike = "同一文件" if row.new_sha256 == row.old_sha256 else f"近乎相同，{bits} 个特征点不同"
    rule = "内容校验值相同" if row.new_sha256 == row.old_sha256 else f"不超过 {limits['photo.bits']:g} 个特征点不同"
    gap = row.new_uploaded_at - row.old_uploaded_at
    measures = [Measured("两张照片", alike, rule)]
    if row.new_case == row.old_case:
        measures.append(Measured("同一件事里相隔", length(gap), f"超过 {limits['photo.hours']:g} 小时"))
    cases = {one: About(one, number, title, path) for one, number, title, path in (
        (row.old_case, row.old_business_key, row.old_title, row.old_unit_path),
        (row.new_case, row.new_business_key, row.new_title, row.new_unit_path))}
    where = "同一件事里又用了一次" if len(cases) == 1 else "用在了另一件事里"
    lines = tuple(Line(at, f"{said(at)} {names[person]}上传到 {number}。", case, photo) for at, person, number, case, photo in (
        (row.old_uploaded_at, row.old_uploaded_by, row.old_business_key, row.old_case, row.old_id),
        (row.new_uploaded_at, row.new_uploaded_by, row.new_business_key, row.new_case, row.new_id)))
    persons = {person: names[person] for person in (row.old_uploaded_by, row.new_uploaded_by)}
    return Sign(KIND, f"photo:{row.old_id}:{row.new_id}", row.new_uploaded_at, f"一张照片（{alike}）相隔 {length(gap)}后{where}。", persons,
                tuple(cases.values()), lines, tuple(measures))
