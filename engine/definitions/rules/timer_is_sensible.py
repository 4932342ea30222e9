"""LE11: a repetition every few seconds keeps everybody else's timers waiting; a wait of more than a century is a slip of the pen."""

from collections.abc import Iterator

from engine.definitions.findings import Problem, Severity, problem
from engine.definitions.iso import LENGTHS, REPETITION, constant, seconds
from engine.definitions.library import Library
from engine.definitions.model import Model

CODE = "LE11"
SEVERITY = Severity.ERROR
SHORTEST = 60.0  # seconds between two occurrences
MOST, YEARS = 100_000, 100


def check(model: Model, library: Library) -> Iterator[Problem]:
    """Constant texts; what is calculated is refused by the engine when the wait begins."""
    for node in model.each():
        for event in node.events:
            for text in (constant(written) or "" for _, written in event.timer):
                found = REPETITION.fullmatch(text)
                count, step = (found["count"], found["step"]) if found is not None else ("", text)
                if found is not None and seconds(step) < SHORTEST:
                    yield problem(node, f"定时器“{node.label}”重复得太频繁", "间隔不少于一分钟，例如 \"R3/PT1H\"（每小时一次共三次）。")
                elif count.isdigit() and (len(count) > 9 or int(count) > MOST):
                    yield problem(node, f"定时器“{node.label}”重复次数过多", f"最多 {MOST} 次，请减少次数。")
                elif seconds(step) > YEARS * LENGTHS["years"]:
                    yield problem(node, f"定时器“{node.label}”要等 {YEARS} 年以上", "请检查数字和单位：P 后的 M 是月，T 后的 M 是分钟。")
