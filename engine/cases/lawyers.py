"""Lawyers on site (roles.md R-18): their duty roster, and advice that is asked of one of them about one case for a limited time.

A lawyer first declares whether anything stands between them and the case; then reads a masked brief with a watermark, without its files,
and answers. The advice is recorded in the case; it never stands for the review of the authority's own reviewer (行政处罚法第五十八条).
"""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, bindparam, insert, select, update
from sqlalchemy.exc import IntegrityError

from engine import clock
from engine.cases import case_file, masking
from engine.cases.case_file import Penalty
from engine.cases.ledger_tables import advice, advice_reading, lawyer_duty
from engine.clock import local
from engine.errors import InvalidState, InvalidValues, NotAllowed, NotFound
from engine.notifications import Kind, Message, post
from engine.people import Participant, directory
from engine.runtime import case as cases

ROLE = "lawyer"
ASKED, READING, ANSWERED, DECLINED, WITHDRAWN = "asked", "reading", "answered", "declined", "withdrawn"
STATES = {ASKED: "待声明", READING: "办理中", ANSWERED: "已答复", DECLINED: "因利益冲突退回", WITHDRAWN: "已撤回"}
HALVES = {"day": "全天", "morning": "上午", "afternoon": "下午"}
LONGEST = dt.timedelta(days=30)
ARRANGERS = ("legal_reviewer", "leader", "head", "team_leader")
ONE = select(advice).where(advice.c.id == bindparam("i"))
OF_CASE = select(advice).where(advice.c.instance_id == bindparam("i")).order_by(advice.c.id)
OF_LAWYER = select(advice).where(advice.c.lawyer_id == bindparam("p")).order_by(advice.c.id.desc()).limit(200)


@dataclass(frozen=True)
class Duty:
    """One turn of the roster."""

    id: int
    lawyer_id: str
    day: dt.date
    half: str
    place: str

    @property
    def words(self) -> str:
        """全天, 上午 or 下午."""
        return HALVES[self.half]


@dataclass(frozen=True)
class Advice:
    """A request and what came of it. `until`: after it the lawyer may neither read nor answer."""

    id: int
    instance_id: int
    unit_id: str
    lawyer_id: str
    question: str
    asked_by: str
    asked_at: dt.datetime
    until: dt.datetime
    state: str
    declared_at: dt.datetime | None
    conflict: str | None
    answer: str
    answered_at: dt.datetime | None

    @property
    def is_open(self) -> bool:
        """Still to be declared about, or answered, and in time."""
        return self.state in (ASKED, READING) and clock.now() <= self.until

    @property
    def words(self) -> str:
        """待声明, 办理中, 已答复 …"""
        return STATES[self.state] if self.is_open or self.state not in (ASKED, READING) else "已到期"


@dataclass(frozen=True)
class Brief:
    """What a lawyer may read of a case: the party masked, no files. `mark` is the watermark."""

    advice: Advice
    number: str
    item: str
    party: str
    facts: str
    act_day: dt.date | None
    mark: str


def roster(c: Connection, unit_id: str, first: dt.date, last: dt.date) -> tuple[Duty, ...]:
    """Who is on duty in a town from a day to a day."""
    query = (select(lawyer_duty).where(lawyer_duty.c.unit_id == unit_id, lawyer_duty.c.day >= first.isoformat(),
                                       lawyer_duty.c.day <= last.isoformat()).order_by(lawyer_duty.c.day, lawyer_duty.c.id))
    return tuple(Duty(row.id, row.lawyer_id, dt.date.fromisoformat(row.day), row.half, row.place) for row in c.execute(query))


def put_on_duty(c: Connection, unit_id: str, values: Mapping[str, Any], by: Participant) -> int:
    """Add a turn: lawyer_id, day, half, place. Raises NotAllowed, InvalidValues, InvalidState (has this turn already)."""
    _must_arrange(c, unit_id, by)
    day, half = values.get("day"), values.get("half")
    if not isinstance(day, dt.date) or half not in HALVES:
        raise InvalidValues({"day": "请选择日期和时段。"})
    _lawyer(c, unit_id, str(values.get("lawyer_id") or ""))
    row = {"unit_id": unit_id, "lawyer_id": values["lawyer_id"], "day": day.isoformat(), "half": half,
           "place": str(values.get("place") or "").strip()[:120], "by": by.id, "at": clock.now()}
    try:
        with c.begin_nested():
            return int(c.execute(insert(lawyer_duty).returning(lawyer_duty.c.id), row).scalar_one())
    except IntegrityError:
        raise InvalidState("这名律师当天这个时段已经排班。") from None


