"""Time limits: the rule book of the law as data, the working calendar, the ledger of a clock, and when it ends and why.

Knows nothing of cases and fires nothing; whoever keeps a timer asks here when it is due.
"""

from engine.deadlines import rulebook
from engine.deadlines.calendar import BUSINESS_HOURS, Calendar, default_calendar
from engine.deadlines.counting import Count, DayCount, HourCount, MonthCount, Unit, count, due, text
from engine.deadlines.daylines import DayLine, Span, Why
from engine.deadlines.ledger import Entry, EntryKind
from engine.deadlines.limits import Deadline, deadline
from engine.deadlines.reading import Reading, read
from engine.deadlines.rules import Extension, Gate, Ground, Kind, Roll, Rule, step_rule

__all__ = [
    "BUSINESS_HOURS",
    "Calendar",
    "Count",
    "DayCount",
    "DayLine",
    "Deadline",
    "Entry",
    "EntryKind",
    "Extension",
    "Gate",
    "Ground",
    "HourCount",
    "Kind",
    "MonthCount",
    "Reading",
    "Roll",
    "Rule",
    "Span",
    "Unit",
    "Why",
    "count",
    "deadline",
    "default_calendar",
    "due",
    "read",
    "rulebook",
    "step_rule",
    "text",
]
