"""The standards of discretion (裁量基准, 行政处罚法第三十四条): for a matter and a day, grades with a range, in decision tables.

A file `<code>@<first day>.dmn` holds from that day on, until the next of the same code. The fine always lies within the article's range;
leaving the grade needs a reason and somebody who approves it. Money in 分.
"""

import datetime as dt
import functools
from dataclasses import dataclass
from pathlib import Path

from engine import feel, money
from engine.errors import InvalidDefinition, InvalidValues
from engine.feel import Decisions, load_decisions
from engine.law.choice import Choice, range_words

FOLDER = Path(__file__).parent / "discretion"
DECISION = "grade"


@dataclass(frozen=True)
class Grade:
    """One step of the standard: 分, both ends included. `when` says in plain words which cases belong here."""

    key: str
    name: str
    fine_min: int
    fine_max: int
    when: str


@dataclass(frozen=True)
class Standard:
    """The table of a matter from a day on."""

    code: str
    first: dt.date
    grades: tuple[Grade, ...]

    def grade(self, key: str) -> Grade | None:
        """By key; None when there is no such grade."""
        return next((one for one in self.grades if one.key == key), None)


def standard(code: str, day: dt.date) -> Standard | None:
    """The table in force on a day; None where nobody has set one."""
    found = [first for first in _versions().get(code, ()) if first <= day]
    return _standard(code, max(found)) if found else None


def grades(code: str, day: dt.date) -> tuple[Grade, ...]:
    """Its grades, the lightest first; none without a table."""
    found = standard(code, day)
    return found.grades if found else ()


def codes() -> tuple[str, ...]:
    """Matters that have a table."""
    return tuple(sorted(_versions()))


def check_fine(choice: Choice, grade_key: str, fine: int, day: dt.date, *, departing_reason: str = "", approved_by: str = "") -> None:
    """Raises InvalidValues: a fine beside the article's range (never allowed), or outside its grade without reason and approval."""
    basis, where = choice.basis, choice.article.citation
    if basis.fine_max is None:
        if fine:
            raise _wrong("fine", f"{where}没有设定罚款，不能罚款。")
        return
    if not (basis.fine_min or 0) <= fine <= basis.fine_max:
        raise _wrong("fine", f"{where}规定{range_words(basis)}，{money.yuan(fine)} 元不在幅度之内。")
    found = standard(choice.power.code, day)
    grade = found.grade(grade_key) if found else None
    if found and grade is None:
        raise _wrong("grade", "请选择裁量档次（行政处罚法第三十四条）。")
    if grade and not grade.fine_min <= fine <= grade.fine_max and not (departing_reason.strip() and approved_by):
        raise _wrong("fine", f"“{grade.name}”档应为 {money.yuan(grade.fine_min)} 至 {money.yuan(grade.fine_max)} 元。"
                             "偏离裁量基准要写明理由，并由负责人批准。")


def _wrong(field: str, text: str) -> InvalidValues:
    return InvalidValues({field: text}, text)


@functools.cache
def _versions() -> dict[str, tuple[dt.date, ...]]:
    found: dict[str, tuple[dt.date, ...]] = {}
    for path in sorted(FOLDER.glob("*@*.dmn")):
        code, _, day = path.stem.partition("@")
        found[code] = (*found.get(code, ()), dt.date.fromisoformat(day))
    return found


@functools.cache
def _standard(code: str, first: dt.date) -> Standard:
    return Standard(code, first, read((FOLDER / f"{code}@{first}.dmn").read_bytes()))


def read(document: bytes) -> tuple[Grade, ...]:
    """The grades of a decision table: its rows. Raises InvalidDefinition, UnsafeInput for a file that is none or not whole."""
    decisions: Decisions = load_decisions(document)
    decision = decisions.decisions.get(DECISION)
    table = decision.table if decision else None
    if table is None or [one.name for one in table.outputs] != ["key", "name", "fine_min", "fine_max", "when"]:
        raise InvalidDefinition(message="裁量基准应是一张名为 grade 的决策表，输出依次为 key、name、fine_min、fine_max、when。")
    found = tuple(Grade(*feel.evaluate_many([(text, {}) for text in row.outputs])) for row in table.rules)
    whole = all(isinstance(one.fine_min, int) and isinstance(one.fine_max, int) and 0 <= one.fine_min <= one.fine_max for one in found)
    if not found or not whole or len({one.key for one in found}) != len(found):
        raise InvalidDefinition(message="裁量基准的每一档都要有不同的编号和一个从低到高的金额幅度（单位：分）。")
    return found
