"""Sub-processes and called processes: an activity with a tree of tokens inside."""

from typing import Any

from SpiffWorkflow.bpmn.specs.defaults import CallActivity, SubWorkflowTask
from SpiffWorkflow.task import Task

from engine.spiff.nodes import Node, complete
from engine.spiff.scopes import mapped, write
from engine.spiff.tree import KEY, SCOPE, STARTED, VALUES, live, plant


class Embedded(Node, SubWorkflowTask):
    """A sub-process. Each instance of a multi-instance one has a scope of its own and reads outwards."""

    spec: str

    def _update_hook(self, my_task: Task) -> bool:
        tree = my_task.workflow.top_workflow.create_subprocess(my_task, self.spec)
        self.open_scope(my_task, tree)
        my_task._set_state(STARTED)
        plant(tree)
        return False

    def open_scope(self, my_task: Task, tree: Any) -> None:
        if KEY in my_task.internal_data:
            tree.data[SCOPE] = {}

    def bring_back(self, my_task: Task, tree: Any) -> None:
        if KEY in my_task.internal_data:
            my_task.internal_data[VALUES] = tree.data[SCOPE]


class Called(Embedded, CallActivity):
    """A called process: a scope of its own, filled by `gl:input`, read back by `gl:output`."""

    def open_scope(self, my_task: Task, tree: Any) -> None:
        tree.data[SCOPE] = mapped(my_task, self.element, "input") if self.element else {}

    def bring_back(self, my_task: Task, tree: Any) -> None:
        if self.element:
            write(my_task, mapped(tree.task_tree, self.element, "output"))


def close_trees(top: Any) -> bool:
    """Let one activity go on whose tree has nothing left to do; True if there was one."""
    for key, tree in list(top.subprocesses.items()):
        if not any(task.task_spec.holds_open for task in live(tree)):
            holder = tree.holder
            holder.task_spec.bring_back(holder, tree)
            top.subprocesses.pop(key)
            complete(holder)
            return True
    return False
