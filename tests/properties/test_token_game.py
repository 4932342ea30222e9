"""Random diagrams, played twice: by the tokens, and by a reference that knows blocks and no tokens.

The reference follows the tree of blocks (a sequence is done when its last is, a parallel block when all are, a sub-process when
nothing in it is open ...); it never sees the drawing. After every move both must have the same open work, timers and messages.
The tokens are compacted after every move, and in two of three diagrams saved and loaded.
"""

import random
from collections.abc import Iterator
from typing import Any

import pytest

from engine.spiff import MessageWait, TimerWait, UserTaskWait
from tests.open_case import Case
from tests.properties.diagrams import VARIABLES, Block, Dice, documents

DIAGRAMS, MOVES = 150, 40


Items = frozenset[tuple[str, int]]


class Scope:
    """Variables, and the side paths that keep a (sub)process open."""

    def __init__(self, values: dict[str, Any], outer: "Scope | None" = None, items: Items | None = None) -> None:
        self.values, self.outer = values, outer
        self.items: Items = items if items is not None else outer.items if outer is not None else frozenset()
        self.sides: list[Run] = []

    def holds(self, name: str) -> bool:
        return bool(self.values[name] if name in self.values or self.outer is None else self.outer.holds(name))


class Run:
    """One running block. `open` gives what can happen: (element, run); `act` lets it happen; `step` moves on whatever can."""

    def __init__(self, block: Block, scope: Scope, prefix: str) -> None:
        self.block, self.scope, self.prefix, self.done = block, scope, prefix, False
        self.begin()
        self.step()

    def begin(self) -> None:
        pass

    def step(self) -> None:
        pass

    def open(self) -> Iterator[tuple[str, "Run"]]:
        return iter(())

    def make(self, block: Block, scope: Scope | None = None, prefix: str | None = None) -> "Run":
        return KINDS[block.kind](block, scope or self.scope, self.prefix if prefix is None else prefix)

    def act(self, name: str, values: dict[str, Any]) -> None:
        self.done = True


class Leaf(Run):
    kept_apart = False

    def open(self) -> Iterator[tuple[str, Run]]:
        if not self.done:
            yield self.prefix + self.block.id, self

    def act(self, name: str, values: dict[str, Any]) -> None:
        if self.block.kind == "user" and not self.kept_apart:
            self.scope.values.update(values)
        self.done = True


class Sequence(Run):
    def begin(self) -> None:
        self.rest = list(self.block.blocks)
        self.current: Run | None = None

    def step(self) -> None:
        if self.current is not None:
            self.current.step()
        while self.current is None or self.current.done:
            if not self.rest:
                self.done = True
                return
            self.current = self.make(self.rest.pop(0))

    def open(self) -> Iterator[tuple[str, Run]]:
        if self.current is not None and not self.done:
            yield from self.current.open()


class Branches(Run):
    """Parallel, inclusive, exclusive: which branches begin is decided on arrival."""

    def begin(self) -> None:
        chosen = list(range(len(self.block.blocks)))
        if self.block.conditions:
            chosen = [n for n, name in enumerate(self.block.conditions) if name is not None and self.scope.holds(name)] or [
                chosen[-1]
            ]
        if self.block.kind == "xor":
            chosen = chosen[:1]
        self.runs = [self.make(self.block.blocks[n]) for n in chosen]

    def step(self) -> None:
        for run in self.runs:
            run.step()
        self.done = all(run.done for run in self.runs)

    def open(self) -> Iterator[tuple[str, Run]]:
        for run in self.runs:
            yield from run.open()


class Loop(Run):
    def begin(self) -> None:
        self.round = self.make(self.block.blocks[0])

    def step(self) -> None:
        self.round.step()
        while self.round.done:
            if not self.scope.holds(self.block.conditions[0] or ""):
                self.done = True
                return
            self.round = self.make(self.block.blocks[0])

    def open(self) -> Iterator[tuple[str, Run]]:
        if not self.done:
            yield from self.round.open()


class Sub(Run):
    """A sub-process or called process: done when its main path and its side paths are."""

    def begin(self) -> None:
        self.inner = self.inner_scope()
        prefix = f"{self.block.process}:" if self.block.process else None
        self.main: Run | None = self.make(Block("seq", blocks=self.blocks()), self.inner, prefix)

    def blocks(self) -> list[Block]:
        return self.block.blocks

    def inner_scope(self) -> Scope:
        if self.block.process:
            return Scope({name: self.scope.holds(name) for name in VARIABLES}, items=self.scope.items)
        return Shared(self.scope)

    def step(self) -> None:
        for run in [*([self.main] if self.main else []), *self.inner.sides]:
            run.step()
        self.inner.sides = [run for run in self.inner.sides if not run.done]
        self.done = (self.main is None or self.main.done) and not self.inner.sides

    def open(self) -> Iterator[tuple[str, Run]]:
        for run in [*([self.main] if self.main else []), *self.inner.sides]:
            yield from run.open()


class OwnScope(Sub):
    def inner_scope(self) -> Scope:
        return Scope({}, self.scope)


class Shared(Scope):
    """An embedded sub-process: the variables of the scope around it, side paths of its own."""

    def __init__(self, outer: Scope, items: Items | None = None) -> None:
        super().__init__(outer.values, outer, items)


class Scoped(Sub):
    """A sub-process with a handler that interrupts it, or runs beside it."""

    def begin(self) -> None:
        self.armed = True
        super().begin()

    def blocks(self) -> list[Block]:
        return self.block.blocks[:-1]

    def open(self) -> Iterator[tuple[str, Run]]:
        yield from super().open()
        if self.armed and not self.done:
            yield f"{self.prefix}{self.block.blocks[-1].id}_start", self

    def act(self, name: str, values: dict[str, Any]) -> None:
        if self.block.flag:
            self.main, self.inner.sides = None, []
        self.armed = not self.block.flag and self.block.event == "message"
        self.inner.sides.append(self.make(self.block.blocks[-1], self.inner))


