"""What the law says beside a step: the articles for this item and day, which law applies and why, the grades, the usual steps."""

import datetime as dt
from dataclasses import dataclass
from typing import Any

from flask import render_template
from sqlalchemy import Connection

from engine import clock
from engine.cases import case_file, legal_basis, powers_in_use
from engine.errors import InvalidState
from engine.law import choice, powers, standards
from engine.law.choice import Case, Choice
from engine.law.discretion import Standard
from engine.law.powers import Basis, Power
from engine.law.statutes import Article
from engine.runtime import desk
from web.auth import policy
from web.context import database, me
from web.views.law.room import asked, blueprint, day_of, town_asked

ITEM_ID = 32
"""How long the id of a work item is; codes of the list are shorter."""


@dataclass(frozen=True)
class Assistance:
    """`refused` says why the item cannot be used; then there is no choice."""

    power: Power | None
    act_day: dt.date | None
    decision_day: dt.date
    offered: tuple[tuple[Basis, Article], ...]
    chosen: Choice | None
    refused: str
    standard: Standard | None
    is_first: bool


@blueprint.get("/assist")
@policy("penalties")
def assist() -> Any:
    """For a step of a penalty case (`item` its id), or for a code of the town's list with `act_day` and `party_kind`."""
    with database().reading() as c:
        case = _of_step(c, asked("item")) if len(asked("item")) == ITEM_ID else _of_code(c)
        found = assistance(c, case)
    return render_template("law/_assist.html", found=found, case=case, range_words=choice.range_words)


def _of_step(c: Connection, item_id: str) -> Case:
    """Raises NotFound for a step that this person may not see, or of no penalty case."""
    instance = desk.of(c, item_id, me()).item.instance_id
    file = case_file.seen(c, case_file.above(c, instance), me())
    return legal_basis.question(c, file, clock.today(), {})


def _of_code(c: Connection) -> Case:
    return Case(town_asked(c).id, asked("item"), day_of("act_day"), day_of("decision_day"), asked("party_kind"))


def assistance(c: Connection, case: Case) -> Assistance:
    """Everything for the piece. What the law refuses is said, not raised: the person is still to read why."""
    known = powers.known(c, case.unit_id, case.code)
    standard = standards.in_force(c, case.unit_id, case.code, case.decision_day)
    first = known is not None and powers_in_use.is_first_case(c, case.unit_id, case.code)
    try:
        offered, chosen = choice.offered(c, case), choice.applicable(c, case)
    except InvalidState as refusal:
        return Assistance(known, case.act_day, case.decision_day, (), None, refusal.message, standard, first)
    return Assistance(chosen.power, case.act_day, case.decision_day, offered, chosen, "", standard, first)
