"""Random diagrams as a town could publish them: with people, limits, countersigns, service tasks and messages that find their reader.

What `diagrams` draws is the bare flow; here every step belongs to somebody and every message has a correlation, so that the linter
lets nearly all of them pass and a random walk can try every command on them.
"""

import re
from collections.abc import Mapping
from typing import Any

from sqlalchemy import Connection, func, insert, select

from engine import clock, definitions
from engine.definitions import Function, Package
from engine.definitions.tables import process_definition
from engine.errors import InvalidDefinition
from engine.ids import new_key
from tests.notation import ERROR, MESSAGE, boundary, entry, extension, many
from tests.properties.diagrams import DEEP, FLAT, VARIABLES, Block, Dice, Draft, documents
from tests.town import CADRE, OFFICER, OTHER_CADRE

FORM = {"type": "default", "id": "f", "components": [{"type": "checkbox", "key": name, "label": name} for name in VARIABLES]}
OUTSIDE, INSIDE, REFUSED = "walk.outside", "walk.inside", "42"
KNOWN = {OUTSIDE: Function(), INSIDE: Function()}
SIGNERS = (CADRE, OTHER_CADRE, OFFICER)
NOBODY_ELSE, NO_WAY_BACK = 0.1, 0.1
RULES, BY_LAW = ("DL-A2", "DL-B2", "DL-B3", "DL-C1"), 0.4
WHOLE = """gl:startRoles="grid_worker" gl:startForm="f" gl:deadline="DL-C6" gl:ruleSet='"RS-SAMR"'"""


class LivingDice(Dice):
    """Adds jobs and countersigns, and leaves out what the linter refuses: no rounds at all, two timers behind one gateway."""

    deep, flat = (*DEEP, "user", "user", "seq", "job", "job", "job", "sign"), (*FLAT, "job", "job", "sign")

    def __init__(self, seed: int, depth: int = 2) -> None:
        super().__init__(seed, depth)
        edge = Block("edge", self.name("b"), [self.user(), self.user()], flag=self.random.random() < 0.5, event="message")
        early = [self.make_sign(0), self.make_job(0), edge]
        self.root.blocks[:0] = [self.user(), *self.random.sample(early, 2)]

    def make_job(self, depth: int) -> Block:
        """A service task; with `flag` the diagram has drawn what happens when the outside says no."""
        path = [self.user()]
        event = self.random.choice((OUTSIDE, INSIDE))
        return Block("job", self.name("j"), path, flag=self.random.random() < 0.5, event=event)

    def make_sign(self, depth: int) -> Block:
        return Block("sign", self.name("v"), flag=self.random.random() < 0.4, number=self.random.randint(1, 3), process=self.process)

    def make_many(self, depth: int) -> Block:
        block = super().make_many(depth)
        block.number = max(1, block.number)
        return block

    def make_first(self, depth: int) -> Block:
        block = super().make_first(depth)
        block.blocks[0].blocks[0].event = "message"
        return block


class LivingDraft(Draft):
    """Draws blocks with all that a published diagram needs."""

    def event(self, event: str, element: str) -> str:
        """A message is told apart by the case, the step, and the items around it."""
        if event != "message":
            return super().event(event, element)
        names = ('case.number', f'"{element}"', *self.items)
        return extension(*(entry("correlation", f"k{n}", name) for n, name in enumerate(names))) + MESSAGE

    def draw_user(self, block: Block, more: str = "") -> tuple[str, str]:
        if "<multiInstance" in more:
            output = f"<loopDataOutputRef>votes_{block.id}</loopDataOutputRef><inputDataItem"
            more = more.replace("<inputDataItem", output)
        return super().draw_user(block, more)

    def draw_sign(self, block: Block) -> tuple[str, str]:
        people = "[" + ", ".join(f'"{one}"' for one in SIGNERS[: block.number]) + "]"
        item = f"item_{block.process}{block.id}"
        marker = many(f'<loopDataInputRef>{people}</loopDataInputRef><inputDataItem id="{item}"/>', block.flag)
        first, last = self.draw_user(block, marker)
        self.lines[-1] = self.lines[-1].replace("<userTask ", f'<userTask gl:assignee="{item}" ')
        return first, last

    def draw_job(self, block: Block) -> tuple[str, str]:
        self.lines.append(f'<serviceTask id="{block.id}" name="{block.id}" gl:function="{block.event}"/>')
        if not block.flag:
            return block.id, block.id
        caught, merge = f"{block.id}_no", f"{block.id}_merge"
        self.lines += [boundary(caught, block.id, ERROR), f"xor {merge}"]
        self.flow(block.id, merge)
        self.flow(self.chain(block.blocks, caught), merge)
        return block.id, merge


def dressed(document: bytes, dice: Dice) -> bytes:
    """The drawing with somebody to do its steps, a form that sets its variables, and a limit on each."""

    def person(found: re.Match[str]) -> str:
        of = dice.random.random()
        more = ' gl:assignee="case.reporter"' if of < NOBODY_ELSE and "gl:assignee" not in found[0] else ""
        more += ' gl:sendBack="none" gl:withdraw="no"' if of > 1 - NO_WAY_BACK else ""
        more += f' gl:deadline="{dice.random.choice(RULES)}"' if dice.random.random() < BY_LAW else ""
        role = f'name="{found[2]}" gl:role="village_cadre" gl:formRef="f" gl:limit="2" gl:limitUnit="hours"'
        return f'<userTask {found[1]}id="{found[2]}" {role}{more}'

    text = re.sub(r'<userTask ([^>]*?)id="(\w+)"', person, document.decode())
    return re.sub(r'<process id="(\w+)"', rf'<process id="\1" {WHOLE}', text).encode()


def publish(c: Connection, seed: int) -> bool:
    """The random diagram of that seed as the newest version of process `p`, with all it calls. Answers whether the linter agrees.

    One that the linter refuses is sealed all the same: what runs must hold whoever drew it.
    """
    dice = LivingDice(seed)
    document, called = documents(dice, LivingDraft)
    clean, pins = True, dict[str, int]()
    for key, drawn in {**called, "p": document}.items():
        text = dressed(drawn, dice)
        try:
            found = definitions.deploy(c, Package(key, key, text, forms={"f": FORM}), by=None, functions=KNOWN)
            pins[key] = found.id
        except InvalidDefinition:
            pins[key], clean = _seal(c, key, text, pins), False
    return clean


def _seal(c: Connection, key: str, document: bytes, pins: Mapping[str, int]) -> int:
    newest = c.execute(select(func.max(process_definition.c.number)).where(process_definition.c.key == key)).scalar()
    row: dict[str, Any] = {
        "key": key, "number": (newest or 0) + 1, "name": key, "content_hash": new_key(), "diagram": document, "decisions": {},
        "forms": {"f": FORM}, "parameters": {}, "called": dict(pins), "lint": [], "deployed_at": clock.now(), "state": "published",
    }  # fmt: skip
    return int(c.execute(insert(process_definition).returning(process_definition.c.id), row).scalar_one())
