"""Forms by field, decision tables by row, parameters by name: what stands beside the diagram, in the shape that is compared."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from engine.definitions import Package
from engine.errors import InvalidDefinition, UnsafeInput
from engine.feel import load_decisions
from engine.feel.dmn import Decision
from engine.studio.facts import Thing
from engine.studio.form_editing import TYPES

FIELDS = {
    "type": "种类", "label": "标签", "description": "说明", "text": "文字", "readonly": "只读", "values": "选项",
    "valuesExpression": "选项来源", "conditional": "显示条件", "validate": "校验", "required": "必填", "min": "最小值", "max": "最大值",
    "minLength": "最少字数", "maxLength": "最多字数", "pattern": "格式", "minCount": "最少份数", "maxCount": "最多份数",
    "notFuture": "不得晚于现在", "notPast": "不得早于现在",
    "document": "在文书中叫", "dateLabel": "日期的名称",
    "hide": "隐藏条件", "defaultValue": "默认值", "decimalDigits": "小数位", "unit": "单位",
    "subtype": "种类细分", "value": "值", "expression": "校验表达式", "default": "默认值", "basis": "依据", "source": "来源"}
SKIPPED = ("components", "id", "key", "layout")
POLICY, ROW = "命中策略", "当 "
WORDS = {True: "是", False: "否", None: ""}


def forms(package: Package, other: Package) -> dict[str, Thing]:
    """Every form and every field of it. `other`: the package it is compared with; order counts among what both have."""
    found: dict[str, Thing] = {}
    for key, document in package.forms.items():
        fields = dict(_fields(_components(document)))
        title = str(document.get("name") or key) if isinstance(document, Mapping) else key
        shared = {name for name, _ in _fields(_components(other.forms.get(key)))}
        order = "、".join(name for name in fields if name in shared)
        found[key] = Thing(key, title, "表单", "", {**_form_facts(document), **({"字段次序": order} if order else {})})
        for name, component in fields.items():
            facts = dict(_flat({k: v for k, v in component.items() if k not in SKIPPED}))
            facts |= {what: TYPES[facts[what]] for what in ("种类",) if facts.get(what) in TYPES}
            found[f"{key}/{name}"] = Thing(name, str(component.get("label") or name), "字段", title, facts)
    return found


def parameters(package: Package) -> dict[str, Thing]:
    """Every parameter with what is known of it."""
    found = {}
    for name, sheet in package.parameters.items():
        plain = sheet if isinstance(sheet, Mapping) else {"default": sheet}
        facts = dict(_flat({key: value for key, value in plain.items() if key != "label"}))
        found[name] = Thing(name, str(plain.get("label") or name), "参数", "", facts)
    return found


def decisions(package: Package, other: Package) -> dict[str, Thing]:
    """Every decision; its rows are facts named by what they test, so that a row put in between moves nothing but itself."""
    found = _decisions(package)
    for key, there in _decisions(other).items():
        if key in found:
            order = "；".join(row for row in found[key].facts if row in there.facts and row.startswith(ROW))
            found[key] = replace(found[key], facts={**found[key].facts, **({"各行次序": order} if order else {})})
    return found


def _decisions(package: Package) -> dict[str, Thing]:
    found: dict[str, Thing] = {}
    for file, document in package.decisions.items():
        try:
            for decision in load_decisions(document).decisions.values():
                found[f"{file}/{decision.id}"] = Thing(decision.id, decision.name or decision.id, "决策表", file, _rows(decision))
        except (InvalidDefinition, UnsafeInput):
            found[file] = Thing(file, file, "决策表文件", "", {"内容（无法读取）": document.decode("utf-8", "replace")})
    return found


def _rows(decision: Decision) -> dict[str, str]:
    table = decision.table
    if table is None:
        return {"表达式": decision.text}
    facts = {POLICY: f"{table.policy} {table.aggregation}".strip(),
             "条件列": "、".join(one.label or one.text for one in table.inputs), "结论列": "、".join(one.name for one in table.outputs)}
    for rule in table.rules:
        when = " 且 ".join(f"{one.label or one.text} {test.text}" for one, test in zip(table.inputs, rule.tests, strict=False)
                          if test.text not in ("", "-")) or "其他情况"
        what = f"{ROW}{when}"
        number = 1
        while what in facts:
            number += 1
            what = f"{ROW}{when}（第 {number} 行）"
        facts[what] = "，".join(f"{one.name} = {text}" for one, text in zip(table.outputs, rule.outputs, strict=False))
    return facts


def _form_facts(document: Any) -> dict[str, str]:
    if not isinstance(document, Mapping):
        return {"内容": str(document)}
    facts = {"名称": str(document.get("name", ""))}
    access = document.get("access", {})
    for profile, rights in access.items() if isinstance(access, Mapping) else ():
        for field, right in rights.items() if isinstance(rights, Mapping) else ():
            facts[f"权限方案 {profile} · {field}"] = str(right)
    return facts


def _fields(components: Any) -> Iterator[tuple[str, Mapping[str, Any]]]:
    for one in components if isinstance(components, list) else ():
        if isinstance(one, Mapping):
            yield str(one.get("key") or one.get("id") or "?"), one
            yield from _fields(one.get("components"))


def _flat(value: Mapping[str, Any], inside: str = "") -> Iterator[tuple[str, str]]:
    for key, one in value.items():
        what = f"{inside}{FIELDS.get(str(key), str(key))}"
        if isinstance(one, Mapping):
            yield from _flat(one, "" if key in ("validate", "conditional") else f"{what} · ")
        elif isinstance(one, list):
            yield what, "、".join(map(_option, one))
        else:
            yield what, WORDS[one] if isinstance(one, bool | None) else str(one)


def _option(one: Any) -> str:
    return f"{one.get('label', '')}={one.get('value', '')}" if isinstance(one, Mapping) else str(one)


def _components(document: Any) -> Any:
    return document.get("components") if isinstance(document, Mapping) else ()
