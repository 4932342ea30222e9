"""Cells of a decision table that are plain values, lists of values or numeric intervals: those that can be compared with each other.

DMN 1.5 §7.3 (unary tests). Every other cell stays FEEL text: it is evaluated as such, and the checks say nothing about it.
"""

import json
import re
from dataclasses import dataclass
from typing import Any

Value = str | int | float | bool | None

_NUMBER = r"-?\d+(?:\.\d+)?"
_LITERAL = re.compile(rf'\s*(?:"([^"\\]*)"|({_NUMBER})|(true|false|null))\s*')
_COMPARISON = re.compile(rf"\s*(<=|>=|<|>)\s*({_NUMBER})\s*")
_INTERVAL = re.compile(rf"\s*([\[\](])\s*({_NUMBER})\s*\.\.\s*({_NUMBER})\s*([\[\])])\s*")
_NOT = re.compile(r"\s*not\s*\((.*)\)\s*", re.DOTALL)
_COMMA = re.compile(r',(?=(?:[^"]*"[^"]*")*[^"]*$)')
_WORDS: dict[str, Value] = {"true": True, "false": False, "null": None}


@dataclass(frozen=True)
class Interval:
    """Numbers between `low` and `high`; None is without end."""

    low: float | None
    high: float | None
    low_in: bool = False
    high_in: bool = False

    def holds(self, value: Value) -> bool:
        if isinstance(value, bool) or not isinstance(value, int | float):
            return False
        above = self.low is None or value > self.low or (self.low_in and value == self.low)
        return above and (self.high is None or value < self.high or (self.high_in and value == self.high))


@dataclass(frozen=True)
class Literal:
    """Exactly one value; 1 is not true."""

    value: Value

    def holds(self, value: Value) -> bool:
        return type_of(value) == type_of(self.value) and value == self.value


Part = Interval | Literal


@dataclass(frozen=True)
class Cell:
    """One cell: `parts` is None when the text is FEEL that only an evaluation can judge; no parts at all is "-"."""

    text: str
    parts: tuple[Part, ...] | None = None
    negated: bool = False

    @property
    def is_any(self) -> bool:
        return self.parts == ()

    def holds(self, value: Value) -> bool:
        """Whether a value other than null fits; to be asked of comparable cells only."""
        if not self.parts:
            return True
        return any(part.holds(value) for part in self.parts) != self.negated

    def as_json(self) -> dict[str, Any]:
        """The shape that js/decisions.mjs evaluates."""
        if self.parts is None:
            return {"feel": self.text}
        if self.is_any:
            return {"any": True}
        return {"not": self.negated, "parts": [_part_as_json(part) for part in self.parts]}


def _part_as_json(part: Part) -> dict[str, Any]:
    if isinstance(part, Literal):
        return {"value": part.value}
    return {"low": part.low, "high": part.high, "lowIn": part.low_in, "highIn": part.high_in}


def type_of(value: Value) -> str:
    """FEEL's name of a literal's type; null has none."""
    match value:
        case bool():
            return "boolean"
        case int() | float():
            return "number"
        case str():
            return "string"
    return ""


def read(text: str) -> Cell:
    """A cell from its text."""
    text = text.strip()
    if text in ("", "-"):
        return Cell(text, ())
    negation = _NOT.fullmatch(text)
    inner = negation.group(1) if negation else text
    parts = [_part(piece) for piece in _COMMA.split(inner)]
    known = tuple(part for part in parts if part is not None)
    if len(known) < len(parts):
        return Cell(text)
    return Cell(text, known, negation is not None)


def literal(text: str) -> Literal | None:
    """The value of a text that is a plain literal, else None."""
    match = _LITERAL.fullmatch(text)
    if match is None:
        return None
    string, number, word = match.groups()
    if string is not None:
        return Literal(string)
    return Literal(json.loads(number) if _is_json(number) else float(number)) if number else Literal(_WORDS[word])


def _is_json(number: str) -> bool:
    return re.fullmatch(r"-?(0|[1-9]\d*)(\.\d+)?", number) is not None


def _part(text: str) -> Part | None:
    if comparison := _COMPARISON.fullmatch(text):
        operator, bound = comparison.group(1), float(comparison.group(2))
        closed = operator.endswith("=")
        return Interval(None, bound, high_in=closed) if operator[0] == "<" else Interval(bound, None, low_in=closed)
    if interval := _INTERVAL.fullmatch(text):
        opening, low, high, closing = interval.groups()
        return Interval(float(low), float(high), opening == "[", closing == "]")
    return literal(text)
