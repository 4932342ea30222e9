"""Evaluating FEEL: many expressions in one crossing into V8, because a crossing costs as much as dozens of evaluations."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from engine.errors import ExpressionFailed
from engine.feel import border, syntax
from engine.feel.isolate import shared

Job = tuple[str, Mapping[str, Any]]
Outcome = Any | ExpressionFailed
MOST_RUNAWAYS = 5
"""Expressions of one batch that may run into their limits."""


def evaluate(expression: str, names: Mapping[str, Any]) -> Any:
    """The value of one expression; null for unknown names and wrong types, as FEEL has it.

    Refuses with ExpressionFailed: syntax errors, today() and now(), results that are functions, too much time or memory.
    """
    return evaluate_many([(expression, names)])[0]


def evaluate_many(jobs: Sequence[Job]) -> list[Any]:
    """The values of several expressions, or the first one's refusal."""
    outcomes = outcomes_of(jobs)
    for outcome in outcomes:
        if isinstance(outcome, ExpressionFailed):
            raise outcome
    return outcomes


def outcomes_of(jobs: Sequence[Job]) -> list[Outcome]:
    """For each expression its value or its refusal, so that one broken expression does not stop the others."""
    outcomes: list[Outcome] = [None] * len(jobs)
    ready: list[tuple[int, list[Any]]] = []
    for index, (expression, names) in enumerate(jobs):
        try:
            ready.append((index, [syntax.require(expression), _needed(expression, names)]))
        except ExpressionFailed as refusal:
            outcomes[index] = refusal
    if ready:
        for (index, _), outcome in zip(ready, _cross([job for _, job in ready]), strict=True):
            outcomes[index] = outcome
    return outcomes


def _needed(expression: str, names: Mapping[str, Any]) -> dict[str, Any]:
    parsed = syntax.parse(expression)
    wanted = parsed.names | parsed.inner | (parsed.functions & syntax.OURS)
    return {name: names[name] for name in wanted if name in names}


def _cross(jobs: list[list[Any]]) -> list[Outcome]:
    alone = len(jobs) == 1
    try:
        text, typed = border.write(jobs)
        answer = shared.call("gridloopEvaluate", text, typed, weight=len(jobs), again=alone)
    except ExpressionFailed as refusal:
        if alone:
            return [ExpressionFailed(f"表达式“{syntax.shorten(jobs[0][0])}”：{refusal.message}", **refusal.detail)]
        return _one_by_one(jobs)  # one runaway or unreadable job spoils only itself
    answers = json.loads(answer, object_hook=border.untag)
    return [_outcome(job[0], answer) for job, answer in zip(jobs, answers, strict=True)]


def _one_by_one(jobs: list[list[Any]]) -> list[Outcome]:
    """Each for itself. After some runaways the rest is refused unseen: a form full of them would keep everybody else waiting."""
    outcomes: list[Outcome] = []
    runaways = 0
    for job in jobs:
        if runaways >= MOST_RUNAWAYS:
            outcomes.append(ExpressionFailed(f"表达式“{syntax.shorten(job[0])}”没有计算：同时计算的已有 {runaways} 个超时。请先简化它们。"))
            continue
        (outcome,) = _cross([job])
        runaways += isinstance(outcome, ExpressionFailed) and outcome.detail.get("cause") in ("timeout", "memory")
        outcomes.append(outcome)
    return outcomes


def _outcome(expression: str, answer: dict[str, Any]) -> Outcome:
    if "e" in answer:
        return ExpressionFailed(f"表达式“{syntax.shorten(expression)}”无法计算：{answer['e']}。")
    return answer["v"]


def preview(expression: str, names: Mapping[str, Any]) -> tuple[Any, tuple[str, ...]]:
    """A value together with FEEL's warnings (unknown names, wrong types), for the designer's trial panel."""
    text, typed = border.write([[syntax.require(expression), _needed(expression, names)]])
    answer = json.loads(shared.call("gridloopEvaluate", text, typed), object_hook=border.untag)[0]
    outcome = _outcome(expression, answer)
    if isinstance(outcome, ExpressionFailed):
        raise outcome
    return outcome, tuple(f"{kind}: {message}" for kind, message, _position in answer["w"])
