"""Parallel blocks: which split a join closes, where branches meet without a join, where flows cross a block's border.

A block is a parallel or inclusive split and the join it dominates (engine reference, "structured joins"): at run time a join fires
when nothing is alive between its split and itself. That is right only for diagrams that these questions find no fault with.
"""

from collections.abc import Iterator

from engine.definitions.model import SPLITTING, Flow, Model, Node, Scope

ONE_WAY = ("exclusiveGateway", "eventBasedGateway")


def loops_into(model: Model, node: Node) -> bool:
    """True when one of its ways in comes from behind itself."""
    graph = model.scopes[node.scope].graph
    return any(flow.source in graph.reachable and graph.dominates(node.id, flow.source) for flow in node.incoming)


def nearest_split(scope: Scope, node: Node) -> Node | None:
    """The immediate dominator, when it is a gateway that splits."""
    above = scope.by_id.get(scope.graph.dominators.get(node.id, ""))
    return above if above is not None and above.is_split else None


def _joins_of(scope: Scope) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for join, split in scope.blocks.items():
        found.setdefault(split, []).append(join)
    return found


def partial_joins(scope: Scope) -> frozenset[str]:
    """Joins that close the same split as a later join: at run time each would wait for the other."""
    partial = set()
    for split, joins in _joins_of(scope).items():
        for join in joins:
            below = scope.graph.reach(scope.graph.after[join], stop=(split, join))
            if any(other in below for other in joins if other != join):
                partial.add(join)
    return frozenset(partial)


def closing(scope: Scope) -> dict[str, str]:
    """Split → the join that closes it."""
    partial = partial_joins(scope)
    return {split: next(one for one in joins if one not in partial)
            for split, joins in _joins_of(scope).items() if any(one not in partial for one in joins)}


def unjoined(scope: Scope) -> Iterator[tuple[Node, Node]]:
    """(what splits, where its branches meet without a join). A shared end event is no meeting: nothing comes after it."""
    joins = closing(scope)
    for node in scope.nodes:
        if node.id in scope.graph.reachable:
            meeting = _first_meeting(scope, node, joins.get(node.id))
            if meeting is not None:
                yield node, meeting


def _branches(scope: Scope, node: Node) -> list[tuple[str, bool]]:
    """The first nodes of what runs at the same time, and whether it always does (the main way beside a boundary event)."""
    if node.kind in SPLITTING and node.is_split:
        return [(flow.target, True) for flow in node.outgoing if flow.target in scope.by_id]
    side = [one.id for one in scope.nodes if one.host == node.id and not one.interrupting]
    if not side:
        return []
    main = [flow.target for flow in node.outgoing if flow.target in scope.by_id]
    main += [one.id for one in scope.nodes if one.host == node.id and one.interrupting]
    return [(one, False) for one in main] + [(one, True) for one in side]


def _first_meeting(scope: Scope, split: Node, join: str | None) -> Node | None:
    graph, stop = scope.graph, {split.id, *([join] if join else [])}
    after_join = graph.reach(graph.after[join], stop=stop) if join else frozenset()
    branches = _branches(scope, split)
    firsts = [first for first, _ in branches]
    twice = [scope.by_id[first] for first in firsts if first != join and firsts.count(first) > 1]
    if twice and twice[0].kind != "endEvent":
        return twice[0]
    areas = [(graph.reach([first], stop=stop), always) for first, always in branches]
    for node in scope.nodes:
        if node.kind == "endEvent" or node.is_join or node.id in after_join or len(graph.before[node.id]) < 2:
            continue
        inside = [always for area, always in areas if node.id in area]
        if len(inside) > 1 and any(inside) and _entered_twice(scope, node, [area for area, _ in areas]):
            return node
    return None


def _entered_twice(scope: Scope, node: Node, areas: list[frozenset[str]]) -> bool:
    """True when two branches get here by different flows: the meeting itself, not something behind it."""
    ways = [frozenset(number for number, area in enumerate(areas) if above in area) for above in scope.graph.before[node.id]]
    return len({way for way in ways if way}) > 1 or any(not way for way in ways)


def open_blocks(scope: Scope) -> Iterator[tuple[Node, Flow | Node]]:
    """(split, the flow that crosses the border of its block, or the branch that never gets to the join)."""
    for split, join in closing(scope).items():
        graph = scope.graph
        inside = graph.reach(graph.after[split], stop=(join, split))
        outside = (graph.reach(graph.after[join], stop=(split,)) | graph.reach(graph.entries, stop=(split,))) - {join}
        culprit = _crossing(scope, inside, outside) or _lost(scope, split, join)
        if culprit is not None:
            yield scope.by_id[split], culprit


def _crossing(scope: Scope, inside: frozenset[str], outside: frozenset[str]) -> Flow | None:
    both = inside & outside
    for ways_from in (inside - outside, outside - inside):
        for flow in scope.flows:
            if flow.source in ways_from and flow.target in both and scope.by_id[flow.target].kind != "endEvent":
                return flow
    return None


def _lost(scope: Scope, split: str, join: str) -> Flow | None:
    """A branch that cannot get to the join: the join would wait for it until it has died."""
    living = scope.graph.reach_back([join])
    return next((flow for flow in scope.by_id[split].outgoing if flow.target in scope.by_id and flow.target not in living), None)
