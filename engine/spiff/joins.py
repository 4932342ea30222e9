"""Joins that are right in loops: a join fires when its block is done.

A diagram is block-structured, so every join has a split: its immediate dominator. The join waits while a token is left between
the nearest instance of its split and itself that could still come here. One rule serves parallel and inclusive joins, loops
inside and around the block, and nesting. A join without such a split falls back on counting its flows (parallel) or on asking
whether any token of its process could still come (inclusive).
"""

from collections.abc import Iterable
from typing import Any

from SpiffWorkflow.task import Task

from engine.spiff.nodes import Node
from engine.spiff.tree import LIVE, WAITING, ancestors, below, live, withdraw

FROM = "from"


class Join(Node):
    """A parallel or inclusive gateway. `split` is the name of the split it closes; `feeders` the nodes from which it can be
    reached inside its block."""

    every_flow = False
    split: str | None = None
    feeders: frozenset[str] = frozenset()

    def _update_hook(self, my_task: Task) -> bool:
        if len(self._inputs) < 2:
            return True
        my_task.internal_data[FROM] = my_task.parent.task_spec.name
        my_task._set_state(WAITING)
        return False

    def may_fire(self, my_task: Task) -> bool:
        split = split_of(my_task, self.split)
        if split is None:
            return self._may_fire_alone(my_task)
        return not any(task._state & LIVE and task.task_spec.name in self.feeders for task in below(split))

    def _may_fire_alone(self, my_task: Task) -> bool:
        if self.every_flow:
            return {task.internal_data[FROM] for task in self.arrived(my_task)} >= set(self._inputs)
        return not any(task.task_spec.name in self.feeders for task in live(my_task.workflow))

    def arrived(self, my_task: Task) -> list[Task]:
        """The tokens that wait here together with this one, itself included."""
        split = split_of(my_task, self.split)
        around = below(split) if split is not None else my_task.workflow.tasks.values()
        return [task for task in around if task.task_spec is self and task._state & WAITING]

    def fire(self, my_task: Task) -> None:
        for task in self.arrived(my_task):
            if task is not my_task:
                withdraw(task)
        my_task._ready()


def split_of(task: Task, name: str | None) -> Task | None:
    """The nearest instance of the split above a task."""
    return next((above for above in ancestors(task) if above.task_spec.name == name), None) if name else None


def fire_joins(tree: Any) -> bool:
    """Let the joins of one tree fire whose blocks are done; True if one did."""
    for task in list(tree.tasks.values()):
        if task._state & WAITING and isinstance(task.task_spec, Join) and task.task_spec.may_fire(task):
            task.task_spec.fire(task)
            return True
    return False


def is_split(spec: Any) -> bool:
    return isinstance(spec, Join) and len(spec._outputs) > 1


# ---------------------------------------------------------------------------------------------- once per definition


def pair_joins(process: Any) -> None:
    """Give every join of a process its split and its feeders, every node the branches it lies in; find the main flow."""
    specs = process.task_specs
    order = _reverse_postorder(specs, process.start.name)
    dominator = _dominators(specs, order)
    for name in order:
        spec = specs[name]
        if isinstance(spec, Join) and len(spec._inputs) > 1:
            nearest = dominator[name]
            spec.split = nearest if is_split(specs[nearest]) else None
            spec.feeders = frozenset(_reach(specs, spec._inputs, "_inputs", {name, spec.split}))
    process.branches = _branches(specs, order)
    process.main = frozenset(_reach(specs, [order[0]], "_outputs", {name for name in order if specs[name].leads_aside}))


def _reverse_postorder(specs: dict[str, Any], start: str) -> list[str]:
    seen, order = {start}, []
    stack = [(start, iter(specs[start]._outputs))]
    while stack:
        name, rest = stack[-1]
        following = next((found for found in rest if found not in seen), None)
        if following is None:
            order.append(name)
            stack.pop()
        else:
            seen.add(following)
            stack.append((following, iter(specs[following]._outputs)))
    return order[::-1]


def _dominators(specs: dict[str, Any], order: list[str]) -> dict[str, str]:
    """Immediate dominators (Cooper, Harvey, Kennedy: A Simple, Fast Dominance Algorithm)."""
    rank = {name: position for position, name in enumerate(order)}
    above = {order[0]: order[0]}

    def meet(one: str, other: str) -> str:
        while one != other:
            if rank[one] > rank[other]:
                one = above[one]
            else:
                other = above[other]
        return one

    changed = True
    while changed:
        changed = False
        for name in order[1:]:
            known = [source for source in specs[name]._inputs if source in above]
            found = known[0]
            for source in known[1:]:
                found = meet(found, source)
            if above.get(name) != found:
                above[name], changed = found, True
    return above


def _reach(specs: dict[str, Any], first: Iterable[str], direction: str, stop: set[str | None]) -> set[str]:
    """All nodes that can be reached along the flows without entering `stop`."""
    found, stack = set[str](), [name for name in first if name not in stop]
    while stack:
        name = stack.pop()
        if name not in found:
            found.add(name)
            stack.extend(following for following in getattr(specs[name], direction) if following not in stop)
    return found


def _branches(specs: dict[str, Any], order: list[str]) -> dict[str, frozenset[tuple[str, str]]]:
    """For each node the branches (split, first node) of parallel and inclusive blocks it lies in: those it can be reached in from
    that first node only, before the block is closed."""
    inside: dict[str, set[tuple[str, str]]] = {name: set() for name in order}
    joins: dict[str, set[str | None]] = {}
    for name in order:
        if isinstance(specs[name], Join) and specs[name].split:
            joins.setdefault(specs[name].split, set()).add(name)
    for split in (name for name in order if is_split(specs[name])):
        stop = joins.get(split, set()) | {split}
        reached = {head: _reach(specs, [head], "_outputs", stop) for head in specs[split]._outputs}
        for head, names in reached.items():
            others = set[str]().union(*(found for other, found in reached.items() if other != head))
            for name in names - others:
                inside[name].add((split, head))
    return {name: frozenset(found) for name, found in inside.items()}
