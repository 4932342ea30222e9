"""Whether the open parallel and inclusive blocks of a tree are the same ones in another version of its process."""

from collections.abc import Iterator
from typing import Any

from engine.spiff.joins import Join, is_split
from engine.spiff.tree import ancestors, live

Branches = dict[str, str]
"""Node → first node of the branch it lies in."""


def splits_around(spec: Any, name: str) -> frozenset[str]:
    """The splits of the blocks around a node."""
    return frozenset(split for split, _ in spec.branches.get(name, ()))


def block_changes(tree: Any, spec: Any) -> Iterator[tuple[str, str]]:
    """(split, why) for every open block that is another one in the new version."""
    old = tree.spec
    for name in sorted(_open_splits(tree)):
        element = old.task_specs[name].element
        reason = _change(old, spec, name)
        if reason is not None:
            yield element.id, f"“{element.name or element.id}”开出的并行区{reason}，区内还有步骤在办，请先办完这一段。"


def _open_splits(tree: Any) -> set[str]:
    """Splits above something live, in a block around it as drawn or before the join it waits at."""
    found: set[str] = set()
    for task in live(tree):
        around = splits_around(tree.spec, task.task_spec.name)
        own = {task.task_spec.split} if isinstance(task.task_spec, Join) and task.task_spec.split else set()
        found |= {above.task_spec.name for above in ancestors(task) if is_split(above.task_spec)} & (around | own)
    return found


def _change(old: Any, new: Any, split: str) -> str | None:
    here, there = old.task_specs[split], new.task_specs.get(split)
    if there is None or type(there) is not type(here) or not is_split(there):
        return "的分叉在新版本中没有了或换了类型"
    if _joins(old, split) != _joins(new, split):
        return "的汇合在新版本中变了"
    if len(here._outputs) != len(there._outputs):
        return "的支路数在新版本中变了"
    return None if _same_branches(_in_branches(old, split), _in_branches(new, split)) else "的支路在新版本中互换或合并了步骤"


def _joins(spec: Any, split: str) -> set[tuple[str, type]]:
    return {(one.name, type(one)) for one in spec.task_specs.values() if isinstance(one, Join) and one.split == split}


def _in_branches(spec: Any, split: str) -> Branches:
    return {name: head for name, around in spec.branches.items() for found, head in around if found == split}


def same_branch(old: Any, new: Any, here: str, target: str) -> bool:
    """Whether a node of the new version lies, in every block around it, in the branch in which the old one lies."""
    for split in splits_around(old, here):
        before, after = _in_branches(old, split), _in_branches(new, split)
        pairs = {(before[name], after[name]) for name in before.keys() & after.keys()}
        if any((one == before[here]) != (other == after.get(target)) for one, other in pairs):
            return False
    return True


def _same_branches(old: Branches, new: Branches) -> bool:
    """What was in one branch is in one branch, what was in two is in two."""
    pairs = {(old[name], new[name]) for name in old.keys() & new.keys()}
    return len({head for head, _ in pairs}) == len(pairs) == len({head for _, head in pairs})
