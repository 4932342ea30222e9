"""Moving the tokens of a running case to another version of its process: first everything in the way, then the change.

Live tokens keep their keys. What is found by its id stays on it; a mapped token is withdrawn and a new one placed; boundary events that
are new on a live activity wait from now. A token may not come into a parallel or inclusive block, out of one, or into another branch of
it, and the block it stands in must be the same one: what the join waits for is known from the tokens alone.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from SpiffWorkflow.task import Task

from engine.spiff import codec
from engine.spiff.actions import Job
from engine.spiff.blocks_moved import block_changes, same_branch, splits_around
from engine.spiff.calls import Embedded
from engine.spiff.compaction import is_side_branch
from engine.spiff.events import Boundary, Catching, Trigger
from engine.spiff.gateways import FirstEvent
from engine.spiff.joins import Join
from engine.spiff.jump import JUMPABLE, _entry
from engine.spiff.multi_instance import Repeating
from engine.spiff.nodes import BoundarySplit, advance, arrive, made_by
from engine.spiff.snapshot import Host
from engine.spiff.specification import Specification
from engine.spiff.tokens import Tokens
from engine.spiff.tree import COMPLETED, LIVE, ancestors, below, cancel, grow, live

Moves = Mapping[str, str | None]
"""Old element id → new element id; None drops an event that waits beside a step."""


@dataclass(frozen=True)
class Blocker:
    """Why a case cannot move, with the element in the way. `text` is in plain Chinese."""

    element_id: str
    text: str


def blockers(tokens: Tokens, new: Specification, mapping: Moves) -> list[Blocker]:
    """Everything in the way of moving these tokens; nothing means that they can."""
    old = tokens.spec
    found = dict.fromkeys(blocker for tree in tokens._tree.trees for blocker in _of_tree(tree, old, new, mapping))
    return list(found)


def _of_tree(tree: Any, old: Specification, new: Specification, mapping: Moves) -> Iterator[Blocker]:
    if _held_by_mapped(tree, mapping):
        return
    spec = _new_process(tree, new)
    if spec is None:
        return  # told where its holder is judged
    for task in live(tree):
        if not _speaks(task) or _goes_with(task, mapping):
            continue
        if name_of(task) in mapping:
            yield from _mapped(task, spec, new, mapping[name_of(task)])
        else:
            yield from _kept(task, spec)
    for task in tree.tasks.values():
        if not task._state & LIVE and _needed(task):
            yield from _finished(task, spec, mapping)
    yield from (Blocker(name, text) for name, text in block_changes(tree, spec))


def _held_by_mapped(tree: Any, mapping: Moves) -> bool:
    """Whether it lies in an activity whose token is moved: it goes with it."""
    while tree.parent_task_id is not None:
        if name_of(tree.holder) in mapping:
            return True
        tree = tree.holder.workflow
    return False


def _new_process(tree: Any, new: Specification) -> Any:
    return new.process if tree.parent_task_id is None else new.specs.get(str(tree.holder.task_spec.spec))


def name_of(task: Task) -> str:
    """The id of the element that a task stands for."""
    element = task.task_spec.element
    return element.id if element is not None else str(task.task_spec.name).partition(" [")[0]


def _label(task: Task) -> str:
    element = task.task_spec.element
    return (element.name or element.id) if element is not None else name_of(task)


def _speaks(task: Task) -> bool:
    """One participant's task is judged with its countersign."""
    return not _is_participant(task)


def _goes_with(task: Task, mapping: Moves) -> bool:
    """An event on the edge of an activity that is mapped."""
    activity = getattr(task.task_spec, "activity", None)
    return activity is not None and activity.id in mapping


def _is_participant(task: Task) -> bool:
    parent = task.parent
    return parent is not None and parent.task_spec.instance == task.task_spec.name


def _needed(task: Task) -> bool:
    return any(found._state & LIVE for found in below(task))


# -------------------------------------------------------------------------------------------- judged


def _kept(task: Task, spec: Any) -> Iterator[Blocker]:
    """A live task that stays on its element."""
    label, here, there = _label(task), task.task_spec, spec.task_specs.get(task.task_spec.name)
    if there is None:
        yield Blocker(name_of(task), _gone(task, spec))
    elif not _same_kind(here, there):
        yield Blocker(name_of(task), f"“{label}”在新版本中换了类型，在办的不能直接移到上面，请指定对应的步骤。")
    elif (splits_around(task.workflow.spec, here.name) != splits_around(spec, there.name)
          or (here.name in task.workflow.spec.main) != (there.name in spec.main)):
        yield Blocker(name_of(task), f"“{label}”在新版本中移进、移出了并行区或提醒支路，在办的请先办完这一段。")
    else:
        yield from _inner_changes(task, here, there)


