"""Moving one running case to another version of its process, and taking that back (按新版本办理).

First everything in the way; with one obstacle nothing changes. Ids of work items, drafts, claims, votes, running timers, limits and history
stay; a mapped step is withdrawn and opened anew on its new element.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Connection, bindparam, delete, insert, select, update

from engine import definitions
from engine.definitions import Deployed
from engine.errors import InvalidState, InvalidValues
from engine.people import Participant
from engine.runtime import case as cases
from engine.runtime import kept, obstacles, offers, relimiting, rows, statements
from engine.runtime.case import Case, Found
from engine.runtime.commands.wording import stated
from engine.runtime.history import append
from engine.runtime.host import CaseHost
from engine.runtime.moving_tables import case_move
from engine.runtime.relimiting import CHOICES, KEEP
from engine.runtime.tables import process_instance, record, subscription, timer, work_item
from engine.runtime.turn import finish, served, stored
from engine.spiff import MessageWait, TimerWait, Tokens, UserTaskWait, Wait, moved

MOVED, UNDONE = "migrated", "move-undone"
HARMLESS = ("commented", "urged", "copied", "copy-read")
"""What may have happened since a move that is undone."""

SET_VERSION = update(process_instance).where(process_instance.c.id == bindparam("i")).values(definition_id=bindparam("to"))
RENEW = update(work_item).where(work_item.c.id == bindparam("of")).values(
    {name: bindparam(f"new_{name}") for name in ("definition_id", "name", "lane", "link", "candidate_key", "candidate_role", "form_key",
                                                 "access")})
RENAME_TIMER = update(timer).where(timer.c.instance_id == bindparam("i"), timer.c.key == bindparam("k")).values(name=bindparam("to"))
NEWEST = select(case_move).where(case_move.c.instance_id == bindparam("i"), case_move.c.undone_at.is_(None)).order_by(
    case_move.c.id.desc()).limit(1)
SINCE = select(record.c.kind).where(record.c.stream == bindparam("stream"), record.c.seq > bindparam("seq"))
RENEWED = ("name", "lane", "link", "candidate_key", "candidate_role", "form_key", "access")


@dataclass(frozen=True)
class Plan:
    """How to move: the version, `mapping` of old steps to new ones (None drops an event that waits beside a step), what becomes of the
    diagram's own limits, the reason, and the batch it belongs to."""

    to: int
    mapping: Mapping[str, str | None] = field(default_factory=dict)
    choice: str = KEEP
    reason: str = ""
    batch: int | None = None


def migrate(c: Connection, instance_id: int, plan: Plan, *, by: Participant, revision: int | None = None) -> dict[str, Any]:
    """Move one case to another version of its process.

    Raises InvalidState with everything in the way, InvalidValues without a reason or for an unknown choice, NotFound, Conflict.
    """
    stated(plan.reason, "请写明移动的理由。")
    if plan.choice not in CHOICES:
        raise InvalidValues({"choice": "请选择时限怎样处理。"})
    case = cases.locked(c, instance_id, by=by, revision=revision)
    case.involved.add(by.id)  # whoever moves a case does not come to read it by that
    case.must_run()
    new = definitions.load(c, plan.to)
    host, tokens = stored(case)
    found = obstacles.of(case, tokens, new, plan.mapping)
    if found:
        raise InvalidState(obstacles.told(found), instance=case.id)
    before = kept.of(case)
    _change(case, _Move(host.deployed, new, plan), tokens)
    _keep(case, plan, before)
    return case.answer(to=plan.to)


@dataclass(frozen=True)
class _Move:
    old: Deployed
    new: Deployed
    plan: Plan


def _change(case: Case, move: _Move, tokens: Tokens) -> None:
    _set_version(case, move.new.id)
    host = served(case, move.new)
    mapping = {old: new for old, new in move.plan.mapping.items() if old in move.old.spec.elements}
    told = {"from": move.old.number, "to": move.new.number, "from_definition": move.old.id, "to_definition": move.new.id}
    case.story.tell(MOVED, None, item=case.row.title, mapping=mapping, choice=move.plan.choice, reason=move.plan.reason, **told)
    before = tokens.limited
    limited = set(before)
    tokens, places = moved(tokens, move.new.spec, host, mapping)
    going_on = relimiting.rekey(case, places, {key: element.id for key, element in tokens.limited.items()})
    tokens.is_told(going_on)
    relimiting.make_room(case, tokens.limited)
    begun = relimiting.begin_missing(case, host, tokens, {places.get(key, key): element for key, element in before.items()})
    if going_on:
        host.clocks_moved()
        tokens.date_again({tokens.limited[key].id for key in going_on})
    relimiting.apply(case, host, tokens, move.plan.choice)
    waits = tokens.waits
    renewed = _renew(case, host, tokens, waits)
    finish(case, host, tokens, _known(case, waits))
    changed = limited ^ set(tokens.limited) | going_on | begun | (limited if move.plan.choice != KEEP else set())
    relimiting.show(case, host, {key for key in renewed if key in changed} | going_on)


def _set_version(case: Case, definition_id: int) -> None:
    case.c.execute(SET_VERSION, {"i": case.id, "to": definition_id})
    found = case.c.execute(cases.LOCK, {"i": case.id}).one()
    case.row, case.story.definition_id = found, definition_id


