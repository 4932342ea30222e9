"""Which names an expression may use: what forms, scripts, decisions, functions and messages write, and what is always there."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from engine.definitions.form_fields import FormField, form_fields, written
from engine.definitions.library import Library, outputs_of
from engine.definitions.model import Model, Node

ALWAYS = frozenset({"param", "case", "now", "today"})
COUNTERS = frozenset({"nrOfInstances", "nrOfCompletedInstances", "nrOfActiveInstances", "results", "loopCounter"})
TIMER = frozenset({"deadline"})


@dataclass(frozen=True)
class Variable:
    """`source` names what writes it, for messages; `type` is "" when unknown."""

    name: str
    type: str
    source: str


def variables(model: Model, library: Library) -> Mapping[str, Variable]:
    """Every variable of the process by name; the first that writes it gives the type, unless another disagrees."""
    found: dict[str, Variable] = {}
    for one in _all(model, library):
        before = found.get(one.name)
        if before is None or not before.type and one.type:
            found[one.name] = one
        elif one.type and before.type != one.type:
            found[one.name] = Variable(one.name, "", before.source)
    return found


def types(model: Model, library: Library) -> dict[str, str]:
    """Name → type, where it is known."""
    known = {one.name: one.type for one in variables(model, library).values() if one.type}
    return {**known, "today": "date", "now": "dateTime", "case.number": "text", "case.title": "text", "case.unit": "text"}


def _all(model: Model, library: Library) -> Iterator[Variable]:
    for process in model.processes:
        for declared in process.each("variable"):
            yield Variable(str(declared.get("name", "")), str(declared.get("type", "")), "声明的变量")
        for field in form_fields(library.forms.get(str(process.gl.get("startForm", "")))):
            yield Variable(field.key, field.type, "发起表单")
    for node in model.each():
        for name, kind in written_by(node, library):
            yield Variable(name, kind, node.label)


def written_by(node: Node, library: Library) -> Iterator[tuple[str, str]]:
    """(name, type) of every variable that a step writes when it is done; the type is "" when unknown."""
    if node.loop is None or not node.loop.multiple:
        yield from ((field.key, field.type) for field in fields_of(node, library))
    if node.gl.get("resultVariable"):
        yield str(node.gl["resultVariable"]), ""
    elif node.kind == "businessRuleTask":
        decision = library.decision_index.get(str(node.gl.get("decisionRef", "")))
        yield from ((output, "") for output in (outputs_of(decision) if decision else ()))
    for output in node.each("output"):
        yield str(output.get("name", "")), ""
    if node.loop is not None and node.loop.multiple and node.loop.output:
        yield node.loop.output, "list"


def fields_of(node: Node, library: Library) -> Iterator[FormField]:
    """The fields a step's form writes. In a countersign they belong to each participant, not to the case."""
    return written(library.forms.get(str(node.gl.get("formRef", ""))), node.gl.get("access"))


def items(model: Model, node: Node) -> frozenset[str]:
    """Names that exist only inside a loop: the item and the counters of this node and of the sub-processes around it."""
    found: set[str] = set()
    around = [model.nodes[scope.id] for scope in model.around(node.scope) if scope.id in model.nodes]
    for holder in (node, *around):
        if holder.loop is not None:
            found |= COUNTERS | {holder.loop.item, holder.loop.output_item}
    return frozenset(found - {""})