def _gone(task: Task, spec: Any) -> str:
    label = _label(task)
    if isinstance(task.task_spec, Repeating) or f"{name_of(task)} [child]" in spec.task_specs:
        return f"“{label}”在新版本中没有了或改了会签方式，请指定对应的步骤。"
    if isinstance(task.task_spec, Embedded):
        return f"子流程“{label}”在新版本中没有了，请先办完其中的步骤，或指定对应的步骤。"
    if isinstance(task.task_spec, Catching):
        return f"“{label}”正在等待，新版本中没有了，请选择撤下它，或指定对应的步骤。"
    return f"“{label}”在新版本中没有了，请指定对应的步骤。"


def _same_kind(here: Any, there: Any) -> bool:
    if type(here) is not type(there):
        return False
    if isinstance(here, Repeating):
        return bool(here.rule.kind == there.rule.kind)
    if isinstance(here, Catching):
        return bool(here.event.kind == there.event.kind)
    return here.element is None or there.element is None or here.element.kind == there.element.kind


def _inner_changes(task: Task, here: Any, there: Any) -> Iterator[Blocker]:
    label = _label(task)
    if isinstance(here, Repeating):
        inner = (task.workflow.spec.task_specs[here.instance], there._wf_spec.task_specs[there.instance])
        if type(inner[0]) is not type(inner[1]) or getattr(inner[0], "spec", None) != getattr(inner[1], "spec", None):
            yield Blocker(name_of(task), f"会签“{label}”里的内容在新版本中换了类型，请指定对应的步骤。")
    if isinstance(here, Embedded) and here.spec != there.spec:
        yield Blocker(name_of(task), f"“{label}”在新版本中改为调用别的流程，请先办完它，或指定对应的步骤。")
    if isinstance(here, Job) and here.element.gl.get("function") != there.element.gl.get("function"):
        yield Blocker(name_of(task), f"“{label}”正在由系统执行，新版本改了要执行的操作，请等它完成后再移。")
    if isinstance(here, Boundary) and _host(here) != _host(there):
        yield Blocker(name_of(task), f"“{label}”在新版本中附着到了别的步骤上，请选择撤下它。")
    if isinstance(here, Join) and here.split is None and set(here._inputs) != set(there._inputs):
        yield Blocker(name_of(task), f"汇合“{label}”在新版本中改了来路，在办的请先办完这一段。")


def _host(spec: Any) -> str:
    return str(spec.activity.id)


def _finished(task: Task, spec: Any, mapping: Moves) -> Iterator[Blocker]:
    """A finished task to which something live looks back."""
    here, there = task.task_spec, spec.task_specs.get(task.task_spec.name)
    aside = is_side_branch(here) and (there is None or not is_side_branch(there))
    waits = isinstance(here, FirstEvent) and any(
        child._state & LIVE and name_of(child) not in mapping for child in task.children)
    if aside or waits and not isinstance(there, FirstEvent):
        yield Blocker(name_of(task), f"“{_label(task)}”引出的步骤还在办，新版本中没有它了或换了类型，请先办完那些步骤。")


def _mapped(task: Task, spec: Any, new: Specification, target: str | None) -> Iterator[Blocker]:
    label, here = _label(task), task.task_spec
    if target is None:
        if not isinstance(here, Boundary | Trigger):
            yield Blocker(name_of(task), f"“{label}”不是附着的事件，不能撤下，请指定对应的步骤。")
        return
    element = new.elements.get(target)
    if element is None or target not in spec.task_specs:
        name = element.name if element else target
        yield Blocker(name_of(task), f"给“{label}”指定的“{name}”不在新版本的同一流程中，请重新选择。")
        return
    entry = _entry(spec.task_specs[target])
    closes = isinstance(entry, Join) and len(entry._inputs) > 1
    if isinstance(here, Catching | Join) and isinstance(here, Boundary | Trigger | Join) or element.kind not in JUMPABLE or closes:
        yield Blocker(name_of(task), f"“{label}”不能移到“{element.name}”，请指定一个办理步骤。")
    elif (splits_around(task.workflow.spec, here.name) != splits_around(spec, target)
          or not same_branch(task.workflow.spec, spec, here.name, target)
          or (here.name in task.workflow.spec.main) != (entry.name in spec.main)):
        yield Blocker(name_of(task), f"给“{label}”指定的“{element.name}”在另外的并行区或支路里，请重新选择。")


# -------------------------------------------------------------------------------------------- changed


