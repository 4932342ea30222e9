"""What the tokens show to the outside, and what they ask of it: frozen values, no engine object among them."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from engine.deadlines import Deadline


@dataclass(frozen=True)
class Element:
    """A drawn element. `kind` is its BPMN tag; `gl` our attributes as text and our extension children as lists of mappings.
    The id of an element of a called process carries that process's id in front: "shared_review:sign"."""

    id: str
    name: str
    kind: str
    lane: str | None
    link: str | None
    gl: Mapping[str, Any]
    process_id: str


class Host(Protocol):
    """What a running process may ask: never a clock, a database or Python code of its own."""

    def now(self) -> dt.datetime:
        """The turn's moment, aware, in UTC."""

    def names(self) -> Mapping[str, Any]:
        """Names every expression may use: param, case, now, today. They win over variables of the same name."""

    def evaluate(self, jobs: Sequence[tuple[str, Mapping[str, Any]]]) -> list[Any]:
        """The values of FEEL expressions, all in one crossing."""

    def decide(self, decision: str, names: Mapping[str, Any]) -> Any:
        """The result of a decision table."""

    def deadline(self, element: Element, names: Mapping[str, Any]) -> Deadline | None:
        """The limit of an element with `gl:limit` or `gl:deadline`: as it begins now, or as it stands if it has begun."""


@dataclass(frozen=True)
class UserTaskWait:
    """Work for a person. `item` holds the item of one participant of a countersign, by its name; `mi_key` its key."""

    key: str
    element: Element
    item: Mapping[str, Any]
    mi_key: str | int | None = None


@dataclass(frozen=True)
class TimerWait:
    """`kind` is date, duration or cycle; `due_at` aware UTC; `repeats_left` counts this occurrence too, None is without end;
    `attached_to` is the activity of a boundary timer, `limited_by` the id of the element on whose limit the due time hangs."""

    key: str
    element: Element
    kind: str
    due_at: dt.datetime
    repeats_left: int | None
    attached_to: Element | None
    limited_by: str | None = None


@dataclass(frozen=True)
class MessageWait:
    """`kind` is message or signal. All values of `correlation` must match."""

    key: str
    element: Element
    kind: str
    name: str
    correlation: Mapping[str, Any]


@dataclass(frozen=True)
class JobWait:
    """A service task: call the registered `function` with `payload` after the turn is saved."""

    key: str
    element: Element
    function: str
    payload: Mapping[str, Any]


Wait = UserTaskWait | TimerWait | MessageWait | JobWait


@dataclass(frozen=True)
class Span:
    """An activity, event or whole process with a limit (`gl:limit`, `gl:deadline`) that is open now. `key` is that of its token; for the
    process of the case "process", for a called one "p:" and the key of the activity that called it. `fresh`: it began since the tokens were
    last stored."""

    key: str
    element: Element
    fresh: bool


@dataclass(frozen=True)
class Thrown:
    """What left the process. A message is for whoever waits for it; a signal was already heard inside this case and is for the
    others; an escalation here was caught by nobody, which the standard allows."""

    kind: str
    name: str
    element: Element
    correlation: Mapping[str, Any]
    payload: Mapping[str, Any]


@dataclass(frozen=True)
class Failure:
    """A token that stands still until somebody calls `retry`, `finish_job` or `send_back`. It is listed as long as it stands."""

    key: str
    element: Element
    code: str | None
    message: str


@dataclass(frozen=True)
class Snapshot:
    """Everything to reconcile with after a turn. `passed` and `entered` tell this turn only, in order; the rest is the whole truth."""

    waits: tuple[Wait, ...]
    failures: tuple[Failure, ...]
    thrown: tuple[Thrown, ...]
    passed: tuple[Element, ...]
    entered: tuple[Element, ...]
    completed: bool
    variables: dict[str, Any]
    size: int
    spans: tuple[Span, ...] = ()
