"""Countersign (会签) and loops: several tasks made from one activity.

The collection is read once, when the activity begins. Each participant's answer is kept by key and written to the scope in the
order of the collection, so the last signer does not overwrite the others. The completion rule sees nrOfInstances,
nrOfCompletedInstances, nrOfActiveInstances, the results so far, and the answer just given.
"""

from collections.abc import Mapping
from typing import Any

from SpiffWorkflow.bpmn.specs.defaults import ParallelMultiInstanceTask, SequentialMultiInstanceTask, StandardLoopTask
from SpiffWorkflow.task import Task

from engine.errors import ExpressionFailed, InvalidState
from engine.spiff.drawing import Repetition
from engine.spiff.expressions import plain
from engine.spiff.nodes import Node, arrive
from engine.spiff.scopes import evaluate, write
from engine.spiff.tree import FUTURE, ITEM, KEY, LIVE, READY, STARTED, VALUES, cancel, grow

ORDER, RESULTS, QUEUE, COUNT = "order", "results", "queue", "count"
MOST = 1000
"""More participants than any body has; a larger number is a mistake in the diagram."""


class Repeating(Node):
    """An activity of which several tasks are made, one per item or round."""

    rule: Repetition
    instance: str

    @property
    def label(self) -> str:
        return self.element.name if self.element is not None else self.name

    def begin_one(self, my_task: Task, internal: Mapping[str, Any]) -> None:
        child = grow(my_task.workflow, self._wf_spec.task_specs[self.instance], my_task, FUTURE)
        child.internal_data.update(internal)
        arrive([child])

    def open_ones(self, my_task: Task) -> list[Task]:
        return [child for child in my_task.children if child._state & LIVE]

    def truth(self, value: Any) -> bool:
        if isinstance(value, bool):
            return value
        raise ExpressionFailed(f"“{self.label}”的完成条件没有得出“是”或“否”，请检查条件中用到的内容。", value=repr(value)[:200])


class Countersign(Repeating):
    """Multi-instance, all at once or one after the other."""

    def _update_hook(self, my_task: Task) -> bool:
        items = self._items(my_task)
        my_task.internal_data.update({ORDER: [key for key, _ in items], RESULTS: []})
        my_task._set_state(STARTED)
        if self.rule.kind == "sequential":
            my_task.internal_data[QUEUE] = list(items)
            self._next(my_task)
        else:
            for key, item in items:
                self._ask(my_task, key, item)
        return not items

    def _items(self, my_task: Task) -> list[list[Any]]:
        source = self.rule.collection or self.rule.cardinality or "null"
        value = plain(evaluate(my_task, [source])[0])
        if self.rule.collection is None and isinstance(value, int | float) and not isinstance(value, bool) and 0 <= value <= MOST:
            return [[number, number] for number in range(int(value))]
        if self.rule.collection is not None and isinstance(value, list | dict) and len(value) <= MOST:
            return [[key, item] for key, item in (value.items() if isinstance(value, dict) else enumerate(value))]
        wanted = "名单" if self.rule.collection is not None else "次数"
        raise ExpressionFailed(f"“{self.label}”的{wanted}“{source}”无法使用，请检查是否已填写。", value=repr(value)[:200])

    def _ask(self, my_task: Task, key: Any, item: Any) -> None:
        self.begin_one(my_task, {KEY: key, ITEM: {self.rule.item: item} if self.rule.item else {}})

    def _next(self, my_task: Task) -> None:
        if my_task.internal_data[QUEUE]:
            key, item = my_task.internal_data[QUEUE].pop(0)
            self._ask(my_task, key, item)

    def child_done(self, my_task: Task, child: Task) -> None:
        if child.task_spec.name != self.instance or not my_task._state & STARTED:
            return
        values = child.internal_data.get(VALUES, {})
        output = self.rule.output_item
        result = values[output] if output and output in values else values
        my_task.internal_data[RESULTS].append([child.internal_data[KEY], result])
        if self.rule.condition and self.truth(evaluate(my_task, [self.rule.condition], {**values, **self.counters(my_task)})[0]):
            for rest in self.open_ones(my_task):
                cancel(rest)
            my_task.internal_data[QUEUE] = []
        elif self.rule.kind == "sequential" and not self.open_ones(my_task):
            self._next(my_task)
        self.finish_if_done(my_task)

    def counters(self, my_task: Task) -> dict[str, Any]:
        internal, active = my_task.internal_data, len(self.open_ones(my_task))
        done = len(internal[RESULTS])
        return {
            "nrOfInstances": done + active + len(internal.get(QUEUE, ())),
            "nrOfCompletedInstances": done,
            "nrOfActiveInstances": active,
            "results": [result for _, result in internal[RESULTS]],
        }

    def finish_if_done(self, my_task: Task) -> None:
        if not self.open_ones(my_task) and not my_task.internal_data.get(QUEUE):
            my_task._set_state(READY)

    def _run_hook(self, my_task: Task) -> bool:
        """All are done: write the answers in the order of the collection."""
        if self.rule.output:
            order = my_task.internal_data[ORDER]
            results = sorted(my_task.internal_data[RESULTS], key=lambda pair: order.index(pair[0]))
            keyed = any(isinstance(key, str) for key in order)
            write(my_task, {self.rule.output: dict(results) if keyed else [result for _, result in results]})
        return True


