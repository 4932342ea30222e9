"""The working calendar: a year at a glance, a notice loaded, a day or the business hours changed, and what each change moved."""

import hashlib
import io
import json
from typing import Any

from flask import flash, redirect, render_template, request, send_file, url_for
from sqlalchemy import Connection

from engine import clock
from engine.administration import calendar as administration
from engine.administration import calendar_moves
from engine.administration.calendar import Plan, Wish
from engine.deadlines import calendars, notices
from engine.errors import InvalidValues, UnsafeInput
from engine.ids import new_key
from engine.people import Participant
from engine.runtime import redating
from web import submission
from web.auth import policy
from web.context import database, me
from web.views.admin import blueprint, calendar_sheet, months

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
OFF = {"off": True, "work": False}
CHANGES_SHOWN = 20
Wanted = dict[str, Any]


def _year() -> int:
    asked = request.args.get("year", clock.today().year, int)
    return asked if asked in notices.YEARS else clock.today().year


def _wanted() -> Wanted:
    """What the form asks for, in one shape for looking at it first and for doing it."""
    sent, form = request.files.get("file"), request.form
    rows = [list(row) for row in zip(form.getlist("opens"), form.getlist("closes"), strict=False) if any(row)]
    return {
        "kind": form.get("kind", ""),
        "document": sent.read(notices.LARGEST + 1) if sent else form.get("document", "").encode(),
        "day": [form.get(name, "")[:200] for name in ("date", "off", "name", "reason")],
        "hours": [] if "usual" in form else rows[:9] or [["", ""]],
        "reason": form.get("reason", "")[:400],
    }


def _plan(c: Connection, by: Participant, wanted: Wanted) -> Plan:
    if wanted["kind"] == calendars.DAY:
        date, off, name, reason = wanted["day"]
        return administration.plan_day(c, by, Wish(date, OFF.get(off), name, reason))
    if wanted["kind"] == calendars.HOURS:
        return administration.plan_hours(c, by, wanted["hours"], wanted["reason"])
    return administration.plan_notice(c, by, wanted["document"])


def _progress(c: Connection) -> dict[str, Any]:
    """How far dating again has come, and of how many clocks."""
    found, changes = redating.progress(c), calendars.changes(c)
    total = max([found.left, *(row.clocks for row in changes[:1])])
    return {"progress": found, "total": total, "share": 100 if not total else round(100 * (total - found.left) / total)}


def _page(errors: dict[str, str] | None = None, message: str = "") -> Any:
    year = _year()
    with database().reading() as c:
        sheet, changed = administration.sheet(c, me()), administration.changed(c, me())[:CHANGES_SHOWN]
        progress = _progress(c)
    in_force = calendars.plain_sessions(sheet.sessions)
    hours = _wanted()["hours"] if errors and request.form.get("kind") == calendars.HOURS else in_force
    shown = {"months": months.of(sheet, year), "named": months.listed(sheet, year), "in_force": in_force, "hours": hours}
    page = render_template("admin/calendar.html", year=year, sheet=sheet, changed=changed, YEARS=notices.YEARS, today=clock.today(),
                           errors=errors or {}, message=message, typed=request.form, **shown, **progress)
    return page, 422 if errors else 200


def _refused(refusal: InvalidValues | UnsafeInput) -> Any:
    """The year again, with what is wrong on top."""
    return _page(getattr(refusal, "errors", {"file": refusal.message}), refusal.message if isinstance(refusal, InvalidValues) else "")


@blueprint.get("/calendar")
@policy("administer", "keep_clocks", "supervise")
def calendar() -> Any:
    """One year; what can be changed is for administrators alone."""
    return _page()


@blueprint.get("/calendar/progress")
@policy("administer", "keep_clocks", "supervise", quiet=True)
def calendar_progress() -> Any:
    """How far dating again has come; the page asks by itself."""
    with database().reading() as c:
        return render_template("admin/calendar_progress.html", **_progress(c))


@blueprint.post("/calendar/plan")
@policy("administer")
def plan_calendar() -> Any:
    """What a change would do, before it is made."""
    by, wanted = me(), _wanted()
    try:
        with database().reading() as c:
            plan = _plan(c, by, wanted)
            moving = administration.moving(c, plan)
    except (InvalidValues, UnsafeInput) as refusal:
        return _refused(refusal)
    document = json.dumps(plan.change.new, ensure_ascii=False)
    return render_template("admin/calendar_plan.html", plan=plan, moving=moving, wanted=wanted, key=new_key(), document=document,
                           words=administration.words(plan.change), nav_open="admin.calendar", year=_year())


@blueprint.post("/calendar/apply")
@policy("administer")
def apply_calendar() -> Any:
    """Make the change that was shown."""
    by, wanted, version = me(), _wanted(), request.form.get("version", 0, int)
    try:
        said = database().run(lambda c: _apply(c, by, wanted, version), key=submission.key("calendar"), payload=_payload(wanted, version))
    except (InvalidValues, UnsafeInput) as refusal:
        return _refused(refusal)
    flash(said)
    return redirect(url_for("admin.calendar", year=request.form.get("year", type=int)))


def _payload(wanted: Wanted, version: int) -> list[Any]:
    """What tells one submission from another under the same key."""
    return [{**wanted, "document": hashlib.sha256(wanted["document"]).hexdigest()}, version]


def _apply(c: Connection, by: Participant, wanted: Wanted, version: int) -> str:
    plan = administration.apply(c, by, _plan(c, by, wanted), version)
    if not plan.changes:
        return "内容与现行工作日历相同，没有改动。"
    return f"已{administration.words(plan.change)}。未到期的期限正在逐件重新计算。"


@blueprint.get("/calendar/moves")
@policy("administer", "keep_clocks", "supervise")
def calendar_moves_page() -> Any:
    """Which clocks moved, from when to when, and who is responsible."""
    version = request.args.get("version", type=int)
    with database().reading() as c:
        found = calendar_moves.listed(c, me(), version, request.args.get("page", 1, int))
        change = next((one for one in administration.changed(c, me()) if one.version == version), None)
    return render_template("admin/calendar_moves.html", listed=found, version=version, change=change, nav_open="admin.calendar")


@blueprint.post("/calendar/moves/export")
@policy("administer", "keep_clocks", "supervise")
def export_moves() -> Any:
    """The list as a spreadsheet; who took it is recorded."""
    by, version = me(), request.form.get("version", type=int)
    found = database().run(lambda c: calendar_moves.export(c, by, version))
    name = f"移动的期限-{clock.local(clock.now()):%Y%m%d-%H%M}.xlsx"
    return send_file(io.BytesIO(calendar_sheet.of(found, by)), XLSX, as_attachment=True, download_name=name)
