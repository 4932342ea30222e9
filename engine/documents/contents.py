"""What lies in the dossier of a case and in which order: main volume (正卷) and secondary volume (副卷), as FL-15 of the procedures says.

Two orders: RESULT_FIRST (the decision first, then what was sent to the party, evidence, receipts) and CHRONO (as it happened). Single
parts can be put elsewhere by hand.
"""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field

from sqlalchemy import Connection

from engine.cases import evidence
from engine.cases.evidence import Item
from engine.clock import local
from engine.documents import catalogue, receipts, register
from engine.documents.receipts import Receipt
from engine.documents.register import Issued
from engine.errors import InvalidValues
from engine.people import directory

MAIN, SECONDARY = "main", "secondary"
VOLUMES = {MAIN: "正卷", SECONDARY: "副卷"}
RESULT_FIRST, CHRONO = "RESULT_FIRST", "CHRONO"
ORDERS = {RESULT_FIRST: "处罚决定在前", CHRONO: "按时间先后"}
EVIDENCE_ORDER = 540
"""Evidence items come after the records and before the receipts."""


@dataclass(frozen=True)
class Part:
    """One line of the contents. `key` is "document-12" or "evidence-3"; `kind` is "document", "evidence" or "receipt"; `place` is
    the place by the catalogue, `at` when it was made."""

    key: str
    kind: str
    title: str
    number: str
    maker: str
    at: dt.datetime
    volume: str
    place: int
    document: Issued | None = None
    item: Item | None = None
    receipt: Receipt | None = None

    @property
    def day(self) -> dt.date:
        """The day on the contents page, in Asia/Shanghai."""
        return local(self.at).date()


@dataclass(frozen=True)
class Arrangement:
    """How the parts of one dossier are put in order. `moves`: key of a part → {"volume": …, "position": …}."""

    order: str = RESULT_FIRST
    moves: Mapping[str, Mapping[str, object]] = field(default_factory=dict)


def parts(c: Connection, case_id: int, authority: str) -> tuple[Part, ...]:
    """Every part of a case, unordered: issued documents, usable evidence with its files, proofs of service and receipts. Void documents
    and void evidence stay out; the remarks name them."""
    documents = [_document(one, authority) for one in register.of_case(c, case_id) if one.state == register.ISSUED]
    pieces = [one for one in evidence.of(c, case_id) if one.state == evidence.VALID]
    names = directory.names(c, [who for one in pieces for who in one.collectors])
    items = [_item(one, names) for one in pieces]
    made = [_receipt(one, authority) for one in receipts.of_case(c, case_id)]
    return tuple(one for one in (*documents, *items, *made) if one.volume in VOLUMES)


def ordered(found: tuple[Part, ...], arrangement: Arrangement) -> dict[str, tuple[Part, ...]]:
    """The parts by volume, in the order of the arrangement. Raises InvalidValues for an unknown order or volume."""
    if arrangement.order not in ORDERS:
        raise InvalidValues({"order": "请选择卷内顺序：处罚决定在前，或者按时间先后。"})
    return {volume: tuple(_in_order([one for one in found if _volume(one, arrangement) == volume], arrangement)) for volume in VOLUMES}


def _volume(one: Part, arrangement: Arrangement) -> str:
    volume = str(arrangement.moves.get(one.key, {}).get("volume") or one.volume)
    if volume not in VOLUMES:
        raise InvalidValues({"volume": "请选择正卷或者副卷。"})
    return volume


def _in_order(found: list[Part], arrangement: Arrangement) -> list[Part]:
    """As the order says; then those with a position of their own (1 is the first) are put there, the lowest first."""
    chrono = arrangement.order == CHRONO
    found.sort(key=lambda one: (0 if chrono else one.place, one.at, one.place, one.key))
    positions = {one.key: int(str(arrangement.moves[one.key]["position"])) for one in found
                 if arrangement.moves.get(one.key, {}).get("position")}
    rest = [one for one in found if one.key not in positions]
    for one in sorted((one for one in found if one.key in positions), key=lambda one: positions[one.key]):
        rest.insert(positions[one.key] - 1, one)
    return rest


def _document(one: Issued, authority: str) -> Part:
    row = catalogue.of(one.doc_id)
    return Part(f"document-{one.id}", "document", one.name, one.number, authority, one.issued_at or one.made_at, row.volume, row.order,
                document=one)


def _receipt(one: Receipt, authority: str) -> Part:
    row = catalogue.of(one.doc_id)
    return Part(one.key, "receipt", one.title, "", authority, one.at, row.volume, row.order, receipt=one)


def _item(one: Item, names: Mapping[str, str]) -> Part:
    makers = "、".join(names.get(who, who) for who in one.collectors)
    return Part(f"evidence-{one.id}", "evidence", f"{one.kind_words}：{one.title}", "", makers, one.collected_at, MAIN, EVIDENCE_ORDER,
                item=one)
