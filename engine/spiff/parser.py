"""Reads BPMN 2.0 documents into drawings. Knows XML and our extension attributes, nothing about tokens.

What is not understood is refused by name here rather than ignored: a construct that silently does nothing would be found out
by a citizen.
"""

from collections.abc import Mapping
from typing import Any

from lxml import etree

from engine.errors import InvalidDefinition
from engine.spiff.drawing import ACTIVITIES, EVENTS, GATEWAYS, Drawing, Event, Flow, Repetition, Shape

BPMN = "{http://www.omg.org/spec/BPMN/20100524/MODEL}"
GL = "{https://gridloop.dev/schema/bpmn/1.0}"
UNORDERED = 10**9
UNSUPPORTED = {"complexGateway": "复杂网关", "adHocSubProcess": "临时子流程"}
FLOW_NODES = ACTIVITIES | GATEWAYS | EVENTS

Attributes = Mapping[str, Any]


def read(document: bytes) -> dict[str, Drawing]:
    """The processes of a document by id. Refuses (InvalidDefinition) what cannot run."""
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
    try:
        root = etree.fromstring(document, parser)
    except etree.XMLSyntaxError as problem:
        raise InvalidDefinition(message="流程文件不是有效的 XML，请用流程设计器重新保存。", cause=str(problem)) from problem
    definitions = _Definitions(root)
    return {process.get("id", ""): definitions.drawing(process, None) for process in root.findall(f"{BPMN}process")}


def local(element: Any) -> str:
    return str(etree.QName(element).localname)


def refuse(element: Any, reason: str) -> InvalidDefinition:
    label = element.get("name") or element.get("id") or local(element)
    return InvalidDefinition(message=f"“{label}”{reason}", element_id=element.get("id"))


def _tree(element: Any) -> dict[str, Any]:
    """An extension element as values: attributes, text, children grouped by name."""
    found: dict[str, Any] = {str(etree.QName(key).localname): value for key, value in element.attrib.items()}
    if element.text and element.text.strip():
        found["text"] = element.text.strip()
    for child in element.iterchildren(tag=etree.Element):
        found.setdefault(local(child), []).append(_tree(child))
    return found


def _extension(element: Any) -> dict[str, Any]:
    """Our attributes, and our children of extensionElements grouped by name."""
    found: dict[str, Any] = {key[len(GL) :]: value for key, value in element.attrib.items() if str(key).startswith(GL)}
    extensions = element.find(f"{BPMN}extensionElements")
    for child in () if extensions is None else extensions.iterchildren(tag=etree.Element):
        if str(child.tag).startswith(GL):
            found.setdefault(local(child), []).append(_tree(child))
    return found


def _text(element: Any, path: str) -> str | None:
    found = element.find("/".join(BPMN + step for step in path.split("/")))
    return None if found is None or not (found.text or "").strip() else found.text.strip()


def _flag(element: Any, name: str, default: bool) -> bool:
    return bool(element.get(name, "true" if default else "false") == "true")


