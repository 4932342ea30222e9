"""From a draft to a version: one person asks with a reason and a day, another approves, and at that moment it is sealed.

Whoever asked or wrote may not approve. What is approved is one revision; when the process got a newer version meanwhile, the request is
refused, because nobody has seen the two together. Every act is in the administrative record.
"""

import datetime as dt
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, bindparam, func, insert, select, update

from engine import clock, definitions
from engine.database import Database, UTCDateTime
from engine.definitions import Finding, Severity
from engine.definitions.linter import errors
from engine.errors import Conflict, EngineError, InvalidDefinition, InvalidState, InvalidValues, NotAllowed, NotFound
from engine.people import Participant, directory
from engine.runtime import service_registry
from engine.studio import drafts, folder, folder_rights, sources, tables
from engine.supervision import audit

LONGEST = 500
FURTHEST = dt.timedelta(days=366)
LIVE = ("waiting", "approved")
STATES = {"waiting": "待审批", "approved": "已批准，待生效", "returned": "已退回", "withdrawn": "已撤回", "published": "已发布",
          "refused": "未能生效"}

_ASKED = (tables.request, tables.draft.c.key, tables.draft.c.name)
_JOINED = select(*_ASKED).join(tables.draft, tables.draft.c.id == tables.request.c.draft_id)
ONE = _JOINED.where(tables.request.c.id == bindparam("i"))
ALL = _JOINED.order_by(tables.request.c.asked_at.desc(), tables.request.c.id.desc()).limit(bindparam("most"))
OF_DRAFT = _JOINED.where(tables.request.c.draft_id == bindparam("d")).order_by(tables.request.c.id.desc())
OF_VERSIONS = _JOINED.where(tables.request.c.definition_id.in_(bindparam("ids", expanding=True))).order_by(tables.request.c.id)
DUE = (select(tables.request.c.id).where(tables.request.c.state == "approved",
                                         tables.request.c.effective_at <= bindparam("now", type_=UTCDateTime))
       .order_by(tables.request.c.effective_at, tables.request.c.id).limit(bindparam("most")))
NEXT = select(func.min(tables.request.c.effective_at)).where(tables.request.c.state == "approved")
WRITERS = select(tables.revision.c.saved_by).where(tables.revision.c.draft_id == bindparam("d")).distinct()


@dataclass(frozen=True)
class Request:
    """A wish to publish one revision of a draft. `base`: the newest version when it was asked; people are ids, `*_name` their names."""

    id: int
    draft_id: int
    key: str
    name: str
    revision: int
    base: int | None
    reason: str
    effective_at: dt.datetime
    confirmed: tuple[str, ...]
    state: str
    asked_by: str
    asked_name: str
    asked_at: dt.datetime
    judged_name: str
    judged_at: dt.datetime | None
    judged_why: str
    definition_id: int | None
    ended_at: dt.datetime | None
    ended_why: str


def mark(found: Finding) -> str:
    """What a confirmation refers to: this finding at this element, in these words."""
    return hashlib.sha256(f"{found.rule}|{found.element_id}|{found.message}".encode()).hexdigest()[:16]


def warnings(findings: Sequence[Finding]) -> tuple[Finding, ...]:
    """What has to be confirmed one by one."""
    return tuple(one for one in findings if one.severity is Severity.WARNING)


def must_be_askable(c: Connection, by: Participant, draft_id: int, *, revision: int, reason: str, effective_on: dt.date,
                    confirmed: Sequence[str]) -> tuple[drafts.Draft, dict[str, Any]]:
    """(the draft, what a request for it would hold) when nothing but its examples can stand in the way.

    Raises NotAllowed, NotFound, InvalidState, Conflict (the draft or the process has moved on), InvalidValues (reason, day, a warning that
    is not confirmed), InvalidDefinition with every finding when one is an error.
    """
    draft = drafts.to_change(c, by, draft_id)
    if draft.revision != revision:
        raise Conflict("草稿在您打开页面之后又有保存，请刷新核对后再提交。", draft=draft_id)
    must_be_newest(c, draft.key, draft.base)
    why, moment = reason_of(reason, "reason", "请写明发布理由"), _moment(effective_on)
    findings = drafts.check(c, draft)
    if errors(findings):
        raise InvalidDefinition(findings)
    marks = [mark(one) for one in warnings(findings)]
    if not set(marks) <= set(confirmed):
        raise InvalidValues({"confirmed": f"有 {len(set(marks) - set(confirmed))} 条警告没有确认，请逐条看过并勾选，或先改好。"})
    return draft, {"draft_id": draft_id, "revision": revision, "base": draft.base, "reason": why, "effective_at": moment,
                   "confirmed": marks}


