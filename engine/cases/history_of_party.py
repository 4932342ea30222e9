"""What a party did before, as far as this system knows: earlier cases, the first offence, a fine for the same act (一事不二罚款)."""

import datetime as dt
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, bindparam, or_, select

from engine.cases import proposals
from engine.cases.case_file import Penalty
from engine.cases.case_tables import penalty, proposal

OF_SUBJECT = (select(penalty).where(penalty.c.subject == bindparam("subject"), penalty.c.subject != "",
                                    penalty.c.instance_id != bindparam("i")).order_by(penalty.c.instance_id))
BY_NAME = (select(penalty).where(penalty.c.party_name == bindparam("name"), penalty.c.act_day == bindparam("day"),
                                 penalty.c.instance_id != bindparam("i")).order_by(penalty.c.instance_id))
OUTCOME = (select(proposal.c.instance_id, proposal.c.stage, proposal.c.fine)
           .where(proposal.c.instance_id.in_(bindparam("ids", expanding=True)),
                  or_(proposal.c.stage == proposals.DECISION, proposal.c.stage == proposals.NO_PENALTY))
           .order_by(proposal.c.id))
DROPPED = frozenset({"not_established", "withdrawn", "not_filed", "converted", "let_off"})


@dataclass(frozen=True)
class Earlier:
    """Another case of the same party. `outcome`: decision, no_penalty or "" while nothing is decided; `fine` in 分."""

    instance_id: int
    number: str
    title: str
    item: str
    act_day: str | None
    act_place: str
    filed_on: str | None
    status: str
    closure_kind: str | None
    outcome: str
    fine: int


def of(c: Connection, one: Penalty) -> tuple[Earlier, ...]:
    """All other cases of the party, in every town of this system, oldest first."""
    return _earlier(c, c.execute(OF_SUBJECT, {"subject": one.party.subject, "i": one.instance_id}).all())


def is_first_offence(c: Connection, one: Penalty, days: int | None, today: dt.date) -> bool:
    """Nothing was decided against the party in the same matter within so many days before, or ever (None)
    (初次违法, 行政处罚法第三十三条第一款)."""
    since = (today - dt.timedelta(days=days)).isoformat() if days is not None else ""
    return not any(case.item == one.item and case.outcome and (case.act_day or case.filed_on or "") >= since for case in of(c, one))


def same_act(c: Connection, one: Penalty) -> tuple[Earlier, ...]:
    """Cases that may be about the same act (行政处罚法第二十九条): the same party in the same matter on the same day, or on the same day
    at the same place in whatever matter; those dropped do not count."""
    day = one.act_day.isoformat() if one.act_day else None
    rows = {row.instance_id: row for row in c.execute(OF_SUBJECT, {"subject": one.party.subject, "i": one.instance_id})}
    if day:
        named = c.execute(BY_NAME, {"name": one.party.name, "day": day, "i": one.instance_id})
        rows |= {row.instance_id: row for row in named if not _told_apart(row.subject, one.party.subject)}
    alike = [row for row in rows.values() if row.closure_kind not in DROPPED and row.act_day == day
             and (row.item == one.item or _place(row.act_place) == _place(one.act_place))]
    return _earlier(c, alike)


def _earlier(c: Connection, rows: Any) -> tuple[Earlier, ...]:
    said = {row.instance_id: row for row in c.execute(OUTCOME, {"ids": [row.instance_id for row in rows]})}
    return tuple(Earlier(
        row.instance_id, row.number or "", row.title, row.item, row.act_day, row.act_place, row.filed_on, row.status, row.closure_kind,
        said[row.instance_id].stage if row.instance_id in said else "",
        said[row.instance_id].fine if row.instance_id in said else 0) for row in rows)


def _told_apart(first: str, second: str) -> bool:
    """Both are known by a number: people of one name may be two."""
    return not first.startswith("name:") and not second.startswith("name:")


def _place(text: str) -> str:
    return "".join(text.split())
