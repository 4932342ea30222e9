"""Whether an entry may be written into a ledger."""

import datetime as dt
from collections.abc import Sequence

from engine.deadlines.calendar import Calendar
from engine.deadlines.ledger import Entry
from engine.deadlines.rules import Rule


def check(rule: Rule, entries: Sequence[Entry], entry: Entry, calendar: Calendar, *, now: dt.datetime, decided: bool = False) -> None:
    """Placeholder until the refusals are written."""
