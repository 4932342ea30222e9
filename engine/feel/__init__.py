"""FEEL expressions and DMN decisions, run in a V8 isolate that reaches nothing else."""

from engine.feel.expressions import evaluate, evaluate_many, outcomes_of, preview
from engine.feel.syntax import Parsed, parse

__all__ = ["Parsed", "evaluate", "evaluate_many", "outcomes_of", "parse", "preview"]
