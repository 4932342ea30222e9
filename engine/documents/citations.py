"""Articles as documents cite them: by their full title and number, as in force on the day that counts, and compared with the official text.

行政处罚法第三十七条: an article may be cited as it stood on the day of the act or of the decision.
"""

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection

from engine.errors import InvalidState, NotFound
from engine.law import statutes
from engine.law.statutes import CITE_UNREVIEWED, Article


@dataclass(frozen=True)
class Citation:
    """An article by its ref: the words that cite it, and why it may not be cited ("" when it may)."""

    ref: str
    words: str
    problem: str = ""


def of(c: Connection, refs: Iterable[str], days: Iterable[dt.date | None], param: Mapping[str, Any]) -> tuple[Citation, ...]:
    """Each ref as it may be cited. `days`: those that count, best first. A ref that the base does not know is cited as it stands where no
    statutes are loaded at all; elsewhere that is a problem."""
    wanted = [day for day in days if day is not None]
    return tuple(_one(c, ref, wanted, bool(param.get(CITE_UNREVIEWED))) for ref in refs)


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
        return Citation(ref, found.citation, "" if found.is_reviewed or unreviewed else _unreviewed(found))
    return Citation(ref, ref, problem)


def _unreviewed(found: Article) -> str:
    return f"{found.citation}还没有经法制人员与正式文本核对，不能在文书中引用。请法制人员在“法条库”中审核"
