"""Every edition of an article's text: who wrote it down, when and why, and who compared it with the official text.

The row of an article is its newest edition. A correction adds an edition, changes no older one, and asks for a new review by somebody else
than whoever wrote it; what was issued before goes on citing the edition of its day.
"""

import datetime as dt
import difflib
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, bindparam, insert, select, update

from engine import clock
from engine.errors import Conflict, InvalidValues, NotFound
from engine.law.tables import article, article_review
from engine.law.tables import edition as table

SHORTEST_WHY = 4
NO_REASON = "请写明更正的理由，例如“录入时漏字，依国家法律法规数据库更正”。"
OF_ARTICLE = select(table).where(table.c.article_id == bindparam("a")).order_by(table.c.edition)
REVIEWS = (select(article_review).where(article_review.c.article_id == bindparam("a"))
           .order_by(article_review.c.edition, article_review.c.id))
ADD = insert(table)
REVIEW = insert(article_review)
CHUNK = re.compile(r"[^。；，、：\n]*[。；，、：\n]?")
LONGEST_BY_SIGN = 2_000  # signs; longer changed stretches are shown as one replaced by the other
SAME, GONE, NEW = "same", "gone", "new"


@dataclass(frozen=True)
class Review:
    """Somebody compared one edition with the official text. `by` "": with the product."""

    by: str
    at: dt.datetime
    note: str


@dataclass(frozen=True)
class Edition:
    """One edition. `number` counts from 1; `why` "" for a first one; `by` None: from the product or the command line."""

    article_id: int
    number: int
    text: str
    valid_to: dt.date | None
    successor: str
    tag: str
    source: str
    why: str
    by: str | None
    at: dt.datetime
    reviews: tuple[Review, ...]


@dataclass(frozen=True)
class Piece:
    """A stretch of two compared texts: in both, only in the older, only in the newer."""

    kind: str
    text: str


def of(c: Connection, article_id: int) -> tuple[Edition, ...]:
    """All editions of one version of an article, the oldest first; empty for an unknown one."""
    reviews = c.execute(REVIEWS, {"a": article_id}).all()
    return tuple(
        Edition(row.article_id, row.edition, row.text, dt.date.fromisoformat(row.valid_to) if row.valid_to else None, row.successor,
                row.tag, row.source, row.why, row.made_by, row.made_at,
                tuple(Review(one.reviewed_by, one.reviewed_at, one.note) for one in reviews if one.edition == row.edition))
        for row in c.execute(OF_ARTICLE, {"a": article_id}))


def one(c: Connection, article_id: int, number: int) -> Edition:
    """The edition that something cited. Raises NotFound."""
    found = next((each for each in of(c, article_id) if each.number == number), None)
    if found is None:
        raise NotFound("没有这一次文本，请从法条库重新打开。", article=article_id, edition=number)
    return found


def add_first(c: Connection, row: Mapping[str, Any], by: str | None) -> int:
    """A version of an article that is new, with its first edition; answers its id."""
    made = int(c.execute(insert(article).returning(article.c.id), {**row, "edition": 1, "review_note": ""}).scalar_one())
    _keep(c, made, 1, row, ("", by))
    return made


def add_next(c: Connection, article_id: int, row: Mapping[str, Any], *, base: int, why: str, by: str | None) -> None:
    """Correct a version of an article: what it says now is kept as its next edition, not reviewed by anybody.

    row: text, valid_to, successor, tag, source. base: the edition that was looked at. Raises Conflict (corrected meanwhile), InvalidValues
    (no reason).
    """
    if len(why.strip()) < SHORTEST_WHY:
        raise InvalidValues({"why": NO_REASON}, NO_REASON)
    fresh = {"edition": base + 1, "reviewed_by": None, "reviewed_at": None, "review_note": ""}
    done = c.execute(update(article).where(article.c.id == article_id, article.c.edition == base).values({**row, **fresh}))
    must_be_newest(base if done.rowcount == 1 else 0, base, article_id)
    _keep(c, article_id, base + 1, row, (why.strip(), by))


def must_be_newest(newest: int, seen: int, article_id: int) -> None:
    """Raises Conflict for somebody who looked at an edition that is not the newest any more."""
    if seen != newest:
        raise Conflict("这一条刚刚被更正过。请刷新页面，看过新的文本后再办理。", article=article_id)


def keep_review(c: Connection, article_id: int, edition: int, *, by: str, note: str) -> None:
    """Write down that somebody compared an edition with the official text; an older review of it stays."""
    now = clock.now()
    c.execute(REVIEW, {"article_id": article_id, "edition": edition, "note": note, "reviewed_by": by, "reviewed_at": now})
    c.execute(update(article).where(article.c.id == article_id).values(reviewed_by=by, reviewed_at=now, review_note=note))


def compare(older: str, newer: str) -> tuple[Piece, ...]:
    """What changed between two texts, clause by clause and within a changed clause sign by sign."""
    before, after = _chunks(older), _chunks(newer)
    found: list[Piece] = []
    for what, a, b, x, y in difflib.SequenceMatcher(None, before, after, autojunk=False).get_opcodes():
        was, now = "".join(before[a:b]), "".join(after[x:y])
        found += [Piece(SAME, was)] if what == "equal" else _signs(was, now)
    return tuple(_joined(found))


def _keep(c: Connection, article_id: int, number: int, row: Mapping[str, Any], reason: tuple[str, str | None]) -> None:
    said = {key: row[key] for key in ("text", "valid_to", "successor", "tag", "source")}
    c.execute(ADD, {**said, "article_id": article_id, "edition": number, "why": reason[0], "made_by": reason[1], "made_at": clock.now()})


def _chunks(text: str) -> list[str]:
    return [part for part in CHUNK.findall(text) if part]


def _signs(was: str, now: str) -> list[Piece]:
    if max(len(was), len(now)) > LONGEST_BY_SIGN:
        return [Piece(GONE, was), Piece(NEW, now)]
    found = []
    for what, a, b, x, y in difflib.SequenceMatcher(None, was, now, autojunk=False).get_opcodes():
        found += [Piece(SAME, was[a:b])] if what == "equal" else [Piece(GONE, was[a:b]), Piece(NEW, now[x:y])]
    return found


def _joined(pieces: Sequence[Piece]) -> Iterator[Piece]:
    """Neighbours of a kind are one piece; empty ones are none."""
    kept: Piece | None = None
    for piece in pieces:
        if not piece.text:
            continue
        if kept and kept.kind == piece.kind:
            kept = Piece(kept.kind, kept.text + piece.text)
            continue
        if kept:
            yield kept
        kept = piece
    if kept:
        yield kept
