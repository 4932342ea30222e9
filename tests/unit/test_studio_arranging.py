"""Auto-layout: whatever has no picture gets one in which nothing lies on anything else, and its own text stays as it was."""

import re
from itertools import combinations
from pathlib import Path

import pytest
from lxml import etree

from engine.definitions import read
from engine.definitions.guard import open_bpmn
from engine.definitions.layout import DI, Layout
from engine.errors import UnsafeInput
from engine.studio import arranging
from tests.town import ROOT

FOREIGN = sorted((ROOT / "tests/rules").glob("*/valid.bpmn"))
SHIPPED = sorted((ROOT / "bpmn").glob("*/*.bpmn"))


def bare(document: str) -> str:
    """The same without its picture."""
    return re.sub(r"<(\w+):BPMNDiagram\b.*?</\1:BPMNDiagram>", "", document, flags=re.DOTALL)


@pytest.mark.parametrize("path", [*SHIPPED, *FOREIGN], ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_every_step_and_flow_is_drawn_and_steps_do_not_lie_on_each_other(path: Path):
    before = bare(path.read_text("utf-8"))
    after = arranging.drawn(before)
    root, model = open_bpmn(after.encode()), read(before.encode())
    layout = Layout(root)

    assert bare(after).replace(" \n", "").split() == before.split()
    edges = {str(one.get("bpmnElement")) for one in root.iter(f"{{{DI}}}BPMNEdge")}
    for scope in model.scopes.values():
        nodes = [node for node in scope.nodes if node.id and node.host is None]
        boxes = {node.id: layout.box(node.id) for node in nodes}
        assert None not in boxes.values()
        assert {flow.id for flow in scope.flows if flow.source in model.nodes and flow.target in model.nodes} <= edges
        for (one, a), (other, b) in combinations(boxes.items(), 2):
            apart = a.x + a.width <= b.x or b.x + b.width <= a.x or a.y + a.height <= b.y or b.y + b.height <= a.y
            assert apart, (one, other)


def test_a_diagram_with_a_picture_stays_as_it_is():
    document = SHIPPED[0].read_text("utf-8")

    assert arranging.drawn(document) == document and arranging.is_drawn(document) and not arranging.is_drawn(bare(document))


def test_arranging_twice_is_arranging_once():
    once = arranging.drawn(bare(SHIPPED[0].read_text("utf-8")))

    assert arranging.drawn(once) == once


def flows(count: int) -> str:
    steps = "".join(f'<task id="t{one}"/><sequenceFlow id="f{one}" sourceRef="t{one}" targetRef="t{(one * 7) % count}"/>'
                    for one in range(count))
    return f'<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL"><process id="p">{steps}</process></definitions>'


def test_loops_and_long_chains_end():
    assert len(list(etree.fromstring(arranging.drawn(flows(1000)).encode()).iter(f"{{{DI}}}BPMNShape"))) == 1000


def test_a_diagram_beyond_all_bounds_is_refused_in_words():
    with pytest.raises(UnsafeInput, match="不能自动排版"):
        arranging.drawn(flows(2001))
