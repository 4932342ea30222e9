"""LN01: ids that the engine uses itself, or that no column can hold."""

import re
from collections.abc import Iterator

from engine.definitions.findings import Problem, Severity, problem
from engine.definitions.library import Library
from engine.definitions.model import Flow, Model, Node

CODE = "LN01"
SEVERITY = Severity.ERROR
RESERVED = re.compile(r"^(Start|End|StartEventSplit|StartEventJoin)$|\.(EndJoin|BoundaryEventSplit|BoundaryEventJoin)$| \[|\.Boundary")
LONGEST = 100


def check(model: Model, library: Library) -> Iterator[Problem]:
    """Every node and flow."""
    elements: tuple[Node | Flow, ...] = (*model.each(), *model.flows.values())
    for element in elements:
        if RESERVED.search(element.id):
            yield problem(element, f"元素编号“{element.id}”是系统保留字，请修改", "在属性面板中换一个编号，例如 Task_check。")
        elif len(element.id) > LONGEST:
            yield problem(element, f"元素编号“{element.id[:40]}…”过长", f"编号最多 {LONGEST} 个字符，请改短。")
