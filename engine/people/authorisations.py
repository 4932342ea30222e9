"""Letters of authority (授权书): who may decide in the head's place, what, and from when to when.

A letter ends by itself with its last day. The transfer of a suspected crime is approved by the head or by whoever presides in the head's
place, never by a deputy (行政执法机关移送涉嫌犯罪案件的规定第五条): a letter that names single acts does not reach it.
"""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, insert, select, update

from engine import clock
from engine.errors import InvalidState, InvalidValues, NotAllowed, NotFound
from engine.people import Participant, directory
from engine.people.qualification_tables import authorisation

PRESIDE = "preside"
ACTS: Mapping[str, str] = {
    PRESIDE: "主持工作（代行正职全部职权）", "file": "立案审批", "decide": "处罚决定", "measure": "强制措施、先行登记保存审批",
    "extend": "期限延长、中止审批", "recusal": "回避决定", "instalments": "延期、分期缴纳审批", "dispose": "涉案物品处置审批",
    "enforce": "强制执行、申请法院", "close": "结案审批"}
HEAD = "head"


@dataclass(frozen=True)
class Authorisation:
    """One letter. Both days are included."""

    id: int
    unit_id: str
    person_id: str
    acts: tuple[str, ...]
    first_on: dt.date
    last_on: dt.date
    document: str
    note: str
    granted_by: str
    granted_at: dt.datetime
    ended_on: dt.date | None
    ended_why: str

    def holds_on(self, day: dt.date) -> bool:
        """Whether it is in force on that day."""
        return self.first_on <= day <= min(self.last_on, self.ended_on or self.last_on)

    @property
    def words(self) -> str:
        """What it allows."""
        return "、".join(ACTS[act] for act in self.acts if act in ACTS)


def of_unit(c: Connection, unit_id: str) -> tuple[Authorisation, ...]:
    """Every letter of a town, newest first."""
    query = select(authorisation).where(authorisation.c.unit_id == unit_id).order_by(authorisation.c.id.desc())
    return tuple(_read(row) for row in c.execute(query))


def in_force(c: Connection, person_id: str, day: dt.date) -> tuple[Authorisation, ...]:
    """What a person was given and holds on that day."""
    query = select(authorisation).where(authorisation.c.person_id == person_id).order_by(authorisation.c.id)
    return tuple(one for one in map(_read, c.execute(query)) if one.holds_on(day))


def authorised(c: Connection, person_id: str, act: str, day: dt.date, *, unit_id: str = "") -> bool:
    """Whether this person may do such an act of the head on that day, as the head or by a letter (one to preside covers every act).

    unit_id: a unit of the town it is about; "" accepts any town.
    """
    if _is_head(c, person_id, unit_id):
        return True
    return any({act, PRESIDE} & set(one.acts) and _within(c, one.unit_id, unit_id) for one in in_force(c, person_id, day))


def presides(c: Connection, person_id: str, unit_id: str, day: dt.date) -> bool:
    """The head, or whoever presides by a letter that says so."""
    return authorised(c, person_id, PRESIDE, day, unit_id=unit_id)


def must_preside(c: Connection, person_id: str, unit_id: str, day: dt.date) -> None:
    """Raises NotAllowed for a deputy (行政执法机关移送涉嫌犯罪案件的规定第五条)."""
    if not presides(c, person_id, unit_id, day):
        raise NotAllowed("行政执法机关移送涉嫌犯罪案件的规定第五条：移送由本机关正职负责人或者主持工作的负责人批准，副职不能代批。"
                         "正职不在岗的，请先登记主持工作的授权书。", person=person_id)


def grant(c: Connection, values: Mapping[str, Any], *, by: Participant) -> int:
    """Register a letter: unit_id, person_id, acts, first_on, last_on (days), document, note. Only the head grants, to somebody else.

    Raises NotAllowed, InvalidValues.
    """
    unit = directory.unit_of(c, str(values.get("unit_id") or ""))
    if not any(post.role == HEAD and unit.path.startswith(post.unit_path) for post in by.own_posts):
        raise NotAllowed("授权书由镇长（主任）签发登记。", person=by.id, unit=unit.id)
    wrong = _wrong(c, values, by)
    if wrong:
        raise InvalidValues(wrong)
    row = {"unit_id": unit.id, "person_id": values["person_id"], "acts": sorted(set(values["acts"])),
           "first_on": values["first_on"].isoformat(), "last_on": values["last_on"].isoformat(),
           "document": str(values["document"]).strip(), "note": str(values.get("note") or "").strip(), "granted_by": by.id,
           "granted_at": clock.now()}
    return int(c.execute(insert(authorisation).returning(authorisation.c.id), row).scalar_one())


def take_back(c: Connection, authorisation_id: int, reason: str, *, by: Participant) -> None:
    """End a letter; today is its last day. Raises NotFound, NotAllowed, InvalidState (over already), InvalidValues."""
    row = c.execute(select(authorisation).where(authorisation.c.id == authorisation_id)).first()
    if row is None:
        raise NotFound("没有这份授权书。")
    if not _is_head(c, by.id, row.unit_id):
        raise NotAllowed("授权书由镇长（主任）收回。", person=by.id)
    if not reason.strip():
        raise InvalidValues({"reason": "请写明收回的理由。"})
    today = clock.today()
    if row.ended_on is not None or dt.date.fromisoformat(row.last_on) < today:
        raise InvalidState("这份授权书已经失效。")
    c.execute(update(authorisation).where(authorisation.c.id == authorisation_id)
              .values(ended_on=today.isoformat(), ended_by=by.id, ended_why=reason.strip()))


def _wrong(c: Connection, values: Mapping[str, Any], by: Participant) -> dict[str, str]:
    wrong = {}
    first, last = values.get("first_on"), values.get("last_on")
    if values.get("person_id") == by.id or not directory.names(c, [str(values.get("person_id"))]):
        wrong["person_id"] = "请选择被授权的人员，不能是本人。"
    if not values.get("acts") or not set(values["acts"]) <= set(ACTS):
        wrong["acts"] = "请选择授权事项。"
    if not isinstance(first, dt.date):
        wrong["first_on"] = "请填写授权的起始日期。"
    if not isinstance(last, dt.date) or (isinstance(first, dt.date) and last < first):
        wrong["last_on"] = "请填写授权的截止日期，不能早于起始日期；到期自动失效。"
    if not 1 <= len(str(values.get("document") or "").strip()) <= 120:
        wrong["document"] = "请填写授权书的文号或者名称。"
    return wrong


def _is_head(c: Connection, person_id: str, unit_id: str) -> bool:
    own = directory.participant(c, person_id).own_posts
    return any(post.role == HEAD and _within(c, post.unit_id, unit_id) for post in own)


def _within(c: Connection, town_id: str, unit_id: str) -> bool:
    return not unit_id or directory.unit_of(c, unit_id).path.startswith(directory.unit_of(c, town_id).path)


def _read(row: Any) -> Authorisation:
    return Authorisation(row.id, row.unit_id, row.person_id, tuple(row.acts), dt.date.fromisoformat(row.first_on),
                         dt.date.fromisoformat(row.last_on), row.document, row.note, row.granted_by, row.granted_at,
                         dt.date.fromisoformat(row.ended_on) if row.ended_on else None, row.ended_why or "")
