"""FEEL expressions and DMN decisions, run in a V8 isolate that reaches nothing else."""

from engine.feel.decisions import Decisions, load_decisions
from engine.feel.dmn import Problem
from engine.feel.expressions import evaluate, evaluate_many, outcomes_of, preview
from engine.feel.syntax import Parsed, parse

__all__ = ["Decisions", "Parsed", "Problem", "evaluate", "evaluate_many", "load_decisions", "outcomes_of", "parse", "preview"]