def take_off_duty(c: Connection, duty_id: int, by: Participant) -> None:
    """Remove a turn that has not begun. Raises NotFound, NotAllowed, InvalidState."""
    row = c.execute(select(lawyer_duty).where(lawyer_duty.c.id == duty_id)).first()
    if row is None:
        raise NotFound("没有这个班次。")
    _must_arrange(c, row.unit_id, by)
    if dt.date.fromisoformat(row.day) < clock.today():
        raise InvalidState("已经过去的班次不能删除。")
    c.execute(lawyer_duty.delete().where(lawyer_duty.c.id == duty_id))


def ask(c: Connection, instance_id: int, values: Mapping[str, Any], by: Participant) -> int:
    """Ask a lawyer of the town about a case: lawyer_id, question, until (a moment within thirty days). Answers the request's id.

    For officers of the case, its reviewer and leaders. Raises NotAllowed, InvalidValues, InvalidState when the file is frozen.
    """
    file = case_file.open_file(c, instance_id)
    _may_ask(file, by)
    until, question = values.get("until"), str(values.get("question") or "").strip()
    if not question:
        raise InvalidValues({"question": "请写明要咨询的问题。"})
    if not isinstance(until, dt.datetime) or not clock.now() < until <= clock.now() + LONGEST:
        raise InvalidValues({"until": "请填写答复的截止时间，最长三十天。"})
    lawyer = _lawyer(c, file.unit_id, str(values.get("lawyer_id") or ""))
    row = {"instance_id": instance_id, "unit_id": file.unit_id, "lawyer_id": lawyer.id, "question": question, "asked_by": by.id,
           "asked_at": clock.now(), "until_at": until, "state": ASKED}
    made = int(c.execute(insert(advice).returning(advice.c.id), row).scalar_one())
    _tell(c, instance_id, by, f"请律师{lawyer.name}提供法律咨询")
    text = f"请您就一件案件提供法律咨询，{local(until):%m月%d日 %H:%M} 前答复。请先作利益冲突声明。"
    post(c, Message(Kind.WORK, f"advice:{made}", text), [lawyer.id])
    return made


def about(c: Connection, advice_id: int, by: Participant) -> tuple[str, str]:
    """Item and party, by which a lawyer sees whether there is a conflict, before anything else. Raises NotFound, InvalidState."""
    file = case_file.of(c, _held(c, advice_id, by).instance_id)
    return file.item_name, _name(file, by)


def declare(c: Connection, advice_id: int, conflict: str, by: Participant) -> Advice:
    """The lawyer says what stands between them and the case ("": nothing). With a conflict the request goes back and nothing is read.

    Raises NotFound (not this lawyer's), InvalidState (declared already, over).
    """
    one = _held(c, advice_id, by)
    if one.state != ASKED:
        raise InvalidState("已经作过利益冲突声明。")
    said = conflict.strip()
    c.execute(update(advice).where(advice.c.id == advice_id).values(
        state=DECLINED if said else READING, declared_at=clock.now(), conflict=said))
    _tell(c, one.instance_id, by, "声明与本案有利益冲突，退回咨询" if said else "声明与本案无利益冲突")
    if said:
        text = f"律师{by.name}因利益冲突退回咨询，请另选律师。"
        post(c, Message(Kind.RESULT, f"advice-declined:{advice_id}", text, one.instance_id), [one.asked_by])
    return get(c, advice_id)


def brief(c: Connection, advice_id: int, by: Participant) -> Brief:
    """What the lawyer may read, noting that it was read. Raises NotFound, InvalidState (not declared yet, over)."""
    one = _held(c, advice_id, by)
    if one.state == ASKED:
        raise InvalidState("请先作利益冲突声明，再查看案情。")
    file = case_file.of(c, one.instance_id)
    mark = f"{by.name} {local(clock.now()):%Y-%m-%d %H:%M} 仅供法律咨询 禁止复制外传"
    c.execute(insert(advice_reading), {"advice_id": advice_id, "person_id": by.id, "at": clock.now(), "mark": mark})
    return Brief(one, file.number, file.item_name, _name(file, by), _without(file, by), file.act_day, mark)


