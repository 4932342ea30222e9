"""The running system: parameters in force, incidents to be dealt with."""

from typing import Any

from flask import flash, redirect, render_template, request, url_for

from engine.administration import parameters as parameter_list
from engine.errors import InvalidValues
from engine.people import directory
from engine.people.roles import TREE
from engine.runtime import commands
from engine.runtime import incidents as incident_list
from web.auth import policy
from web.context import database, me
from web.views.admin import blueprint

KINDS = {"failure": "流程步骤出错", "job": "后台任务失败", "timer": "定时器失败", "standstill": "停滞"}


def _parameters(errors: dict[str, str]) -> Any:
    with database().reading() as c:
        chapters = parameter_list.listed(c, me())
        units = [unit for unit in directory.units(c) if unit.level in TREE[:-1]]
    page = render_template("admin/parameters.html", chapters=chapters, units=units, errors=errors, typed=request.form)
    return page, 422 if errors else 200


@blueprint.get("/parameters")
@policy("administer")
def parameters() -> Any:
    """Every parameter with its published value, the one in force, and who changed it."""
    return _parameters({})


@blueprint.post("/parameters/<key>")
@policy("administer")
def change_parameter(key: str) -> Any:
    """Another value from now on, everywhere or for one unit; empty: the published one again."""
    by, text, unit = me(), request.form.get("value", "")[:200], request.form.get("unit", "")[:80]
    try:
        value = database().run(lambda c: parameter_list.change(c, by, key, text, unit=unit))
    except InvalidValues as refusal:
        return _parameters(refusal.errors)
    flash("已恢复为默认值。" if value is None else f"已改为 {value}，即时生效；已在计时的步骤不受影响。")
    return redirect(url_for("admin.parameters", _anchor=f"f-{key}"))


@blueprint.get("/incidents")
@policy("administer")
def incidents() -> Any:
    """What failed where nobody watched."""
    with database().reading() as c:
        found = incident_list.of(c, me())
    return render_template("admin/incidents.html", incidents=found, KINDS=KINDS)


@blueprint.post("/incidents/<int:incident_id>/retry")
@policy("administer")
def retry(incident_id: int) -> Any:
    """Try again, once the reason is dealt with."""
    by = me()
    database().run(lambda c: commands.retry(c, incident_id, by=by))
    flash("已重试。若再次失败，会重新出现在本页。")
    return redirect(url_for("admin.incidents"))
