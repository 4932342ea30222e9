"""The elements of a diagram with everything that is said about them, foreign attributes included."""

from collections.abc import Iterator, Mapping

from lxml import etree

from engine.definitions.extension import ATTRIBUTES, CHILDREN, NAMESPACE
from engine.definitions.guard import is_bpmn, local_name, namespace, open_bpmn, text_of
from engine.definitions.layout import DC, DD, DI
from engine.definitions.model import FLOW_NODES
from engine.studio import value_words
from engine.studio.facts import Thing, unique

KINDS = {
    "userTask": "人工任务", "manualTask": "手工任务", "task": "任务", "scriptTask": "脚本任务", "businessRuleTask": "业务规则任务",
    "serviceTask": "系统任务", "sendTask": "发送任务", "receiveTask": "接收任务", "subProcess": "子流程", "transaction": "事务子流程",
    "adHocSubProcess": "自由子流程", "callActivity": "调用活动", "startEvent": "开始事件", "endEvent": "结束事件",
    "intermediateCatchEvent": "中间捕获事件", "intermediateThrowEvent": "中间抛出事件", "boundaryEvent": "边界事件",
    "exclusiveGateway": "排他网关", "inclusiveGateway": "包容网关", "parallelGateway": "并行网关", "complexGateway": "复杂网关",
    "eventBasedGateway": "事件网关", "sequenceFlow": "连线", "process": "流程", "lane": "泳道", "participant": "泳池", "message": "消息",
    "signal": "信号", "error": "错误", "escalation": "升级", "textAnnotation": "注释", "association": "关联线", "group": "分组",
    "dataObjectReference": "数据对象", "dataStoreReference": "数据存储", "messageFlow": "消息流", "collaboration": "协作"}
SILENT = ("incoming", "outgoing", "flowNodeRef")
OWN = frozenset({*FLOW_NODES, *KINDS})
TITLES = {one.name: one.title for one in ATTRIBUTES}
CHILD_TITLES = {one.name: one.title for one in CHILDREN}
CHILD_WORDS = {(one.name, each.name): each.title for one in CHILDREN for each in one.attributes}
PLAIN = {
    "name": "名称", "sourceRef": "起点", "targetRef": "终点", "default": "默认出口", "attachedToRef": "所在步骤", "cancelActivity": "中断",
    "isExecutable": "可执行", "calledElement": "调用的流程", "conditionExpression": "条件", "documentation": "说明", "timeDate": "到期时刻",
    "timeDuration": "时长", "timeCycle": "循环", "script": "脚本", "isSequential": "串行", "completionCondition": "完成条件",
    "loopCardinality": "次数", "condition": "条件", "messageRef": "消息", "signalRef": "信号", "errorRef": "错误", "escalationRef": "升级",
    "triggeredByEvent": "由事件启动", "isInterrupting": "中断", "processRef": "流程", "text": "文字", "gatewayDirection": "方向"}
NAMED = ("name", "template", "key", "id")
XSI = "http://www.w3.org/2001/XMLSchema-instance"


def names(document: bytes) -> dict[str, str]:
    """What each element is called, by its id. Raises UnsafeInput."""
    return {str(one.get("id")): str(one.get("name") or _nameless(one)) for one in open_bpmn(document).iter(etree.Element) if one.get("id")}


def _nameless(element: etree._Element) -> str:
    return f"{KINDS.get(local_name(element), local_name(element))} {element.get('id')}"


def things(document: bytes, called: Mapping[str, str]) -> dict[str, Thing]:
    """Every element of the diagram by its id, in the order of the file; `called`: names by id, for what refers to others.

    Raises UnsafeInput.
    """
    root = open_bpmn(document)
    bounds, lanes = _bounds(root), _lanes(root)
    found: dict[str, Thing] = {}
    for element in root.iter(etree.Element):
        identity = str(element.get("id") or "")
        if is_bpmn(element, *OWN) and identity and identity not in found:
            found[identity] = _thing(element, lanes.get(identity, ""), called, bounds.get(identity, ()))
    return found


