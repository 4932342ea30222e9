"""A finding: reported by a person or taken in from elsewhere, it becomes a case of the grid loop.

The report is one command: the form is checked, the grid found, what happened here before is counted for the triage, the case opened,
the photos attached.
"""

import datetime as dt
import unicodedata
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, and_, bindparam, func, insert, or_, select, update

from engine import clock, definitions, forms
from engine.cases import attachments, categories, places
from engine.cases.intake import Request
from engine.cases.tables import finding
from engine.database import Database
from engine.definitions import Deployed
from engine.errors import InvalidValues, NotAllowed
from engine.people import Participant, directory
from engine.people.directory import Unit
from engine.runtime import access, parameters
from engine.runtime import case as cases
from engine.runtime.commands import Opening, open_case
from engine.runtime.tables import process_instance

PROCESS = "grid_loop"
URGENT, NORMAL = 90, 50
BEFORE = (select(finding.c.instance_id, finding.c.number, finding.c.description, finding.c.lon, finding.c.lat, finding.c.reported_at,
                 finding.c.unit_id, process_instance.c.status)
          .join(process_instance, process_instance.c.id == finding.c.instance_id)
          .where(finding.c.category == bindparam("category"), finding.c.reported_at >= bindparam("since"),
                 finding.c.merged_into.is_(None),
                 or_(and_(finding.c.lat.between(bindparam("south"), bindparam("north")),
                          finding.c.lon.between(bindparam("west"), bindparam("east"))),
                     and_(finding.c.lat.is_(None), finding.c.unit_id == bindparam("unit"))))
          .order_by(finding.c.reported_at.desc()))
OF_PARTY = (select(func.count()).select_from(finding)
            .where(finding.c.party_key == bindparam("party"), finding.c.category == bindparam("category"),
                   finding.c.reported_at >= bindparam("since")))
KNOWN = select(finding.c.instance_id, finding.c.number).where(finding.c.external_id == bindparam("external"))
ADD = insert(finding)


@dataclass(frozen=True)
class Place:
    """Where a finding lies: its grid, and a point if there is one (WGS84)."""

    grid: Unit
    lon: float | None
    lat: float | None
    address: str | None


@dataclass(frozen=True)
class Similar:
    """An open finding of the same kind close by: perhaps the same problem. `metres` is None where no point is known; `visible` when
    whoever asks may open the case."""

    instance_id: int
    number: str
    description: str
    metres: int | None
    reported_at: dt.datetime
    visible: bool


def report(c: Connection, values: Mapping[str, Any], *, by: Participant, unit_id: str | None = None) -> dict[str, Any]:
    """Report a finding as a person. Returns {"instance", "revision", "number", "title"}.

    `unit_id`: the grid, when the reporter chose one; else the one that contains the place, else the reporter's own.
    Raises NotAllowed (no post that may report there) and InvalidValues.
    """
    deployed = definitions.latest(c, PROCESS)
    clean = _checked(c, deployed, values)
    place = _place(c, clean, unit_id, by)
    if not in_reach(by, place.grid.path, deployed.start_roles):
        raise NotAllowed("您只能上报本镇街范围内的问题，请检查所选位置。", unit=place.grid.id)
    return _open(c, deployed, clean, place, by=by)


def take_in(database: Database, request: Request) -> bool:
    """Take in a request from elsewhere, once for ever per external id; False when it was taken in before."""
    return bool(database.run(lambda c: take_in_once(c, request))["fresh"])


def taken_in(c: Connection) -> set[str]:
    """The external ids of every request that was ever taken in."""
    return set(c.execute(select(finding.c.external_id).where(finding.c.external_id.is_not(None))).scalars())


def take_in_once(c: Connection, request: Request) -> dict[str, Any]:
    """The command behind `take_in`: the same checks and the same case as a person's report, with nobody as its reporter."""
    known = c.execute(KNOWN, {"external": request.external_id}).first()
    if known is not None:
        return {"instance": known.instance_id, "number": known.number, "fresh": False}
    deployed = definitions.latest(c, PROCESS)
    clean = _checked(c, deployed, request.values)
    place = _place(c, clean, request.unit_id, None)
    return {**_open(c, deployed, clean, place, by=None, external_id=request.external_id), "fresh": True}


def in_reach(by: Participant, path: str, roles: Collection[str] | None = None) -> bool:
    """True when one of this person's posts (of these roles) lets them report what lies at that path."""
    return any((roles is None or post.role in roles) and path.startswith(_reach(post.unit_path, post.level)) for post in by.posts)


def _reach(path: str, level: str) -> str:
    """Whoever may report may do so anywhere in their town: people see things on the way."""
    parts = [part for part in path.split("/") if part]
    return f"/{'/'.join(parts[:2])}/" if level not in ("city", "town") else path


def _checked(c: Connection, deployed: Deployed, values: Mapping[str, Any]) -> dict[str, Any]:
    names = {"now": clock.now(), "today": clock.today(), "param": parameters.in_force(c, deployed.parameters)}
    return forms.validate(deployed.forms[deployed.start_form or ""], values, access=deployed.start_access, names=names)


