"""Who may change and who may approve which process: every designer and approver, unless the process is restricted to named people."""

from dataclasses import dataclass

from sqlalchemy import Connection, bindparam, delete, insert, select

from engine import clock
from engine.definitions.tables import process_definition
from engine.errors import InvalidValues, NotAllowed
from engine.people import CAPABILITIES, Participant, directory
from engine.studio.tables import draft, folder_right
from engine.supervision import audit

EDIT, APPROVE = "edit", "approve"
KINDS = {EDIT: "design", APPROVE: "approve_models"}
WORDS = {EDIT: "修改", APPROVE: "批准"}
MOST = 50

GIVEN = select(folder_right.c.person_id).where(
    folder_right.c.key == bindparam("key"), folder_right.c.kind == bindparam("kind")).order_by(folder_right.c.person_id)
EVERY = select(folder_right.c.key, folder_right.c.kind, folder_right.c.person_id).order_by(
    folder_right.c.key, folder_right.c.kind, folder_right.c.person_id)


@dataclass(frozen=True)
class Folder:
    """One process: the people named for it. Nobody named: every designer may change it, every approver may approve it."""

    key: str
    name: str
    editors: tuple[str, ...]
    approvers: tuple[str, ...]


def must(by: Participant, capability: str) -> None:
    """Raises NotAllowed unless the person has the capability."""
    if not by.may(capability):
        raise NotAllowed(f"这项操作需要“{CAPABILITIES[capability]}”的岗位权限。如确有需要，请联系本单位管理员。")


def may(c: Connection, by: Participant, key: str, kind: str) -> bool:
    """Whether the person may do that with this process."""
    if not by.may(KINDS[kind]):
        return False
    named = list(c.execute(GIVEN, {"key": key, "kind": kind}).scalars())
    return not named or by.id in named


def must_hold(c: Connection, by: Participant, key: str, kind: str) -> None:
    """Raises NotAllowed, naming who may."""
    must(by, KINDS[kind])
    if not may(c, by, key, kind):
        people = directory.names(c, list(c.execute(GIVEN, {"key": key, "kind": kind}).scalars()))
        named = "、".join(people.values())
        raise NotAllowed(f"流程“{key}”只允许 {named} {WORDS[kind]}。需要参与的，请联系系统管理员在“流程权限”中加上您。")


def must_read(by: Participant) -> None:
    """Raises NotAllowed unless the person designs or approves."""
    if not (by.may("design") or by.may("approve_models")):
        must(by, "design")


def folders(c: Connection) -> tuple[Folder, ...]:
    """Every process that is published, drafted or restricted, by key."""
    given = [(row.key, row.kind, row.person_id) for row in c.execute(EVERY)]
    published = {row.key: row.name for row in c.execute(
        select(process_definition.c.key, process_definition.c.name).order_by(process_definition.c.number))}
    drafted = {row.key: row.name for row in c.execute(
        select(draft.c.key, draft.c.name).where(draft.c.state.in_(("open", "submitted"))).order_by(draft.c.id))}
    names = {**{key: key for key, _, _ in given}, **drafted, **published}
    return tuple(Folder(key, names[key], *(tuple(p for k, kind, p in given if (k, kind) == (key, wanted)) for wanted in (EDIT, APPROVE)))
                 for key in sorted(names))


def candidates(c: Connection) -> dict[str, dict[str, str]]:
    """Kind → person id → name: who could be named."""
    everybody = directory.people(c)
    return {kind: {one.id: one.name for one in everybody if one.may(capability)} for kind, capability in KINDS.items()}


def restrict(c: Connection, by: Participant, key: str, kind: str, people: tuple[str, ...]) -> None:
    """Name who may change or approve a process; nobody: everybody again who has the capability.

    Raises NotAllowed (only the system administrator), InvalidValues (unknown process or kind, somebody without the capability).
    """
    must(by, "administer")
    if kind not in KINDS or key not in {one.key for one in folders(c)}:
        raise InvalidValues({"key": "没有这个流程，请刷新后重新选择。"})
    able = candidates(c)[kind]
    wanted = tuple(dict.fromkeys(people))
    if len(wanted) > MOST or any(one not in able for one in wanted):
        raise InvalidValues({"people": f"只能选择有“{CAPABILITIES[KINDS[kind]]}”权限的人员，最多 {MOST} 人。"})
    c.execute(delete(folder_right).where(folder_right.c.key == key, folder_right.c.kind == kind))
    for one in wanted:
        c.execute(insert(folder_right).values(key=key, kind=kind, person_id=one, given_by=by.id, given_at=clock.now()))
    said = "、".join(able[one] for one in wanted) or "全部有权限的人员"
    audit.note(c, by, "model-rights", f"{by.name}将流程“{key}”的{WORDS[kind]}权限设为：{said}。", key=key)
