"""LA18: a gate looks at a clock; where nothing in the process starts that clock, the step may stay closed for ever."""

from collections.abc import Iterator

from engine.deadlines import rulebook
from engine.deadlines.rules import Gate
from engine.definitions.findings import Problem, Severity, problem
from engine.definitions.library import Library
from engine.definitions.model import Model, Node, Process

CODE = "LA18"
SEVERITY = Severity.WARNING


def check(model: Model, library: Library) -> Iterator[Problem]:
    """Gates of rules that no element of this document names in gl:deadline; times that are always barred need no clock."""
    limited: list[Node | Process] = [*model.processes, *model.each()]
    started = {str(one.gl["deadline"]) for one in limited if one.gl.get("deadline")}
    barred = {rule.id for rule in rulebook.rules() if rule.gate is Gate.BARRED}
    for node in model.each():
        for gate in node.each("gate"):
            rule = str(gate.get("rule", ""))
            if rule not in started | barred:
                yield problem(node, f"“{node.label}”要等期限“{rule}”，但本流程没有让它开始计算的环节",
                              "请在告知、送达一类环节或等待事件上填“法定期限”；如由调用它的流程起算，可以忽略本提示。")
