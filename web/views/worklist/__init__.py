"""The worklist and the page on which one work item is done."""

from web.views.worklist import acts, items, lists
from web.views.worklist.room import blueprint

NAV = [("worklist.tasks", "我的待办", "list", "")]

__all__ = ["NAV", "acts", "blueprint", "items", "lists"]
