"""The chain of custody of one piece of evidence: who had it, where, what was done with it. Rows are added, each with the hash of the one
before, so that a missing or changed one is found."""

import datetime as dt
import hashlib
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, bindparam, insert, select

from engine import clock
from engine.cases.case_tables import custody
from engine.clock import UTC
from engine.database import canonical

COLLECTED, HANDED, STORED, SENT, RETURNED, EXAMINED = "collected", "handed", "stored", "sent", "returned", "examined"
LEGAL, TECHNICAL, EXCLUDED, VOID, SHARED = "legal_review", "technical_review", "excluded", "void", "shared"
WORDS = {COLLECTED: "取得", HANDED: "移交", STORED: "入库保管", SENT: "送检", RETURNED: "退回", EXAMINED: "检验", LEGAL: "法制审核通过",
         TECHNICAL: "技术审核通过", EXCLUDED: "排除", VOID: "作废", SHARED: "其他案件引用"}
BY_HAND = frozenset({HANDED, STORED, SENT, RETURNED, EXAMINED})
FIRST = "0" * 64
OF = select(custody).where(custody.c.evidence_id.in_(bindparam("ids", expanding=True))).order_by(custody.c.evidence_id, custody.c.seq)
LAST = select(custody.c.seq, custody.c.h).where(custody.c.evidence_id == bindparam("i")).order_by(custody.c.seq.desc()).limit(1)
ADD = insert(custody)


@dataclass(frozen=True)
class Link:
    """One entry. `holder` is who has it from now on, in words."""

    evidence_id: int
    seq: int
    kind: str
    holder: str
    place: str
    note: str
    at: dt.datetime
    by: str
    prev: str
    h: str

    @property
    def words(self) -> str:
        """What was done: 取得, 移交 …"""
        return WORDS.get(self.kind, self.kind)


@dataclass(frozen=True)
class Move:
    """What is done with a piece of evidence."""

    kind: str
    holder: str = ""
    place: str = ""
    note: str = ""


def append(c: Connection, evidence_id: int, move: Move, by: str) -> Link:
    """Add an entry now. The caller holds the case's lock."""
    before = c.execute(LAST, {"i": evidence_id}).first()
    seq, prev = (before.seq + 1, before.h) if before else (1, FIRST)
    link = Link(evidence_id, seq, move.kind, move.holder, move.place, move.note, clock.now(), by, prev, "")
    row: dict[str, Any] = {"evidence_id": evidence_id, "seq": seq, "kind": move.kind, "holder": move.holder, "place": move.place,
                           "note": move.note, "at": link.at, "by": by, "prev": prev, "h": _hash(link)}
    c.execute(ADD, row)
    return chains(c, [evidence_id])[evidence_id][-1]


def chains(c: Connection, evidence_ids: list[int]) -> dict[int, tuple[Link, ...]]:
    """The entries of each piece, oldest first."""
    found: dict[int, list[Link]] = {one: [] for one in evidence_ids}
    for row in c.execute(OF, {"ids": evidence_ids}):
        found[row.evidence_id].append(Link(*row))
    return {one: tuple(links) for one, links in found.items()}


def broken(links: tuple[Link, ...]) -> int | None:
    """The number of the first entry that does not continue its chain; None for a whole one."""
    prev = FIRST
    for number, link in enumerate(links, 1):
        if link.seq != number or link.prev != prev or _hash(link) != link.h:
            return number
        prev = link.h
    return None


def _hash(link: Link) -> str:
    said = [link.evidence_id, link.seq, link.kind, link.holder, link.place, link.note,
            link.at.astimezone(UTC).isoformat(timespec="milliseconds"), link.by]
    return hashlib.sha256((link.prev + canonical(said)).encode()).hexdigest()
