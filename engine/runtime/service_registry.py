"""The functions that a service task may name: everything public in `engine/<room>/service_tasks.py`, as `room.function`.

Two shapes. `call(payload)` reaches the outside and runs outside any transaction, at least once; `payload["job"]` is the same key at
every attempt, for the other side to know a repetition by. `record(c, payload)` writes tables of its own room and runs inside the
finishing turn, exactly once. Both answer a plain mapping; neither sees tokens.
"""

import functools
import importlib
import inspect
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType, ModuleType
from typing import Any

from sqlalchemy import Connection

from engine import definitions

ROOMS = Path(__file__).parents[1]
MODULE = "service_tasks"
CHECKS = "step_checks"
ACTS = "step_acts"
Check = Callable[[Connection, Mapping[str, Any]], None]
Act = Callable[[Connection, Mapping[str, Any]], Mapping[str, Any]]
_standing_in: ContextVar[Mapping[str, Callable[..., Any]]] = ContextVar("standing_in", default=MappingProxyType({}))


class BusinessError(Exception):
    """The outside says no, and the diagram has drawn what then: caught by the error event with this code."""

    def __init__(self, code: str, message: str = "") -> None:
        super().__init__(message or code)
        self.code, self.message = code, message


@dataclass(frozen=True)
class Function:
    """One function by its name. `in_turn` functions are given the connection of the finishing turn."""

    name: str
    run: Callable[..., Mapping[str, Any]]
    in_turn: bool


def function(name: str, run: Callable[..., Mapping[str, Any]]) -> Function:
    """A function with its shape told from its parameters."""
    return Function(name, run, in_turn=len(inspect.signature(run).parameters) == 2)


@functools.cache
def functions() -> Mapping[str, Function]:
    """All functions of all rooms."""
    rooms = sorted(path.parent.name for path in ROOMS.glob(f"*/{MODULE}.py"))
    return {one.name: one for room in rooms for one in _of(room)}


def declared() -> dict[str, definitions.Function]:
    """The same names as the linter wants them, so that a diagram that asks for an unknown function is refused."""
    known = needs()
    return {name: definitions.Function(needs=known.get(name, {})) for name in (*functions(), *checks(), *acts())}


@functools.cache
def needs() -> Mapping[str, Mapping[str, str]]:
    """What a function cannot do without, as `NEEDS` beside it says: input → its meaning in Chinese."""
    rooms = {name.partition(".")[0] for name in functions()}
    said = {room: getattr(importlib.import_module(f"engine.{room}.{MODULE}"), "NEEDS", {}) for room in sorted(rooms)}
    return {f"{room}.{name}": inputs for room, known in said.items() for name, inputs in known.items()}


@functools.cache
def checks() -> Mapping[str, Check]:
    """What a user task may name as its own check (gl:check): everything public in `engine/<room>/step_checks.py`, as `room.check`.

    A check is given the case, the person, the element and its documents, the checked values and the variables; it raises to refuse.
    """
    return _named(CHECKS)


@functools.cache
def acts() -> Mapping[str, Act]:
    """What a user task may do in its own room when it is submitted (gl:act): everything public in `engine/<room>/step_acts.py`.

    An act is given what a check is given and, as `done`, what the acts before it answered. It writes in the submission's own
    transaction and answers JSON for the step's result variable; what it raises refuses the submission.
    """
    return _named(ACTS)


def check(name: str) -> Check:
    """The check of that name, or what stands in for it here."""
    return _standing_in.get().get(name) or checks()[name]


def act(name: str) -> Act:
    """The act of that name, or what stands in for it here."""
    return _standing_in.get().get(name) or acts()[name]


@contextmanager
def standing_in(others: Mapping[str, Callable[..., Any]]) -> Iterator[None]:
    """Within this block these checks and acts are done in place of those of the same names: for a sandbox that has no files."""
    token = _standing_in.set(others)
    try:
        yield
    finally:
        _standing_in.reset(token)


def _named(module: str) -> dict[str, Callable[..., Any]]:
    rooms = sorted(path.parent.name for path in ROOMS.glob(f"*/{module}.py"))
    return {f"{room}.{name}": run for room in rooms for name, run in _public(importlib.import_module(f"engine.{room}.{module}"))}


def _public(module: ModuleType) -> list[tuple[str, Callable[..., Any]]]:
    own = inspect.getmembers(module, inspect.isfunction)
    return [(name, run) for name, run in own if not name.startswith("_") and run.__module__ == module.__name__]


def _of(room: str) -> list[Function]:
    module = importlib.import_module(f"engine.{room}.{MODULE}")
    return [function(f"{room}.{name}", run) for name, run in _public(module)]
