"""Changing an officer of a case (更换办案人): approved by a leader, with its reason, and never by whoever comes in or goes out."""

from typing import Any

from sqlalchemy import Connection

from engine.cases import case_file, duties
from engine.cases.case_file import KEEPERS_OF_ORDER, OFFICERS, Penalty
from engine.cases.duties import Change
from engine.errors import InvalidState, InvalidValues, NotAllowed
from engine.people import Participant, directory
from engine.runtime.commands.replacing import replace_person

ROLE = "case_officer"


def change(c: Connection, instance_id: int, new: Change, by: Participant) -> Penalty:
    """Put another person in as officer or assistant; `by` approves it. Open steps go over, the record keeps both names and the reason.

    Raises NotFound, NotAllowed (no leader of the town), InvalidValues (no reason, no such duty), InvalidState (frozen; the person is the
    other officer, has another part in the case that excludes it, or is no case officer of the town).
    """
    case, one = case_file.held(c, instance_id, by)
    _may_approve(one, by)
    reason = new.reason.strip()
    if new.duty not in OFFICERS or not reason or not new.person_id:
        raise InvalidValues({"officer_reason": "请选择更换承办人还是协办人、由谁接替，并写明理由。"})
    person = directory.participant(c, new.person_id)
    _may_come_in(one, person, new, by)
    old = dict(zip(OFFICERS, one.officers, strict=False)).get(new.duty, "")
    duties.take(c, instance_id, Change(new.duty, person.id, reason, by.id, by.id))
    case_file.change(c, instance_id, **{new.duty: person.id})
    names = directory.names(c, [old])
    text = f"批准将{duties.WORDS[new.duty]}由{names.get(old, '（未定）')}更换为{person.name}，理由：{reason}"
    replace_person(case, old, person.id, {new.duty: person.id}, text=text, duty=new.duty, before=old, after=person.id)
    return case_file.of(c, instance_id)


def replacements(c: Connection, one: Penalty, by: Participant) -> tuple[Participant, ...]:
    """Whom this person may put in as an officer of the case; nobody where it is not theirs to approve, or the file is frozen."""
    if one.frozen_at is not None or not _leads(one, by):
        return ()
    return tuple(person for person in directory.holders(c, ROLE, one.unit_id) if person.id not in (*one.officers, by.id))


def _leads(one: Penalty, by: Participant) -> bool:
    leads = any(post.role in KEEPERS_OF_ORDER and one.unit_path.startswith(post.unit_path) for post in by.posts)
    return leads and by.id not in one.officers


def _may_approve(one: Penalty, by: Participant) -> None:
    if not _leads(one, by):
        raise NotAllowed("更换办案人由队长或者机关负责人批准，本案办案人不能自行更换。", instance=one.instance_id, person=by.id)


def _may_come_in(one: Penalty, person: Participant, new: Change, by: Participant) -> None:
    detail: dict[str, Any] = {"instance": one.instance_id, "person": person.id}
    if person.id in one.officers:
        raise InvalidState(f"行政处罚法第四十二条：执法人员不得少于两人。{person.name}已经是本案办案人，请另选一人。", **detail)
    if person.id == by.id:
        raise InvalidState("批准人不能把自己换为本案办案人，请由其他负责人批准。", **detail)
    if not any(post.role == ROLE and one.unit_path.startswith(post.unit_path) for post in person.own_posts):
        raise InvalidState(f"{person.name}不是本镇街的办案人员，不能承办本案。", **detail)
