"""What an officer starts from a case: measures, preserved evidence, appraisal, transfers, remedies."""

from typing import Any

from flask import flash, make_response, redirect, render_template, request, url_for

from engine import definitions
from engine.cases import case_file, measures
from engine.errors import InvalidState, InvalidValues, NotAllowed
from engine.ids import new_key
from engine.people import directory
from web import submission
from web.auth import policy
from web.context import database, me
from web.views.penalty import filling
from web.views.penalty.room import blueprint


def _page(case_id: int, key: str, typed: dict[str, Any], status: int = 200, template: str = "penalty/start.html", **more: Any) -> Any:
    with database().reading() as c:
        file = case_file.seen(c, case_id, me())
        offer = next((one for one in measures.offers(c, case_id, me()) if one.key == key), None)
        if offer is None or offer.reason:
            raise NotAllowed(offer.reason if offer else "本镇街现在不能采取这种措施。", instance=case_id, process=key)
        deployed, people = definitions.latest(c, key), directory.people(c, below=[file.unit_path])
        known = measures.known_of(c, file)
    shown: dict[str, Any] = {"file": file, "offer": offer, "states": filling.states_of(deployed, typed, known=known),
                             "errors": {}, "key": new_key(), **filling.people_words(people), **more}
    return make_response(render_template(template, **shown), status)


def _typed(case_id: int, key: str) -> dict[str, Any]:
    with database().reading() as c:
        case_file.seen(c, case_id, me())
        return submission.values(filling.start_form(definitions.latest(c, key)), request.form)


@blueprint.get("/<int:case_id>/start/<key>")
@policy("penalties")
def measure(case_id: int, key: str) -> Any:
    """The form with which a measure is begun."""
    return _page(case_id, key, {})


@blueprint.post("/<int:case_id>/start/<key>")
@policy("penalties")
def begin_measure(case_id: int, key: str) -> Any:
    """Begin it; what is wrong is said beside its field."""
    typed, person = _typed(case_id, key), me()
    try:
        given = submission.with_uploads(typed)
        answer = database().run(lambda c: measures.begin(c, case_id, key, given, person), key=submission.key("measure"),
                                payload=[case_id, key, typed])
    except InvalidValues as refusal:
        return _page(case_id, key, typed, 422, errors=refusal.errors)
    except InvalidState as refusal:
        return _page(case_id, key, typed, 409, refused=refusal)
    flash(f"已发起：{answer['title']}。{_after(case_id)}")
    return redirect(url_for("cases.show", case_id=answer["instance"]))


def _after(case_id: int) -> str:
    with database().reading() as c:
        closed = case_file.of(c, case_id).frozen_at is not None
    return "原案已经结案，案卷不再改动；后续材料记在这一件里。" if closed else "本案在它办结之前不能结案。"


@blueprint.post("/<int:case_id>/start/<key>/fields")
@policy("penalties")
def measure_fields(case_id: int, key: str) -> Any:
    """The fields again, for what was chosen so far."""
    return _page(case_id, key, _typed(case_id, key), template="worklist/_fields.html")
