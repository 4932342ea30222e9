"""One pass over a form with what is stored and what was submitted: what is visible, which choices there are, what each value is.

A condition sees only fields above it. A field that this person may not write counts with its stored value, whatever was submitted;
a hidden field counts as null. Conditions that do not depend on each other are evaluated together.
"""

import dataclasses
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from engine import feel
from engine.errors import ExpressionFailed
from engine.forms import reading
from engine.forms.loading import names_in, options_of
from engine.forms.model import REQUIRED, Field, Form, Mode, Option

MOST_ROWS = 100
_NOTHING: Mapping[str, Any] = {}


@dataclass(frozen=True)
class Given:
    """What a form is filled with: what was submitted, what is stored in the case, and the names that only expressions see."""

    values: Mapping[str, Any]
    stored: Mapping[str, Any]
    names: Mapping[str, Any]


@dataclass
class Scope:
    """Fields that share one set of keys: the form's own, or one row's."""

    around: "Scope | None" = None
    nodes: dict[str, "Node"] = dataclasses.field(default_factory=dict)

    def find(self, name: str, reader: "Node") -> "Node | None":
        """The field above the reader that bears the name; rows see the fields around their list, but not the list itself."""
        node = self.nodes.get(name)
        if node is not None and (node.number > reader.number or node is reader.inside):
            node = None
        return node or (self.around.find(name, reader) if self.around else None)


@dataclass
class Node:
    """One field at one place while the form is being filled."""

    field: Field
    path: str
    number: int
    scope: Scope
    mode: Mode
    parent: "Node | None"  # the group or list around
    inside: "Node | None"  # the list whose row this is in
    raw: Any = None
    stored: Any = None
    is_stored: bool = False  # the value is the stored one, already read
    obliged: bool = False  # required by the access profile
    children: list["Node"] = dataclasses.field(default_factory=list)
    rows: list["Row"] = dataclasses.field(default_factory=list)
    resolved: bool = False
    hidden: bool = False
    required: bool = False
    options: tuple[Option, ...] = ()
    value: Any = None
    wrong: str = ""

    @property
    def counts(self) -> bool:
        """Whether the person may write it and sees it."""
        return self.mode is Mode.WRITE and not self.hidden

    def seen(self) -> Any:
        """What an expression sees."""
        if self.hidden:
            return None
        if self.field.type == "dynamiclist" and self.mode is Mode.WRITE:
            return [row.seen() for row in self.rows]
        value = self.value if self.mode is Mode.WRITE else self.stored
        return reading.moment(value, self.field.subtype) if self.field.type == "datetime" else value


@dataclass
class Row:
    """One row of a dynamic list; `index` is its place as submitted."""

    index: int
    nodes: list[Node]

    def inputs(self) -> Iterator[Node]:
        yield from _inputs(self.nodes)

    def seen(self) -> dict[str, Any]:
        return {node.field.key: node.seen() for node in self.inputs()}


def _inputs(nodes: list[Node]) -> Iterator[Node]:
    for node in nodes:
        if node.field.type == "group":
            yield from _inputs(node.children)
        elif node.field.is_input:
            yield node


@dataclass(frozen=True)
class _Place:
    """Where components are being put: `prefix` begins their paths, `values` and `stored` are what their keys stand for there."""

    scope: Scope
    parent: Node | None
    inside: Node | None
    prefix: str
    values: Mapping[str, Any]
    stored: Mapping[str, Any]


