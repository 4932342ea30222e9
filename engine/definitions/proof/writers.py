"""Who writes which variable, and which values it can have then: the choices of a form, the constant of a script, the cells of a table."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from engine.definitions.form_fields import written
from engine.definitions.library import Library
from engine.definitions.model import Model, Node
from engine.definitions.proof.conditions import NOTHING
from engine.definitions.variables import written_by

CONSTANT = re.compile(r'"[^"\\]*"|-?\d+(\.\d+)?|true|false|null')


@dataclass(frozen=True)
class Writing:
    """`values` are constants as FEEL writes them, None for anything. `surely`: the value from before does not survive."""

    variable: str
    values: frozenset[str] | None = None
    surely: bool = True


def writings(node: Node, library: Library) -> Iterator[Writing]:
    """What a step may write when it is done."""
    seen: dict[str, Writing] = {}
    if node.loop is None or not node.loop.multiple:
        seen.update({one.variable: one for one in of_form(library.forms.get(str(node.gl.get("formRef", ""))), node.gl.get("access"))})
    result = str(node.gl.get("resultVariable") or "")
    if node.kind == "scriptTask" and result and CONSTANT.fullmatch(node.script.strip().removeprefix("=").strip()):
        seen[result] = Writing(result, frozenset({node.script.strip().removeprefix("=").strip()}))
    elif node.kind == "businessRuleTask":
        seen.update({one.variable: one for one in _of_decision(node, library, result)})
    for name, _ in written_by(node, library):
        seen.setdefault(name, Writing(name))
    yield from seen.values()


def given(model: Model, library: Library) -> dict[str, frozenset[str] | None]:
    """What is known when the process starts: declared variables may have any value, those of the start form what it offers."""
    process = model.executable
    if process is not None and process.gl.get("startForm") and str(process.gl["startForm"]) not in library.forms:
        return Anything()
    found: dict[str, frozenset[str] | None] = {}
    for one in of_form(library.forms.get(str(process.gl.get("startForm", ""))), process.gl.get("startAccess")) if process else ():
        found[one.variable] = one.values | (frozenset() if one.surely else {NOTHING}) if one.values is not None else None
    for declared in process.each("variable") if process else ():
        found[str(declared.get("name", ""))] = None
    return found


class Anything(dict[str, frozenset[str] | None]):
    """Every variable may have any value."""

    def __contains__(self, name: object) -> bool:
        return True

    def __missing__(self, name: str) -> frozenset[str] | None:
        return None


def of_form(form: Any, access: Any) -> Iterator[Writing]:
    """The fields the person may fill in. A field that may stay hidden or empty can leave the old value or nothing."""
    components = {str(part.get("key")): part for part in _components(form)}
    for field in written(form, access):
        component = components.get(field.key, {})
        rules = component.get("validate")
        required = isinstance(rules, Mapping) and rules.get("required") is True
        surely = required and not component.get("conditional") and not component.get("readonly")
        yield Writing(field.key, _offered(component, surely), surely)


def _offered(component: Mapping[str, Any], surely: bool) -> frozenset[str] | None:
    if component.get("type") == "checkbox":
        return frozenset({"true"} if surely else {"true", "false", NOTHING})
    values = component.get("values")
    if component.get("type") not in ("radio", "select") or not isinstance(values, list):
        return None
    known = [one.get("value") for one in values if isinstance(one, Mapping)]
    if not known or not all(isinstance(one, str) and "\\" not in one and '"' not in one for one in known):
        return None
    return frozenset(f'"{one}"' for one in known) | (frozenset() if surely else {NOTHING})


def _components(form: Any) -> Iterator[Mapping[str, Any]]:
    pending = [form] if isinstance(form, Mapping) else []
    while pending:
        inner = pending.pop().get("components")
        for one in inner if isinstance(inner, list) else ():
            if isinstance(one, Mapping) and one.get("type") == "group":
                pending.append(one)
            elif isinstance(one, Mapping):
                yield one


def _of_decision(node: Node, library: Library, result: str) -> Iterator[Writing]:
    """The constants in a table's result columns. A table that may find nothing gives nothing."""
    decision = library.decision_index.get(str(node.gl.get("decisionRef", "")))
    table = decision.table if decision is not None else None
    if table is None or table.policy not in ("UNIQUE", "FIRST", "ANY"):
        return
    names = (result,) if len(table.outputs) == 1 and result else tuple(one.name for one in table.outputs) if not result else ()
    for place, name in enumerate(names):
        cells = [rule.outputs[place].strip() for rule in table.rules] + [table.outputs[place].default.strip() or NOTHING]
        if all(CONSTANT.fullmatch(cell) for cell in cells):
            yield Writing(name, frozenset(cells))
