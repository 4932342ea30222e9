"""Recusal in a case, and the relations that a person declares."""

from typing import Any

from flask import flash, make_response, redirect, render_template, request, url_for

from engine import clock
from engine.cases import case_file, recusal, recusal_steps
from engine.errors import InvalidState, InvalidValues, NotAllowed
from engine.people import authorisations, directory
from web.auth import policy
from web.context import database, me
from web.views.ledgers.room import blueprint, text

LABELS = {"person_id": "被申请回避的人员", "asked_as": "由谁提出", "applicant": "申请人", "ground": "理由", "reasons": "具体情况",
          "decided_why": "决定的理由", "name": "姓名或者名称", "relation": "与本人的关系", "id_number": "证件号码"}


@blueprint.get("/recusal/<int:case_id>")
@policy("penalties")
def recusals(case_id: int) -> Any:
    """The applications of a case and what was decided."""
    return _recusals(case_id, {}, {})


def _recusals(case_id: int, errors: dict[str, str], typed: dict[str, str]) -> Any:
    person = me()
    with database().reading() as c:
        file = case_file.seen(c, case_id, person)
        found, town = recusal.of(c, case_id), directory.unit_of(c, file.unit_id)
        people = directory.people(c, below=[town.path])
        hints = {who: recusal.hints(c, case_id, who) for who in file.officers}
        may = authorisations.authorised(c, person.id, "recusal", clock.today(), unit_id=file.unit_id)
    names = {one.id: one.name for one in people}
    page = render_template("ledgers/recusal.html", file=file, found=found, people=people, names=names, hints=hints, may_decide=may,
                           errors=errors, typed=typed, LABELS=LABELS, ASKED_AS=recusal.ASKED_AS, GROUNDS=recusal.GROUNDS)
    return make_response(page, 422 if errors else 200)


@blueprint.post("/recusal/<int:case_id>")
@policy("penalties")
def apply_recusal(case_id: int) -> Any:
    """Write an application down."""
    by, typed = me(), {name: text(name, 1000) for name in ("person_id", "asked_as", "applicant", "ground", "reasons")}
    try:
        database().run(lambda c: recusal_steps.apply(c, case_id, typed, by) and None)
    except InvalidValues as refusal:
        return _recusals(case_id, dict(refusal.errors), typed)
    except (InvalidState, NotAllowed) as refusal:
        return _recusals(case_id, {"recusal": refusal.message}, typed)
    flash("回避申请已登记，待负责人决定；决定作出之前不停止调查。")
    return redirect(url_for("ledgers.recusals", case_id=case_id))


@blueprint.post("/recusal/<int:case_id>/<int:recusal_id>")
@policy("penalties")
def decide_recusal(case_id: int, recusal_id: int) -> Any:
    """The head decides."""
    by, granted, why = me(), request.form.get("decision") == "grant", text("decided_why", 1000)
    try:
        database().run(lambda c: recusal_steps.decide(c, (case_id, recusal_id), (granted, why), by) and None)
    except InvalidValues as refusal:
        return _recusals(case_id, dict(refusal.errors), {})
    except (InvalidState, NotAllowed) as refusal:
        return _recusals(case_id, {"recusal": refusal.message}, {})
    flash("决定已登记，请书面告知申请人。")
    return redirect(url_for("ledgers.recusals", case_id=case_id))


@blueprint.get("/relations")
@policy("penalties", "advise", "keep_money", "keep_goods")
def relations() -> Any:
    """What this person declared."""
    return _relations({}, {})


def _relations(errors: dict[str, str], typed: dict[str, str]) -> Any:
    with database().reading() as c:
        found = recusal.relations(c, me().id)
    page = render_template("ledgers/relations.html", found=found, errors=errors, typed=typed, LABELS=LABELS)
    return make_response(page, 422 if errors else 200)


@blueprint.post("/relations")
@policy("penalties", "advise", "keep_money", "keep_goods")
def declare_relation() -> Any:
    """Declare somebody close."""
    by, typed = me(), {name: text(name, 200) for name in ("name", "relation", "id_number")}
    try:
        database().run(lambda c: recusal.declare(c, typed, by))
    except InvalidValues as refusal:
        return _relations(dict(refusal.errors), typed)
    flash("已申报。与您经办案件的当事人相同时，系统会提示回避。")
    return redirect(url_for("ledgers.relations"))


@blueprint.post("/relations/<int:relation_id>/end")
@policy("penalties", "advise", "keep_money", "keep_goods")
def end_relation(relation_id: int) -> Any:
    """A relation that ended."""
    by = me()
    database().run(lambda c: recusal.withdraw_declaration(c, relation_id, by))
    flash("已注明不再存在。")
    return redirect(url_for("ledgers.relations"))
