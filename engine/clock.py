"""The only reader of the wall clock.

A turn runs at one pinned moment (`fixed`), so that everything it writes carries the same time. Tests, the town simulation and
trial runs install a source of their own (`use`); nothing else in the code changes for them.
"""

import datetime as dt
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from zoneinfo import ZoneInfo

UTC = dt.UTC
SHANGHAI = ZoneInfo("Asia/Shanghai")

Source = Callable[[], dt.datetime]


def _wall() -> dt.datetime:
    return dt.datetime.now(UTC)


_source: Source = _wall
_pinned: ContextVar[dt.datetime | None] = ContextVar("pinned", default=None)


def now() -> dt.datetime:
    """The present moment, aware, in UTC: the turn's own moment inside a turn, else that of the installed source."""
    return _pinned.get() or _source()


def local(moment: dt.datetime) -> dt.datetime:
    """The same moment as people in the town read it (Asia/Shanghai)."""
    return moment.astimezone(SHANGHAI)


def today() -> dt.date:
    """The date in Asia/Shanghai. UTC would be wrong there until 08:00."""
    return local(now()).date()


def monotonic() -> float:
    """Seconds on a clock that nobody can set; only differences mean anything."""
    return time.monotonic()


def is_simulated() -> bool:
    """True while a test or a simulation sets the time."""
    return _source is not _wall


@contextmanager
def fixed(moment: dt.datetime) -> Iterator[None]:
    """Pin `now()` to one aware moment for the current thread of work."""
    token = _pinned.set(moment.astimezone(UTC))
    try:
        yield
    finally:
        _pinned.reset(token)


@contextmanager
def use(source: Source) -> Iterator[None]:
    """Take the time from `source` in the whole process until the block ends."""
    global _source
    before, _source = _source, source
    try:
        yield
    finally:
        _source = before


class Simulated:
    """A clock that stands still until somebody moves it. Call it for the time; install it with `use`."""

    def __init__(self, start: dt.datetime) -> None:
        self.moment = start.astimezone(UTC)

    def __call__(self) -> dt.datetime:
        return self.moment

    def advance(self, step: dt.timedelta) -> None:
        """Move forward by `step`; a negative step is refused, because time in a town does not go back."""
        if step < dt.timedelta(0):
            raise ValueError("a simulated clock does not go back")
        self.moment += step

    def move_to(self, moment: dt.datetime) -> None:
        """Move forward to `moment`; a moment already past leaves the clock where it is."""
        self.moment = max(self.moment, moment.astimezone(UTC))
