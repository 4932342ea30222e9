"""Trying a draft out (试运行): the draft's own forms, any role, a clock wound by hand, a log."""

import datetime as dt
from collections.abc import Iterator, Mapping
from typing import Any

from flask import Response, flash, jsonify, redirect, render_template, request, url_for

from engine import clock, forms
from engine.definitions import read
from engine.definitions.package import defaults
from engine.errors import Conflict, EngineError, InvalidState, InvalidValues, UnsafeInput
from engine.forms import FieldState, Form
from engine.people import ROLES
from engine.rehearsal import picture, sample_town
from engine.rehearsal.stage import BEGIN
from engine.studio import drafts, trials
from engine.studio.trials import Trial
from web import submission
from web.auth import policy
from web.context import database, me
from web.views.studio.room import blueprint

WINDS = (("PT1H", "1 小时"), ("P1D", "1 日"), ("1 个工作日", "1 个工作日"), ("5 个工作日", "5 个工作日"), ("30 个工作日", "30 个工作日"))
SUPPLIED = ("photo", "file", "signature", "location")
"""Kinds of fields that the trial fills in by itself."""
NOTHING: tuple[Any, ...] = (None, "", [], {})


def _page(shown: Trial, wrong: str = "", typed: Mapping[str, Any] | None = None) -> Any:
    seen = shown.played.picture if shown.played else {}
    starting = not shown.steps and shown.played is not None
    at_hand = [one for one in seen.get("items", ()) if one["people"]]
    asked = request.values.get("item", "")
    item = next((one for one in at_hand if one["id"] == asked), at_hand[0] if len(at_hand) == 1 else None)
    form, states = _states(shown, item, typed or {})
    page = render_template(
        "studio/trial.html", shown=shown, draft=shown.draft, seen=seen, starting=starting, item=item, states=states, form=form, wrong=wrong,
        winds=WINDS, roles=ROLES, starters=_starters(shown) if starting else (), lines=[line(step) for step in shown.steps],
        supplied=[one.label for one in _flat(form) if one.type in SUPPLIED], moment=dt.datetime.fromisoformat, **_people())
    return page, 422 if wrong else 200


def _starters(shown: Trial) -> tuple[str, ...]:
    process = read(drafts.package_of(shown.draft).diagram).executable
    named = tuple(process.gl.get("startRoles", ())) if process else ()
    return named or ("grid_worker",)


def _form_of(shown: Trial, key: str | None) -> Form | None:
    """The form by its key: the draft's own first, then that of a called process."""
    package = drafts.package_of(shown.draft)
    known = package.forms if key in package.forms else trials.shelf_forms(database(), shown.draft.key)
    return forms.load(known[key]) if key is not None and key in known else None


def _states(shown: Trial, item: Mapping[str, Any] | None, typed: Mapping[str, Any]) -> tuple[Form | None, list[FieldState]]:
    if shown.played is None or (item is None and shown.steps):
        return None, []
    if item is None:
        package = drafts.package_of(shown.draft)
        process = read(package.diagram).executable
        form = _form_of(shown, process.gl.get("startForm") if process else None)
        access, stored = process.gl.get("startAccess") if process else None, {}
        now: Mapping[str, Any] = {"now": BEGIN.astimezone(clock.UTC), "today": BEGIN.date()}
        names: Mapping[str, Any] = {"param": defaults(package.parameters), "case": {}, **now}
    else:
        form, access, stored = _form_of(shown, item["form"]), item["access"], item["stored"]
        names = picture.surroundings(item, shown.played.picture["now"])
    if form is None:
        return None, []
    return form, [one for one in forms.fields(form, typed, access=access, stored=stored, names=names) if one.type not in SUPPLIED]


def _flat(form: Form | None) -> Iterator[Any]:
    return form.inputs() if form is not None else iter(())


def _people() -> dict[str, Any]:
    everybody = sample_town.people()

    def people_for(state: FieldState) -> list[tuple[str, str]]:
        role = state.field.properties.get("role")
        return [(key, f"{name}（{ROLES[held].name}）") for key, (name, held, _) in everybody.items() if role in (None, "", held)]
    return {"people_for": people_for, "person_name": lambda value: everybody[value][0] if value in everybody else value or "—"}


GONE = "这一步已经不在待办里，请看现在的待办。"


def line(step: tuple[str, Any]) -> str:
    """A line of the script as people read it."""
    verb, what = step
    if not isinstance(what, Mapping):
        return f"{verb}{what}"
    role = ROLES[what["岗位"]].name if what.get("岗位") in ROLES else ""
    where = f"，退到“{what['到']}”" if verb == "退回" else ""
    return f"{role}{verb}{what.get('事项') or what.get('名称') or ''}{where}"


def _values(form: Form | None) -> dict[str, Any]:
    """What was typed, without what was left empty."""
    typed = submission.values(form, request.form)
    return {key: value for key, value in typed.items() if (any(value.values()) if isinstance(value, dict) else value not in NOTHING)}


def _act(draft_id: int, verb: str, what: Any) -> Any:
    """Play one more line; what does not hold is said on the page, and nothing typed is lost."""
    shown = trials.look(database(), me(), draft_id)
    try:
        trials.act(database(), me(), draft_id, (verb, what), at=len(shown.steps))
    except (InvalidValues, InvalidState) as refusal:
        errors = refusal.errors.get("step") if isinstance(refusal, InvalidValues) else None
        return _page(shown, errors or refusal.message, what.get("表单") if isinstance(what, Mapping) else None)
    return redirect(url_for("studio.trial", draft_id=draft_id, _anchor="clock-title"))


