"""One work item on the desk of whoever opens it: its facts, its form, what was written so far, and what this person may do with it.

Reads only. Whether an action is lawful is decided again by the command itself.
"""

import datetime as dt
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Row, bindparam, select

from engine import clock, definitions, forms
from engine.errors import NotFound
from engine.forms import Form
from engine.people import ROLES, Participant, directory
from engine.runtime import access, gates, history, rows
from engine.runtime import case as cases
from engine.runtime.case import RUNNING, SUSPENDED, Case
from engine.runtime.commands.completing import AMBIENT
from engine.runtime.gates import Gateway
from engine.runtime.offers import CLAIMED, DONE, OPEN
from engine.runtime.tables import delegation, draft, work_item
from engine.runtime.turn import look, looked

MENDING = ("sent-back", "withdrawn")
DONE_BEFORE = (select(work_item.c.id)
               .where(work_item.c.instance_id == bindparam("i"), work_item.c.element_id == bindparam("element"), work_item.c.state == DONE)
               .limit(1))


@dataclass(frozen=True)
class Item:
    """A work item as people read it. `holder` is the name of whoever has it, None while it is offered to many."""

    id: str
    instance_id: int
    element_id: str
    name: str
    lane: str | None
    link: str | None
    state: str
    title: str
    case_number: str
    place: str | None
    created_at: dt.datetime
    warn_at: dt.datetime | None
    due_at: dt.datetime | None
    limit_text: str | None
    assignee: str | None
    holder: str | None
    candidates: str
    urged: int
    outcome: str | None
    ended_at: dt.datetime | None
    ended_by: str | None

    @property
    def is_live(self) -> bool:
        """Still to be done."""
        return self.state in (OPEN, CLAIMED, SUSPENDED)


@dataclass(frozen=True)
class Desk:
    """A work item opened by a person. `form` None: the step asks for nothing. `verbs` are the actions this person may take.

    `stored` is what the case knows; `draft` what this person has typed; `why` the rule that brought the item here; `gates` say what the
    law allows now.
    """

    item: Item
    revision: int
    status: str
    form: Any
    access: str | None
    stored: Mapping[str, Any]
    names: Mapping[str, Any]
    draft: Mapping[str, Any] | None
    draft_at: dt.datetime | None
    verbs: frozenset[str]
    why: str
    gates: tuple[Gateway, ...] = ()


def draft_texts(c: Connection) -> Iterator[str]:
    """Everything that anybody is in the middle of writing, as text; for finding what it mentions."""
    return (str(row[0]) for row in c.execute(select(draft.c["values"])))


def of(c: Connection, item_id: str, by: Participant) -> Desk:
    """Open a work item. Raises NotFound when it does not exist or this person may not see it."""
    row = c.execute(cases.ITEM, {"i": item_id}).first()
    if row is None:
        raise NotFound(item=item_id)
    case = cases.peeked(c, row.instance_id)
    if not access.may_do(row, by) and not access.may_see(c, by, case.row):
        raise NotFound(item=item_id, person=by.id)
    deployed = definitions.load(c, row.definition_id)
    typed = c.execute(select(draft.c["values"], draft.c.saved_at)
                      .where(draft.c.work_item_id == item_id, draft.c.person_id == by.id)).first()
    stored, names = _known(c, case, row)
    form = deployed.forms.get(row.form_key or "")
    return Desk(
        item=item_of(c, row), revision=case.revision, status=case.status, form=form, access=row.access,
        stored=_this_round(c, row, form, stored), names=names,
        draft=None if typed is None else typed[0], draft_at=None if typed is None else typed[1],
        verbs=frozenset((*_verbs(row, case.status, by), *_lent(c, row, case.status, by))), why=_why(c, row, by), gates=_gates(c, case, row))


