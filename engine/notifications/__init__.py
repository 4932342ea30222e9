"""Notices to people inside the system: a reminder, a result, news about a case they have to do with."""

from engine.notifications.inbox import Notice, mark_read, of, tell, unread

__all__ = ["Notice", "mark_read", "of", "tell", "unread"]
