"""Making a penalty decision public (FL-13; 行政处罚法第四十八条): a copy without personal data, looked at a second time before release, its
term, and its withdrawal.

Only a penalty is published: a decision not to penalise leaves no public trace (S17-3), nor does a case of a minor.
"""

import calendar
import datetime as dt
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Row, bindparam, insert, select, update

from engine import clock
from engine.cases import case_file, parties, proposals
from engine.cases.case_file import Penalty
from engine.cases.parties import Party
from engine.documents import case_fields, redaction, register
from engine.documents.dossier_tables import publicity
from engine.documents.redaction import Known, Leak
from engine.documents.register import Issued
from engine.errors import InvalidState, InvalidValues, NotAllowed, NotFound

DRAFT, CHECKED, RELEASED, WITHDRAWN, ENDED, DROPPED = "draft", "checked", "released", "withdrawn", "ended", "dropped"
STATES = {DRAFT: "待核对", CHECKED: "已核对", RELEASED: "公示中", WITHDRAWN: "已撤回", ENDED: "公示期满", DROPPED: "已弃用"}
FIELDS = {"party": "行政相对人名称", "party_kind": "行政相对人类别", "party_code": "统一社会信用代码", "representative": "法定代表人",
          "number": "行政处罚决定书文号", "act": "违法行为类型", "facts": "违法事实", "basis": "处罚依据", "kinds": "处罚类别",
          "content": "处罚内容", "fine": "罚款金额（万元）", "confiscation": "没收违法所得、非法财物", "decided_on": "处罚决定日期",
          "until": "公示截止期", "authority": "处罚机关"}
DECISIONS = ("DOC-27", "DOC-28")
YEARS, LIGHT_MONTHS, LIGHT_FINE, ADULT = 3, 3, 100_000, 18
"""Where the town set no parameter: three years; three months for criticism or a fine below 1000 元 (分)."""
WAN = 1_000_000  # 分 in 一万元
OF_ID = select(publicity).where(publicity.c.id == bindparam("i"))
OF_CASE = select(publicity).where(publicity.c.instance_id == bindparam("i")).order_by(publicity.c.id)
DUE = (select(publicity.c.id).where(publicity.c.state == RELEASED, publicity.c.until < bindparam("today")).order_by(publicity.c.id))
ADD = insert(publicity).returning(publicity.c.id)
CHANGE = update(publicity).where(publicity.c.id == bindparam("i"))


@dataclass(frozen=True)
class Copy:
    """One copy for the public. `fields` as FIELDS, words only; `until` the last day of publication."""

    id: int
    instance_id: int
    state: str
    fields: Mapping[str, str]
    made_by: str
    made_at: dt.datetime
    checked_by: str | None
    released_at: dt.datetime | None
    until: dt.date | None
    reason: str

    @property
    def state_words(self) -> str:
        """待核对, 已核对, 公示中, 已撤回, 公示期满 or 已弃用."""
        return STATES[self.state]


def get(c: Connection, copy_id: int) -> Copy:
    """One copy. Raises NotFound. Not scoped."""
    row = c.execute(OF_ID, {"i": copy_id}).first()
    if row is None:
        raise NotFound("没有这份公示稿。", copy=copy_id)
    return _copy(row)


def of(c: Connection, instance_id: int) -> tuple[Copy, ...]:
    """Every copy of a case, oldest first."""
    return tuple(_copy(row) for row in c.execute(OF_CASE, {"i": instance_id}))


def current(c: Connection, instance_id: int) -> Copy | None:
    """The newest copy that was not dropped."""
    return next((one for one in reversed(of(c, instance_id)) if one.state != DROPPED), None)


def hindrances(c: Connection, instance_id: int) -> tuple[str, ...]:
    """Why nothing of this case may be made public; empty when it may."""
    return tuple(_hindrances(c, case_file.of(c, instance_id)))


def draft(c: Connection, instance_id: int, by: str) -> Copy:
    """Make the copy from the decision, personal data taken out by rule; an older draft is dropped.

    Raises NotFound, InvalidState (may not be made public, or is public already).
    """
    file = case_file.of(c, instance_id)
    if reasons := tuple(_hindrances(c, file)):
        raise InvalidState("；".join(reasons) + "。", instance=instance_id)
    now = current(c, instance_id)
    if now is not None and now.state == RELEASED:
        raise InvalidState("这件案件的处罚决定正在公示。要更正的，请先撤回。", copy=now.id)
    if now is not None and now.state in (DRAFT, CHECKED):
        _move(c, now, DROPPED, by, "重新制作")
    fields = {key: redaction.redact(text, known(c, file)) for key, text in _fields(c, file).items()}
    row = {"instance_id": instance_id, "state": DRAFT, "fields": fields, "made_by": by, "made_at": clock.now(), "reason": ""}
    return get(c, int(c.execute(ADD, row).scalar_one()))


