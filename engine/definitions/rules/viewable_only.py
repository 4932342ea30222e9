"""LI02: a file without a process that runs can still be kept and looked at."""

from collections.abc import Iterator

from engine.definitions.findings import Problem, Severity
from engine.definitions.library import Library
from engine.definitions.model import Model

CODE = "LI02"
SEVERITY = Severity.INFO


def check(model: Model, library: Library) -> Iterator[Problem]:
    """Files without processes, or with none that is executable."""
    if not any(process.executable for process in model.processes):
        reason = "没有勾选“可执行”的流程" if model.processes else "文件中没有流程"
        yield Problem("", "", f"该文件可查看，但还不能发布：{reason}", "要发布时，请在流程属性中勾选“可执行”。")
