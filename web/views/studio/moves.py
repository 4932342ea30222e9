"""What a version does to the running cases, and moving them to it: seen, tried out, asked for, approved, watched, taken back."""

from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import urlencode

from flask import flash, redirect, render_template, request, url_for
from sqlalchemy import Connection

from engine import definitions
from engine.errors import InvalidState, InvalidValues
from engine.ids import new_key
from engine.people import Participant
from engine.studio import drafts, impact, moves
from web import submission
from web.auth import policy
from web.context import database, is_part, me
from web.views.studio.move_pictures import states
from web.views.studio.move_sheet import sent
from web.views.studio.room import blueprint

MAP, DROPPED = "map.", "-"
"""How the fields of the mapping begin, and what stands for "nothing in its place"."""
SAID = {"approve": "已批准，正在后台移动。", "refuse": "已退回，没有移动任何事项。", "stop": "已停下，移动过的保持不变。",
        "resume": "已继续。", "undo": "开始撤销，移动后又办理过的保持新版本。"}


def _mapping(typed: Mapping[str, str]) -> dict[str, str | None]:
    chosen = ((name[len(MAP):], value) for name, value in typed.items() if name.startswith(MAP) and value)
    return {step: None if value == DROPPED else value for step, value in chosen}


def _query(mapping: Mapping[str, str | None], choice: str) -> str:
    """The same as part of an address."""
    return urlencode({**{f"{MAP}{step}": to or DROPPED for step, to in mapping.items()}, "choice": choice})


def _choice(typed: Mapping[str, str]) -> str:
    return typed.get("choice", "keep")


def _looked(c: Connection, asked: Mapping[str, int], typed: Mapping[str, str]) -> tuple[impact.Impact, str]:
    """The impact by what was typed, or by nothing when that does not fit any more, and why."""
    by, mapping, choice = me(), _mapping(typed), _choice(typed)
    look, of = (impact.of_draft, asked["draft_id"]) if "draft_id" in asked else (impact.of_version, asked["definition_id"])
    try:
        return look(c, by, of, mapping=mapping, choice=choice), ""
    except InvalidValues as refusal:
        return look(c, by, of), "；".join(refusal.errors.values())


def _page(wrong: str = "", **asked: int) -> Any:
    """The table, the two pictures, the steps that are to be mapped."""
    typed = request.values
    with database().reading() as c:
        found, refused = _looked(c, asked, typed)
        if is_part():
            return render_template("studio/_moves_summary.html", found=found)
        draft = drafts.open_draft(c, me(), asked["draft_id"]) if "draft_id" in asked else None
    gone = {one.element_id: one for one in found.places if one.gone or one.element_id in found.mapping}
    olds = {one.definition_id: one.number for one in found.places}
    wrong, (before, after) = wrong or refused, states(found)
    page = render_template("studio/moves_impact.html", found=found, draft=draft, gone=gone, olds=olds, wrong=wrong, asked=asked,
                           typed=typed, ticked=typed.getlist("place"), before=before, after=after, key=new_key(), CHOICES=moves.CHOICES,
                           MAP=MAP, DROPPED=DROPPED)
    return page, 422 if wrong else 200


@blueprint.get("/models/<int:draft_id>/impact")
@policy("design", "approve_models")
def draft_impact(draft_id: int) -> Any:
    """What publishing a draft would do to the running cases."""
    return _page(draft_id=draft_id)


@blueprint.get("/definitions/<int:definition_id>/impact")
@policy("design", "approve_models")
def version_impact(definition_id: int) -> Any:
    """What moving to a published version would do."""
    return _page(definition_id=definition_id)


@blueprint.post("/definitions/<int:definition_id>/moves")
@policy("design")
def move_cases(definition_id: int) -> Any:
    """Count again, try out or ask, by the button that was pressed."""
    typed = request.form
    if typed.get("act") not in ("try", "ask"):
        return redirect(f"{url_for('studio.version_impact', definition_id=definition_id)}?{_query(_mapping(typed), _choice(typed))}#plan")
    by = me()
    try:
        batch = database().run(lambda c: _begin(c, by, definition_id, typed["act"]), key=submission.key("move"),
                               payload=[definition_id, sorted(typed.items(multi=True))])
    except (InvalidValues, InvalidState) as refusal:
        return _page(_words(refusal), definition_id=definition_id)
    return redirect(url_for("studio.move_batch", batch_id=batch))


def _words(refusal: InvalidValues | InvalidState) -> str:
    return "；".join(refusal.errors.values()) if isinstance(refusal, InvalidValues) else refusal.message


def _begin(c: Connection, by: Participant, definition_id: int, act: str) -> int:
    typed = request.form
    begin = moves.ask if act == "ask" else moves.dry_run
    reason = typed.get("reason", "") if act == "ask" else typed.get("reason", "").strip() or "试移"
    chosen = _chosen(c, by, definition_id)
    return begin(c, by, to=definition_id, mapping=_mapping(typed), choice=_choice(typed), reason=reason, instances=chosen)


