"""Signs that somebody may have worked for the figures instead of the matter. Each is a hint with its evidence, never a verdict."""

from engine.supervision.signs.kinds import KINDS, Kind
from engine.supervision.signs.listing import (
    MARKED,
    OPEN,
    SPANS,
    STATES,
    VERDICTS,
    Entry,
    Filters,
    Listing,
    Mark,
    export,
    listed,
    mark,
    mark_found,
    one,
    unit_of,
)
from engine.supervision.signs.sign import About, Line, Measured, Period, Sign
from engine.supervision.signs.thresholds import Threshold

HINT = "提示，需人工核实"
"""What stands beside every sign, wherever it is shown."""

__all__ = [
    "HINT", "KINDS", "MARKED", "OPEN", "SPANS", "STATES", "VERDICTS", "About", "Entry", "Filters", "Kind", "Line", "Listing", "Mark",
    "Measured", "Period", "Sign", "Threshold", "export", "listed", "mark", "mark_found", "one", "unit_of",
]
