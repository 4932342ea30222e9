"""What an officer starts beside a penalty case: compulsory measures, preserved evidence, appraisal, transfer, remedies.

Each is a process of its own whose parent is the case. A case cannot close while one is open.
"""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection

from engine import clock, definitions, forms
from engine.cases import case_file, closing, rule_days
from engine.cases.case_file import EXTERNAL, Penalty
from engine.cases.closing import Measure
from engine.clock import SHANGHAI
from engine.definitions import Deployed
from engine.errors import DeadlineRefused, InvalidState, NotAllowed, NotFound
from engine.people import Participant, directory
from engine.runtime import case as cases
from engine.runtime import parameters
from engine.runtime.commands import Opening, keeping, open_case
from engine.runtime.commands.keeping import Paper, Stretch

COMPULSORY, PRESERVATION, APPRAISAL, REMEDY = "compulsory_measure", "evidence_preservation", "appraisal", "remedy"
CASE_TRANSFER, CRIME_TRANSFER, STOP = "case_transfer", "crime_transfer", "enforcement_stop"
KEYS = (COMPULSORY, PRESERVATION, APPRAISAL, CASE_TRANSFER, CRIME_TRANSFER, REMEDY, STOP)
BEFORE_DECISION = (COMPULSORY, PRESERVATION, APPRAISAL, CASE_TRANSFER, CRIME_TRANSFER)
MEASURE_BASIS = "measure_basis"
"""Parameter: the article of a law or local regulation that lets this town seal or seize; empty where there is none."""
DECISION_RULE = "DL-C6"


@dataclass(frozen=True)
class Offer:
    """A measure as the page of a case offers it. `reason` says why it may not be started now, "" when it may."""

    key: str
    name: str
    reason: str


def open_of(c: Connection, case_id: int) -> tuple[Measure, ...]:
    """What still runs under a case."""
    return closing.open_measures(c, case_id)


def offers(c: Connection, case_id: int, by: Participant) -> tuple[Offer, ...]:
    """The measures that this person could start from a case now, and why not the others. A measure without any basis in this town
    is not offered at all (S21-2)."""
    one = case_file.of(c, case_id)
    found = []
    for key in KEYS:
        deployed = _deployed(c, key)
        if deployed is not None and _has_basis(c, deployed, one):
            found.append(Offer(key, deployed.name, _hindrance(one, deployed, by)))
    return tuple(found)


def begin(c: Connection, case_id: int, key: str, values: Mapping[str, Any], by: Participant) -> dict[str, Any]:
    """Start a measure from a case. values: those of its start form. Answers {"instance", "revision", "number", "title"}.

    A reconsideration or a suit may come after the case is closed or archived: it is a record of its own beside the sealed file.
    Raises NotFound, NotAllowed (not an officer of the case), InvalidState (frozen, no local basis: 行政强制法第十条), InvalidValues.
    """
    one = case_file.of(c, case_id) if key == REMEDY else case_file.open_file(c, case_id)
    if key not in KEYS:
        raise NotFound("没有这种措施。", process=key)
    deployed = definitions.latest(c, key)
    if not _has_basis(c, deployed, one):
        raise InvalidState("行政强制法第十条、第十七条：查封、扣押须由法律、法规设定。本镇街没有登记可以依据的地方性法规条款，不能采取。",
                           instance=case_id)
    if reason := _hindrance(one, deployed, by):
        raise NotAllowed(reason, instance=case_id, person=by.id)
    clean = _checked(c, deployed, values, one)
    opening = Opening(one.unit_id, title=f"{deployed.name}：{one.title}"[:200], parent=case_id)
    return open_case(c, deployed, {**known_of(c, one), **clean}, opening, by=by)


def known_of(c: Connection, one: Penalty) -> dict[str, Any]:
    """What a process started from a case knows of it: nothing that identifies the party further than its name."""
    officer, assistant = (*one.officers, None, None)[:2]
    return {"parent_number": one.number or one.title, "parent_key": cases.peeked(c, one.instance_id).row.business_key,
            "case_instance": one.instance_id, "officer": officer, "assistant": assistant,
            "item": one.item, "item_name": one.item_name, "rule_set": one.rule_set, "party_kind": one.party.kind,
            "party_name": one.party.name, "case_title": one.title}


def exclude(c: Connection, case_id: int, days: tuple[dt.date, dt.date], paper: Paper, by: Participant) -> dict[str, Any]:
    """Take the days between two days out of the time to decide (DL-C6) of a case.

    Raises DeadlineRefused when its rule set knows no such ground (S06-1), or the case has no such clock.
    """
    found = rule_days.running(c, case_id, DECISION_RULE)
    if found is None:
        raise DeadlineRefused("案件的办案期限没有在计算，不需要扣除。", rule=DECISION_RULE)
    begin_at, end_at = (dt.datetime.combine(day, dt.time(), SHANGHAI) for day in days)
    return keeping.exclude_period(c, found.id, Stretch(begin_at, end_at), paper, by=by)


def _deployed(c: Connection, key: str) -> Deployed | None:
    try:
        return definitions.latest(c, key)
    except NotFound:
        return None


def _has_basis(c: Connection, deployed: Deployed, one: Penalty) -> bool:
    """Only sealing and seizing need an article that this town has entered."""
    if deployed.key != COMPULSORY:
        return True
    return bool(str(_param(c, deployed, one).get(MEASURE_BASIS) or "").strip())


def _hindrance(one: Penalty, deployed: Deployed, by: Participant) -> str:
    if one.frozen_at is not None and deployed.key != REMEDY:
        return "案件已经结案，案卷已封存。"
    if one.status == EXTERNAL and deployed.key != REMEDY:
        return "案件正在移送中，等对方答复。"
    allowed = any(post.role in deployed.start_roles and one.unit_path.startswith(post.unit_path) for post in by.posts)
    if not allowed or not (case_file.may_write(one, by) or deployed.key == REMEDY and by.has("legal_reviewer")):
        return "由本案承办人、协办人或者本镇街负责人发起；复议、诉讼也可以由法制员登记。"
    return ""


def _checked(c: Connection, deployed: Deployed, values: Mapping[str, Any], one: Penalty) -> dict[str, Any]:
    form = deployed.forms.get(deployed.start_form or "")
    if form is None:
        return {}
    names = {"param": _param(c, deployed, one), "now": clock.now(), "today": clock.today()}
    return forms.validate(form, values, access=deployed.start_access, names=names)


def _param(c: Connection, deployed: Deployed, one: Penalty) -> dict[str, Any]:
    return parameters.in_force(c, deployed.parameters, directory.unit_of(c, one.unit_id).path)