def answer(c: Connection, advice_id: int, text: str, by: Participant) -> Advice:
    """The advice, written into the case's record. Raises NotFound, InvalidValues, InvalidState (not declared, answered, over)."""
    one = _held(c, advice_id, by)
    if one.state != READING:
        raise InvalidState("请先作利益冲突声明；已经答复的不能再改。")
    if not text.strip():
        raise InvalidValues({"answer": "请填写咨询意见。"})
    c.execute(update(advice).where(advice.c.id == advice_id).values(state=ANSWERED, answer=text.strip(), answered_at=clock.now()))
    _tell(c, one.instance_id, by, "答复法律咨询（仅供参考，不代替法制审核）", advice=text.strip())
    said = f"律师{by.name}已答复咨询，请到案件中查看。"
    post(c, Message(Kind.RESULT, f"advice-answered:{advice_id}", said, one.instance_id), [one.asked_by])
    return get(c, advice_id)


def withdraw(c: Connection, advice_id: int, by: Participant) -> None:
    """Whoever asked takes the request back; the lawyer reads nothing more. Raises NotFound, InvalidState (answered already)."""
    one = get(c, advice_id)
    if one.asked_by != by.id:
        raise NotFound("没有这件咨询。", advice=advice_id)
    if one.state not in (ASKED, READING):
        raise InvalidState("已经答复或者退回的咨询不能撤回。")
    c.execute(update(advice).where(advice.c.id == advice_id).values(state=WITHDRAWN))


def get(c: Connection, advice_id: int) -> Advice:
    """One request. Raises NotFound. Not scoped."""
    row = c.execute(ONE, {"i": advice_id}).first()
    if row is None:
        raise NotFound("没有这件咨询。")
    return _read(row)


def of_case(c: Connection, instance_id: int) -> tuple[Advice, ...]:
    """Everything asked about a case."""
    return tuple(_read(row) for row in c.execute(OF_CASE, {"i": instance_id}))


def of_lawyer(c: Connection, person_id: str) -> tuple[Advice, ...]:
    """Everything asked of a lawyer, newest first."""
    return tuple(_read(row) for row in c.execute(OF_LAWYER, {"p": person_id}))


def _held(c: Connection, advice_id: int, by: Participant) -> Advice:
    """A request of this lawyer that is still in time, locked."""
    row = c.execute(ONE.with_for_update(), {"i": advice_id}).first()
    if row is None or row.lawyer_id != by.id:
        raise NotFound("没有这件咨询。", advice=advice_id, person=by.id)
    one = _read(row)
    if one.state in (DECLINED, WITHDRAWN) or clock.now() > one.until:
        raise InvalidState("这件咨询已经退回、撤回或者到期，不能再查看。")
    return one


def _lawyer(c: Connection, unit_id: str, person_id: str) -> Participant:
    if person_id not in directory.names(c, [person_id]):
        raise InvalidValues({"lawyer_id": "请选择律师。"})
    who, path = directory.participant(c, person_id), directory.unit_of(c, unit_id).path
    if not any(one.role == ROLE and path.startswith(one.unit_path) for one in who.posts):
        raise InvalidValues({"lawyer_id": "请选择本镇街的驻队律师。"})
    return who


def _must_arrange(c: Connection, unit_id: str, by: Participant) -> None:
    path = directory.unit_of(c, unit_id).path
    if not any(one.role in ARRANGERS and path.startswith(one.unit_path) for one in by.posts):
        raise NotAllowed("值班表由法制员、队长或者负责人安排。", person=by.id)


def _may_ask(file: Penalty, by: Participant) -> None:
    arranges = any(one.role in ARRANGERS and file.unit_path.startswith(one.unit_path) for one in by.posts)
    if by.id not in file.officers and not arranges:
        raise NotAllowed("本案承办人、协办人、法制员和负责人可以咨询律师。", instance=file.instance_id, person=by.id)


def _tell(c: Connection, instance_id: int, by: Participant, text: str, **more: Any) -> None:
    case_file.told(cases.locked(c, instance_id, by=by), text, **more)


def _name(file: Penalty, by: Participant) -> str:
    return masking.name_for(file.party.name, file.party.kind, by, file)


def _without(file: Penalty, by: Participant) -> str:
    """The facts without the party's name, number, address and phone."""
    said = file.facts.replace(file.party.name, _name(file, by))
    for word in (file.party.id_number, file.party.address, file.party.phone):
        said = said.replace(word, "＊＊＊") if word else said
    return said


def _read(row: Any) -> Advice:
    return Advice(row.id, row.instance_id, row.unit_id, row.lawyer_id, row.question, row.asked_by, row.asked_at, row.until_at, row.state,
                  row.declared_at, row.conflict, row.answer or "", row.answered_at)
