"""Legal advice: the lawyer's desk, one request, and asking about a case."""

import datetime as dt
from typing import Any

from flask import flash, make_response, redirect, render_template, request, url_for

from engine.cases import case_file, lawyers
from engine.clock import SHANGHAI, UTC
from engine.errors import InvalidState, InvalidValues, NotAllowed
from engine.ids import new_key
from engine.people import directory
from web import submission
from web.auth import policy
from web.context import database, me
from web.views.ledgers.room import blueprint, text

LABELS = {"lawyer_id": "律师", "question": "问题", "until": "答复截止", "answer": "咨询意见", "conflict": "利益冲突"}


@blueprint.get("/advice")
@policy("advise")
def desk() -> Any:
    """What a lawyer is asked."""
    with database().reading() as c:
        found = lawyers.of_lawyer(c, me().id)
        names = directory.names(c, [one.asked_by for one in found])
    return render_template("ledgers/desk.html", found=found, names=names)


@blueprint.get("/advice/<int:advice_id>")
@policy("advise")
def advice(advice_id: int) -> Any:
    """The declaration first; then the masked brief with its watermark. Opening the brief is noted."""
    return _advice(advice_id, {})


def _advice(advice_id: int, errors: dict[str, str]) -> Any:
    person = me()
    with database().reading() as c:
        item, party = lawyers.about(c, advice_id, person)
        one = lawyers.get(c, advice_id)
    brief = None if one.state == lawyers.ASKED else database().run(lambda c: lawyers.brief(c, advice_id, person))
    page = render_template("ledgers/advice.html", one=one, item=item, party=party, brief=brief, errors=errors, LABELS=LABELS)
    answer = make_response(page, 422 if errors else 200)
    answer.headers["Cache-Control"] = "no-store"
    return answer


@blueprint.post("/advice/<int:advice_id>/declare")
@policy("advise")
def declare(advice_id: int) -> Any:
    """Nothing stands between the lawyer and the case, or what does."""
    by, conflict = me(), text("conflict")
    if request.form.get("has_conflict") == "1" and not conflict:
        return _advice(advice_id, {"conflict": "有利益冲突的请写明情况。"})
    said = conflict if request.form.get("has_conflict") == "1" else ""
    database().run(lambda c: lawyers.declare(c, advice_id, said, by) and None)
    flash("已退回，承办人会另选律师。" if said else "声明已登记，可以查看案情摘要并答复。")
    return redirect(url_for("ledgers.desk") if said else url_for("ledgers.advice", advice_id=advice_id))


@blueprint.post("/advice/<int:advice_id>/answer")
@policy("advise")
def answer(advice_id: int) -> Any:
    """The advice."""
    by, said = me(), text("answer", 5000)
    try:
        database().run(lambda c: lawyers.answer(c, advice_id, said, by) and None)
    except InvalidValues as refusal:
        return _advice(advice_id, dict(refusal.errors))
    flash("咨询意见已记入案件，供办案人和审核人参考。")
    return redirect(url_for("ledgers.desk"))


@blueprint.get("/advice/of/<int:case_id>")
@policy("penalties")
def advice_of(case_id: int) -> Any:
    """What was asked about a case, and asking."""
    return _of_case(case_id, {}, {})


def _of_case(case_id: int, errors: dict[str, str], typed: dict[str, str]) -> Any:
    with database().reading() as c:
        file = case_file.seen(c, case_id, me())
        found, town = lawyers.of_case(c, case_id), directory.unit_of(c, file.unit_id)
        choices = [one for one in directory.people(c, below=[town.path]) if one.has(lawyers.ROLE)]
        names = directory.names(c, [who for one in found for who in (one.asked_by, one.lawyer_id)])
    page = render_template("ledgers/advice_of.html", file=file, found=found, choices=choices, names=names, errors=errors, typed=typed,
                           LABELS=LABELS, key=new_key())
    return make_response(page, 422 if errors else 200)


@blueprint.post("/advice/of/<int:case_id>")
@policy("penalties")
def ask_advice(case_id: int) -> Any:
    """Ask a lawyer."""
    by, typed = me(), {name: text(name, 2000) for name in ("lawyer_id", "question", "until")}
    values = {**typed, "until": _moment(typed["until"])}
    with database().reading() as c:
        case_file.seen(c, case_id, by)
    try:
        database().run(lambda c: lawyers.ask(c, case_id, values, by), key=submission.key("advice"), payload=[case_id, typed])
    except InvalidValues as refusal:
        return _of_case(case_id, dict(refusal.errors), typed)
    except (InvalidState, NotAllowed) as refusal:
        return _of_case(case_id, {"ask": refusal.message}, typed)
    flash("已发给律师，答复后会通知您。")
    return redirect(url_for("ledgers.advice_of", case_id=case_id))


@blueprint.post("/advice/of/<int:case_id>/<int:advice_id>/withdraw")
@policy("penalties")
def withdraw_advice(case_id: int, advice_id: int) -> Any:
    """Take a request back."""
    by = me()
    database().run(lambda c: lawyers.withdraw(c, advice_id, by))
    flash("咨询已撤回。")
    return redirect(url_for("ledgers.advice_of", case_id=case_id))


def _moment(said: str) -> dt.datetime | None:
    try:
        return dt.datetime.fromisoformat(said).replace(tzinfo=SHANGHAI).astimezone(UTC)
    except (ValueError, OverflowError):
        return None
