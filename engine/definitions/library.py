"""What a diagram may refer to: forms, decision tables, functions, roles, called processes, parameters."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from engine.definitions.findings import Problem
from engine.definitions.model import Model
from engine.errors import InvalidDefinition, UnsafeInput
from engine.feel import Decisions, load_decisions
from engine.feel import Problem as DecisionProblem
from engine.feel.dmn import Decision

LISTS = frozenset({"COLLECT", "RULE ORDER", "OUTPUT ORDER"})


@dataclass(frozen=True)
class Function:
    """A registered operation. `inputs`: those it knows, None where any fit; `needs`: those it cannot do without, each with its Chinese
    meaning; "a|b": one of the two."""

    inputs: frozenset[str] | None = None
    needs: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Called:
    """The latest version of a process that may be called, with the names of all its variables."""

    model: Model
    variables: frozenset[str]


@dataclass(frozen=True)
class Library:
    """`forms` by key as JSON; `decisions` file name → DMN; None for functions, roles or called: not known here, not checked.

    `key`: under which the diagram will be published. `notes`: what the importer changed. `running`: element id → how many
    running cases of the version before stand there. `parameters` of the process by name.
    """

    forms: Mapping[str, Any] = field(default_factory=dict)
    decisions: Mapping[str, bytes] = field(default_factory=dict)
    functions: Mapping[str, Function] | None = None
    roles: frozenset[str] | None = None
    called: Mapping[str, Called] | None = None
    parameters: Mapping[str, Any] = field(default_factory=dict)
    key: str | None = None
    notes: tuple[Problem, ...] = ()
    running: Mapping[str, int] = field(default_factory=dict)

    @cached_property
    def _read(self) -> tuple[dict[str, Decisions], dict[str, tuple[DecisionProblem, ...]]]:
        readable, problems = {}, {}
        for file, document in self.decisions.items():
            try:
                readable[file] = load_decisions(document)
                problems[file] = readable[file].check()
            except InvalidDefinition as refusal:
                problems[file] = refusal.findings
            except UnsafeInput as refusal:
                problems[file] = (DecisionProblem("LI03", "error", "", refusal.message),)
        return readable, problems

    @property
    def decision_problems(self) -> Mapping[str, tuple[DecisionProblem, ...]]:
        """What is wrong with each decision file."""
        return self._read[1]

    @cached_property
    def decision_index(self) -> Mapping[str, Decision]:
        """Every decision of every readable file by its id."""
        return {one.id: one for found in self._read[0].values() for one in found.decisions.values()}


def outputs_of(decision: Decision) -> tuple[str, ...]:
    """The names of the context that a decision gives; empty when it gives a single value or a list."""
    table = decision.table
    if table is None or len(table.outputs) < 2 or table.policy in LISTS:
        return ()
    return tuple(output.name for output in table.outputs)
