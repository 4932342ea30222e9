"""Hearings: the calendar of a town, arranging one, and the rooms they are held in."""

from web.views.hearings import booking, diary, places
from web.views.hearings.room import blueprint

NAV = [("hearings.diary", "听证日历", "clock", "arrange_hearings")]

__all__ = ["NAV", "blueprint", "booking", "diary", "places"]
