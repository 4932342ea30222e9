"""LA11: data objects and stores are drawings."""

from collections.abc import Iterator

from engine.definitions.findings import Problem, Severity
from engine.definitions.library import Library
from engine.definitions.model import Model

CODE = "LA11"
SEVERITY = Severity.INFO


def check(model: Model, library: Library) -> Iterator[Problem]:
    """References and stores; the object behind a reference is not told twice."""
    for fault in model.found("drawing"):
        if fault.about != "dataObject":
            yield Problem(fault.element_id, fault.element_name, f"“{fault.label}”仅用于图示，不参与执行",
                          "数据由表单、脚本和决策表写入变量，无需在图上连接。")
