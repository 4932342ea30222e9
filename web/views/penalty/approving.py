"""Approving on a phone: one page, big buttons, stock phrases, a signature. It serves every step whose form asks for one outcome."""

import dataclasses
from collections.abc import Mapping
from typing import Any

from flask import abort, flash, make_response, redirect, render_template, request, url_for
from sqlalchemy import Connection

from engine import forms
from engine.cases import case_file, handling, proposals
from engine.errors import Conflict, InvalidState, InvalidValues, NotFound
from engine.forms import Field, FieldState, Form, Mode
from engine.ids import new_key
from engine.people import Participant, phrases
from engine.runtime import commands, desk, outlook
from engine.runtime.desk import Desk
from web import submission
from web.auth import policy
from web.context import database, me
from web.views.penalty import whole
from web.views.penalty.room import blueprint

MOST_BUTTONS, MOST_TEXTS = 4, 2
QUESTIONS = ("_outcome", "_advice", "_vote")
"""How the field is called by which a form of approval asks for its answer."""

AGREEING = ("agree", "agreed", "approve", "approved", "pass", "file", "no_file", "yes", "close")
LOOKS = {True: "btn-primary", False: "btn-outline-danger"}


def outcome_field(form: Form | None) -> Field | None:
    """The one question that a form of approval asks, its first answer being yes; None for any other form."""
    asked = [one for one in (form.components if form else ()) if one.type == "radio" and one.key.endswith(QUESTIONS)]
    field = asked[0] if len(asked) == 1 else None
    is_short = field is not None and len(field.options) <= MOST_BUTTONS and len(_written(form)) < MOST_TEXTS
    return field if field and is_short and str(field.options[0].value) in AGREEING else None


def _written(form: Form | None) -> list[Field]:
    """The texts that must be written besides an opinion: who applies or reports writes several, who approves at most one."""
    texts = [one for one in (form.components if form else ()) if one.type == "textarea" and "opinion" not in one.key]
    return [one for one in texts if one.rules.required is True]


def is_approval(c: Connection, item_id: str, by: Participant) -> bool:
    """Whether this person may do the step on the page of approvals."""
    found = desk.of(c, item_id, by)
    return "complete" in found.verbs and outcome_field(found.form) is not None


@dataclasses.dataclass(frozen=True)
class Button:
    """One outcome: what it is called and how it looks."""

    value: str
    words: str
    look: str


def _buttons(field: Field) -> tuple[Button, ...]:
    return tuple(Button(str(one.value), one.label, LOOKS[_agrees(str(one.value), field)]) for one in field.options)


def _agrees(value: str, field: Field) -> bool:
    """Whether an answer lets the case go on as proposed."""
    return value == str(field.options[0].value)


def _states(found: Desk, field: Field, typed: Mapping[str, Any]) -> tuple[FieldState, ...]:
    """Every field that any of the outcomes asks for, each once; the outcome itself are the buttons. Nobody finds the opinion of whoever
    signed before as their own."""
    shown: dict[str, FieldState] = {}
    stored = {name: value for name, value in found.stored.items() if name != _opinion(found.form)}
    known = {**{one.key: one.options[0].value for one in found.form.components if one.type == "radio" and len(one.options) == 1}, **typed}
    for value in [typed.get(field.key), *(one.value for one in field.options)]:
        for state in forms.fields(found.form, {**known, field.key: value}, access=found.access, stored=stored, names=found.names):
            if state.key != field.key and state.mode != Mode.HIDDEN and (state.path or state.field.id) not in shown:
                shown[state.path or state.field.id] = state
    return tuple(shown.values())


def _opened(c: Connection, item_id: str) -> tuple[Desk, Field]:
    """Raises NotFound for a step that is no approval of this person's."""
    found = desk.of(c, item_id, me())
    field = outcome_field(found.form)
    if field is None:
        raise NotFound("这一步不能用三键审批，请在待办里打开办理。", item=item_id)
    return found, field


def _page(item_id: str, typed: Mapping[str, Any], status: int = 200, **more: Any) -> Any:
    with database().reading() as c:
        found, field = _opened(c, item_id)
        file = case_file.of(c, case_file.above(c, found.item.instance_id))
        case = whole.of(c, file.instance_id, me())
        known, step = phrases.of(c, me()), outlook.of_item(c, item_id, me())
        targets = commands.targets(c, item_id, by=me())[::-1] if "send_back" in found.verbs else ()
    shown = {"desk": found, "item": found.item, "field": field, "buttons": _buttons(field), "phrases": known, "typed": typed,
             "whole": case, "file": file, "step": step, "terms": case.proposals[-1] if case.proposals else None, "errors": {},
             "key": new_key(), "targets": targets, "opinion": _opinion(found.form), "PENALTIES": proposals.KINDS,
             "person_name": lambda one: case.dossier.people.get(one, one or "—"), **_parted(found, _states(found, field, typed)), **more}
    return make_response(render_template("penalty/approve.html", **shown), status)


