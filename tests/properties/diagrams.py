"""Random block-structured diagrams: what a linter-clean diagram may look like, as a tree of blocks and as BPMN.

A block is drawn by `draw`; what it means is told elsewhere (test_token_game.py) without looking at the drawing.
"""

import itertools
import random
from collections.abc import Iterator
from dataclasses import dataclass, field

from tests.notation import boundary, entry, extension, inside, many, timer, xml

VARIABLES = ("x0", "x1", "x2", "x3")
MESSAGE = '<messageEventDefinition messageRef="M"/>'
DEEP = ("seq", "xor", "loop", "par", "par", "inc", "inc", "sub", "call", "many", "edge", "edge", "first", "catch", "scoped")
FLAT = ("user", "user", "user", "catch", "many", "edge")


@dataclass
class Block:
    """`kind` tells which of the fields mean something: see `Dice`."""

    kind: str
    id: str = ""
    blocks: list["Block"] = field(default_factory=list)
    conditions: list[str | None] = field(default_factory=list)  # None is the default branch
    flag: bool = False  # interrupting, sequential
    event: str = ""  # timer, message, cycle
    number: int = 0
    process: str = ""


class Dice:
    """Makes blocks. Ids begin anew in every called process, so they collide on purpose."""

    deep, flat = DEEP, FLAT

    def __init__(self, seed: int, depth: int = 3) -> None:
        self.random, self.counts, self.process = random.Random(seed), {"": 0}, ""
        self.called: dict[str, Block] = {}
        self.root = Block("seq", blocks=[self.block(depth) for _ in range(self.random.randint(1, 3))])

    def name(self, kind: str) -> str:
        self.counts[self.process] += 1
        return f"{kind}{self.counts[self.process]}"

    def user(self) -> Block:
        return Block("user", self.name("u"))

    def several(self, depth: int, least: int = 2) -> list[Block]:
        return [self.block(depth - 1) for _ in range(self.random.randint(least, 3))]

    def block(self, depth: int) -> Block:
        kind = self.random.choice(self.deep if depth > 0 else self.flat)
        made: Block = getattr(self, f"make_{kind}")(depth)
        return made

    def make_user(self, depth: int) -> Block:
        return self.user()

    def make_seq(self, depth: int) -> Block:
        return Block("seq", blocks=self.several(depth))

    def make_par(self, depth: int) -> Block:
        return Block("par", self.name("p"), self.several(depth))

    def make_xor(self, depth: int) -> Block:
        blocks = self.several(depth)
        conditions = [self.random.choice(VARIABLES) for _ in blocks[:-1]]
        if self.random.random() < 0.3:
            blocks[-1] = Block("seq")  # an empty way through
        return Block("xor", self.name("x"), blocks, [*conditions, None])

    def make_inc(self, depth: int) -> Block:
        blocks = self.several(depth)
        return Block("inc", self.name("i"), blocks, [*(self.random.choice(VARIABLES) for _ in blocks[:-1]), None])

    def make_loop(self, depth: int) -> Block:
        body = Block("seq", blocks=[self.user(), self.block(depth - 1)])
        return Block("loop", self.name("l"), [body], [self.random.choice(VARIABLES)])

    def make_sub(self, depth: int) -> Block:
        return Block("sub", self.name("s"), self.several(depth, 1))

    def make_scoped(self, depth: int) -> Block:
        """A sub-process with an event sub-process."""
        handler = Block("sub", self.name("h"), [self.block(depth - 1)])
        event = self.random.choice(["message", "timer"])
        return Block("scoped", self.name("s"), [*self.several(depth, 1), handler], flag=self.random.random() < 0.5, event=event)

    def make_call(self, depth: int) -> Block:
        outer, self.process = self.process, f"q{len(self.counts)}"
        process = self.process
        self.counts[process] = 0
        self.called[process] = Block("seq", blocks=self.several(depth, 1))
        self.process = outer
        return Block("call", self.name("c"), [self.called[process]], process=process)

    def make_many(self, depth: int) -> Block:
        body = Block("sub", self.name("s"), [self.block(depth - 1)]) if depth > 0 and self.random.random() < 0.4 else self.user()
        return Block(
            "many", body.id, [body], flag=self.random.random() < 0.4, number=self.random.randint(0, 3), process=self.process
        )

    def make_edge(self, depth: int) -> Block:
        """An activity with a boundary event and the path behind it, which comes back if the event interrupts."""
        activity = self.make_sub(depth) if depth > 0 and self.random.random() < 0.4 else self.user()
        interrupting = self.random.random() < 0.5
        event = self.random.choice(["timer", "message"] if interrupting else ["timer", "message", "cycle"])
        path = self.block(depth - 1) if depth > 1 and self.random.random() < 0.5 else self.user()
        return Block("edge", self.name("b"), [activity, path], flag=interrupting, event=event)

    def make_catch(self, depth: int) -> Block:
        return Block("catch", self.name("c"), event=self.random.choice(["timer", "message"]))

    def make_first(self, depth: int) -> Block:
        branches = [Block("seq", blocks=[self.make_catch(0), self.user()]) for _ in range(2)]
        return Block("first", self.name("f"), branches)


