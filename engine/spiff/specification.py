"""From drawings to the specification that tokens run on, built once per definition version and shared by all its cases.

Called processes are read with a parser of their own, and their names carry the called process's id in front, so ids may repeat
between documents.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from engine.errors import InvalidDefinition
from engine.spiff import parser
from engine.spiff.actions import Decision, End, Job, Script, Send, Throw
from engine.spiff.calls import Called, Embedded
from engine.spiff.drawing import ACTIVITIES, Drawing, Event, Repetition, Shape
from engine.spiff.events import Boundary, Catch, Receive, Trigger
from engine.spiff.gateways import Choice, Exclusive, FirstEvent, Inclusive, Parallel
from engine.spiff.joins import pair_joins
from engine.spiff.multi_instance import AllAtOnce, InTurn, Loop
from engine.spiff.nodes import BoundarySplit, ByHand, Node, Pass, Person, Process, Untyped
from engine.spiff.snapshot import Element

Documents = Mapping[str, bytes]


@dataclass(frozen=True)
class Specification:
    """`process` and `specs` are for this room only; other rooms read `elements`. `timed` are the ids of elements with a limit; a process
    with a limit of its own is among them though it is no element."""

    process_id: str
    elements: Mapping[str, Element]
    process: Any
    specs: dict[str, Any]
    timed: frozenset[str] = frozenset()
    processes: Mapping[str, Element] = field(default_factory=dict)

    @property
    def is_timed(self) -> bool:
        """Whether anything in it has a limit."""
        return bool(self.timed)


def build(document: bytes, process_id: str, called: Documents | None = None) -> Specification:
    """The specification of one process, with everything it calls. `called` maps the id of a called process to its document;
    processes of the same document are found without it. Refuses (InvalidDefinition) what cannot run, naming the element."""
    builder = _Builder(parser.read(document), called or {})
    if process_id not in builder.drawings:
        raise InvalidDefinition(message=f"文件中没有流程“{process_id}”，请检查流程编号。", process_id=process_id)
    process = builder.process(process_id, "")
    timed = {one.id for one in builder.elements.values() if is_timed(one)} | builder.timed
    return Specification(process_id, builder.elements, process, builder.specs, frozenset(timed), builder.processes)


def is_timed(element: Element) -> bool:
    """Whether a limit of the diagram's own (`gl:limit`) or a rule of the law (`gl:deadline`) runs while the element is open."""
    return bool(element.gl.get("limit") or element.gl.get("deadline"))


class _Builder:
    def __init__(self, drawings: dict[str, Drawing], called: Documents) -> None:
        self.drawings, self.called = drawings, called
        self.elements: dict[str, Element] = {}
        self.specs: dict[str, Any] = {}
        self.timed: set[str] = set()
        self.processes: dict[str, Element] = {}

    def process(self, process_id: str, prefix: str) -> Any:
        return _Scope(self, self.drawings[process_id], prefix, process_id).build(closed=True)

    def call(self, shape: Shape) -> str:
        """The name of the called process's spec; it is built once, however often it is called."""
        name = shape.called or ""
        if name not in self.drawings:
            if name not in self.called:
                raise InvalidDefinition(
                    message=f"“{shape.name}”调用的流程“{name}”没有发布，请先发布它或改选其他流程。", element_id=shape.id
                )
            self.drawings.update({**parser.read(self.called[name]), **self.drawings})
        if name not in self.drawings:
            raise InvalidDefinition(message=f"“{shape.name}”调用的文件中没有流程“{name}”，请检查流程编号。", element_id=shape.id)
        key = f"{name}:"
        if key not in self.specs:
            self.specs[key] = None  # a process may call itself
            self.specs[key] = self.process(name, key)
        return key


