"""What a step's form holds, in the words the form shows: labels of choices, names of people, days, amounts."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Connection

from engine import definitions
from engine.documents import shown
from engine.forms.model import Field, Form
from engine.people import directory
from engine.runtime import case as cases

TIMED = ("datetime", "time")
DAYS = "days"
"""The field with a number of days; documents write it with its unit."""
DEADLINE = "deadline"
"""A deadline that is a number of days begins when the document is received."""


def words(c: Connection, instance_id: int, element: str, values: Mapping[str, Any]) -> dict[str, Any]:
    """Every value as text, rows as rows of text. Values that the form does not know are shown as they are.

    A field whose key cannot be the documents' own name for it ("time" is a word of FEEL) says that name as its property "document".
    """
    form = form_of(c, instance_id, element)
    known = {one.key: one for one in form.inputs()} if form else {}
    people = directory.names(c, [str(value) for key, value in values.items() if key in known and known[key].type == "person" and value])
    found = {_called(known.get(key), key): _shown(known.get(key), value, people) for key, value in values.items()}
    for name, text in ((DAYS, "{}日"), (DEADLINE, "收到本文书次日起{}日期满")):
        if str(found.get(name, "")).isdecimal():
            found[name] = text.format(found[name])
    return found


def named(c: Connection, instance_id: int, element: str, values: Mapping[str, Any]) -> dict[str, Any]:
    """The values as they are, under the documents' own names."""
    form = form_of(c, instance_id, element)
    known = {one.key: one for one in form.inputs()} if form else {}
    return {_called(known.get(key), key): value for key, value in values.items()}


def _called(field: Field | None, key: str) -> str:
    return str(field.properties.get("document") or key) if field is not None else key


def form_of(c: Connection, instance_id: int, element: str) -> Form | None:
    """The form of a step of a case, None when it has none."""
    if not element:
        return None
    deployed = definitions.load(c, cases.peeked(c, instance_id).row.definition_id)
    step = deployed.spec.elements.get(element)
    return deployed.forms.get(str(step.gl.get("formRef") or "")) if step is not None else None


def _shown(field: Field | None, value: Any, people: Mapping[str, str]) -> Any:
    if value is None:
        return ""
    if field is None:
        return _plain(value)
    if field.type == "dynamiclist" and isinstance(value, Sequence):
        inside = {one.key: one for one in field.children if one.key}
        return [{key: _shown(inside.get(key), one, people) for key, one in row.items()} for row in value if isinstance(row, Mapping)]
    if field.is_money and isinstance(value, int):
        return shown.amount(value) or "0元"
    if field.type == "person":
        return people.get(str(value), str(value))
    if field.type == "datetime":
        return shown.moment(value) if field.subtype in TIMED else shown.day(value)
    return chosen(field, value)


def chosen(field: Field, value: Any) -> Any:
    """The label of a choice, the labels of several; what the field does not offer as it is."""
    labels = {option.value: option.label for option in field.options}
    if field.type in ("radio", "select"):
        return labels.get(value, _plain(value))
    if field.type == "checklist" and isinstance(value, Sequence):
        return "、".join(str(labels.get(one, one)) for one in value)
    return _plain(value)


def _plain(value: Any) -> Any:
    """Words for what no field explains: yes and no, days, rows, places."""
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, int | float):
        return str(value)
    if isinstance(value, str):
        return shown.moment(value) if len(value) >= len("2026-03-02") and value[:4].isdigit() and value[4:5] == "-" else value
    if isinstance(value, Mapping):
        return str(value.get("address") or "") if "address" in value else {str(key): _plain(one) for key, one in value.items()}
    if isinstance(value, Sequence):
        return [_plain(one) for one in value]
    return str(value)


