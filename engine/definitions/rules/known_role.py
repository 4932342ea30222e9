"""LA12: a role that does not exist has no holder."""

import re
from collections.abc import Iterator

from engine.definitions.findings import Problem, Severity, problem
from engine.definitions.library import Library
from engine.definitions.model import Model, Node, Process

LITERAL = re.compile(r'\s*"([^"]*)"\s*')

CODE = "LA12"
SEVERITY = Severity.ERROR


def check(model: Model, library: Library) -> Iterator[Problem]:
    """Roles of user tasks (also one that gl:roleFrom names outright) and those who may start the process."""
    if library.roles is None:
        return
    named: list[tuple[Node | Process, str]] = [(node, str(node.gl["role"])) for node in model.each() if node.gl.get("role")]
    named += [(node, said[1]) for node in model.each() if (said := LITERAL.fullmatch(str(node.gl.get("roleFrom", ""))))]
    named += [(process, role) for process in model.processes for role in process.gl.get("startRoles", ())]
    for element, role in named:
        if role not in library.roles:
            yield problem(element, f"“{element.label}”使用了不存在的岗位“{role}”",
                          "请从岗位列表中选择，例如 grid_worker（网格员）、village_cadre（村社干部）。")
