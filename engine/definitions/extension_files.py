"""The files made from the table of gl: names: XML schema, editor description (moddle), and the designer's guide.

Run `python -m engine.definitions.extension_files` after changing `extension.py`.
"""

import json
from pathlib import Path

from engine.definitions.extension import ATTRIBUTES, CHILDREN, NAMESPACE, Attribute, Child, Kind

ROOM = Path(__file__).parent
GUIDE = ROOM.parents[1] / "docs" / "extension.md"

_XSD_TYPES = {Kind.INTEGER: "xsd:integer", Kind.BOOLEAN: "xsd:boolean", Kind.NAME: "xsd:token", Kind.WORDS: "xsd:NMTOKENS"}
_MODDLE_TYPES = {Kind.INTEGER: "Integer", Kind.BOOLEAN: "Boolean"}

_OWNERS = {
    "Process": "流程", "UserTask": "人工任务", "Activity": "各类任务、子流程、调用活动", "CatchEvent": "捕获事件（开始、中间、边界）",
    "SequenceFlow": "连线", "ScriptTask": "脚本任务", "BusinessRuleTask": "业务规则任务", "ServiceTask": "系统任务",
    "ReceiveTask": "接收任务", "SendTask": "发送任务", "CallActivity": "调用活动",
    "ThrowEvent": "抛出事件（中间、结束）", "Event": "各类事件",
}
_KINDS = {
    Kind.TEXT: "文字", Kind.NAME: "名称", Kind.WORDS: "多个名称", Kind.INTEGER: "整数", Kind.BOOLEAN: "是/否", Kind.FEEL: "FEEL 表达式",
    Kind.CHOICE: "选项",
}


def _escape(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace('"', "&quot;")


def _xsd_type(attribute: Attribute) -> list[str]:
    if attribute.kind is not Kind.CHOICE:
        return []
    return ["    <xsd:simpleType>", '      <xsd:restriction base="xsd:string">',
            *(f'        <xsd:enumeration value="{one}"/>' for one in attribute.choices),
            "      </xsd:restriction>", "    </xsd:simpleType>"]


def _xsd_attribute(attribute: Attribute, inner: bool) -> list[str]:
    kind = "" if attribute.kind is Kind.CHOICE else f' type="{_XSD_TYPES.get(attribute.kind, "xsd:string")}"'
    use = ' use="required"' if inner and attribute.required else ""
    lines = [f'  <xsd:attribute name="{attribute.name}"{kind}{use}>',
             f"    <xsd:annotation><xsd:documentation>{_escape(attribute.title)}：{_escape(attribute.meaning)}"
             "</xsd:documentation></xsd:annotation>", *_xsd_type(attribute), "  </xsd:attribute>"]
    return ["    " + line for line in lines] if inner else lines


def _xsd_child(child: Child) -> list[str]:
    lines = [f'  <xsd:element name="{child.name}">',
             f"    <xsd:annotation><xsd:documentation>{_escape(child.title)}：{_escape(child.meaning)}"
             "</xsd:documentation></xsd:annotation>", "    <xsd:complexType>"]
    for attribute in child.attributes:
        lines += _xsd_attribute(attribute, inner=True)
    return [*lines, "    </xsd:complexType>", "  </xsd:element>"]


def schema() -> str:
    """The text of gl.xsd."""
    lines = ['<?xml version="1.0" encoding="UTF-8"?>',
             f'<xsd:schema xmlns:xsd="http://www.w3.org/2001/XMLSchema" targetNamespace="{NAMESPACE}" attributeFormDefault="unqualified">']
    for attribute in ATTRIBUTES:
        lines += _xsd_attribute(attribute, inner=False)
    for child in CHILDREN:
        lines += _xsd_child(child)
    return "\n".join([*lines, "</xsd:schema>", ""])


def _moddle_property(attribute: Attribute) -> dict[str, object]:
    return {"name": attribute.name, "isAttr": True, "type": _MODDLE_TYPES.get(attribute.kind, "String")}


def moddle() -> str:
    """The text of gl-moddle.json for bpmn-js: attributes grouped by the types that carry them, children as elements."""
    groups: dict[tuple[str, ...], list[Attribute]] = {}
    for attribute in ATTRIBUTES:
        groups.setdefault(attribute.owners, []).append(attribute)
    types: list[dict[str, object]] = [
        {"name": "".join(owners) + "Attributes", "extends": [f"bpmn:{owner}" for owner in owners],
         "properties": [_moddle_property(one) for one in attributes]} for owners, attributes in groups.items()]
    types += [
        {"name": child.name[0].upper() + child.name[1:], "superClass": ["Element"],
         "meta": {"allowedIn": [f"bpmn:{owner}" for owner in child.owners]},
         "properties": [_moddle_property(one) for one in child.attributes]} for child in CHILDREN]
    package = {"name": "Gridloop", "uri": NAMESPACE, "prefix": "gl", "xml": {"tagAlias": "lowerCase"}, "associations": [], "types": types}
    return json.dumps(package, ensure_ascii=False, indent=2) + "\n"


def _row(name: str, attribute: Attribute, owners: str) -> str:
    kind = _KINDS[attribute.kind] + ("：" + " ".join(attribute.choices) if attribute.choices else "")
    example = attribute.example.replace("|", "\\|")
    return f"| `{name}` | {attribute.title} | {owners} | {kind} | {attribute.meaning} | `{example}` |"


def guide() -> str:
    """The text of docs/extension.md."""
    head = ["| 写法 | 名称 | 写在哪里 | 填什么 | 含义 | 例 |", "|---|---|---|---|---|---|"]
    lines = ["# 流程图的扩展属性（gl:）", "",
             "流程图是标准的 BPMN 2.0 文件，另加一组 `gl:` 属性，说明由谁办理、用哪张表单、几天办结。", "",
             f"命名空间：`{NAMESPACE}`。在文件开头写 `xmlns:gl=\"{NAMESPACE}\"` 即可使用；设计器会自动加上。", "",
             "表达式一律用 FEEL。表达式中随时可用：`param`（本流程参数）、`case`（案件：number 编号、title 标题、unit 单位、"
             "reporter 发起人、started_at 发起时间）、`now`（现在）、`today`（今天）；定时器里还可用 `deadline.due`（到期）和"
             " `deadline.warn`（预警）。", "", "## 属性", "", *head]
    lines += [_row(f"gl:{one.name}", one, "、".join(_OWNERS[owner] for owner in one.owners)) for one in ATTRIBUTES]
    lines += ["", "## 扩展元素", "", "写在元素的 `<bpmn:extensionElements>` 里面，可以写多个。"]
    for child in CHILDREN:
        owners = "、".join(_OWNERS[owner] for owner in child.owners)
        required = " ".join(f'{one.name}="{_escape(one.example)}"' for one in child.attributes)
        lines += ["", f"### gl:{child.name} {child.title}", "", f"写在：{owners}。{child.meaning}。", "", *head]
        lines += [_row(one.name, one, f"gl:{child.name}" + ("（必填）" if one.required else "")) for one in child.attributes]
        lines += ["", "```xml", f"<gl:{child.name} {required}/>", "```"]
    return "\n".join([*lines, ""])


FILES = {ROOM / "schema" / "gl.xsd": schema, ROOM / "schema" / "gl-moddle.json": moddle, GUIDE: guide}


def write() -> None:
    """Write every generated file."""
    for path, text in FILES.items():
        path.write_text(text(), encoding="utf-8")


if __name__ == "__main__":
    write()