def _parted(found: Desk, states: tuple[FieldState, ...]) -> dict[str, Any]:
    """What has to be looked at, and what may stay folded up."""
    first = [one for one in states if one.required or one.type in ("signature", "text") or one.key == _opinion(found.form)]
    return {"states": states, "first": first, "rest": [one for one in states if one not in first]}


def _opinion(form: Form | None) -> str:
    """The field that takes this person's opinion in words; empty where the form has none."""
    texts = [one.key for one in (form.components if form else ()) if one.type == "textarea" and one.key]
    return next((key for key in texts if "opinion" in key), texts[0] if texts else "")


@blueprint.get("/approve/<item_id>")
@policy("penalties")
def approve(item_id: str) -> Any:
    """The step as one page."""
    return _page(item_id, {})


@blueprint.post("/approve/<item_id>")
@policy("penalties")
def decide(item_id: str) -> Any:
    """One of the buttons. A reason is asked for whatever is not agreed to."""
    with database().reading() as c:
        found, field = _opened(c, item_id)
    typed = _typed(found)
    try:
        said = _returned(found, typed) if request.form.get("act") == "back" else _decided(found, field, typed)
    except InvalidValues as refusal:
        return _page(item_id, typed, 422, errors=_beside(found, refusal.errors))
    except (Conflict, InvalidState) as refusal:
        return _page(item_id, typed, 409, refused=refusal)
    flash(said)
    return redirect(url_for("worklist.tasks"))


def _beside(found: Desk, errors: Mapping[str, str]) -> dict[str, str]:
    """What is wrong with the reason of a send-back stands beside the opinion."""
    opinion = _opinion(found.form)
    return {opinion if key == "reason" and opinion else key: text for key, text in errors.items()}


def _returned(found: Desk, typed: dict[str, Any]) -> str:
    """Back to the step that was chosen, the opinion being the reason; afterwards along the flow, or straight back here."""
    person, item, to = me(), found.item.id, request.form.get("to", "")
    reason = str(typed.get(_opinion(found.form)) or request.form.get("phrase", ""))
    straight = request.form.get("straight") == "1"
    database().run(lambda c: commands.send_back(c, item, to, reason=reason, by=person, straight=straight))
    return "已退回，原办理人会看到您的理由。"


def _typed(found: Desk) -> dict[str, Any]:
    """What was typed; a chosen phrase stands for an opinion that was not written."""
    typed = submission.values(found.form, request.form)
    opinion, phrase = _opinion(found.form), request.form.get("phrase", "")
    if opinion and phrase and not str(typed.get(opinion) or "").strip():
        typed[opinion] = phrase[:phrases.MOST_SIGNS]
    return typed


def _decided(found: Desk, field: Field, typed: dict[str, Any]) -> str:
    opinion = _opinion(found.form)
    if not _agrees(str(typed.get(field.key)), field) and opinion and not str(typed.get(opinion) or "").strip():
        raise InvalidValues({opinion: "退回或者不同意的，请写明理由和要补充、更正的事项。"})
    person, revision = me(), request.form.get("revision", type=int)
    database().run(lambda c: handling.complete(c, found.item.id, typed, by=person, revision=revision),
                   key=submission.key("task"), payload=[found.item.id, typed])
    return f"“{found.item.name}”已提交：{_words(field, typed)}。"


def _words(field: Field, typed: Mapping[str, Any]) -> str:
    return next((one.label for one in field.options if str(one.value) == str(typed.get(field.key))), "")


@blueprint.post("/phrases")
@policy("penalties")
def keep_phrase() -> Any:
    """Keep a phrase."""
    person, text = me(), request.form.get("text", "")
    database().run(lambda c: phrases.keep(c, text, by=person))
    flash("常用语已保存。")
    return redirect(_where())


@blueprint.post("/phrases/<int:phrase_id>/drop")
@policy("penalties")
def drop_phrase(phrase_id: int) -> Any:
    """Forget a phrase."""
    person = me()
    database().run(lambda c: phrases.drop(c, phrase_id, by=person))
    flash("常用语已删除。")
    return redirect(_where())


def _where() -> str:
    """The page of approval that the phrases were changed on, else the list of work."""
    item = request.form.get("item", "")
    if item and not item.isalnum():
        abort(404)
    return url_for("penalty.approve", item_id=item) if item else url_for("worklist.tasks")