def _thing(element: etree._Element, lane: str, called: Mapping[str, str], bounds: tuple[str, ...]) -> Thing:
    tag, identity = local_name(element), str(element.get("id"))
    facts: dict[str, str] = {"种类": KINDS.get(tag, tag), **({"泳道": lane} if lane else {})}
    parent = element.getparent()
    if parent is not None and is_bpmn(parent, "process", "subProcess", "transaction", "adHocSubProcess"):
        facts["所在范围"] = called.get(str(parent.get("id")), "")
    for what, text in _said(element):
        facts[unique(facts, what)] = called.get(text, text) if what in ("起点", "终点", "默认出口", "所在步骤") else text
    name = str(element.get("name") or "")
    if tag == "sequenceFlow" and not name:
        name = f"{called.get(str(element.get('sourceRef')), '？')} → {called.get(str(element.get('targetRef')), '？')}"
    return Thing(identity, " ".join(name.split()), KINDS.get(tag, tag), "", facts, bounds)


def _said(element: etree._Element, inside: str = "") -> Iterator[tuple[str, str]]:
    """Attributes, then what stands inside and is no element of its own."""
    for key, value in element.attrib.items():
        name = etree.QName(str(key))
        if (name.localname != "id" or name.namespace) and name.namespace != XSI:
            words = value_words.own if name.namespace == NAMESPACE else value_words.plain
            yield f"{inside}{_title(element, name)}", words(str(name.localname), str(value))
    for child in element:
        if not isinstance(child.tag, str) or is_bpmn(child, *SILENT) or (is_bpmn(child, *OWN) and child.get("id")):
            continue
        if is_bpmn(child, "extensionElements", "laneSet"):
            yield from _said(child, inside)
            continue
        yield from _inner(child, inside)


def _inner(child: etree._Element, inside: str) -> Iterator[tuple[str, str]]:
    tag, text = local_name(child), " ".join((child.text or "").split())
    known = CHILD_TITLES.get(tag) if namespace(child) == NAMESPACE else PLAIN.get(tag)
    called = known or _foreign(child)
    if text:
        yield f"{inside}{called}", text
    if namespace(child) == NAMESPACE:
        yield from _own_child(child, called)
    else:
        deeper = inside if tag.endswith("EventDefinition") else f"{inside}{called} · "
        if tag.endswith("EventDefinition") or not (text or len(child) or child.attrib):
            yield f"{inside}触发" if tag.endswith("EventDefinition") else f"{inside}{called}", value_words.event(tag)
        yield from _said(child, deeper)


def _own_child(child: etree._Element, called: str) -> Iterator[tuple[str, str]]:
    """A document, an input or a piece of evidence is one line: its name on the left, the rest on the right."""
    tag = local_name(child)
    label = next((str(child.get(one)) for one in NAMED if child.get(one)), "")
    written = sorted((str(key), str(value)) for key, value in child.attrib.items())
    rest = [f"{CHILD_WORDS.get((tag, key), key)}={value_words.of_child(key, value)}" for key, value in written
            if value != label or key not in NAMED]
    yield f"{called} {label}".strip(), "，".join(rest) or "有"


def _title(element: etree._Element, name: etree.QName) -> str:
    if name.namespace == NAMESPACE:
        return TITLES.get(name.localname, f"gl:{name.localname}")
    if name.namespace is None:
        return PLAIN.get(name.localname, name.localname)
    return f"{_prefix(element, str(name.namespace))}{name.localname}"


def _foreign(child: etree._Element) -> str:
    return f"{_prefix(child, str(namespace(child)))}{local_name(child)}"


def _prefix(element: etree._Element, wanted: str) -> str:
    return next((f"{prefix}:" for prefix, uri in element.nsmap.items() if uri == wanted and prefix and prefix != "bpmn"), "")


def _lanes(root: etree._Element) -> dict[str, str]:
    """Element → the name of the lane it stands in, the innermost where lanes lie in lanes."""
    return {text_of(ref): str(lane.get("name") or lane.get("id") or "") for lane in root.iter(etree.Element) if is_bpmn(lane, "lane")
            for ref in lane if is_bpmn(ref, "flowNodeRef")}


def _bounds(root: etree._Element) -> dict[str, tuple[str, ...]]:
    """Where each element is drawn, as texts; numbers are compared without their endings (10 and 10.0)."""
    found: dict[str, tuple[str, ...]] = {}
    for shape in root.iter(f"{{{DI}}}BPMNShape", f"{{{DI}}}BPMNEdge"):
        places = [one for one in shape if one.tag in (f"{{{DC}}}Bounds", f"{{{DD}}}waypoint")]
        found[str(shape.get("bpmnElement"))] = tuple(
            str(value).removesuffix(".0") for one in places for _, value in sorted((str(k), v) for k, v in one.attrib.items()))
    return found
