"""Papers of the dossier that no step makes: proofs of service and the register of receipts, printed from what was recorded."""

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection

from engine.cases import dues
from engine.documents import catalogue, fields, register, rendering, shown, templates
from engine.documents.register import ISSUED, METHODS, Issued, Service
from engine.people import directory

PROOF, RECEIPTS = "DOC-31", "DOC-34b"


@dataclass(frozen=True)
class Receipt:
    """One paper: which document of the catalogue, what it is called in the contents, when it was recorded, its words."""

    key: str
    doc_id: str
    title: str
    at: dt.datetime
    data: dict[str, Any]

    def pdf(self) -> bytes:
        """The paper as it is printed; the same bytes every time."""
        one = catalogue.of(self.doc_id)
        data = fields.blanks(one, {**self.data, "document": {"name": one.name, "number": "", "date": shown.day(self.at)}})
        return rendering.render(templates.shipped(one), rendering.Job(data, self.at)).body


def of_case(c: Connection, case_id: int) -> tuple[Receipt, ...]:
    """A proof for every attempt at service that no signed proof covers, and the register of receipts when money was imposed."""
    base = fields.gather(c, case_id, values={}, variables={})
    return (*_proofs(c, case_id, base), *_money(c, case_id, base))


def _proofs(c: Connection, case_id: int, base: dict[str, Any]) -> Iterator[Receipt]:
    issued = [one for one in register.of_case(c, case_id) if one.state == ISSUED]
    covered = {str(one.data.get("service", {}).get("document_number") or "") for one in issued if one.doc_id == PROOF}
    for one in issued:
        for found in register.services(c, one.id):
            if not one.number or one.number not in covered:
                data = {**base, "service": _service(c, one, found)}
                yield Receipt(f"service-{found.id}", PROOF, f"送达回证（{one.name}）", found.recorded_at, data)


def _service(c: Connection, one: Issued, found: Service) -> dict[str, str]:
    more = found.more
    names = directory.names(c, found.servers)
    served = "、".join(names.get(person, person) for person in found.servers)
    photos = f"{len(more.get('photos') or ())} 张照片" if more.get("photos") else ""
    return {"document_name": one.name, "document_number": one.number, "method_text": METHODS[found.method],
            "place": str(more.get("place") or ""), "on": shown.day(found.on),
            "effective_on": shown.day(found.served_on) if found.served_on else "没有送达", "servers": served,
            "receiver": found.receiver, "relation": str(more.get("relation") or ""), "refusal": str(more.get("reason") or ""),
            "witness": str(more.get("witness") or ""), "photos": photos + ("、录像" if more.get("video") else ""),
            "tracking": str(more.get("tracking") or "")}


def _money(c: Connection, case_id: int, base: dict[str, Any]) -> Iterator[Receipt]:
    known = dues.entries(c, case_id)
    issued = {one.doc_id for one in register.of_case(c, case_id) if one.state == ISSUED}
    if known and RECEIPTS not in issued:
        yield Receipt("receipts", RECEIPTS, catalogue.of(RECEIPTS).name, known[-1].at, base)
