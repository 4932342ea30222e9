"""Runs a case to rest: until only people, timers, messages and jobs are left to wait for."""

from typing import Any

from SpiffWorkflow.task import Task

from engine.errors import ExpressionFailed, StepBudgetExceeded
from engine.spiff.calls import close_trees
from engine.spiff.events import happen, waits
from engine.spiff.expressions import answer
from engine.spiff.joins import fire_joins
from engine.spiff.nodes import advance
from engine.spiff.scopes import host, names
from engine.spiff.tree import READY, WAITING, Tree, live, withdraw


def to_rest(top: Tree, budget: int) -> None:
    """At most `budget` automatic steps: more is a loop without a wait."""
    steps = 0
    while True:
        task = _next_automatic(top)
        if task is not None:
            steps += 1
            if steps > budget:
                raise StepBudgetExceeded(element=task.task_spec.name, budget=budget)
            advance(task)
        elif not (any(fire_joins(tree) for tree in top.trees) or close_trees(top) or _meet_conditions(top)):
            break
    if not any(task.task_spec.holds_open for task in live(top)):
        for trigger in live(top):
            withdraw(trigger)
        top.completed = True


def _next_automatic(top: Tree) -> Task | None:
    for tree in top.trees:
        for task in tree.tasks.values():
            if task._state == READY and not task.task_spec.manual:
                return task
    return None


def _meet_conditions(top: Tree) -> bool:
    """Let the first conditional event happen whose condition has become true; all are asked in one crossing."""
    tasks = list(waits(top, "conditional"))
    if not tasks:
        return False
    values = answer(host(tasks[0]), [(task.task_spec.event.expression, names(task)) for task in tasks])
    for task, value in zip(tasks, values, strict=True):
        if not isinstance(value, bool):
            raise ExpressionFailed(f"条件事件“{task.task_spec.element.name}”的条件没有得出“是”或“否”。", value=repr(value)[:200])
    met = _first_true(tasks, values, top)
    if met is None:
        return False
    happen(met)
    return True


def _first_true(tasks: list[Task], values: list[Any], top: Tree) -> Task | None:
    return next((task for task, value in zip(tasks, values, strict=True) if value and task._state & WAITING), None)
