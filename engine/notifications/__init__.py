"""Telling people: a reminder, a result, an order. In the system, and through the channels that each of them chose.

`post` writes what somebody is to be told, in the caller's transaction. `reminders.plan_due` finds what has become due, and
`delivering.deliver_due` carries messages out; both are called by the worker, never by a turn.
"""

from engine.notifications.inbox import Notice, mark_read, of, unread
from engine.notifications.kinds import Kind
from engine.notifications.outbox import Message, post

__all__ = ["Kind", "Message", "Notice", "mark_read", "of", "post", "unread"]
