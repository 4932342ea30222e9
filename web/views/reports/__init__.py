"""The monthly report of a unit and the lists behind its numbers. Reads only; what is taken out is recorded."""

import io
from typing import Any

from flask import Blueprint, render_template, request, send_file

from engine import clock
from engine.reports import days, keeping
from engine.reports import monthly as months
from engine.reports.indicators import NOT_YET
from web import charts
from web.auth import policy
from web.context import database, me
from web.views.reports import sheet
from web.views.supervision import XLSX, case_address, drawn

blueprint = Blueprint("reports", __name__, url_prefix="/reports")
NAV = (("reports.monthly", "月报与指标", "chart", "supervise"),)
PARTS = ("month", "unit", "kpi", "part")


def _month() -> str:
    """The month that is asked for, else this one."""
    return request.values.get("month", "").strip()[:10] or f"{clock.today():%Y-%m}"


def _below(report: months.Report) -> Any:
    """What happened in the units below, as bars."""
    rows = [(name, [charts.Series("办结", "finished", [sums["finished"]]), charts.Series("超期", "late", [sums["late"]])])
            for _, name, sums in report.below[:15]]
    return charts.bars("各单位本月办结和新增超期的环节数", rows)


@blueprint.get("/monthly")
@policy("supervise")
def monthly() -> Any:
    """The report of a month, to read and to print."""
    keeping.ready(database())
    with database().reading() as c:
        report = months.show(c, me(), _month(), request.args.get("unit", "")[:80])
    return render_template("reports/monthly.html", report=report, chart=drawn(report.points), bars=_below(report), NOT_YET=NOT_YET,
                           MEASURES=days.MEASURES, now=clock.now(), this=f"{clock.today():%Y-%m}")


@blueprint.get("/behind")
@policy("supervise")
def behind() -> Any:
    """The steps or cases behind one number of the report."""
    asked = {name: request.args.get(name, "").strip()[:80] for name in PARTS}
    with database().reading() as c:
        shown = months.behind(c, me(), asked, request.args.get("page", 1, int))
    return render_template("reports/behind.html", shown=shown, asked=asked, case_address=case_address)


@blueprint.post("/export")
@policy("supervise")
def export() -> Any:
    """The report as a spreadsheet that names who took it out and when."""
    person, month, unit = me(), _month(), request.form.get("unit", "")[:80]
    report = database().run(lambda c: months.export(c, person, month, unit))
    return send_file(io.BytesIO(sheet.of(report, person)), XLSX, as_attachment=True, download_name=f"监督月报-{month}.xlsx")
