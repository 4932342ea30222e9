"""The shipped diagrams with a mistake in each: what the proof says of them is what a plain token game finds, and nothing unsound passes."""

import random
import re
from pathlib import Path

import pytest
from lxml import etree

from engine.definitions import Library, lint, read, read_folder
from engine.definitions.model import Model
from engine.definitions.proof import explore
from engine.definitions.proof.soundness import Proof, in_order
from engine.definitions.proof.writers import given, writings
from tests.properties.brute import Game, Seen, TooLarge
from tests.properties.test_proof import Vandal

FOLDER = Path(__file__).parents[2] / "bpmn"
SHIPPED = sorted(path for path in FOLDER.glob("*/*.bpmn") if path.stem == path.parent.name)
EACH = 12
LARGEST = 6000


class Slip(Vandal):
    """One mistake in a shipped diagram. Reminders beside a step are left out: they only multiply what a plain game has to play."""

    def __init__(self, path: Path, seed: int) -> None:
        self.random = random.Random(f"{path.stem}{seed}")
        self.root = etree.fromstring(path.read_bytes())
        for one in self.all("boundaryEvent"):
            if one.get("cancelActivity") == "false":
                self.remove(one.get("id"))
        self.random.choice((self.retarget, self.swap, self.drop, self.forget_default, self.split, self.terminate))()

    def remove(self, identity: str) -> None:
        """A node and everything only it leads to."""
        doomed = [identity]
        while doomed:
            one = doomed.pop()
            if any(flow.get("targetRef") == one for flow in self.all("sequenceFlow")):
                continue
            for flow in [flow for flow in self.all("sequenceFlow") if flow.get("sourceRef") == one]:
                doomed.append(flow.get("targetRef"))
                flow.getparent().remove(flow)
            for node in self.root.iter():
                if isinstance(node.tag, str) and node.get("id") == one:
                    node.getparent().remove(node)
                    break


def play(model: Model) -> Seen | None:
    try:
        return Game(model).play(LARGEST)
    except TooLarge:
        return None


def judge(path: Path, seed: int) -> str:
    """One mistake: confirmed as harmless, or as found by a rule about the drawing or by the proof."""
    document = etree.tostring(Slip(path, seed).root)
    model = read(document).alone()
    seen = play(model)
    if seen is None:
        return "too large"
    refused = not in_order(model, Library())
    proof = Proof(explore(model, Library(), watch=None if refused else frozenset(), values=False))
    where = f"{path.stem} {seed}"
    assert bool(proof.space.twice) == bool(seen.twice), where
    if not seen.twice:
        assert bool(proof.doomed) == seen.doomed, where
    if refused:
        return "drawing"
    codes = {one.rule for one in lint(model, Library(), None)} & {"LS01", "LS06"}
    unsound = bool(seen.twice) or seen.doomed
    assert bool(codes) or not unsound, where
    return "proof" if unsound else "harmless"


def libraries(path: Path) -> tuple[bytes, Library]:
    package = read_folder(path.parent, FOLDER.parent / "forms")
    return package.diagram, Library(forms=package.forms, decisions=package.decisions, parameters=package.parameters)


def from_outside(model: Model, library: Library, name: str) -> bool:
    """Whether somebody writes the variable of whom the diagram does not say which values he gives."""
    free = [one.variable for node in model.each() for one in writings(node, library) if one.values is None]
    return name in free or given(model, library).get(name, frozenset()) is None


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.stem)
def test_a_value_that_nobody_writes_is_told(path: Path) -> None:
    """Every constant of every condition, misspelt once."""
    document, library = libraries(path)
    text = document.decode()
    for spot in re.finditer(r'<bpmn:conditionExpression[^>]*>[^<]*?([\w.]+) = "(\w+)"', text):
        model = read((text[: spot.end(2)] + "_" + text[spot.end(2):]).encode()).alone()
        if "." not in spot[1] and not from_outside(model, library, spot[1]):
            assert {"LS01", "LS03", "LS04"} & {one.rule for one in lint(model, library)}, spot[0]
    assert not [one for one in lint(read(document), library) if one.rule.startswith("LS")]


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.stem)
def test_every_verdict_on_a_seeded_mistake_is_confirmed(path: Path) -> None:
    found = [judge(path, seed) for seed in range(EACH)]

    assert found.count("too large") <= EACH // 2
    assert set(found) & {"drawing", "proof", "harmless"}