def moved(tokens: Tokens, new: Specification, host: Host, mapping: Moves) -> tuple[Tokens, dict[str, str]]:
    """The tokens on the new version, not yet run to rest, and what became of mapped ones: old key → new key.

    The tokens given are used up. The caller has asked for `blockers`."""
    top, told = tokens._tree, set(tokens._told)
    places = [place for tree in list(top.trees) for place in _take_out(tree, new, mapping)]
    top.visited = dict.fromkeys(str(mapping.get(name) or name) for name in top.visited)
    fresh = Tokens.load(new, host, codec.encode(top), tokens.variables)
    fresh._told = told
    for tree in list(fresh._tree.trees):
        _fit_edges(tree)
    old_specs = {tree.spec.name: tree.spec for tree in top.trees}
    for tree in list(fresh._tree.trees):
        _arm_new(tree, old_specs[tree.spec.name])
    return fresh, {key: _place(fresh._tree, anchor, target) for key, anchor, target in places}


def _take_out(tree: Any, new: Specification, mapping: Moves) -> Iterator[tuple[str, str, str]]:
    """Remove what does not come along; (key, what the new token hangs under, target) of each mapped token."""
    if tree.parent_task_id is not None and tree.parent_task_id not in tree.top_workflow.subprocesses:
        return
    spec = _new_process(tree, new)
    places = []
    for task in live(tree):
        if _speaks(task) and name_of(task) in mapping and task._state & LIVE:
            target = mapping[name_of(task)]
            if target is not None:
                places.append((task.id, _anchor(task), target))
            _withdraw_whole(task)
    _drop(tree, spec)
    yield from ((key, next(one for one in line if one in tree.tasks), target) for key, line, target in places)


def _anchor(task: Task) -> list[str]:
    return [found.id for found in ancestors(task) if not isinstance(found.task_spec, BoundarySplit)]


def _withdraw_whole(task: Task) -> None:
    """A token with its participants, what is inside it, and the events that wait on its edge."""
    parent = task.parent
    beside = parent.children if isinstance(parent.task_spec, BoundarySplit) and made_by(parent, task) else ()
    if not isinstance(task.task_spec, Boundary | Trigger):
        for event in list(beside):
            if isinstance(event.task_spec, Boundary) and event._state & LIVE:
                cancel(event)
    cancel(task)


def _drop(tree: Any, spec: Any) -> None:
    """Take withdrawn tasks, and finished ones whose element is gone, out of the tree; what hung under them hangs one higher."""
    for task in list(tree.tasks.values()):
        gone = not task._state & (LIVE | COMPLETED) or not task._state & LIVE and task.task_spec.name not in spec.task_specs
        if gone and task._parent is not None:
            above = tree.tasks[task._parent]
            place = above._children.index(task.id)
            above._children[place : place + 1] = task._children
            for child in task._children:
                tree.tasks[child]._parent = above.id
            del tree.tasks[task.id]


def _fit_edges(tree: Any) -> None:
    """A live activity that now has boundary events gets the edge they wait on."""
    for task in live(tree):
        edge = tree.spec.task_specs.get(f"{task.task_spec.name} [edge]")
        if isinstance(edge, BoundarySplit) and _speaks(task) and task.parent.task_spec is not edge:
            above = task.parent
            stem = grow(tree, edge, above, COMPLETED)
            above._children.remove(stem.id)
            above._children[above._children.index(task.id)] = stem.id
            task._parent, stem._children = stem.id, [task.id]
            order = list(tree.tasks.items())
            order.insert(next(n for n, (key, _) in enumerate(order) if key == task.id), (stem.id, stem))
            tree.tasks = dict(order)


def _arm_new(tree: Any, old: Any) -> None:
    """Events that are new beside something live wait from now."""
    fresh = []
    for task in list(tree.tasks.values()):
        if isinstance(task.task_spec, BoundarySplit | FirstEvent) and _waits_here(task):
            before = old.task_specs.get(task.task_spec.name)
            known = set(before._outputs) if before is not None else set()
            beside = [spec for spec in task.task_spec.outputs if isinstance(spec, Catching) and spec.name not in known]
            fresh += [grow(tree, spec, task) for spec in beside if isinstance(spec, Boundary) or isinstance(task.task_spec, FirstEvent)]
    if not any(isinstance(task.task_spec, Trigger) and task.task_spec.interrupting and task._state & COMPLETED
               for task in tree.tasks.values()):
        fresh += [grow(tree, spec, tree.task_tree) for spec in tree.spec.start.outputs
                  if isinstance(spec, Trigger) and spec.name not in old.task_specs]
    arrive(fresh)


def _waits_here(task: Task) -> bool:
    """Whether the activity on this edge is open, or an event behind this gateway still waits."""
    return any(child._state & LIVE and made_by(task, child) and (isinstance(task.task_spec, FirstEvent) or not isinstance(
        child.task_spec, Boundary)) for child in task.children)


def _place(top: Any, anchor: str, target: str) -> str:
    above = top.get_task_from_id(anchor)
    tree = above.workflow
    token = grow(tree, _entry(tree.spec.task_specs[target]), above)
    arrive([token])
    if isinstance(token.task_spec, BoundarySplit):
        advance(token)
    return next((task.id for task in below(token) if task._state & LIVE and name_of(task) == target), str(token.id))

