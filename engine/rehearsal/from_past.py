"""An example from closed cases: one for each way that cases went. What could tell who it was is left out."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from engine.clock import local
from engine.forms import Form
from engine.rehearsal import sample_town
from engine.rehearsal.past import Past
from engine.rehearsal.scenarios import Scenario, Step
from engine.rehearsal.stage import BEGIN

WEEK = dt.timedelta(weeks=1)
TOLD = ("radio", "select", "checklist", "checkbox", "number", "datetime")
"""Kinds of fields whose values say nothing of a person; everything else is left out, or written as LEFT_OUT where it is demanded."""
WORDS = ("textfield", "textarea")
LEFT_OUT = "（略）"


@dataclass(frozen=True)
class Way:
    """A way that closed cases went: the steps in order, how many went it, and the case that went it last."""

    steps: tuple[str, ...]
    number: int
    newest: Past


def ways(pasts: Sequence[Past]) -> list[Way]:
    """The ways of these cases, the most frequent first. Cases that cannot be played again are left out."""
    found: dict[tuple[str, ...], list[Past]] = {}
    for one in pasts:
        if not one.odd:
            found.setdefault(tuple(act.name for act in one.acts), []).append(one)
    return sorted((Way(steps, len(cases), cases[0]) for steps, cases in found.items()), key=lambda way: -way.number)


def example(way: Way, name: str, start: tuple[Form | None, str], forms: Mapping[str, Form]) -> Scenario:
    """The lines of the case that went this way last. `start`: the start form and the role that starts; `forms` by element."""
    one = way.newest
    shift = _whole_weeks(dt.datetime.fromisoformat(one.began))
    met: dict[str, str] = {}
    form, role = start
    first = _told(form, one.values, met)
    lines: list[Step] = [_at(one.began, shift), ("上报", {"岗位": role, **({"表单": first} if first else {})})]
    for act in one.acts:
        values = _told(forms.get(act.element), act.values, met)
        lines += [_at(act.at, shift), ("办理", {"岗位": act.role or role, "事项": act.name, **({"表单": values} if values else {})})]
    return Scenario(name, tuple(lines))


def _whole_weeks(moment: dt.datetime) -> dt.timedelta:
    """How far a case is moved so that it does not begin before the town does: whole weeks, so that days of the week stay."""
    behind = BEGIN - moment
    return WEEK * -(-behind // WEEK) if behind > dt.timedelta(0) else dt.timedelta(0)


def _at(moment: str, shift: dt.timedelta) -> Step:
    return "到", f"{local(dt.datetime.fromisoformat(moment) + shift):%Y-%m-%d %H:%M}"


def _told(form: Form | None, values: Mapping[str, Any], met: dict[str, str]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for one in form.inputs() if form else ():
        value = values.get(one.key)
        if value in (None, "", []):
            continue
        if one.type in TOLD:
            found[one.key] = _typed(one.is_money, value)
        elif one.type in WORDS:
            found[one.key] = LEFT_OUT
        elif one.type == "person":
            found[one.key] = _stand_in(str(value), str(one.properties.get("role") or "case_officer"), met)
    return found


def _typed(money: bool, value: Any) -> Any:
    """As a person types it: 元 instead of 分."""
    return f"{int(value) / 100:.2f}" if money and isinstance(value, int) else value


def _stand_in(person: str, role: str, met: dict[str, str]) -> str:
    free = [key for key, (_, held, _) in sample_town.people().items() if held == role]
    unused = [key for key in free if key not in met.values()] or free
    return met.setdefault(person, unused[0] if unused else person)