def amend(c: Connection, copy_id: int, fields: Mapping[str, str], by: str) -> Copy:
    """Change words of a copy by hand; it must be checked again. Raises NotFound, InvalidState (public already), InvalidValues (no such
    field)."""
    now = _in(get(c, copy_id), DRAFT, CHECKED)
    if unknown := [key for key in fields if key not in FIELDS]:
        raise InvalidValues(dict.fromkeys(unknown, "公示稿没有这一项。"))
    merged = {**now.fields, **{key: str(value).strip() for key, value in fields.items()}}
    c.execute(CHANGE.values(fields=merged, state=DRAFT, made_by=by, checked_by=None, checked_at=None), {"i": copy_id})
    return get(c, copy_id)


def check(c: Connection, copy_id: int, by: str) -> Copy:
    """Somebody else looks, and the system with them: what leaks blocks (NT-19).

    Raises InvalidState (not a draft), NotAllowed (the same person), InvalidValues naming each leak by its field.
    """
    now = _in(get(c, copy_id), DRAFT)
    if by == now.made_by:
        raise NotAllowed("公示稿由制作人以外的人员核对，请交法制员核对。", copy=copy_id, person=by)
    _must_be_clean(c, now)
    c.execute(CHANGE.values(state=CHECKED, checked_by=by, checked_at=clock.now()), {"i": copy_id})
    return get(c, copy_id)


def release(c: Connection, copy_id: int, by: str) -> Copy:
    """Make it public as of now, until the end of its term. Raises InvalidState (not checked), InvalidValues (a leak after all)."""
    now = _in(get(c, copy_id), CHECKED)
    if reasons := hindrances(c, now.instance_id):
        raise InvalidState("；".join(reasons) + "。", copy=copy_id)
    _must_be_clean(c, now)
    until = term(c, case_file.of(c, now.instance_id), clock.today())
    fields = {**now.fields, "until": until.isoformat()}
    new = {"state": RELEASED, "released_by": by, "released_at": clock.now(), "until": until.isoformat(), "fields": fields}
    c.execute(CHANGE.values(**new), {"i": copy_id})
    return get(c, copy_id)


def withdraw(c: Connection, copy_id: int, reason: str, by: str) -> Copy:
    """Take it back, with the reason that is to be said in public (行政处罚法第四十八条第二款: within three days of the decision's change or
    revocation, DL-D4). Raises InvalidState unless it is public, InvalidValues without a reason."""
    now = _in(get(c, copy_id), RELEASED)
    if not reason.strip():
        raise InvalidValues({"reason": "请写明撤回的理由：撤回后应当公开说明理由。"})
    return _move(c, now, WITHDRAWN, by, reason.strip())


def end_due(c: Connection) -> int:
    """Take out of sight what has been public for its whole term (DL-D5); answers how many."""
    due = c.execute(DUE, {"today": clock.today().isoformat()}).scalars().all()
    for copy_id in due:
        _move(c, get(c, copy_id), ENDED, "", "公示期满")
    return len(due)


def end(c: Connection, copy_id: int) -> Copy:
    """Take one copy out of sight: its term is over. One that is not public stays as it is. Raises NotFound."""
    now = get(c, copy_id)
    return _move(c, now, ENDED, "", "公示期满") if now.state == RELEASED else now


def leaks(c: Connection, one: Copy) -> tuple[Leak, ...]:
    """What the second look finds in a copy."""
    return redaction.leaks(one.fields, known(c, case_file.of(c, one.instance_id)))


def term(c: Connection, file: Penalty, day: dt.date) -> dt.date:
    """The last day of publication, by the town's parameters publicity_years, publicity_light_months, publicity_light_fine (DL-D5)."""
    param = case_file.param(c, file.instance_id)
    short, long = param.get("publicity_light_months") or LIGHT_MONTHS, param.get("publicity_years") or YEARS
    return _months_later(day, int(short) if is_light(c, file) else 12 * int(long))


def is_light(c: Connection, file: Penalty) -> bool:
    """Nothing heavier than criticism, or a fine below the town's parameter publicity_light_fine: the shorter term (DL-D5)."""
    last, param = proposals.last(c, file.instance_id, proposals.DECISION), case_file.param(c, file.instance_id)
    least = int(param.get("publicity_light_fine") or LIGHT_FINE)
    return last is not None and not set(last.kinds) - {"warning", "criticism", "fine"} and last.fine < least


def known(c: Connection, file: Penalty) -> Known:
    """What the file knows that the public may not: of the party, of everybody else in it, of the minors among them."""
    others = [one for _, one in file.others]
    everybody = [file.party, *others]
    secrets = {value for one in everybody for value in _secrets(one)}
    minors = {one.name for one in everybody if _is_minor(one, file)}
    third = {name for one in others if one.kind != parties.ORGANISATION for name in (one.name, one.operator, one.guardian) if name}
    hidden = {file.party.name} if _hides_name(c, file) else set()
    guardians = {file.party.guardian} - {""}
    public = {file.number, _number(c, file)} | {one.id_number for one in everybody if one.id_kind == "credit_code"}
    return Known(frozenset(secrets), frozenset((third | hidden | guardians) - minors), frozenset(minors), frozenset(public - {""}))


