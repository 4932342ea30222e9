"""Variables: one flat mapping per scope, outside the tasks.

A scope belongs to the case, to a called process (closed: it sees only what is passed in) and to each instance of a
multi-instance sub-process (open: it reads outwards). An embedded sub-process uses the scope around it. The item of one
participant of a countersign lies over its scope and cannot be written.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from SpiffWorkflow.task import Task

from engine.spiff.expressions import Job, answer, plain
from engine.spiff.snapshot import Element, Host
from engine.spiff.tree import ITEM, KEY, SCOPE, VALUES


def host(task: Task) -> Host:
    found: Host = task.workflow.top_workflow.script_engine.host
    return found


def _layers(task: Task) -> list[tuple[bool, dict[str, Any]]]:
    """(may be written, values), innermost first."""
    found: list[tuple[bool, dict[str, Any]]] = []
    while True:
        tree = task.workflow
        if ITEM in task.internal_data:
            found.append((False, task.internal_data[ITEM]))
        if SCOPE in tree.data:
            found.append((True, tree.data[SCOPE]))
        if tree.parent_task_id is None or tree.spec.closed:
            return found
        task = tree.holder


def scope(task: Task) -> dict[str, Any]:
    return next(values for writable, values in _layers(task) if writable)


def variables(task: Task) -> dict[str, Any]:
    """All variables and items a task can see."""
    seen: dict[str, Any] = {}
    for _, values in reversed(_layers(task)):
        seen.update(values)
    return seen


def names(task: Task, extra: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """All names an expression may use at a task."""
    return {**variables(task), **(extra or {}), **host(task).names()}


def write(task: Task, values: Mapping[str, Any]) -> None:
    """To the scope; one participant's values are kept apart until the countersign collects them."""
    target = task.internal_data.setdefault(VALUES, {}) if KEY in task.internal_data else scope(task)
    target.update(plain(values))


def evaluate(task: Task, expressions: Sequence[str], extra: Mapping[str, Any] | None = None) -> list[Any]:
    """The values of expressions at a task, in one crossing."""
    if not expressions:
        return []
    seen = names(task, extra)
    return answer(host(task), [(expression, seen) for expression in expressions])


def mapped(task: Task, element: Element, kind: str, extra: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """The values of the element's named expressions (`gl:input`, `gl:output`, `gl:correlation`)."""
    found = element.gl.get(kind, ())
    values = evaluate(task, [entry.get("expression", "") for entry in found], extra)
    return {entry.get("name", ""): plain(value) for entry, value in zip(found, values, strict=True)}


def jobs(task: Task, expressions: Sequence[str], extra: Mapping[str, Any] | None = None) -> list[Job]:
    if not expressions:
        return []
    seen = names(task, extra)
    return [(expression, seen) for expression in expressions]


def take(task: Task, element: Element, payload: Any) -> None:
    """Bring what came from outside (a message, a job's result) into the scope: by `gl:output`, by `gl:resultVariable`, or not at
    all. In `gl:output` its fields are names, and the whole is called `payload`."""
    if "output" in element.gl:
        fields = dict(payload) if isinstance(payload, Mapping) else {}
        write(task, mapped(task, element, "output", {**fields, "payload": payload}))
    if element.gl.get("resultVariable"):
        write(task, {element.gl["resultVariable"]: payload})
