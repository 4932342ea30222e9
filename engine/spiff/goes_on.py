"""Where a token, a wait or a limit goes on when its case moves to another version."""

from engine.spiff.moving import Moves, _goes_with, _held_by_mapped, _is_participant, _new_process, name_of
from engine.spiff.multi_instance import Repeating
from engine.spiff.snapshot import Element
from engine.spiff.specification import Specification
from engine.spiff.tokens import CALLED, WHOLE, Tokens


def element_after(tokens: Tokens, key: str, new: Specification, mapping: Moves) -> Element | None:
    """The element on which a wait or span goes on in the new version; None where it is withdrawn or its element is gone.

    What lies in a mapped activity goes with it. A countersign is mapped as a whole: no single signer goes on."""
    task = tokens._task(key)
    if key == WHOLE:
        return _told(new.process)
    spec = _new_process(task.workflow, new)
    if spec is None or _held_by_mapped(task.workflow, mapping) or _goes_with(task, mapping):
        return None
    if key.startswith(CALLED):
        return _told(spec)
    there = spec.task_specs.get(task.task_spec.name)
    if name_of(task) in mapping:
        there = spec.task_specs.get(mapping[name_of(task)])
        if _is_participant(task) or isinstance(there, Repeating):
            return None
    return _told(there)


def _told(spec: object) -> Element | None:
    found = getattr(spec, "element", None)
    return found if isinstance(found, Element) else None


def is_withdrawn(tokens: Tokens, key: str, mapping: Moves) -> bool:
    """Whether the token of a wait is withdrawn because it, or the activity that holds it, is mapped."""
    task = tokens._task(key)
    return name_of(task) in mapping or _held_by_mapped(task.workflow, mapping)