def _place(c: Connection, values: Mapping[str, Any], unit_id: str | None, by: Participant | None) -> Place:
    """Raises InvalidValues when the place is in no grid that the reporter could mean."""
    location = values.get("location") or {}
    lon, lat, address = location.get("lon"), location.get("lat"), location.get("address")
    if unit_id is not None:
        grid: Unit | None = directory.unit_of(c, unit_id)
    else:
        below = _reach(by.posts[0].unit_path, by.posts[0].level) if by is not None and by.posts else "/"
        grid = places.grid_at(directory.units(c, below, "grid"), lon, lat) if lon is not None and lat is not None else None
        grid = grid or _own_grid(c, by)
    if grid is None:
        raise InvalidValues({"location": "无法确定所属网格，请在地图上点选位置或选择网格。"})
    return Place(grid, lon, lat, address)


def _own_grid(c: Connection, by: Participant | None) -> Unit | None:
    own = [post.unit_id for post in (by.posts if by else ()) if post.level == "grid"]
    return directory.unit_of(c, own[0]) if own else None


def _open(c: Connection, deployed: Deployed, values: dict[str, Any], place: Place, *, by: Participant | None,
          external_id: str | None = None) -> dict[str, Any]:
    kind = categories.of(c, values["category"])
    party = _party_key(values.get("party_name"))
    limits = parameters.in_force(c, deployed.parameters, place.grid.path)
    known = {"category_name": kind.display, "simple": kind.simple, "safety": kind.safety, "direct": kind.direct,
             "urgent": bool(values.get("urgent")), "finder": by.id if by else None,
             "complainant_real_name": bool(values.get("complainant_real_name")),
             "same_place_30d": len(_nearby(c, kind.code, place, limits["dedupe_radius_m"], limits["recurrence_window_days"])),
             "same_party_30d": _of_party(c, kind.code, party, limits["recurrence_window_days"])}
    opening = Opening(place.grid.id, priority=URGENT if known["urgent"] or kind.safety else NORMAL)
    answer = open_case(c, deployed, {**values, **known}, opening, by=by)
    c.execute(ADD, {"instance_id": answer["instance"], "number": answer["number"], "source": values.get("source") or "patrol",
                    "external_id": external_id, "category": kind.code, "description": values.get("description") or "",
                    "lon": place.lon, "lat": place.lat, "address": place.address, "unit_id": place.grid.id, "party_key": party,
                    "urgent": known["urgent"], "reported_by": by.id if by else None, "reported_at": clock.now()})
    attachments.bind(c, attachments.photo_ids(values, ["photos"]), answer["instance"], by.id if by else None)
    return answer


def _party_key(name: Any) -> str | None:
    """The same person written in two ways: width and spaces do not count."""
    text = "".join(unicodedata.normalize("NFKC", str(name)).split()).lower() if name else ""
    return text[:80] or None


def _nearby(c: Connection, category: str, place: Place, radius: float, days: float) -> list[Any]:
    """Earlier findings of a kind within `radius` metres and `days`; without points, those in the same grid."""
    west, south, east, north = places.box(place.lon, place.lat, radius) if place.lon is not None and place.lat is not None else (0, 0, 0, 0)
    rows = c.execute(BEFORE, {"category": category, "since": clock.now() - dt.timedelta(days=days), "unit": place.grid.id,
                              "west": west, "south": south, "east": east, "north": north}).all()
    return [row for row in rows if row.lat is None or place.lat is None or place.lon is None
            or places.distance(place.lon, place.lat, row.lon, row.lat) <= radius]


def _of_party(c: Connection, category: str, party: str | None, days: float) -> int:
    if party is None:
        return 0
    since = clock.now() - dt.timedelta(days=days)
    return int(c.execute(OF_PARTY, {"party": party, "category": category, "since": since}).scalar_one())


def similar(c: Connection, category: str, location: Mapping[str, Any], *, by: Participant) -> tuple[Similar, ...]:
    """Open findings that may be the same problem: same kind, close by, lately (PRM-dedupe). For the reporter to look at first."""
    place = _place(c, {"location": location}, None, by)
    deployed = definitions.latest(c, PROCESS)
    limits = parameters.in_force(c, deployed.parameters, place.grid.path)
    rows = _nearby(c, category, place, limits["dedupe_radius_m"], limits["dedupe_window_days"])
    return tuple(Similar(row.instance_id, row.number, row.description, _metres(place, row), row.reported_at,
                         access.may_see(c, by, cases.peeked(c, row.instance_id).row))
                 for row in rows if row.status == "running")


def _metres(place: Place, row: Any) -> int | None:
    if row.lat is None or place.lat is None or place.lon is None:
        return None
    return round(places.distance(place.lon, place.lat, row.lon, row.lat))


def main_of(c: Connection, number: str, main_number: str) -> int:
    """The case of the main finding that another one may be merged into.

    Raises InvalidValues when there is none of that number, when it is the same one, or when it was merged itself.
    """
    row = c.execute(select(finding.c.instance_id, finding.c.merged_into).where(finding.c.number == main_number)).first()
    if row is None or main_number == number or row.merged_into is not None:
        raise InvalidValues({"duplicate_of": f"没有可以并入的主事件“{main_number[:40]}”，请核对编号。"})
    return int(row.instance_id)


def merge(c: Connection, number: str, main_number: str) -> dict[str, Any]:
    """Note that one finding is a duplicate of another. Raises as `main_of` does."""
    main = main_of(c, number, main_number)
    c.execute(update(finding).where(finding.c.number == number).values(merged_into=main))
    return {"main": main_number}


def missing(c: Connection) -> int:
    """How many findings have no case: must be none, whatever happened."""
    query = (select(func.count()).select_from(finding.outerjoin(process_instance, process_instance.c.id == finding.c.instance_id))
             .where(process_instance.c.id.is_(None)))
    return int(c.execute(query).scalar_one())
