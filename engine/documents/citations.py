"""Articles as documents cite them: by their full title and number, as in force on the day that counts, and compared with the official text.

行政处罚法第三十七条: an article may be cited as it stood on the day of the act or of the decision.
"""

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection

from engine.documents.catalogue import Document
from engine.errors import InvalidState, NotFound
from engine.law import editions, statutes
from engine.law.editions import Edition
from engine.law.statutes import CITE_UNREVIEWED, Article


@dataclass(frozen=True)
class Citation:
    """An article by its ref: the words that cite it, why it may not be cited ("" when it may), and which edition of which version it is
    (None where the base does not hold it)."""

    ref: str
    words: str
    problem: str = ""
    article: int | None = None
    edition: int | None = None


@dataclass(frozen=True)
class Cited:
    """What an issued document cited, in the edition of its day. `corrected`: the base says something newer by now."""

    citation: Citation
    text: str
    corrected: bool


def of(c: Connection, refs: Iterable[str], days: Iterable[dt.date | None], param: Mapping[str, Any]) -> tuple[Citation, ...]:
    """Each ref as it may be cited. `days`: those that count, best first. A ref that the base does not know is cited as it stands where no
    statutes are loaded at all; elsewhere that is a problem."""
    wanted = [day for day in days if day is not None]
    return tuple(_one(c, ref, wanted, bool(param.get(CITE_UNREVIEWED))) for ref in refs)


def kept(found: Iterable[Citation]) -> list[dict[str, Any]]:
    """Citations as a document keeps them with its words."""
    return [{"ref": one.ref, "words": one.words, "article": one.article, "edition": one.edition} for one in found
            if one.article is not None]


def rooms(kind: Document) -> tuple[str, ...]:
    """The parts of a document's words whose basis it names: report, notice, decision."""
    return tuple(sorted({path.partition(".")[0] for path in kind.required if path.endswith(".basis_text")}))


def of_document(c: Connection, kind: Document, data: Mapping[str, Any]) -> tuple[Cited, ...]:
    """What an issued document cites, each article once, in the edition that it cited when it was issued, however often the base was
    corrected since. Documents from before editions were kept name none."""
    rows = [row for room in rooms(kind) for row in (data.get(room) or {}).get("citations") or ()]
    found = {(row["article"], row["edition"]): Citation(row["ref"], row["words"], "", row["article"], row["edition"]) for row in rows}
    return tuple(_cited(one, editions.of(c, number)) for (number, _), one in found.items())


def _cited(citation: Citation, known: Sequence[Edition]) -> Cited:
    said = next(one for one in known if one.number == citation.edition)
    return Cited(citation, said.text, known[-1].number != citation.edition)


def _one(c: Connection, ref: str, days: list[dt.date], unreviewed: bool) -> Citation:
    problem = ""
    for day in days:
        try:
            found: Article = statutes.article(c, ref, day=day)
        except NotFound as refusal:
            return Citation(ref, ref, refusal.message.rstrip("。") if statutes.search(c) else "")
        except InvalidState as refusal:
            problem = problem or refusal.message.rstrip("。")
            continue
        problem = "" if found.is_reviewed or unreviewed else _unreviewed(found)
        return Citation(ref, found.citation, problem, found.id, found.edition)
    return Citation(ref, ref, problem)


def _unreviewed(found: Article) -> str:
    return f"{found.citation}还没有经法制人员与正式文本核对，不能在文书中引用。请法制人员在“法条库”中审核"
