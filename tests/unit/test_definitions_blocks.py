"""Block structure: what is drawn in blocks is never complained of, and a block that is damaged always is."""

import re
from collections.abc import Iterator

import pytest

from engine.definitions import Library, Model, lint, read
from engine.definitions.blocks import closing
from engine.definitions.graph import Graph, components
from engine.definitions.linter import all_rules
from tests.properties.diagrams import Dice, documents

STRUCTURE = ("LG01", "LG02", "LG03", "LG04", "LG08", "LG09", "LG10", "LG11", "LG12", "LG13", "LG14", "LG15", "LG16")
RULES = tuple(rule for rule in all_rules() if rule.code in STRUCTURE)
GATEWAY = re.compile(rb'<(parallelGateway|inclusiveGateway)( id="([^"]+)")')


def codes(document: bytes) -> set[str]:
    return {one.rule for one in lint(read(document), Library(), RULES)}


def drawn(seed: int) -> list[bytes]:
    main, called = documents(Dice(seed))
    return [main, *called.values()]


def blocks(model: Model) -> Iterator[tuple[str, str]]:
    """(split, join) of every block."""
    for scope in model.scopes.values():
        yield from closing(scope).items()


def turned(document: bytes, gateway: str) -> bytes:
    """The same diagram with one gateway made exclusive."""
    return GATEWAY.sub(lambda found: (b"<exclusiveGateway" if found[3].decode() == gateway else b"<" + found[1]) + found[2], document)


@pytest.mark.parametrize("seed", range(60))
def test_blocks_are_never_complained_of(seed: int) -> None:
    for document in drawn(seed):
        assert codes(document) == set()


@pytest.mark.parametrize("seed", range(60))
def test_a_join_made_exclusive_is_always_found(seed: int) -> None:
    for document in drawn(seed):
        for _, join in blocks(read(document)):
            assert "LG12" in codes(turned(document, join)), join


@pytest.mark.parametrize("seed", range(60))
def test_a_split_made_exclusive_is_always_found(seed: int) -> None:
    for document in drawn(seed):
        for split, join in blocks(read(document)):
            wanted = "LG11" if read(document).nodes[join].kind == "parallelGateway" else "LG10"
            assert wanted in codes(turned(document, split)), split


@pytest.mark.parametrize("seed", range(60))
def test_a_way_out_of_a_block_is_always_found(seed: int) -> None:
    """One branch goes from its first node straight behind the join."""
    for document in drawn(seed):
        model = read(document)
        for split, join in blocks(model):
            target = model.nodes[join].outgoing[0].target
            branch = model.nodes[split].outgoing[0].target
            if branch == join or model.nodes[target].kind == "endEvent":
                continue
            flow = f'<sequenceFlow id="out" sourceRef="{branch}" targetRef="{target}"/>'.encode()
            place = model.nodes[split].scope
            damaged = re.sub(rb'(<(?:process|subProcess)[^>]* id="%s"[^>]*>)' % place.encode(), rb"\1" + flow, document, count=1)
            if damaged != document:
                assert {"LG10", "LG12", "LG13"} & codes(damaged), (split, branch, target)


def test_dominators_and_parts_of_a_small_graph() -> None:
    graph = Graph(("s",), {"s": ("a",), "a": ("b", "c"), "b": ("d",), "c": ("d",), "d": ("a", "e"), "e": (), "lost": ("d",)})

    assert dict(graph.dominators) == {"a": "s", "b": "a", "c": "a", "d": "a", "e": "d"}
    assert graph.dominates("a", "e")
    assert not graph.dominates("b", "d")
    assert graph.cycles(frozenset("abcd")) == [frozenset("abcd")]
    assert graph.longest({}) == 6
    assert components({"x": ("y",), "y": ("x",), "z": ("x",)}) == [frozenset("xy"), frozenset("z")]


def test_a_graph_without_an_entry_has_no_dominators() -> None:
    graph = Graph((), {"a": ("a",)})

    assert dict(graph.dominators) == {}
    assert graph.reachable == frozenset()
