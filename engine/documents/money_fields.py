"""What a case's ledger says for documents: imposed, paid, unpaid, additional fine, each entry with its receipt
(行政处罚法第六十七条至第七十四条)."""

from typing import Any

from sqlalchemy import Connection

from engine.cases import dues
from engine.cases.case_file import Penalty
from engine.documents import shown


def gather(c: Connection, file: Penalty | None) -> dict[str, Any]:
    """The room dues; amounts as words, "0元" where money was imposed and nothing is left."""
    if file is None:
        return {"dues": {}}
    now = dues.of(c, file.instance_id)
    rows = [{"on": shown.day(one.day), "kind": one.words, "amount": shown.amount(one.amount), "receipt": one.receipt,
             "note": "、".join(part for part in (dues.CHANNELS.get(one.channel, ""), one.payer) if part)}
            for one in dues.standing(now.entries)]
    if not now.imposed:
        return {"dues": {"rows": rows}}
    found = {key: shown.amount(value) or "0元" for key, value in (
        ("imposed_text", now.imposed), ("paid_text", now.paid), ("unpaid_text", now.fine_unpaid + now.gains_unpaid),
        ("surcharge_text", now.surcharge), ("daily_text", now.daily))}
    found |= {"unpaid_capital": shown.capital(now.fine_unpaid + now.gains_unpaid), "surcharge_capital": shown.capital(now.surcharge)}
    return {"dues": {**found, "due_on": shown.day(now.due_on), "rows": rows}}
