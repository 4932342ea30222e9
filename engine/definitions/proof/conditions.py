"""A condition as a tree of comparisons between one variable and a constant; what else it asks is opaque and may be true or false.

FEEL has three truth values: a comparison by size with nothing, or with a value of another sort, is neither true nor false, and the
runtime stops there with an incident.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from itertools import product
from typing import Any

from engine.definitions.tokens import Token, tokens

TRUE, FALSE, NEITHER = "true", "false", "neither"
ALL = frozenset({TRUE, FALSE})
NOTHING, ELSE = "null", "?"
"""The value of what nobody has filled in; any value that no condition names."""
MIRRORED = {"<": ">", ">": "<", "<=": ">=", ">=": "<=", "=": "=", "!=": "!="}
SORTS = ("number", "text")


@dataclass(frozen=True)
class Condition:
    """`kind` is and, or, not, test (name operator constant), name (true by itself) or opaque. `constant` as FEEL writes it."""

    kind: str
    parts: tuple["Condition", ...] = ()
    name: str = ""
    operator: str = ""
    constant: str = ""

    @property
    def tests(self) -> tuple["Condition", ...]:
        """Every comparison and lone name in it."""
        if self.kind in ("test", "name"):
            return (self,)
        return tuple(one for part in self.parts for one in part.tests)


OPAQUE = Condition("opaque")
ALWAYS, NEVER = Condition("and"), Condition("or")
"""What is written as plain true or false."""


@lru_cache(maxsize=4096)
def condition(text: str) -> Condition:
    """The tree of a FEEL text."""
    words = tokens(text)
    if not words:
        return OPAQUE
    reading = _Reading(words)
    found = reading.either()
    return found if reading.at == len(words) else OPAQUE


def truths(asked: Condition, values: Mapping[str, str]) -> frozenset[str]:
    """The truth values it can have when its variables have these values."""
    if asked.kind in ("and", "or"):
        each = [truths(part, values) for part in asked.parts]
        return frozenset(_joined(asked.kind, one) for one in product(*each))
    if asked.kind == "not":
        flipped = {TRUE: FALSE, FALSE: TRUE, NEITHER: NEITHER}
        return frozenset(flipped[one] for one in truths(asked.parts[0], values))
    if asked.kind == "opaque" or asked.name not in values:
        return ALL
    value = values[asked.name]
    if asked.kind == "name":
        return frozenset({value if value in ALL else NEITHER})
    return _compared(value, asked.operator, asked.constant)


def sort_of(value: str) -> str:
    """The sort of a constant or value: number, text, boolean or nothing."""
    if value in (NOTHING, ELSE):
        return value
    return "boolean" if value in ALL else "text" if value[0] == '"' else "number"


def _joined(kind: str, parts: tuple[str, ...]) -> str:
    deciding = FALSE if kind == "and" else TRUE
    if deciding in parts:
        return deciding
    return NEITHER if NEITHER in parts else TRUE if deciding == FALSE else FALSE


def _compared(value: str, operator: str, constant: str) -> frozenset[str]:
    """As the FEEL engine answers: equality across sorts is neither, size across sorts is not relied upon."""
    sorts = {sort_of(value), sort_of(constant)}
    if operator in ("=", "!="):
        same = float(value) == float(constant) if sorts == {"number"} else value == constant
        if operator == "=" and not same and len(sorts) == 2 and not sorts & {NOTHING, ELSE}:
            return frozenset({NEITHER})
        return frozenset({TRUE if same == (operator == "=") else FALSE})
    if NOTHING in sorts or sort_of(constant) == "boolean":
        return frozenset({NEITHER})
    if sorts == {"number"}:
        return frozenset({TRUE if _ordered(float(value), operator, float(constant)) else FALSE})
    return frozenset({TRUE if _ordered(value, operator, constant) else FALSE}) if sorts == {"text"} else ALL


def _ordered(left: Any, operator: str, right: Any) -> bool:
    return bool({"<": left < right, "<=": left <= right, ">": left > right, ">=": left >= right}[operator])


class _Reading:
    """Recursive descent over the words; whatever it does not know becomes opaque up to the next `and`, `or` or bracket."""

    def __init__(self, words: tuple[Token, ...]) -> None:
        self.words, self.at = words, 0

    def peek(self, ahead: int = 0) -> Token:
        place = self.at + ahead
        return self.words[place] if place < len(self.words) else Token("end", "")

    def either(self) -> Condition:
        return self._chain("or", self._both)

    def _both(self) -> Condition:
        return self._chain("and", self._single)

    def _chain(self, word: str, inner: "object") -> Condition:
        parts = [inner()]  # type: ignore[operator]  # a bound method of this class
        while self.peek().value == word and self.peek().kind == "word":
            self.at += 1
            parts.append(inner())  # type: ignore[operator]  # as above
        return parts[0] if len(parts) == 1 else Condition(word, tuple(parts))

    def _single(self) -> Condition:
        negated = self.peek().value == "not" and self.peek(1).value == "("
        if negated or self.peek().value == "(":
            start = self.at
            self.at += 2 if negated else 1
            found = self.either()
            if self.peek().value == ")" and self._ends(1):
                self.at += 1
                return Condition("not", (found,)) if negated else found
            self.at = start
            return self._skip()
        return self._test() or self._skip()

    def _test(self) -> Condition | None:
        """name operator constant, constant operator name, or a name alone."""
        left, compare, right = self.peek(), self.peek(1), self.peek(2)
        if left.value in ALL and left.kind == "word" and self._ends(1):
            self.at += 1
            return ALWAYS if left.value == TRUE else NEVER
        if compare.kind == "compare" and self._ends(3):
            for name, operator, constant in ((left, compare.value, right), (right, MIRRORED[compare.value], left)):
                if name.kind == "name" and _constant(constant):
                    self.at += 3
                    return Condition("test", (), name.value, operator, constant.value)
        if left.kind == "name" and self._ends(1):
            self.at += 1
            return Condition("name", (), left.value)
        return None

    def _ends(self, ahead: int) -> bool:
        following = self.peek(ahead)
        return following.kind == "end" or following.value in ("and", "or", ")")

    def _skip(self) -> Condition:
        depth = 0
        while self.peek().kind != "end":
            value = self.peek().value
            if depth == 0 and (value in ("and", "or", ")")):
                break
            depth += {"(": 1, "[": 1, "{": 1, ")": -1, "]": -1, "}": -1}.get(value, 0)
            if value in ("between", "if", "some", "every", "for"):
                self.at = len(self.words)
                break
            self.at += 1
        return OPAQUE


def _constant(word: Token) -> bool:
    return word.kind in SORTS or word.value in ("true", "false", "null")
