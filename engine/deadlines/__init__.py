"""Time limits: the working calendar, counting by days and by hours, and the deadline of a step.

Knows nothing of cases and fires nothing; whoever keeps a timer asks here when it is due.
"""

from engine.deadlines.calendar import BUSINESS_HOURS, Calendar, default_calendar
from engine.deadlines.counting import Count, DayCount, HourCount, Unit, count, due, text
from engine.deadlines.limits import Deadline, deadline

__all__ = [
    "BUSINESS_HOURS",
    "Calendar",
    "Count",
    "DayCount",
    "Deadline",
    "HourCount",
    "Unit",
    "count",
    "deadline",
    "default_calendar",
    "due",
    "text",
]
