"""The laws that rules of time limits rest on: which version is in force on a day, and which numbers of days each calls working days."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from engine.deadlines.book_row import BookError, Fields
from engine.deadlines.counting import Unit


@dataclass(frozen=True)
class Version:
    """One version of a law; `valid_to` is its last day, None while it is in force."""

    title: str
    valid_from: dt.date
    valid_to: dt.date | None
    tag: str

    def covers(self, day: dt.date) -> bool:
        """Whether it is in force on that day."""
        return self.valid_from <= day and (self.valid_to is None or day <= self.valid_to)


@dataclass(frozen=True)
class Law:
    """One law. `working_days`: the numbers of days that it calls working days; `clause`: the article that says so, empty if it has none.
    `local`: no law, but what the town has to set itself."""

    key: str
    name: str
    versions: tuple[Version, ...]
    working_days: frozenset[int]
    clause: str
    local: bool = False

    @property
    def cited(self) -> str:
        """Its name as it is cited; what the town sets itself is no book."""
        return self.name if self.local else f"《{self.name}》"

    def version(self, day: dt.date) -> Version | None:
        """The version in force on that day; None when there was none, or the book does not hold it."""
        return next((one for one in self.versions if one.covers(day)), None)

    @property
    def begins(self) -> dt.date:
        """The first day that the book covers."""
        return min(one.valid_from for one in self.versions)

    def unit_of(self, days: float) -> tuple[Unit, str]:
        """Whether so many days of this law are working or calendar days, and by what (RULE-3 to RULE-6)."""
        if days in self.working_days:
            return Unit.WORKING_DAYS, f"{self.cited}{self.clause}规定“{days:g}日”是工作日"
        if self.clause:
            return Unit.DAYS, f"{self.cited}{self.clause}没有把“{days:g}日”列为工作日，按自然日计算"
        return Unit.DAYS, f"{self.cited}没有工作日条款，按自然日计算，遇节假日不停"


def read_laws(book: Mapping[str, Any]) -> dict[str, Law]:
    """The laws of `laws.toml`. Raises BookError that says where and what is wrong."""
    return {key: _law(key, table) for key, table in book.items()}


def _law(key: str, table: Any) -> Law:
    row = Fields(f"laws.toml [{key}]", table)
    name, versions = row.text("name", required=True), tuple(_version(row.where, one) for one in row.tables("versions"))
    upper, listed, local = row.number("working_up_to"), row.numbers("working_days"), row.yes("local")
    clause = row.text("working_article")
    row.close()
    if not versions:
        raise BookError(f"{row.where}：至少要有一个版本")
    if any(late.valid_from <= (early.valid_to or dt.date.max) for early, late in zip(versions, versions[1:], strict=False)):
        raise BookError(f"{row.where}：版本须按施行日排列，前一版的失效日在后一版施行之前")
    if bool(clause) != bool(upper is not None or listed) or (upper is not None and listed):
        raise BookError(f"{row.where}：working_article 与 working_days（或 working_up_to）须同时写，后两个只写一个")
    days = frozenset(range(1, int(upper) + 1)) if upper is not None else frozenset(map(int, listed))
    return Law(key, name, versions, days, clause, local)


def _version(where: str, table: Any) -> Version:
    row = Fields(where, table)
    begin, end = row.day("from"), row.day("to")
    if begin is None:
        raise BookError(f"{where}：版本缺少施行日 from")
    if end is not None and end < begin:
        raise BookError(f"{where}：版本的失效日早于施行日")
    version = Version(row.text("title", required=True), begin, end, row.text("tag", required=True))
    row.close()
    return version