def _secrets(one: Party) -> Iterator[str]:
    person = one.kind != parties.ORGANISATION
    values = (one.phone, one.address if person else "", one.id_number if one.id_kind != "credit_code" else "")
    yield from (value for value in values if value)
    if one.birth and person:
        yield from (one.birth.isoformat(), f"{one.birth.year}年{one.birth.month}月{one.birth.day}日")


def _hides_name(c: Connection, file: Penalty) -> bool:
    """A person's name is shown shortened unless the town publishes names (parameter publicity_names)."""
    return file.party.kind == parties.NATURAL and not case_file.param(c, file.instance_id).get("publicity_names")


def _is_minor(one: Party, file: Penalty) -> bool:
    age = one.age_on(file.act_day or clock.today())
    return age is not None and age < ADULT


def _hindrances(c: Connection, file: Penalty) -> Iterator[str]:
    last, param = proposals.last(c, file.instance_id, proposals.DECISION), case_file.param(c, file.instance_id)
    if last is None or _decision(c, file) is None:
        yield "没有行政处罚决定；不予处罚、撤案、移送的案件不公示"
        return
    if _is_minor(file.party, file):
        yield "当事人是未成年人，不公示（未成年人保护法、个人信息保护法第二十八条）"
    if set(last.kinds) <= {"warning"} and not param.get("publicity_warning"):
        yield "只有警告的处罚，按本镇街的公示范围不公示"
    if file.process_key == "summary_penalty" and not param.get("publicity_summary"):
        yield "当场处罚，按本镇街的公示范围不公示"


def _decision(c: Connection, file: Penalty) -> Issued | None:
    found = [one for one in register.of_case(c, file.instance_id) if one.doc_id in DECISIONS and one.state == register.ISSUED]
    return found[-1] if found else None


def _number(c: Connection, file: Penalty) -> str:
    found = _decision(c, file)
    return found.number if found else ""


def _fields(c: Connection, file: Penalty) -> dict[str, str]:
    last, made = proposals.last(c, file.instance_id, proposals.DECISION), _decision(c, file)
    assert last is not None and made is not None
    words = made.data.get("decision", {})
    town = case_fields.town_of(c, file.instance_id)
    organisation = file.party.kind != parties.NATURAL
    return {
        "party": file.party.name, "party_kind": file.party.kind_words, "number": made.number, "act": file.item_name, "facts": last.facts,
        "party_code": file.party.id_number if organisation and file.party.id_kind == "credit_code" else "",
        "representative": file.party.legal_representative if file.party.kind == parties.ORGANISATION else "",
        "basis": str(words.get("basis_text") or "、".join(last.basis)), "kinds": last.kinds_words, "content": _content(last),
        "fine": f"{last.fine / WAN:.6f}" if last.fine else "", "confiscation": last.confiscation, "decided_on": last.day.isoformat(),
        "until": "", "authority": case_fields.authority(c, town, case_fields.values_of(c, file.instance_id, town))["name"]}


def _content(last: proposals.Proposal) -> str:
    said = [kind for kind in last.kinds_words.split("、") if kind != "罚款"]
    return "；".join([*said, *([f"罚款{last.fine / 100:g}元"] if last.fine else [])])


def _must_be_clean(c: Connection, one: Copy) -> None:
    found = leaks(c, one)
    if found:
        errors: dict[str, str] = {}
        for leak in found:
            errors[leak.field] = f"{errors.get(leak.field, '')}含有{leak.what}（{leak.excerpt}）。"
        where = "、".join(FIELDS.get(key, key) for key in errors)
        raise InvalidValues(errors, f"公示稿的“{where}”还有不能公开的内容，不能发布（行政处罚法第四十八条、个人信息保护法）。"
                                    "请删去后再核对。")


def _in(one: Copy, *states: str) -> Copy:
    if one.state not in states:
        raise InvalidState(f"公示稿{one.state_words}，不能进行这项操作。", copy=one.id)
    return one


def _move(c: Connection, one: Copy, state: str, by: str, reason: str) -> Copy:
    c.execute(CHANGE.values(state=state, ended_by=by or None, ended_at=clock.now(), reason=reason), {"i": one.id})
    return get(c, one.id)


def _months_later(day: dt.date, months: int) -> dt.date:
    """The same day so many months on, or the month's last."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return dt.date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))


def _copy(row: Row[Any]) -> Copy:
    m = row._mapping
    return Copy(row.id, row.instance_id, row.state, m["fields"], row.made_by, row.made_at, row.checked_by, row.released_at,
                dt.date.fromisoformat(row.until) if row.until else None, row.reason)
