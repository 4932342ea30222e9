"""A BPMN file as the rules see it: small immutable objects, nothing of the XML left, broken references kept visible.

The words are those of BPMN 2.0 (OMG formal/2011-01-03); `kind` is always the local tag. Reading is done by `reader`.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from engine.definitions.graph import Graph

GATEWAYS = ("exclusiveGateway", "inclusiveGateway", "parallelGateway", "complexGateway", "eventBasedGateway")
SUB_PROCESSES = ("subProcess", "transaction", "adHocSubProcess")
TASKS = ("task", "userTask", "manualTask", "scriptTask", "businessRuleTask", "serviceTask", "sendTask", "receiveTask")
ACTIVITIES = (*TASKS, *SUB_PROCESSES, "callActivity")
EVENTS = ("startEvent", "endEvent", "intermediateCatchEvent", "intermediateThrowEvent", "boundaryEvent")
CATCHING = ("startEvent", "intermediateCatchEvent", "boundaryEvent")
HUMAN = ("userTask", "manualTask", "task")
FLOW_NODES = (*ACTIVITIES, *EVENTS, *GATEWAYS)
SPLITTING = ("parallelGateway", "inclusiveGateway")

Children = tuple[tuple[str, dict[str, Any]], ...]


@dataclass(frozen=True)
class Flow:
    """A sequence flow; `source` and `target` are ids as written, which may not exist."""

    id: str
    name: str
    source: str
    target: str
    condition: str | None = None
    gl: Mapping[str, Any] = field(default_factory=dict)

    @property
    def label(self) -> str:
        """What a person calls it."""
        return self.name or self.id


@dataclass(frozen=True)
class EventDefinition:
    """`kind` is timer, message, signal, error, escalation, conditional, terminate, cancel, compensate or link.

    `ref` is the id of the message, signal, error or escalation as written; `name` and `code` are those of what it refers to.
    `timer` holds (timeDate | timeDuration | timeCycle, text) pairs as written.
    """

    kind: str
    ref: str | None = None
    name: str = ""
    code: str = ""
    found: bool = True
    timer: tuple[tuple[str, str], ...] = ()
    condition: str = ""


@dataclass(frozen=True)
class Loop:
    """Multi-instance or standard loop characteristics; texts as written, "" when missing."""

    multiple: bool
    sequential: bool = False
    cardinality: str = ""
    collection: str = ""
    item: str = ""
    output: str = ""
    output_item: str = ""
    completion: str = ""
    behavior: str = "All"
    maximum: str = ""
    condition: str = ""


@dataclass(frozen=True)
class Node:
    """A flow node. `scope` is the id of the process or sub-process it stands in; `attributes` are the plain BPMN ones."""

    id: str
    name: str
    kind: str
    scope: str
    attributes: Mapping[str, str]
    gl: Mapping[str, Any]
    children: Children
    events: tuple[EventDefinition, ...]
    loop: Loop | None
    lane: str | None
    script: str
    incoming: tuple[Flow, ...] = ()
    outgoing: tuple[Flow, ...] = ()

    @property
    def label(self) -> str:
        """What a person calls it: its name, else its id."""
        return self.name or self.id

    @property
    def event(self) -> str:
        """The kind of its event definition; "" for a plain event and for everything that is no event."""
        return self.events[0].kind if self.events else ""

    @property
    def host(self) -> str | None:
        """The activity a boundary event hangs on."""
        return self.attributes.get("attachedToRef") if self.kind == "boundaryEvent" else None

    @property
    def interrupting(self) -> bool:
        """Whether a boundary event, or the start of an event sub-process, ends what it interrupts."""
        return self.attributes.get("cancelActivity" if self.kind == "boundaryEvent" else "isInterrupting", "true") != "false"

    @property
    def event_sub_process(self) -> bool:
        """A sub-process that is started by an event, not by a flow."""
        return self.kind == "subProcess" and self.attributes.get("triggeredByEvent") == "true"

    @property
    def default(self) -> str | None:
        """The id of the default flow."""
        return self.attributes.get("default")

    @property
    def is_split(self) -> bool:
        """A gateway with several ways out."""
        return self.kind in GATEWAYS and len(self.outgoing) > 1

    @property
    def is_join(self) -> bool:
        """A parallel or inclusive gateway with several ways in: it waits."""
        return self.kind in SPLITTING and len(self.incoming) > 1

    def each(self, child: str) -> Iterator[dict[str, Any]]:
        """The typed gl: children of that name."""
        return (values for name, values in self.children if name == child)


@dataclass(frozen=True)
class Scope:
    """A process or sub-process with the nodes directly in it. `parent` is the id of the scope around it."""

    id: str
    name: str
    kind: str
    parent: str | None
    nodes: tuple[Node, ...]
    flows: tuple[Flow, ...]

    @property
    def label(self) -> str:
        """What a person calls it."""
        return self.name or self.id

    @cached_property
    def by_id(self) -> Mapping[str, Node]:
        """Its nodes by id."""
        return {node.id: node for node in self.nodes}

    @cached_property
    def starts(self) -> tuple[Node, ...]:
        """Its start events."""
        return tuple(node for node in self.nodes if node.kind == "startEvent")

    @cached_property
    def graph(self) -> Graph:
        """Flows plus the step from an activity to its boundary events."""
        after: dict[str, list[str]] = {node.id: [] for node in self.nodes}
        for flow in self.flows:
            if flow.source in after and flow.target in after:
                after[flow.source].append(flow.target)
        for node in self.nodes:
            if node.host in after:
                after[str(node.host)].append(node.id)
        targets = {target for followers in after.values() for target in followers}
        entries = tuple(node.id for node in self.starts) or tuple(
            node.id for node in self.nodes if node.id not in targets and not node.event_sub_process)
        return Graph(entries, {node: tuple(dict.fromkeys(followers)) for node, followers in after.items()})

    @cached_property
    def blocks(self) -> Mapping[str, str]:
        """Join → the parallel or inclusive split it closes: its immediate dominator, when that is such a split."""
        found = {}
        for node in self.nodes:
            above = self.graph.dominators.get(node.id)
            if node.is_join and above is not None and self.by_id[above].kind in SPLITTING and self.by_id[above].is_split:
                found[node.id] = above
        return found


@dataclass(frozen=True)
class Process:
    """A process of the file; its nodes are in the scope of the same id."""

    id: str
    name: str
    executable: bool
    gl: Mapping[str, Any]
    children: Children

    @property
    def label(self) -> str:
        """What a person calls it."""
        return self.name or self.id

    def each(self, child: str) -> Iterator[dict[str, Any]]:
        """The typed gl: children of that name."""
        return (values for name, values in self.children if name == child)


@dataclass(frozen=True)
class Fault:
    """Something seen while reading: duplicate, nameless, dangling, stranger, misuse or drawing. `about` is for the message.

    `process` is the id of the process it stands in, "" outside of processes.
    """

    kind: str
    process: str
    element_id: str
    element_name: str
    about: str

    @property
    def label(self) -> str:
        """What a person calls the element."""
        return self.element_name or self.element_id or self.about


@dataclass(frozen=True)
class Model:
    """A whole file. `nodes` holds the first element of every id; `faults` what does not fit into a graph."""

    processes: tuple[Process, ...]
    scopes: Mapping[str, Scope]
    faults: tuple[Fault, ...]

    @cached_property
    def nodes(self) -> Mapping[str, Node]:
        """Every flow node of the file by id."""
        return {node.id: node for scope in self.scopes.values() for node in scope.nodes}

    @cached_property
    def flows(self) -> Mapping[str, Flow]:
        """Every sequence flow of the file by id."""
        return {flow.id: flow for scope in self.scopes.values() for flow in scope.flows}

    @cached_property
    def executable(self) -> Process | None:
        """The one process that can be deployed; None when there is none or more than one."""
        found = [process for process in self.processes if process.executable]
        return found[0] if len(found) == 1 else None

    def each(self, *kinds: str) -> Iterator[Node]:
        """Every node of one of these kinds, in the order of the file; all nodes when none is given."""
        return (node for node in self.nodes.values() if not kinds or node.kind in kinds)

    def around(self, scope: str) -> Iterator[Scope]:
        """The scope itself, then the one around it, up to the process."""
        current: str | None = scope
        while current is not None:
            yield self.scopes[current]
            current = self.scopes[current].parent

    def boundaries(self, host: Node) -> Iterator[Node]:
        """The boundary events of an activity."""
        return (node for node in self.scopes[host.scope].nodes if node.host == host.id)

    def found(self, kind: str) -> Iterator[Fault]:
        """The faults of one kind."""
        return (fault for fault in self.faults if fault.kind == kind)

    def alone(self) -> "Model":
        """Only the executable process and those it calls: other pools are drawings and are not judged. Itself when unclear."""
        if self.executable is None:
            return self
        wanted = self._called_from(self.executable.id)
        kept = {scope: found for scope, found in self.scopes.items() if list(self.around(scope))[-1].id in wanted}
        faults = tuple(fault for fault in self.faults if fault.process in ("", *wanted) or fault.kind in ("duplicate", "nameless"))
        return Model(tuple(process for process in self.processes if process.id in wanted), kept, faults)

    def _called_from(self, process: str) -> frozenset[str]:
        """The process and every process of the same file that it calls, directly or not."""
        calls: dict[str, set[str]] = {one.id: set() for one in self.processes}
        for node in self.each("callActivity"):
            calls[list(self.around(node.scope))[-1].id].add(node.attributes.get("calledElement", ""))
        found, pending = {process}, [process]
        while pending:
            new = {one for one in calls[pending.pop()] if one in calls} - found
            found |= new
            pending += new
        return frozenset(found)
