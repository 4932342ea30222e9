"""LN05: names are read by townspeople."""

import re
from collections.abc import Iterator

from engine.definitions.findings import Problem, Severity, problem
from engine.definitions.library import Library
from engine.definitions.model import Model, Node, Process

CODE = "LN05"
SEVERITY = Severity.WARNING
CHINESE = re.compile(r"[\u3400-\u9fff]")


def check(model: Model, library: Library) -> Iterator[Problem]:
    """Nodes and the process itself; ids may stay English."""
    elements: tuple[Process | Node, ...] = (*model.processes, *model.each())
    for element in elements:
        if element.name and not CHINESE.search(element.name):
            yield problem(element, f"名称“{element.name}”不是中文", "名称会显示在待办和办理经过中，请改成中文；编号可以保留英文。")
