"""Removes finished tasks that nothing can need any more, so that a case keeps its size after any number of rounds.

Kept are the live tasks and, above them, what the moves of this room look at: the root, the edge or event gateway a task waits
on, splits whose block is open and the first task of the branch, and the events whose path is a side branch.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from SpiffWorkflow.task import Task

from engine.spiff.events import Boundary, Trigger
from engine.spiff.gateways import FirstEvent
from engine.spiff.joins import Join, is_split
from engine.spiff.nodes import BoundarySplit, made_by
from engine.spiff.tree import COMPLETED, LIVE, Tree, ancestors, live


def compact(top: Tree) -> None:
    for tree in top.trees:
        _compact(tree)


def _compact(tree: Any) -> None:
    tasks = tree.tasks
    above: dict[str, str | None] = {tree.task_tree.id: None}
    for task in live(tree):
        below = task.id
        if task._parent is not None and tasks[task._parent]._state & LIVE:  # a participant of a countersign
            above[below] = task._parent
            continue
        if task._parent in above and _is_reminder(task, tasks):
            above[below] = task._parent
            continue
        for needed in _needed(task):
            if below in above:
                break
            above[below] = needed.id
            below = needed.id
    tree.tasks = {key: task for key, task in tasks.items() if key in above}
    for task in tree.tasks.values():
        task._children = []
    for key, task in tree.tasks.items():
        task._parent = above[key]
        if task._parent is not None:
            tree.tasks[task._parent]._children.append(key)
    tree.last_task = None


def _is_reminder(task: Task, tasks: Mapping[str, Task]) -> bool:
    """An event on the edge of an activity whose edge is kept already: the common case of many timers."""
    return isinstance(task.task_spec, Boundary) and isinstance(tasks[task._parent].task_spec, BoundarySplit)


def _needed(task: Task) -> Iterator[Task]:
    """The tasks above a live one that are still looked at, nearest first. What lies inside a closed block is not."""
    closed: list[str] = []
    inner_splits: set[str] = set()
    below, kept = task, task
    for found in ancestors(task):
        spec, keep = found.task_spec, found.parent is None
        if closed:
            if spec.name == closed[-1]:
                closed.pop()
        elif is_split(spec):
            keep = keep or spec.name not in inner_splits  # an unclosed split in a loop: the innermost round counts
            if keep and below is not kept:
                yield below
            inner_splits.add(spec.name)
        else:
            keep = keep or _holds(found, task, below) or is_side_branch(spec)
        if isinstance(spec, Join) and spec.split and found._state & COMPLETED and len(spec._inputs) > 1:
            closed.append(spec.split)
        if keep:
            kept = found
            yield found
        below = found


def _holds(found: Task, task: Task, below: Task) -> bool:
    """An edge, an event gateway or a countersign right above the live task."""
    return (
        below is task
        and made_by(found, task)
        and (isinstance(found.task_spec, BoundarySplit | FirstEvent) or found.task_spec.instance is not None)
    )


def is_side_branch(spec: Any) -> bool:
    """An event that does not interrupt: what follows it runs beside the main flow."""
    return isinstance(spec, Boundary) and not spec.cancel_activity or isinstance(spec, Trigger) and not spec.interrupting
