"""The flow graph of one scope: who follows whom, what is reachable, which node dominates which, and which split a join closes.

Pure arithmetic over ids, without recursion, so that a hostile diagram cannot exhaust the stack.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

NOTHING: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Graph:
    """`entries` are where tokens begin; `after` maps every node to its successors in the order of the diagram."""

    entries: tuple[str, ...]
    after: Mapping[str, tuple[str, ...]]

    @cached_property
    def before(self) -> Mapping[str, tuple[str, ...]]:
        """Predecessors of every node."""
        found: dict[str, list[str]] = {node: [] for node in self.after}
        for node, followers in self.after.items():
            for follower in followers:
                found[follower].append(node)
        return {node: tuple(above) for node, above in found.items()}

    def reach(self, starts: Iterable[str], stop: Iterable[str] = ()) -> frozenset[str]:
        """Every node on some way from `starts`, these included, without going through a node of `stop`."""
        return _spread(self.after, starts, stop)

    def reach_back(self, ends: Iterable[str]) -> frozenset[str]:
        """Every node from which one of `ends` can be reached, these included."""
        return _spread(self.before, ends, ())

    @cached_property
    def reachable(self) -> frozenset[str]:
        """Every node a token can get to."""
        return self.reach(self.entries)

    @cached_property
    def dominators(self) -> Mapping[str, str]:
        """The immediate dominator of every reachable node that has one (Cooper, Harvey, Kennedy 2001)."""
        order = self._reverse_postorder()
        rank = {node: position for position, node in enumerate(order)}
        above: dict[str, str] = {order[0]: order[0]}
        changed = True
        while changed:
            changed = False
            for node in order[1:]:
                known = [one for one in self._above(node) if one in above]
                new = known[0]
                for other in known[1:]:
                    new = _meet(new, other, above, rank)
                if above.get(node) != new:
                    above[node], changed = new, True
        return {node: parent for node, parent in above.items() if node and parent}

    def _above(self, node: str) -> Sequence[str]:
        return (*self.before[node], *([""] if node in self.entries else []))

    def _reverse_postorder(self) -> list[str]:
        """Starts with "", a node above all entries."""
        seen, finished = {""}, []
        stack = [("", iter(self.entries))]
        while stack:
            node, followers = stack[-1]
            follower = next((one for one in followers if one not in seen), None)
            if follower is None:
                finished.append(node)
                stack.pop()
            else:
                seen.add(follower)
                stack.append((follower, iter(self.after[follower])))
        return finished[::-1]

    def dominates(self, upper: str, node: str) -> bool:
        """True when every way to `node` goes through `upper`, or they are the same."""
        current: str | None = node
        while current is not None and current != upper:
            current = self.dominators.get(current)
        return current == upper

    def cycles(self, among: frozenset[str]) -> list[frozenset[str]]:
        """The loops (strongly connected parts with an edge inside) of the graph restricted to `among`."""
        inner = {node: tuple(one for one in self.after[node] if one in among) for node in self.after if node in among}
        return [part for part in components(inner) if len(part) > 1 or any(node in inner[node] for node in part)]

    def longest(self, weight: Mapping[str, int]) -> int:
        """An upper bound of the weight of any path: every loop counts with all its nodes, the rest along the heaviest way."""
        parts = components(self.after)
        home = {node: number for number, part in enumerate(parts) for node in part}
        heaviest: dict[int, int] = {}
        for number, part in enumerate(parts):
            below = {home[follower] for node in part for follower in self.after[node]} - {number}
            heaviest[number] = sum(weight.get(node, 1) for node in part) + max((heaviest[one] for one in below), default=0)
        return max(heaviest.values(), default=0)


def _spread(edges: Mapping[str, tuple[str, ...]], starts: Iterable[str], stop: Iterable[str]) -> frozenset[str]:
    closed = frozenset(stop)
    seen: set[str] = set()
    stack = [node for node in starts if node not in closed]
    while stack:
        node = stack.pop()
        if node not in seen:
            seen.add(node)
            stack.extend(one for one in edges.get(node, ()) if one not in seen and one not in closed)
    return frozenset(seen)


def _meet(left: str, right: str, above: Mapping[str, str], rank: Mapping[str, int]) -> str:
    while left != right:
        while rank[left] > rank[right]:
            left = above[left]
        while rank[right] > rank[left]:
            right = above[right]
    return left


def components(edges: Mapping[str, tuple[str, ...]]) -> list[frozenset[str]]:
    """Strongly connected parts, successors before predecessors (Tarjan 1972, without recursion)."""
    search = _Search(edges)
    for node in edges:
        if node not in search.index:
            search.visit(node)
    return search.parts


class _Search:
    def __init__(self, edges: Mapping[str, tuple[str, ...]]) -> None:
        self.edges = edges
        self.index: dict[str, int] = {}
        self.low: dict[str, int] = {}
        self.open: list[str] = []
        self.is_open: set[str] = set()
        self.parts: list[frozenset[str]] = []

    def _enter(self, node: str) -> None:
        self.index[node] = self.low[node] = len(self.index)
        self.open.append(node)
        self.is_open.add(node)

    def visit(self, root: str) -> None:
        self._enter(root)
        stack = [(root, iter(self.edges[root]))]
        while stack:
            node, followers = stack[-1]
            follower = next(followers, None)
            if follower is None:
                stack.pop()
                self._leave(node, stack[-1][0] if stack else None)
            elif follower not in self.index:
                self._enter(follower)
                stack.append((follower, iter(self.edges[follower])))
            elif follower in self.is_open:
                self.low[node] = min(self.low[node], self.index[follower])

    def _leave(self, node: str, parent: str | None) -> None:
        if parent is not None:
            self.low[parent] = min(self.low[parent], self.low[node])
        if self.low[node] == self.index[node]:
            part: set[str] = set()
            while node not in part:
                member = self.open.pop()
                self.is_open.discard(member)
                part.add(member)
            self.parts.append(frozenset(part))