class Filling:
    """The form with everything decided. `prefill`: what was not submitted is taken from what is stored, else from the default."""

    def __init__(self, form: Form, given: Given, rights: Mapping[str, str], *, prefill: bool) -> None:
        self._around = {**given.stored, **given.names}
        self._own = {one.key for one in form.inputs()}
        self._rights = rights
        self._prefill = prefill
        self._all: list[Node] = []
        self.nodes = self._build(form.components, _Place(Scope(), None, None, "", given.values, given.stored))
        self._resolve()

    def inputs(self) -> Iterator[Node]:
        """Fields at the top of the form, groups opened."""
        yield from _inputs(self.nodes)

    def everything(self) -> Iterator[Node]:
        """Every field, those of rows included."""
        return iter(self._all)

    def context(self, node: Node, expression: str, itself: bool = False) -> dict[str, Any]:
        """The names that an expression of this field reads."""
        return {name: self._named(node, name, itself) for name in names_in(expression)}

    def _named(self, node: Node, name: str, itself: bool) -> Any:
        if itself and name == node.field.key:
            return node.seen()
        found = node.scope.find(name, node)
        if found is not None and found is not node:
            return found.seen()
        return None if name in self._own else self._around.get(name)

    # building

    def _build(self, components: tuple[Field, ...], place: "_Place") -> list[Node]:
        return [self._node(one, place) for one in components]

    def _node(self, one: Field, place: "_Place") -> Node:
        path = f"{place.prefix}{one.key}" if one.key else ""
        node = Node(one, path, len(self._all), place.scope, self._mode(one, place.inside), place.parent, place.inside)
        self._all.append(node)
        if one.is_input:
            place.scope.nodes[one.key] = node
            self._give(node, place.values, place.stored)
        if one.type == "group":
            node.children = self._build(one.children, dataclasses.replace(place, parent=node))
        elif one.type == "dynamiclist":
            self._rows(node)
        return node

    def _mode(self, one: Field, inside: Node | None) -> Mode:
        right = self._rights.get(one.key, "") if inside is None else inside.mode
        if right == Mode.HIDDEN:
            return Mode.HIDDEN
        return Mode.READ if one.readonly or right == Mode.READ else Mode.WRITE

    def _give(self, node: Node, values: Mapping[str, Any], stored: Mapping[str, Any]) -> None:
        key = node.field.key
        node.stored = stored.get(key)
        node.obliged = node.inside is None and self._rights.get(key) == REQUIRED
        if node.mode is not Mode.WRITE:
            return
        node.raw = values.get(key)
        if self._prefill and key not in values:
            node.is_stored = node.stored is not None
            node.raw = node.stored if node.is_stored else node.field.default

    def _rows(self, node: Node) -> None:
        given = node.raw if node.mode is Mode.WRITE else node.stored
        if given is None or given == "":
            given = [{}] if self._prefill and node.mode is Mode.WRITE else []
        if not isinstance(given, list) or len(given) > MOST_ROWS or not all(isinstance(one, Mapping) for one in given):
            node.wrong = f"请逐行填写，最多 {MOST_ROWS} 行"
            return
        own = node.mode is Mode.WRITE and not node.is_stored
        for index, one in enumerate(given):
            if self._prefill or not _is_blank(one):
                values, stored = (one, _NOTHING) if own else (_NOTHING, one)
                place = _Place(Scope(node.scope), node, node, f"{node.path}.{index}.", values, stored)
                node.rows.append(Row(index, self._build(node.field.children, place)))

    # deciding

    def _resolve(self) -> None:
        waiting = self._all
        while waiting:
            ready = [node for node in waiting if self._is_ready(node)]
            self._decide(ready)
            waiting = [node for node in waiting if not node.resolved]

    def _is_ready(self, node: Node) -> bool:
        if node.parent is not None and not node.parent.resolved:
            return False
        for _, expression in _conditions(node.field):
            for name in names_in(expression):
                found = node.scope.find(name, node)
                if found is not None and found is not node and not _is_complete(found):
                    return False
        return True

    def _decide(self, nodes: list[Node]) -> None:
        for node in nodes:
            node.hidden = node.parent is not None and node.parent.hidden
        asked = [(node, what, text) for node in nodes if not node.hidden for what, text in _conditions(node.field)]
        outcomes = feel.outcomes_of([(text, self.context(node, text)) for node, _, text in asked])
        answers: dict[int, dict[str, Any]] = {}
        for (node, what, _), outcome in zip(asked, outcomes, strict=True):
            answers.setdefault(node.number, {})[what] = None if isinstance(outcome, ExpressionFailed) else outcome
        for node in nodes:
            _settle(node, answers.get(node.number, {}))


def _conditions(one: Field) -> Iterator[tuple[str, str]]:
    if one.hide:
        yield "hide", one.hide
    if one.options_from:
        yield "options", one.options_from
    if isinstance(one.rules.required, str) and one.rules.required:
        yield "required", one.rules.required


def _is_complete(node: Node) -> bool:
    return node.resolved and all(one.resolved for row in node.rows for one in row.inputs())


def _is_blank(row: Mapping[str, Any]) -> bool:
    return all(reading.is_empty(value) or value is False for value in row.values())


def _settle(node: Node, answers: Mapping[str, Any]) -> None:
    """Only true counts as true: null and a broken condition do not hide and do not oblige."""
    one = node.field
    node.resolved = True
    node.hidden = node.hidden or answers.get("hide") is True
    required = one.rules.required if isinstance(one.rules.required, bool) else answers.get("required") is True
    node.required = node.counts and (required or node.obliged)
    node.options = options_of(answers.get("options")) if one.options_from else one.options
    if not one.is_input or one.type == "dynamiclist" or not node.counts:
        return
    if node.is_stored:
        node.value = node.stored
        return
    try:
        node.value = reading.read(one, node.raw, node.options)
    except reading.Wrong as wrong:
        node.wrong = str(wrong)
