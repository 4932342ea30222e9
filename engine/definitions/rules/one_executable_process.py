"""LG17: one file, one process that runs."""

from collections.abc import Iterator

from engine.definitions.findings import Problem, Severity
from engine.definitions.library import Library
from engine.definitions.model import Model

CODE = "LG17"
SEVERITY = Severity.ERROR


def check(model: Model, library: Library) -> Iterator[Problem]:
    """Files in which it is unclear what should be published."""
    executable = [process for process in model.processes if process.executable]
    if len(executable) != 1:
        where = executable[1] if executable else None
        yield Problem(where.id if where else "", where.name if where else "",
                      f"文件中必须有且只有一个可执行的流程（现有 {len(executable)} 个）",
                      "请在流程属性中勾选“可执行”；其他泳池只作图示时，请取消它们的“可执行”。")