class AllAtOnce(Countersign, ParallelMultiInstanceTask):
    pass


class InTurn(Countersign, SequentialMultiInstanceTask):
    pass


class Loop(Repeating, StandardLoopTask):
    """A loop marker: again while the condition holds, at most so many times."""

    def _update_hook(self, my_task: Task) -> bool:
        my_task.internal_data[COUNT] = 0
        my_task._set_state(STARTED)
        if self.rule.test_before and not self._again(my_task):
            return True
        self.begin_one(my_task, {})
        return False

    def _again(self, my_task: Task) -> bool:
        if self.rule.maximum is not None and my_task.internal_data[COUNT] >= self.rule.maximum:
            return False
        return self.rule.condition is None or self.truth(evaluate(my_task, [self.rule.condition])[0])

    def child_done(self, my_task: Task, child: Task) -> None:
        if child.task_spec.name != self.instance or not my_task._state & STARTED:
            return
        my_task.internal_data[COUNT] += 1
        if self._again(my_task):
            self.begin_one(my_task, {})
        else:
            my_task._set_state(READY)


def _countersign(task: Task) -> Task:
    parent = task.parent
    if KEY not in task.internal_data or not isinstance(parent.task_spec, Countersign):
        raise InvalidState("这个环节不是会签，不能加签或减签。")
    return parent


def add_signer(task: Task, item: Any) -> None:
    """加签: one more participant for the countersign that the open task belongs to; behind all others when they sign in turn."""
    many = _countersign(task)
    order = many.internal_data[ORDER]
    number = len(order)
    key = f"加签{number}" if any(isinstance(known, str) for known in order) else max(order, default=-1) + 1
    order.append(key)
    if QUEUE in many.internal_data and many.task_spec.rule.kind == "sequential":
        many.internal_data[QUEUE].append([key, plain(item)])
    else:
        many.task_spec._ask(many, key, plain(item))


def remove_signer(task: Task) -> None:
    """减签. The last one cannot be removed while nobody has signed."""
    many = _countersign(task)
    spec = many.task_spec
    waiting = len(spec.open_ones(many)) + len(many.internal_data.get(QUEUE, ()))
    if waiting == 1 and not many.internal_data[RESULTS]:
        raise InvalidState(f"“{spec.label}”只剩一位办理人且还没有人签署，不能减签；请改为转办或退回。")
    cancel(task)
    many.internal_data[ORDER].remove(task.internal_data[KEY])
    if spec.rule.kind == "sequential":
        spec._next(many)
    spec.finish_if_done(many)
