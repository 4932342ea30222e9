"""Legal time limits for whoever wants to check one: the rule book as it is, and any date computed without a case."""

from web.views.deadlines import book, check
from web.views.deadlines.room import blueprint

NAV = [("deadlines.check", "期限核算", "clock", "")]

__all__ = ["NAV", "blueprint", "book", "check"]
