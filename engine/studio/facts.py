"""What is said about one thing of a package, as pairs of a Chinese name and a text: the common shape that is compared."""

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Thing:
    """An element, a field of a form, a row of a table or a parameter. `bounds` is where it is drawn, apart from what it says."""

    id: str
    name: str
    word: str
    place: str = ""
    facts: Mapping[str, str] = field(default_factory=dict)
    bounds: tuple[str, ...] = ()


def unique(facts: dict[str, str], what: str) -> str:
    """The name, with a number behind it when it is there already."""
    number, free = 1, what
    while free in facts:
        number += 1
        free = f"{what} {number}"
    return free
