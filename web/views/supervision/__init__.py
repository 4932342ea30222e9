"""The supervisor's board: what is open where, with whom, and how late. Reads; the only write is a reminder, where the post allows it."""

import datetime as dt
import io
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, send_file, url_for

from engine import clock
from engine.errors import InvalidValues
from engine.reports import board as boards
from engine.reports import days, filters, keeping
from engine.reports.filters import Filters
from engine.runtime import commands
from web import addresses, charts
from web.auth import policy
from web.context import database, me
from web.views.account import local_address
from web.views.supervision import sheet

blueprint = Blueprint("supervision", __name__, url_prefix="/supervision")
NAV = (("supervision.board", "监督看板", "eye", "supervise"), ("supervision.signs", "异常提示", "alert", "supervise"))
OTHER = "other"
FIRST = 15
"""Lines that the board itself shows, below its figures."""

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
NAMES = ("unit", "office", "holder", "matter", "rule", "level", "state")
ASKED = (*NAMES, "kind", "link", "q")
WORDS = {"LINKS": filters.LINKS, "LEVELS": filters.LEVELS, "KINDS": filters.KIND_WORDS, "OTHER": OTHER, "MEASURES": days.MEASURES}


def _filters() -> Filters:
    """From the address, or from the hidden fields of a form."""
    asked = {name: request.values.get(name, "").strip()[:80] for name in NAMES}
    link, kind = request.values.get("link", ""), request.values.get("kind", "") or ("clock" if asked["rule"] else "step")
    return Filters(link={"": None, OTHER: ""}.get(link, link), words=request.values.get("q", "").strip()[:80], kind=kind, **asked)


def _address(**changes: Any) -> str:
    """This list with some filters changed; empty ones are left out of the address."""
    return addresses.of("supervision.board", {**addresses.asked(), "page": None, **changes})


def _opens(**asked: Any) -> str:
    """The list behind a figure of the page now shown: its filters, within the unit of the page."""
    return addresses.of("supervision.board", {"unit": request.args.get("unit", "")[:80], **asked}, anchor="list")


def case_address(instance_id: int) -> str:
    """The page of one case."""
    return url_for("cases.show", case_id=instance_id)


def drawn(points: tuple[days.Point, ...]) -> Any:
    """A trend as a chart."""
    series = [charts.Series(name, measure, [point.numbers[measure] for point in points]) for measure, name in days.MEASURES.items()]
    return charts.lines("近三十天每天的新到、预警、超期、办结环节数", [f"{point.day.month}.{point.day.day}" for point in points], series)


@blueprint.get("")
@policy("supervise")
def board() -> Any:
    """The figures with the list of what is most urgent; with filters, the list behind a figure."""
    asked, page = _filters(), request.args.get("page", 1, int)
    keeping.ready(database())
    with database().reading() as c:
        shown, listing = boards.show(c, me(), asked.unit), boards.listing(c, me(), asked, page)
    return render_template("supervision/board.html", board=shown, listing=listing, filters=asked, address=_address, opens=_opens,
                           whole=not any(request.args.get(name) for name in ASKED if name != "unit"), chart=drawn(shown.trend),
                           FACETS=boards.FACETS, TOP=boards.TOP, FIRST=FIRST, case_address=case_address, now=clock.now(), **WORDS)


@blueprint.post("/refresh")
@policy("supervise")
def refresh() -> Any:
    """Bring the figures to this moment."""
    keeping.keep(database(), force=True)
    return redirect(local_address(request.form.get("next")) or url_for("supervision.board"))


@blueprint.get("/by/<facet>")
@policy("supervise")
def by(facet: str) -> Any:
    """Every unit, person or kind of problem, not only the first ones."""
    keeping.ready(database())
    with database().reading() as c:
        shown = boards.facet(c, me(), facet, request.args.get("unit", "")[:80], request.args.get("page", 1, int))
    return render_template("supervision/by.html", shown=shown, facet=facet if facet in boards.FACETS else "village", FACETS=boards.FACETS,
                           opens=_opens, **WORDS)


@blueprint.get("/days")
@policy("supervise")
def happened() -> Any:
    """The steps behind one point of the trend."""
    asked = _happened()
    with database().reading() as c:
        shown = boards.of_days(c, me(), request.args.get("unit", "")[:80], asked, request.args.get("page", 1, int))
    return render_template("supervision/days.html", shown=shown, asked=asked, case_address=case_address, **WORDS)


def _happened() -> days.Happened:
    first = request.args.get("day", "")
    try:
        return days.Happened(request.args.get("measure", ""), dt.date.fromisoformat(first),
                             dt.date.fromisoformat(request.args.get("until", first)))
    except ValueError as error:
        raise InvalidValues({"day": "日期应写成 2026-03-02 这样。"}) from error


@blueprint.post("/export")
@policy("supervise")
def export() -> Any:
    """The list as a spreadsheet that names who took it out and when."""
    person, asked = me(), _filters()
    keeping.ready(database())
    steps = database().run(lambda c: boards.export(c, person, asked))
    name = f"监督清单-{clock.local(clock.now()):%Y%m%d-%H%M}.xlsx"
    return send_file(io.BytesIO(sheet.of(steps, person, asked)), XLSX, as_attachment=True, download_name=name)


@blueprint.post("/steps/<item_id>/urge")
@policy("urge")
def urge(item_id: str) -> Any:
    """Remind whoever holds the step."""
    person, reason = me(), request.form.get("reason", "").strip()[:200]
    database().run(lambda c: commands.urge(c, item_id, by=person, reason=reason))
    flash("已催办，承办人会在待办列表中看到。")
    return redirect(local_address(request.form.get("next")))


from web.views.supervision import signs  # noqa: E402  (it hangs its routes on the blueprint)

__all__ = ["blueprint", "signs"]
