"""What the editor offers instead of free text: roles, forms, deadlines, documents, operations, decisions, variables."""

import json
from collections.abc import Iterable, Mapping
from typing import Any

from sqlalchemy import Connection

from engine import definitions
from engine.deadlines import rulebook
from engine.definitions import read
from engine.definitions.extension import ATTRIBUTES, CHILDREN, Attribute
from engine.definitions.lawful import vocabulary
from engine.definitions.library import Library
from engine.definitions.variables import ALWAYS, variables
from engine.documents import catalogue
from engine.people import ROLES
from engine.runtime import service_registry
from engine.studio import drafts, value_words
from engine.studio.drafts import Draft

GROUPS = (
    ("start", "发起", ("category", "startForm", "startAccess", "startRoles", "title")),
    ("who", "谁来办", ("role", "scope", "assignee", "roleFrom", "unitFrom", "priority")),
    ("form", "填什么", ("formRef", "access")),
    ("limit", "时限", ("limit", "limitUnit", "warnBefore", "legalBasis", "deadline", "deadlineStart", "ruleSet", "waitsFor")),
    ("work", "核对和办理", ("check", "act", "decisionRef", "function", "resultVariable")),
    ("way", "退回和环节", ("sendBack", "withdraw", "link", "order")),
    ("law", "监督和法律", ("legalAct", "supervised", "steered")),
)
"""The groups of the panel; an attribute that is in none is shown in the last."""
PICKERS = {
    "startForm": "forms", "formRef": "forms", "startRoles": "roles", "role": "roles", "deadline": "deadlines", "check": "checks",
    "act": "acts",
    "decisionRef": "decisions", "function": "functions", "startAccess": "accesses", "access": "accesses", "legalAct": "legal_acts",
    "document.template": "documents", "gate.rule": "deadlines",
}  # fmt: skip
WORDS = {
    "minutes": "分钟", "hours": "小时", "workingHours": "工作时", "days": "自然日", "workingDays": "工作日",
    "grid": "网格", "village": "村社", "area": "片区", "town": "镇街", "city": "市",
    "discovery": "发现", "correction": "纠正", "reporting": "上报", "handling": "处置", "feedback": "反馈",
    "any": "可以退到此前任何一步", "process": "只在本流程之内", "none": "不能退回", "yes": "是", "no": "否",
    "party": "等当事人",
    "text": "文字", "number": "数字", "boolean": "是否", "date": "日期", "dateTime": "时刻", "list": "列表", "context": "一组值",
}  # fmt: skip


def of(c: Connection, draft: Draft) -> dict[str, Any]:
    """Everything the panel of a draft offers, as JSON."""
    return {"groups": _groups(), "children": [_child(one) for one in CHILDREN], "pickers": _pickers(c, draft),
            "variables": _variables(draft)}


def _groups() -> list[dict[str, Any]]:
    known = {one.name: one for one in ATTRIBUTES}
    placed = {name for _, _, names in GROUPS for name in names}
    rest = [name for name in known if name not in placed]
    return [{"id": key, "title": title, "fields": [_field(known[name]) for name in (*names, *(rest if key == GROUPS[-1][0] else ()))
                                                    if name in known]}
            for key, title, names in GROUPS]


def _field(one: Attribute, child: str = "") -> dict[str, Any]:
    return {"name": one.name, "owners": list(one.owners), "kind": str(one.kind), "title": one.title, "meaning": one.meaning,
            "example": one.example, "required": one.required, "picker": PICKERS.get(f"{child}.{one.name}" if child else one.name),
            "choices": [{"value": value, "label": WORDS.get(value, value)} for value in one.choices]}


def _child(one: Any) -> dict[str, Any]:
    return {"name": one.name, "owners": list(one.owners), "title": one.title, "meaning": one.meaning,
            "fields": [_field(attribute, one.name) for attribute in one.attributes]}


def _pickers(c: Connection, draft: Draft) -> dict[str, Any]:
    forms, accesses = _forms(draft)
    laws = rulebook.laws()
    return {
        "roles": _pairs((key, role.name) for key, role in ROLES.items()),
        "forms": forms, "accesses": accesses,
        "documents": _pairs((one.id, one.name) for one in catalogue.everything().values()),
        "deadlines": _pairs((one.id, f"{one.name}（{laws[one.law].cited}{one.article}）" if one.law in laws else one.name)
                            for one in rulebook.rules()),
        "functions": _called("operations", service_registry.functions()), "checks": _called("checks", service_registry.checks()),
        "acts": _called("acts", service_registry.acts()),
        "decisions": _decisions(draft),
        "processes": _pairs((one.key, one.name) for one in definitions.list_definitions(c) if one.key != draft.key),
        "parameters": sorted(drafts.package_of(draft).parameters),
        "legal_acts": _pairs((one.id, f"{one.name}（{one.law}）") for one in vocabulary.acts().values()),
    }


def _pairs(pairs: Iterable[tuple[str, str]]) -> list[dict[str, str]]:
    return [{"value": value, "label": label} for value, label in pairs]


def _called(kind: str, registered: Iterable[str]) -> list[dict[str, str]]:
    return _pairs((name, value_words.operations()[kind].get(name, name)) for name in sorted(registered))


def _forms(draft: Draft) -> tuple[list[dict[str, str]], dict[str, list[str]]]:
    read_forms: dict[str, Mapping[str, Any]] = {
        name[6:-10]: json.loads(text) for name, text in draft.files.items() if name.startswith("forms/")}
    return (_pairs((key, str(form.get("name") or key)) for key, form in read_forms.items()),
            {key: sorted(form.get("access") or {}) for key, form in read_forms.items()})


def _decisions(draft: Draft) -> list[dict[str, str]]:
    library = Library(decisions=drafts.package_of(draft).decisions)
    return _pairs((one.id, one.name or one.id) for one in library.decision_index.values())


def _variables(draft: Draft) -> list[dict[str, str]]:
    """Names that an expression may use, with their types."""
    package = drafts.package_of(draft)
    library = Library(forms=package.forms, decisions=package.decisions, parameters=package.parameters)
    known = variables(read(package.diagram).alone(), library)
    own = [{"name": one.name, "type": WORDS.get(one.type, one.type)} for one in known.values()]
    always = [{"name": name, "type": ""} for name in sorted(ALWAYS)]
    always += [{"name": f"param.{name}", "type": "参数"} for name in package.parameters]
    case = [{"name": f"case.{name}", "type": ""} for name in ("number", "title", "unit", "reporter", "started_at")]
    return sorted(own, key=lambda one: one["name"]) + always + case


def decisions_of(draft: Draft, file: str) -> tuple[str, ...]:
    """Ids of the decisions of one file of a draft; none when it cannot be read."""
    return tuple(Library(decisions={file: draft.files[file].encode()}).decision_index)


def decisions_named(draft: Draft, file: str) -> tuple[str, ...]:
    """The same as people call them."""
    return tuple(one.name or one.id for one in Library(decisions={file: draft.files[file].encode()}).decision_index.values())
