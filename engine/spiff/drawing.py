"""A process as it was drawn: plain values read from BPMN, before anything is built from them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

ACTIVITIES = frozenset(
    ["task", "userTask", "manualTask", "scriptTask", "serviceTask", "businessRuleTask", "sendTask", "receiveTask", "subProcess",
     "transaction", "callActivity"]
)  # fmt: skip
GATEWAYS = frozenset(["exclusiveGateway", "inclusiveGateway", "parallelGateway", "eventBasedGateway"])
EVENTS = frozenset(["startEvent", "endEvent", "intermediateCatchEvent", "intermediateThrowEvent", "boundaryEvent"])


@dataclass(frozen=True)
class Event:
    """What an event waits for or throws. `kind` is none, message, signal, timer, error, escalation, conditional, terminate,
    cancel or link; `code` belongs to errors and escalations; `expression` is FEEL (a timer's value, a condition);
    `form` is date, duration or cycle for a timer."""

    kind: str = "none"
    name: str | None = None
    code: str | None = None
    expression: str = ""
    form: str = ""


@dataclass(frozen=True)
class Repetition:
    """A multi-instance or loop marker. All texts are FEEL; `condition` ends a multi-instance and continues a loop."""

    kind: str  # parallel | sequential | loop
    collection: str | None = None
    cardinality: str | None = None
    item: str | None = None
    output: str | None = None
    output_item: str | None = None
    condition: str | None = None
    maximum: int | None = None
    test_before: bool = False


@dataclass(frozen=True)
class Flow:
    id: str
    name: str
    source: str
    target: str
    condition: str | None


@dataclass
class Shape:
    """One flow node. `outgoing` is in the designer's order (`gl:order`, else as written)."""

    id: str
    kind: str
    name: str
    lane: str | None
    gl: Mapping[str, Any]
    event: Event = Event()
    repetition: Repetition | None = None
    script: str = ""
    default: str | None = None
    called: str | None = None
    attached_to: str | None = None
    interrupting: bool = True
    inner: "Drawing | None" = None
    outgoing: list[Flow] = field(default_factory=list)


@dataclass
class Drawing:
    """A process or sub-process."""

    id: str
    name: str
    gl: Mapping[str, Any]
    shapes: dict[str, Shape] = field(default_factory=dict)
    triggered: bool = False  # an event sub-process