def ask(c: Connection, by: Participant, draft_id: int, *, revision: int, reason: str, effective_on: dt.date,
        confirmed: Sequence[str]) -> int:
    """Ask for a draft to be published; until it is judged or withdrawn it cannot be changed. Answers the id of the request.

    Raises as `must_be_askable` does. Whether the examples hold is asked before: see `example_runs.publish`.
    """
    draft, wanted = must_be_askable(c, by, draft_id, revision=revision, reason=reason, effective_on=effective_on, confirmed=confirmed)
    row = {**wanted, "state": "waiting", "asked_by": by.id, "asked_at": clock.now()}
    identity = int(c.execute(insert(tables.request).returning(tables.request.c.id), row).scalar_one())
    drafts.set_state(c, draft_id, "submitted")
    day, why = f"{effective_on:%Y-%m-%d}", wanted["reason"]
    audit.note(c, by, "publish-asked", f"{by.name}申请发布流程“{draft.name}”（{draft.key}），{day} 起生效：{why}", request=identity)
    return identity


def must_be_newest(c: Connection, key: str, base: int | None) -> None:
    """Raises Conflict when the process got a version that the draft was not begun from."""
    newest = sources.newest(c, key)
    if newest != base:
        number = sources.version(c, newest).number if newest is not None else 0
        raise Conflict(f"这个流程已有更新的第 {number} 版，草稿不是在它的基础上写的。"
                       f"请先在“比较”中核对与第 {number} 版的差异，再确认以它为基础。", newest=newest)


def rebase(c: Connection, by: Participant, draft_id: int, definition_id: int) -> None:
    """The designer has compared the draft with the newest version and goes on from there: what differs is meant to differ.

    Raises NotAllowed, NotFound, InvalidState, Conflict (that is not the newest version).
    """
    draft = drafts.to_change(c, by, draft_id)
    must_be_newest(c, draft.key, definition_id)
    c.execute(update(tables.draft).where(tables.draft.c.id == draft_id).values(base=definition_id))
    number = sources.version(c, definition_id).number
    audit.note(c, by, "draft-rebased", f"{by.name}核对后将草稿“{draft.name}”（{draft.key}）改为以第 {number} 版为基础。", draft=draft_id)


def withdraw(c: Connection, by: Participant, request_id: int) -> None:
    """Take a request back before it takes effect; the draft can be changed again. Raises NotAllowed, NotFound, InvalidState."""
    asked = _locked(c, request_id, LIVE)
    folder_rights.must_hold(c, by, asked.key, folder_rights.EDIT)
    _end(c, asked, "withdrawn", f"{by.name}撤回。", draft="open")
    audit.note(c, by, "publish-withdrawn", f"{by.name}撤回流程“{asked.name}”（{asked.key}）的发布申请。", request=request_id)


def approve(c: Connection, by: Participant, request_id: int, why: str = "") -> Request:
    """A second person says yes; with a day that has come it takes effect at once. The answer tells what became of it.

    Raises NotAllowed (no right, or one who asked or wrote), NotFound, InvalidState.
    """
    asked = _judge(c, by, request_id, "approved", why.strip()[:LONGEST])
    audit.note(c, by, "publish-approved", f"{by.name}批准发布流程“{asked.name}”（{asked.key}）。", request=request_id)
    if asked.effective_at <= clock.now():
        return take_effect(c, request_id)
    return one(c, by, request_id)


def send_back(c: Connection, by: Participant, request_id: int, why: str) -> None:
    """A second person says no, with a reason; the draft can be changed again. Raises NotAllowed, NotFound, InvalidState, InvalidValues."""
    reason = reason_of(why, "why", "请写明退回理由")
    asked = _judge(c, by, request_id, "returned", reason)
    drafts.set_state(c, asked.draft_id, "open")
    audit.note(c, by, "publish-returned", f"{by.name}退回流程“{asked.name}”（{asked.key}）的发布申请：{reason}", request=request_id)


def take_effect(c: Connection, request_id: int) -> Request:
    """Seal what was approved, or refuse it in words when it no longer fits. Doing it twice does it once."""
    asked = _asked(c, c.execute(ONE.with_for_update(of=tables.request), {"i": request_id}).first())
    if asked.state != "approved":
        return asked
    try:
        must_be_newest(c, asked.key, asked.base)
        files = drafts.at_revision(c, asked.draft_id, asked.revision)
        package = folder.package_of(asked.key, asked.name, files)
        version = definitions.deploy(c, package, by=asked.asked_by, functions=service_registry.declared())
    except EngineError as refusal:
        if isinstance(refusal, Conflict) and sources.newest(c, asked.key) == asked.base:
            raise
        _refuse(c, asked, refusal)
        return _asked(c, c.execute(ONE, {"i": request_id}).first())
    sources.remember(c, version.id, files)
    why = "" if version.created else f"内容与第 {version.number} 版相同，没有产生新版本。"
    _end(c, asked, "published", why, draft="published", definition_id=version.id)
    said = f"流程“{asked.name}”（{asked.key}）第 {version.number} 版生效，{asked.asked_name}申请，{asked.judged_name}批准。"
    audit.note(c, None, "published", said, definition=version.id, request=request_id)
    return _asked(c, c.execute(ONE, {"i": request_id}).first())


def publish_due(database: Database, most: int = 20) -> int:
    """Everything approved whose day has come, each in a transaction of its own; answers how many were dealt with."""
    with database.reading() as c:
        due = list(c.execute(DUE, {"now": clock.now(), "most": most}).scalars())
    for request_id in due:
        database.run(lambda c, request_id=request_id: take_effect(c, request_id) and None)  # type: ignore[misc]
    return len(due)


