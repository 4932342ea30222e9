"""The standards of discretion that units enter: every version of a table, who proposed and who approved it, from which day it holds.

A version is checked before it is kept and again before it is approved by somebody else than who proposed it; it holds from a day on that
has not passed, until the next. A case is decided by the version of the day of its decision: that of its town, else of a unit above, else
the product's. No version is ever changed.
"""

import datetime as dt
import functools
import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, bindparam, func, insert, select, update

from engine import clock
from engine.errors import Conflict, InvalidDefinition, InvalidState, InvalidValues, NotAllowed, NotFound, UnsafeInput
from engine.feel import load_decisions
from engine.law import discretion, powers, statutes
from engine.law.discretion import Grade, Standard
from engine.law.powers import Basis
from engine.law.tables import discretion_table as table
from engine.people import directory
from engine.people.directory import Unit

PROPOSED, APPROVED, RETURNED = "proposed", "approved", "returned"
STATES = {PROPOSED: "待批准", APPROVED: "已批准", RETURNED: "已退回"}
LARGEST = 256 * 1024  # bytes
TITLE, DOCUMENT, REASON = 120, 120, 500  # signs
OF_ID = select(table).where(table.c.id == bindparam("i"))
OF_CODE = select(table).where(table.c.code == bindparam("code")).order_by(table.c.version.desc(), table.c.id.desc())
NEXT = (select(func.coalesce(func.max(table.c.version), 0) + 1)
        .where(table.c.unit_id == bindparam("unit"), table.c.code == bindparam("code")))
DECIDE = update(table).where(table.c.id == bindparam("i"), table.c.state == PROPOSED)


@dataclass(frozen=True)
class Version:
    """One version that a unit entered. `notes`: what the check found that is not wrong; `decision`: why it was returned."""

    id: int
    unit_id: str
    standard: Standard
    document: str
    body: str
    notes: tuple[str, ...]
    state: str
    by: str
    at: dt.datetime
    decided_by: str | None
    decided_at: dt.datetime | None
    decision: str

    @property
    def state_words(self) -> str:
        """待批准, 已批准 or 已退回."""
        return STATES[self.state]


@dataclass(frozen=True)
class Line:
    """A grade in two versions: only in the older, only in the newer, or in both."""

    before: Grade | None
    after: Grade | None

    @property
    def words(self) -> str:
        """新增, 取消, 修改 or 不变."""
        if self.before is None or self.after is None:
            return "取消" if self.after is None else "新增"
        return "不变" if self.before == self.after else "修改"


def in_force(c: Connection, unit_id: str, code: str, day: dt.date) -> Standard | None:
    """The table by which a town decides a matter on a day; None where nobody has set one."""
    near = [part for part in directory.unit_of(c, unit_id).path.split("/") if part]
    held = [one for one in of_code(c, code, near) if one.state == APPROVED and one.standard.first <= day]
    found = max(held, key=lambda one: (near.index(one.unit_id), one.standard.first, one.standard.version), default=None)
    return found.standard if found else discretion.shipped(code, day)


def of_code(c: Connection, code: str, unit_ids: Sequence[str]) -> tuple[Version, ...]:
    """Every version of a matter that these units entered, the newest first."""
    return tuple(_version(row) for row in c.execute(OF_CODE, {"code": code}) if row.unit_id in unit_ids)


def get(c: Connection, version_id: int) -> Version:
    """One version. Raises NotFound. Not scoped."""
    row = c.execute(OF_ID, {"i": version_id}).first()
    if row is None:
        raise NotFound("没有这一版裁量基准，请刷新后重试。", version=version_id)
    return _version(row)


def propose(c: Connection, unit: Unit, code: str, body: bytes, values: Mapping[str, Any], *, by: str) -> Version:
    """Keep a checked table for a unit, to be approved. values: title, document (by which it was published), first (a day or None).

    The caller has asked for the right and records it. Raises UnsafeInput, InvalidValues (every mistake in plain words), Conflict (the same
    file waits already). Nothing is kept of a file that is refused.
    """
    title, document = str(values["title"]).strip(), str(values["document"]).strip()
    wrong = {key: f"请填写{name}，不超过 {most} 字。" for key, said, name, most in (
        ("title", title, "裁量基准的名称", TITLE), ("document", document, "公布裁量基准的文件名称和文号", DOCUMENT))
        if not 1 <= len(said) <= most}
    first = values["first"]
    if first is None or first < clock.today():
        wrong["first"] = "请填写起用日，不能早于今天；已经作出的决定按当时的版本。"
    if wrong:
        raise InvalidValues(wrong, "；".join(wrong.values()))
    notes = checked(c, unit, code, body, first)
    digest = hashlib.sha256(body).hexdigest()
    if any(one.state == PROPOSED and one.body.encode() == body for one in of_code(c, code, [unit.id])):
        raise Conflict("同一份文件已经提交，正在等待批准，不用再提交。", code=code)
    row = {"unit_id": unit.id, "code": code, "title": title, "document": document, "body": body.decode(), "sha256": digest,
           "notes": list(notes), "first": first.isoformat(), "state": PROPOSED, "made_by": by, "made_at": clock.now(), "decision": "",
           "version": int(c.execute(NEXT, {"unit": unit.id, "code": code}).scalar_one())}
    return get(c, int(c.execute(insert(table).returning(table.c.id), row).scalar_one()))


