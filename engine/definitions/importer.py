"""What is rewritten when a foreign file comes in, so that it says the same in the constructs that run. Each change is told.

The caller keeps the original; a file that needs no change comes back byte for byte.
"""

from collections.abc import Callable, Iterator
from copy import deepcopy
from dataclasses import dataclass

from lxml import etree

from engine.definitions.findings import Problem
from engine.definitions.guard import MODEL, is_bpmn, local_name, open_bpmn, open_xml, text_of
from engine.definitions.iso import is_moment
from engine.definitions.layout import Layout
from engine.definitions.model import FLOW_NODES, GATEWAYS, SUB_PROCESSES

LARGEST = 20  # elements of an event definition that may be copied: a large one in many events would be a bomb
SHOWN = "原文件已原样保存，请在设计器中核对改写的结果。"


@dataclass(frozen=True)
class Rewritten:
    """The document to go on with, and what was changed in it."""

    document: bytes
    notes: tuple[Problem, ...]


def rewrite(document: bytes) -> Rewritten:
    """Apply every rewrite. Raises UnsafeInput for what the guard refuses, nothing else."""
    root = open_bpmn(document)
    ids = Ids(root)
    notes = [note for change in REWRITES for note in change(root, ids)]
    encoding = (root.getroottree().docinfo.encoding or "UTF-8").upper()
    if encoding not in ("UTF-8", "US-ASCII", "ASCII"):
        notes.append(Problem("", "", f"“文件编码 {encoding}”已自动改写为 UTF-8", SHOWN))
    return Rewritten(_written(root), tuple(notes)) if notes else Rewritten(document, ())


def utf8(document: bytes) -> bytes:
    """The same XML in UTF-8. Raises UnsafeInput."""
    root = open_xml(document)
    encoding = (root.getroottree().docinfo.encoding or "UTF-8").upper()
    return document if encoding in ("UTF-8", "US-ASCII", "ASCII") else _written(root)


def _written(root: etree._Element) -> bytes:
    return etree.tostring(root.getroottree(), xml_declaration=True, encoding="UTF-8")


def _tag(name: str) -> str:
    return f"{{{MODEL}}}{name}"


def _note(element: etree._Element, what: str) -> Problem:
    name = " ".join(str(element.get("name") or "").split())
    identity = str(element.get("id") or "")
    return Problem(identity, name, f"“{name or identity}”已自动改写为{what}", SHOWN)


class Ids:
    """The ids of a file, collected once: a hostile file may need many new ones."""

    def __init__(self, root: etree._Element) -> None:
        self._taken = {str(one.get("id")) for one in root.iter() if one.get("id")}
        self._count = 1

    def new(self, wanted: str) -> str:
        """The wanted id, or one like it that nobody has."""
        found = wanted
        while found in self._taken:
            self._count += 1
            found = f"{wanted}_{self._count}"
        self._taken.add(found)
        return found


def _scopes(root: etree._Element) -> Iterator[etree._Element]:
    return (one for one in root.iter(etree.Element) if is_bpmn(one, "process", *SUB_PROCESSES))


def _add_flow(ids: Ids, scope: etree._Element, source: str, target: str) -> str:
    identity = ids.new(f"Flow_{source}_{target}"[:90])
    etree.SubElement(scope, _tag("sequenceFlow"), id=identity, sourceRef=source, targetRef=target)
    return identity


# ---------------------------------------------------------------------------------------------- definitions and gateways


def _inline_definitions(root: etree._Element, ids: Ids) -> Iterator[Problem]:
    """An event definition kept apart is put into each event that refers to it."""
    kept = {str(one.get("id")): one for one in root if is_bpmn(one) and local_name(one).endswith("EventDefinition")}
    for ref in [one for one in root.iter(etree.Element) if is_bpmn(one, "eventDefinitionRef")]:
        event, found = ref.getparent(), kept.get(text_of(ref).rpartition(":")[2])
        if event is not None and found is not None and sum(1 for _ in found.iter()) <= LARGEST:
            copy = deepcopy(found)
            copy.set("id", ids.new(f"{event.get('id')}_definition"))
            event.replace(ref, copy)
            yield _note(event, "带有自身触发定义的事件")


def _plain_gateways(root: etree._Element, ids: Ids) -> Iterator[Problem]:
    """A complex gateway that has no rule of its own behaves like an inclusive one."""
    for gateway in [one for one in root.iter(etree.Element) if is_bpmn(one, "complexGateway")]:
        if gateway.find(_tag("activationCondition")) is None:
            gateway.tag = _tag("inclusiveGateway")
            yield _note(gateway, "包容网关")


def _message_starts(root: etree._Element, ids: Ids) -> Iterator[Problem]:
    """A receive task that creates a case is a message start event."""
    for task in [one for one in root.iter(etree.Element) if is_bpmn(one, "receiveTask") and one.get("instantiate") == "true"]:
        task.tag = _tag("startEvent")
        definition = etree.SubElement(task, _tag("messageEventDefinition"), id=ids.new(f"{task.get('id')}_message"))
        if "messageRef" in task.attrib:
            definition.set("messageRef", str(task.attrib.pop("messageRef")))
        for name in ("instantiate", "implementation", "operationRef"):
            task.attrib.pop(name, "")
        yield _note(task, "消息开始事件")


