"""裁量基准: the grades of each item of a town's list on a day."""

from typing import Any

from flask import render_template

from engine.law import discretion, powers
from web.auth import policy
from web.context import database
from web.views.law.room import asked, blueprint, day_of, town_asked


@blueprint.get("/standards")
@policy("penalties", "administer")
def standards() -> Any:
    """One table an item; items without a standard are named too, so that nobody thinks there is one."""
    with database().reading() as c:
        town = town_asked(c)
        held = {one.code: one for one in powers.items(c, town.id, day_of())}
    wanted, day = asked("item"), day_of()
    shown = [one for code, one in held.items() if not wanted or code == wanted]
    tables = {one.code: discretion.standard(one.code, day) for one in shown}
    return render_template("law/standards.html", town=town, held=held, shown=shown, tables=tables, day=day, wanted=wanted)
