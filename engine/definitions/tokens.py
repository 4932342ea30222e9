"""The words of a FEEL text, for rules that look at comparisons. This does not parse FEEL (that is `engine.feel`): it only cuts it."""

import re
from dataclasses import dataclass
from functools import lru_cache

_TOKEN = re.compile(
    r'(?P<text>"(?:[^"\\]|\\.)*")|(?P<number>\d+(?:\.\d+)?)|(?P<name>[^\W\d]\w*(?:\.[^\W\d]\w*)*)'
    r"|(?P<compare><=|>=|!=|=|<|>)|(?P<arithmetic>\*\*|[-+*/])|(?P<mark>[()\[\]{},:.])|(?P<other>\S)")
WORDS = frozenset({"and", "or", "not", "in", "between", "if", "then", "else", "for", "return", "some", "every", "satisfies",
                   "true", "false", "null", "instance", "of", "function"})
LOGICAL = frozenset({"and", "or", "in", "between", "some", "every", "true", "false", "not"})


@dataclass(frozen=True)
class Token:
    """`kind` is text, number, name, word, compare, arithmetic, mark or other."""

    kind: str
    value: str


LONGEST = 2000  # characters; longer expressions are refused by a rule of their own and not looked at here


@lru_cache(maxsize=4096)
def tokens(expression: str) -> tuple[Token, ...]:
    """The text cut into words; nothing is lost except spaces. Nothing at all for a text that is too long."""
    found: list[Token] = []
    if len(expression) > LONGEST:
        return ()
    for match in _TOKEN.finditer(expression.removeprefix("=")):
        kind = str(match.lastgroup)
        found.append(Token("word" if kind == "name" and match.group() in WORDS else kind, match.group()))
    return tuple(found)
