"""Send back, skip, withdraw: a new token on the target; what has to go with the old one is withdrawn.

A token may leave blocks, sub-processes and called processes, but never enter a block or another branch of one: the other
branches of that block would not exist. Variables and history stay.
"""

from dataclasses import dataclass
from typing import Any

from SpiffWorkflow.task import Task

from engine.errors import JumpRefused
from engine.spiff.compaction import is_side_branch
from engine.spiff.events import Trigger
from engine.spiff.joins import Join, is_split
from engine.spiff.nodes import BoundarySplit, arrive
from engine.spiff.snapshot import Element
from engine.spiff.tree import COMPLETED, LIVE, Tree, ancestors, below, cancel, grow, live

JUMPABLE = frozenset(
    ["userTask", "manualTask", "task", "serviceTask", "scriptTask", "businessRuleTask", "sendTask", "receiveTask", "subProcess",
     "transaction", "callActivity", "exclusiveGateway", "inclusiveGateway", "parallelGateway", "intermediateCatchEvent"]
)  # fmt: skip


@dataclass(frozen=True)
class Plan:
    anchor: Task
    victims: list[Task]
    target: Any


def plan(task: Task, target: Element) -> Plan:
    """What a send-back would do. Refuses (JumpRefused) with the names of the elements in the way."""
    task = _whole(task)
    here = task
    while target.id not in task.workflow.spec.task_specs:
        if task.workflow.parent_task_id is None:
            raise JumpRefused(f"不能退回到“{target.name}”：它不在当前环节所在的流程中。")
        _refuse_side_branch(task)
        task = _whole(task.workflow.holder)
    _refuse_side_branch(task)
    spec = task.workflow.spec
    entry = _entry(spec.task_specs[target.id])
    if target.kind not in JUMPABLE or (isinstance(entry, Join) and len(entry._inputs) > 1):
        raise JumpRefused(f"不能退回到“{target.name}”，请退回到一个办理环节。")
    if entry.name not in spec.main:
        raise JumpRefused(f"不能退回到“{target.name}”：它由提醒、督办一类事件产生，不在主流程上。")
    wanted = spec.branches.get(entry.name, frozenset())
    missing = wanted - spec.branches.get(task.task_spec.name, frozenset())
    if missing:
        raise JumpRefused(_into_block(spec, here, target, missing))
    return _withdrawal(task, entry, {split for split, _ in wanted})


def _whole(task: Task) -> Task:
    """One participant speaks for the whole countersign."""
    parent = task.parent
    return parent if parent is not None and parent.task_spec.instance == task.task_spec.name else task


def _entry(spec: Any) -> Any:
    """An activity with boundary events is entered through its edge, so that they wait again."""
    edge = spec._wf_spec.task_specs.get(f"{spec.name} [edge]")
    return edge if isinstance(edge, BoundarySplit) else spec


def _refuse_side_branch(task: Task) -> None:
    for above in (task, *ancestors(task)):
        if is_side_branch(above.task_spec):
            name = task.task_spec.element.name
            raise JumpRefused(f"“{name}”是由提醒、督办一类事件另外产生的环节，不在主流程上，不能退回；请直接办结它。")


def _into_block(spec: Any, here: Task, target: Element, missing: frozenset[tuple[str, str]]) -> str:
    split = spec.task_specs[sorted(missing)[0][0]].element
    before = f"请退回到分叉“{split.name}”或它之前的环节" if split is not None else "请退回到分叉之前的环节"
    return f"不能从“{here.task_spec.element.name}”退回到“{target.name}”：它在另外的并行分支里，{before}。"


def _withdrawal(task: Task, entry: Any, wanted: set[str]) -> Plan:
    tree = task.workflow
    block = _open_block(task)
    while block is not None and block.task_spec.name not in wanted:  # climb out
        block = _open_block(block)
    if block is None:
        return Plan(tree.task_tree, [found for found in live(tree) if not _apart(found)], entry)
    branch = next(found for found in (task, *ancestors(task)) if found.parent is block)
    return Plan(branch, [found for found in below(branch) if found._state & LIVE], entry)


def _apart(task: Task) -> bool:
    """Triggers of event sub-processes, and what a trigger that does not interrupt has started."""
    line = (task, *ancestors(task))
    if isinstance(task.task_spec, Trigger):
        return True
    return any(isinstance(found.task_spec, Trigger) and not found.task_spec.interrupting for found in line)


def _open_block(task: Task) -> Task | None:
    """The nearest split above a task whose block is still open."""
    closed: list[str] = []
    for found in ancestors(task):
        spec = found.task_spec
        if closed and spec.name == closed[-1]:
            closed.pop()
        elif is_split(spec) and not closed:
            return found
        if isinstance(spec, Join) and spec.split and found._state & COMPLETED and len(spec._inputs) > 1:
            closed.append(spec.split)
    return None


def send(top: Tree, plan: Plan) -> str:
    """Carry out a plan; the key of the new token."""
    tree = plan.anchor.workflow
    for victim in plan.victims:
        if victim._state & LIVE:
            cancel(victim)
    _arm_triggers(tree)
    token = grow(tree, plan.target, plan.anchor)
    arrive([token])
    _forget(top, plan.target)
    return str(token.id)


def _arm_triggers(tree: Any) -> None:
    """An interrupting event sub-process that is sent back into the main flow: its scope waits for events again."""
    waiting = {found.task_spec.name for found in live(tree) if isinstance(found.task_spec, Trigger)}
    fresh = [
        spec for spec in tree.spec.start.outputs if isinstance(spec, Trigger) and spec.interrupting and spec.name not in waiting
    ]
    if not waiting:
        arrive([grow(tree, spec, tree.task_tree) for spec in fresh])


def _forget(top: Tree, target: Any) -> None:
    """What was passed after the target will be passed again."""
    element = target.element or next(spec.element for spec in target.outputs if spec.element is not None)
    names = list(top.visited)
    if element.id in names:
        for name in names[names.index(element.id) :]:
            del top.visited[name]


def targets(top: Tree, task: Task, elements: Any) -> tuple[Element, ...]:
    """The elements passed by people to which this token may lawfully go back, oldest first."""
    found = []
    for name in top.visited:
        if name in elements and name != _whole(task).task_spec.name:
            try:
                plan(task, elements[name])
            except JumpRefused:
                continue
            found.append(elements[name])
    return tuple(found)
