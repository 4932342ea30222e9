"""The drawn half of a BPMN file, as far as an import changes it: a shape for a new gateway, an edge for a new flow."""

from dataclasses import dataclass

from lxml import etree

DI = "http://www.omg.org/spec/BPMN/20100524/DI"
DC = "http://www.omg.org/spec/DD/20100524/DC"
DD = "http://www.omg.org/spec/DD/20100524/DI"
GATEWAY, GAP = 50.0, 25.0  # pixels


@dataclass(frozen=True)
class Box:
    """Bounds of a shape in pixels."""

    x: float
    y: float
    width: float
    height: float

    @property
    def right(self) -> tuple[float, float]:
        """The middle of its right side, where a flow leaves."""
        return self.x + self.width, self.y + self.height / 2

    @property
    def left(self) -> tuple[float, float]:
        """The middle of its left side, where a flow arrives."""
        return self.x, self.y + self.height / 2


class Layout:
    """Shapes and edges of one file. Elements that are not drawn stay undrawn."""

    def __init__(self, root: etree._Element) -> None:
        self._shapes = {str(one.get("bpmnElement")): one for one in root.iter(f"{{{DI}}}BPMNShape")}
        self._edges = {str(one.get("bpmnElement")): one for one in root.iter(f"{{{DI}}}BPMNEdge")}

    def box(self, element_id: str) -> Box | None:
        """Where an element is drawn; None when it is not, or its numbers are no numbers."""
        shape = self._shapes.get(element_id)
        bounds = None if shape is None else shape.find(f"{{{DC}}}Bounds")
        if bounds is None:
            return None
        try:
            x, y, width, height = (float(bounds.get(name) or "0") for name in ("x", "y", "width", "height"))
        except ValueError:
            return None
        return Box(x, y, width, height)

    def gateway_behind(self, element_id: str, gateway_id: str) -> None:
        """Draw a gateway to the right of an element."""
        box = self.box(element_id)
        if box is None:
            return
        x, middle = box.right
        shape = self._beside(element_id, "BPMNShape", gateway_id)
        etree.SubElement(shape, f"{{{DC}}}Bounds", x=f"{x + GAP:g}", y=f"{middle - GATEWAY / 2:g}", width="50", height="50")
        self._shapes[gateway_id] = shape

    def edge(self, flow_id: str, source: str, target: str) -> None:
        """Draw a straight flow between two drawn elements."""
        start, end = self.box(source), self.box(target)
        if start is None or end is None:
            return
        edge = self._beside(source, "BPMNEdge", flow_id)
        for x, y in (start.right, end.left):
            etree.SubElement(edge, f"{{{DD}}}waypoint", x=f"{x:g}", y=f"{y:g}")

    def leave_from(self, flow_id: str, source: str) -> None:
        """Move the beginning of a drawn flow to another element."""
        edge, box = self._edges.get(flow_id), self.box(source)
        first = None if edge is None else edge.find(f"{{{DD}}}waypoint")
        if first is not None and box is not None:
            x, y = box.right
            first.set("x", f"{x:g}")
            first.set("y", f"{y:g}")

    def _beside(self, element_id: str, tag: str, drawn_id: str) -> etree._Element:
        shape = self._shapes[element_id]
        new = etree.Element(f"{{{DI}}}{tag}", id=f"{drawn_id}_di", bpmnElement=drawn_id)
        shape.addnext(new)
        return new
