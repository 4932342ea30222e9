"""Penalty cases as the rest of the program asks for them: beginning one, reading one file.

`Penalty`, `of` and what guards a file are `engine.cases.case_file`'s; lists are `engine.cases.case_list`'s.
"""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Connection, insert

from engine import clock, definitions, forms
from engine.cases import case_file, duties, legal_basis, masking, parties
from engine.cases.case_file import OPEN, STATUS_WORDS, Penalty, amend, held, link, may_write, must_be_open, of, of_finding, open_file, seen
from engine.cases.case_tables import penalty
from engine.cases.duties import Change
from engine.cases.parties import Party
from engine.definitions import Deployed
from engine.errors import InvalidValues, NotAllowed
from engine.people import Participant, directory
from engine.people.directory import Unit
from engine.runtime import case as cases
from engine.runtime import parameters
from engine.runtime.commands import Opening, open_case

__all__ = ["OPEN", "STATUS_WORDS", "Penalty", "amend", "begin", "held", "link", "may_write", "must_be_open",
           "of", "of_finding", "open_file", "seen"]

PROCESS, SUMMARY = "penalty", "summary_penalty"
ADD = insert(penalty)


def begin(c: Connection, values: Mapping[str, Any], *, by: Participant | None, unit: str, finding: int | None = None,
          process: str = PROCESS) -> dict[str, Any]:
    """Open a penalty case with its file, in one transaction. Answers {"instance", "revision", "number", "title"}.

    values: those of the start form: item, party_* (see `parties.read`), act_day, act_place, facts, officer, assistant.
    by: None when a process asks for it. unit: any unit within the town; the case lies with the town, out of reach of the grid.
    finding: the instance of the finding it comes from. process: PROCESS or SUMMARY.
    Raises NotAllowed, InvalidValues, and InvalidState when the officers may not take it.
    """
    deployed = definitions.latest(c, process)
    town = _town(c, unit)
    if by is not None:
        _may_begin(deployed, by, town)
    clean = _checked(c, deployed, values, town) if by is not None else dict(values)
    one = parties.save(c, {"name": parties.UNKNOWN, **parties.read(clean)}, by)
    known = _variables({**legal_basis.facts_of_law(c, town.id, str(clean.get("item") or "")), **_given(clean)}, one)
    opening = Opening(town.id, title=_title(_in_lists(one), known["item_name"]), parent=finding)
    answer = open_case(c, deployed, known, opening, by=by)
    titled = {"title": _title(one.name, known["item_name"])}
    c.execute(ADD, _row(answer, known, town, deployed.key) | titled | case_file.party_columns(one))
    case_file.link(c, answer["instance"], [finding] if finding is not None else [], by.id if by else None)
    _engage(c, answer["instance"], known, by)
    return answer


def _town(c: Connection, unit: str) -> Unit:
    """Raises InvalidValues for a unit above all towns."""
    town = directory.ancestor(c, directory.unit_of(c, unit).path, "town")
    if town is None:
        raise InvalidValues({"unit": "处罚案件由镇街办理，请选择镇街。"})
    return town


def _may_begin(deployed: Deployed, by: Participant, town: Unit) -> None:
    if not any(post.role in deployed.start_roles and town.path.startswith(post.unit_path) for post in by.posts):
        raise NotAllowed(f"您的岗位不能在这里发起“{deployed.name}”。", process=deployed.key, person=by.id, unit=town.id)


def _checked(c: Connection, deployed: Deployed, values: Mapping[str, Any], town: Unit) -> dict[str, Any]:
    form = deployed.forms.get(deployed.start_form or "")
    if form is None:
        return dict(values)
    names = {"param": parameters.in_force(c, deployed.parameters, town.path), "now": clock.now(), "today": clock.today()}
    return forms.validate(form, values, access=deployed.start_access, names=names)


def _variables(values: Mapping[str, Any], one: parties.Party) -> dict[str, Any]:
    """What the process knows: nothing that identifies the party further than its name."""
    kept = {key: value for key, value in values.items() if not key.startswith(parties.PREFIX)}
    known = {"item": "", "act_day": None, "act_place": "", "facts": "", "officer": None, "assistant": None, "rule_set": "", **kept}
    return {**known, "item_name": kept.get("item_name") or known["item"], "party_kind": one.kind, "party_name": one.name}


def _given(values: Mapping[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in values.items() if value not in (None, "")}


def _title(name: str, act: str) -> str:
    """As a file is titled: the party's full name, what was done, and 案."""
    return f"{name}{act}案"[:200]


def _in_lists(one: Party) -> str:
    """The name in lists and notices, which people without a part in the case read too: of a person only the first sign."""
    return one.name if one.kind == parties.ORGANISATION or one.name == parties.UNKNOWN else masking.short(one.name)


def _row(answer: Mapping[str, Any], known: Mapping[str, Any], town: Unit, key: str) -> dict[str, Any]:
    return {
        "instance_id": answer["instance"], "unit_id": town.id, "unit_path": town.path, "process_key": key,
        "item": str(known["item"]), "item_name": str(known["item_name"]), "rule_set": str(known["rule_set"] or ""),
        "officer": known["officer"] or "", "assistant": known["assistant"] or "", "act_day": known["act_day"],
        "act_place": known["act_place"] or "", "facts": known["facts"] or "", "answers": {}, "status": case_file.PREPARING,
        "opened_at": clock.now()}


def _engage(c: Connection, instance_id: int, known: Mapping[str, Any], by: Participant | None) -> None:
    """The officers take their duties, and may read the case from now on."""
    if known["officer"] and known["officer"] == known["assistant"]:
        raise InvalidValues({"assistant": "行政处罚法第四十二条：执法人员不得少于两人，请另选一名协办人。"})
    people = {what: str(known[what]) for what in case_file.OFFICERS if known[what]}
    for what, person in people.items():
        duties.take(c, instance_id, Change(what, person, by=by.id if by else None))
    cases.involve(cases.locked(c, instance_id), people.values())
