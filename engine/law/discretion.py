"""The standards of discretion (裁量基准, 行政处罚法第三十四条): for a matter, grades with a range, and what a fine may be.

The product brings tables in files `<code>@<first day>.dmn`; what units enter themselves is `standards`. The fine always lies within the
article's range; leaving the grade needs a reason and somebody who approves it. Money in 分.
"""

import datetime as dt
import functools
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from engine import money
from engine.errors import InvalidDefinition, InvalidValues
from engine.feel import Decisions, load_decisions
from engine.feel.cells import literal
from engine.feel.dmn import Rule
from engine.law.choice import Choice, range_words
from engine.law.powers import Basis

FOLDER = Path(__file__).parent / "discretion"
DECISION = "grade"
OUTPUTS = ["key", "name", "fine_min", "fine_max", "when"]
KEY = re.compile(r"[A-Za-z][A-Za-z0-9_-]{0,39}")
LONGEST_NAME, LONGEST_WHEN = 40, 300


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
    """The table of a matter from a day on. `version` 0: came with the product; else the version of the unit that entered it, under its
    own title."""

    code: str
    first: dt.date
    grades: tuple[Grade, ...]
    title: str = ""
    version: int = 0

    @property
    def words(self) -> str:
        """《X市城市管理行政处罚裁量基准》第 2 版, or the day of a table that came with the product."""
        return f"《{self.title}》第 {self.version} 版" if self.version else f"裁量基准 {self.first} 版"

    def grade(self, key: str) -> Grade | None:
        """By key; None when there is no such grade."""
        return next((one for one in self.grades if one.key == key), None)


def shipped(code: str, day: dt.date) -> Standard | None:
    """The table of the product that holds on a day; None where it has none."""
    found = [first for first in shipped_days(code) if first <= day]
    return _standard(code, max(found)) if found else None


def shipped_days(code: str) -> tuple[dt.date, ...]:
    """From which days the product has tables of a matter, the oldest first."""
    return _versions().get(code, ())


def codes() -> tuple[str, ...]:
    """Matters that the product has a table of."""
    return tuple(sorted(_versions()))


def check_fine(choice: Choice, standard: Standard | None, grade_key: str, fine: int, *, departing: tuple[str, str] = ("", "")) -> None:
    """Raises InvalidValues: a fine beside the article's range (never allowed), or outside its grade. departing: the reason for leaving
    the grade and who approves it; both together let it be left."""
    basis, where = choice.basis, choice.article.citation
    if basis.fine_max is None:
        if fine:
            raise _wrong("fine", f"{where}没有设定罚款，不能罚款。")
        return
    if not (basis.fine_min or 0) <= fine <= basis.fine_max:
        raise _wrong("fine", f"{where}规定{range_words(basis)}，{money.yuan(fine)} 元不在幅度之内。")
    grade = standard.grade(grade_key) if standard else None
    if standard and grade is None:
        raise _wrong("grade", f"请按{standard.words}选择裁量档次（行政处罚法第三十四条）。")
    reason, approver = departing
    if grade and not grade.fine_min <= fine <= grade.fine_max and not (reason.strip() and approver):
        raise _wrong("fine", f"“{grade.name}”档应为 {money.yuan(grade.fine_min)} 至 {money.yuan(grade.fine_max)} 元。"
                             "偏离裁量基准要写明理由，并由负责人批准。")


def outside(grades: Sequence[Grade], bases: Sequence[Basis]) -> Iterator[str]:
    """Grades that lie within no basis: nobody could lawfully be fined by them."""
    fined = [one for one in bases if one.fine_max is not None]
    if not fined:
        yield "这个事项的处罚依据没有设定罚款，不能有裁量基准"
        return
    for grade in grades:
        if not any((one.fine_min or 0) <= grade.fine_min and grade.fine_max <= (one.fine_max or 0) for one in fined):
            allowed = "；".join(range_words(one) for one in fined)
            yield f"“{grade.name}”档 {_span(grade)} 超出处罚依据的幅度（{allowed}）。金额的单位是分，请检查是否写成了元"


def unclear(grades: Sequence[Grade], bases: Sequence[Basis]) -> Iterator[str]:
    """What is not wrong but should be seen: amounts that no grade has, grades that overlap."""
    ordered = sorted(grades, key=lambda one: (one.fine_min, one.fine_max))
    for lower, upper in zip(ordered, ordered[1:], strict=False):
        if upper.fine_min > lower.fine_max:
            yield f"{money.yuan(lower.fine_max)} 元至 {money.yuan(upper.fine_min)} 元之间没有档次"
        elif upper.fine_min < lower.fine_max:
            yield f"“{lower.name}”和“{upper.name}”两档的幅度重叠"
    most = max((one.fine_max or 0 for one in bases), default=0)
    if ordered and max(one.fine_max for one in ordered) < most:
        yield f"最高一档到 {money.yuan(max(one.fine_max for one in ordered))} 元为止，处罚依据可以到 {money.yuan(most)} 元"


def read(document: bytes) -> tuple[Grade, ...]:
    """The grades of a decision table: its rows. Raises InvalidDefinition, UnsafeInput for a file that is none or not whole."""
    return grades_of(load_decisions(document))


def grades_of(decisions: Decisions) -> tuple[Grade, ...]:
    """The rows of a table that was read. Cells hold plain words and numbers: nothing of a table is ever run. Raises InvalidDefinition."""
    decision = decisions.decisions.get(DECISION)
    table = decision.table if decision else None
    if table is None or [one.name for one in table.outputs] != OUTPUTS:
        raise InvalidDefinition(message=f"裁量基准应是一张编号（id）为 grade 的决策表，输出依次为 {'、'.join(OUTPUTS)}。")
    found = tuple(_grade(number, rule) for number, rule in enumerate(table.rules, 1))
    if not found or len({one.key for one in found}) != len(found):
        raise InvalidDefinition(message="裁量基准至少要有一档，每一档的编号（key）不能相同。")
    return found


def _grade(number: int, rule: Rule) -> Grade:
    """One row. Raises InvalidDefinition naming the row."""
    cells = [literal(text) for text in rule.outputs]
    key, name, least, most, when = (cell.value if cell else None for cell in cells)
    if not isinstance(key, str) or not KEY.fullmatch(key):
        raise _wrong_row(number, "的编号（key）应为英文字母开头的 40 个以内字母、数字，写在英文引号内")
    if not isinstance(name, str) or not 1 <= len(name.strip()) <= LONGEST_NAME:
        raise _wrong_row(number, f"的档次名称（name）应为 1 至 {LONGEST_NAME} 个字，写在英文引号内")
    if not isinstance(when, str) or len(when) > LONGEST_WHEN:
        raise _wrong_row(number, f"的适用情形（when）应为 {LONGEST_WHEN} 字以内的文字，写在英文引号内")
    if not _is_money(least) or not _is_money(most) or least > most:  # type: ignore[operator]
        raise _wrong_row(number, "的金额应为从低到高的两个整数，单位为分")
    return Grade(key, name.strip(), int(least), int(most), when.strip())  # type: ignore[arg-type]


def _is_money(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= 10**13


def _wrong_row(number: int, text: str) -> InvalidDefinition:
    return InvalidDefinition(message=f"裁量基准第 {number} 行{text}。")


def _span(grade: Grade) -> str:
    return f"{money.yuan(grade.fine_min)} 至 {money.yuan(grade.fine_max)} 元"


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
