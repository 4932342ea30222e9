"""Many running cases to another version of their process: tried out, asked for by one person, approved by another, done in the background.

A batch can be stopped between two cases and go on, and be taken back as far as its cases have not gone on. Every act is in the
administrative record; every case tells in its own history who moved it and why.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, bindparam, func, insert, literal, select, update

from engine import clock, definitions
from engine.definitions import Deployed
from engine.errors import InvalidState, InvalidValues, NotAllowed, NotFound
from engine.people import Participant
from engine.runtime import case as cases
from engine.runtime import commands
from engine.runtime.commands.wording import stated
from engine.runtime.moving_tables import move_batch, move_item
from engine.runtime.relimiting import CHOICES
from engine.runtime.tables import process_instance
from engine.studio import folder_rights
from engine.studio.folder_rights import APPROVE, EDIT
from engine.studio.move_reading import (
    ASKED,
    BACK,
    DONE,
    FITS,
    MOVED,
    PAGE,
    REFUSED,
    RESULTS,
    RUNNING,
    SKIPPED,
    STATES,
    STOPPED,
    TRYING,
    UNDOING,
    WAITING,
    Act,
    Item,
    Progress,
    items,
    listing,
    mapped,
    progress,
)
from engine.studio.move_running import MARK, UNDO, advance, advance_due, held_by_another, next_due
from engine.studio.move_tables import move_act
from engine.supervision import audit

__all__ = ["CHOICES", "PAGE", "RESULTS", "STATES", "Act", "Item", "Progress", "advance", "advance_due", "approve", "ask", "ask_tried",
           "dry_run", "items", "listing", "mapped", "next_due", "numbered", "progress", "refuse", "resume", "stop", "undo",
           "undo_one", "undoable", "why_not"]

MOST, MAPPED, SEVERAL, NUMBERED = 50_000, 200, 0, 200
"""Cases chosen, steps mapped, cases typed by their numbers at the most, and what stands for "from several versions"."""
CHUNK = 500
LIVE = (cases.RUNNING, cases.SUSPENDED)

Mapped = Mapping[str, str | None]
ELSEWHERE = (process_instance.c.process_key == bindparam("k"), process_instance.c.definition_id != bindparam("to"),
             process_instance.c.status.in_(LIVE))
FROM = select(process_instance.c.definition_id).distinct().join(move_item, move_item.c.instance_id == process_instance.c.id).where(
    move_item.c.batch_id == bindparam("b"))
FITTING = select(move_item.c.instance_id).where(move_item.c.batch_id == bindparam("b"), move_item.c.state == FITS)
OWN = select(process_instance.c.id).where(process_instance.c.process_key == bindparam("k"),
                                          process_instance.c.id.in_(bindparam("ids", expanding=True)))
BY_NUMBER = select(process_instance.c.id, process_instance.c.business_key).where(
    process_instance.c.process_key == bindparam("k"), process_instance.c.status.in_(LIVE),
    process_instance.c.business_key.in_(bindparam("numbers", expanding=True)))
TRIED = select(move_batch.c.id).where(move_batch.c.process_key == bindparam("k"), move_batch.c.state == TRYING).limit(1)
ITEM = select(move_item.c.state, process_instance.c.business_key).join(
    process_instance, process_instance.c.id == move_item.c.instance_id).where(
    move_item.c.batch_id == bindparam("b"), move_item.c.instance_id == bindparam("i"))
LOCK = select(move_batch).where(move_batch.c.id == bindparam("b")).with_for_update()


@dataclass(frozen=True)
class _Wish:
    new: Deployed
    mapping: Mapped
    choice: str
    reason: str
    instances: Sequence[int] | None


def ask(c: Connection, by: Participant, *, to: int, mapping: Mapped, choice: str, reason: str,
        instances: Sequence[int] | None = None) -> int:
    """Ask for running cases to be moved, `instances` or all on other versions; answers the batch's id.

    Raises NotAllowed, NotFound, InvalidValues (reason, choice, mapping, a case of another process, none at all).
    """
    wish = _wish(c, by, to, mapping, (choice, reason, instances))
    batch = _begin(c, by, wish, ASKED)
    _note(c, by, batch, "asked", wish.reason,
          said=f"{by.name}申请将流程“{wish.new.name}”（{wish.new.key}）的在办事项移到第 {wish.new.number} 版：{wish.reason}")
    return batch


def ask_tried(c: Connection, by: Participant, batch_id: int, reason: str) -> int:
    """Ask for what a dry run found can move, with its mapping and choice; answers the new batch's id.

    Raises NotFound for a batch that is no dry run, InvalidState while it goes on, and what `ask` raises.
    """
    tried = _in_state(c, by, batch_id, (DONE, STOPPED))
    if not tried.dry:
        raise NotFound("这不是一次试移，请返回列表重新选择。", batch=batch_id)
    chosen = list(c.execute(FITTING, {"b": batch_id}).scalars())
    return ask(c, by, to=tried.to, mapping=tried.mapping, choice=tried.choice, reason=reason, instances=chosen)


def numbered(c: Connection, by: Participant, key: str, said: str) -> tuple[int, ...]:
    """The running cases of a process whose numbers were typed, in any order, with spaces, commas or lines between them.

    Raises NotAllowed, and InvalidValues that names what is no running case of it.
    """
    folder_rights.must_read(by)
    numbers = list(dict.fromkeys(re.split(r"[\s,，、;；]+", said.strip()))) if said.strip() else []
    if not 0 < len(numbers) <= NUMBERED:
        raise InvalidValues({"instances": f"请填写要移动的事项编号，一次最多 {NUMBERED} 件。"})
    found = {row.business_key: row.id for row in c.execute(BY_NUMBER, {"k": key, "numbers": numbers})}
    lost = [one[:40] for one in numbers if one not in found]
    if lost:
        more = "等" if len(lost) > 5 else ""
        raise InvalidValues({"instances": f"没有找到这个流程的在办事项：{'、'.join(lost[:5])}{more}。请核对编号。"})
    return tuple(sorted(found.values()))


def dry_run(c: Connection, by: Participant, *, to: int, mapping: Mapped, choice: str, reason: str,
            instances: Sequence[int] | None = None) -> int:
    """The same without anything being moved: each case is moved and rolled back, and its result noted. Needs no approval.

    Raises InvalidState while another one of the process goes on, and what `ask` raises.
    """
    wish = _wish(c, by, to, mapping, (choice, reason, instances))
    if c.execute(TRIED, {"k": wish.new.key}).first() is not None:
        raise InvalidState("这个流程正在试移，请等它完成，或者先停下。")
    batch = _begin(c, by, wish, TRYING)
    _note(c, by, batch, "tried", wish.reason)
    return batch


def why_not(c: Connection, by: Participant, batch: Progress) -> str:
    """Why this person may not approve or refuse it; "" when they may."""
    if not folder_rights.may(c, by, batch.key, APPROVE):
        return "您没有批准这个流程的权限。"
    return "您提出了这批移动，须由另一人批准。" if by.id == batch.asked_by else ""


def approve(c: Connection, by: Participant, batch_id: int) -> None:
    """A second person says yes; it begins at once. Raises NotAllowed, NotFound, InvalidState."""
    batch = _judged(c, by, batch_id, RUNNING)
    _note(c, by, batch_id, "approved", "", said=f"{by.name}批准将流程“{batch.name}”（{batch.key}）的 {batch.total} 件在办事项移到"
          f"第 {batch.number} 版。")


def refuse(c: Connection, by: Participant, batch_id: int, why: str) -> None:
    """A second person says no, with a reason. Raises NotAllowed, NotFound, InvalidState, InvalidValues."""
    said = stated(why, "请写明不批准的理由。")
    batch = _judged(c, by, batch_id, REFUSED)
    _note(c, by, batch_id, "refused", said, said=f"{by.name}不批准移动流程“{batch.name}”（{batch.key}）的在办事项：{said}")


def stop(c: Connection, by: Participant, batch_id: int) -> None:
    """No further case is begun; what is moved stays. Raises NotAllowed, NotFound, InvalidState."""
    batch = _locked(c, by, batch_id, (TRYING, RUNNING, UNDOING))
    _set(c, batch_id, STOPPED)
    _note(c, by, batch_id, "stopped", "", said="" if batch.dry else f"{by.name}停下流程“{batch.name}”（{batch.key}）的移动。")


def resume(c: Connection, by: Participant, batch_id: int) -> None:
    """Go on where it was stopped. Raises NotAllowed, NotFound, InvalidState."""
    batch = _locked(c, by, batch_id, (STOPPED,))
    undone = c.execute(UNDO, {"b": batch_id}).first() is not None
    _set(c, batch_id, TRYING if batch.dry else UNDOING if undone else RUNNING)
    _note(c, by, batch_id, "resumed", "", said="" if batch.dry else f"{by.name}继续流程“{batch.name}”（{batch.key}）的移动。")


def undo(c: Connection, by: Participant, batch_id: int, reason: str) -> None:
    """Begin to put every moved case back that has not gone on; what was not moved yet is left alone.

    Raises NotAllowed, NotFound, InvalidState, InvalidValues without a reason.
    """
    said = stated(reason, "请写明撤销的理由。")
    batch = _locked(c, by, batch_id, (DONE, STOPPED))
    if batch.dry or not batch.counts.get(MOVED):
        raise InvalidState("这一批没有已移动的事项，不需要撤销。")
    c.execute(update(move_item).where(move_item.c.batch_id == batch_id, move_item.c.state == WAITING).values(
        state=SKIPPED, text="整批已撤销，没有移动。", at=clock.now()))
    _set(c, batch_id, UNDOING)
    _note(c, by, batch_id, "undone", said, said=f"{by.name}撤销流程“{batch.name}”（{batch.key}）第 {batch_id} 批移动：{said}")


def undo_one(c: Connection, by: Participant, batch_id: int, instance_id: int, reason: str) -> None:
    """Put one moved case of a batch back, while nothing has happened to it since; done again it changes nothing.

    Raises NotAllowed, NotFound, InvalidState with what is in the way, InvalidValues without a reason.
    """
    said = stated(reason, "请写明撤销的理由。")
    batch = _locked(c, by, batch_id, (DONE, STOPPED))
    item = c.execute(ITEM, {"b": batch_id, "i": instance_id}).first()
    if item is None:
        raise NotFound("这一批里没有这件事项，请返回列表重新选择。", batch=batch_id)
    if item.state == BACK:
        return
    forbidden = "这件没有移动，不需要撤销。" if batch.dry or item.state != MOVED else held_by_another(c, batch_id, instance_id)
    if forbidden:
        raise InvalidState(forbidden)
    commands.undo_move(c, instance_id, by=by, reason=said)
    c.execute(MARK, {"b": batch_id, "i": instance_id, "to": BACK, "said": f"{by.name}单独撤销：{said}", "now": clock.now()})
    _note(c, by, batch_id, "one-undone", f"{item.business_key}：{said}",
          said=f"{by.name}撤销流程“{batch.name}”（{batch.key}）第 {batch_id} 批移动中的事项 {item.business_key}：{said}")


def undoable(c: Connection, by: Participant, batch: Progress, shown: Sequence[Item]) -> dict[int, str]:
    """Which of the moved cases that are shown could be put back one by one now: case → "", or what is in the way, in words.

    None at all for somebody without the right, and while the batch is at work."""
    if batch.dry or batch.state not in (DONE, STOPPED) or not any(folder_rights.may(c, by, batch.key, kind) for kind in (EDIT, APPROVE)):
        return {}
    moved = [one.instance_id for one in shown if one.state == MOVED]
    return {one: held_by_another(c, batch.id, one) or commands.why_not_undone(c, one) for one in moved}


def _wish(c: Connection, by: Participant, to: int, mapping: Mapped, more: tuple[str, str, Sequence[int] | None]) -> _Wish:
    choice, reason, instances = more
    folder_rights.must(by, "design")
    new = definitions.load(c, to)
    folder_rights.must_hold(c, by, new.key, EDIT)
    if choice not in CHOICES:
        raise InvalidValues({"choice": "请选择时限怎样处理。"})
    _must_lead_somewhere(new, mapping)
    return _Wish(new, dict(mapping), choice, stated(reason, "请写明移动的理由。"), instances)


def _must_lead_somewhere(new: Deployed, mapping: Mapped) -> None:
    if len(mapping) > MAPPED:
        raise InvalidValues({"mapping": f"一次最多指定 {MAPPED} 个对应步骤。"})
    for target in mapping.values():
        if target is not None and not (isinstance(target, str) and target in new.spec.elements):
            raise InvalidValues({"mapping": f"第 {new.number} 版没有“{str(target)[:60]}”这个步骤，请刷新后重新指定。"})


def _begin(c: Connection, by: Participant, wish: _Wish, state: str) -> int:
    row = {"process_key": wish.new.key, "from_definition": SEVERAL, "to_definition": wish.new.id, "mapping": wish.mapping,
           "choice": wish.choice, "reason": wish.reason, "state": state, "dry": int(state == TRYING), "asked_by": by.id,
           "asked_at": clock.now()}
    batch = int(c.execute(insert(move_batch).returning(move_batch.c.id), row).scalar_one())
    if not _fill(c, batch, wish):
        raise InvalidValues({"instances": "没有需要移动的在办事项。"})
    versions = list(c.execute(FROM, {"b": batch}).scalars())
    _must_come_from(c, wish.mapping, versions)
    if len(versions) == 1:
        c.execute(update(move_batch).where(move_batch.c.id == batch).values(from_definition=versions[0]))
    return batch


def _fill(c: Connection, batch: int, wish: _Wish) -> int:
    """One row for each case; how many."""
    if wish.instances is None:
        found = select(literal(batch), process_instance.c.id, literal(WAITING), literal("")).where(*ELSEWHERE)
        into = insert(move_item).from_select(["batch_id", "instance_id", "state", "text"], found)
        c.execute(into, {"k": wish.new.key, "to": wish.new.id})
        return int(c.execute(select(func.count()).where(move_item.c.batch_id == batch)).scalar_one())
    wanted = sorted(set(wish.instances))
    if len(wanted) > MOST or not all(isinstance(one, int) and 0 < one < 2**63 for one in wanted):
        raise InvalidValues({"instances": f"请选择要移动的事项，一次最多 {MOST} 件。"})
    for start in range(0, len(wanted), CHUNK):
        part = wanted[start:start + CHUNK]
        if len(c.execute(OWN, {"k": wish.new.key, "ids": part}).all()) != len(part):
            raise InvalidValues({"instances": "选中的事项里有别的流程的，请刷新后重新选择。"})
        rows: list[dict[str, Any]] = [{"batch_id": batch, "instance_id": one, "state": WAITING, "text": ""} for one in part]
        c.execute(insert(move_item), rows if len(rows) > 1 else rows[0])
    return len(wanted)


def _must_come_from(c: Connection, mapping: Mapped, versions: Sequence[int]) -> None:
    known = {name for one in versions for name in definitions.load(c, one).spec.elements}
    unknown = [name for name in mapping if name not in known]
    if unknown:
        raise InvalidValues({"mapping": f"要移动的事项所在的版本没有“{unknown[0][:60]}”这个步骤，请刷新后重新指定。"})


def _judged(c: Connection, by: Participant, batch_id: int, state: str) -> Progress:
    folder_rights.must(by, "approve_models")
    batch = _in_state(c, by, batch_id, (ASKED,))
    forbidden = why_not(c, by, batch)
    if forbidden:
        raise NotAllowed(forbidden)
    c.execute(update(move_batch).where(move_batch.c.id == batch_id).values(state=state, decided_by=by.id, decided_at=clock.now()))
    return batch


def _locked(c: Connection, by: Participant, batch_id: int, states: Sequence[str]) -> Progress:
    """For somebody who may change or approve this process."""
    batch = _in_state(c, by, batch_id, states)
    if not any(folder_rights.may(c, by, batch.key, kind) for kind in (EDIT, APPROVE)):
        folder_rights.must_hold(c, by, batch.key, EDIT)
    return batch


def _in_state(c: Connection, by: Participant, batch_id: int, states: Sequence[str]) -> Progress:
    c.execute(LOCK, {"b": batch_id})
    batch = progress(c, by, batch_id)
    if batch.state not in states:
        raise InvalidState(f"这批移动现在是“{batch.words}”，不能再这样处理。请刷新查看。")
    return batch


def _set(c: Connection, batch_id: int, state: str) -> None:
    c.execute(update(move_batch).where(move_batch.c.id == batch_id).values(state=state))


def _note(c: Connection, by: Participant, batch_id: int, kind: str, why: str, *, said: str = "") -> None:
    c.execute(insert(move_act).values(batch_id=batch_id, kind=kind, by_id=by.id, at=clock.now(), why=why))
    if said:
        audit.note(c, by, f"moves-{kind}", said, batch=batch_id)
