"""裁量基准: the grades of each item of a town's list on a day; the versions of one, entered by legal staff, approved by another."""

import datetime as dt
from dataclasses import dataclass
from typing import Any

from flask import Response, flash, make_response, redirect, render_template, request
from sqlalchemy import Connection

from engine import clock
from engine.administration import law_changes
from engine.errors import InvalidValues, NotFound, UnsafeInput
from engine.law import discretion, powers, standards
from engine.law.discretion import Standard
from engine.law.powers import Power
from engine.law.standards import Line, Version
from engine.people import directory
from engine.people.directory import Unit
from web import addresses
from web.auth import policy
from web.context import database, me
from web.views.law.room import asked, blueprint, day_of, town_asked

TYPED = ("title", "document", "first", "scope", "reason")


@blueprint.get("/standards", endpoint="standards")
@policy("penalties", "administer")
def overview() -> Any:
    """One table an item; items without a standard are named too, so that nobody thinks there is one."""
    wanted, day = asked("item"), day_of()
    with database().reading() as c:
        town = town_asked(c)
        held = {one.code: one for one in powers.items(c, town.id, day)}
        shown = [one for code, one in held.items() if not wanted or code == wanted]
        tables = {one.code: standards.in_force(c, town.id, one.code, day) for one in shown}
        near = [part for part in town.path.split("/") if part]
        waiting = {one.code for one in shown if any(each.state == standards.PROPOSED for each in standards.of_code(c, one.code, near))}
    return render_template("law/standards.html", town=town, held=held, shown=shown, tables=tables, day=day, wanted=wanted,
                           waiting=waiting)


@dataclass(frozen=True)
class Row:
    """A version with its unit, how it differs from what holds now, and whether this person decides about it."""

    version: Version
    unit: Unit
    lines: tuple[Line, ...]
    decides: bool


@blueprint.get("/standards/versions")
@policy("penalties", "administer")
def versions() -> Any:
    """Every version of one item, what waits for approval compared with what holds now."""
    return _page()


def _page(status: int = 200, **more: Any) -> Any:
    with database().reading() as c:
        town, code = town_asked(c), asked("item")
        power = powers.known(c, town.id, code)
        if power is None:
            raise NotFound("本镇街的赋权清单中没有这个事项。", code=code)
        shown = {"town": town, "power": power, **_versions(c, town, power), "today": clock.today(), "errors": {}, "typed": {},
                 "changed": None, **more}
    return make_response(render_template("law/table.html", **shown), status)


def _versions(c: Connection, town: Unit, power: Power) -> dict[str, Any]:
    near = [part for part in town.path.split("/") if part]
    now: Standard | None = standards.in_force(c, town.id, power.code, clock.today())
    rows = [_row(c, one, now) for one in standards.of_code(c, power.code, near)]
    ids = {who for row in rows for who in (row.version.by, row.version.decided_by) if who}
    return {"now": now, "rows": rows, "names": directory.names(c, sorted(ids)), "units": law_changes.table_units(c, town, me()),
            "shipped": [discretion.shipped(power.code, first) for first in discretion.shipped_days(power.code)][::-1]}


def _row(c: Connection, one: Version, now: Standard | None) -> Row:
    unit = directory.unit_of(c, one.unit_id)
    lines = standards.compare(now.grades if now else (), one.standard.grades) if one.state == standards.PROPOSED else ()
    return Row(one, unit, lines, law_changes.may_approve_table(one, unit, me()))


@blueprint.post("/standards")
@policy("penalties")
def propose() -> Any:
    """Legal staff enter a version; a file that fails its check changes nothing, and everything wrong is said."""
    person, sent, typed = me(), request.files.get("file"), _typed()
    body, code = sent.read(standards.LARGEST + 1) if sent else b"", asked("item")
    values = {**typed, "first": _day(typed["first"])}
    try:
        database().run(lambda c: law_changes.propose_table(c, (typed["scope"], code), body, values, by=person).id)
    except InvalidValues as refusal:
        return _page(422, errors=refusal.errors, typed=typed)
    except UnsafeInput as refusal:
        return _page(422, errors={"file": refusal.message}, typed=typed)
    flash("已提交，检查通过。请另一名法制人员或者负责人在本页批准，批准以前仍按现行版本。")
    return _back()


@blueprint.post("/standards/<int:version_id>/approve")
@policy("penalties")
def approve(version_id: int) -> Any:
    """A second person lets it hold from a day on."""
    person, typed = me(), _typed()
    return _decided(version_id, lambda c: law_changes.approve_table(c, version_id, _day(typed["first"]), by=person).id, "已批准。", typed)


@blueprint.post("/standards/<int:version_id>/return")
@policy("penalties")
def send_back(version_id: int) -> Any:
    """A second person does not want it, and says why."""
    person, typed = me(), _typed()
    return _decided(version_id, lambda c: law_changes.return_table(c, version_id, typed["reason"], by=person).id, "已退回。", typed)


def _decided(version_id: int, work: Any, said: str, typed: dict[str, str]) -> Any:
    try:
        database().run(work)
    except InvalidValues as refusal:
        return _page(422, errors=refusal.errors, typed=typed, changed=version_id)
    flash(said)
    return _back()


@blueprint.get("/standards/<int:version_id>/file")
@policy("penalties", "administer")
def table_file(version_id: int) -> Response:
    """The decision table itself, as it was entered. Only for those whose town it counts in."""
    with database().reading() as c:
        found, town = standards.get(c, version_id), town_asked(c)
    if found.unit_id not in town.path.split("/"):
        raise NotFound("没有这一版裁量基准，请刷新后重试。", version=version_id)
    name = f"{found.standard.code}-{found.standard.version}.dmn"
    return Response(found.body, mimetype="application/octet-stream", headers={"Content-Disposition": f'attachment; filename="{name}"'})


def _typed() -> dict[str, str]:
    return {name: request.form.get(name, "").strip()[:600] for name in TYPED}


def _day(text: str) -> dt.date | None:
    """None for what is no day: never guessed."""
    try:
        return dt.date.fromisoformat(text)
    except ValueError:
        return None


def _back() -> Any:
    return redirect(addresses.of("law.versions", {"unit": asked("unit"), "item": asked("item")}))
