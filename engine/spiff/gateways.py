"""Gateways: choices by FEEL, splits, joins, and the wait for the first of several events."""

from collections.abc import Sequence
from typing import Any

from SpiffWorkflow.bpmn.specs.defaults import EventBasedGateway, ExclusiveGateway, InclusiveGateway, ParallelGateway
from SpiffWorkflow.task import Task

from engine.errors import ExpressionFailed
from engine.spiff.drawing import Event
from engine.spiff.joins import Join
from engine.spiff.nodes import Node, Waiting, made_by
from engine.spiff.scopes import evaluate
from engine.spiff.tree import WAITING, siblings, withdraw


class Choice(Node):
    """A gateway whose flows carry conditions, in the designer's order; all are asked in one crossing."""

    conditions: Sequence[tuple[str, str, str]] = ()
    """FEEL, name of the next node, what people call it."""
    default: str | None = None

    def holding(self, my_task: Task) -> list[tuple[str, Any]]:
        """(next node, truth value) for each condition."""
        values = evaluate(my_task, [condition for condition, _, _ in self.conditions])
        return [(name, value) for (_, name, _), value in zip(self.conditions, values, strict=True)]

    def truth(self, position: int, value: Any) -> bool:
        if isinstance(value, bool):
            return value
        condition, _, target = self.conditions[position]
        raise ExpressionFailed(
            f"网关“{self.label}”通往“{target}”的条件没有得出“是”或“否”，请检查条件中用到的内容是否已填写。",
            condition=condition,
            value=repr(value)[:200],
        )

    def otherwise(self) -> list[Any]:
        if self.default is None:
            raise ExpressionFailed(f"网关“{self.label}”的条件都不满足，又没有默认出口，请联系流程设计人员。")
        return [self._wf_spec.task_specs[self.default]]

    @property
    def label(self) -> str:
        return self.element.name if self.element is not None else self.name


class Exclusive(Choice, ExclusiveGateway):
    def successors(self, my_task: Task) -> list[Any]:
        """The first condition that holds, else the default. Conditions behind the first that holds do not count."""
        if not self.conditions:
            return list(self.outputs)
        for position, (name, value) in enumerate(self.holding(my_task)):
            if self.truth(position, value):
                return [self._wf_spec.task_specs[name]]
        return self.otherwise()


class Inclusive(Join, Choice, InclusiveGateway):
    def successors(self, my_task: Task) -> list[Any]:
        if not self.conditions:
            return list(self.outputs)
        found = [name for position, (name, value) in enumerate(self.holding(my_task)) if self.truth(position, value)]
        return [self._wf_spec.task_specs[name] for name in found] or self.otherwise()


class Parallel(Join, ParallelGateway):
    every_flow = True


class FirstEvent(Node, EventBasedGateway):
    """An event gateway: its events all wait; when one has happened the others stop waiting."""

    def __init__(self, wf_spec: Any, bpmn_id: str, **options: Any) -> None:
        super().__init__(wf_spec, bpmn_id, event_definition=Event(), **options)

    def connect(self, child: Any) -> None:
        Node.connect(self, child)


def first_of_several(task: Task) -> None:
    """An event behind an event gateway has happened: its rivals stop waiting."""
    if isinstance(task.parent.task_spec, FirstEvent) and made_by(task.parent, task):
        for rival in siblings(task):
            if rival._state & WAITING and isinstance(rival.task_spec, Waiting):
                withdraw(rival)
