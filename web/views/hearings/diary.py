"""The calendar: a month, a week, or the list of what is to come."""

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from flask import render_template, request

from engine import clock
from engine.cases import hearing_rooms, hearings
from engine.cases.hearings import Booking
from engine.clock import SHANGHAI, UTC
from engine.deadlines import Calendar, calendars
from engine.people import directory
from web import addresses
from web.auth import policy
from web.context import database, me
from web.views.hearings.room import blueprint

SPANS = {"month": "月", "week": "周", "list": "接下来"}
AHEAD = dt.timedelta(days=180)


@dataclass(frozen=True)
class Day:
    """One day of the calendar with its hearings. `is_other`: of the month before or after."""

    date: dt.date
    bookings: tuple[Booking, ...]
    is_off: bool
    is_other: bool


@dataclass(frozen=True)
class Span:
    """What the page shows: from a day up to, not with, another; and where the arrows lead."""

    kind: str
    first: dt.date
    until: dt.date
    title: str
    before: dt.date
    after: dt.date


@blueprint.get("")
@policy("arrange_hearings", "supervise")
def diary() -> Any:
    """The hearings of a span of days, with their rooms."""
    span = span_of(request.args.get("span", "month"), _day(request.args.get("day", "")))
    with database().reading() as c:
        town = directory.unit_of(c, hearings.town_of(c, me()))
        found = hearings.between(c, town.id, _start(_monday(span.first)), _start(span.until + dt.timedelta(days=7)), by=me())
        rooms, calendar = hearing_rooms.rooms(c, town.id), calendars.of(c)
        names = directory.names(c, [who for one in found for who in (one.host, one.clerk, *one.officers)])
    shown = [one for one in found if span.first <= one.starts_at.astimezone(SHANGHAI).date() < span.until]
    return render_template("hearings/diary.html", span=span, SPANS=SPANS, town=town, rooms=rooms, names=names, bookings=shown,
                           weeks=list(_weeks(span, found, calendar)) if span.kind == "month" else [], today=clock.today(), address=_address)


def span_of(kind: str, day: dt.date) -> Span:
    """The month or week around a day, or everything from that day on."""
    if kind == "week":
        first = _monday(day)
        until = first + dt.timedelta(days=7)
        return Span(kind, first, until, f"{first.year}年{first.month}月{first.day}日这一周", first - dt.timedelta(days=7), until)
    if kind == "list":
        title = f"{day.year}年{day.month}月{day.day}日以后"
        return Span(kind, day, day + AHEAD, title, day - dt.timedelta(days=30), day + dt.timedelta(days=30))
    first = day.replace(day=1)
    until = (first + dt.timedelta(days=32)).replace(day=1)
    return Span("month", first, until, f"{first.year}年{first.month}月", (first - dt.timedelta(days=1)).replace(day=1), until)


def _address(**changes: Any) -> str:
    return addresses.of("hearings.diary", {**addresses.asked(), **changes})


def _day(text: str) -> dt.date:
    """The day asked for, today when it is none or far away."""
    try:
        day = dt.date.fromisoformat(text)
    except ValueError:
        return clock.today()
    return day if 2000 < day.year < 2100 else clock.today()


def _monday(day: dt.date) -> dt.date:
    return day - dt.timedelta(days=day.weekday())


def _start(day: dt.date) -> dt.datetime:
    return dt.datetime.combine(day, dt.time(), SHANGHAI).astimezone(UTC)


def _weeks(span: Span, found: Sequence[Booking], calendar: Calendar) -> Iterator[list[Day]]:
    by_day: dict[dt.date, list[Booking]] = {}
    for one in found:
        by_day.setdefault(one.starts_at.astimezone(SHANGHAI).date(), []).append(one)
    monday = _monday(span.first)
    while monday < span.until:
        days = [monday + dt.timedelta(days=n) for n in range(7)]
        yield [Day(day, tuple(by_day.get(day, ())), not calendar.is_working_day(day), day.month != span.first.month) for day in days]
        monday += dt.timedelta(days=7)
