"""The self-check as a page, and the one thing to be confirmed on it: that the clock is right after it jumped."""

from typing import Any

from flask import flash, redirect, render_template, url_for

from engine.runtime import clock_guard
from web import doctor
from web.auth import policy
from web.context import database, me, settings
from web.views.admin import blueprint


@blueprint.get("/check")
@policy("administer")
def check() -> Any:
    """What `gridloop doctor` says about this installation."""
    with database().reading() as c:
        doubt = clock_guard.doubt(c)
    return render_template("admin/check.html", checks=doctor.installation(settings()), doubt=doubt)


@blueprint.post("/check/clock")
@policy("administer")
def confirm_clock() -> Any:
    """The time is right: let timers fire again."""
    person = me()
    database().run(lambda c: clock_guard.confirm(c, by=person))
    flash("已确认系统时间正确，定时恢复触发。")
    return redirect(url_for("admin.check"))
