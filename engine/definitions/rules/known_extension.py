"""LN06: a gl: name that nobody knows would be ignored silently."""

from collections.abc import Iterator

from engine.definitions.findings import Problem, Severity
from engine.definitions.library import Library
from engine.definitions.model import Model

CODE = "LN06"
SEVERITY = Severity.ERROR


def check(model: Model, library: Library) -> Iterator[Problem]:
    """Unknown names, names on the wrong element, values that do not fit, missing parts."""
    for fault in model.found("misuse"):
        yield Problem(fault.element_id, fault.element_name, f"“{fault.label}”{fault.about}",
                      "可用的属性和写法见《流程图的扩展属性》（docs/extension.md）。")