def approve(c: Connection, version_id: int, first: dt.date | None, *, by: str) -> Version:
    """Let a proposed version hold from a day on. Raises NotFound, NotAllowed for whoever proposed it, InvalidState (decided already, or
    its check fails by now), InvalidValues (no day, a day that has passed)."""
    found = get(c, version_id)
    if found.by == by:
        raise NotAllowed("裁量基准要由提交人以外的另一个人批准。", version=version_id, person=by)
    if first is None or first < clock.today():
        raise InvalidValues({"first": "起用日不能早于今天。"}, "起用日不能早于今天。")
    try:
        checked(c, directory.unit_of(c, found.unit_id), found.standard.code, found.body.encode(), first)
    except InvalidValues as refusal:
        raise InvalidState(f"现在不能批准：{refusal.message}", version=version_id) from None
    _decide(c, found, {"state": APPROVED, "first": first.isoformat(), "decided_by": by})
    return get(c, version_id)


def send_back(c: Connection, version_id: int, reason: str, *, by: str) -> Version:
    """A proposed version is not wanted. Raises NotFound, InvalidState (decided already), InvalidValues without a reason."""
    if not 2 <= len(reason.strip()) <= REASON:
        raise InvalidValues({"reason": "请写明退回的理由。"}, "请写明退回的理由。")
    _decide(c, get(c, version_id), {"state": RETURNED, "decided_by": by, "decision": reason.strip()})
    return get(c, version_id)


def checked(c: Connection, unit: Unit, code: str, body: bytes, day: dt.date) -> tuple[str, ...]:
    """What should be seen about a table though it is not wrong. Raises UnsafeInput (too large, hostile), InvalidValues with every mistake:
    no such matter in the unit's towns, no table, rows that overlap or never match, money outside the range of the basis."""
    if len(body) > LARGEST:
        raise UnsafeInput(f"文件超过 {LARGEST // 1024} KB，已拒绝。裁量基准的决策表不会这么大，请检查是否选错了文件。")
    bases = _bases(c, unit, code, day)
    if not bases:
        raise _refused([f"“{unit.name}”的赋权清单中没有在 {day} 有效的事项“{code}”"])
    try:
        decisions = load_decisions(body)
        body.decode()
        grades, problems = discretion.grades_of(decisions), decisions.check()
    except UnicodeDecodeError:
        raise _refused(["文件不是 UTF-8 编码，请用决策表编辑器重新导出"]) from None
    except InvalidDefinition as refusal:
        raise _refused([getattr(one, "message", str(one)) for one in refusal.findings] or [refusal.message.rstrip("。")]) from None
    wrong = [*(one.message for one in problems if one.severity == "error" or one.rule == "LD04"), *discretion.outside(grades, bases)]
    if wrong:
        raise _refused(wrong)
    return (*(one.message for one in problems), *discretion.unclear(grades, bases))


def compare(before: Sequence[Grade], after: Sequence[Grade]) -> tuple[Line, ...]:
    """Two tables row by row, in the order of the newer; what it no longer has comes last."""
    old = {one.key: one for one in before}
    new = {one.key: one for one in after}
    return (*(Line(old.get(key), one) for key, one in new.items()), *(Line(one, None) for key, one in old.items() if key not in new))


def _bases(c: Connection, unit: Unit, code: str, day: dt.date) -> tuple[Basis, ...]:
    """What the matter may be decided by on a day in a town, or in any town below a unit."""
    towns = (unit,) if unit.level == "town" else directory.units(c, below=unit.path, level="town")
    held = [one for town in towns for one in powers.items(c, town.id, day) if one.code == code]
    return tuple(basis for one in held for basis in one.bases if statutes.in_force(c, [basis.article], day))


def _decide(c: Connection, found: Version, values: Mapping[str, Any]) -> None:
    done = c.execute(DECIDE.values(**values, decided_at=clock.now()), {"i": found.id})
    if done.rowcount != 1:
        raise InvalidState(f"这一版{found.state_words}，不用再办理。", version=found.id)


def _refused(reasons: Sequence[str]) -> InvalidValues:
    said = "；".join(reason.rstrip("。") for reason in reasons[:8])
    return InvalidValues({"file": f"{said}。"}, f"没有通过检查，原来的版本不变：{said}。")


def _version(row: Any) -> Version:
    standard = Standard(row.code, dt.date.fromisoformat(row.first), _grades(row.body), row.title, row.version)
    return Version(row.id, row.unit_id, standard, row.document, row.body, tuple(row.notes), row.state, row.made_by, row.made_at,
                   row.decided_by, row.decided_at, row.decision)


@functools.lru_cache(maxsize=256)
def _grades(body: str) -> tuple[Grade, ...]:
    return discretion.read(body.encode())
