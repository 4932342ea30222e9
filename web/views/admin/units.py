"""Units: the tree city, town, area, village, grid, and the departments of a city."""

from typing import Any

from flask import flash, redirect, render_template, request, url_for

from engine.administration import people as administration
from engine.errors import InvalidValues
from engine.people import directory
from web.auth import policy
from web.context import database, me
from web.views.admin import blueprint


def _list(errors: dict[str, str], values: dict[str, str]) -> Any:
    with database().reading() as c:
        units = directory.units(c)
    return render_template("admin/units.html", units=units, errors=errors, values=values), 422 if errors else 200


@blueprint.get("/units")
@policy("administer")
def units() -> Any:
    """All of them, in the order of the tree."""
    return _list({}, {})


@blueprint.post("/units")
@policy("administer")
def add_unit() -> Any:
    """A unit below an existing one."""
    by, values = me(), {name: request.form.get(name, "").strip() for name in ("id", "name", "level", "parent_id")}
    try:
        unit = database().run(lambda c: administration.save_unit(c, by, values, new=True))
    except InvalidValues as refusal:
        return _list(refusal.errors, values)
    flash(f"已登记{unit.name}。")
    return redirect(url_for("admin.units"))


@blueprint.post("/units/<unit_id>")
@policy("administer")
def rename_unit(unit_id: str) -> Any:
    """Another name for the same unit."""
    by, name = me(), request.form.get("name", "").strip()
    unit = database().run(lambda c: administration.save_unit(c, by, {"id": unit_id, "name": name}, new=False))
    flash(f"已改名为{unit.name}。")
    return redirect(url_for("admin.units"))
