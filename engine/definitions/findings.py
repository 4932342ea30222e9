"""What a rule says about a diagram: which element, what is wrong, how to mend it."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Protocol


class Severity(StrEnum):
    """An error blocks publishing, a warning needs a confirmation, an info is shown."""

    ERROR = "error"
    WARNING = "warning"
    INFO = "info"


@dataclass(frozen=True)
class Problem:
    """One place that breaks a rule. The linter adds the rule's code, severity and page.

    `path`: ids of flow nodes and sequence flows in the order a case takes them, when a way through the diagram shows the fault;
    ids inside a called process are written "call activity/id".
    """

    element_id: str
    element_name: str
    message: str
    hint: str
    path: tuple[str, ...] = ()


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
    path: tuple[str, ...] = ()


class Named(Protocol):
    """Anything of the model that can be pointed at."""

    @property
    def id(self) -> str: ...

    @property
    def name(self) -> str: ...


def problem(element: Named, message: str, hint: str, path: tuple[str, ...] = ()) -> Problem:
    """A problem of one element of the model, with the way that shows it."""
    return Problem(element.id, element.name, message, hint, path)


def told(found: Finding) -> dict[str, Any]:
    """A finding as JSON, to be kept or sent to a browser."""
    return {"rule": found.rule, "severity": str(found.severity), "element_id": found.element_id, "element_name": found.element_name,
            "message": found.message, "hint": found.hint, "page": found.page, "path": list(found.path)}


def finding(code: str, severity: Severity, page: str, found: Problem) -> Finding:
    """The problem under its rule's name."""
    return Finding(code, severity, found.element_id, found.element_name, found.message, found.hint, page, found.path)
