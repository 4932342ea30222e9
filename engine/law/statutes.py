"""Articles of statutes by the day they are in force, who has reviewed them, and what may be cited.

An article is named by its statute and number, "STD:1132(1)". Of one article there may be several versions, whose days never overlap.
Laws apply to the day of the act unless the newer is milder (行政处罚法第三十七条): see `choice`.
"""

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, and_, bindparam, or_, select

from engine.errors import InvalidState, InvalidValues, NotFound
from engine.law import citing, editions, loading
from engine.law.tables import article as table
from engine.law.tables import edition, statute
from engine.people import directory

SEPARATOR = ":"
SHORTEST_NOTE, PAGE = 2, 50
CITE_UNREVIEWED = "cite_unreviewed"
"""The parameter by which an administrator lets unreviewed articles be cited in issued documents."""

QUERY = (select(table, statute.c.title, statute.c.short, statute.c.kind, edition.c.made_by)
         .join(statute, statute.c.id == table.c.statute_id)
         .join(edition, and_(edition.c.article_id == table.c.id, edition.c.edition == table.c.edition)))
OF_NUMBER = QUERY.where(table.c.statute_id == bindparam("statute"), table.c.number == bindparam("number")).order_by(table.c.valid_from)


@dataclass(frozen=True)
class Article:
    """One version of an article in its newest edition, written by `made_by`. Days are included; `valid_to` None while in force.
    `statute` is its full title."""

    id: int
    ref: str
    statute_id: str
    statute: str
    short: str
    kind: str
    number: str
    text: str
    valid_from: dt.date
    valid_to: dt.date | None
    successor: str
    tag: str
    source: str
    edition: int
    made_by: str | None
    reviewed_by: str | None
    reviewed_at: dt.datetime | None
    review_note: str

    @property
    def citation(self) -> str:
        """《中华人民共和国消防法》第六十条第一款第五项."""
        return f"《{self.statute}》{citing.words(self.number)}"

    @property
    def is_reviewed(self) -> bool:
        """Legal staff have compared it with the official text."""
        return self.reviewed_at is not None

    def is_in_force(self, day: dt.date) -> bool:
        """On that day."""
        return self.valid_from <= day and (self.valid_to is None or day <= self.valid_to)


def article(c: Connection, ref: str, *, day: dt.date) -> Article:
    """The version in force on a day. Raises NotFound (no such article), InvalidState (not in force then: names what is instead)."""
    found = versions(c, ref)
    for one in found:
        if one.is_in_force(day):
            return one
    raise InvalidState(_not_in_force(found[-1], day), ref=ref, day=day.isoformat())


def versions(c: Connection, ref: str) -> tuple[Article, ...]:
    """All versions, the oldest first. Raises NotFound."""
    statute_id, _, number = ref.partition(SEPARATOR)
    found = tuple(_article(row) for row in c.execute(OF_NUMBER, {"statute": statute_id, "number": number}))
    if not found:
        raise NotFound(f"法条库中没有“{ref}”，请核对条文或先导入。", ref=ref)
    return found


def in_force(c: Connection, refs: Iterable[str], day: dt.date) -> tuple[Article, ...]:
    """Those of these articles that are in force on a day, in the order asked for."""
    found = (one for ref in refs for one in versions(c, ref))
    return tuple(one for one in found if one.is_in_force(day))


def citable(c: Connection, ref: str, *, day: dt.date, unreviewed: bool = False) -> Article:
    """As `article`, for an issued document: refuses an unreviewed one unless the administrator allows it (`unreviewed`, the value of the
    parameter cite_unreviewed). Raises InvalidState."""
    found = article(c, ref, day=day)
    if not found.is_reviewed and not unreviewed:
        raise InvalidState(f"{found.citation}还没有经法制人员与正式文本核对，不能在文书中引用。请法制人员在“法条库”中审核。", ref=ref)
    return found


def search(c: Connection, words: str = "", *, day: dt.date | None = None, page: int = 1) -> Sequence[Article]:
    """A page of articles whose statute, number or text contains all words; with `day`, only those in force then."""
    wanted: list[ColumnElement[bool]] = [
        or_(*(column.contains(word, autoescape=True) for column in (statute.c.title, statute.c.short, table.c.number, table.c.text)))
        for word in words.split()[:8]]
    if day is not None:
        wanted.append(_on(day))
    query = QUERY.where(*wanted).order_by(statute.c.title, table.c.id).limit(PAGE).offset((max(1, page) - 1) * PAGE)
    return [_article(row) for row in c.execute(query)]


def unreviewed(c: Connection) -> int:
    """How many articles nobody has reviewed."""
    return len(c.execute(select(table.c.id).where(table.c.reviewed_at.is_(None))).all())


