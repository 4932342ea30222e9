"""What checking costs a designer: all rules, and the proof alone, against the size of the diagram."""

from engine.definitions import Library, lint, read
from engine.definitions.model import Model
from engine.definitions.proof import Space, explore
from tests.bench.figure import Figure, median_ms
from tests.notation import boundary, timer, xml

SIZES = (20, 80, 300)
ROUNDS = 5
OPINION = {"type": "radio", "key": "x", "label": "意见", "values": [{"value": "ok"}, {"value": "back"}], "validate": {"required": True}}
LIBRARY = Library(forms={"f": {"components": [OPINION]}})
PART = 14
"""Elements of one part of the diagram."""


def measure() -> list[Figure]:
    """For each size: all rules, and the proof alone, both beside reading the file."""
    return [figure for size in SIZES for figure in _sized(diagram(size))]


def _sized(document: bytes) -> list[Figure]:
    model = read(document)
    count, situations = sum(1 for _ in model.each()), len(_space(model).states)
    reading = median_ms([lambda: read(document)] * ROUNDS)
    rules = median_ms([lambda: lint(read(document), LIBRARY)] * ROUNDS)
    proof = median_ms([lambda: _space(model)] * ROUNDS)
    return [Figure(f"检查全部规则（{count} 个元素）", rules, "毫秒", reading, "只读图"),
            Figure(f"证明（{count} 个元素，{situations} 种局面）", proof, "毫秒", reading, "只读图", 6.0)]


def _space(model: Model) -> Space:
    space = explore(model, LIBRARY, watch=frozenset())
    assert space.complete
    return space


def diagram(size: int) -> bytes:
    """Parts in a row: a step with a reminder that may be sent back, then two branches with a choice and a reminder each."""
    lines, before, number = ["start s", "end e"], "s", 0
    while number * PART + 2 < size:
        lines += _part(f"p{number}", before)
        before, number = f"p{number}_join", number + 1
    return xml("\n".join([*lines, f"{before} -> e"]))


def _part(name: str, before: str) -> list[str]:
    first, split, join = f"{name}_first", f"{name}_split", f"{name}_join"
    return [
        f"xor {first}", f'user {name}_a gl:formRef="f"', *_reminder(f"{name}_a"), f'xor {name}_ok default="f_{name}_ok_{split}"',
        f"par {split}", f"par {join}",
        f"{before} -> {first} -> {name}_a -> {name}_ok -> {split}", f'{name}_ok -> {first} [x = "back"]',
        f"user {name}_b", f"user {name}_c", *_reminder(f"{name}_c"), f"{split} -> {name}_b -> {join}", f"{split} -> {name}_c -> {join}",
    ]


def _reminder(step: str) -> list[str]:
    late = boundary(f"{step}_late", step, timer("Duration", '"P1D"'), False)
    return [late, f'<serviceTask id="{step}_remind" gl:function="remind"/>', f"end {step}_told",
            f"{step}_late -> {step}_remind -> {step}_told"]
