"""Runs every rule of the folder `rules` over a diagram. A rule that fails becomes a finding and hides no other.

A rule is a module with CODE, SEVERITY and `check(model, library)`; it is found by its file, nothing is registered anywhere.
"""

import importlib
import pkgutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache

from engine.definitions import rules
from engine.definitions.findings import Finding, Problem, Severity, finding
from engine.definitions.library import Library
from engine.definitions.model import Model

GATE = "LG15"
"""A diagram beyond this rule is not looked at by the others: their work grows with its size."""

ORDER = {Severity.ERROR: 0, Severity.WARNING: 1, Severity.INFO: 2}


@dataclass(frozen=True)
class Rule:
    """`page` is the file's stem with hyphens: the name of its page and of its examples."""

    page: str
    code: str
    severity: Severity
    check: Callable[[Model, Library], Iterator[Problem]]


@cache
def all_rules() -> tuple[Rule, ...]:
    """Every rule of the folder, by code."""
    found = []
    for module in pkgutil.iter_modules(rules.__path__):
        loaded = importlib.import_module(f"{rules.__name__}.{module.name}")
        found.append(Rule(module.name.replace("_", "-"), loaded.CODE, loaded.SEVERITY, loaded.check))
    return tuple(sorted(found, key=lambda rule: rule.code))


def lint(model: Model, library: Library, only: tuple[Rule, ...] | None = None) -> list[Finding]:
    """What is wrong with the diagram, errors first. Never raises."""
    judged = model.alone()
    chosen = all_rules() if only is None else only
    gate = [found for rule in chosen if rule.code == GATE for found in _run(rule, judged, library)]
    if gate:
        return gate
    findings = [found for rule in chosen if rule.code != GATE for found in _run(rule, judged, library)]
    return sorted(findings, key=lambda found: (ORDER[found.severity], found.rule))


def errors(findings: list[Finding]) -> list[Finding]:
    """Only what blocks publishing."""
    return [found for found in findings if found.severity is Severity.ERROR]


def _run(rule: Rule, model: Model, library: Library) -> list[Finding]:
    try:
        return list(dict.fromkeys(finding(rule.code, rule.severity, rule.page, found) for found in rule.check(model, library)))
    except Exception as error:  # one bad rule must not hide what the others found
        return [Finding(rule.code, Severity.ERROR, "", "", f"检查规则 {rule.code} 没有执行完：{type(error).__name__}",
                        "请把这个流程文件发给系统维护人员。其他检查结果不受影响。", rule.page)]
