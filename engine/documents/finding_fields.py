"""What the steps of a finding say for a document that is issued before any penalty case is filed: the order to correct (责令改正通知书).

There is no case file yet, so party, facts and officers are those the steps recorded: the variables party_kind, party_name, order_facts,
officer and assistant (see docs/documents.md). Nothing that identifies the party further than its name is a variable.
"""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Connection

from engine.cases import parties
from engine.cases.case_file import OFFICERS
from engine.cases.parties import Party
from engine.documents import case_fields
from engine.runtime import case as cases


def gather(c: Connection, instance_id: int, known: Mapping[str, Any]) -> dict[str, Any]:
    """The rooms case, party and officers. `known`: variables and values of the step."""
    row = cases.peeked(c, instance_id).row
    return {"case": {"number": row.business_key, "title": row.title, "facts": str(known.get("order_facts") or "")},
            "party": _party(known), "officers": case_fields.officers(c, officers(known))}


def officers(known: Mapping[str, Any]) -> tuple[str, ...]:
    """Ids of the officers who were named when the finding was taken over."""
    return tuple(str(known[key]) for key in OFFICERS if known.get(key))


def _party(known: Mapping[str, Any]) -> dict[str, Any]:
    kind, name = str(known.get("party_kind") or ""), str(known.get("party_name") or "").strip()
    if kind not in parties.KINDS or not name:
        return {}
    nothing = dict.fromkeys(("subject", "gender", "id_kind", "id_number", "identity_reason", "guardian", "legal_representative", "operator",
                             "address", "phone"), "")
    return case_fields.party(Party(id=0, kind=kind, name=name, birth=None, capacity="full", **nothing))


def names(data: Mapping[str, Any]) -> tuple[str, ...]:
    """Ids of the officers that an issued document names."""
    return tuple(str(one.get("id")) for one in data.get("officers") or () if one.get("id"))

