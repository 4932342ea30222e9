"""A picture for a diagram that has none: columns by how far a step is from the start, rows by branch. Only the drawn half is added.

The file's own text is kept to the letter; the picture is put in before its last tag.
"""

import re
from dataclasses import dataclass, field
from xml.sax.saxutils import quoteattr

from lxml import etree

from engine.definitions.guard import is_bpmn, open_bpmn
from engine.definitions.layout import DC, DD, DI
from engine.definitions.model import GATEWAYS, Model, Node, Scope
from engine.definitions.reader import read_tree
from engine.errors import UnsafeInput

GAP_X, GAP_Y, PAD, LABEL = 60.0, 50.0, 40.0, 30.0
MOST = 2000
CLOSING = re.compile(r"</(?:[\w.\-]+:)?definitions\s*>\s*\Z")

Point = tuple[float, float]
Bounds = tuple[float, float, float, float]


@dataclass
class _Picture:
    """Boxes and lines by element id, in pixels."""

    boxes: dict[str, Bounds] = field(default_factory=dict)
    lines: dict[str, list[Point]] = field(default_factory=dict)
    expanded: set[str] = field(default_factory=set)

    def moved(self, dx: float, dy: float, other: "_Picture") -> None:
        """Take in another picture at a place."""
        self.boxes |= {key: (x + dx, y + dy, w, h) for key, (x, y, w, h) in other.boxes.items()}
        self.lines |= {key: [(x + dx, y + dy) for x, y in points] for key, points in other.lines.items()}
        self.expanded |= other.expanded


def is_drawn(document: str) -> bool:
    """Whether the file has a picture of its own. Raises UnsafeInput."""
    return next(open_bpmn(document.encode()).iter(f"{{{DI}}}BPMNShape"), None) is not None


def drawn(document: str) -> str:
    """The file with a picture: as it is when it has one. Raises UnsafeInput for what cannot be read or has too many elements."""
    root = open_bpmn(document.encode())
    if next(root.iter(f"{{{DI}}}BPMNShape"), None) is not None:
        return document
    model = read_tree(root)
    if len(model.nodes) > MOST:
        raise UnsafeInput(f"流程图里的元素超过 {MOST} 个，不能自动排版。请拆成几个较小的流程。")
    end = CLOSING.search(document)
    if end is None or not model.processes:
        return document
    return document[:end.start()] + _written(*_whole(root, model)) + document[end.start():]


def _whole(root: etree._Element, model: Model) -> tuple[str, _Picture]:
    """What the plane shows, and everything on it: pools one below the other, or the processes alone."""
    picture, top = _Picture(), PAD
    pools = {str(one.get("processRef")): str(one.get("id")) for one in root.iter(etree.Element) if is_bpmn(one, "participant")}
    for process in model.processes:
        inner, (width, height) = _scope(model, model.scopes[process.id])
        left = PAD + (LABEL + PAD if process.id in pools else 0)
        picture.moved(left, top + PAD, inner)
        if process.id in pools:
            picture.boxes[pools[process.id]] = (PAD, top, width + LABEL + 2 * PAD, height + 2 * PAD)
        top += height + 3 * PAD
    for flow in (one for one in root.iter(etree.Element) if is_bpmn(one, "messageFlow")):
        ends = [picture.boxes.get(str(flow.get(name))) for name in ("sourceRef", "targetRef")]
        if ends[0] and ends[1] and flow.get("id"):
            picture.lines[str(flow.get("id"))] = [_middle(ends[0]), _middle(ends[1])]
    plane = next((str(one.get("id")) for one in root if is_bpmn(one, "collaboration")), model.processes[0].id)
    return plane, picture


def _scope(model: Model, scope: Scope) -> tuple[_Picture, tuple[float, float]]:
    """One process or sub-process, from (0, 0), and its size."""
    picture, sizes, inside = _Picture(), {}, {}
    nodes = [node for node in scope.nodes if node.id and model.nodes.get(node.id) is node]
    for node in nodes:
        if node.id in model.scopes:
            inside[node.id], (width, height) = _scope(model, model.scopes[node.id])
            sizes[node.id] = (max(width, 100.0) + 2 * PAD, max(height, 80.0) + 2 * PAD)
        else:
            sizes[node.id] = _size(node)
    placed = [node for node in nodes if node.host is None]
    cells = _cells(scope, placed)
    xs, ys = _edges(cells, sizes, 0, GAP_X), _edges(cells, sizes, 1, GAP_Y)
    for name, (column, row) in cells.items():
        width, height = sizes[name]
        x = xs[column] + (xs[column + 1] - xs[column] - GAP_X - width) / 2
        y = ys[row] + (ys[row + 1] - ys[row] - GAP_Y - height) / 2
        picture.boxes[name] = (x, y, width, height)
        if name in inside:
            picture.moved(x + PAD, y + PAD, inside[name])
            picture.expanded.add(name)
    _boundaries(picture, nodes)
    _lines(picture, scope, ys[-1])
    return picture, (xs[-1] - GAP_X if cells else 0.0, ys[-1] + GAP_Y)


def _size(node: Node) -> tuple[float, float]:
    if node.kind.endswith("Event"):
        return 36.0, 36.0
    return (50.0, 50.0) if node.kind in GATEWAYS else (100.0, 80.0)


