"""A start form outside of a step: its fields as they are to be shown, and the people whom its fields may name."""

import dataclasses
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from engine import clock, forms
from engine.definitions import Deployed
from engine.forms import Field, FieldState, Form, Option
from engine.people import Participant

HINTS = {"item": "只列出本镇街现在有权处罚的事项。清单里没有的不能立案：从上报的问题来的，在原事项里选择移送；"
                 "已经登记的案件，在案卷的“关联”里发起案件移送。"}
"""What stands below a field that offers what the town has."""


def start_form(deployed: Deployed) -> Form | None:
    """The form with which a process is begun."""
    return deployed.forms.get(deployed.start_form or "")


def names_people(deployed: Deployed) -> bool:
    """Whether its start form asks for a person."""
    form = start_form(deployed)
    return form is not None and _names_people(form.components)


def _names_people(fields: Iterable[Field]) -> bool:
    return any(one.type == "person" or _names_people(one.children) for one in fields)


def states_of(deployed: Deployed, typed: Mapping[str, Any], choices: Mapping[str, tuple[Option, ...]] | None = None,
              known: Mapping[str, Any] | None = None) -> tuple[FieldState, ...]:
    """Its fields with what was typed. `choices`: fields that offer what the town has; `known`: what expressions may read."""
    form = start_form(deployed)
    if form is None:
        return ()
    names = {"now": clock.now(), "today": clock.today(), "param": deployed.parameters, **(known or {})}
    states = forms.fields(form, typed, access=deployed.start_access, stored={}, names=names)
    return tuple(_offering(states, choices or {}))


def _offering(states: Iterable[FieldState], choices: Mapping[str, tuple[Option, ...]]) -> Iterator[FieldState]:
    for state in states:
        if choices.get(state.key):
            field = dataclasses.replace(state.field, type="select", description=HINTS.get(state.key, state.field.description))
            yield dataclasses.replace(state, field=field, options=choices[state.key])
        elif state.children and state.type == "group":
            yield dataclasses.replace(state, children=tuple(_offering(state.children, choices)))
        else:
            yield state


def people_words(people: Iterable[Participant]) -> dict[str, Any]:
    """For fields that name a person: whom to choose from, and the names of those chosen."""
    everybody = tuple(people)
    names = {one.id: one.name for one in everybody}

    def people_for(state: FieldState) -> list[tuple[str, str]]:
        role = state.field.properties.get("role")
        return [(one.id, f"{one.name}（{one.posts[0].title}）") for one in everybody if not role or one.has(str(role))]
    return {"people_for": people_for, "person_name": lambda value: names.get(value, value or "—")}
