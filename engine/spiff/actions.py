"""Automatic work: a FEEL script, a decision table, a job for a registered function, and everything that throws."""

from collections.abc import Mapping
from typing import Any

from SpiffWorkflow.bpmn.specs.defaults import EndEvent, IntermediateThrowEvent, ScriptTask, SendTask, ServiceTask
from SpiffWorkflow.task import Task

from engine.errors import ExpressionFailed
from engine.spiff import events
from engine.spiff.drawing import Event
from engine.spiff.expressions import plain
from engine.spiff.nodes import Node
from engine.spiff.scopes import evaluate, host, mapped, names, write
from engine.spiff.snapshot import Element, Thrown
from engine.spiff.tree import FAILED, FAILURE, READY, STARTED, live, withdraw

PAYLOAD = "payload"


class Script(Node, ScriptTask):
    """One FEEL expression and the variable for its result."""

    element: Element
    feel = ""

    def __init__(self, wf_spec: Any, bpmn_id: str, **options: Any) -> None:
        super().__init__(wf_spec, bpmn_id, script=None, **options)

    def _run_hook(self, my_task: Task) -> bool:
        write(my_task, {self.element.gl["resultVariable"]: evaluate(my_task, [self.feel])[0]})
        return True


class Decision(Node, ServiceTask):
    """A decision table: its result goes to `gl:resultVariable`, or without one each of its outputs to the variable of its name."""

    element: Element

    def _run_hook(self, my_task: Task) -> bool:
        result = plain(host(my_task).decide(self.element.gl["decisionRef"], names(my_task)))
        if self.element.gl.get("resultVariable"):
            write(my_task, {self.element.gl["resultVariable"]: result})
        elif isinstance(result, Mapping):
            write(my_task, result)
        else:
            raise ExpressionFailed(
                f"“{self.element.name}”的决策表没有得出结果，又没有指定结果变量，请检查决策表是否覆盖这种情况。"
            )
        return True


class Job(Node, ServiceTask):
    """A service task: waits until the registered function has answered."""

    element: Element

    def _run_hook(self, my_task: Task) -> None:
        my_task.internal_data[PAYLOAD] = mapped(my_task, self.element, "input")


class Throwing(Node):
    """Throws its event, then lets the token go on unless that was what it interrupted."""

    element: Element
    event: Event

    def _run_hook(self, my_task: Task) -> bool:
        kind = self.event.kind
        if kind in ("message", "signal"):
            self._send(my_task, kind)
        elif kind == "escalation":
            self._escalate(my_task)
        elif kind in ("error", "cancel"):
            raise_error(my_task, self.event.code, "", kind)
        elif kind == "terminate":
            for task in live(my_task.workflow):
                if task is not my_task:
                    withdraw(task)
        return True

    def _send(self, my_task: Task, kind: str) -> None:
        payload = mapped(my_task, self.element, "input")
        if kind == "signal":
            events.signal(my_task.workflow.top_workflow, self.event.name or "", payload)
        self._leave(my_task, kind, self.event.name or "", payload)

    def _escalate(self, my_task: Task) -> None:
        code = self.event.code
        payload = mapped(my_task, self.element, "input")
        if not events.propagate(my_task, "escalation", code, payload):
            self._leave(my_task, "escalation", code or "", payload)

    def _leave(self, my_task: Task, kind: str, name: str, payload: Mapping[str, Any]) -> None:
        correlation = mapped(my_task, self.element, "correlation")
        my_task.workflow.top_workflow.log.thrown.append(Thrown(kind, name, self.element, correlation, payload))


class Throw(Throwing, IntermediateThrowEvent):
    pass


class Send(Throwing, SendTask):
    pass


class End(Throwing, EndEvent):
    """The end of a path. A scope is done when no token is left in it."""


def raise_error(task: Task, code: str | None, message: str, kind: str = "error") -> None:
    """Carry a BPMN error outwards; when nobody catches it, the token stands here as failed."""
    if not events.propagate(task, kind, code, {"code": code, "message": message}):
        fail(task, code, message or f"错误“{code or '未命名'}”没有任何环节处理，请联系流程设计人员。")


def fail(task: Task, code: str | None, message: str) -> None:
    task._set_state(FAILED)
    task.internal_data[FAILURE] = {"code": code, "message": message}


def revive(task: Task) -> None:
    """Let a failed token try again: a job is asked for again, an event is thrown again."""
    task.internal_data.pop(FAILURE, None)
    task._set_state(STARTED if isinstance(task.task_spec, Job) else READY)
