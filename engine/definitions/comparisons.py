"""What can be said about simple comparisons without running them: do two exclude each other, do both sides have one type."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from engine.definitions.tokens import LOGICAL, Token, tokens

FLIPPED = {"<": ">", ">": "<", "<=": ">=", ">=": "<=", "=": "=", "!=": "!="}
LITERALS = {"text": "text", "number": "number"}
CALLS = {"date": "date", "time": "time", "date and time": "dateTime", "duration": "duration", "string": "text", "number": "number",
         "count": "number", "sum": "number"}
EDGES = ("and", "or", "then", "else", "(", ")", ",", "[", "]", "if", "not")


@dataclass(frozen=True)
class Side:
    """One side of a comparison: a name, or a literal with its value; `type` is "" when unknown."""

    name: str
    value: str
    type: str


@dataclass(frozen=True)
class Comparison:
    """left operator right."""

    left: Side
    operator: str
    right: Side


def comparisons(expression: str, types: Mapping[str, str]) -> Iterator[Comparison]:
    """The comparisons between single names and literals; calculations are left out, because their type is not certain."""
    words = tokens(expression)
    for place, token in enumerate(words):
        if token.kind != "compare":
            continue
        left, right = _side(words, place, -1, types), _side(words, place, 1, types)
        if left is not None and right is not None:
            yield Comparison(left, token.value, right)


def _side(words: tuple[Token, ...], place: int, step: int, types: Mapping[str, str]) -> Side | None:
    """The operand next to the operator when nothing but the edge of the comparison follows it."""
    near = place + step
    if not 0 <= near < len(words):
        return None
    operand = words[near]
    if step > 0 and operand.kind == "name" and near + 1 < len(words) and words[near + 1].value == "(":
        return Side("", "", CALLS[operand.value]) if operand.value in CALLS and _closed_call(words, near + 1) else None
    beyond = words[near + step] if 0 <= near + step < len(words) else None
    if beyond is not None and beyond.value not in EDGES:
        return None
    if operand.kind in LITERALS:
        return Side("", operand.value, LITERALS[operand.kind])
    if operand.value in ("true", "false"):
        return Side("", operand.value, "boolean")
    return Side(operand.value, "", types.get(operand.value, "")) if operand.kind == "name" else None


def _closed_call(words: tuple[Token, ...], opening: int) -> bool:
    """True when the call's bracket closes at the end of the comparison."""
    depth = 0
    for place in range(opening, len(words)):
        depth += {"(": 1, ")": -1}.get(words[place].value, 0)
        if depth == 0:
            return place + 1 == len(words) or words[place + 1].value in EDGES
    return False


def exclude_each_other(first: str, second: str) -> bool:
    """True only when it is certain that not both conditions hold: different literals of one name, or ranges apart."""
    if _negates(first, second):
        return True
    return any(_apart(one, other) for one in _required(first) for other in _required(second))


def _negates(first: str, second: str) -> bool:
    plain = ["".join(word.value for word in tokens(text)) for text in (first, second)]
    return f"not({plain[0]})" == plain[1] or f"not({plain[1]})" == plain[0]


def _required(expression: str) -> list[Comparison]:
    """Comparisons that must all hold: none as soon as the text has an `or`, an `if` or a `not`."""
    if any(token.value in ("or", "if", "not", "some", "every", "for") for token in tokens(expression)):
        return []
    found = []
    for one in comparisons(expression, {}):
        if one.left.name and one.right.value:
            found.append(one)
        elif one.right.name and one.left.value:
            found.append(Comparison(one.right, FLIPPED[one.operator], one.left))
    return found


def _apart(one: Comparison, other: Comparison) -> bool:
    if one.left.name != other.left.name or one.right.type != other.right.type:
        return False
    if one.operator == other.operator == "=":
        return one.right.value != other.right.value
    if {one.operator, other.operator} == {"=", "!="}:
        return one.right.value == other.right.value
    if one.right.type != "number" or "!=" in (one.operator, other.operator):
        return False
    return _above(one, other) or _above(other, one)


def _above(upper: Comparison, lower: Comparison) -> bool:
    """True when everything `upper` allows is greater than everything `lower` allows."""
    if upper.operator not in (">", ">=", "=") or lower.operator not in ("<", "<=", "="):
        return False
    least, most = float(upper.right.value), float(lower.right.value)
    return least > most or least == most and (upper.operator == ">" or lower.operator == "<")


def certainly_not_boolean(expression: str, types: Mapping[str, str]) -> bool:
    """True for a lone literal, a name of another type, and arithmetic without any comparison."""
    words = tokens(expression)
    if not words or any(word.kind == "compare" or word.value in LOGICAL or word.value in ("(", "[", "if") for word in words):
        return False
    if len(words) == 1:
        return words[0].kind in LITERALS or types.get(words[0].value, "boolean") not in ("boolean", "")
    return any(word.kind == "arithmetic" for word in words)
