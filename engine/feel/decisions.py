"""Decisions of one DMN file: read once, checked, evaluated in the isolate."""

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from engine.errors import ExpressionFailed, InvalidDefinition, NotFound
from engine.feel import border, cells, dmn, syntax, table_check
from engine.feel.dmn import Decision, Problem, Table
from engine.feel.isolate import shared

_WEIGHT = 5  # evaluations that one decision may cost in time
_TRIES = 3  # an isolate that was restarted has to be given the tables again


@dataclass(frozen=True)
class Decisions:
    """The decisions of a file by id."""

    decisions: Mapping[str, Decision]

    @property
    def ids(self) -> frozenset[str]:
        return frozenset(self.decisions)

    def name(self, decision: str) -> str:
        """What the designer calls it."""
        return self._known(decision).name

    def check(self) -> tuple[Problem, ...]:
        """Overlaps, gaps, rows that never match, cells of the wrong type: LD02 to LD05."""
        return tuple(problem for decision in self.decisions.values() for problem in table_check.check(decision))

    def names(self, decision: str) -> frozenset[str]:
        """Names that the decision and those it requires read from the case."""
        self._known(decision)
        return self._names[decision]

    def decide(self, decision: str, names: Mapping[str, Any]) -> Any:
        """The result: a value, a context of several outputs, a list for the collecting policies, None without a match.

        Refuses with ExpressionFailed: two matching rows under UNIQUE, different results under ANY, errors of the texts.
        """
        needed = {name: names[name] for name in self.names(decision) if name in names}
        text, typed = border.write([self._key, decision, needed])
        for _ in range(_TRIES):
            answer = self._ask(decision, text, typed)
            if "missing" not in answer:
                return answer["value"]
            shared.call("gridloopHold", json.dumps([self._key, self._model]), weight=_WEIGHT)
        raise ExpressionFailed(f"决策“{self.name(decision)}”没有在规定时间内得出结果，请简化决策表。", decision=decision)

    def _ask(self, decision: str, text: str, typed: bool) -> dict[str, Any]:
        answer = json.loads(shared.call("gridloopDecide", text, typed, weight=_WEIGHT), object_hook=border.untag)
        if "e" in answer:
            raise ExpressionFailed(f"决策“{self.name(decision)}”无法得出结果：{answer['e']}。", decision=decision)
        found: dict[str, Any] = answer["v"]
        return found

    def _known(self, decision: str) -> Decision:
        if decision not in self.decisions:
            raise NotFound(f"没有编号为“{decision}”的决策，请检查决策文件。")
        return self.decisions[decision]

    @cached_property
    def _names(self) -> dict[str, frozenset[str]]:
        return {decision: self._collect(decision) for decision in self.decisions}

    def _collect(self, decision: str) -> frozenset[str]:
        one = self.decisions[decision]
        found = {name for text, top in _texts(one) for name in _free(text, top)}
        for required, _ in one.requires:
            found |= self._collect(required)
        return frozenset(found)

    @cached_property
    def _model(self) -> dict[str, Any]:
        return {decision.id: _as_json(decision) for decision in self.decisions.values()}

    @cached_property
    def _key(self) -> str:
        return hashlib.sha256(json.dumps(self._model, sort_keys=True).encode()).hexdigest()


def load_decisions(document: bytes) -> Decisions:
    """Refuses UnsafeInput for a dangerous file, InvalidDefinition for what cannot run; `findings` are Problems."""
    decisions = dmn.read(document)
    problems = [problem for decision in decisions.values() for problem in _syntax_problems(decision)]
    if problems:
        raise InvalidDefinition(problems)
    return Decisions(decisions)


def _texts(decision: Decision) -> Iterator[tuple[str, str]]:
    """Every FEEL text with its kind; plain values are left out."""
    table = decision.table
    if table is None:
        yield decision.text, "Expression"
        return
    yield from ((one.text, "Expression") for one in table.inputs)
    yield from ((cell.text, "UnaryTests") for rule in table.rules for cell in rule.tests if cell.parts is None)
    results = [text for rule in table.rules for text in rule.outputs] + [output.default for output in table.outputs]
    yield from ((text, "Expression") for text in results if text and cells.literal(text) is None)


def _parsed(text: str, top: str) -> syntax.Parsed:
    return syntax.parse(text) if top == "Expression" else syntax.parse_unary_tests(text)


def _free(text: str, top: str) -> frozenset[str]:
    parsed = _parsed(text, top)
    return parsed.names | parsed.inner


def _syntax_problems(decision: Decision) -> Iterator[Problem]:
    for text, top in _texts(decision):
        parsed = _parsed(text, top)
        where = f"决策“{decision.name}”的“{syntax.shorten(text)}”"
        if parsed.error is not None:
            position, hint = parsed.error
            yield Problem("LX01", "error", decision.id, f"{where}第 {position + 1} 个字符有误：{hint}")
        for name in sorted(parsed.refused):
            yield Problem("LX02", "error", decision.id, f"{where}不能使用 {name}()，请改用变量 {name}")
        for name in sorted(parsed.unknown - parsed.refused):
            yield Problem("LX02", "error", decision.id, f"{where}使用了不存在的函数“{name}”")


def _as_json(decision: Decision) -> dict[str, Any]:
    return {
        "name": decision.name,
        "type": decision.type,
        "text": decision.text,
        "requires": [{"id": required, "name": name} for required, name in decision.requires],
        "table": None if decision.table is None else _table_as_json(decision.table),
    }


def _table_as_json(table: Table) -> dict[str, Any]:
    return {
        "policy": table.policy,
        "aggregation": table.aggregation,
        "inputs": [{"text": one.text, "type": one.type} for one in table.inputs],
        "outputs": [
            {"name": one.name, "type": one.type, "default": one.default,
             "values": [part.value for part in one.values.parts or () if isinstance(part, cells.Literal)]}
            for one in table.outputs
        ],
        "rules": [{"tests": [cell.as_json() for cell in rule.tests], "outputs": list(rule.outputs)} for rule in table.rules],
    }