@blueprint.get("/models/<int:draft_id>/trial")
@policy("design", "approve_models")
def trial(draft_id: int) -> Any:
    """The trial as it stands; it is played again whenever the draft has changed."""
    return _page(trials.look(database(), me(), draft_id))


@blueprint.post("/models/<int:draft_id>/trial/start")
@policy("design", "approve_models")
def start_trial(draft_id: int) -> Any:
    """Begin a case with the start form."""
    shown = trials.look(database(), me(), draft_id)
    form, _ = _states(shown, None, {}) if not shown.steps else (None, [])
    values = _values(form)
    return _act(draft_id, "上报", {"岗位": request.form.get("role", ""), **({"表单": values} if values else {})})


@blueprint.post("/models/<int:draft_id>/trial/do")
@policy("design", "approve_models")
def do_trial_step(draft_id: int) -> Any:
    """Do one step at hand as whoever it is offered to."""
    shown = trials.look(database(), me(), draft_id)
    item, who = _asked(shown)
    if item is None:
        return _page(shown, GONE)
    values = _values(_form_of(shown, item["form"]))
    return _act(draft_id, "办理", {**who, **({"表单": values} if values else {})})


def _asked(shown: Any) -> tuple[Any, dict[str, str]]:
    """The step at hand that was sent, None when it is gone, and whose it is as a line of a script says it."""
    items = shown.played.picture.get("items", ()) if shown.played else ()
    item = next((one for one in items if one["id"] == request.form.get("item") and one["people"]), None)
    if item is None:
        return None, {}
    who = next((one for one in item["people"] if one["id"] == request.form.get("who")), item["people"][0])
    named = {"人": who["id"]} if sum(one["name"] == item["name"] for one in items) > 1 else {}
    return item, {"岗位": who["role"], "事项": item["name"], **named}


@blueprint.post("/models/<int:draft_id>/trial/send-back")
@policy("design", "approve_models")
def send_trial_step_back(draft_id: int) -> Any:
    """Send one step at hand back to an earlier one, as whoever has it."""
    shown = trials.look(database(), me(), draft_id)
    item, who = _asked(shown)
    if item is None:
        return _page(shown, GONE)
    reason = request.form.get("reason", "").strip()[:200]
    return _act(draft_id, "退回", {**who, "到": request.form.get("to", "")[:200], **({"理由": reason} if reason else {})})


@blueprint.post("/models/<int:draft_id>/trial/wind")
@policy("design", "approve_models")
def wind_trial(draft_id: int) -> Any:
    """Let time pass: a length, to a moment, or to the next timer."""
    until = request.form.get("until", "").replace("T", " ")[:16]
    return _act(draft_id, "到", until) if until else _act(draft_id, "经过", request.form.get("length", "")[:40])


@blueprint.post("/models/<int:draft_id>/trial/message")
@policy("design", "approve_models")
def send_trial_message(draft_id: int) -> Any:
    """A message comes in for which some step waits."""
    return _act(draft_id, "消息", {"名称": request.form.get("name", "")[:160]})


@blueprint.post("/models/<int:draft_id>/trial/back")
@policy("design", "approve_models")
def step_trial_back(draft_id: int) -> Any:
    """Back to how it was after so many lines; 0 begins anew."""
    by, left = me(), max(request.form.get("left", 0, int), 0)
    with database().reading() as c:
        steps = trials.script(c, by, draft_id)
    trials.keep(database(), by, draft_id, steps[:left])
    return redirect(url_for("studio.trial", draft_id=draft_id, _anchor="clock-title"))


@blueprint.post("/models/<int:draft_id>/trial/preview")
@policy("design", "approve_models")
def preview_trial(draft_id: int) -> Any:
    """The fields again for what was chosen so far."""
    shown = trials.look(database(), me(), draft_id)
    items = shown.played.picture.get("items", ()) if shown.played else ()
    item = next((one for one in items if one["id"] == request.form.get("item") and one["people"]), None)
    form, _ = _states(shown, item, {})
    _, states = _states(shown, item, submission.values(form, request.form))
    return render_template("worklist/_fields.html", states=states, errors={}, **_people())


@blueprint.get("/models/<int:draft_id>/trial/standing")
@policy("design", "approve_models")
def trial_standing(draft_id: int) -> Response:
    """What the trial has passed and where it stands, for the picture."""
    shown = trials.look(database(), me(), draft_id)
    if shown.played is None:
        return jsonify(done=[], flows=[], now=[])
    seen = shown.played.picture
    now = [{"id": one["element"], "text": one.get("role_name") or "没有人可以办理", "late": bool(one["due"]) and one["due"] < seen["now"]}
           for one in seen["items"] if one["case"] == seen["case"]]
    return jsonify(done=seen["passed"], flows=[], now=now)


@blueprint.post("/models/<int:draft_id>/trial/example")
@policy("design")
def keep_trial(draft_id: int) -> Any:
    """Keep the trial as an example beside the process."""
    by, name = me(), request.form.get("name", "")
    try:
        trials.keep_as_example(database(), by, draft_id, name)
    except (InvalidValues, InvalidState, Conflict, UnsafeInput) as refusal:
        return _page(trials.look(database(), by, draft_id), said(refusal))
    flash(f"已存为例子“{name.strip()}”。每次申请发布都会运行它。")
    return redirect(url_for("studio.examples", draft_id=draft_id))


def said(refusal: EngineError) -> str:
    return "；".join(refusal.errors.values()) if isinstance(refusal, InvalidValues) else refusal.message
