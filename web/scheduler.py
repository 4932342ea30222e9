"""The alarm clock of timers and jobs. It wakes the worker and remembers nothing: what is due stands in the database.

SQLite: a thread of the serving process. PostgreSQL: `gridloop worker`, as many processes as wanted.
"""

import datetime as dt
import logging
import threading
from collections.abc import Mapping
from pathlib import Path

from apscheduler.schedulers.background import BackgroundScheduler
from apscheduler.triggers.base import BaseTrigger

from engine import clock
from engine.cases import certificate_watch, sweeping
from engine.database import Database, forget_keys
from engine.documents import making, publicity
from engine.errors import EngineError
from engine.notifications import delivering, reminders
from engine.notifications.channels import Channels
from engine.reports import keeping, time_keeping
from engine.runtime import clock_guard, jobs, messages, redating, service_registry, timers
from engine.runtime.clock_guard import ClockGuard
from engine.runtime.service_registry import Function
from engine.studio import moves, publishing
from engine.supervision import ladder, morning

TICK = "tick"
BATCH = 20
BUSY = 0.5  # seconds until a case that was in use is tried again
TIDY_EVERY = 3600.0
SECTIONS = (morning.orders,)
"""What other rooms add to the morning digest."""

LOOSE = dt.timedelta(days=1)
"""How long an uploaded photo may wait for its form to be submitted."""

log = logging.getLogger(__name__)


class Alarm(BaseTrigger):  # type: ignore[misc] # the library has no types
    """Rings once after `first` seconds, then every `then` seconds, by whatever the machine's clock says at that moment."""

    def __init__(self, first: float, then: float) -> None:
        self.first, self.then = dt.timedelta(seconds=first), dt.timedelta(seconds=then)

    def get_next_fire_time(self, previous: dt.datetime | None, now: dt.datetime) -> dt.datetime:
        """The library's question."""
        return now + (self.first if previous is None else self.then)


def _functions(database: Database, files: Path | None) -> Mapping[str, Function]:
    """What diagrams may name, and the making of documents where there is a place to keep them."""
    return {**service_registry.functions(), **(making.functions(database, files) if files is not None else {})}


class Worker:
    """Fires due timers, performs due jobs, hands over and sweeps messages, reminds people.

    max_wait: seconds after which it looks at the latest, whatever it knows. files: the folder of photos and documents, if this
    process is to make documents and to clear away photos never submitted. channels: the ways out for reminders; site: where
    people sign in. `drain` may be called without `start`.
    """

    def __init__(self, database: Database, *, functions: Mapping[str, Function] | None = None, max_wait: float = 30,
                 files: Path | None = None, channels: Channels | None = None, site: str = "") -> None:
        self._database, self._max_wait, self._files = database, max_wait, files
        self._channels, self._site = channels or {}, site
        self._functions = _functions(database, files) if functions is None else functions
        self._clock, self._careful = ClockGuard(), True
        self._stopping, self._lock = threading.Event(), threading.Lock()
        self._calls, self._last = 0, clock.monotonic()
        self._tidied: float | None = None
        self._scheduler = BackgroundScheduler(
            timezone="UTC",
            executors={"default": {"type": "threadpool", "max_workers": 1}},
            job_defaults={"misfire_grace_time": None, "coalesce": True, "max_instances": 1},
        )

    def start(self) -> None:
        """Begin to work, in a thread of its own."""
        self._scheduler.add_job(self._tick, Alarm(0, self._max_wait), id=TICK)
        self._scheduler.start()

    def stop(self) -> None:
        """Finish the timer or job in hand, then end."""
        with self._lock:
            self._stopping.set()
        if self._scheduler.running:
            self._scheduler.shutdown(wait=True)

    def wake_in(self, seconds: float = 0) -> None:
        """Look again after that time at the latest; to be called after a commit that may have made something due earlier."""
        with self._lock:
            self._calls += 1
            self._set(seconds)

    def guard(self) -> None:
        """Called by whoever passes by. The alarm waits by the wall clock: set back, it sleeps on; this looks at a clock that
        nobody can set."""
        if clock.monotonic() - self._last > 2 * self._max_wait:
            self.wake_in()

    def drain(self) -> int:
        """Do everything that is due now; answers how much that was."""
        total = 0
        while not self._stopping.is_set():
            done = timers.fire_due(self._database, BATCH, guard=self._clock, careful=self._careful)
            done += jobs.perform_due(self._database, self._functions, BATCH)
            done += messages.deliver_buffered(self._database)
            done += reminders.plan_due(self._database, SECTIONS) + delivering.deliver_due(self._database, self._channels, self._site)
            done += redating.redate_due(self._database, guard=self._clock)
            done += ladder.start_due(self._database, BATCH, guard=self._clock)
            done += publishing.publish_due(self._database, BATCH)
            done += moves.advance_due(self._database)
            if done == 0:
                self._at_rest()
                break
            total += done
        return total

    def _at_rest(self) -> None:
        if self._careful:
            self._careful = False
            self._database.run(timers.forget_notes)
        keeping.keep(self._database)
        time_keeping.keep(self._database)
        certificate_watch.remind_due(self._database)
        if self._tidied is None or clock.monotonic() - self._tidied > TIDY_EVERY:
            self._tidied = clock.monotonic()
            self._database.run(messages.sweep)
            self._database.run(publicity.end_due)
            self._database.run(lambda c: forget_keys(c, clock.now() - messages.REMEMBERED))
            self._clear_photos()

    def _clear_photos(self) -> None:
        if self._files is None:
            return
        folder, before = self._files, clock.now() - LOOSE
        self._database.run(lambda c: sweeping.forget(c, before))
        with self._database.reading() as c:
            sweeping.sweep(c, folder, before)

    def _tick(self) -> None:
        self._last = clock.monotonic()
        with self._lock:
            calls = self._calls
        try:
            self.drain()
            wait = self._until_next()
        except EngineError as error:
            log.error("后台工作这一轮没有完成，稍后自动再试：%s（%s）", error.message, error.detail.get("cause", ""))
            wait = self._max_wait
        except Exception:
            log.exception("后台工作这一轮没有完成，稍后自动再试")
            wait = self._max_wait
        with self._lock:
            self._set(wait if calls == self._calls else 0)

    def _until_next(self) -> float:
        with self._database.reading() as c:
            moments = [timers.next_due(c), jobs.next_due(c), reminders.next_due(c), delivering.next_due(c), ladder.next_due(c),
                       publishing.next_due(c), moves.next_due(c)]
            if clock_guard.doubt(c) is not None:
                return self._max_wait
        due = min((moment for moment in moments if moment is not None), default=None)
        if due is None:
            return self._max_wait
        left = (due - clock.now()) / dt.timedelta(seconds=1)
        return min(self._max_wait, left) if left > 0 else BUSY

    def _set(self, seconds: float) -> None:
        if self._scheduler.running and not self._stopping.is_set():
            self._scheduler.reschedule_job(TICK, trigger=Alarm(seconds, self._max_wait))
