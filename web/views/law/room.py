"""The blueprint that the modules of this room hang their routes on, and what several of them ask first."""

import datetime as dt
from typing import Any

from flask import Blueprint, request
from sqlalchemy import Connection

from engine import clock
from engine.errors import NotFound
from engine.people import directory
from engine.people.directory import Unit
from web.context import me

blueprint = Blueprint("law", __name__, url_prefix="/law")
LONGEST = 100


def day_of(name: str = "day") -> dt.date:
    """The day asked for; today when it is none or far away."""
    try:
        day = dt.date.fromisoformat(request.values.get(name, "").strip())
    except ValueError:
        return clock.today()
    return day if 1990 < day.year < 2100 else clock.today()


def asked(name: str) -> str:
    """A word of the address or of the form, cut to a sane length."""
    return request.values.get(name, "").strip()[:LONGEST]


def towns(c: Connection) -> tuple[Unit, ...]:
    """The towns whose lists this person may look at: those that hold a post of theirs, or lie below one, or below a department's city."""
    found: dict[str, Unit] = {}
    for post in me().posts:
        town = directory.ancestor(c, post.unit_path, "town")
        city = directory.ancestor(c, post.unit_path, "city") if post.level == "department" else None
        for one in (town,) if town else directory.units(c, below=city.path if city else post.unit_path, level="town"):
            found[one.id] = one
    return tuple(found.values())


def town_asked(c: Connection) -> Unit:
    """The town the page is about: the one asked for, else the person's first. Raises NotFound for one that is not theirs to see."""
    mine, wanted = towns(c), asked("unit")
    chosen: Any = next((one for one in mine if one.id == wanted), None) if wanted else next(iter(mine), None)
    if chosen is None:
        raise NotFound("没有这个镇街，或者不在您的岗位范围内。", unit=wanted)
    return chosen  # type: ignore[no-any-return]
