"""The examples beside a draft: read, run aside with progress, drawn on the diagram, and made from cases that are closed."""

from typing import Any

from flask import Response, flash, jsonify, redirect, render_template, request, url_for

from engine.errors import Conflict, InvalidState, InvalidValues, UnsafeInput
from engine.rehearsal import scenarios
from engine.rehearsal.scenarios import Scenario
from engine.studio import drafts, example_editing, example_runs, trials
from engine.studio.folder import SCENARIOS
from web.aside import aside
from web.auth import policy
from web.context import database, is_part, me
from web.views.studio.room import blueprint
from web.views.studio.trials import line, said


@blueprint.get("/models/<int:draft_id>/examples")
@policy("design", "approve_models")
def examples(draft_id: int) -> Any:
    """The examples as people read them, how far a run of them is, and what the last one found."""
    return examples_page(draft_id)


@blueprint.post("/models/<int:draft_id>/examples")
@policy("design", "approve_models")
def run_examples(draft_id: int) -> Any:
    """Run all of them, aside."""
    by, here = me(), database()
    try:
        begun = here.run(lambda c: example_runs.begin(c, by, drafts.open_draft(c, by, draft_id)))
    except InvalidValues as refusal:
        return examples_page(draft_id, said(refusal)), 422
    if begun is not None:
        aside(lambda: example_runs.run(here, begun))
    return redirect(url_for("studio.examples", draft_id=draft_id))


@blueprint.post("/models/<int:draft_id>/examples/stop")
@policy("design", "approve_models")
def stop_examples(draft_id: int) -> Any:
    """The run ends after the example it is at."""
    by = me()
    database().run(lambda c: example_runs.stop(c, by, draft_id))
    return redirect(url_for("studio.examples", draft_id=draft_id))


def examples_page(draft_id: int, wrong: str = "") -> Any:
    """The page, with what went wrong on top."""
    with database().reading() as c:
        draft = drafts.open_draft(c, me(), draft_id)
        mine = drafts.may_edit(c, me(), draft)
        ways = trials.ways_taken(c, me(), draft) if request.args.get("ways") else None
        run = example_runs.last(c, me(), draft)
    if is_part():
        return (render_template("studio/_examples_run.html", draft=draft, run=run) if run is not None and run.is_running
                else ("", 200, {"HX-Redirect": url_for("studio.examples", draft_id=draft_id)}))
    told, misread = _told(draft)
    found = run.found if run is not None and run.is_current else None
    return render_template("studio/examples.html", draft=draft, told=told, lines=_lines(told), found=found, run=run, ways=ways,
                           mine=mine, FILE=SCENARIOS, places=example_editing.places(draft.files[SCENARIOS]) if told and mine else {},
                           wrong=wrong or misread or (run.message if run is not None and run.is_current else ""),
                           results={one.name: one for one in found.examples} if found else {})


def _told(draft: drafts.Draft) -> tuple[tuple[Scenario, ...], str]:
    """(the examples, what is wrong with their file)."""
    try:
        return scenarios.read(draft.files.get(SCENARIOS, "")), ""
    except InvalidValues as refusal:
        return (), said(refusal)


def _lines(told: tuple[Scenario, ...]) -> dict[str, list[tuple[str, bool, Any]]]:
    """Example → its lines: as people read them, whether one expects something, and what stands there."""
    return {one.name: [(line(step), step[0] in scenarios.EXPECTING, step[1]) for step in one.steps] for one in told}


@blueprint.post("/models/<int:draft_id>/examples/from-past")
@policy("design")
def keep_way(draft_id: int) -> Any:
    """An example from the closed case that went a way last."""
    by, name = me(), request.form.get("name", "")
    try:
        trials.keep_way_as_example(database(), by, draft_id, request.form.get("way", "").split("|"), name)
        flash(f"已生成例子“{name.strip()}”，当事人信息和文字内容都已去掉。")
    except (InvalidValues, InvalidState, Conflict, UnsafeInput) as refusal:
        flash(said(refusal))
    return redirect(url_for("studio.examples", draft_id=draft_id, ways=1))


@blueprint.get("/models/<int:draft_id>/coverage")
@policy("design", "approve_models")
def coverage(draft_id: int) -> Response:
    """What the examples passed, and the ways out of gateways they did not take, for the picture: as the page that ran them says."""
    done, untaken = (request.args.get(name, "")[:20_000].split() for name in ("done", "untaken"))
    return jsonify(done=done, flows=[], now=[], untaken=untaken)
