"""The supervisor's board: what is open where, with whom, and how late. Reads; the only write is a reminder, where the post allows it."""

import io
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, send_file, url_for

from engine import clock
from engine.runtime import commands
from engine.supervision import board as boards
from engine.supervision.board import Filters
from web.auth import policy
from web.context import database, me
from web.views.account import local_address
from web.views.supervision import sheet

blueprint = Blueprint("supervision", __name__, url_prefix="/supervision")
NAV = (("supervision.board", "监督看板", "eye", "supervise"),)
OTHER = "other"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def _filters() -> Filters:
    """From the address, or from the hidden fields of a form."""
    asked = {name: request.values.get(name, "").strip()[:80] for name in ("unit", "office", "holder", "level", "state")}
    link = request.values.get("link", "")
    return Filters(link={"": None, OTHER: ""}.get(link, link), words=request.values.get("q", "").strip()[:80], **asked)


def _address(**changes: Any) -> str:
    """This list with some filters changed; empty ones are left out of the address."""
    kept = {name: value for name, value in request.args.items() if name != "page"} | changes
    return url_for("supervision.board", **{name: value for name, value in kept.items() if value not in ("", None)})


def case_address(instance_id: int) -> str:
    """The page of one case."""
    return url_for("cases.show", case_id=instance_id)


@blueprint.get("")
@policy("supervise")
def board() -> Any:
    """The whole board, or only the list when htmx asks."""
    filters, page = _filters(), request.args.get("page", 1, int)
    with database().reading() as c:
        shown = boards.show(c, me(), filters, page)
    return render_template("supervision/board.html", board=shown, filters=filters, address=_address, case_address=case_address,
                           LINKS=boards.LINKS, LEVELS=boards.LEVELS, OTHER=OTHER, now=clock.now())


@blueprint.post("/export")
@policy("supervise")
def export() -> Any:
    """The list as a spreadsheet that names who took it out and when."""
    by, filters = me(), _filters()
    steps = database().run(lambda c: boards.export(c, by, filters))
    name = f"监督清单-{clock.local(clock.now()):%Y%m%d-%H%M}.xlsx"
    return send_file(io.BytesIO(sheet.of(steps, by, filters)), XLSX, as_attachment=True, download_name=name)


@blueprint.post("/steps/<item_id>/urge")
@policy("urge")
def urge(item_id: str) -> Any:
    """Remind whoever holds the step."""
    by, reason = me(), request.form.get("reason", "").strip()[:200]
    database().run(lambda c: commands.urge(c, item_id, by=by, reason=reason))
    flash("已催办，承办人会在待办列表中看到。")
    return redirect(local_address(request.form.get("next")))