def review(c: Connection, article_id: int, *, by: str, note: str, edition: int | None = None) -> Article:
    """Say that an article was compared with the official text; `note` says with which; `edition`: the one that was looked at, None the
    newest. The caller has asked for the right and records it.

    Raises NotFound, InvalidValues, Conflict (corrected meanwhile), InvalidState for whoever wrote that edition: a second person looks.
    """
    if len(note.strip()) < SHORTEST_NOTE:
        raise InvalidValues({"note": "请写明与哪个正式文本核对，例如“国家法律法规数据库 2026-09-01”。"})
    found = get(c, article_id)
    editions.must_be_newest(found.edition, found.edition if edition is None else edition, article_id)
    if found.made_by and found.made_by == by:
        raise InvalidState("这一次文本是您录入或者更正的，须由另一名法制人员核对。", article=article_id)
    editions.keep_review(c, article_id, found.edition, by=by, note=note.strip())
    return get(c, article_id)


def correct(c: Connection, article_id: int, values: Mapping[str, Any], *, base: int, by: str) -> Article:
    """Correct what the base says of an article; `values`: text, valid_to (ISO text, "" in force), successor, source, why. The caller has
    asked for the right and records it.

    Raises NotFound, InvalidValues (nothing changed, no reason, two versions in force on one day), Conflict (corrected meanwhile).
    """
    found = get(c, article_id)
    editions.must_be_newest(found.edition, base, article_id)
    row = {"statute_id": found.statute_id, "number": found.number, "valid_from": found.valid_from.isoformat(), "tag": found.tag,
           "text": values["text"].strip(), "valid_to": values["valid_to"] or None, "successor": values["successor"].strip(),
           "source": values["source"].strip()}
    if wrong := _mistakes(c, row, found):
        raise InvalidValues(wrong, "；".join(wrong.values()))
    editions.add_next(c, article_id, row, base=base, why=values["why"], by=by)
    return get(c, article_id)


def get(c: Connection, article_id: int) -> Article:
    """One version by its id. Raises NotFound."""
    row = c.execute(QUERY.where(table.c.id == article_id)).first()
    if row is None:
        raise NotFound("法条库中没有这一条，请刷新后重试。", article=article_id)
    return _article(row)


def _mistakes(c: Connection, row: Mapping[str, Any], found: Article) -> dict[str, str]:
    wrong: dict[str, str] = {}
    if not 1 <= len(row["text"]) <= loading.TEXT_LIMIT:
        wrong["text"] = f"请填写条文内容，不超过 {loading.TEXT_LIMIT} 字。"
    for key, most in (("successor", 60), ("source", 40)):
        if len(row[key]) > most:
            wrong[key] = f"不超过 {most} 字。"
    if row["valid_to"] is not None and not _is_later(row["valid_to"], row["valid_from"]):
        wrong["valid_to"] = f"失效前最后一天应为不早于 {row['valid_from']} 的日期。"
    same = (row["text"], row["valid_to"], row["successor"], row["source"]) == (
        found.text, found.valid_to.isoformat() if found.valid_to else None, found.successor, found.source)
    if same:
        wrong["text"] = "与现在的文本相同，没有需要更正的内容。"
    if not wrong and (clash := next(loading.overlaps(c, row, [row]), "")):
        wrong["valid_to"] = f"{clash}。"
    return wrong


def _is_later(text: str, first: str) -> bool:
    try:
        return first <= dt.date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False


def reviewer_name(c: Connection, one: Article) -> str:
    """Who has reviewed it, by name."""
    return directory.names(c, [one.reviewed_by]).get(one.reviewed_by, one.reviewed_by) if one.reviewed_by else ""


def _on(day: dt.date) -> ColumnElement[bool]:
    said = day.isoformat()
    return and_(table.c.valid_from <= said, or_(table.c.valid_to.is_(None), table.c.valid_to >= said))


def _article(row: Row[tuple[object, ...]]) -> Article:
    return Article(
        row.id, f"{row.statute_id}{SEPARATOR}{row.number}", row.statute_id, row.title, row.short, row.kind, row.number, row.text,
        dt.date.fromisoformat(row.valid_from), dt.date.fromisoformat(row.valid_to) if row.valid_to else None, row.successor, row.tag,
        row.source, row.edition, row.made_by, row.reviewed_by, row.reviewed_at, row.review_note)


def _not_in_force(one: Article, day: dt.date) -> str:
    if day < one.valid_from:
        return f"{one.citation}自 {one.valid_from} 起施行，{day} 还没有生效，不能适用。"
    instead = f"，请改用“{one.successor}”" if one.successor else ""
    return f"{one.citation}已于 {one.valid_to} 后失效，不能适用于 {day} 的行为{instead}。"
