"""The process as a manual for people who work by it: every step with who, what, until when and on what ground; ways, tables, parameters."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace

from engine.definitions import Package, read
from engine.definitions.model import HUMAN, Model, Node
from engine.studio import drawn_facts, kept_facts, picture
from engine.studio.facts import Thing

LEFT_OUT = ("种类", "名称", "所在范围", "编号", "可执行", "结果变量", "发起表单权限", "表单权限", "串行")
FIELD_LEFT_OUT = ("标签", "在文书中叫", "日期的名称", "种类细分", "patternErrorMessage", "role")
STORED = re.compile(r"=[^、，]*")
"""What stands behind the label of a choice: how it is stored."""
FORMS = ("办理表单", "发起表单")
LIMIT, UNIT = "办理时限", "时限单位"
AUTOMATIC = ("serviceTask", "scriptTask", "businessRuleTask", "callActivity", "sendTask", "receiveTask", "intermediateCatchEvent",
             "boundaryEvent")


@dataclass(frozen=True)
class Step:
    """A step: its facts as (word, text), the fields of its form, and where it goes on: (words of the way, name of what comes next)."""

    id: str
    name: str
    kind: str
    facts: tuple[tuple[str, str], ...]
    fields: tuple[tuple[str, str], ...]
    ways: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Manual:
    """What is printed. `picture` is SVG of our own drawing, safe to embed; steps of people first, then what the system does."""

    name: str
    key: str
    about: str
    picture: str
    people: tuple[Step, ...]
    system: tuple[Step, ...]
    decisions: tuple[Thing, ...]
    parameters: tuple[Thing, ...]


def of(package: Package) -> Manual:
    """The manual of a package. Raises UnsafeInput for a diagram that cannot be read."""
    model, names = read(package.diagram).alone(), drawn_facts.names(package.diagram)
    things = drawn_facts.things(package.diagram, names)
    forms = kept_facts.forms(package, package)
    parameters = kept_facts.parameters(package)
    things = {key: replace(thing, facts=_in_words(thing.facts, forms, parameters)) for key, thing in things.items()}
    steps = {kind: tuple(_step(model, node, things, forms) for node in model.each(*kinds))
             for kind, kinds in (("people", HUMAN), ("system", AUTOMATIC))}
    start = _start(model, things, forms)
    about = things[package.key].facts.get("说明", "") if package.key in things else ""
    return Manual(package.name, package.key, about, picture.svg(package.diagram), (*start, *steps["people"]), steps["system"],
                  tuple(kept_facts.decisions(package, package).values()), tuple(parameters.values()))


def _in_words(said: Mapping[str, str], forms: Mapping[str, Thing], parameters: Mapping[str, Thing]) -> dict[str, str]:
    """Forms by name; a limit with its unit, and a parameter as people call it with what it is set to."""
    facts = dict(said)
    for word in FORMS:
        if facts.get(word) in forms:
            facts[word] = forms[facts[word]].name
    if LIMIT in facts:
        sheet = parameters.get(facts[LIMIT].removeprefix("param."))
        value = f"{sheet.name}（现为 {sheet.facts.get('默认值', '')}）" if sheet is not None else facts[LIMIT]
        facts[LIMIT] = f"{value} {facts.pop(UNIT, '')}".strip()
    return facts


def _start(model: Model, things: Mapping[str, Thing], forms: Mapping[str, Thing]) -> tuple[Step, ...]:
    """How a case begins: who may begin one, and what is filled in."""
    process = model.executable
    if process is None or process.id not in things:
        return ()
    form = str(process.gl.get("startForm") or "")
    ways = [way for node in model.scopes[process.id].starts for way in _ways(model, node)]
    facts = tuple((word, text) for word, text in things[process.id].facts.items() if word not in (*LEFT_OUT, "说明") and " " not in word)
    return (Step(process.id, "发起", "开始", facts, _fields(form, forms), tuple(ways)),)


def _fields(form: str, forms: Mapping[str, Thing]) -> tuple[tuple[str, str], ...]:
    return tuple((one.name, "，".join(f"{word} {STORED.sub('', text) if word == '选项' else text}" for word, text in one.facts.items()
                                     if word not in FIELD_LEFT_OUT))
                 for key, one in forms.items() if form and key.startswith(f"{form}/"))


def _step(model: Model, node: Node, things: Mapping[str, Thing], forms: Mapping[str, Thing]) -> Step:
    thing = things[node.id]
    facts = tuple((word, text) for word, text in thing.facts.items() if word not in LEFT_OUT)
    return Step(node.id, node.label, thing.word, facts, _fields(str(node.gl.get("formRef") or ""), forms), tuple(_ways(model, node)))


def _ways(model: Model, node: Node) -> list[tuple[str, str]]:
    """Through gateways to what comes next, with the conditions on the way."""
    found: list[tuple[str, str]] = []
    todo: list[tuple[str, str]] = [("", flow.target) for flow in node.outgoing]
    seen: set[str] = set()
    while todo:
        words, at = todo.pop(0)
        after = model.nodes.get(at)
        if after is None or at in seen:
            continue
        if "ateway" not in after.kind:
            found.append((words, after.label))
            continue
        seen.add(at)
        for flow in after.outgoing:
            said = flow.name or flow.condition or ("其他情况" if flow.id == after.default else "")
            todo.append(("，".join(filter(None, (words, said))), flow.target))
    return found
