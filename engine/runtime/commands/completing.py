"""Doing a work item: its form is checked, its values enter the case, the case goes on (办理). And drafts of that form."""

from collections.abc import Iterable, Mapping
from typing import Any

from sqlalchemy import Connection, bindparam, delete, insert, select, update

from engine import forms
from engine.database import UTCDateTime
from engine.errors import NotFound
from engine.people import Participant
from engine.runtime import access, gates, papers, service_registry
from engine.runtime import case as cases
from engine.runtime.case import Case, Found
from engine.runtime.commands import lending, returning
from engine.runtime.offers import DONE
from engine.runtime.tables import draft, work_item
from engine.runtime.turn import turn
from engine.spiff import Tokens

END = (
    update(work_item)
    .where(work_item.c.id == bindparam("i"))
    .values(
        state=DONE,
        assignee=bindparam("person"),
        ended_by=bindparam("person"),
        ended_at=bindparam("at", type_=UTCDateTime),
        outcome=bindparam("said"),
    )
)
DROP_DRAFTS = delete(draft).where(draft.c.work_item_id == bindparam("i"))
DROP_DRAFT = DROP_DRAFTS.where(draft.c.person_id == bindparam("person"))
ADD_DRAFT = insert(draft)
DRAFT = select(draft.c["values"], draft.c.saved_at).where(
    draft.c.work_item_id == bindparam("i"), draft.c.person_id == bindparam("person")
)
AMBIENT = ("param", "case", "now", "today")
CHOICES = ("radio", "select")


def complete(
    c: Connection, item_id: str, values: Mapping[str, Any], *, by: Participant, revision: int | None = None
) -> dict[str, Any]:
    """Do a work item that is taken by, or offered to, this person, with the values of its form.

    Raises NotFound, NotAllowed, InvalidState ("已由…办理"), InvalidValues, Conflict; TooEarly when a gate of the law is closed.
    """
    case, item = access.item_to_act_on(c, item_id, by, revision)
    lending.must_not_be_lent(item, by)
    back = returning.ticket(case, item)
    with turn(case) as tokens:
        clean, outcome = _checked(case, item, values, tokens)
        _may_pass(case, item, clean, tokens)
        done = _acted(case, item, clean, tokens)
        end(case, item, outcome)
        signed = {"values": told} if (told := _told(item, clean)) else {}
        case.story.tell("completed", item.element_id, key=item_id, item=item.name, outcome=outcome, **signed)
        if back:
            returning.go(tokens, item, {**clean, **done}, back)
        else:
            tokens.finish(item_id, {**clean, **done})
    if back:
        returning.give(case, back)
    return case.answer(item=item_id, status=case.status)



def _told(item: Found, values: Mapping[str, Any]) -> Mapping[str, Any]:
    """What the record has to keep of the answer itself: one signer's and a called process's values are no variables of the case, and an
    opinion that says the same as the one before changes none."""
    if item.mi_key or ":" in item.element_id:
        return values
    return {key: value for key, value in values.items() if key == "opinion" or key.endswith("_opinion")}


def _acted(case: Case, item: Found, values: Mapping[str, Any], tokens: Tokens) -> dict[str, Any]:
    """What the step's checks (gl:check) refuse is raised; then its acts (gl:act) are done, each told what those
    before it answered. Answers the variable that takes what they gave together; none where the step does not ask for it."""
    gl = case.deployed.spec.elements[item.element_id].gl if case.deployed else {}
    checks, acts = (str(gl.get(name) or "").split() for name in ("check", "act"))
    if not checks and not acts:
        return {}
    payload = {"case": case.id, "person": case.by.id if case.by else "", "element": item.element_id, "values": values,
               "variables": tokens.visible(item.id),
               "documents": papers.wanted(case.host, gl.get("document") or (), {**tokens.names(item.id), **values})}
    for name in checks:
        service_registry.check(name)(case.c, payload)
    done: dict[str, Any] = {}
    for name in acts:
        done |= service_registry.act(name)(case.c, {**payload, "done": done})
    return {str(gl["resultVariable"]): done} if acts and gl.get("resultVariable") else {}


def _may_pass(case: Case, item: Found, values: Mapping[str, Any], tokens: Tokens) -> None:
    """Raises TooEarly when the law does not allow the step now."""
    element = case.deployed.spec.elements[item.element_id] if case.deployed else None
    if element is not None and element.gl.get("gate"):
        names = {**tokens.names(item.id), **values}
        gates.must_be_open(case.host, element, names, case.host.ledgers())


def end(case: Case, item: Found, outcome: str | None) -> None:
    """Close the row of an item that a person has just done, and what anybody had written as a draft."""
    person = case.by.id if case.by else None
    case.c.execute(END, {"i": item.id, "person": person, "at": case.at, "said": outcome})
    case.closed.add(item.id)
    if item.drafted:
        case.c.execute(DROP_DRAFTS, {"i": item.id})


def _checked(case: Case, item: Found, values: Mapping[str, Any], tokens: Tokens) -> tuple[dict[str, Any], str | None]:
    """(values that may enter the case, the choice to show as the outcome). A step without a form takes no values."""
    form = case.deployed.forms.get(item.form_key or "") if case.deployed else None
    if form is None:
        return {}, None
    stored, known = tokens.visible(item.id), tokens.names(item.id)
    names = {name: known[name] for name in AMBIENT}
    clean = forms.validate(form, values, access=item.access, stored=stored, names=names)
    return clean, outcome_of(forms.fields(form, clean, access=item.access, stored=stored, names=names), clean)


def outcome_of(states: Iterable[forms.FieldState], values: Mapping[str, Any]) -> str | None:
    """The words of the first choice a person made on the form: 已纠正, 同意 …"""
    for state in states:
        if state.type == "group":
            inside = outcome_of(state.children, values)
            if inside is not None:
                return inside
        elif state.type in CHOICES and values.get(state.key) is not None:
            return next((option.label for option in state.options if option.value == values[state.key]), None)
    return None


def save_draft(c: Connection, item_id: str, values: Mapping[str, Any], *, by: Participant) -> dict[str, Any]:
    """Keep what a person has typed so far, unchecked, for this person alone. Moves nothing and leaves no record."""
    case, item = access.item_to_act_on(c, item_id, by)
    c.execute(DROP_DRAFT, {"i": item_id, "person": by.id})
    c.execute(ADD_DRAFT, {"work_item_id": item.id, "person_id": by.id, "values": dict(values), "saved_at": case.at})
    return case.answer(item=item_id)


def discard_draft(c: Connection, item_id: str, *, by: Participant) -> dict[str, Any]:
    """Throw a draft away; having none is no fault. Raises NotFound when the item is not this person's to see."""
    case, item = cases.locked_with_item(c, item_id, by=by)
    if not access.may_do(item, by) and not access.may_see(c, by, case.row):
        raise NotFound(item=item_id, person=by.id)
    c.execute(DROP_DRAFT, {"i": item_id, "person": by.id})
    return case.answer(item=item_id)


def draft_of(c: Connection, item_id: str, by: Participant) -> dict[str, Any] | None:
    """The person's own draft of an item, None when there is none."""
    row = c.execute(DRAFT, {"i": item_id, "person": by.id}).first()
    return None if row is None else dict(row[0])