def _known(c: Connection, case: Case, row: Row[Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    """(what fills the form, the other names its expressions may use): as the step itself sees them while it is live."""
    if row.state in (OPEN, CLAIMED, SUSPENDED):
        tokens = look(c, case.id)
        names = tokens.names(row.id)
        return tokens.visible(row.id), {name: names[name] for name in AMBIENT}
    return {**rows.variables(case.row.variables), **row.item}, {"now": clock.now(), "today": clock.today()}


def _gates(c: Connection, case: Case, row: Row[Any]) -> tuple[Gateway, ...]:
    """As they stand now; none for a step that is over."""
    deployed = definitions.load(c, row.definition_id)
    element = deployed.spec.elements.get(row.element_id)
    if element is None or not element.gl.get("gate") or row.state not in (OPEN, CLAIMED, SUSPENDED):
        return ()
    host, tokens = looked(c, case.id)
    return gates.of(host, element, tokens.names(row.id), host.ledgers())


def _this_round(c: Connection, row: Row[Any], form: Form | None, stored: dict[str, Any]) -> dict[str, Any]:
    """Without the answers of an earlier round of the same step: a round that the diagram begins anew starts with an empty form.

    A step that was sent back or taken back is to be mended, so its answers stay.
    """
    asked = {"i": row.instance_id, "element": row.element_id}
    if form is None or row.state not in (OPEN, CLAIMED, SUSPENDED) or c.execute(DONE_BEFORE, asked).first() is None:
        return stored
    events = history.of(c, row.instance_id)
    opening = next((e for e in events if any(one.get("key") == row.id for one in e.detail.get("opened") or ())), None)
    if opening is None or opening.kind in MENDING:
        return stored
    answered = {key for e in events if e.kind == "completed" and e.element_id == row.element_id for key in e.detail.get("changed") or {}}
    own = forms.may_write(form, row.access) & answered
    return {name: value for name, value in stored.items() if name not in own}


def items_of(c: Connection, instance_id: int) -> tuple[Item, ...]:
    """All work items of a case, oldest first. The caller has asked whether the case may be seen."""
    query = select(work_item).where(work_item.c.instance_id == instance_id).order_by(work_item.c.created_at, work_item.c.id)
    return tuple(item_of(c, row) for row in c.execute(query).all())


def next_for(c: Connection, instance_id: int, by: Participant) -> tuple[Item, ...]:
    """The live work items of a case after an action: those this person may do themselves first."""
    live = [item for item in items_of(c, instance_id) if item.is_live]
    own = {item.id for item in own_of(c, instance_id, by)}
    return tuple(sorted(live, key=lambda item: item.id not in own))


def own_of(c: Connection, instance_id: int, by: Participant) -> tuple[Item, ...]:
    """The open work items of a case that this person may do themselves, oldest first."""
    query = select(work_item).where(work_item.c.instance_id == instance_id, work_item.c.state.in_((OPEN, CLAIMED)))
    rows = c.execute(query.order_by(work_item.c.created_at, work_item.c.id)).all()
    return tuple(item_of(c, row) for row in rows if access.may_do(row, by))


def item_of(c: Connection, row: Row[Any]) -> Item:
    """The row in words: people and units by name."""
    known = directory.names(c, [person for person in (row.assignee, row.ended_by) if person])
    return Item(
        row.id, row.instance_id, row.element_id, row.name, row.lane, row.link, row.state, row.title, row.case_number, row.place,
        row.created_at, row.warn_at, row.due_at, row.limit_text, row.assignee, known.get(row.assignee or "", row.assignee),
        _candidates(c, row), row.urged, row.outcome, row.ended_at, known.get(row.ended_by or "", row.ended_by))


def _candidates(c: Connection, row: Row[Any]) -> str:
    """To whom it is offered: 东门社区 村社干部."""
    if not row.candidate_key:
        return ""
    role, _, unit_id = row.candidate_key.partition("@")
    name = ROLES[role].name if role in ROLES else role
    try:
        return f"{directory.unit_of(c, unit_id).name} {name}"
    except NotFound:
        return name


def _why(c: Connection, row: Row[Any], by: Participant) -> str:
    offered = _candidates(c, row)
    if row.assignee is not None and row.assignee != by.id and by.in_hand(row.assignee, row.candidate_role):
        return f"“{row.name}”由{_name(by, row.assignee)}办理，您在其外出期间代理。"
    if row.assignee == by.id:
        return f"“{row.name}”已由您领取，或者指定由您办理" + (f"（岗位：{offered}）。" if offered else "。")
    if row.assignee is None and row.candidate_key in by.candidate_keys:
        return f"流程规定“{row.name}”由{offered}办理，您担任这个岗位。"
    return f"您可以查看这件事；“{row.name}”由{offered or '指定的人'}办理。"


def _name(by: Participant, person: str) -> str:
    return next(one.name for one in by.acts_for if one.person_id == person)


def _lent(c: Connection, row: Row[Any], status: str, by: Participant) -> tuple[str, ...]:
    """What delegating (委派) allows now."""
    if status != RUNNING or row.state not in (OPEN, CLAIMED):
        return ()
    owner = c.execute(select(delegation.c.owner).where(delegation.c.work_item_id == row.id)).scalar()
    if owner is None:
        return ("delegate",) if access.may_do(row, by) else ()
    return ("recall",) if owner == by.id else ("hand_back",) if access.may_do(row, by) else ()


def _verbs(row: Row[Any], status: str, by: Participant) -> list[str]:
    """Names of the commands that this person's buttons may offer."""
    live, mine, doable = row.state in (OPEN, CLAIMED), row.assignee == by.id, access.may_do(row, by)
    running = status == RUNNING
    verbs = ["comment"]
    if running and live and doable:
        verbs += ["complete", "send_back", "unclaim" if mine and row.candidate_key else "", "" if mine else "claim"]
    if running and live and (doable or by.may("assign", row.unit_path)):
        verbs.append("transfer")
    if running and live and not mine and by.may("urge", row.unit_path):
        verbs.append("urge")
    if running and row.ended_by == by.id:
        verbs.append("withdraw")
    if running and live and row.mi_key is not None and (doable or by.may("assign", row.unit_path)):
        verbs += ["add_signer", "remove_signer"]
    if by.may("steer", row.unit_path):
        verbs += {RUNNING: ["suspend", "cancel"], SUSPENDED: ["resume", "cancel"]}.get(status, [])
    return [verb for verb in verbs if verb]