class Draft:
    """Draws the blocks of one scope in the text notation."""

    def __init__(self, numbers: Iterator[int], items: tuple[str, ...] = ()) -> None:
        self.lines: list[str] = []
        self.numbers, self.items = numbers, items
        """The items of all multi-instance activities around: a test tells their instances apart by them."""

    def flow(self, source: str, target: str, condition: str | None = None) -> None:
        self.lines.append(f"{source} -> {target}" + (f" [{condition}]" if condition else ""))

    def event(self, event: str, element: str) -> str:
        """What an event waits for."""
        return definition(event)

    def scope(self, blocks: list[Block], name: str) -> str:
        """The whole text of a (sub)process with a start and an end of its own."""
        draft = type(self)(self.numbers, self.items)
        draft.lines += [f"start {name}_start", f"end {name}_end"]
        draft.flow(draft.chain(blocks, f"{name}_start"), f"{name}_end")
        return "\n".join(draft.lines)

    def chain(self, blocks: list[Block], before: str, condition: str | None = None) -> str:
        """Draw blocks behind a node; the last node."""
        for block in blocks:
            first, last = getattr(self, f"draw_{block.kind}")(block)
            if first:
                self.flow(before, first, condition)
                before, condition = last, None
        return before

    def draw_seq(self, block: Block) -> tuple[str, str]:
        """Sequences begin with a plain gateway, so that they have a node of their own even when they are empty."""
        name = f"n{next(self.numbers)}"
        self.lines.append(f"xor {name}")
        return name, self.chain(block.blocks, name)

    def draw_user(self, block: Block, more: str = "") -> tuple[str, str]:
        self.lines.append(f'<userTask id="{block.id}">{more}</userTask>')
        return block.id, block.id

    def draw_split(self, block: Block, kind: str) -> tuple[str, str]:
        split, join = f"{block.id}_split", f"{block.id}_join"
        self.lines.append(f"{kind} {join}")
        default = ""
        for inner, condition in zip(block.blocks, block.conditions or [None] * len(block.blocks), strict=True):
            first, last = self.draw_seq(Block("seq", blocks=[inner]))
            self.flow(split, first, condition)
            self.flow(last, join)
            default = f'default="f_{split}_{first}"' if block.conditions and condition is None else default
        self.lines.append(f"{kind} {split} {default}")
        return split, join

    def draw_par(self, block: Block) -> tuple[str, str]:
        return self.draw_split(block, "par")

    def draw_inc(self, block: Block) -> tuple[str, str]:
        return self.draw_split(block, "inc")

    def draw_xor(self, block: Block) -> tuple[str, str]:
        return self.draw_split(block, "xor")

    def draw_loop(self, block: Block) -> tuple[str, str]:
        merge, gate, out = f"{block.id}_merge", f"{block.id}_gate", f"{block.id}_out"
        self.lines += [f"xor {merge}", f"xor {out}", f'xor {gate} default="f_{gate}_{out}"']
        self.flow(self.chain(block.blocks, merge), gate)
        self.flow(gate, merge, block.conditions[0])
        self.flow(gate, out)
        return merge, out

    def draw_sub(self, block: Block, more: str = "", head: str = "") -> tuple[str, str]:
        text = self.scope(block.blocks, block.id) + (f"\n{more}" if more else "")
        self.lines.append(inside("subProcess", block.id, text, "", head))
        return block.id, block.id

    def draw_scoped(self, block: Block) -> tuple[str, str]:
        *blocks, handler = block.blocks
        draft = type(self)(self.numbers, self.items)
        draft.lines.append(f"end {handler.id}_end")
        draft.flow(draft.chain(handler.blocks, f"{handler.id}_start"), f"{handler.id}_end")
        flag = "true" if block.flag else "false"
        start = f'<startEvent id="{handler.id}_start" isInterrupting="{flag}">{self.event(block.event, handler.id)}</startEvent>'
        handling = inside("subProcess", handler.id, "\n".join(draft.lines), 'triggeredByEvent="true"', start)
        return self.draw_sub(Block("sub", block.id, blocks), handling)

    def draw_call(self, block: Block) -> tuple[str, str]:
        inputs = extension(*(entry("input", name, name) for name in (*VARIABLES, *self.items)))
        self.lines.append(f'<callActivity id="{block.id}" calledElement="{block.process}">{inputs}</callActivity>')
        return block.id, block.id

    def draw_many(self, block: Block) -> tuple[str, str]:
        body = block.blocks[0]
        item = f"item_{block.process}{body.id}"
        marker = many(f'<loopCardinality>{block.number}</loopCardinality><inputDataItem id="{item}"/>', block.flag)
        if body.kind == "user":
            return self.draw_user(body, marker)
        outer, self.items = self.items, (*self.items, item)
        found = self.draw_sub(body, head=marker)
        self.items = outer
        return found

    def draw_edge(self, block: Block) -> tuple[str, str]:
        activity, path = block.blocks
        getattr(self, f"draw_{activity.kind}")(activity)
        self.lines.append(boundary(block.id, activity.id, self.event(block.event, block.id), block.flag))
        merge = f"{block.id}_merge"
        self.lines.append(f"xor {merge}")
        self.flow(activity.id, merge)
        last = self.chain([path], block.id)
        if block.flag:
            self.flow(last, merge)
        else:
            self.lines.append(f"end {block.id}_end")
            self.flow(last, f"{block.id}_end")
        return activity.id, merge

    def draw_catch(self, block: Block) -> tuple[str, str]:
        self.lines.append(f'<intermediateCatchEvent id="{block.id}">{self.event(block.event, block.id)}</intermediateCatchEvent>')
        return block.id, block.id

    def draw_first(self, block: Block) -> tuple[str, str]:
        gate, merge = f"{block.id}_gate", f"{block.id}_merge"
        self.lines += [f"first {gate}", f"xor {merge}"]
        for branch in block.blocks:
            self.flow(self.chain(branch.blocks, gate), merge)
        return gate, merge


def definition(event: str) -> str:
    if event == "message":
        return MESSAGE
    return timer("Cycle", '"R/PT1H"') if event == "cycle" else timer("Duration", '"PT1H"')


def documents(dice: Dice, drafts: type[Draft] = Draft) -> tuple[bytes, dict[str, bytes]]:
    """The diagram and the documents of the processes it calls, innermost first."""
    numbers = itertools.count(1)
    items = {block.process: around for block, around in _calls_with_items(dice.root, ())}
    called = {
        name: xml(drafts(numbers, items.get(name, ())).scope([block], "p"), process=name) for name, block in dice.called.items()
    }
    return xml(drafts(numbers).scope([dice.root], "p")), called


def _calls_with_items(block: Block, items: tuple[str, ...]) -> Iterator[tuple[Block, tuple[str, ...]]]:
    if block.kind == "many":
        items = (*items, f"item_{block.process}{block.blocks[0].id}")
    if block.kind == "call":
        yield block, items
    for inner in block.blocks:
        yield from _calls_with_items(inner, items)