def _cells(scope: Scope, nodes: list[Node]) -> dict[str, tuple[int, int]]:
    """Column and row of every node. A flow that leads back does not push its target to the right."""
    names = [node.id for node in nodes]
    hosts = {node.id: node.host or node.id for node in scope.nodes}
    after: dict[str, list[str]] = {name: [] for name in names}
    for flow in scope.flows:
        source, target = hosts.get(flow.source), hosts.get(flow.target)
        if source in after and target in after and source is not None and target is not None and source != target:
            after[source].append(target)
    columns = _columns(names, after)
    taken: set[tuple[int, int]] = set()
    rows: dict[str, int] = {}
    before = {name: [one for one in names if name in after[one] and columns[one] < columns[name]] for name in names}
    for name in sorted(names, key=lambda one: (columns[one], names.index(one))):
        row = min((rows[one] for one in before[name]), default=0)
        while (columns[name], row) in taken:
            row += 1
        rows[name] = row
        taken.add((columns[name], row))
    return {name: (columns[name], rows[name]) for name in names}


def _columns(names: list[str], after: dict[str, list[str]]) -> dict[str, int]:
    """The longest way from a beginning, along flows that do not lead back."""
    order, state = list[str](), dict[str, int]()
    forward: dict[str, list[str]] = {name: [] for name in names}
    targets = {one for followers in after.values() for one in followers}
    for first in [*(name for name in names if name not in targets), *names]:
        stack = [(first, iter(after[first]))] if first not in state else []
        state.setdefault(first, 1)
        while stack:
            name, left = stack[-1]
            following = next(left, None)
            if following is None:
                state[name] = 2
                order.append(name)
                stack.pop()
            elif state.get(following) != 1:
                forward[name].append(following)
                if following not in state:
                    state[following] = 1
                    stack.append((following, iter(after[following])))
    columns = dict.fromkeys(names, 0)
    for name in reversed(order):
        for following in forward[name]:
            columns[following] = max(columns[following], columns[name] + 1)
    return columns


def _boundaries(picture: _Picture, nodes: list[Node]) -> None:
    """Along the lower edge of what they hang on."""
    counts: dict[str, int] = {}
    for node in nodes:
        host = picture.boxes.get(node.host or "")
        if node.host and host is not None:
            x, y, width, height = host
            at = counts.get(node.host, 0)
            counts[node.host] = at + 1
            picture.boxes[node.id] = (x + width - 36 - (at * 42) % max(42.0, width - 20), y + height - 18, 36.0, 36.0)


def _lines(picture: _Picture, scope: Scope, bottom: float) -> None:
    hanging = {node.id for node in scope.nodes if node.host}
    for flow in scope.flows:
        source, target = picture.boxes.get(flow.source), picture.boxes.get(flow.target)
        if source is None or target is None or not flow.id:
            continue
        start, end = (source[0] + source[2], source[1] + source[3] / 2), (target[0], target[1] + target[3] / 2)
        below = (source[0] + source[2] / 2, source[1] + source[3])
        if target[0] <= source[0]:
            into = (target[0] + target[2] / 2, target[1] + target[3])
            depth = max(below[1], into[1], bottom - GAP_Y) + 20
            picture.lines[flow.id] = [below, (below[0], depth), (into[0], depth), into]
        elif flow.source in hanging:
            picture.lines[flow.id] = [below, (below[0], max(end[1], below[1] + 12)), (end[0] - 20, max(end[1], below[1] + 12)),
                                      (end[0] - 20, end[1]), end]
        elif abs(start[1] - end[1]) < 1:
            picture.lines[flow.id] = [start, end]
        else:
            picture.lines[flow.id] = [start, (end[0] - 30, start[1]), (end[0] - 30, end[1]), end]


def _written(plane: str, picture: _Picture) -> str:
    shapes = [
        f'<d:BPMNShape id={quoteattr(f"{name}_di")} bpmnElement={quoteattr(name)}{EXPANDED if name in picture.expanded else ""}>'
        f'<dc:Bounds x="{x:g}" y="{y:g}" width="{w:g}" height="{h:g}"/></d:BPMNShape>' for name, (x, y, w, h) in picture.boxes.items()]
    edges = [
        f'<d:BPMNEdge id={quoteattr(f"{name}_di")} bpmnElement={quoteattr(name)}>'
        + "".join(f'<dd:waypoint x="{x:g}" y="{y:g}"/>' for x, y in points) + "</d:BPMNEdge>" for name, points in picture.lines.items()]
    inside = "\n    ".join((*shapes, *edges))
    return (f'  <d:BPMNDiagram xmlns:d="{DI}" xmlns:dc="{DC}" xmlns:dd="{DD}" id="arranged_diagram">\n'
            f'    <d:BPMNPlane id="arranged_plane" bpmnElement={quoteattr(plane)}>\n    {inside}\n    </d:BPMNPlane>\n  </d:BPMNDiagram>\n')


EXPANDED = ' isExpanded="true"'


def _edges(cells: dict[str, tuple[int, int]], sizes: dict[str, tuple[float, float]], which: int, gap: float) -> list[float]:
    """Where each column (0) or row (1) begins, and where the last one ends."""
    found = [0.0]
    for number in range(max((cell[which] for cell in cells.values()), default=-1) + 1):
        found.append(found[-1] + gap + max((sizes[name][which] for name, cell in cells.items() if cell[which] == number), default=0.0))
    return found


def _middle(box: Bounds) -> Point:
    return box[0] + box[2] / 2, box[1] + box[3] / 2
