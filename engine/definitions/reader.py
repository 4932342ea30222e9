"""From the XML of a BPMN file to the model: everything is read, nothing is judged; what does not fit becomes a fault."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace

from lxml import etree

from engine.definitions import extension
from engine.definitions.guard import is_bpmn, local_name, open_bpmn, text_of
from engine.definitions.model import (
    ACTIVITIES,
    FLOW_NODES,
    SUB_PROCESSES,
    EventDefinition,
    Fault,
    Flow,
    Loop,
    Model,
    Node,
    Process,
    Scope,
)

DRAWN = ("dataObject", "dataObjectReference", "dataStoreReference")
SILENT = (
    "incoming", "outgoing", "documentation", "extensionElements", "laneSet", "textAnnotation", "association", "group", "auditing",
    "monitoring", "ioSpecification", "property", "dataInputAssociation", "dataOutputAssociation", "resourceRole", "performer",
    "humanPerformer", "potentialOwner", "multiInstanceLoopCharacteristics", "standardLoopCharacteristics", "correlationSubscription",
    "supportedInterfaceRef", "ioBinding", "completionCondition", "supports", "category",
)
REFERENCES = {"message": "messageRef", "signal": "signalRef", "error": "errorRef", "escalation": "escalationRef"}
NAMED = ("message", "signal", "error", "escalation")


def read(document: bytes) -> Model:
    """The model of a BPMN file of any origin. Raises UnsafeInput (see `guard`); a broken diagram is read with faults."""
    return read_tree(open_bpmn(document))


def read_tree(root: etree._Element) -> Model:
    """The same from a tree that has passed the guard."""
    reading = _Reading({str(one.get("id")): one for one in root if is_bpmn(one, *NAMED)})
    processes = []
    for element in root:
        if is_bpmn(element, "process"):
            processes.append(reading.process(element))
        elif local_name(element).startswith("global"):
            reading.fault("stranger", element, local_name(element))
    return Model(tuple(processes), reading.scopes, tuple(reading.faults))


@dataclass
class _Reading:
    """What has been collected so far. `named` are the global messages, signals, errors and escalations by id."""

    named: Mapping[str, etree._Element]
    scopes: dict[str, Scope] = field(default_factory=dict)
    faults: list[Fault] = field(default_factory=list)
    ids: set[str] = field(default_factory=set)
    inside: str = ""

    def fault(self, kind: str, element: etree._Element, about: str) -> None:
        self.faults.append(Fault(kind, self.inside, str(element.get("id") or ""), _name(element), about))

    def identity(self, element: etree._Element) -> str:
        """Its id, made unique when it is missing or used twice, so that the rest of the file can still be judged."""
        written = str(element.get("id") or "").strip()
        if written and written not in self.ids:
            self.ids.add(written)
            return written
        self.fault("duplicate" if written else "nameless", element, written or local_name(element))
        return f"{written}?{len(self.faults)}"

    def gl(self, element: etree._Element) -> extension.Extensions:
        found = extension.read(element)
        for one in found.misuses:
            self.fault("misuse", element, one.message)
        return found

    def process(self, element: etree._Element) -> Process:
        identity = self.inside = self.identity(element)
        known = self.gl(element)
        self.scope(element, identity, None)
        executable = element.get("isExecutable", "true") in ("true", "1")
        self.inside = ""
        return Process(identity, _name(element), executable, known.values, known.children)

    def scope(self, element: etree._Element, identity: str, parent: str | None) -> None:
        """Read one level; sub-processes go on with their own (their depth is bounded by the parser's 256 levels)."""
        lanes, nodes, flows = _lanes(element), [], []
        self.scopes[identity] = Scope(identity, _name(element), local_name(element), parent, (), ())
        for child in element:
            tag = local_name(child)
            if is_bpmn(child, *FLOW_NODES):
                nodes.append(self.node(child, identity, lanes))
            elif is_bpmn(child, "sequenceFlow"):
                flows.append(self.flow(child))
            elif tag in DRAWN and is_bpmn(child):
                self.fault("drawing", child, tag)
            elif tag not in SILENT and is_bpmn(child):
                self.fault("stranger", child, tag)
        self.scopes[identity] = replace(self.scopes[identity], nodes=tuple(_connected(nodes, flows)), flows=tuple(flows))
        self.dangling(self.scopes[identity])

    def dangling(self, scope: Scope) -> None:
        for flow in scope.flows:
            for end in (flow.source, flow.target):
                if end not in scope.by_id:
                    self.faults.append(Fault("dangling", self.inside, flow.id, flow.name, end))
        for node in scope.nodes:
            host = scope.by_id.get(str(node.host))
            if node.kind == "boundaryEvent" and (host is None or host.kind not in ACTIVITIES):
                self.faults.append(Fault("dangling", self.inside, node.id, node.name, str(node.host)))
            if node.default is not None and node.default not in {flow.id for flow in node.outgoing}:
                self.faults.append(Fault("dangling", self.inside, node.id, node.name, node.default))

    def node(self, element: etree._Element, scope: str, lanes: Mapping[str, str]) -> Node:
        known = self.gl(element)
        identity = self.identity(element)
        if local_name(element) in SUB_PROCESSES:
            self.scope(element, identity, scope)
        attributes = {str(key): str(value) for key, value in element.attrib.items() if not str(key).startswith("{")}
        if _child(element, "activationCondition") is not None:
            attributes["activationCondition"] = "true"
        return Node(
            identity, _name(element), local_name(element), scope, attributes, known.values, known.children,
            tuple(self.events(element)), _loop(element), lanes.get(identity), text_of(_child(element, "script")))

    def flow(self, element: etree._Element) -> Flow:
        condition = _child(element, "conditionExpression")
        text = None if condition is None else text_of(condition)
        return Flow(self.identity(element), _name(element), str(element.get("sourceRef") or ""), str(element.get("targetRef") or ""),
                    text, self.gl(element).values)

    def events(self, element: etree._Element) -> Iterator[EventDefinition]:
        """Definitions inside an event, and the message of a send or receive task."""
        for child in element:
            if is_bpmn(child) and local_name(child).endswith("EventDefinition"):
                yield self.event(child, local_name(child).removesuffix("EventDefinition"))
            elif is_bpmn(child, "eventDefinitionRef"):
                self.fault("stranger", element, "eventDefinitionRef")
        if is_bpmn(element, "sendTask", "receiveTask"):
            yield self.event(element, "message")

    def event(self, element: etree._Element, kind: str) -> EventDefinition:
        ref = element.get(REFERENCES.get(kind, "-"))
        target = self.named.get(_local(str(ref))) if ref is not None else None
        if target is not None and local_name(target) != kind:
            target = None
        name = str(target.get("name") or target.get("id")) if target is not None else str(element.get("name") or "")
        code = str(target.get(f"{kind}Code") or "") if target is not None else ""
        timer = tuple((local_name(one), text_of(one)) for one in element if local_name(one).startswith("time"))
        return EventDefinition(kind, None if ref is None else str(ref), name, code, ref is None or target is not None,
                               timer if kind == "timer" else (), text_of(_child(element, "condition")))


def _name(element: etree._Element) -> str:
    return " ".join(str(element.get("name") or "").split())


def _local(reference: str) -> str:
    """Some editors write references with a namespace prefix."""
    return reference.rpartition(":")[2]


def _child(element: etree._Element, tag: str) -> etree._Element | None:
    return next((child for child in element if is_bpmn(child, tag)), None)


def _lanes(element: etree._Element) -> dict[str, str]:
    """Node id → name of the innermost lane."""
    found: dict[str, str] = {}
    for lane in element.iterdescendants():
        if is_bpmn(lane, "lane"):
            for ref in lane:
                if is_bpmn(ref, "flowNodeRef"):
                    found[text_of(ref)] = _name(lane) or str(lane.get("id"))
    return found


def _connected(nodes: list[Node], flows: list[Flow]) -> Iterator[Node]:
    incoming: dict[str, list[Flow]] = {}
    outgoing: dict[str, list[Flow]] = {}
    for flow in flows:
        incoming.setdefault(flow.target, []).append(flow)
        outgoing.setdefault(flow.source, []).append(flow)
    for node in nodes:
        yield replace(node, incoming=tuple(incoming.get(node.id, ())), outgoing=tuple(outgoing.get(node.id, ())))


def _loop(element: etree._Element) -> Loop | None:
    multiple, standard = _child(element, "multiInstanceLoopCharacteristics"), _child(element, "standardLoopCharacteristics")
    if multiple is not None:
        return Loop(
            True, multiple.get("isSequential") == "true", text_of(_child(multiple, "loopCardinality")),
            text_of(_child(multiple, "loopDataInputRef")), _item(multiple, "inputDataItem"),
            text_of(_child(multiple, "loopDataOutputRef")), _item(multiple, "outputDataItem"),
            text_of(_child(multiple, "completionCondition")), str(multiple.get("behavior") or "All"))
    if standard is not None:
        return Loop(False, maximum=str(standard.get("loopMaximum") or ""), condition=text_of(_child(standard, "loopCondition")))
    return None


def _item(element: etree._Element, tag: str) -> str:
    item = _child(element, tag)
    return "" if item is None else str(item.get("name") or item.get("id") or "").strip()
