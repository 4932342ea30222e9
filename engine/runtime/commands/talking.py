"""Words on a case that move nothing: a remark, and a reminder to whoever has a work item (留言、催办)."""

import datetime as dt
from typing import Any

from sqlalchemy import Connection, bindparam, select, update

from engine.database import UTCDateTime
from engine.errors import InvalidState, InvalidValues, NotAllowed, NotFound
from engine.people import Participant
from engine.runtime import access
from engine.runtime import case as cases
from engine.runtime.commands.wording import stated
from engine.runtime.tables import record, work_item

LONGEST = 2000
BETWEEN = dt.timedelta(hours=1)
URGE = update(work_item).where(work_item.c.id == bindparam("i")).values(urged=work_item.c.urged + 1)
URGED = select(record.c.at).where(
    record.c.instance_id == bindparam("i"),
    record.c.kind == "urged",
    record.c.actor == bindparam("person"),
    record.c.element_id == bindparam("element"),
    record.c.at > bindparam("since", type_=UTCDateTime),
)


def comment(c: Connection, instance_id: int, text: str, *, by: Participant) -> dict[str, Any]:
    """Add a remark to the record; whoever may see the case may do so, also after its end. It can never be taken back."""
    said = text.strip()
    if not said or len(said) > LONGEST:
        raise InvalidValues({"text": f"请填写留言，最多 {LONGEST} 字。"})
    case = access.seen_case(c, instance_id, by)
    cases.involve(case, [by.id])
    case.story.tell("commented", None, text=said)
    return case.save()


def urge(c: Connection, item_id: str, *, by: Participant, reason: str = "") -> dict[str, Any]:
    """Remind whoever has a work item, at most once an hour per person and step.

    For the person who reported the case, and for posts that urge in that area. Raises NotFound, NotAllowed, InvalidState.
    """
    case, item = cases.locked_with_item(c, item_id, by=by)
    if not access.may_see(c, by, case.row):
        raise NotFound(item=item_id, person=by.id)
    access.must_be_open(c, item)
    if not by.may("urge", item.unit_path) and case.row.started_by != by.id:
        raise NotAllowed("只有上报人、督办和指挥岗位可以催办。", item=item_id, person=by.id)
    asked = {"i": case.id, "person": by.id, "element": item.element_id, "since": case.at - BETWEEN}
    if c.execute(URGED, asked).first() is not None:
        raise InvalidState("一小时内已经催办过，请稍后再催。", item=item_id)
    c.execute(URGE, {"i": item_id})
    cases.involve(case, [by.id])
    case.story.tell("urged", item.element_id, key=item_id, item=item.name, reason=stated(reason))
    return case.save(item=item_id, urged=item.urged + 1)
