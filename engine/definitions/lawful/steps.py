"""Properties about single steps: who does them, what is checked, which clock and which gate they have, what they issue."""

from collections.abc import Iterator
from dataclasses import dataclass

from engine.definitions.lawful.tagged import Tagged, acts_of
from engine.definitions.lawful.vocabulary import Property, acts
from engine.definitions.model import HUMAN, Model, Node

SEEN_BY = (*HUMAN, "serviceTask", "callActivity", "sendTask")
"""What a timer must lead to, so that somebody hears of it."""


@dataclass(frozen=True)
class Lacking:
    """A step and what it lacks, in words. `known` is False when a called process is not here, so that nothing can be said."""

    node: Node
    what: str
    known: bool = True


def lacking(tagged: Tagged, asked: Property) -> Iterator[Lacking]:
    """The steps that break a property."""
    if asked.pattern == "papers":
        yield from _papers(tagged.model, asked)
    elif asked.pattern == "links":
        yield from _links(tagged)
    else:
        for node in tagged.steps:
            if acts_of(node) & asked.acts:
                yield from JUDGES[asked.pattern](tagged, asked, node)


def _roles(tagged: Tagged, asked: Property, node: Node) -> Iterator[Lacking]:
    role = str(node.gl.get("role", ""))
    if node.kind in HUMAN and role not in asked.roles and (role or not node.gl.get("roleFrom")):
        yield Lacking(node, f"现在的岗位是“{role}”" if role else "没有写岗位")


def _checks(tagged: Tagged, asked: Property, node: Node) -> Iterator[Lacking]:
    missing = sorted(asked.checks - set(node.gl.get("check", ())))
    if node.kind in HUMAN and missing:
        yield Lacking(node, f"缺少 {'、'.join(missing)}")


def _clock(tagged: Tagged, asked: Property, node: Node) -> Iterator[Lacking]:
    """A clock of the authority: on the step, a sub-process around it or the process; and its end is noticed."""
    timed = [one for one in tagged.around(node) if one.gl.get("deadline") in asked.deadlines]
    process = tagged.model.executable
    if process is not None and process.gl.get("deadline") in asked.deadlines:
        return
    if not timed:
        yield Lacking(node, f"没有 {'、'.join(sorted(asked.deadlines))}")
    elif not any(noticed(tagged.model, one) for one in timed):
        yield Lacking(node, f"“{timed[0].label}”的边上没有接到人的定时器")


def _gate(tagged: Tagged, asked: Property, node: Node) -> Iterator[Lacking]:
    missing = sorted(asked.gates - {str(gate.get("rule", "")) for gate in node.each("gate")})
    if node.kind in HUMAN and missing:
        yield Lacking(node, f"缺少 {'、'.join(missing)}")


def _evidence(tagged: Tagged, asked: Property, node: Node) -> Iterator[Lacking]:
    if node.kind in HUMAN and not any(one.get("kind") in asked.kinds and one.get("min", 0) >= 1 for one in node.each("evidence")):
        yield Lacking(node, "没有要求音像记录")


def _serves(tagged: Tagged, asked: Property, node: Node) -> Iterator[Lacking]:
    """A call that says it is an act calls a process that does it."""
    key = str(node.attributes.get("calledElement", ""))
    if node.kind != "callActivity":
        return
    if not tagged.is_known(key):
        yield Lacking(node, f"被调用的流程“{key}”不在这里", False)
    elif not asked.first <= tagged.does(key):
        yield Lacking(node, f"被调用的流程是“{key}”")


def _papers(model: Model, asked: Property) -> Iterator[Lacking]:
    for node in model.each(*HUMAN):
        if node.gl.get("role") not in asked.roles:
            continue
        for one in node.each("document"):
            paper = str(one.get("template", ""))
            if paper.startswith("DOC-") and not paper.startswith(asked.papers):
                yield Lacking(node, f"文书“{one.get('name') or one.get('template')}”")
        for act in sorted(acts_of(node)):
            if act in acts() and acts()[act].enforcement:
                yield Lacking(node, f"法律行为“{acts()[act].name}”")


def _links(tagged: Tagged) -> Iterator[Lacking]:
    for node in tagged.model.each(*HUMAN):
        if node.gl.get("link"):
            around = list(tagged.around(node))
            if not any(one.gl.get("limit") or one.gl.get("deadline") for one in around):
                yield Lacking(node, "没有期限")
            elif not any(noticed(tagged.model, one) for one in around):
                yield Lacking(node, "到期没有人处理")


JUDGES = {"roles": _roles, "checks": _checks, "clock": _clock, "gate": _gate, "evidence": _evidence, "serves": _serves}


def noticed(model: Model, node: Node) -> bool:
    """Whether a timer on its border leads to somebody."""
    scope = model.scopes[node.scope]
    timers = [one.id for one in model.boundaries(node) if one.event == "timer"]
    return any(scope.by_id[one].kind in SEEN_BY for one in scope.graph.reach(timers) if one in scope.by_id)