def _chosen(c: Connection, by: Participant, definition_id: int) -> Sequence[int] | None:
    """The cases at the steps that are ticked, or those whose numbers were typed; None for all."""
    scope = request.form.get("scope")
    if scope == "numbered":
        return moves.numbered(c, by, definitions.load(c, definition_id).key, request.form.get("numbers", ""))
    if scope != "some":
        return None
    found: set[int] = set()
    for place in request.form.getlist("place"):
        version, _, step = place.partition(":")
        if not version.isdecimal() or len(version) > 12:
            raise InvalidValues({"instances": "选中的步骤已经没有了，请刷新后重新选择。"})
        found.update(impact.standing(c, by, int(version), step))
    return sorted(found)


@blueprint.get("/moves/of/<key>")
@policy("design", "approve_models")
def move_batches(key: str) -> Any:
    """Everything that was asked for one process."""
    with database().reading() as c:
        found = moves.listing(c, me(), key)
        newest = definitions.latest(c, key)
    return render_template("studio/moves_list.html", found=found, key=key, newest=newest)


def _batch(batch_id: int, wrong: str = "") -> Any:
    by, state = me(), request.args.get("state", "")
    number = max(1, request.args.get("page", 1, int))
    with database().reading() as c:
        batch = moves.progress(c, by, batch_id)
        items = moves.items(c, by, batch_id, state or None, page=number)
        why_not, mapped, undoable = moves.why_not(c, by, batch), moves.mapped(c, batch), moves.undoable(c, by, batch, items)
    many = batch.counts.get(state, 0) if state else batch.total
    page = render_template("studio/_moves_progress.html" if is_part() else "studio/moves_batch.html", batch=batch, items=items, state=state,
                           number=number, last=-(-many // moves.PAGE), why_not=why_not, mapped=mapped, wrong=wrong, key=new_key(),
                           undoable=undoable, RESULTS=moves.RESULTS, CHOICES=moves.CHOICES, asked=_query(batch.mapping, batch.choice))
    ended = is_part() and not batch.is_at_work  # what may be done next stands outside the part
    return page, 422 if wrong else 200, {"HX-Refresh": "true"} if ended else {}


@blueprint.get("/moves/<int:batch_id>")
@policy("design", "approve_models")
def move_batch(batch_id: int) -> Any:
    """How far it has come, and what became of each case."""
    return _batch(batch_id)


@blueprint.get("/moves/<int:batch_id>/results.csv")
@policy("design", "approve_models")
def move_results(batch_id: int) -> Any:
    """The list as it is filtered, as a file."""
    with database().reading() as c:
        batch = moves.progress(c, me(), batch_id)
        found = every(c, me(), batch, request.args.get("state") or None)
    return sent(batch, found, me())


def every(c: Connection, by: Participant, batch: moves.Progress, state: str | None) -> Sequence[moves.Item]:
    """All cases of a batch, page by page."""
    found: list[moves.Item] = []
    number = 1
    while some := moves.items(c, by, batch.id, state, page=number):
        found += some
        number += 1
    return found


@blueprint.post("/moves/<int:batch_id>/judge/<any(approve,refuse):act>")
@policy("approve_models")
def judge_move(batch_id: int, act: str) -> Any:
    """The second person's answer."""
    return _act(batch_id, act)


@blueprint.post("/moves/<int:batch_id>/<any(stop,resume,undo):act>")
@policy("design", "approve_models")
def steer_move(batch_id: int, act: str) -> Any:
    """Stop, go on, take back."""
    return _act(batch_id, act)


def _act(batch_id: int, act: str) -> Any:
    by, why = me(), request.form.get("why", "")
    do: dict[str, Any] = {"approve": moves.approve, "stop": moves.stop, "resume": moves.resume}
    told: dict[str, Any] = {"refuse": moves.refuse, "undo": moves.undo}
    try:
        database().run(lambda c: told[act](c, by, batch_id, why) if act in told else do[act](c, by, batch_id))
    except (InvalidValues, InvalidState) as refusal:
        return _batch(batch_id, _words(refusal))
    flash(SAID[act])
    return redirect(url_for("studio.move_batch", batch_id=batch_id))


@blueprint.post("/moves/<int:batch_id>/undo/<int:instance_id>")
@policy("design", "approve_models")
def undo_one_move(batch_id: int, instance_id: int) -> Any:
    """Take one case of a batch back."""
    by, why = me(), request.form.get("why", "")
    try:
        database().run(lambda c: moves.undo_one(c, by, batch_id, instance_id, why))
    except (InvalidValues, InvalidState) as refusal:
        return _batch(batch_id, _words(refusal))
    flash("已撤销，该事项按原来的版本继续办。")
    return redirect(url_for("studio.move_batch", batch_id=batch_id, state=request.args.get("state"), page=request.args.get("page")))


@blueprint.post("/moves/<int:batch_id>/ask")
@policy("design")
def ask_after_trial(batch_id: int) -> Any:
    """What was tried out is asked for: all that can move."""
    by, reason = me(), request.form.get("reason", "")
    try:
        made = database().run(lambda c: moves.ask_tried(c, by, batch_id, reason), key=submission.key("move"),
                              payload=[batch_id, sorted(request.form.items(multi=True))])
    except (InvalidValues, InvalidState) as refusal:
        return _batch(batch_id, _words(refusal))
    flash("已提交，由另一人批准后开始移动。")
    return redirect(url_for("studio.move_batch", batch_id=made))
