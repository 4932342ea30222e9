"""The tree of live tokens of one case, and the moves every node uses: grow, cancel, find.

A task exists only once a token has reached it: nothing is predicted, so the tree is as large as what is open.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from SpiffWorkflow.bpmn.util.subworkflow import BpmnSubWorkflow
from SpiffWorkflow.bpmn.workflow import BpmnWorkflow
from SpiffWorkflow.task import Task
from SpiffWorkflow.util.task import TaskState

from engine.errors import InvalidState
from engine.ids import new_key
from engine.spiff.snapshot import Element, Thrown

READY, WAITING, STARTED = TaskState.READY, TaskState.WAITING, TaskState.STARTED
COMPLETED, CANCELLED, FUTURE = TaskState.COMPLETED, TaskState.CANCELLED, TaskState.FUTURE
FAILED = TaskState.ERROR
LIVE = READY | WAITING | STARTED | FAILED
"""A failed task is live: it stands until somebody retries it or moves its token."""

SCOPE = "scope"
ITEM, KEY, VALUES = "item", "key", "values"
FAILURE = "failure"


@dataclass
class Log:
    """What happened in this turn."""

    passed: list[Element] = field(default_factory=list)
    entered: list[Element] = field(default_factory=list)
    thrown: list[Thrown] = field(default_factory=list)


class Tree(BpmnWorkflow):
    """The tokens of a case: the tree of its process, and one tree for each open sub-process or called process."""

    def __init__(self, spec: Any, specs: dict[str, Any], engine: Any, variables: dict[str, Any]) -> None:
        super().__init__(spec, specs, script_engine=engine, deserializing=True)
        self.data[SCOPE] = variables
        self.log = Log()
        self.visited: dict[str, None] = {}

    @property
    def trees(self) -> list[Any]:
        return [self, *self.subprocesses.values()]

    def get_task_from_id(self, task_id: str) -> Task:
        for tree in self.trees:
            if task_id in tree.tasks:
                return tree.tasks[task_id]
        raise InvalidState("这个环节已经结束或已被收回，请刷新后查看最新情况。", key=task_id)

    def create_subprocess(self, my_task: Task, spec_name: str) -> "SubTree":
        self.subprocesses[my_task.id] = tree = SubTree(self.subprocess_specs[spec_name], my_task.id, self)
        return tree


class SubTree(BpmnSubWorkflow):
    """The tokens inside one open sub-process or called process."""

    def __init__(self, spec: Any, holder: str, top: Tree) -> None:
        super().__init__(spec, holder, top, deserializing=True)

    @property
    def holder(self) -> Task:
        return self.top_workflow.get_task_from_id(self.parent_task_id)


def plant(tree: Any) -> None:
    """Put the first token on the start of a tree."""
    tree.task_tree = grow(tree, tree.spec.start, None, READY)


def grow(tree: Any, spec: Any, parent: Task | None, state: int = FUTURE) -> Task:
    return Task(tree, spec, parent, state=state, id=new_key())


def live(tree: Any) -> list[Task]:
    return [task for task in tree.tasks.values() if task._state & LIVE]


def ancestors(task: Task) -> Iterator[Task]:
    tasks, above = task.workflow.tasks, task._parent
    while above is not None:
        task = tasks[above]
        yield task
        above = task._parent


def below(task: Task) -> Iterator[Task]:
    """The task and everything under it in its own tree."""
    tasks, stack = task.workflow.tasks, [task]
    while stack:
        found = stack.pop()
        yield found
        stack.extend(tasks[child] for child in reversed(found._children))


def siblings(task: Task) -> list[Task]:
    return [child for child in task.parent.children if child is not task]


def cancel(task: Task) -> None:
    """Withdraw a task, the open participants under it, and everything inside it."""
    for found in list(below(task)):
        if found._state & LIVE:
            withdraw(found)


def withdraw(task: Task) -> None:
    """Withdraw one live task and the trees inside it, leaving what hangs under it alone."""
    task._set_state(CANCELLED)
    uproot(task)


def uproot(task: Task) -> None:
    """Remove the tree inside a task, and the trees inside that one."""
    tree = task.workflow.top_workflow.subprocesses.pop(task.id, None)
    for inner in () if tree is None else live(tree):
        withdraw(inner)
