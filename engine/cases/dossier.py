"""Everything about one finding, from the first photo to the feedback, as one page shows it. Reads only."""

import dataclasses
import datetime as dt
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, select

from engine import clock, definitions, forms
from engine.cases import attachments, case_file, extra_report, goods, masking
from engine.cases.extra_report import Extra
from engine.cases.tables import category, finding
from engine.definitions import Deployed
from engine.errors import NotFound
from engine.forms import FieldState, Form, Mode
from engine.people import Participant, directory
from engine.runtime import access, casebook
from engine.runtime import case as cases
from engine.runtime.casebook import CaseView
from engine.runtime.history import HistoryEvent

BRIEF_PHOTOS = 4
IN_CONFIDENCE = ("reporter", "complainant_name", "complainant_phone", "complainant_contact")


@dataclass(frozen=True)
class Facts:
    """What was reported. `merged_into` is the id and number of the main finding when this one is a duplicate."""

    category: str
    source: str
    description: str
    lon: float | None
    lat: float | None
    address: str | None
    grid: str
    urgent: bool
    reported_at: dt.datetime
    outcome: str | None
    merged_into: tuple[int, str] | None


@dataclass(frozen=True)
class Sheet:
    """One filled-in form: which step, by whom, when, and its fields to read."""

    title: str
    name: str | None
    at: dt.datetime
    states: tuple[FieldState, ...]


@dataclass(frozen=True)
class Photos:
    """Pictures that belong together: the field they were taken for, at one step."""

    title: str
    at: dt.datetime
    ids: tuple[str, ...]


@dataclass(frozen=True)
class Dossier:
    """One case with all its papers. `extra` are further reports of the same problem; `people` are names by id, for fields that name a
    person."""

    case: CaseView
    facts: Facts | None
    sheets: tuple[Sheet, ...]
    photos: tuple[Photos, ...]
    extra: tuple[Extra, ...]
    comments: tuple[HistoryEvent, ...]
    people: Mapping[str, str]


def of(c: Connection, instance_id: int, by: Participant) -> Dossier:
    """The papers of a case. Raises NotFound when it does not exist or this person may not see it."""
    view = casebook.show(c, instance_id, by)
    deployed = definitions.load(c, view.definition_id)
    hidden = _hidden_name(c, instance_id, by)
    sheets = tuple(_sheets(view, deployed, confidential=not by.capabilities & {"assign", "steer"}))
    sheets = tuple(dataclasses.replace(sheet, states=tuple(_without(state, hidden) for state in sheet.states)) for sheet in sheets)
    states = [state for sheet in sheets for state in sheet.states]
    people = directory.names(c, [str(s.value) for s in states if s.type == "person" and s.value])
    comments = tuple(event for event in view.events if event.kind in ("commented", "urged"))
    facts, photos, extra = _facts(c, instance_id, deployed), tuple(_photos(sheets)), extra_report.of(c, view.values)
    return Dossier(view, facts, sheets, photos, extra, comments, people)


def _hidden_name(c: Connection, instance_id: int, by: Participant) -> str:
    """The party's name when this person, without a part in the penalty case, may not read it; else ""."""
    try:
        file = case_file.of(c, case_file.above(c, instance_id))
    except NotFound:
        return ""
    name = file.party.name
    return name if masking.name_for(name, file.party.kind, by, file) != name else ""


def _without(state: FieldState, name: str) -> FieldState:
    """The field with the name shortened wherever it stands in what was written."""
    if name and isinstance(state.value, str) and name in state.value:
        return dataclasses.replace(state, value=state.value.replace(name, masking.short(name)))
    return state


def brief(c: Connection, instance_id: int, by: Participant) -> tuple[Facts | None, tuple[str, ...]]:
    """What was reported and the ids of the newest photos, for whoever works on a step. Raises NotFound."""
    row = cases.peeked(c, instance_id).row
    if not access.may_see(c, by, row):
        raise NotFound(instance=instance_id, person=by.id)
    newest = [one for one in attachments.of(c, instance_id) if one.mime in attachments.TYPES.values()][-BRIEF_PHOTOS:]
    return _facts(c, instance_id, definitions.load(c, row.definition_id)), tuple(one.id for one in newest)


def may_see_file(c: Connection, file_id: str, by: Participant) -> attachments.Attachment:
    """An attachment this person may open: of a case they may see, their own upload, a photo of goods they keep. Raises NotFound."""
    found = attachments.get(c, file_id)
    if found.instance_id is None and found.uploaded_by == by.id:
        return found
    if found.instance_id is None or not (access.may_see(c, by, cases.peeked(c, found.instance_id).row)
                                         or goods.shows_to_keeper(c, found.instance_id, file_id, by)):
        raise NotFound(file=file_id, person=by.id)
    return found


def _facts(c: Connection, instance_id: int, deployed: Deployed) -> Facts | None:
    row = c.execute(select(finding, category.c.display)
                    .outerjoin(category, category.c.code == finding.c.category).where(finding.c.instance_id == instance_id)).first()
    if row is None:
        return None
    main = c.execute(select(finding.c.instance_id, finding.c.number).where(finding.c.instance_id == row.merged_into)).first()
    return Facts(
        row.display or row.category, _choice(deployed, "source", row.source), row.description, row.lon, row.lat, row.address,
        directory.unit_of(c, row.unit_id).name, row.urgent, row.reported_at, row.outcome,
        None if main is None else (main.instance_id, main.number))


def _choice(deployed: Deployed, key: str, value: str) -> str:
    """What the start form of that version calls a chosen value."""
    form = deployed.forms.get(deployed.start_form or "")
    options = (option for field in (form.inputs() if form else ()) if field.key == key for option in field.options)
    return next((option.label for option in options if option.value == value), value)


def _sheets(view: CaseView, deployed: Deployed, confidential: bool) -> Iterator[Sheet]:
    """The report, then every step that was done with a form, in their order."""
    known: dict[str, Any] = {}
    for event in view.events:
        known |= {name: new for name, (_, new) in (event.detail.get("changed") or {}).items()}
        form = deployed.forms.get(_form_of(event, deployed) or "")
        if form is not None:
            values = {**known, **(event.detail.get("values") or {})}
            title = "上报" if event.kind == "started" else str(event.detail.get("item") or "")
            yield Sheet(title, event.name, event.at, tuple(_readable(form, values, confidential)))


def _form_of(event: HistoryEvent, deployed: Deployed) -> str | None:
    """The form that was filled in by what this event tells, if any."""
    if event.kind == "started":
        return deployed.start_form
    element = deployed.spec.elements.get(event.element_id or "") if event.kind == "completed" else None
    return element.gl.get("formRef") if element else None


def _readable(form: Form, values: Mapping[str, Any], confidential: bool) -> Iterator[FieldState]:
    """Fields that have a value, to be read only."""
    states = forms.fields(form, values, stored=values, names={"now": clock.now(), "today": clock.today()})
    for state in _flat(states):
        if state.value in (None, "", [], False) or (confidential and state.key in IN_CONFIDENCE):
            continue
        yield dataclasses.replace(state, mode=Mode.READ)


def _flat(states: Iterable[FieldState]) -> Iterator[FieldState]:
    for state in states:
        if state.type == "group":
            yield from _flat(state.children)
        elif state.key and state.mode != Mode.HIDDEN:
            yield state


def _photos(sheets: Iterable[Sheet]) -> Iterator[Photos]:
    for sheet in sheets:
        for state in sheet.states:
            if state.type == "photo" and state.value:
                yield Photos(f"{sheet.title} · {state.label}", sheet.at, tuple(state.value))
