"""Approving on a phone: one page, big buttons, stock phrases, a signature. It serves every step whose form asks for one outcome."""

import dataclasses
from collections.abc import Iterator, Mapping
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

MOST_BUTTONS, MOST_FIELDS = 4, 6
ASKED = ("radio", "textarea", "textfield", "signature", "text", "checkbox")
"""What may stand on a page that is done with one thumb."""

AGREEING = ("agree", "agreed", "approve", "approved", "pass", "file", "yes", "close")
RETURNING = ("return", "returned", "send_back", "back", "supplement", "mend")
LOOKS = {"agree": "btn-primary", "return": "btn-outline-primary", "refuse": "btn-outline-danger"}


def outcome_field(form: Form | None) -> Field | None:
    """The one question that a form of approval asks; None for any other form."""
    if form is None or not _is_short(form):
        return None
    asked = [one for one in form.components if one.type == "radio" and one.key.endswith("outcome")]
    return asked[0] if len(asked) == 1 and 2 <= len(asked[0].options) <= MOST_BUTTONS else None


def _is_short(form: Form) -> bool:
    return len(form.components) <= MOST_FIELDS and all(one.type in ASKED for one in form.components)


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
    return tuple(Button(str(one.value), one.label, LOOKS[_kind(str(one.value))]) for one in field.options)


def _kind(value: str) -> str:
    return "agree" if value in AGREEING else "return" if value in RETURNING else "refuse"


def _states(found: Desk, field: Field, typed: Mapping[str, Any]) -> tuple[FieldState, ...]:
    """Every field that any of the outcomes asks for, each once; the outcome itself are the buttons."""
    shown: dict[str, FieldState] = {}
    for value in [typed.get(field.key), *(one.value for one in field.options)]:
        states = forms.fields(found.form, {**typed, field.key: value}, access=found.access, stored=found.stored, names=found.names)
        for state in states:
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
    terms = case.proposals[-1] if case.proposals else None
    shown = {"desk": found, "item": found.item, "field": field, "buttons": _buttons(field), "states": _states(found, field, typed),
             "phrases": known, "typed": typed, "whole": case, "file": file, "step": step, "terms": terms, "errors": {}, "key": new_key(),
             "opinion": next(_opinions(found.form), ""), "PENALTIES": proposals.KINDS, **more}
    return make_response(render_template("penalty/approve.html", **shown), status)


def _opinions(form: Form | None) -> Iterator[str]:
    """The fields that take an opinion or a reason in words."""
    return (one.key for one in (form.components if form else ()) if one.type == "textarea" and one.key)


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
    typed = _typed(found, field)
    try:
        _decided(found, field, typed)
    except InvalidValues as refusal:
        return _page(item_id, typed, 422, errors=refusal.errors)
    except (Conflict, InvalidState) as refusal:
        return _page(item_id, typed, 409, refused=refusal)
    flash(f"“{found.item.name}”已提交：{_words(field, typed)}。")
    return redirect(url_for("worklist.tasks"))


def _typed(found: Desk, field: Field) -> dict[str, Any]:
    """What was typed; a chosen phrase stands for an opinion that was not written."""
    typed = submission.values(found.form, request.form)
    opinion, phrase = next(_opinions(found.form), ""), request.form.get("phrase", "")
    if opinion and phrase and not str(typed.get(opinion) or "").strip():
        typed[opinion] = phrase[:phrases.MOST_SIGNS]
    return typed


def _decided(found: Desk, field: Field, typed: dict[str, Any]) -> dict[str, Any]:
    opinion = next(_opinions(found.form), "")
    if _kind(str(typed.get(field.key))) != "agree" and opinion and not str(typed.get(opinion) or "").strip():
        raise InvalidValues({opinion: "退回或者不同意的，请写明理由和要补充、更正的事项。"})
    person, revision = me(), request.form.get("revision", type=int)
    return database().run(lambda c: handling.complete(c, found.item.id, typed, by=person, revision=revision),
                          key=submission.key("task"), payload=[found.item.id, typed])


def _words(field: Field, typed: Mapping[str, Any]) -> str:
    return next((one.label for one in field.options if str(one.value) == str(typed.get(field.key))), "")


@blueprint.post("/approve/<item_id>/back")
@policy("penalties")
def back(item_id: str) -> Any:
    """Back to an earlier step, for a form that has no such outcome; with a reason, which a phrase may be."""
    person, to = me(), request.form.get("to", "")
    reason = request.form.get("reason", "").strip() or request.form.get("phrase", "")
    database().run(lambda c: commands.send_back(c, item_id, to, reason=reason, by=person))
    flash("已退回，原办理人会看到您的理由。")
    return redirect(url_for("worklist.tasks"))


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
