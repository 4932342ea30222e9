"""LN07: a process is published and called under the id it has in the diagram."""

from collections.abc import Iterator

from engine.definitions.findings import Problem, Severity, problem
from engine.definitions.library import Library
from engine.definitions.model import Model

CODE = "LN07"
SEVERITY = Severity.ERROR


def check(model: Model, library: Library) -> Iterator[Problem]:
    """The id of the executable process against the key it is published under."""
    process = model.executable
    if process is not None and library.key is not None and process.id != library.key:
        yield problem(process, f"流程编号“{process.id}”与目录名“{library.key}”不一致",
                      f"请把流程编号改成“{library.key}”，或者把目录和文件改名为“{process.id}”。")
