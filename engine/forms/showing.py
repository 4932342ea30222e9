"""What a page shows of a form now: for each component whether it is there, whether it can be written, and what stands in it."""

from collections.abc import Mapping
from typing import Any

from engine.forms.filling import Filling, Given, Node
from engine.forms.model import Field, FieldState, Form, Mode

_NOTHING: Mapping[str, Any] = {}


def fields(
    form: Form, values: Mapping[str, Any] = _NOTHING, *, access: str | None = None,
    stored: Mapping[str, Any] = _NOTHING, names: Mapping[str, Any] = _NOTHING,
) -> list[FieldState]:  # fmt: skip
    """The components in order, hidden ones with mode HIDDEN. `values` is what the person has typed so far, unchecked.

    A profile that the form does not have lets nothing be written.
    """
    rights = form.access.get(access, dict.fromkeys((one.key for one in form.inputs()), Mode.READ.value)) if access else {}
    filling = Filling(form, Given(values if isinstance(values, Mapping) else {}, stored, names), rights, prefill=True)
    return [_state(node) for node in filling.nodes]


def _state(node: Node) -> FieldState:
    mode = Mode.HIDDEN if node.hidden else node.mode
    if node.field.type == "group":
        children = tuple(_state(child) for child in node.children)
    else:
        children = tuple(_row(node, row.index, row.nodes) for row in node.rows)
    return FieldState(node.field, node.path, mode, node.required, _shown(node), node.options, children)


def _row(node: Node, index: int, nodes: list[Node]) -> FieldState:
    row = Field(id=f"{node.field.id}.{index}", type="row", label=f"{node.field.label} {index + 1}".strip())
    return FieldState(row, f"{node.path}.{index}", node.mode, children=tuple(_state(child) for child in nodes))


def _shown(node: Node) -> Any:
    if node.mode is Mode.HIDDEN or node.hidden or node.field.type == "dynamiclist":
        return None
    is_typed = node.mode is Mode.WRITE and not node.is_stored
    value = node.raw if is_typed else node.stored
    return yuan(value) if node.field.is_money and not is_typed else value


def yuan(amount: Any) -> Any:
    """Stored 分 as the 元 that people type: 1250 → "12.50". Other things stay as they are."""
    if isinstance(amount, bool) or not isinstance(amount, int):
        return amount
    return f"{'-' if amount < 0 else ''}{abs(amount) // 100}.{abs(amount) % 100:02d}"
