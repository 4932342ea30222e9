"""A small picture of a diagram, drawn from where its elements are placed: shapes, flows and names, nothing that could run."""

from collections.abc import Iterator
from xml.sax.saxutils import escape

from lxml import etree

from engine.definitions.guard import local_name, open_bpmn
from engine.definitions.layout import DD, DI, Box, Layout

MARGIN = 12.0
MOST = 2000
ROW = 7  # characters of a name in one line
GATES = {"parallelGateway": "+", "inclusiveGateway": "○", "exclusiveGateway": "×", "eventBasedGateway": "◇", "complexGateway": "＊"}


def svg(document: bytes) -> str:
    """The picture as SVG text; what is not drawn in the file is not in the picture. Raises UnsafeInput."""
    root = open_bpmn(document)
    layout = Layout(root)
    elements = {str(one.get("id")): one for one in root.iter(etree.Element) if one.get("id")}
    drawn = [(elements[str(shape.get("bpmnElement"))], box) for shape in list(root.iter(f"{{{DI}}}BPMNShape"))[:MOST]
             if str(shape.get("bpmnElement")) in elements and (box := layout.box(str(shape.get("bpmnElement")))) is not None]
    edges = [_points(edge) for edge in list(root.iter(f"{{{DI}}}BPMNEdge"))[:MOST]]
    xs = [x for _, box in drawn for x in (box.x, box.x + box.width)] + [x for points in edges for x, _ in points] or [0.0]
    ys = [y for _, box in drawn for y in (box.y, box.y + box.height + 20)] + [y for points in edges for _, y in points] or [0.0]
    left, top = min(xs) - MARGIN, min(ys) - MARGIN
    width, height = max(xs) - left + MARGIN, max(ys) - top + MARGIN
    body = "".join([*map(_line, edges), *(part for element, box in drawn for part in _shape(element, box))])
    return (f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="{left:g} {top:g} {width:g} {height:g}" '
            f'width="{width:g}" height="{height:g}" '
            f'font-family="sans-serif" font-size="12" fill="none" stroke="#334" stroke-width="1.5">{ARROW}{body}</svg>')


ARROW = ('<defs><marker id="a" viewBox="0 0 8 8" refX="8" refY="4" markerWidth="7" markerHeight="7" orient="auto">'
         '<path d="M0 0L8 4L0 8z" fill="#334" stroke="none"/></marker></defs>')


def _points(edge: etree._Element) -> list[tuple[float, float]]:
    found = []
    for one in edge.findall(f"{{{DD}}}waypoint"):
        try:
            found.append((float(one.get("x") or "0"), float(one.get("y") or "0")))
        except ValueError:
            continue
    return found


def _line(points: list[tuple[float, float]]) -> str:
    return f'<polyline points="{" ".join(f"{x:g},{y:g}" for x, y in points)}" marker-end="url(#a)"/>' if points else ""


def _shape(element: etree._Element, box: Box) -> Iterator[str]:
    tag, middle = local_name(element), (box.x + box.width / 2, box.y + box.height / 2)
    name = " ".join(str(element.get("name") or "").split())
    if tag.endswith("Event"):
        thick = 3 if tag == "endEvent" else 1.5
        yield f'<circle cx="{middle[0]:g}" cy="{middle[1]:g}" r="{box.width / 2:g}" fill="#fff" stroke-width="{thick:g}"/>'
        if tag in ("boundaryEvent", "intermediateCatchEvent", "intermediateThrowEvent"):
            yield f'<circle cx="{middle[0]:g}" cy="{middle[1]:g}" r="{max(1.0, box.width / 2 - 3):g}"/>'
        yield _words(name, middle[0], box.y + box.height + 13)
    elif tag in GATES:
        x, y, w, h = box.x, box.y, box.width, box.height
        yield f'<path d="M{x + w / 2:g} {y:g}L{x + w:g} {y + h / 2:g}L{x + w / 2:g} {y + h:g}L{x:g} {y + h / 2:g}z" fill="#fff"/>'
        yield _words(GATES[tag], middle[0], middle[1] + 4) + _words(name, middle[0], y - 6)
    else:
        lane = tag in ("participant", "lane", "group", "subProcess", "transaction", "adHocSubProcess", "textAnnotation")
        yield (f'<rect x="{box.x:g}" y="{box.y:g}" width="{box.width:g}" height="{box.height:g}" rx="{0 if lane else 8}" '
               f'fill="{"none" if lane else "#fff"}"/>')
        rows = [name[start:start + ROW] for start in range(0, min(len(name), 4 * ROW), ROW)]
        for number, row in enumerate(rows):
            yield _words(row, middle[0], (box.y + 14 if lane else middle[1] + 4 + (number - (len(rows) - 1) / 2) * 15))


def _words(text: str, x: float, y: float) -> str:
    return f'<text x="{x:g}" y="{y:g}" text-anchor="middle" fill="#223" stroke="none">{escape(text[:30])}</text>' if text else ""
