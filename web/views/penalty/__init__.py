"""Penalty cases: the list, beginning one, the page of one from the first clue to the archived file."""

from web.views.penalty import approving, beside, lists, measuring, pieces, show, starting
from web.views.penalty.room import blueprint

NAV = [("penalty.cases", "处罚案件", "shield", "penalties")]

__all__ = ["NAV", "approving", "beside", "blueprint", "lists", "measuring", "pieces", "show", "starting"]
