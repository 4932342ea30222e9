"""The list of penalty cases: search, filters that can be kept, a page at a time, and the list as a file."""

import io
from typing import Any
from urllib.parse import parse_qsl, urlencode

from flask import Response, make_response, redirect, render_template, request, send_file, url_for

from engine import clock
from engine.cases import case_list
from engine.cases.case_list import Asked, Line
from engine.errors import InvalidValues
from engine.people import sessions
from engine.reports import taking_out
from web import addresses
from web.auth import policy
from web.context import database, is_part, me
from web.views.penalty import sheet
from web.views.penalty.room import blueprint
from web.views.penalty.starting import may_start

PLACE = "penalty"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
PROCESSES = {"penalty": "普通程序", "summary_penalty": "简易程序"}
WORDS = {"STATUSES": case_list.STATUSES, "DUE": case_list.DUE, "SORTS": case_list.SORTS, "PROCESSES": PROCESSES}


def _asked() -> tuple[Asked, dict[str, str]]:
    """(the list the address asks for, what is wrong with it by field)."""
    try:
        return case_list.asked(request.values), {}
    except InvalidValues as refusal:
        typed = {name: value for name, value in request.values.items() if name not in refusal.errors}
        return case_list.asked(typed), dict(refusal.errors)


def _kept() -> str:
    """The filters of this address, as a query."""
    return urlencode([(name, request.args[name][:80]) for name in case_list.NAMES if request.args.get(name) is not None])


@blueprint.get("")
@policy("penalties")
def cases() -> Any:
    """Penalty cases this person may see; a piece of the page for htmx."""
    asked, errors = _asked()
    with database().reading() as c:
        found = case_list.page(c, me(), asked, request.args.get("page", 1, int))
        saved, startable = sessions.saved_filters(c, me().id, PLACE), may_start(c, me())
    shown = {"found": found, "asked": asked, "saved": saved, "query": _kept(), "errors": errors, "startable": startable,
             "address": lambda n: addresses.of("penalty.cases", {**addresses.asked(), "page": n}), **WORDS}
    return make_response(render_template("penalty/_list.html" if is_part() else "penalty/list.html", **shown))


@blueprint.post("/export")
@policy("penalties")
def export() -> Any:
    """The list as a file that names who took it out and when; the record keeps that, too."""
    person, (asked, _) = me(), _asked()
    lines = database().run(lambda c: taking_out.penalty_cases(c, person, asked))
    return _as_csv(lines) if request.form.get("format") == "csv" else _as_xlsx(lines, asked)


def _as_xlsx(lines: tuple[Line, ...], asked: Asked) -> Response:
    name = f"处罚案件-{clock.local(clock.now()):%Y%m%d-%H%M}.xlsx"
    return send_file(io.BytesIO(sheet.book(lines, me(), case_list.said(asked))), XLSX, as_attachment=True, download_name=name)


def _as_csv(lines: tuple[Line, ...]) -> Response:
    name = f"处罚案件-{clock.local(clock.now()):%Y%m%d-%H%M}.csv"
    return send_file(io.BytesIO(sheet.text(lines, me())), "text/csv; charset=utf-8", as_attachment=True, download_name=name)


@blueprint.post("/filters")
@policy("penalties")
def save_filter() -> Any:
    """Keep the filters of this address under a name."""
    person, values = me(), {"name": request.form.get("name"), "query": request.form.get("query")}
    database().run(lambda c: sessions.save_filter(c, person, values, PLACE))
    return redirect(f"{url_for('penalty.cases')}?{urlencode(parse_qsl(values['query'] or ''))}")


@blueprint.post("/filters/<int:filter_id>/drop")
@policy("penalties")
def drop_filter(filter_id: int) -> Any:
    """Forget kept filters."""
    person = me()
    database().run(lambda c: sessions.drop_filter(c, person, filter_id))
    return redirect(url_for("penalty.cases"))
