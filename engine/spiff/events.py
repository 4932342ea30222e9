"""Events: who waits for what, what happens when it comes, and where a thrown error ends up.

A wait that may happen again (a message, signal, escalation or repeating timer that does not interrupt) is armed again as a new
task, so each occurrence has a key of its own. Errors and escalations go from the inside out: event sub-process of the scope,
then the boundary of the activity that holds the scope (its own code before any code), then the next scope.
"""

from collections.abc import Iterator
from typing import Any

from SpiffWorkflow.bpmn.specs import BpmnTaskSpec
from SpiffWorkflow.bpmn.specs.defaults import BoundaryEvent, IntermediateCatchEvent, ReceiveTask
from SpiffWorkflow.task import Task

from engine.spiff import timers
from engine.spiff.drawing import Event
from engine.spiff.expressions import Job, plain
from engine.spiff.gateways import first_of_several
from engine.spiff.nodes import BoundarySplit, Waiting, made_by
from engine.spiff.scopes import host, jobs, names, take
from engine.spiff.snapshot import Element
from engine.spiff.tree import LIVE, WAITING, cancel, grow, live, siblings, withdraw

CORRELATION = "correlation"
AGAIN = frozenset(["message", "signal", "escalation"])


class Catching(Waiting):
    """Waits for one event. `limited` is the element whose limit gives the names under `deadline`: due, warn, conservative, earliest."""

    element: Element
    event: Event
    limited: Element | None = None
    activity: Element | None = None

    def questions(self, my_task: Task) -> list[Job]:
        if self.event.kind == "timer":
            return self._timer_question(my_task)
        entries = self.element.gl.get(CORRELATION, ()) if self.event.kind == "message" else ()
        return jobs(my_task, [entry.get("expression", "") for entry in entries])

    def _timer_question(self, my_task: Task) -> list[Job]:
        if timers.written(self.event.expression):
            return []
        expression = self.event.expression or ("deadline.due" if self.limited else "null")
        known = names(my_task)
        found = host(my_task).deadline(self.limited, known) if self.limited else None
        return [(expression, {**known, "deadline": {**known.get("deadline", {}), **found.names()}} if found else known)]

    def date_again(self, my_task: Task) -> list[Job]:
        """What to ask when the limit behind this timer has moved; nothing when it hangs on none."""
        if self.event.kind != "timer" or self.limited is None or timers.STEP in my_task.internal_data:
            return []
        return self._timer_question(my_task)

    def begin(self, my_task: Task, answers: list[Any]) -> None:
        if self.event.kind == "timer":
            value = answers[0] if answers else timers.written(self.event.expression)
            my_task.internal_data.update(timers.wait(value, self.event.form, host(my_task).now(), self.element.name))
        elif answers:
            entries = self.element.gl[CORRELATION]
            my_task.internal_data[CORRELATION] = {e.get("name", ""): plain(v) for e, v in zip(entries, answers, strict=True)}

    def happen(self, my_task: Task, payload: Any = None) -> None:
        """The event has come, whatever the clock says."""
        take(my_task, self.element, payload)
        self.interrupt(my_task)
        my_task._ready()

    def interrupt(self, my_task: Task) -> None:
        """Stop what this event stops, or arm it again."""
        first_of_several(my_task)

    def arm_again(self, my_task: Task) -> None:
        state = dict(my_task.internal_data)
        if self.event.kind == "timer":
            following = timers.following(state, host(my_task).now())
            if following is None:
                return
            state = following
        elif self.event.kind not in AGAIN:
            return
        grow(my_task.workflow, self, my_task.parent, WAITING).internal_data.update(state)


class Catch(Catching, IntermediateCatchEvent):
    """An intermediate event."""


class Receive(Catching, ReceiveTask):
    """A receive task."""


class Boundary(Catching, BoundaryEvent):
    """On the edge of an activity."""

    cancel_activity: bool

    @property
    def leads_aside(self) -> bool:  # type: ignore[override]  # a plain attribute everywhere else
        return not self.cancel_activity

    def interrupt(self, my_task: Task) -> None:
        if not self.cancel_activity:
            self.arm_again(my_task)
            return
        for beside in siblings(my_task):
            if beside._state & LIVE and (not isinstance(beside.task_spec, Boundary) or beside._state & WAITING):
                cancel(beside)


class Trigger(Catching, BpmnTaskSpec):
    """The start of an event sub-process, waiting in the scope around it for as long as that scope lives."""

    logged = False
    holds_open = False
    leads_aside = True
    interrupting = True

    def interrupt(self, my_task: Task) -> None:
        if not self.interrupting:
            self.arm_again(my_task)
            return
        for task in live(my_task.workflow):
            if task is not my_task:
                withdraw(task)


def waits(top: Any, kind: str) -> Iterator[Task]:
    """All tasks of a case that wait for this kind of event."""
    for tree in top.trees:
        for task in list(tree.tasks.values()):
            if task._state & WAITING and isinstance(task.task_spec, Catching) and task.task_spec.event.kind == kind:
                yield task


def happen(task: Task, payload: Any = None) -> None:
    task.task_spec.happen(task, payload)


def signal(top: Any, name: str, payload: Any) -> None:
    """Everybody in the case who waits for the signal hears it, once."""
    heard = [task for task in waits(top, "signal") if task.task_spec.event.name == name]
    for task in heard:
        if task._state & WAITING:
            happen(task, payload)


def propagate(task: Task, kind: str, code: str | None, payload: Any = None) -> bool:
    """Carry an error, an escalation or a cancellation outwards from the activity or event `task`; True if somebody caught it."""
    while True:
        caught = _best(_on_edge(task), kind, code) or _best(_in_scope(task.workflow), kind, code)
        if caught is not None:
            happen(caught, payload)
            return True
        if task.workflow.parent_task_id is None:
            return False
        task = task.workflow.holder


def _on_edge(task: Task) -> list[Task]:
    """The boundary events of an activity; those of a countersign serve each of its participants."""
    parent = task.parent
    if parent is not None and parent.task_spec.instance == task.task_spec.name:
        task, parent = parent, parent.parent
    if parent is None or not isinstance(parent.task_spec, BoundarySplit) or not made_by(parent, task):
        return []
    return [child for child in parent.children if isinstance(child.task_spec, Boundary)]


def _in_scope(tree: Any) -> list[Task]:
    return [task for task in tree.task_tree.children if isinstance(task.task_spec, Trigger)]


def _best(tasks: list[Task], kind: str, code: str | None) -> Task | None:
    """The waiting task that catches the code: one that names it before one that catches all."""
    found = [task for task in tasks if task._state & WAITING and task.task_spec.event.kind == kind]
    fitting = [task for task in found if task.task_spec.event.code in (code, None)]
    return min(fitting, key=lambda task: task.task_spec.event.code is None, default=None)