def next_due(c: Connection) -> dt.datetime | None:
    """When the next approved request takes effect."""
    moment: dt.datetime | None = c.execute(NEXT).scalar()
    return moment


def one(c: Connection, by: Participant, request_id: int) -> Request:
    """One request. Raises NotAllowed, NotFound."""
    folder_rights.must_read(by)
    return _asked(c, c.execute(ONE, {"i": request_id}).first())


def requests(c: Connection, by: Participant, most: int = 100) -> tuple[Request, ...]:
    """All requests, newest first. Raises NotAllowed."""
    folder_rights.must_read(by)
    return tuple(_asked(c, row) for row in c.execute(ALL, {"most": most}).all())


def of_draft(c: Connection, by: Participant, draft_id: int) -> tuple[Request, ...]:
    """The requests of one draft, newest first. Raises NotAllowed."""
    folder_rights.must_read(by)
    return tuple(_asked(c, row) for row in c.execute(OF_DRAFT, {"d": draft_id}).all())


def of_versions(c: Connection, by: Participant, ids: Sequence[int]) -> dict[int, Request]:
    """Version → the request that it came from; none for what was published from a folder. Raises NotAllowed."""
    folder_rights.must_read(by)
    found = (_asked(c, row) for row in c.execute(OF_VERSIONS, {"ids": list(ids)}).all())
    return {one.definition_id: one for one in found if one.definition_id is not None}


def writers(c: Connection, draft_id: int) -> frozenset[str]:
    """Everybody who ever saved the draft."""
    return frozenset(one for one in c.execute(WRITERS, {"d": draft_id}).scalars() if one)


def why_not(c: Connection, by: Participant, asked: Request) -> str:
    """Why this person may not judge it; "" when they may."""
    if not folder_rights.may(c, by, asked.key, folder_rights.APPROVE):
        return "您没有批准这个流程的权限。"
    if by.id == asked.asked_by or by.id in writers(c, asked.draft_id):
        return "您申请或参与编写了这份草稿，须由另一人批准。"
    return ""


def _judge(c: Connection, by: Participant, request_id: int, state: str, why: str) -> Request:
    folder_rights.must(by, "approve_models")
    asked = _locked(c, request_id, ("waiting",))
    forbidden = why_not(c, by, asked)
    if forbidden:
        raise NotAllowed(forbidden)
    c.execute(update(tables.request).where(tables.request.c.id == request_id).values(
        state=state, judged_by=by.id, judged_at=clock.now(), judged_why=why))
    return asked


def _locked(c: Connection, request_id: int, states: Sequence[str]) -> Request:
    asked = _asked(c, c.execute(ONE.with_for_update(of=tables.request), {"i": request_id}).first())
    if asked.state not in states:
        raise InvalidState(f"这份申请现在是“{STATES[asked.state]}”，不能再这样处理。请刷新查看。")
    return asked


def _refuse(c: Connection, asked: Request, refusal: EngineError) -> None:
    found = next((one.message for one in refusal.findings), "") if isinstance(refusal, InvalidDefinition) else ""
    _end(c, asked, "refused", f"{refusal.message}{found}", draft="open")
    audit.note(c, None, "publish-refused", f"流程“{asked.name}”（{asked.key}）未能生效：{refusal.message}", request=asked.id)


def _end(c: Connection, asked: Request, state: str, why: str, *, draft: str, definition_id: int | None = None) -> None:
    c.execute(update(tables.request).where(tables.request.c.id == asked.id).values(
        state=state, ended_at=clock.now(), ended_why=why, definition_id=definition_id))
    drafts.set_state(c, asked.draft_id, draft)


def reason_of(text: str, field: str, words: str) -> str:
    """The reason in one line. Raises InvalidValues for `field` with these words."""
    reason = " ".join(text.split())
    if not 0 < len(reason) <= LONGEST:
        raise InvalidValues({field: f"{words}，最多 {LONGEST} 字。"})
    return reason


def _moment(day: dt.date) -> dt.datetime:
    """The beginning of that day in Shanghai; today: now."""
    today = clock.today()
    if not today <= day <= today + FURTHEST:
        raise InvalidValues({"effective_on": "生效日期不能早于今天，也不能晚于一年后。"})
    return clock.now() if day == today else dt.datetime.combine(day, dt.time(), clock.SHANGHAI).astimezone(clock.UTC)


def _asked(c: Connection, row: Any) -> Request:
    if row is None:
        raise NotFound("没有这份发布申请，请返回列表重新选择。")
    names = directory.names(c, [one for one in (row.asked_by, row.judged_by) if one])
    return Request(row.id, row.draft_id, row.key, row.name, row.revision, row.base, row.reason, row.effective_at, tuple(row.confirmed),
                   row.state, row.asked_by, names.get(row.asked_by, row.asked_by), row.asked_at, names.get(row.judged_by or "", ""),
                   row.judged_at, row.judged_why or "", row.definition_id, row.ended_at, row.ended_why or "")