def _renew(case: Case, host: CaseHost, tokens: Tokens, waits: Sequence[Wait]) -> set[str]:
    """Open work items get the new version's name, form and post; timers its name. Who has claimed one keeps it."""
    there = rows.Known.of(case.c, case.id)
    items = [wait for wait in waits if isinstance(wait, UserTaskWait) and wait.key in there.items]
    found = offers.rows(case, host, tokens, items, {})
    values = [{"of": row["id"], "new_definition_id": case.row.definition_id, **{f"new_{name}": row[name] for name in RENEWED}}
              for row in found]
    names = [{"i": case.id, "k": wait.key, "to": wait.element.name or (wait.attached_to.name if wait.attached_to else None)}
             for wait in waits if isinstance(wait, TimerWait) and wait.key in there.timers]
    for statement, many in ((RENEW, values), (RENAME_TIMER, names)):
        if many:
            case.c.execute(statement, many if len(many) > 1 else many[0])
    return {wait.key for wait in items}


def _known(case: Case, waits: Sequence[Wait]) -> rows.Known:
    """Living rows; a subscription whose message has another name now is made anew."""
    names = {wait.key: wait.name for wait in waits if isinstance(wait, MessageWait)}
    mine = select(subscription.c.key, subscription.c.name).where(subscription.c.instance_id == case.id)
    for row in case.c.execute(mine).all():
        if names.get(row.key, row.name) != row.name:
            case.c.execute(delete(subscription).where(subscription.c.key == row.key))
    return rows.Known.of(case.c, case.id)


def _keep(case: Case, plan: Plan, before: kept.Kept) -> None:
    case.c.execute(insert(case_move), {
        "instance_id": case.id, "batch_id": plan.batch, "from_definition": before["definition"], "to_definition": plan.to,
        "by_id": case.by.id if case.by else None, "at": case.at, "revision": case.revision, "record_seq": case.story.seq,
        "kept": kept.with_changes(case, before)})


def undo(c: Connection, instance_id: int, *, by: Participant, reason: str) -> dict[str, Any]:
    """Put a moved case back as it was, while nothing has happened to it since.

    Raises InvalidState when it was not moved or has gone on, InvalidValues without a reason, NotFound."""
    said = stated(reason, "请写明撤销的理由。")
    case = cases.locked(c, instance_id, by=by)
    case.must_run()
    move = _untouched(case)
    _restore(case, move, said)
    c.execute(update(case_move).where(case_move.c.id == move.id).values(undone_at=case.at, undone_by=by.id))
    return case.answer()


def why_not_undone(c: Connection, instance_id: int) -> str:
    """What would keep the newest move of a case from being undone now, in words; "" when nothing does. Raises NotFound."""
    case = cases.peeked(c, instance_id)
    try:
        case.must_run()
        _untouched(case)
    except InvalidState as refusal:
        return refusal.message
    return ""


def _untouched(case: Case) -> Found:
    """The newest move of a case to which nothing has happened since. Raises InvalidState."""
    move = case.c.execute(NEWEST, {"i": case.id}).first()
    if move is None:
        raise InvalidState("该事项没有移动过，或已经撤销。", instance=case.id)
    since = case.c.execute(SINCE, {"stream": case.story.stream, "seq": move.record_seq}).scalars().all()
    if move.revision != case.revision or any(kind not in HARMLESS for kind in since):
        raise InvalidState("移动之后该事项已经有了新的办理，不能撤销。需要时请再移到合适的版本。", instance=case.id)
    worked = kept.work_since(case, move.kept)
    if worked:
        raise InvalidState(worked, instance=case.id)
    return move


def _restore(case: Case, move: Found, said: str) -> None:
    stored(case)  # the cache forgets it
    before: dict[str, Any] = move.kept
    now, then = (_items(rows) for rows in (kept.alive(case), before["rows"]))
    numbers = [definitions.load(case.c, one).number for one in (move.to_definition, move.from_definition)]
    kept.put_back(case, before)
    _set_version(case, move.from_definition)
    case.story.tell(UNDONE, None, item=case.row.title, reason=said, **{"from": numbers[0], "to": numbers[1]})
    case.story.follow(revision=case.revision + 1, passed=[], changed={}, ended=None,
                      opened=[_told(row) for key, row in sorted(then.items()) if key not in now],
                      closed=[{"key": key, "name": row["name"]} for key, row in sorted(now.items()) if key not in then])
    append(case.c, case.story)
    case.c.execute(statements.SAVE, {
        "i": case.id, "before": case.revision, "to": case.status, "new_state": before["state"], "ended": None,
        "new_variables": before["variables"], "seq": case.story.seq, "head": case.story.head})
    case.revision += 1


def _items(living: Mapping[str, list[kept.Row]]) -> dict[str, kept.Row]:
    return {row["id"]: row for row in living["items"]}


def _told(row: kept.Row) -> dict[str, Any]:
    return {"key": row["id"], "element": row["element_id"], "name": row["name"], "role": row["candidate_role"],
            "assignee": row["assignee"], "assignee_name": None}
