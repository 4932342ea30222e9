"""The seven papers of the grid loop (DOC-G1 to G7): reporting, persuasion, assessment, dispatch, feedback, verification, return visit.

They are no enforcement documents: nothing is numbered, served or issued. Each is printed from what the steps of the finding recorded,
as often as wanted and with the same words, for whoever may see the finding.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Connection

from engine.cases import dossier
from engine.cases.dossier import Dossier, Sheet
from engine.clock import local
from engine.documents import case_fields, catalogue, rendering, shown, templates
from engine.documents.rendering import Job, Made
from engine.errors import NotFound
from engine.forms import FieldState
from engine.people import Participant


@dataclass(frozen=True)
class _Paper:
    """Made of the last step whose form has `key`; `fields`: the paper's own name → the form's field; `says`: what it always says."""

    doc: str
    key: str
    fields: dict[str, str] = field(default_factory=dict)
    says: dict[str, str] = field(default_factory=dict)


PAPERS = (
    _Paper("DOC-G1", "category"),
    _Paper("DOC-G2", "correction_outcome", {"reaction": "correction_words"}, {"advice": "改正上面说到的情况，以后不再发生。"}),
    _Paper("DOC-G3", "area_outcome", {"judgement": "area_outcome", "reason": "area_note"}),
    _Paper("DOC-G4", "accept_outcome", {"requirement": "accept_note", "unit": "transfer_department"}),
    _Paper("DOC-G6", "onsite_outcome", {"result": "onsite_outcome", "reason": "onsite_facts", "photos": "photos_onsite"}),
    _Paper("DOC-G6", "recheck_outcome", {"result": "recheck_outcome", "reason": "recheck_note", "photos": "photos_recheck"}),
    _Paper("DOC-G6", "grid_check_outcome", {"result": "grid_check_outcome", "reason": "grid_check_note", "photos": "photos_check"}),
    _Paper("DOC-G5", "close_outcome", {"handling": "close_note", "result": "close_outcome"}),
    _Paper("DOC-G7", "visit_outcome", {"satisfied": "visit_outcome", "opinion": "visit_words", "contacted": "visit_outcome"}),
)


@dataclass(frozen=True)
class Printable:
    """A paper that can be printed now: `key` names it in an address, `step` and `by` say what it tells of."""

    key: str
    name: str
    step: str
    by: str


def available(found: Dossier) -> tuple[Printable, ...]:
    """The papers of a finding whose steps were done, in the order of the loop. None for a case that is no finding."""
    if found.facts is None:
        return ()
    return tuple(Printable(one.key, catalogue.of(one.doc).name, sheet.title, sheet.name or "") for one, sheet in _done(found))


def make(c: Connection, instance_id: int, key: str, by: Participant) -> tuple[str, Made]:
    """(its name, the PDF). Raises NotFound when this person may not see the finding or the step was not done."""
    found = dossier.of(c, instance_id, by)
    one, sheet = next(((one, sheet) for one, sheet in _done(found) if one.key == key and found.facts is not None), (None, None))
    if one is None or sheet is None:
        raise NotFound("这一步还没有办，没有这份单据。请返回事件页查看。", instance=instance_id, paper=key)
    document = catalogue.of(one.doc)
    town = case_fields.town_of(c, instance_id)
    data = {"document": {"name": document.name, "number": "", "date": shown.day(local(sheet.at).date().isoformat())},
            "authority": {"name": town.name}, "finding": _finding(found), "form": _form(one, sheet, found)}
    return document.name, rendering.render(templates.shipped(document), Job(data, sheet.at))


def _done(found: Dossier) -> Iterator[tuple[_Paper, Sheet]]:
    for one in PAPERS:
        sheet = next((sheet for sheet in reversed(found.sheets) if any(state.key == one.key for state in sheet.states)), None)
        if sheet is not None:
            yield one, sheet


def _finding(found: Dossier) -> dict[str, str]:
    facts = found.facts
    assert facts is not None
    first = found.sheets[0].states if found.sheets else ()
    return {"number": found.case.line.number, "category": facts.category, "place": facts.address or facts.grid,
            "description": facts.description, "reported_at": shown.moment(local(facts.reported_at).strftime("%Y-%m-%dT%H:%M")),
            "reporter": (found.sheets[0].name or "") if found.sheets else "", "urgent": "是" if facts.urgent else "",
            "photos": next((_words(state) for state in first if state.type == "photo"), "")}


def _form(one: _Paper, sheet: Sheet, found: Dossier) -> dict[str, str]:
    states = {state.key: state for state in sheet.states}
    person = next((state for state in (found.sheets[0].states if found.sheets else ()) if state.key == "party_name"), None)
    told = {name: _words(states[key]) for name, key in one.fields.items() if key in states}
    return {**one.says, **told, **({"person": _words(person)} if person is not None else {})}


def _words(state: FieldState) -> str:
    """A value as people read it: labels of choices, how many pictures."""
    value: Any = state.value
    if state.type in ("photo", "file"):
        return f"{len(value)} 张" if isinstance(value, list) and value else ""
    labels = {option.value: option.label for option in state.options}
    if isinstance(value, list):
        return "、".join(str(labels.get(entry, entry)) for entry in value)
    return str(labels.get(value, value)) if value is not None else ""