class Many(Run):
    def begin(self) -> None:
        self.left = self.block.number
        self.runs: list[Run] = []
        while self.left and (not self.block.flag or not self.runs):
            self.ask()

    def ask(self) -> None:
        self.left -= 1
        body = self.block.blocks[0]
        item = (f"item_{self.block.process}{body.id}", len(self.runs))
        kind = Participant if body.kind == "user" else OwnScope
        around = Shared(self.scope, self.scope.items | {item})
        self.runs.append(kind(body, around, self.prefix))

    def step(self) -> None:
        for run in self.runs:
            run.step()
        while self.left and all(run.done for run in self.runs):
            self.ask()
        self.done = not self.left and all(run.done for run in self.runs)

    def open(self) -> Iterator[tuple[str, Run]]:
        for run in self.runs:
            if not run.done:
                yield from run.open()


class Participant(Leaf):
    kept_apart = True


class Edge(Run):
    """An activity with a boundary event; a path that does not come back belongs to the scope."""

    def begin(self) -> None:
        self.armed = True
        self.main = self.make(self.block.blocks[0])

    def step(self) -> None:
        self.main.step()
        self.done = self.main.done

    def open(self) -> Iterator[tuple[str, Run]]:
        if not self.done:
            yield from self.main.open()
            if self.armed:
                yield self.prefix + self.block.id, self

    def act(self, name: str, values: dict[str, Any]) -> None:
        path = self.make(self.block.blocks[1])
        if self.block.flag:
            self.main, self.armed = path, False
        else:
            self.scope.sides.append(path)
            self.armed = self.block.event != "timer"


class First(Run):
    def begin(self) -> None:
        self.chosen: Run | None = None

    def step(self) -> None:
        if self.chosen:
            self.chosen.step()
            self.done = self.chosen.done

    def open(self) -> Iterator[tuple[str, Run]]:
        if self.chosen:
            yield from self.chosen.open()
        else:
            for branch in self.block.blocks:
                yield self.prefix + branch.blocks[0].id, self

    def act(self, name: str, values: dict[str, Any]) -> None:
        branch = next(branch for branch in self.block.blocks if self.prefix + branch.blocks[0].id == name)
        self.chosen = self.make(Block("seq", blocks=branch.blocks[1:]))


KINDS: dict[str, type[Run]] = {
    "user": Leaf, "catch": Leaf, "seq": Sequence, "par": Branches, "inc": Branches, "xor": Branches, "loop": Loop, "sub": Sub,
    "scoped": Scoped, "call": Sub, "many": Many, "edge": Edge, "first": First,
}  # fmt: skip


class Match:
    """Both players, and which open work of one is which of the other: by element, by the items around, by age."""

    def __init__(self, seed: int) -> None:
        dice, self.chance = Dice(seed), random.Random(seed * 7 + 1)
        values = self.values()
        self.game = Sub(Block("sub", "p", [dice.root]), Scope(dict(values)), "")
        self.case = Case(*documents(dice), **values)
        self.case.saved = seed % 3 > 0  # every third with live tokens
        self.run_age: dict[int, tuple[int, Run]] = {}
        self.wait_age: dict[str, int] = {}
        self.moves = 0

    def values(self) -> dict[str, Any]:
        return {name: self.chance.random() < 0.5 for name in VARIABLES}

    def runs(self) -> list[tuple[Any, Run]]:
        found = []
        for name, run in self.game.open():
            age, _ = self.run_age.setdefault(id(run), (self.moves, run))
            found.append(((name, sorted(run.scope.items), age), run))
        return sorted(found, key=lambda pair: pair[0])

    def waits(self) -> list[tuple[Any, Any]]:
        found = []
        for wait in self.case.now.waits:
            seen = self.case.tokens.visible(wait.key)
            items = sorted((name, number) for name, number in seen.items() if name.startswith("item_"))
            found.append(((wait.element.id, items, self.wait_age.setdefault(wait.key, self.moves)), wait))
        return sorted(found, key=lambda pair: pair[0])

    def move(self) -> None:
        """The same move in both."""
        place, values = self.chance.randrange(len(self.runs())), self.values()
        (_, run), (_, wait) = self.runs()[place], self.waits()[place]
        if isinstance(wait, UserTaskWait):
            self.case.tokens.finish(wait.key, values)
        elif isinstance(wait, TimerWait):
            self.case.tokens.fire(wait.key)
        elif isinstance(wait, MessageWait):
            self.case.tokens.deliver(wait.key, values)
        run.act(wait.element.id, dict(values))
        self.game.step()
        self.case.after()
        self.moves += 1


def check(seed: int) -> int:
    """One diagram to its end or for so many moves; the number of moves."""
    match = Match(seed)
    while match.moves < MOVES:
        expected, got = [place for place, _ in match.runs()], [place for place, _ in match.waits()]
        assert [place[:2] for place in got] == [place[:2] for place in expected], f"seed {seed}, move {match.moves}"
        assert match.case.now.completed == (not expected) == match.game.done, f"seed {seed}, move {match.moves}"
        if not expected:
            break
        match.move()
    return match.moves


@pytest.mark.parametrize("block", range(10))
def test_tokens_do_what_the_blocks_say(block):
    """The seed of a failure is printed; `check(seed)` repeats it."""
    for seed in range(block * DIAGRAMS // 10, (block + 1) * DIAGRAMS // 10):
        check(seed)
