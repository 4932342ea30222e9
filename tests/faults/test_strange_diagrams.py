"""Damaged diagrams: whatever is missing or misplaced, the answer is a refusal in plain words or a case that runs."""

import random

import pytest
from lxml import etree

from engine.errors import EngineError
from engine.spiff import Tokens, build
from tests.notation import xml
from tests.open_case import Host
from tests.properties.diagrams import Dice, documents
from tests.unit.test_spiff_codec import EVERYTHING, REVIEW, START

MUTATIONS = 60


def damaged(document: bytes, chance: random.Random) -> bytes:
    """One to three small damages: an element gone or twice, an attribute gone, changed or taken from somewhere else."""
    root = etree.fromstring(document)
    for _ in range(chance.randint(1, 3)):
        element = chance.choice([found for found in root.iter(tag=etree.Element) if found.getparent() is not None])
        parent, kind = element.getparent(), chance.randrange(5)
        if kind == 0:
            parent.remove(element)
        elif kind == 1:
            parent.insert(chance.randrange(len(parent) + 1), etree.fromstring(etree.tostring(element)))
        elif element.attrib:
            name = chance.choice(sorted(element.attrib))
            other = chance.choice([found for found in root.iter(tag=etree.Element) if found.attrib])
            if kind == 2:
                del element.attrib[name]
            else:
                element.set(name, chance.choice(["", "x", "-1", *other.attrib.values()]))
    return etree.tostring(root)


def survives(document: bytes, called: dict[str, bytes], values: dict[str, object]) -> bool:
    """True when it was built and has run to rest."""
    try:
        tokens = Tokens.start(build(document, "p", called), Host(), dict(values))
        tokens.settle()
        Tokens.load(tokens.spec, Host(), tokens.dump(), tokens.variables).settle()
    except EngineError as refusal:
        assert any("一" <= sign <= "鿿" for sign in refusal.message), "a refusal that nobody can read"
        return False
    return True


@pytest.mark.parametrize("seed", range(6))
def test_a_damaged_diagram_is_refused_or_runs(seed):
    chance = random.Random(seed)
    made, called = documents(Dice(seed))
    values = {f"x{n}": True for n in range(4)}
    outcomes = {survives(damaged(made, chance), called, values) for _ in range(MUTATIONS)}
    outcomes |= {survives(damaged(xml(EVERYTHING), chance), {"review": REVIEW}, dict(START)) for _ in range(MUTATIONS)}

    assert outcomes == {True, False}
