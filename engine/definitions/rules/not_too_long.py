"""LG15: the engine's parser recurses along a path: 400 elements on one, 500 in a process, 10 levels."""

from collections.abc import Iterator

from engine.definitions.findings import Problem, Severity, problem
from engine.definitions.library import Library
from engine.definitions.model import Model, Scope

CODE = "LG15"
SEVERITY = Severity.ERROR
PATH, PROCESS, LEVELS = 400, 500, 10


def check(model: Model, library: Library) -> Iterator[Problem]:
    """Size of each process, longest path with sub-processes counted in, depth of nesting."""
    for process in model.processes:
        scopes = [scope for scope in model.scopes.values() if list(model.around(scope.id))[-1].id == process.id]
        size = max(sum(len(scope.nodes) for scope in scopes), sum(len(scope.flows) for scope in scopes) // 4)
        depth = max(len(list(model.around(scope.id))) for scope in scopes)
        longest = size if size > PROCESS else _longest(model, scopes)
        if size > PROCESS or longest > PATH:
            yield problem(process, f"流程过长（{max(size, longest)} 个元素），请拆成子流程",
                          "请把一段独立的步骤另存为一个流程，再用调用活动引用它。")
        elif depth > LEVELS:
            yield problem(process, f"子流程嵌套过深（{depth} 层），请拆成子流程", f"最多嵌套 {LEVELS} 层，请把里层改成被调用的流程。")


def _longest(model: Model, scopes: list[Scope]) -> int:
    """Inner scopes come after their outer ones in the file, so the last are measured first."""
    weight: dict[str, int] = {}
    for scope in reversed(scopes):
        weight[scope.id] = 1 + scope.graph.longest({node.id: weight.get(node.id, 1) for node in scope.nodes})
    return max(weight[scope.id] for scope in scopes)
