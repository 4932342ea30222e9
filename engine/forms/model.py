"""A form as the engine sees it: frozen, checked for shape, free of HTML."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any


class Mode(StrEnum):
    """What the person may do with a field."""

    HIDDEN = "hidden"
    READ = "read"
    WRITE = "write"


REQUIRED = "required"  # in an access profile: write, and must be filled in
RIGHTS = frozenset({*Mode, REQUIRED})

STATIC = frozenset({"text", "button", "table", "separator", "spacer"})
CHOICES = frozenset({"radio", "select", "checklist"})
LISTS = frozenset({"photo", "file", "checklist"})
INPUTS = frozenset({
    "textfield", "textarea", "number", "datetime", "checkbox", "location", "person", "signature", "dynamiclist", *CHOICES, *LISTS,
})  # fmt: skip


@dataclass(frozen=True)
class Option:
    """One choice of a list."""

    label: str
    value: str | int | float | bool


@dataclass(frozen=True)
class Rules:
    """What a value must satisfy. `min` and `max` are numbers in the field's own unit (元 for money), or FEEL (分 for money).

    `expression` is FEEL that must be true; it sees the field itself and the fields above. Counts are of rows, photos or choices.
    """

    required: bool | str = False
    min: int | float | str | None = None
    max: int | float | str | None = None
    min_length: int | None = None
    max_length: int | None = None
    pattern: str = ""
    pattern_message: str = ""
    min_count: int | None = None
    max_count: int | None = None
    not_future: bool = False
    expression: str = ""
    expression_message: str = ""


@dataclass(frozen=True)
class Field:
    """One component. `key` is empty for groups and for what only shows something.

    `hide` and `options_from` are FEEL without the leading "="; `unit` "yuan" makes a number an amount of money, kept in 分.
    `children` belong to groups and to the rows of a dynamic list. `properties` are left for the page alone.
    """

    id: str
    type: str
    key: str = ""
    label: str = ""
    description: str = ""
    text: str = ""
    readonly: bool = False
    hide: str = ""
    rules: Rules = field(default_factory=Rules)
    options: tuple[Option, ...] = ()
    options_from: str = ""
    default: Any = None
    subtype: str = ""
    digits: int | None = None
    unit: str = ""
    children: tuple["Field", ...] = ()
    properties: Mapping[str, Any] = field(default_factory=dict)

    @property
    def is_input(self) -> bool:
        return bool(self.key)

    @property
    def is_money(self) -> bool:
        return self.type == "number" and self.unit == "yuan"

    @property
    def title(self) -> str:
        """What messages call it."""
        return self.label or self.key or self.id

    def expressions(self) -> Iterator[tuple[str, str]]:
        """Every FEEL text of the field with what it decides, in Chinese."""
        named = (
            ("隐藏条件", self.hide), ("选项来源", self.options_from), ("校验表达式", self.rules.expression),
            ("必填条件", self.rules.required), ("最小值", self.rules.min), ("最大值", self.rules.max),
        )  # fmt: skip
        yield from ((name, text) for name, text in named if isinstance(text, str) and text)


@dataclass(frozen=True)
class Form:
    """A form: its components in order, and access profiles (profile → key → hidden, read, write or required)."""

    id: str
    title: str
    components: tuple[Field, ...]
    access: Mapping[str, Mapping[str, str]] = field(default_factory=dict)

    def inputs(self) -> Iterator[Field]:
        """Fields that carry a value at the top of the form, groups opened."""
        yield from opened(self.components)


def opened(components: tuple[Field, ...]) -> Iterator[Field]:
    """Fields with a key, those inside groups included, those inside rows not."""
    for one in components:
        if one.is_input:
            yield one
        elif one.type == "group":
            yield from opened(one.children)


@dataclass(frozen=True)
class FormProblem:
    """Something a form designer should mend. `field` is the component's key or id; `severity` is "error" or "warning"."""

    field: str
    message: str
    severity: str = "error"
    rule: str = "LF03"


@dataclass(frozen=True)
class FieldState:
    """A component as it is to be shown now.

    `value` is what to put into the input: what the person typed, else what is stored, else the default; money in 元.
    `children` are the components of a group; of a dynamic list, its rows: states of type "row" with children of their own.
    """

    field: Field
    path: str
    mode: Mode
    required: bool = False
    value: Any = None
    options: tuple[Option, ...] = ()
    children: tuple["FieldState", ...] = ()

    @property
    def key(self) -> str:
        return self.field.key

    @property
    def type(self) -> str:
        return self.field.type

    @property
    def label(self) -> str:
        return self.field.label

    @property
    def description(self) -> str:
        return self.field.description
