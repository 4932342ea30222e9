"""The state of a case as text: live tokens and inner scopes, the specification by reference, the case's variables elsewhere.

One JSON object: v format · p process · n elements passed by people · t rows of the process's tree · s inner trees
[holder, scope or null, rows]. A row is [key, position of the parent or -1, state, node, internal data if any]; parents come
before their children, the first row is the root.
"""

import json
from collections.abc import Callable, Mapping
from typing import Any

from SpiffWorkflow.task import Task

from engine.errors import InvalidState
from engine.spiff.tree import LIVE, SCOPE, Tree

FORMAT = 1
UPGRADES: dict[int, Callable[[dict[str, Any]], dict[str, Any]]] = {}
"""From an older format to the one after it."""


def encode(top: Tree) -> str:
    state: dict[str, Any] = {"v": FORMAT, "p": top.spec.name, "n": list(top.visited), "t": _rows(top)}
    if top.subprocesses:
        state["s"] = [[key, tree.data.get(SCOPE), _rows(tree)] for key, tree in top.subprocesses.items()]
    return json.dumps(state, ensure_ascii=False, separators=(",", ":"))


def _rows(tree: Any) -> list[list[Any]]:
    """In the order in which the tasks were made: a parent is always older than its children."""
    position = {key: number for number, key in enumerate(tree.tasks)}
    return [_row(task, position) for task in tree.tasks.values()]


def _row(task: Task, position: Mapping[str, int]) -> list[Any]:
    row = [task.id, -1 if task._parent is None else position[task._parent], task._state, task.task_spec.name]
    if task.internal_data and task._state & LIVE:
        row.append(task.internal_data)
    return row


def decode(text: str, process: Any, specs: dict[str, Any], engine: Any, variables: dict[str, Any]) -> Tree:
    """Refuses a state of another process or of a format it does not know."""
    state = json.loads(text)
    while state["v"] in UPGRADES:
        state = UPGRADES[state["v"]](state)
    if state["v"] != FORMAT or state["p"] != process.name:
        raise InvalidState("这件事保存的办理状态无法读取，请联系管理员。", format=state["v"], process=state["p"])
    top = Tree(process, specs, engine, variables)
    top.visited = dict.fromkeys(state["n"])
    _plant(top, state["t"])
    for holder, scope, rows in state.get("s", ()):  # an inner tree comes after the one that holds it
        tree = top.create_subprocess(top.get_task_from_id(holder), _spec_name(top, holder))
        if scope is not None:
            tree.data[SCOPE] = scope
        _plant(tree, rows)
    return top


def _spec_name(top: Tree, holder: str) -> str:
    return str(top.get_task_from_id(holder).task_spec.spec)


def _plant(tree: Any, rows: list[list[Any]]) -> None:
    keys, tasks, specs = [row[0] for row in rows], tree.tasks, tree.spec.task_specs
    for row in rows:
        task = Task.__new__(Task)
        task.id, task.workflow, task._state, task.task_spec = row[0], tree, row[2], specs[row[3]]
        task._parent = keys[row[1]] if row[1] >= 0 else None
        task._children, task.data, task.internal_data = [], {}, row[4] if len(row) > 4 else {}
        task.triggered, task.thread_id, task.last_state_change = False, 0, 0.0
        tasks[task.id] = task
        if task._parent is not None:
            tasks[task._parent]._children.append(task.id)
    tree.task_tree = tasks[keys[0]]
