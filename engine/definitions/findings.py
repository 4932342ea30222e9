"""What a rule says about a diagram: which element, what is wrong, how to mend it."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol


class Severity(StrEnum):
    """An error blocks publishing, a warning needs a confirmation, an info is shown."""

    ERROR = "error"
    WARNING = "warning"
    INFO = "info"


@dataclass(frozen=True)
class Problem:
    """One place that breaks a rule. The linter adds the rule's code, severity and page."""

    element_id: str
    element_name: str
    message: str
    hint: str


@dataclass(frozen=True)
class Finding:
    """A problem with its rule: `rule` is the code such as "LG05", `page` the stem of the page in docs/rules."""

    rule: str
    severity: Severity
    element_id: str
    element_name: str
    message: str
    hint: str
    page: str


class Named(Protocol):
    """Anything of the model that can be pointed at."""

    @property
    def id(self) -> str: ...

    @property
    def name(self) -> str: ...


def problem(element: Named, message: str, hint: str) -> Problem:
    """A problem of one element of the model."""
    return Problem(element.id, element.name, message, hint)


def finding(code: str, severity: Severity, page: str, found: Problem) -> Finding:
    """The problem under its rule's name."""
    return Finding(code, severity, found.element_id, found.element_name, found.message, found.hint, page)
