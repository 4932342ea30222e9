"""The morning digest: what is overdue, due today or soon due for each person, at half past eight on working days.

Everybody is gone through piece by piece, so that no transaction is long; a day's digest is told once per person. One that could not go
out in the morning goes out later on the same day; on the next day there is a new one.
"""

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection

from engine import clock
from engine.clock import SHANGHAI, UTC, local
from engine.database import Database
from engine.deadlines import Calendar, calendars
from engine.notifications import hours, limits, progress
from engine.notifications.hours import Hours
from engine.notifications.kinds import Kind
from engine.notifications.outbox import Message, post
from engine.people import Participant, directory
from engine.runtime import worklist

NAME = "digest"
PEOPLE, MOST, SHOWN = 50, 200, 10
WORDS: Mapping[str, str] = {"overdue": "已超期", "today": "今日到期", "soon": "即将到期", "order": "督办"}


@dataclass(frozen=True)
class Line:
    """One thing to be done. `level` is overdue, today, soon, or order for what a supervisor waits for."""

    level: str
    about: Mapping[str, Any]


Section = Callable[[Connection, Participant], Sequence[Line]]
"""What another room adds to somebody's digest, such as the orders that a supervisor has out."""


def due_at(c: Connection) -> dt.datetime | None:
    """When the next person is to get a digest: now, while today's is going out, else the next working morning."""
    rules, calendar, here = hours.in_force(c), calendars.of(c), local(clock.now())
    day = here.date() if not _is_done(progress.read(c, NAME), here.date()) else here.date() + dt.timedelta(days=1)
    while not calendar.is_working_day(day) or (day == here.date() and here.hour >= rules.night_from):
        day += dt.timedelta(days=1)
    return rules.free(rules.digest_moment(day, SHANGHAI).astimezone(UTC))


def _is_done(state: Mapping[str, Any], day: dt.date) -> bool:
    return state.get("day") == day.isoformat() and state.get("after") is None


def send_due(database: Database, sections: Sequence[Section] = (), most: int = PEOPLE) -> int:
    """Give the next people (at most so many) their digest, if it is time; answers how many people were looked at."""
    with database.reading() as c:
        state, day = progress.read(c, NAME), clock.today()
        if _is_done(state, day) or not _is_time(hours.in_force(c), calendars.of(c), clock.now()):
            return 0
        after = str(state["after"]) if state.get("day") == day.isoformat() else ""
        people = directory.active_after(c, after, most)
        messages = [(person.id, _message(day, lines)) for person in people if (lines := _lines(c, person, sections))]
    last = people[-1].id if len(people) == most else None
    database.run(lambda c: _tell(c, messages, {"day": day.isoformat(), "after": last}))
    return len(people) or 1


def _is_time(rules: Hours, calendar: Calendar, now: dt.datetime) -> bool:
    here = local(now)
    if not calendar.is_working_day(here.date()) or rules.is_night(now):
        return False
    return here.time() >= rules.digest_at


def _tell(c: Connection, messages: Sequence[tuple[str, Message]], state: dict[str, Any]) -> None:
    """Two workers that went through the same people tell each of them once: the key is the day's."""
    if progress.hold(c, NAME) is None:
        return
    for person, message in messages:
        post(c, message, [person])
    progress.save(c, NAME, state)


def _lines(c: Connection, person: Participant, sections: Sequence[Section]) -> list[Line]:
    page = worklist.of(c, person, "all", paging=worklist.Paging(size=MOST))
    tomorrow = calendars.of(c).add_working_days(clock.today(), 1)
    own = [Line(level, limits.about(entry.case_number, entry.title, entry.name, entry.due_at))
           for entry in page.entries if (level := _level(entry, tomorrow)) is not None]
    return own + [line for section in sections for line in section(c, person)]


def _level(entry: worklist.Entry, tomorrow: dt.date) -> str | None:
    if entry.due_at is None:
        return None
    if entry.light == "overdue":
        return "overdue"
    if local(entry.due_at).date() == clock.today():
        return "today"
    return "soon" if entry.light == "warn" or local(entry.due_at).date() <= tomorrow else None


def _message(day: dt.date, lines: Sequence[Line]) -> Message:
    """The numbers first, then the lines that matter most."""
    numbers = {level: sum(line.level == level for line in lines) for level in WORDS}
    said = "，".join(f"{WORDS[level]} {number} 件" for level, number in numbers.items() if number)
    ordered = sorted(lines, key=lambda line: (list(WORDS).index(line.level), str(line.about.get("due", ""))))
    shown = [{**line.about, "level": WORDS[line.level]} for line in ordered[:SHOWN]]
    text = f"{day.month}月{day.day}日：{said}。" + "".join(f"\n{_line(one)}" for one in shown)
    more = f"\n另有 {len(lines) - SHOWN} 件，请在待办中查看。" if len(lines) > SHOWN else ""
    return Message(Kind.DIGEST, f"digest:{day.isoformat()}", text + more, about={"counts": numbers, "lines": shown})


def _line(one: Mapping[str, Any]) -> str:
    due = f"，截止 {one['due']}" if one.get("due") else ""
    return f"{one['level']}：{one['case_number']}“{one['step']}”{due}"
