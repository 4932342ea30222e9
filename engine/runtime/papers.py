"""Which of the documents that the diagram names at a step (gl:document) are wanted with the answers given."""

from collections.abc import Mapping, Sequence
from typing import Any

from engine.runtime.host import CaseHost


def wanted(host: CaseHost, documents: Sequence[Mapping[str, Any]], names: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """Those without a condition, and those whose condition (gl:document when) is true. Raises ExpressionFailed."""
    asked = [str(one["when"]) for one in documents if one.get("when")]
    answers = iter(host.evaluate([(text, names) for text in asked]) if asked else ())
    return [one for one in documents if not one.get("when") or next(answers) is True]
