"""Everything that names SpiffWorkflow: build a specification, move the tokens of a case, look at them. No database, no people."""

from engine.spiff.goes_on import element_after, is_withdrawn
from engine.spiff.install import install
from engine.spiff.moving import Blocker, blockers, moved
from engine.spiff.snapshot import (
    Element,
    Failure,
    Host,
    JobWait,
    MessageWait,
    Snapshot,
    Span,
    Thrown,
    TimerWait,
    UserTaskWait,
    Wait,
)
from engine.spiff.specification import Specification, build
from engine.spiff.tokens import Tokens

install()

__all__ = [
    "Blocker",
    "Element",
    "Failure",
    "Host",
    "JobWait",
    "MessageWait",
    "Snapshot",
    "Span",
    "Specification",
    "Thrown",
    "TimerWait",
    "Tokens",
    "UserTaskWait",
    "Wait",
    "blockers",
    "build",
    "element_after",
    "is_withdrawn",
    "moved",
]
