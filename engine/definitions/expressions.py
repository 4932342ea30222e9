"""Every place of a diagram that holds a FEEL expression, with the names that are known there besides the variables."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from engine import feel
from engine.definitions.model import Flow, Model, Node
from engine.definitions.tokens import LONGEST
from engine.definitions.variables import ALWAYS, COUNTERS, TIMER, items
from engine.feel import Parsed

PERCENT = "%"
DEEPEST = 30  # brackets
OWN = (("assignee", "指定办理人"), ("roleFrom", "指定岗位"), ("unitFrom", "指定单位"), ("priority", "优先级"), ("limit", "办理时限"),
       ("deadlineStart", "期限起算"))


@dataclass(frozen=True)
class Site:
    """One expression. `use` is condition, completion, timer or value; `foreign` texts see names of another process or message."""

    id: str
    name: str
    where: str
    text: str
    use: str
    known: frozenset[str]
    foreign: bool = False

    @property
    def label(self) -> str:
        """What a person calls the element."""
        return self.name or self.id


@lru_cache(maxsize=4096)
def parsed(text: str) -> Parsed:
    """The text as FEEL, remembered: several rules ask about the same expression."""
    return feel.parse(text)


def sites(model: Model) -> Iterator[Site]:
    """All of them, in the order of the file. Empty texts are left to the rules about what is missing."""
    return (site for site in _all(model) if site.text)


def _all(model: Model) -> Iterator[Site]:
    for process in model.processes:
        for name, where in (("title", "标题"), ("ruleSet", "规则集"), ("deadlineStart", "期限起算")):
            yield Site(process.id, process.name, where, str(process.gl.get(name, "")), "value", ALWAYS)
    for node in model.each():
        known = ALWAYS | items(model, node)
        yield from _of_node(node, known)
        yield from _of_loop(node, known)
        for flow in node.outgoing:
            yield _of_flow(node, flow, known)


def _of_flow(node: Node, flow: Flow, known: frozenset[str]) -> Site:
    return Site(flow.id, flow.name or f"{node.label}的连线", "条件", str(flow.condition or ""), "condition", known)


def _of_node(node: Node, known: frozenset[str]) -> Iterator[Site]:
    def site(where: str, text: object, use: str = "value", more: frozenset[str] = frozenset(), foreign: bool = False) -> Site:
        return Site(node.id, node.name, where, str(text or ""), use, known | more, foreign)

    if node.kind == "scriptTask":
        yield site("脚本", node.script)
    for name, where in OWN:
        yield site(where, node.gl.get(name))
    if not str(node.gl.get("warnBefore", "")).strip().endswith(PERCENT):
        yield site("提前预警", node.gl.get("warnBefore"))
    for event in node.events:
        yield from (site("定时器", text, "timer", TIMER) for _, text in event.timer)
        yield site("条件", event.condition, "condition")
    for child, where in (("input", "传入"), ("correlation", "关联键")):
        yield from (site(where, one.get("expression")) for one in node.each(child))
    yield from (site("传出", one.get("expression"), foreign=True) for one in node.each("output"))
    for document in node.each("document"):
        yield site("何时制作", document.get("when"), "condition")
    for gate in node.each("gate"):
        yield site("法定关口", gate.get("moment"))
        yield site("可以不等", gate.get("waived"), "condition")


def _of_loop(node: Node, known: frozenset[str]) -> Iterator[Site]:
    if node.loop is None:
        return
    outside = known - COUNTERS - {node.loop.item}
    yield Site(node.id, node.name, "次数", node.loop.cardinality, "value", outside)
    yield Site(node.id, node.name, "名单", node.loop.collection, "value", outside)
    yield Site(node.id, node.name, "通过规则", node.loop.completion, "completion", known)
    yield Site(node.id, node.name, "循环条件", node.loop.condition, "condition", known)


def too_long(text: str) -> bool:
    """Longer or deeper than anybody can check; FEEL is not even asked."""
    depth = deepest = 0
    for mark in text:
        depth += {"(": 1, "[": 1, "{": 1, ")": -1, "]": -1, "}": -1}.get(mark, 0)
        deepest = max(deepest, depth)
    return len(text) > LONGEST or deepest > DEEPEST
