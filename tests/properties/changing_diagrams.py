"""Random diagrams that change: each version is the one before with a step inserted, taken away, renamed, timed or a branch added."""

import copy
import random
import re
from types import SimpleNamespace

from sqlalchemy import Connection

from engine import definitions
from engine.definitions import Package
from engine.errors import InvalidDefinition
from tests.properties.diagrams import Block, documents
from tests.properties.living_diagrams import FORM, KNOWN, LivingDice, LivingDraft, _seal, dressed

CHANGES = ("insert", "insert", "remove", "limit", "rename", "edge", "bare", "branch", "law", "free")


class Changing:
    """One process and how it changes. What is said of a step hangs on its id alone, so that only what changed is different."""

    def __init__(self, seed: int) -> None:
        self.seed, self.dice = seed, LivingDice(seed)
        self.hours, self.names = 2, ""
        self.lawful: set[str] = set()
        self.free: set[str] = set()

    def change(self, dice: random.Random) -> None:
        """One to three changes."""
        self.dice = copy.deepcopy(self.dice)
        for _ in range(dice.randint(1, 3)):
            kind = dice.choice(CHANGES)
            if kind == "limit":
                self.hours = dice.randint(1, 40)
            elif kind == "rename":
                self.names = dice.choice("甲乙丙丁")
            elif kind in ("law", "free"):
                steps = sorted(step for root in (self.dice.root, *self.dice.called.values()) for step in _steps(root))
                (self.lawful if kind == "law" else self.free).symmetric_difference_update(dice.sample(steps, min(3, len(steps))))
            else:
                self._redraw(kind, dice)

    def _redraw(self, kind: str, dice: random.Random) -> None:
        lists = [found for root in (self.dice.root, *self.dice.called.values()) for found in _lists(root)]
        blocks = dice.choice(lists)
        place = dice.randrange(len(blocks))
        if kind == "insert":
            blocks.insert(place, self._user())
        elif kind == "remove" and blocks[place].id.startswith("ux"):  # what was drawn first stays: rounds keep their person
            del blocks[place]
        elif kind == "edge" and blocks[place].kind == "user":
            blocks[place] = Block("edge", self._name("b"), [blocks[place], self._user()], flag=dice.random() < 0.5, event="timer")
        elif kind == "bare" and blocks[place].kind == "edge":
            blocks[place] = blocks[place].blocks[0]
        elif kind == "branch" and blocks[place].kind == "par":
            blocks[place].blocks.append(self._user())

    def _name(self, kind: str) -> str:
        self.dice.counts["new"] = self.dice.counts.get("new", 0) + 1
        return f"{kind}x{self.dice.counts['new']}"

    def _user(self) -> Block:
        return Block("user", self._name("u"))

    def publish(self, c: Connection) -> int:
        """Seal it as the newest version of process `p`, with all it calls."""
        document, called = documents(self.dice, LivingDraft)
        pins: dict[str, int] = {}
        for key, drawn in {**called, "p": document}.items():
            text = self._dressed(drawn)
            try:
                pins[key] = definitions.deploy(c, Package(key, key, text, forms={"f": FORM}), by=None, functions=KNOWN).id
            except InvalidDefinition:
                pins[key] = _seal(c, key, text, pins)
        return pins["p"]

    def _dressed(self, document: bytes) -> bytes:
        def person(found: re.Match[str]) -> str:
            steady = SimpleNamespace(random=random.Random(f"{self.seed}-{found[1]}"))
            text = dressed(found[0].encode(), steady).decode()  # type: ignore[arg-type]
            if found[1] in self.lawful and "gl:deadline" not in text:
                text += ' gl:deadline="DL-A2"'
            if found[1] in self.free:
                text = text.replace('gl:limit="2" gl:limitUnit="hours"', "")
            return text.replace('gl:limit="2"', f'gl:limit="{self.hours}"').replace('name="', f'name="{self.names}')

        text = re.sub(r'<userTask (?:[^>]*?)id="(\w+)"', person, document.decode())
        nobody = SimpleNamespace(random=random.Random(0))
        return re.sub(r"<process [^>]*>", lambda found: dressed(found[0].encode(), nobody).decode(), text).encode()  # type: ignore[arg-type]


def _steps(block: Block) -> set[str]:
    """The ids of all steps of people."""
    return ({block.id} if block.kind in ("user", "sign") else set[str]()).union(*map(_steps, block.blocks))


def _lists(block: Block) -> list[list[Block]]:
    """All sequences of blocks."""
    own = [block.blocks] if block.kind in ("seq", "sub") and block.blocks else []
    return own + [found for inner in block.blocks for found in _lists(inner)]
