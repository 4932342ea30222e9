"""LS07: a diagram with too many situations is proved only in part, and whoever publishes it is told."""

from collections.abc import Iterator

from engine.definitions.findings import Problem, Severity
from engine.definitions.library import Library
from engine.definitions.model import Model
from engine.definitions.proof.soundness import proof

CODE = "LS07"
SEVERITY = Severity.INFO


def check(model: Model, library: Library) -> Iterator[Problem]:
    """The bound was hit: what was found holds, but what was not found is not proved."""
    found, process = proof(model, library), model.executable
    if found is not None and process is not None and not found.space.complete:
        yield Problem(process.id, process.name, f"流程“{process.label}”可能出现的局面太多，只检查了前 {len(found.space.states)} 种",
                      "已经报出的问题都是真的；没有报出的不能保证没有。请把同时进行的大块拆成被调用的流程，再检查一次。")
