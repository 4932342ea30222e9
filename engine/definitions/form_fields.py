"""The fields of a form document, as far as a diagram cares: which variables it writes and of what type."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

TYPES = {
    "textfield": "text", "textarea": "text", "radio": "text", "select": "text", "person": "text", "number": "number",
    "checkbox": "boolean", "checklist": "list", "dynamiclist": "list", "photo": "list", "file": "list", "location": "context",
    "signature": "context", "datetime": "date",
}
DATETIME_TYPES = {"date": "date", "time": "time", "datetime": "dateTime"}


@dataclass(frozen=True)
class FormField:
    """A field that becomes a variable. `type` is text, number, boolean, date, time, dateTime, list or context; "" when unknown.

    `yuan`: shown as money in 元, kept in 分.
    """

    key: str
    label: str
    type: str
    yuan: bool = False


def form_fields(form: Any) -> Iterator[FormField]:
    """The fields at the top of a form, groups opened; a broken document gives fewer fields, the form's own check says why."""
    if not isinstance(form, Mapping):
        return
    pending = [form]
    while pending:
        components = pending.pop().get("components")
        for component in components if isinstance(components, list) else ():
            if not isinstance(component, Mapping):
                continue
            key = component.get("key") or component.get("path")
            if component.get("type") == "group":
                pending.append(component)
            elif isinstance(key, str) and component.get("type") in TYPES:
                yield FormField(key, str(component.get("label") or key), _type(component), component.get("unit") == "yuan")


def _type(component: Mapping[str, Any]) -> str:
    kind = str(component.get("type"))
    return DATETIME_TYPES.get(str(component.get("subtype") or "date"), "") if kind == "datetime" else TYPES[kind]


def written(form: Any, profile: str | None) -> Iterator[FormField]:
    """The fields that this access profile lets the person write."""
    access = form.get("access") if isinstance(form, Mapping) else None
    rights = access.get(profile) if isinstance(access, Mapping) and profile else None
    for field in form_fields(form):
        right = rights.get(field.key, "write") if isinstance(rights, Mapping) else "write"
        if right not in ("hidden", "read"):
            yield field
