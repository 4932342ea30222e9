"""Starting a case: from the newest version of a process, or as the domain's own rooms open one."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, bindparam, insert, update

from engine import clock, definitions, forms, ids
from engine.definitions.versions import Deployed
from engine.errors import ExpressionFailed, NotAllowed
from engine.people import Participant, directory
from engine.runtime import case as cases
from engine.runtime import history, lineage, parameters
from engine.runtime.case import RUNNING
from engine.runtime.host import CaseHost
from engine.runtime.offers import NORMAL
from engine.runtime.tables import process_instance
from engine.runtime.turn import begin

PREFIX = "SJ"
LONGEST_TITLE = 200
ADD = insert(process_instance).returning(process_instance.c.id)
NAME = (
    update(process_instance)
    .where(process_instance.c.id == bindparam("i"))
    .values(business_key=bindparam("number"), title=bindparam("words"))
)


@dataclass(frozen=True)
class Opening:
    """How a case is opened, beside its values. `unit` is the id of the unit or grid where it happened.

    `number` replaces the number that is made otherwise; `parent` is the case that gave rise to this one.
    """

    unit: str
    number: str | None = None
    title: str | None = None
    priority: int = NORMAL
    parent: int | None = None


def start(c: Connection, key: str, values: Mapping[str, Any], *, by: Participant, unit: str) -> dict[str, Any]:
    """Start the newest version of process `key` for a person, with the values of its start form.

    Raises NotFound (no such process or unit), NotAllowed (no post that may start it there), InvalidValues.
    """
    deployed = definitions.latest(c, key)
    _may_start(c, deployed, by, unit)
    form = deployed.forms.get(deployed.start_form or "")
    clean = forms.validate(form, values, access=deployed.start_access, names=_ambient(c, deployed, unit)) if form else {}
    return open_case(c, deployed, clean, Opening(unit), by=by)


def open_case(
    c: Connection, deployed: Deployed, values: Mapping[str, Any], opening: Opening, *, by: Participant | None
) -> dict[str, Any]:
    """Start a case with values that were checked already. `by` is None when no person starts it."""
    place = directory.unit_of(c, opening.unit)
    case = cases.locked(c, int(c.execute(ADD, _row(deployed, values, opening, place, by)).scalar_one()), by=by)
    number = opening.number or ids.case_number(PREFIX, case.at, case.id)
    title = opening.title or _title(case, deployed, values, number)
    c.execute(NAME, {"i": case.id, "number": number, "words": title})
    case = cases.locked(c, case.id, by=by)
    case.story.acting_for = _post(by, place.path)
    case.story.tell("started", deployed.start_form, number=number, title=title, process=deployed.name, unit=place.name)
    begin(case, deployed, values)
    return case.answer(number=number, title=title)


def _ambient(c: Connection, deployed: Deployed, unit: str) -> dict[str, Any]:
    """Names a start form may use: there is no case yet."""
    path = directory.unit_of(c, unit).path
    return {"param": parameters.in_force(c, deployed.parameters, path), "now": clock.now(), "today": clock.today()}


def _may_start(c: Connection, deployed: Deployed, by: Participant, unit: str) -> None:
    path = directory.unit_of(c, unit).path
    allowed = [post for post in by.posts if post.role in deployed.start_roles and path.startswith(post.unit_path)]
    if not allowed:
        raise NotAllowed(f"您的岗位不能在这里发起“{deployed.name}”。", process=deployed.key, person=by.id, unit=unit)


def _post(by: Participant | None, path: str) -> str | None:
    posts = by.posts if by else ()
    return next((post.title for post in posts if path.startswith(post.unit_path)), None)


def _row(
    deployed: Deployed, values: Mapping[str, Any], opening: Opening, place: directory.Unit, by: Participant | None
) -> dict[str, Any]:
    """A case that has not taken its first turn; its number and title follow from its id."""
    return {
        "definition_id": deployed.id,
        "process_key": deployed.key,
        "business_key": ids.new_key(),
        "title": deployed.name,
        "category": deployed.category,
        "place": _place(values),
        "unit_id": place.id,
        "unit_path": place.path,
        "status": RUNNING,
        "revision": 0,
        "state": "",
        "variables": {},
        "record_seq": 0,
        "record_hash": history.ZERO,
        "priority": opening.priority,
        "started_at": clock.now(),
        "started_by": by.id if by else None,
        "parent_id": opening.parent,
    }


def _place(values: Mapping[str, Any]) -> str | None:
    """Where it happened, in words: the form's own place, else the address of a location."""
    said = values.get("place") or values.get("address")
    if isinstance(said, str):
        return said
    located = (value.get("address") for value in values.values() if isinstance(value, Mapping) and "lon" in value)
    return next((address for address in located if address), None)


def _title(case: cases.Case, deployed: Deployed, values: Mapping[str, Any], number: str) -> str:
    """The process's own title expression; the name of the process when it says nothing."""
    if not deployed.title:
        return deployed.name
    host = CaseHost(deployed)
    host.serve(case.c, cases.names(case.row, lineage.of(case.c, case.row.unit_path)) | {"number": number}, case.row.parameters)
    said = host.evaluate([(deployed.title, {**values, **host.names()})])[0]
    if said is None:
        return deployed.name
    if not isinstance(said, str):
        raise ExpressionFailed("流程标题的表达式没有给出文字，请联系流程设计人员。", process=deployed.key)
    return said[:LONGEST_TITLE]
