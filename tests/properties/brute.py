"""A second opinion about diagrams: every order of every step with every value, nothing left out, nothing summed up.

This is written from the standard and the runtime's rules, not from engine.definitions.proof: scopes lie inside each other as values,
what is thrown travels outwards through them, variables have one value each, and conditions are asked of the real FEEL engine.
Two conventions are shared, because a token game needs them: what the runtime does at once comes first, and the path beside an
activity is not begun a second time while it is still on its way (the second would run like the first).
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import combinations, product
from typing import Any

from engine.definitions.model import ACTIVITIES, Model, Node
from engine.feel import evaluate

AT_ONCE = {"exclusiveGateway", "inclusiveGateway", "parallelGateway", "startEvent", "endEvent", "intermediateThrowEvent", "scriptTask",
           "businessRuleTask", "sendTask", "boundaryEvent"}
FROM_OUTSIDE = {"timer", "message", "signal", "conditional"}
PEOPLE = {"task", "userTask", "manualTask"}

Scope = tuple[str, frozenset]
Values = tuple[tuple[str, Any], ...]


class TooLarge(Exception):
    """More situations than anybody wants to wait for."""


class Twice(Exception):
    """A second token on a node."""


@dataclass
class Seen:
    """What the game found out."""

    passed: set[str] = field(default_factory=set)
    twice: set[str] = field(default_factory=set)
    ended: set[Any] = field(default_factory=set)
    after: dict[Any, set[Any]] = field(default_factory=dict)
    cut_off: set[str] = field(default_factory=set)

    @property
    def doomed(self) -> bool:
        """Whether some situation has no way to an end."""
        before: dict[Any, list[Any]] = {}
        for one, following in self.after.items():
            for other in following:
                before.setdefault(other, []).append(one)
        living, stack = set(self.ended), list(self.ended)
        while stack:
            new = [one for one in before.get(stack.pop(), ()) if one not in living]
            living.update(new)
            stack += new
        return bool(set(self.after) - living)


@dataclass(frozen=True)
class Thrown:
    """On its way outwards: the scope if nobody catches it, the scope if somebody does who lets it go on. None: nothing happens then."""

    kind: str
    code: str | None
    uncaught: Scope | None
    passed: Scope | None


@lru_cache(maxsize=100_000)
def holds(text: str, values: Values) -> Any:
    return evaluate(text, dict(values))


class Game:
    """`fields` are the variables a form writes: form → name → values; `start` the values each variable may begin with. Without them
    nobody knows any values, and every way of a gateway can be taken."""

    def __init__(self, model: Model, fields: dict[str, dict[str, tuple[Any, ...]]] | None = None,
                 start: dict[str, tuple[Any, ...]] | None = None) -> None:
        self.model, self.fields, self.first, self.blind = model, fields or {}, start or {}, fields is None
        self.seen = Seen()

    def play(self, most: int) -> Seen:
        process = self.model.executable
        assert process is not None
        names = sorted(self.first)
        stack = [(self.begun(process.id), tuple(zip(names, chosen, strict=True))) for chosen in product(*(self.first[n] for n in names))]
        while stack:
            state = stack.pop()
            if state in self.seen.after:
                continue
            if len(self.seen.after) > most:
                raise TooLarge
            scope, values = state
            self.seen.after[state] = set()
            if self.over(scope) or self.failed(scope):
                self.seen.ended.add(state)
            for following in self.moves(scope, values):
                self.seen.after[state].add(following)
                stack.append(following)
        return self.seen

    # -------------------------------------------------------------------------------- scopes

    def node(self, identity: str) -> Node:
        return self.model.nodes[identity]

    def begun(self, scope: str) -> Scope:
        plain = [node for node in self.model.scopes[scope].starts if not node.event]
        starts = plain or list(self.model.scopes[scope].starts)
        return scope, frozenset({("on", starts[0].id)}) if starts else frozenset()

    def over(self, scope: Scope) -> bool:
        return all(item[0] == "done" for item in scope[1])

    def failed(self, scope: Scope) -> bool:
        return any(item[0] == "failed" or item[0] == "in" and self.failed(item[2]) for item in scope[1])

    def busy(self, scope: Scope) -> set[str]:
        """The nodes with a token in this scope."""
        return {item[1] for item in scope[1] if item[0] in ("on", "in", "failed")}

    # -------------------------------------------------------------------------------- what can happen

    def moves(self, root: Scope, values: Values) -> Iterator[tuple[Scope, Values]]:
        for phase in (self.at_once, self.joins, self.closings, self.in_time):
            found = list(self.everywhere(root, values, phase))
            for label, result, known in found:
                self.seen.passed |= set(label)
                yield (result, known) if isinstance(result, tuple) else (result.uncaught, known)
            if found or self.refused:
                return

    def everywhere(self, scope: Scope, values: Values, phase: Any) -> Iterator[tuple[tuple[str, ...], Any, Values]]:
        """The moves of this phase here and in every scope inside, each as this scope afterwards or as something thrown out of it."""
        if phase == self.at_once and scope[0] in [one.id for one in self.model.processes]:
            self.refused = False
        for item in scope[1]:
            if item[0] == "in":
                for label, result, known in self.everywhere(item[2], values, phase):
                    yield from self.lifted(scope, item, label, result, known)
        for label, make, known in phase(scope, values):
            try:
                result = make()
            except Twice as found:
                self.seen.passed |= set(label)
                self.seen.twice.add(str(found))
                self.refused = True
                continue
            if isinstance(result, Thrown):
                caught = self.in_scope(scope, result)
                if caught is not None:
                    yield label, caught, known
                    continue
                if result.uncaught is None and scope[0] not in self.model.nodes:
                    continue
            yield label, result, known

    def lifted(self, scope: Scope, item: Any, label: tuple[str, ...], result: Any, known: Values) -> Iterator[Any]:
        if isinstance(result, tuple):
            yield label, (scope[0], scope[1] - {item} | {("in", item[1], result)}), known
            return
        wrap = lambda inner: None if inner is None else (scope[0], scope[1] - {item} | {("in", item[1], inner)})  # noqa: E731
        thrown = Thrown(result.kind, result.code, wrap(result.uncaught), wrap(result.passed))
        found = self.on_edge(scope, item[1], thrown) or self.in_scope(scope, thrown)
        if found is not None:
            yield label, found, known
        elif scope[0] in self.model.nodes or thrown.uncaught is not None:
            yield label, thrown, known

    def best(self, events: list[Node], thrown: Thrown, items: frozenset) -> Node | None:
        able = [one for one in events if one.event == thrown.kind and ("done", one.id) not in items]
        exact = [one for one in able if one.events[0].ref is not None and (one.events[0].code or one.events[0].name) == thrown.code]
        return next(iter(exact or [one for one in able if one.events[0].ref is None]), None)

    def on_edge(self, scope: Scope, activity: str, thrown: Thrown) -> Scope | None:
        event = self.best([one for one in self.model.scopes[scope[0]].nodes if one.host == activity], thrown, scope[1])
        if event is None:
            return None
        if event.interrupting:
            return self.without(scope, activity, ("on", event.id))
        if not self.free(scope, event):
            return thrown.passed
        assert thrown.passed is not None
        return scope[0], thrown.passed[1] | {("on", event.id), *self.once(event)}

    def in_scope(self, scope: Scope, thrown: Thrown) -> Scope | None:
        triggers = self.triggers(scope)
        event = self.best(triggers, thrown, scope[1])
        if event is None:
            return None
        if event.interrupting or thrown.kind == "error":
            return self.handler((scope[0], frozenset(("done", one.id) for one in triggers)), event, True)
        if event.scope in self.busy(scope):
            return thrown.passed
        assert thrown.passed is not None
        return self.handler((scope[0], thrown.passed[1] | set(self.once(event))), event, True)

    def handler(self, scope: Scope, start: Node, standing: bool) -> Scope:
        inner: Scope = (start.scope, frozenset({("on", start.id)}))
        if not standing:
            inner = self.sent(inner, start, [flow.id for flow in start.outgoing])
        return scope[0], scope[1] | {("in", start.scope, inner)}

    def once(self, event: Node) -> list[tuple[str, str]]:
        again = event.event in ("message", "signal", "escalation") or any(kind == "timeCycle" for kind, _ in event.events[0].timer)
        return [] if again else [("done", event.id)]

    def free(self, scope: Scope, event: Node) -> bool:
        """Whether nothing is on the way beside the activity: only this event leads to these nodes."""
        graph = self.model.scopes[scope[0]].graph
        others = graph.reach(graph.entries, stop=[event.id])
        return not (graph.reach([event.id]) - others) & self.busy(scope)

    # -------------------------------------------------------------------------------- phases

    def at_once(self, scope: Scope, values: Values) -> Iterator[Any]:
        for item in scope[1]:
            node = self.node(item[1]) if item[0] == "on" else None
            if node is None or node.kind not in AT_ONCE and (node.kind != "intermediateCatchEvent" or node.event):
                continue
            if node.kind in ("exclusiveGateway", "inclusiveGateway") and len(node.outgoing) > 1:
                for chosen in self.choices(node, values):
                    yield (node.id, *chosen), lambda n=node, c=chosen: self.sent(scope, n, c), values
            elif node.kind in ("endEvent", "intermediateThrowEvent") and node.event in ("error", "cancel", "escalation", "terminate"):
                yield (node.id,), lambda n=node: self.thrown(scope, n), values
            else:
                for known in self.written(node, values):
                    yield (node.id,), lambda n=node: self.sent(scope, n, [flow.id for flow in n.outgoing]), known

    def choices(self, node: Node, values: Values) -> list[list[str]]:
        """What a gateway may do next: one thing when the values are known."""
        if not self.blind:
            return [found for found in [self.chosen(node, values)] if found]
        flows, asked = [flow.id for flow in node.outgoing], [flow.id for flow in node.outgoing if flow.id != node.default]
        if node.kind == "exclusiveGateway":
            return [[flow] for flow in flows]
        some = [list(kept) for size in range(1, len(asked) + 1) for kept in combinations(asked, size)]
        return some + [[flow] for flow in flows if flow not in asked]

    def chosen(self, node: Node, values: Values) -> list[str]:
        true = [flow.id for flow in node.outgoing if flow.id != node.default and holds(flow.condition or "true", values) is True]
        true = true[:1] if node.kind == "exclusiveGateway" else true
        return true or [flow.id for flow in node.outgoing if flow.id == node.default]

    def thrown(self, scope: Scope, node: Node) -> Any:
        without = scope[1] - {("on", node.id)}
        if node.event == "terminate":
            self.cut(scope, node)
            return scope[0], frozenset()
        event = node.events[0]
        code = (event.code or event.name) if event.ref is not None else None
        passed = self.sent(scope, node, [flow.id for flow in node.outgoing])
        if node.event == "escalation":
            return Thrown("escalation", code, passed, passed)
        return Thrown(node.event, code, (scope[0], without | {("failed", node.id)}), passed)

    def cut(self, scope: Scope, end: Node) -> None:
        holder = self.model.nodes.get(scope[0])
        if not (holder and holder.event_sub_process) and self.people(scope):
            self.seen.cut_off.add(end.id)

    def people(self, scope: Scope) -> bool:
        return any(item[0] == "on" and self.node(item[1]).kind in PEOPLE or item[0] == "in" and self.people(item[2]) for item in scope[1])

    def joins(self, scope: Scope, values: Values) -> Iterator[Any]:
        for join in sorted({self.model.flows[item[1]].target for item in scope[1] if item[0] == "at"}):
            node = self.node(join)
            if self.complete(scope, node):
                here = {("at", flow.id) for flow in node.incoming}
                after = (scope[0], scope[1] - here | {("on", join)})
                if node.kind == "inclusiveGateway" and len(node.outgoing) > 1:
                    for chosen in self.choices(node, values):
                        yield (join, *chosen), lambda a=after, n=node, c=chosen: self.sent(a, n, c), values
                else:
                    yield (join,), lambda a=after, n=node: self.sent(a, n, [flow.id for flow in n.outgoing]), values

    def complete(self, scope: Scope, join: Node) -> bool:
        place = self.model.scopes[scope[0]]
        split = place.blocks.get(join.id)
        here = {item[1] for item in scope[1] if item[0] == "at"}
        if split is None and join.kind == "parallelGateway":
            return {flow.source for flow in join.incoming if flow.id in here} == {flow.source for flow in join.incoming}
        busy = self.busy(scope) | {self.model.flows[flow].target for flow in here} - {join.id}
        return not any(self.leads(place.graph.after, one, join.id, split) for one in busy)

    def leads(self, after: Any, start: str, goal: str, stop: str | None) -> bool:
        seen, stack = {start}, [start] if start not in (goal, stop) else []
        while stack:
            for one in after[stack.pop()]:
                if one == goal:
                    return True
                if one not in seen and one != stop:
                    seen.add(one)
                    stack.append(one)
        return False

    def closings(self, scope: Scope, values: Values) -> Iterator[Any]:
        for item in scope[1]:
            if item[0] == "in" and self.over(item[2]):
                node = self.node(item[1])
                yield (node.id,), lambda n=node: self.sent(scope, n, [flow.id for flow in n.outgoing]), values
                if node.loop is not None:
                    yield (), lambda i=item: (scope[0], scope[1] - {i} | {("in", i[1], self.begun(i[1]))}), values

    def in_time(self, scope: Scope, values: Values) -> Iterator[Any]:
        for item in scope[1]:
            node = self.node(item[1]) if item[0] in ("on", "in") else None
            if node is None or item[0] == "on" and node.kind in AT_ONCE:
                continue
            if item[0] == "on":
                yield from self.done(scope, node, values)
            for event in self.model.boundaries(node):
                if event.event in FROM_OUTSIDE and self.armed(scope, event):
                    for known in self.written(event, values):
                        yield (event.id,), lambda e=event, n=node: self.came(scope, n, e), known
        for holder in self.model.scopes[scope[0]].nodes:
            for start in self.model.scopes[holder.id].starts[:1] if holder.event_sub_process else ():
                free = ("done", start.id) not in scope[1] and holder.id not in self.busy(scope)
                if start.event in FROM_OUTSIDE and free:
                    yield (start.id,), lambda s=start: self.triggered(scope, s), values

    def armed(self, scope: Scope, event: Node) -> bool:
        return ("done", event.id) not in scope[1] and (event.interrupting or self.free(scope, event))

    def done(self, scope: Scope, node: Node, values: Values) -> Iterator[Any]:
        if node.kind == "eventBasedGateway":
            for flow in node.outgoing:
                event = self.node(flow.target)
                for known in self.written(event, values):
                    yield (node.id, flow.id, event.id), lambda e=event: self.sent(scope, node, [one.id for one in e.outgoing]), known
            return
        for known in self.written(node, values):
            yield (node.id,), lambda: self.sent(scope, node, [flow.id for flow in node.outgoing]), known
        kinds = {"serviceTask": ("error",), "callActivity": ("error", "escalation")}.get(node.kind, ())
        for kind, code in product(kinds, (None, *self.codes(kinds))):
            thrown = Thrown(kind, code or "no such code", None, scope)
            yield (), lambda t=thrown: self.on_edge(scope, node.id, t) or t, values

    def codes(self, kinds: tuple[str, ...]) -> list[str]:
        return sorted({one.events[0].code or one.events[0].name for one in self.model.each() if one.event in kinds})

    def came(self, scope: Scope, activity: Node, event: Node) -> Scope:
        flows = [flow.id for flow in event.outgoing]
        if event.interrupting:
            return self.sent(self.without(scope, activity.id, ("on", event.id)), event, flows)
        return self.sent((scope[0], scope[1] | {("on", event.id), *self.once(event)}), event, flows)

    def triggered(self, scope: Scope, start: Node) -> Scope:
        if not start.interrupting:
            return self.handler((scope[0], scope[1] | set(self.once(start))), start, False)
        return self.handler((scope[0], frozenset(("done", one.id) for one in self.triggers(scope))), start, False)

    def triggers(self, scope: Scope) -> list[Node]:
        holders = [node for node in self.model.scopes[scope[0]].nodes if node.event_sub_process]
        return [start for holder in holders for start in self.model.scopes[holder.id].starts[:1]]

    # -------------------------------------------------------------------------------- tokens and values

    def without(self, scope: Scope, activity: str, instead: Any) -> Scope:
        edge = {("done", one.id) for one in self.model.boundaries(self.node(activity))}
        kept = {item for item in scope[1] - edge if not (item[0] in ("on", "in") and item[1] == activity)}
        return scope[0], frozenset(kept | {instead})

    def sent(self, scope: Scope, node: Node, flows: list[str]) -> Scope:
        """The token of a node goes along these flows."""
        edge = {("done", one.id) for one in self.model.boundaries(node)} if node.kind in ACTIVITIES else set()
        items = {item for item in scope[1] - edge if not (item[0] in ("on", "in") and item[1] == node.id)}
        for flow in flows:
            target = self.node(self.model.flows[flow].target)
            new: Any = ("at", flow) if target.is_join else ("on", target.id)
            if target.id in self.model.scopes:
                new = ("in", target.id, (target.id, frozenset()) if target.loop else self.begun(target.id))
            standing = {item[1] for item in items if item[0] in ("on", "in")}
            paired = target.id in self.model.scopes[scope[0]].blocks
            if target.id in standing or new in items and not paired:
                raise Twice(target.id)
            items.add(new)
        return scope[0], frozenset(items)

    def written(self, node: Node, values: Values) -> Iterator[Values]:
        """Every way the variables can look after a step."""
        if node.kind == "scriptTask" and not self.blind:
            yield tuple(sorted({**dict(values), str(node.gl.get("resultVariable")): evaluate(node.script, {})}.items()))
            return
        fields = self.fields.get(str(node.gl.get("formRef")), {}) if node.loop is None else {}
        for chosen in product(*fields.values()):
            yield tuple(sorted({**dict(values), **dict(zip(fields, chosen, strict=True))}.items()))
