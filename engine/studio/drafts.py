"""Drafts of whole processes: begun, saved, gone back in, given up. Every save that changes something is a revision that stays."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import Connection, bindparam, delete, insert, select, update

from engine import clock
from engine.definitions import Finding, Package, Severity
from engine.errors import Conflict, InvalidState, InvalidValues, NotFound, UnsafeInput
from engine.people import Participant, directory
from engine.studio import arranging, checking, folder, folder_rights, sources, starting, tables
from engine.studio.packing import pack, unpack
from engine.supervision import audit

LONGEST_NAME = 80
CLOSED = {"submitted": "草稿已提交审批，不能再改。要修改请先撤回申请。",
          "published": "这份草稿已经发布。要继续修改，请从新版本再建一份草稿。",
          "abandoned": "这份草稿已放弃。要继续修改，请先重新打开。"}

ONE = select(tables.draft).where(tables.draft.c.id == bindparam("i"))
UNTOUCHED = (select(tables.draft.c.id).where(tables.draft.c.base == bindparam("base"), tables.draft.c.begun_by == bindparam("by"),
                                             tables.draft.c.revision == 1, tables.draft.c.state == "open")
             .order_by(tables.draft.c.id).limit(1))
FILES = select(tables.file.c.name, tables.file.c.text).where(tables.file.c.draft_id == bindparam("i")).order_by(tables.file.c.name)
NAMES_SINCE = select(tables.revision.c.names).where(tables.revision.c.draft_id == bindparam("i"), tables.revision.c.number > bindparam("n"))
REVISIONS = (select(tables.revision.c.number, tables.revision.c.names, tables.revision.c.note, tables.revision.c.saved_by,
                    tables.revision.c.saved_at)
             .where(tables.revision.c.draft_id == bindparam("i")).order_by(tables.revision.c.number.desc()).limit(bindparam("most")))
UP_TO = (select(tables.revision.c.number, tables.revision.c.changed)
         .where(tables.revision.c.draft_id == bindparam("i"), tables.revision.c.number <= bindparam("n"))
         .order_by(tables.revision.c.number))
LISTED = (select(tables.draft.c.id, tables.draft.c.key, tables.draft.c.name, tables.draft.c.base, tables.draft.c.revision,
                 tables.draft.c.state, tables.draft.c.begun_by, tables.draft.c.changed_by, tables.draft.c.changed_at)
          .order_by(tables.draft.c.changed_at.desc(), tables.draft.c.id.desc()))


@dataclass(frozen=True)
class Draft:
    """A process being written. `files` by name as on the disk; `base` is the version it was begun from, `state` open, submitted,
    published or abandoned; `changed_by` is a person id, None for the system."""

    id: int
    key: str
    name: str
    base: int | None
    revision: int
    files: Mapping[str, str]
    state: str
    changed_by: str | None
    changed_at: dt.datetime


@dataclass(frozen=True)
class Revision:
    """One save. `names` are the files that changed; `by` is a name."""

    number: int
    names: tuple[str, ...]
    note: str
    by: str
    at: dt.datetime


@dataclass(frozen=True)
class Line:
    """A draft in a list. `begun_by` and `changed_by` are person ids, `by` the name of who saved last."""

    id: int
    key: str
    name: str
    base: int | None
    revision: int
    state: str
    begun_by: str | None
    changed_by: str | None
    by: str
    changed_at: dt.datetime


def new(c: Connection, by: Participant, key: str, name: str, pattern: str = "") -> Draft:
    """A draft of a process that does not exist yet: the smallest valid one, or a copy of a pattern of the gallery.

    Raises NotAllowed, InvalidValues (key or name), Conflict (the key is taken), NotFound (pattern).
    """
    must_be_free(c, by, key)
    called = " ".join(name.split())
    if not 0 < len(called) <= LONGEST_NAME:
        raise InvalidValues({"name": f"请写名称，最多 {LONGEST_NAME} 个字。"})
    files = starting.from_pattern(pattern, key, called) if pattern else starting.empty(key, called)
    return begin(c, by, key, called, files, note="从模式库新建" if pattern else "新建")


def from_version(c: Connection, by: Participant, definition_id: int) -> Draft:
    """A draft that begins as a published version, newest or old; one of this person's that nobody has touched yet is taken up again.

    Raises NotAllowed, NotFound.
    """
    folder_rights.must(by, "design")
    kept = sources.version(c, definition_id)
    folder_rights.must_hold(c, by, kept.key, folder_rights.EDIT)
    untouched = c.execute(UNTOUCHED, {"base": definition_id, "by": by.id}).scalar()
    if untouched is not None:
        return _draft(c, untouched)
    return begin(c, by, kept.key, kept.name, kept.files, base=definition_id, note=f"在第 {kept.number} 版基础上修改")


def must_be_free(c: Connection, by: Participant, key: str) -> None:
    """Raises NotAllowed, InvalidValues, and Conflict when a published process or a draft at work has this key."""
    folder_rights.must(by, "design")
    folder.must_be_key(key)
    folder_rights.must_hold(c, by, key, folder_rights.EDIT)
    if sources.newest(c, key) is not None:
        raise Conflict(f"编号“{key}”已有发布的流程。要修改它，请打开该流程，选“在此版基础上修改”；要新建，请换一个编号。")
    others = [line for line in lines(c, by) if line.key == key and line.state in ("open", "submitted")]
    if others:
        raise Conflict(f"编号“{key}”已有草稿“{others[0].name}”，请打开它继续，或换一个编号。", draft=others[0].id)


def begin(c: Connection, by: Participant, key: str, name: str, files: folder.Files, *, base: int | None = None, note: str = "") -> Draft:
    """Store the first revision. The caller has asked for the right. Raises UnsafeInput, InvalidValues."""
    folder.must_fit(key, files)
    now = clock.now()
    called = folder.label_of(key, files[f"{key}.bpmn"], name)
    row = {"key": key, "name": called, "base": base, "revision": 1, "state": "open", "begun_by": by.id, "begun_at": now,
           "changed_by": by.id, "changed_at": now}
    identity = int(c.execute(insert(tables.draft).returning(tables.draft.c.id), row).scalar_one())
    _write(c, identity, files)
    _keep(c, by, identity, 1, files=files, note=note)
    audit.note(c, by, "draft-begun", f"{by.name}新建流程草稿“{called}”（{key}）：{note}。", draft=identity)
    return _draft(c, identity)


def open_draft(c: Connection, by: Participant, draft_id: int) -> Draft:
    """One draft with its files. Raises NotAllowed, NotFound."""
    folder_rights.must_read(by)
    return _draft(c, draft_id)


def may_edit(c: Connection, by: Participant, draft: Draft) -> bool:
    """Whether this person could save it now."""
    return draft.state == "open" and folder_rights.may(c, by, draft.key, folder_rights.EDIT)


def may_touch(c: Connection, by: Participant, draft: Draft) -> bool:
    """Whether this person could take it up, put it away, or take its request back, whatever its state."""
    return folder_rights.may(c, by, draft.key, folder_rights.EDIT)


def lines(c: Connection, by: Participant) -> tuple[Line, ...]:
    """Every draft, the one changed last first. Raises NotAllowed."""
    folder_rights.must_read(by)
    rows = c.execute(LISTED).all()
    names = directory.names(c, [row.changed_by for row in rows if row.changed_by])
    return tuple(Line(row.id, row.key, row.name, row.base, row.revision, row.state, row.begun_by, row.changed_by,
                      names.get(row.changed_by, "系统"), row.changed_at) for row in rows)


def save(c: Connection, by: Participant, draft_id: int, *, base_revision: int, files: Mapping[str, str | None], note: str = "") -> Draft:
    """Put these files in (None takes one away). Nothing new: nothing is stored, whatever the base. Saves of other files since the base
    stand beside these, so that the diagram and a form may be worked at in two windows.

    Raises NotAllowed, NotFound, InvalidState (not open), Conflict (somebody saved one of these files meanwhile), UnsafeInput,
    InvalidValues.
    """
    now = to_change(c, by, draft_id)
    changed = {name: text for name, text in files.items() if now.files.get(name) != text}
    if not changed:
        return now
    if not 0 < base_revision <= now.revision or _saved_since(c, draft_id, base_revision) & changed.keys():
        raise _stale(c, now)
    wanted = with_files(now, changed)
    folder.must_fit(now.key, wanted.files)
    _write(c, draft_id, changed)
    return _advanced(c, by, wanted, changed, note)


def _saved_since(c: Connection, draft_id: int, number: int) -> set[str]:
    return {name for names in c.execute(NAMES_SINCE, {"i": draft_id, "n": number}).scalars() for name in names}


def restore(c: Connection, by: Participant, draft_id: int, revision: int) -> Draft:
    """Make the draft what it was at a revision, as a new revision. Raises NotAllowed, NotFound, InvalidState."""
    now = to_change(c, by, draft_id)
    wanted = at_revision(c, draft_id, revision)
    gone = {name: None for name in now.files if name not in wanted}
    return save(c, by, draft_id, base_revision=now.revision, files={**gone, **wanted}, note=f"恢复到第 {revision} 次保存")


def arrange(c: Connection, by: Participant, draft_id: int) -> Draft:
    """Give the diagram a picture when it has none. Raises NotAllowed, NotFound, InvalidState, UnsafeInput."""
    now = to_change(c, by, draft_id)
    name = f"{now.key}.bpmn"
    return save(c, by, draft_id, base_revision=now.revision, files={name: arranging.drawn(now.files[name])}, note="自动排版")


def abandon(c: Connection, by: Participant, draft_id: int) -> None:
    """Put a draft away; nothing is lost. Raises NotAllowed, NotFound, InvalidState."""
    now = to_change(c, by, draft_id)
    set_state(c, draft_id, "abandoned")
    audit.note(c, by, "draft-abandoned", f"{by.name}放弃流程草稿“{now.name}”（{now.key}）。", draft=draft_id)


def reopen(c: Connection, by: Participant, draft_id: int) -> None:
    """Take an abandoned draft up again. Raises NotAllowed, NotFound, InvalidState."""
    now = _locked(c, draft_id)
    folder_rights.must_hold(c, by, now.key, folder_rights.EDIT)
    if now.state != "abandoned":
        raise InvalidState("只有放弃的草稿可以重新打开。")
    set_state(c, draft_id, "open")
    audit.note(c, by, "draft-reopened", f"{by.name}重新打开流程草稿“{now.name}”（{now.key}）。", draft=draft_id)


def to_change(c: Connection, by: Participant, draft_id: int) -> Draft:
    """The draft, locked, for somebody who may change it now. Raises NotAllowed, NotFound, InvalidState."""
    folder_rights.must(by, "design")
    now = _locked(c, draft_id)
    folder_rights.must_hold(c, by, now.key, folder_rights.EDIT)
    if now.state != "open":
        raise InvalidState(CLOSED[now.state])
    return now


def set_state(c: Connection, draft_id: int, state: str) -> None:
    """Only a change of state: content and revision stay."""
    c.execute(update(tables.draft).where(tables.draft.c.id == draft_id).values(state=state))


def revisions(c: Connection, by: Participant, draft_id: int, most: int = 200) -> tuple[Revision, ...]:
    """The saves, newest first. Raises NotAllowed."""
    folder_rights.must_read(by)
    rows = c.execute(REVISIONS, {"i": draft_id, "most": most}).all()
    names = directory.names(c, [row.saved_by for row in rows if row.saved_by])
    return tuple(Revision(row.number, tuple(row.names), row.note, names.get(row.saved_by, "系统"), row.saved_at) for row in rows)


def at_revision(c: Connection, draft_id: int, number: int) -> dict[str, str]:
    """The files as they were after that save. Raises NotFound."""
    rows = c.execute(UP_TO, {"i": draft_id, "n": number}).all()
    if not rows or rows[-1].number != number:
        raise NotFound("没有这一次保存，请刷新后重新选择。", draft=draft_id, revision=number)
    found: dict[str, str | None] = {}
    for row in rows:
        found.update(unpack(row.changed))
    return {name: text for name, text in sorted(found.items()) if text is not None}


def as_of(c: Connection, draft: Draft, number: int) -> Draft:
    """The draft as it was after that save. Raises NotFound."""
    return replace(draft, revision=number, files=at_revision(c, draft.id, number))


def with_files(draft: Draft, files: Mapping[str, str | None]) -> Draft:
    """The draft as it would be with these files."""
    merged = {**draft.files, **files}
    return replace(draft, files={name: text for name, text in sorted(merged.items()) if text is not None})


def package_of(draft: Draft) -> Package:
    """What would be sealed. Raises UnsafeInput, InvalidValues for a draft whose files cannot be read."""
    return folder.package_of(draft.key, draft.name, draft.files)


def check(c: Connection, draft: Draft) -> list[Finding]:
    """What publishing would find, called processes and running cases known. A file that cannot be read is a finding as well."""
    try:
        folder.must_fit(draft.key, draft.files)
        return checking.judged(c, draft.key, package_of(draft))
    except UnsafeInput as refusal:
        return [Finding("LI03", Severity.ERROR, "", "", refusal.message, "请改好这个文件后再保存。", "safe-file")]
    except InvalidValues as refusal:
        return [Finding("LI03", Severity.ERROR, "", name, text, "请改好这个文件后再保存。", "safe-file")
                for name, text in refusal.errors.items()]


def _draft(c: Connection, draft_id: int) -> Draft:
    return _of(c, c.execute(ONE, {"i": draft_id}).first(), draft_id)


def _locked(c: Connection, draft_id: int) -> Draft:
    return _of(c, c.execute(ONE.with_for_update(), {"i": draft_id}).first(), draft_id)


def _of(c: Connection, row: Any, draft_id: int) -> Draft:
    if row is None:
        raise NotFound("没有这份草稿，请返回设计室重新选择。", draft=draft_id)
    files = {one.name: one.text for one in c.execute(FILES, {"i": draft_id})}
    return Draft(row.id, row.key, row.name, row.base, row.revision, files, row.state, row.changed_by, row.changed_at)


def _stale(c: Connection, now: Draft) -> Conflict:
    who = directory.names(c, [now.changed_by or ""]).get(now.changed_by or "", "系统")
    at = now.changed_at.astimezone(clock.SHANGHAI)
    return Conflict(f"{who} 在 {at:%m月%d日 %H:%M:%S} 保存了这份草稿（第 {now.revision} 次保存），您的修改没有存入。请重新载入后再改。",
                    draft=now.id, revision=now.revision)


def _write(c: Connection, draft_id: int, files: Mapping[str, str | None]) -> None:
    for name, text in files.items():
        c.execute(delete(tables.file).where(tables.file.c.draft_id == draft_id, tables.file.c.name == name))
        if text is not None:
            c.execute(insert(tables.file).values(draft_id=draft_id, name=name, text=text))


def _keep(c: Connection, by: Participant, draft_id: int, number: int, *, files: Mapping[str, str | None], note: str) -> None:
    c.execute(insert(tables.revision).values(draft_id=draft_id, number=number, names=sorted(files), changed=pack(files), note=note,
                                             saved_by=by.id, saved_at=clock.now()))


def _advanced(c: Connection, by: Participant, wanted: Draft, changed: Mapping[str, str | None], note: str) -> Draft:
    number = wanted.revision + 1
    name = folder.label_of(wanted.key, wanted.files[f"{wanted.key}.bpmn"], wanted.name)
    _keep(c, by, wanted.id, number, files=changed, note=note)
    c.execute(update(tables.draft).where(tables.draft.c.id == wanted.id).values(
        revision=number, name=name, changed_by=by.id, changed_at=clock.now()))
    return replace(wanted, revision=number, name=name, changed_by=by.id, changed_at=clock.now())
