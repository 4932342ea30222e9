"""Between a finding and its penalty cases: a finding gives rise to one, and hears how it ended."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Connection, bindparam, select

from engine.cases import case_file, closing, penalty
from engine.cases.tables import finding
from engine.clock import local
from engine.runtime import lookup, posting
from engine.runtime.posting import Letter

MESSAGE = "penalty_ended"
OF_ID = select(finding).where(finding.c.instance_id == bindparam("i"))
NUMBERS = select(finding.c.number).where(finding.c.instance_id.in_(bindparam("ids", expanding=True))).order_by(finding.c.number)
TAKEN = ("item", "item_name", "act_day", "act_place", "facts", "officer", "assistant", "rule_set")


def begin_from_finding(c: Connection, payload: Mapping[str, Any]) -> dict[str, Any]:
    """Open a penalty case as a process asks for it. Raises NotFound for an unknown finding."""
    case = lookup.by_number(c, str(payload["finding"]))
    row = c.execute(OF_ID, {"i": case.id}).one()
    known = {"facts": row.description, "act_place": row.address or "", "act_day": local(row.reported_at).date().isoformat()}
    given = {key: value for key, value in payload.items() if (key in TAKEN or key.startswith("party_")) and value not in (None, "")}
    values = {**known, **given, "finding": case.number}
    answer = penalty.begin(c, values, by=None, unit=row.unit_id, finding=case.id)
    return {"penalty": answer["instance"], "penalty_number": answer["number"]}


def report(c: Connection, instance_id: int) -> dict[str, Any]:
    """Send every finding of a case the message that it has ended; it is delivered after this turn. Raises NotFound."""
    one = case_file.of(c, instance_id)
    said = {"penalty": one.instance_id, "penalty_number": one.number, "closure_kind": one.closure_kind,
            "closure": closing.WORDS.get(one.closure_kind or "", "")}
    numbers = c.execute(NUMBERS, {"ids": list(one.findings)}).scalars().all()
    for number in numbers:
        posting.post(c, instance_id, Letter(MESSAGE, {"case_number": number}, said), f"{MESSAGE}-{instance_id}-{number}")
    return {"told": len(numbers)}