class _Definitions:
    """One document: what its processes refer to by id."""

    def __init__(self, root: Any) -> None:
        self.named = {
            kind: {found.get("id"): found for found in root.findall(BPMN + kind)}
            for kind in ("message", "signal", "error", "escalation")
        }
        self.lanes: dict[str, str] = {}
        for lane in root.iter(f"{BPMN}lane"):  # an inner lane comes after the one that holds it
            for reference in lane.findall(f"{BPMN}flowNodeRef"):
                self.lanes[(reference.text or "").strip()] = lane.get("name") or lane.get("id")

    def drawing(self, process: Any, lane: str | None) -> Drawing:
        drawing = Drawing(
            id=process.get("id", ""),
            name=process.get("name") or process.get("id", ""),
            gl=_extension(process),
            triggered=_flag(process, "triggeredByEvent", False),
        )
        for element in process.iterchildren(tag=etree.Element):
            kind = local(element)
            if kind in UNSUPPORTED:
                raise refuse(element, f"是{UNSUPPORTED[kind]}，暂不支持，请改用其他画法。")
            if kind in FLOW_NODES and str(element.tag).startswith(BPMN):
                shape = self.shape(element, lane)
                if not shape.id or shape.id in drawing.shapes:
                    raise refuse(element, "没有编号或编号重复，请修改。")
                drawing.shapes[shape.id] = shape
        for flow in _flows(process):
            for end in (flow.source, flow.target):
                if end not in drawing.shapes:
                    raise InvalidDefinition(
                        message=f"连线“{flow.name or flow.id}”的一端没有连到任何环节，请重新连接。", element_id=flow.id
                    )
            drawing.shapes[flow.source].outgoing.append(flow)
        return drawing

    def shape(self, element: Any, lane: str | None) -> Shape:
        kind, identity = local(element), element.get("id", "")
        own_lane = self.lanes.get(identity, lane)
        if _flag(element, "isForCompensation", False):
            raise refuse(element, "是补偿活动，暂不支持。")
        return Shape(
            id=identity,
            kind=kind,
            name=element.get("name") or identity,
            lane=own_lane,
            gl=_extension(element),
            event=self.event(element),
            repetition=_repetition(element),
            script=_text(element, "script") or "",
            default=element.get("default"),
            called=element.get("calledElement"),
            attached_to=element.get("attachedToRef"),
            interrupting=_flag(element, "cancelActivity" if kind == "boundaryEvent" else "isInterrupting", True),
            inner=self.drawing(element, own_lane) if kind in ("subProcess", "transaction") else None,
        )

    def event(self, element: Any) -> Event:
        if local(element) in ("sendTask", "receiveTask") and element.get("messageRef"):
            return self.reference(element, "message")
        found = [child for child in element.iterchildren(tag=etree.Element) if local(child).endswith("EventDefinition")]
        if len(found) > 1:
            raise refuse(element, "带有多个事件定义，暂不支持，请拆成几个事件。")
        return self.definition(found[0], element) if found else Event()

    def definition(self, found: Any, holder: Any) -> Event:
        kind = local(found).removesuffix("EventDefinition")
        if kind == "compensate":
            raise refuse(holder, "是补偿事件，暂不支持。")
        if kind in self.named:
            return self.reference(found, kind)
        if kind == "timer":
            return _timer(found, holder)
        if kind == "conditional":
            return Event("conditional", expression=_text(found, "condition") or "")
        return Event(kind, name=found.get("name"))

    def reference(self, element: Any, kind: str) -> Event:
        """A message, signal, error or escalation; without a reference it is known by the event's own name (errors: any code)."""
        target = element.get(f"{kind}Ref")
        if target is None:
            holder = element.getparent()
            return Event(kind, name=None if kind in ("error", "escalation") else holder.get("name") or holder.get("id"))
        named = self.named[kind].get(target)
        if named is None:
            raise refuse(
                element.getparent() if local(element).endswith("Definition") else element, f"引用的“{target}”不存在，请重新选择。"
            )
        name = named.get("name") or target
        return Event(kind, name=name, code=named.get(f"{kind}Code") or (name if kind in ("error", "escalation") else None))


def _timer(found: Any, holder: Any) -> Event:
    for form in ("Date", "Duration", "Cycle"):
        text = _text(found, f"time{form}")
        if text is not None:
            return Event("timer", name=holder.get("name") or holder.get("id"), expression=text, form=form.lower())
    return Event("timer", name=holder.get("name") or holder.get("id"), form="date")


def _flows(process: Any) -> list[Flow]:
    """In the designer's order, else as written."""
    numbered = [(_number(flow, f"{GL}order"), flow) for flow in process.findall(f"{BPMN}sequenceFlow")]
    ordered = sorted(numbered, key=lambda pair: UNORDERED if pair[0] is None else pair[0])
    return [_flow(flow) for _, flow in ordered]


def _flow(flow: Any) -> Flow:
    return Flow(
        id=flow.get("id", ""),
        name=flow.get("name") or "",
        source=flow.get("sourceRef", ""),
        target=flow.get("targetRef", ""),
        condition=_text(flow, "conditionExpression"),
    )


def _repetition(element: Any) -> Repetition | None:
    loop = element.find(f"{BPMN}standardLoopCharacteristics")
    if loop is not None:
        return Repetition(
            "loop",
            condition=_text(loop, "loopCondition"),
            maximum=_number(loop, "loopMaximum"),
            test_before=_flag(loop, "testBefore", False),
        )
    many = element.find(f"{BPMN}multiInstanceLoopCharacteristics")
    if many is None:
        return None
    return Repetition(
        "sequential" if _flag(many, "isSequential", False) else "parallel",
        collection=_text(many, "loopDataInputRef"),
        cardinality=_text(many, "loopCardinality"),
        item=_item(many, "inputDataItem"),
        output=_text(many, "loopDataOutputRef"),
        output_item=_item(many, "outputDataItem"),
        condition=_text(many, "completionCondition"),
    )


def _number(element: Any, name: str) -> int | None:
    text = element.get(name, "")
    if text and not text.isdecimal():
        raise refuse(element, f"的“{name.removeprefix(GL)}”必须是数字，现在是“{text}”。")
    return int(text) if text else None


def _item(many: Any, kind: str) -> str | None:
    found = many.find(BPMN + kind)
    return None if found is None else found.get("name") or found.get("id")
