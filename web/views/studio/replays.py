"""What a draft would have done with the cases that are closed, and what another limit would do to those that run."""

from typing import Any

from flask import redirect, render_template, request, url_for

from engine.errors import InvalidState, InvalidValues
from engine.studio import drafts, replays, whatif
from web.aside import aside
from web.auth import policy
from web.context import database, is_part, me
from web.views.studio.room import blueprint

UNITS = (("workingDays", "个工作日"), ("days", "日"), ("workingHours", "个工作时"), ("hours", "小时"), ("minutes", "分钟"))


def _page(draft_id: int, wrong: str = "", **more: Any) -> Any:
    with database().reading() as c:
        draft = drafts.open_draft(c, me(), draft_id)
        found, steps = replays.last(c, me(), draft_id), whatif.steps(c, me(), draft.key)
    template = "studio/_replay.html" if is_part() else "studio/replay.html"
    page = render_template(template, draft=draft, found=found, steps=steps, wrong=wrong, units=UNITS, most=replays.MOST, **more)
    return page, 422 if wrong else 200


@blueprint.get("/models/<int:draft_id>/replay")
@policy("design", "approve_models")
def replay(draft_id: int) -> Any:
    """The latest replay of the draft; while it runs, how far it is."""
    return _page(draft_id)


@blueprint.post("/models/<int:draft_id>/replay")
@policy("design")
def begin_replay(draft_id: int) -> Any:
    """Play the cases closed last, aside."""
    by, most, here = me(), request.form.get("most", 200, int), database()
    try:
        made = here.run(lambda c: replays.ask(c, by, draft_id, most))
    except (InvalidValues, InvalidState) as refusal:
        return _page(draft_id, refusal.errors["most"] if isinstance(refusal, InvalidValues) else refusal.message)
    aside(lambda: replays.run(here, made))
    return redirect(url_for("studio.replay", draft_id=draft_id))


@blueprint.post("/models/<int:draft_id>/replay/stop")
@policy("design")
def stop_replay(draft_id: int) -> Any:
    """What was found so far stays."""
    by = me()
    database().run(lambda c: replays.stop(c, by, draft_id))
    return redirect(url_for("studio.replay", draft_id=draft_id))


@blueprint.get("/models/<int:draft_id>/what-if")
@policy("design", "approve_models")
def what_if(draft_id: int) -> Any:
    """How many steps would be late under another limit."""
    asked = {"element": request.args.get("element", "")[:120], "length": request.args.get("length", "")[:12],
             "unit": request.args.get("unit", "")[:20]}
    try:
        with database().reading() as c:
            key = drafts.open_draft(c, me(), draft_id).key
            found = whatif.another_limit(c, me(), key, asked["element"], (float(asked["length"]), asked["unit"]))
    except ValueError:
        return _page(draft_id, "请把时限写成数字，例如 3。", asked=asked)
    except InvalidValues as refusal:
        return _page(draft_id, "；".join(refusal.errors.values()), asked=asked)
    return _page(draft_id, result=found, asked=asked)
