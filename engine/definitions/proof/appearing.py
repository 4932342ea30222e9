"""Fields of a form that never appear: hidden with every value that the fields above and the steps before can give."""

from collections.abc import Iterator, Mapping
from itertools import product
from typing import Any

from engine.definitions.library import Library
from engine.definitions.model import Model
from engine.definitions.proof.conditions import ELSE, NOTHING, TRUE, Condition, condition, truths
from engine.definitions.proof.values import WIDEST, kinds_of
from engine.definitions.proof.writers import Anything, given, of_form, writings

Known = Mapping[str, frozenset[str] | None]


def never_shown(model: Model, library: Library, form: str) -> Iterator[tuple[str, str, str]]:
    """(key, label, hiding condition) of every field that no values let appear. What is always hidden in plain words is left out."""
    document = library.forms[form]
    known = _known(model, library, document)
    for component in _fields(document):
        rules = component.get("conditional")
        text = rules.get("hide") if isinstance(rules, Mapping) else None
        if isinstance(text, str) and text.startswith("="):
            asked = condition(text.removeprefix("="))
            if asked.tests and _always(asked, known):
                key = str(component.get("key") or "")
                yield key, str(component.get("label") or key), text.removeprefix("=").strip()


def _known(model: Model, library: Library, document: Any) -> Known:
    """Every value that a variable can have when this form is open; None for any."""
    found = given(model, library)
    own = {one.variable: one for one in of_form(document, None)}
    written = [one for node in model.each() for one in writings(node, library)]
    for one in (*own.values(), *written):
        before = found.get(one.variable, frozenset()) if not isinstance(found, Anything) else None
        found[one.variable] = None if one.values is None or before is None else one.values | before
    return found


def _always(asked: Condition, known: Known) -> bool:
    names = sorted({test.name for test in asked.tests})
    choices = [_kinds(name, asked, known) for name in names]
    size = 1
    for kinds in choices:
        size *= len(kinds)
    return size <= WIDEST and all(truths(asked, dict(zip(names, values, strict=True))) == {TRUE} for values in product(*choices))


def _kinds(name: str, asked: Condition, known: Known) -> frozenset[str]:
    """As the condition tells them apart; nothing is always possible, since a field may not be filled in yet."""
    kinds, values = kinds_of(name, [asked]), known.get(name)
    if values is None:
        return kinds
    open_box = {"false"} if "true" in values else set()
    return frozenset({value if value in kinds else ELSE for value in values} | open_box | {NOTHING})


def _fields(document: Any) -> Iterator[Mapping[str, Any]]:
    """Fields and groups, without the rows of lists: those see the fields of their row."""
    pending = [document] if isinstance(document, Mapping) else []
    while pending:
        inner = pending.pop().get("components")
        for one in inner if isinstance(inner, list) else ():
            if isinstance(one, Mapping):
                yield one
                if one.get("type") == "group":
                    pending.append(one)
