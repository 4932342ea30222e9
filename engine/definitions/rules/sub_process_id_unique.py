"""LN02: two processes that run together must not share the id of a sub-process."""

from collections.abc import Iterator

from engine.definitions.findings import Problem, Severity, problem
from engine.definitions.library import Library
from engine.definitions.model import SUB_PROCESSES, Model

CODE = "LN02"
SEVERITY = Severity.ERROR


def check(model: Model, library: Library) -> Iterator[Problem]:
    """Sub-processes of this diagram against those of every process it calls."""
    used = {node.attributes.get("calledElement", "") for node in model.each("callActivity")} - {one.id for one in model.processes}
    for key, called in (library.called or {}).items():
        for node in model.each(*SUB_PROCESSES) if key in used else ():
            other = called.model.nodes.get(node.id)
            if other is not None and other.kind in SUB_PROCESSES:
                yield problem(node, f"子流程编号“{node.id}”与被调用流程“{key}”重复", "请修改本流程中这个子流程的编号。")
