"""A property about the order of acts as a small automaton that watches one way through a process.

Its states: "off" (nothing asked), "open" (something is owed), "done", "maybe" (a called process that is not known here may have done
it). The order inside one step that is several acts: what takes an act back, then what is asked for first, then what asks for it;
a step that asks and takes back (each session needs a notice of its own) takes back last.
"""

from collections.abc import Callable
from typing import NamedTuple

from engine.definitions.lawful.vocabulary import Property

OFF, OPEN, DONE, MAYBE = "off", "open", "done", "maybe"
VIOLATED, UNPROVED = "violated", "unproved"


class Event(NamedTuple):
    """What happens on a way. `excused`: the way of a choice that only cases take which do not need the act. `unknown`: a call of a
    process that is not here. `optional`: it may also not happen."""

    acts: frozenset[str] = frozenset()
    excused: bool = False
    unknown: bool = False
    optional: bool = False


class Monitor(NamedTuple):
    """`step` gives the next state and what is wrong, if anything; `last` what is wrong when the case ends in a state."""

    start: str
    step: Callable[[str, Event], tuple[str, str]]
    last: Callable[[str], str]


def monitor(asked: Property) -> Monitor:
    """The automaton of a property."""
    making = {"precedence": _precedence, "response": _response, "exclusion": _exclusion}[asked.pattern]
    return making(asked)


def _precedence(asked: Property) -> Monitor:
    def step(state: str, event: Event) -> tuple[str, str]:
        asks, again = bool(event.acts & asked.then), bool(event.acts & asked.reset)
        if again and not asks:
            state = OPEN
        if event.excused or event.acts & asked.first:
            state = DONE
        elif event.unknown and state == OPEN:
            state = MAYBE
        wrong = {OPEN: VIOLATED, MAYBE: UNPROVED}.get(state, "") if asks else ""
        return OPEN if again and asks else state, wrong

    return Monitor(DONE if asked.held else OPEN, step, lambda state: "")


def _response(asked: Property) -> Monitor:
    def step(state: str, event: Event) -> tuple[str, str]:
        if event.acts & asked.after:
            state = OPEN
        if event.excused or event.acts & asked.then:
            state = OFF
        elif event.unknown and state == OPEN:
            state = MAYBE
        return state, ""

    return Monitor(OPEN if asked.held else OFF, step, lambda state: {OPEN: VIOLATED, MAYBE: UNPROVED}.get(state, ""))


def _exclusion(asked: Property) -> Monitor:
    def step(state: str, event: Event) -> tuple[str, str]:
        wrong = VIOLATED if state == OPEN and event.acts & asked.then else ""
        if event.acts & asked.reset:
            state = OFF
        return (OPEN if event.acts & asked.after else state), wrong

    return Monitor(OFF, step, lambda state: "")