def _global_scripts(root: etree._Element, ids: Ids) -> Iterator[Problem]:
    """A global script task is a process of one step."""
    for script in [one for one in root if is_bpmn(one, "globalScriptTask")]:
        identity = str(script.get("id") or ids.new("Process_script"))
        process = etree.Element(_tag("process"), id=identity, name=str(script.get("name") or identity), isExecutable="true")
        root.replace(script, process)
        names = [ids.new(f"{identity}_{part}") for part in ("start", "script", "end")]
        etree.SubElement(process, _tag("startEvent"), id=names[0], name="开始")
        script.tag = _tag("scriptTask")
        script.set("id", names[1])
        if "scriptLanguage" in script.attrib:
            script.set("scriptFormat", str(script.attrib.pop("scriptLanguage")))
        process.append(script)
        etree.SubElement(process, _tag("endEvent"), id=names[2], name="结束")
        _add_flow(ids, process, names[0], names[1])
        _add_flow(ids, process, names[1], names[2])
        yield _note(process, "只有一个脚本任务的流程")


def _moments(root: etree._Element, ids: Ids) -> Iterator[Problem]:
    """A bare moment is arithmetic in FEEL; it becomes a date and time."""
    for date in [one for one in root.iter(etree.Element) if is_bpmn(one, "timeDate")]:
        event = date.getparent()
        holder = event.getparent() if event is not None else None
        if holder is not None and is_moment(text_of(date)):
            date.text = f'date and time("{text_of(date)}")'
            yield _note(holder, "用 FEEL 写出的日期时间")


# ---------------------------------------------------------------------------------------------- flows


def _links(root: etree._Element, ids: Ids) -> Iterator[Problem]:
    """A pair of link events of one name in one scope is a flow between two plain events."""
    layout = Layout(root)
    for scope in _scopes(root):
        catches = {_link_name(one): one for one in scope if is_bpmn(one, "intermediateCatchEvent") and _link_name(one)}
        throws = [one for one in scope if is_bpmn(one, "intermediateThrowEvent") and _link_name(one) in catches]
        pairs = [(throw, catches[_link_name(throw)]) for throw in throws]
        for throw, catch in pairs:
            flow = _add_flow(ids, scope, str(throw.get("id")), str(catch.get("id")))
            layout.edge(flow, str(throw.get("id")), str(catch.get("id")))
            yield _note(throw, f"通往“{catch.get('name') or catch.get('id')}”的连线")
        for event in {id(one): one for pair in pairs for one in pair}.values():
            event.tag = _tag("intermediateThrowEvent")
            for definition in event.findall(_tag("linkEventDefinition")):
                event.remove(definition)


def _link_name(event: etree._Element) -> str:
    definition = event.find(_tag("linkEventDefinition"))
    return "" if definition is None else str(definition.get("name") or event.get("name") or "")


def _implicit_splits(root: etree._Element, ids: Ids) -> Iterator[Problem]:
    """Several or conditional flows out of an activity or event go through a gateway behind it."""
    layout = Layout(root)
    for scope in _scopes(root):
        flows: dict[str, list[etree._Element]] = {}
        for flow in scope:
            if is_bpmn(flow, "sequenceFlow"):
                flows.setdefault(str(flow.get("sourceRef")), []).append(flow)
        for node in [one for one in scope if is_bpmn(one, *FLOW_NODES) and not is_bpmn(one, *GATEWAYS, "endEvent")]:
            out = flows.pop(str(node.get("id")), [])
            if node.get("id") and (len(out) > 1 or any(flow.find(_tag("conditionExpression")) is not None for flow in out)):
                yield _split(ids, layout, node, out)


def _split(ids: Ids, layout: Layout, node: etree._Element, out: list[etree._Element]) -> Problem:
    conditional = any(flow.find(_tag("conditionExpression")) is not None for flow in out)
    identity, owner = ids.new(f"{node.get('id')}_split"), str(node.get("id"))
    gateway = etree.Element(_tag("inclusiveGateway" if conditional else "parallelGateway"), id=identity, name="")
    node.addnext(gateway)
    if node.get("default") is not None:
        gateway.set("default", str(node.attrib.pop("default")))
    layout.gateway_behind(owner, identity)
    for flow in out:
        flow.set("sourceRef", identity)
        layout.leave_from(str(flow.get("id")), identity)
        if conditional and flow.find(_tag("conditionExpression")) is None and flow.get("id") != gateway.get("default"):
            etree.SubElement(flow, _tag("conditionExpression")).text = "true"
    for stale in node.findall(_tag("outgoing")):
        node.remove(stale)
    scope = node.getparent()
    if scope is not None:
        layout.edge(_add_flow(ids, scope, owner, identity), owner, identity)
    return _note(node, f"后接{'包容' if conditional else '并行'}网关“{identity}”的步骤")


REWRITES: tuple[Callable[[etree._Element, Ids], Iterator[Problem]], ...] = (
    _inline_definitions, _plain_gateways, _message_starts, _global_scripts, _moments, _links, _implicit_splits)
