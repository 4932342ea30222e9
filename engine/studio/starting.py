"""What a new draft begins as: the smallest process that passes every rule, or a pattern of the gallery under another name."""

import json
import re
import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from xml.sax.saxutils import quoteattr

from engine.definitions.package import form_keys
from engine.definitions.reader import read
from engine.errors import NotFound, UnsafeInput
from engine.studio import folder

PATTERNS = Path(__file__).resolve().parents[2] / "bpmn" / "patterns"
NAME = re.compile(r"[a-z][a-z_]{1,40}")


@dataclass(frozen=True)
class Pattern:
    """One thing of the gallery: what it is called, what it does, when to take it."""

    name: str
    title: str
    what: str
    when: str


def empty(key: str, name: str) -> dict[str, str]:
    """Start, one step for a person, end."""
    title = quoteattr(json.dumps(name, ensure_ascii=False))
    return {f"{key}.bpmn": EMPTY.format(key=key, name=quoteattr(name), title=title), folder.PARAMETERS: "",
            f"forms/F-{key}.form.json": folder.form_text(_form(f"F-{key}", f"{name}登记", f"{key}_about", "情况说明")),
            f"forms/F-{key}-done.form.json": folder.form_text(_form(f"F-{key}-done", f"{name}办理", f"{key}_result", "办理结果"))}


def _form(identity: str, name: str, field: str, label: str) -> dict[str, object]:
    return {"schemaVersion": 19, "type": "default", "id": identity, "name": name, "components": [
        {"type": "textarea", "id": "f1", "key": field.replace("-", "_"), "label": label, "validate": {"required": True, "maxLength": 500}}]}


@cache
def patterns() -> tuple[Pattern, ...]:
    """The gallery, in its order."""
    if not (PATTERNS / "gallery.toml").is_file():
        return ()
    told = tomllib.loads((PATTERNS / "gallery.toml").read_text("utf-8"))
    return tuple(Pattern(name, one["title"], one["what"], one["when"]) for name, one in told.items())


def pattern_files(name: str) -> dict[str, str]:
    """The files of one pattern as they lie in its folder. Raises NotFound."""
    if not NAME.fullmatch(name) or name not in {one.name for one in patterns()}:
        raise NotFound("模式库里没有这个模式，请刷新后重新选择。")
    place = PATTERNS / name
    return {path.relative_to(place).as_posix(): path.read_text("utf-8") for path in sorted(place.rglob("*"))
            if path.is_file() and path.suffix != ".svg"}


def from_pattern(pattern: str, key: str, name: str) -> dict[str, str]:
    """A copy under another key: process, file and forms are renamed, so that two things made from one pattern do not meet."""
    files = pattern_files(pattern)
    diagram = files[f"{pattern}.bpmn"]
    forms = {one: one.replace(f"F-{pattern}", f"F-{key}") for one in form_keys(read(diagram.encode()))}
    renamed = {}
    for file, text in files.items():
        target = f"{key}.bpmn" if file == f"{pattern}.bpmn" else file.replace(f"F-{pattern}", f"F-{key}")
        for before, after in forms.items():
            text = text.replace(f'"{before}"', f'"{after}"')
        renamed[target] = text.replace(f"param.{pattern}_", f"param.{key.replace('-', '_')}_").replace(
            f"[{pattern}_", f"[{key.replace('-', '_')}_")
    renamed[f"{key}.bpmn"] = under(renamed[f"{key}.bpmn"], pattern, key, name)
    return renamed


def under(diagram: str, before: str, key: str, name: str) -> str:
    """The diagram with the process called and named otherwise; nothing else is touched."""
    old, new = re.escape(before), quoteattr(name)[1:-1] if quoteattr(name)[0] == '"' else name.replace('"', "&quot;")
    head = re.search(rf'<(?:[\w.-]+:)?process\b[^>]*?\bid="{old}"[^>]*>', diagram)
    if head is None:
        raise UnsafeInput("流程图里没有找到要改编号的流程。")
    opened = re.sub(rf'\bid="{old}"', f'id="{key}"', head[0], count=1)
    opened = re.sub(r'\sname="[^"]*"', lambda _: f' name="{new}"', opened, count=1) if " name=" in opened else opened.replace(
        f'id="{key}"', f'id="{key}" name="{new}"', 1)
    whole = diagram[:head.start()] + opened + diagram[head.end():]
    return re.sub(rf'\b(bpmnElement|processRef)="{old}"', lambda found: f'{found[1]}="{key}"', whole)


EMPTY = """<?xml version="1.0" encoding="UTF-8"?>
<bpmn:definitions xmlns:bpmn="http://www.omg.org/spec/BPMN/20100524/MODEL" xmlns:bpmndi="http://www.omg.org/spec/BPMN/20100524/DI"
                  xmlns:dc="http://www.omg.org/spec/DD/20100524/DC" xmlns:di="http://www.omg.org/spec/DD/20100524/DI"
                  xmlns:gl="https://gridloop.dev/schema/bpmn/1.0" id="{key}_definitions" targetNamespace="https://gridloop.dev/bpmn/{key}">
  <bpmn:process id="{key}" name={name} isExecutable="true" gl:startForm="F-{key}" gl:startRoles="grid_worker"
                gl:title={title}>
    <bpmn:startEvent id="reported" name="登记">
      <bpmn:outgoing>to_handle</bpmn:outgoing>
    </bpmn:startEvent>
    <bpmn:userTask id="handle" name="办理" gl:role="village_cadre" gl:scope="village" gl:formRef="F-{key}-done">
      <bpmn:incoming>to_handle</bpmn:incoming>
      <bpmn:outgoing>to_done</bpmn:outgoing>
    </bpmn:userTask>
    <bpmn:endEvent id="done" name="办结">
      <bpmn:incoming>to_done</bpmn:incoming>
    </bpmn:endEvent>
    <bpmn:sequenceFlow id="to_handle" sourceRef="reported" targetRef="handle" />
    <bpmn:sequenceFlow id="to_done" sourceRef="handle" targetRef="done" />
  </bpmn:process>
  <bpmndi:BPMNDiagram id="diagram">
    <bpmndi:BPMNPlane id="plane" bpmnElement="{key}">
      <bpmndi:BPMNShape id="reported_di" bpmnElement="reported">
        <dc:Bounds x="180" y="142" width="36" height="36" />
        <bpmndi:BPMNLabel>
          <dc:Bounds x="187" y="185" width="22" height="14" />
        </bpmndi:BPMNLabel>
      </bpmndi:BPMNShape>
      <bpmndi:BPMNShape id="handle_di" bpmnElement="handle">
        <dc:Bounds x="290" y="120" width="100" height="80" />
      </bpmndi:BPMNShape>
      <bpmndi:BPMNShape id="done_di" bpmnElement="done">
        <dc:Bounds x="462" y="142" width="36" height="36" />
        <bpmndi:BPMNLabel>
          <dc:Bounds x="469" y="185" width="22" height="14" />
        </bpmndi:BPMNLabel>
      </bpmndi:BPMNShape>
      <bpmndi:BPMNEdge id="to_handle_di" bpmnElement="to_handle">
        <di:waypoint x="216" y="160" />
        <di:waypoint x="290" y="160" />
      </bpmndi:BPMNEdge>
      <bpmndi:BPMNEdge id="to_done_di" bpmnElement="to_done">
        <di:waypoint x="390" y="160" />
        <di:waypoint x="462" y="160" />
      </bpmndi:BPMNEdge>
    </bpmndi:BPMNPlane>
  </bpmndi:BPMNDiagram>
</bpmn:definitions>
"""