class _Scope:
    """Builds one process or sub-process: nodes, then what stands between them, then the flows."""

    def __init__(self, builder: _Builder, drawing: Drawing, prefix: str, process_id: str, link: str | None = None) -> None:
        self.builder, self.drawing, self.prefix, self.process_id, self.link = builder, drawing, prefix, process_id, link
        self.entries: dict[str, Any] = {}
        self.exits: dict[str, Any] = {}

    def build(self, closed: bool) -> Any:
        self.spec = Process(self.prefix + self.drawing.id, self.drawing.name, closed)
        if closed:
            self.spec.element = self.whole()
        boundaries = [shape for shape in self.drawing.shapes.values() if shape.kind == "boundaryEvent"]
        for shape in self.drawing.shapes.values():
            if shape.kind != "boundaryEvent":
                self.add(shape)
        for shape in boundaries:
            self.add_boundary(shape)
        self.start()
        for shape in self.drawing.shapes.values():
            self.connect(shape)
        pair_joins(self.spec)
        return self.spec

    # ------------------------------------------------------------------------------------------ nodes

    def element(self, shape: Shape) -> Element:
        link = shape.gl.get("link", self.link)
        found = Element(self.prefix + shape.id, shape.name, shape.kind, shape.lane, link, shape.gl, self.process_id)
        if found.id in self.builder.elements:
            raise InvalidDefinition(message=f"“{shape.name}”的编号“{shape.id}”重复，请修改其中一个。", element_id=shape.id)
        self.builder.elements[found.id] = found
        return found

    def whole(self) -> Element:
        """The process itself, for a limit that runs as long as it."""
        found = Element(self.prefix + self.drawing.id, self.drawing.name, "process", None, self.link, self.drawing.gl, self.process_id)
        self.builder.processes[self.process_id] = found
        if is_timed(found):
            self.builder.timed.add(found.id)
        return found

    def make(self, kind: Callable[..., Any], shape: Shape, name: str | None = None, **options: Any) -> Any:
        """One task spec. Its name is the element's id; inner nodes have a name that no XML id can have."""
        return kind(self.spec, name or self.prefix + shape.id, lane=shape.lane, bpmn_name=shape.name, **options)

    def add(self, shape: Shape) -> None:
        element = self.element(shape)
        inner = shape.inner
        if inner is not None:
            self.builder.specs[element.id] = _Scope(self.builder, inner, self.prefix, self.process_id, element.link).build(
                closed=False
            )
        repetition = shape.repetition
        node = self.node(shape, element, None if repetition is None else f"{element.id} [child]")
        self.entries[shape.id] = self.exits[shape.id] = node
        if repetition is None:
            return
        node.logged = False
        many = self.repeated(shape, repetition, node)
        many.element, many.rule, many.instance = element, repetition, node.name
        self.entries[shape.id] = self.exits[shape.id] = many

    def repeated(self, shape: Shape, repetition: Repetition, node: Any) -> Any:
        if repetition.kind == "loop":
            if repetition.condition is None and repetition.maximum is None:
                raise InvalidDefinition(message=f"循环“{shape.name}”没有指定循环条件或最多次数，请补充。", element_id=shape.id)
            return self.make(Loop, shape, task_spec=node.name, maximum=None, condition=None, test_before=False)
        if (repetition.collection is None) == (repetition.cardinality is None):
            raise InvalidDefinition(message=f"会签“{shape.name}”必须且只能指定名单或次数之一。", element_id=shape.id)
        return self.make(InTurn if repetition.kind == "sequential" else AllAtOnce, shape, task_spec=node.name)

    def node(self, shape: Shape, element: Element, name: str | None) -> Any:
        maker = _MAKERS.get(shape.kind)
        node = maker(self, shape, name) if maker else self.make(_KINDS[shape.kind], shape, name)
        node.element = element
        return node

    def catch(self, kind: Callable[..., Any], shape: Shape, name: str | None = None, **options: Any) -> Any:
        node = self.make(kind, shape, name, event_definition=shape.event, **options)
        node.event = shape.event
        own = self.builder.elements.get(self.prefix + shape.id)
        node.limited = own if own is not None and is_timed(own) else None
        return node

    def intermediate(self, shape: Shape, name: str | None) -> Any:
        return self.plain(shape, name) if shape.event.kind in ("none", "link") else self.catch(Catch, shape, name)

    def throw(self, shape: Shape, name: str | None) -> Any:
        kind = {"endEvent": End, "sendTask": Send}.get(shape.kind, Throw)
        node = self.make(kind, shape, name, event_definition=shape.event)
        node.event = shape.event
        return node

    def plain(self, shape: Shape, name: str | None) -> Any:
        return self.make(Pass, shape, name, event_definition=Event())

    def script(self, shape: Shape, name: str | None) -> Any:
        node = self.make(Script, shape, name)
        node.feel = shape.script
        return self.requiring(shape, node, "resultVariable", "必须指定结果变量")

    def requiring(self, shape: Shape, node: Any, attribute: str, reason: str) -> Any:
        if not shape.gl.get(attribute):
            raise InvalidDefinition(message=f"“{shape.name}”{reason}，请补充后再发布。", element_id=shape.id)
        return node

    def decision(self, shape: Shape, name: str | None) -> Any:
        return self.requiring(shape, self.make(Decision, shape, name), "decisionRef", "没有指定决策表")

    def job(self, shape: Shape, name: str | None) -> Any:
        return self.requiring(shape, self.make(Job, shape, name), "function", "没有指定要调用的操作")

    def embedded(self, shape: Shape, name: str | None) -> Any:
        return self.make(Embedded, shape, name, subworkflow_spec=self.prefix + shape.id)

    def called(self, shape: Shape, name: str | None) -> Any:
        return self.make(Called, shape, name, subworkflow_spec=self.builder.call(shape))

    def receive(self, shape: Shape, name: str | None) -> Any:
        return self.catch(Receive, shape, name)

    # ------------------------------------------------------------------------------------------ what stands between

    def add_boundary(self, shape: Shape) -> None:
        activity = self.drawing.shapes.get(shape.attached_to or "")
        if activity is None or activity.kind not in ACTIVITIES:
            raise InvalidDefinition(message=f"边界事件“{shape.name}”没有附着在任何环节上，请重新放置。", element_id=shape.id)
        element = self.element(shape)
        node = self.catch(Boundary, shape, cancel_activity=shape.interrupting)
        held = self.builder.elements[self.prefix + activity.id]
        node.element, node.activity = element, held
        node.limited = node.limited or (held if is_timed(held) else None)
        split = self.entries[activity.id]
        if not isinstance(split, BoundarySplit):
            split = BoundarySplit(self.spec, f"{self.prefix}{activity.id} [edge]", lane=activity.lane)
            split.connect(self.entries[activity.id])
            self.entries[activity.id] = split
        split.connect(node)
        self.entries[shape.id] = self.exits[shape.id] = node

    def start(self) -> None:
        """The triggers of event sub-processes first, so that they wait before anything runs; then the start event."""
        for shape in self.drawing.shapes.values():
            if shape.inner is not None and shape.inner.triggered:
                self.trigger(shape, shape.inner)
        starts = [shape for shape in self.drawing.shapes.values() if shape.kind == "startEvent"]
        plain = [shape for shape in starts if shape.event.kind == "none"]
        if not starts:
            raise InvalidDefinition(message=f"“{self.drawing.name}”没有开始事件，请添加一个。", element_id=self.drawing.id)
        self.spec.start.connect(self.entries[(plain or starts)[0].id])

    def trigger(self, shape: Shape, inner: Drawing) -> None:
        start = next((found for found in inner.shapes.values() if found.kind == "startEvent"), None)
        if start is None or start.event.kind in ("none", "conditional"):
            raise InvalidDefinition(
                message=f"事件子流程“{shape.name}”的开始事件必须是消息、信号、定时、错误或升级。", element_id=shape.id
            )
        trigger = self.catch(Trigger, start, f"{self.prefix}{start.id} [trigger]")
        trigger.element = self.builder.elements[self.prefix + start.id]
        trigger.interrupting = start.interrupting or start.event.kind == "error"
        trigger.limited = trigger.limited or self.limited_scope()
        self.spec.start.connect(trigger)
        trigger.connect(self.entries[shape.id])

    def limited_scope(self) -> Element | None:
        """The process or sub-process in which an event sub-process stands, if it has a limit."""
        own = self.spec.element or self.builder.elements.get(self.prefix + self.drawing.id)
        return own if own is not None and is_timed(own) else None

    # ------------------------------------------------------------------------------------------ flows

    def connect(self, shape: Shape) -> None:
        source = self.exits[shape.id]
        if shape.kind == "intermediateThrowEvent" and shape.event.kind == "link":
            source.connect(self.link_target(shape))
        if isinstance(source, Choice) and len(shape.outgoing) > 1:
            self.choose(shape, source)
            return
        if len(shape.outgoing) > 1 and not isinstance(source, Parallel | FirstEvent):
            raise InvalidDefinition(message=f"“{shape.name}”后面直接分成了几条路，请在其后插入网关。", element_id=shape.id)
        for flow in shape.outgoing:
            source.connect(self.entries[flow.target])

    def choose(self, shape: Shape, gateway: Choice) -> None:
        conditions = []
        for flow in shape.outgoing:
            target = self.entries[flow.target]
            Node.connect(gateway, target)
            if flow.id == shape.default:
                gateway.default = target.name
            elif flow.condition is None:
                name = self.drawing.shapes[flow.target].name
                raise InvalidDefinition(message=f"网关“{shape.name}”到“{name}”的连线缺少条件。", element_id=flow.id)
            else:
                conditions.append((flow.condition, target.name, flow.name or self.drawing.shapes[flow.target].name))
        gateway.conditions = tuple(conditions)

    def link_target(self, shape: Shape) -> Any:
        for other in self.drawing.shapes.values():
            if other.kind == "intermediateCatchEvent" and other.event.kind == "link" and other.event.name == shape.event.name:
                return self.entries[other.id]
        raise InvalidDefinition(message=f"链接事件“{shape.name}”没有同名的接收事件，请补充或改用连线。", element_id=shape.id)


_KINDS: dict[str, Callable[..., Any]] = {
    "userTask": Person,
    "manualTask": ByHand,
    "task": Untyped,
    "exclusiveGateway": Exclusive,
    "inclusiveGateway": Inclusive,
    "parallelGateway": Parallel,
    "eventBasedGateway": FirstEvent,
}
_MAKERS: dict[str, Callable[[_Scope, Shape, str | None], Any]] = {
    "startEvent": _Scope.plain,
    "intermediateCatchEvent": _Scope.intermediate,
    "intermediateThrowEvent": _Scope.throw,
    "endEvent": _Scope.throw,
    "sendTask": _Scope.throw,
    "receiveTask": _Scope.receive,
    "scriptTask": _Scope.script,
    "businessRuleTask": _Scope.decision,
    "serviceTask": _Scope.job,
    "subProcess": _Scope.embedded,
    "transaction": _Scope.embedded,
    "callActivity": _Scope.called,
}
