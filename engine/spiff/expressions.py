"""The one door for text that a designer wrote: every expression goes to the host's FEEL, none to Python.

SpiffWorkflow evaluates text in two ways, through its script engine and past it through the engine's environment, so both are
replaced here; a stock environment behind our engine would still run Python.
"""

import datetime as dt
import re
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any

from SpiffWorkflow.bpmn.script_engine import PythonScriptEngine
from SpiffWorkflow.bpmn.script_engine.python_environment import BasePythonScriptEngineEnvironment

from engine.errors import ExpressionFailed
from engine.spiff.snapshot import Host

Job = tuple[str, Mapping[str, Any]]

_LITERAL = re.compile(r'\s*=?\s*(?:(?P<word>true|false)|(?P<number>-?\d{1,15})|"(?P<text>[^"\\]*)")\s*')
_MISSING = object()


class FeelEnvironment(BasePythonScriptEngineEnvironment):
    """Answers in FEEL or refuses."""

    def __init__(self, host: Host) -> None:
        super().__init__()
        self.host = host

    def evaluate(self, expression: str, context: Any, external_context: Any = None) -> Any:
        return self.host.evaluate([(expression, {**context, **(external_context or {})})])[0]

    def execute(self, script: str, context: Any, external_context: Any = None) -> Any:
        raise ExpressionFailed("流程图中的脚本不能运行，请改用 FEEL 表达式。", script=script[:200])

    def call_service(self, context: Any, **arguments: Any) -> Any:
        raise ExpressionFailed("流程图不能直接调用程序，请使用已登记的操作。")


class FeelEngine(PythonScriptEngine):
    """The script engine of every workflow in this room."""

    def __init__(self, host: Host) -> None:
        super().__init__(FeelEnvironment(host))
        self.host = host

    def evaluate(self, task: Any, expression: str, external_context: Any = None) -> Any:
        return self.environment.evaluate(expression, task.data, external_context)

    def execute(self, task: Any, script: str, external_context: Any = None) -> Any:
        return self.environment.execute(script, task.data, external_context)

    def call_service(self, task: Any, **arguments: Any) -> Any:
        return self.environment.call_service(task.data, **arguments)

    def validate(self, expression: str) -> None:
        self.environment.evaluate(expression, {})


@lru_cache(maxsize=4096)
def literal(expression: str) -> Any:
    """The value of a constant, or a marker: constants need no crossing into the FEEL isolate."""
    found = _LITERAL.fullmatch(expression)
    if found is None:
        return _MISSING
    if found["word"]:
        return found["word"] == "true"
    return int(found["number"]) if found["number"] else found["text"]


def answer(host: Host, jobs: Sequence[Job]) -> list[Any]:
    """The values of all jobs, in one crossing at most."""
    known = [literal(expression) for expression, _ in jobs]
    open_jobs = [job for job, value in zip(jobs, known, strict=True) if value is _MISSING]
    if not open_jobs:
        return known
    values = iter(host.evaluate(open_jobs))
    return [next(values) if value is _MISSING else value for value in known]


def plain(value: Any) -> Any:
    """A FEEL result as a JSON value: dates and durations as ISO 8601 text."""
    if isinstance(value, Mapping):
        return {str(key): plain(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [plain(inner) for inner in value]
    if isinstance(value, dt.datetime | dt.date | dt.time):
        return value.isoformat()
    if isinstance(value, dt.timedelta):
        return duration_text(value)
    return value


def duration_text(value: dt.timedelta) -> str:
    """ISO 8601, days and seconds only."""
    sign, rest = ("-", -value) if value < dt.timedelta(0) else ("", value)
    seconds = f"{rest.seconds + rest.microseconds / 1_000_000:g}"
    return f"{sign}P{rest.days}DT{seconds}S" if seconds != "0" else f"{sign}P{rest.days}D"
