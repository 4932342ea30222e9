"""What a process has really been through, as numbers for a load simulation: arrivals, people, times of work, waits, ways taken.

Times of work are those between claiming and finishing, in working hours; what one person had in hand at the same time shares the time. So
they are what people took at the most: nobody records when work on a paper really began.
"""

import datetime as dt
import json
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Connection, bindparam, func, select

from engine import clock
from engine.clock import SHANGHAI
from engine.database import UTCDateTime
from engine.deadlines import Calendar, Unit, text
from engine.people.tables import post
from engine.rehearsal import load_ways
from engine.rehearsal.load_network import Network
from engine.rehearsal.load_numbers import Staff
from engine.rehearsal.working_time import WorkingTime
from engine.runtime.statements import LIVE_ITEM
from engine.runtime.tables import process_instance, record, work_item

PERIOD = dt.timedelta(days=365)
MOST_STEPS, MOST_CASES, SAMPLE = 20_000, 400, 200
AT_ONCE = dt.timedelta(minutes=1)
"""Who claims and finishes within a minute has worked on it before claiming."""
LIMIT = re.compile(r"(?P<length>\d+(?:\.\d+)?)(?P<word>\D+)")
WORDS = {text(1, unit).removeprefix("1"): str(unit) for unit in Unit}

COUNT = select(func.count(), func.min(process_instance.c.started_at)).where(
    process_instance.c.process_key == bindparam("key"), process_instance.c.started_at >= bindparam("since", type_=UTCDateTime))
STEPS = (select(work_item.c.instance_id, work_item.c.element_id, work_item.c.candidate_role, work_item.c.candidate_key,
                work_item.c.created_at, work_item.c.claimed_at, work_item.c.ended_at, work_item.c.ended_by, work_item.c.limit_text)
         .where(work_item.c.process_key == bindparam("key"), work_item.c.state == "completed",
                work_item.c.created_at >= bindparam("since", type_=UTCDateTime))
         .order_by(work_item.c.ended_at.desc(), work_item.c.id).limit(bindparam("most")))
CASES = (select(process_instance.c.id).where(process_instance.c.process_key == bindparam("key"),
                                             process_instance.c.started_at >= bindparam("since", type_=UTCDateTime))
         .order_by(process_instance.c.started_at.desc(), process_instance.c.id.desc()).limit(bindparam("most")))
EVENTS = (select(record.c.instance_id, record.c.at, record.c.body).where(record.c.instance_id.in_(bindparam("ids", expanding=True)))
          .order_by(record.c.instance_id, record.c.seq))
STANDING = (select(work_item.c.instance_id, work_item.c.element_id, work_item.c.created_at)
            .where(work_item.c.instance_id.in_(bindparam("ids", expanding=True)), work_item.c.state.in_(LIVE_ITEM))
            .order_by(work_item.c.created_at, work_item.c.id))
HOLDERS = (select(post.c.role, func.count(post.c.person_id.distinct()).label("people"),
                  func.count(post.c.unit_id.distinct()).label("places"))
           .group_by(post.c.role).order_by(post.c.role))


@dataclass(frozen=True)
class History:
    """`arrivals` per working day over `days` of them. `work` in working hours and `waits` in ordinary hours, by element; `ways`: how often
    a way was taken, by (element, way); `staff` from who did the steps, `held` from who holds the posts now."""

    cases: int = 0
    days: int = 0
    work: Mapping[str, Sequence[float]] = field(default_factory=dict)
    waits: Mapping[str, Sequence[float]] = field(default_factory=dict)
    ways: Mapping[tuple[str, str], int] = field(default_factory=dict)
    posts: Mapping[str, str] = field(default_factory=dict)
    copies: Mapping[str, int] = field(default_factory=dict)
    limits: Mapping[str, tuple[float, str]] = field(default_factory=dict)
    staff: Mapping[str, Staff] = field(default_factory=dict)
    held: Mapping[str, Staff] = field(default_factory=dict)

    @property
    def arrivals(self) -> float:
        """Cases per working day."""
        return self.cases / self.days if self.days else 0.0


def read(c: Connection, key: str, network: Network, calendar: Calendar) -> History:
    """The last year of a process, in all its versions; the latest cases and steps when there are many."""
    now = clock.now()
    asked = {"key": key, "since": now - PERIOD}
    cases, first = c.execute(COUNT, asked).one()
    held = {row.role: _staff(row.people, row.places) for row in c.execute(HOLDERS)}
    if not cases:
        return History(held=held)
    rows = c.execute(STEPS, {**asked, "most": MOST_STEPS}).all()
    passings = _passings(c, list(c.execute(CASES, {**asked, "most": MOST_CASES}).scalars()))
    taken = load_ways.taken(network, passings)
    days = max(calendar.working_days(_day(first) - dt.timedelta(days=1), _day(now)), 1)
    return History(cases, days, _work(rows, calendar), load_ways.waits(network, passings, SAMPLE), taken, _posts(rows),
                   _copies(rows), _limits(rows), _people(rows), held)


def _day(moment: dt.datetime) -> dt.date:
    return moment.astimezone(SHANGHAI).date()


def _passings(c: Connection, ids: Sequence[int]) -> list[list[load_ways.Passing]]:
    """Per case the elements it passed, oldest first, and the steps it stands at."""
    found: dict[int, list[load_ways.Passing]] = {one: [] for one in ids}
    for row in c.execute(EVENTS, {"ids": list(ids)}) if ids else ():
        found[row.instance_id] += [(row.at, element) for element in json.loads(row.body).get("passed") or ()]
    for row in c.execute(STANDING, {"ids": list(ids)}) if ids else ():
        found[row.instance_id].append((row.created_at, row.element_id))
    return list(found.values())


def _work(rows: Sequence[Any], calendar: Calendar) -> dict[str, Sequence[float]]:
    """Working hours of each step, what was in one person's hands at the same time sharing them; newest first."""
    if not rows:
        return {}
    begun = [row.claimed_at if row.claimed_at and row.ended_at - row.claimed_at >= AT_ONCE else row.created_at for row in rows]
    first, last = _day(min(begun)), _day(max(row.ended_at for row in rows))
    line = WorkingTime.of(calendar, first, calendar.working_days(first, last) + 1)
    by_person: dict[str, list[int]] = defaultdict(list)
    for number, row in enumerate(rows):
        by_person[row.ended_by or ""].append(number)
    spans = [(line.hour(start), line.hour(row.ended_at)) for start, row in zip(begun, rows, strict=True)]
    found: dict[str, list[float]] = defaultdict(list)
    lengths = {number: length for numbers in by_person.values() for number, length in shared(spans, numbers)}
    for number, row in enumerate(rows):
        if len(found[row.element_id]) < SAMPLE:
            found[row.element_id].append(lengths[number])
    return dict(found)


def shared(spans: Sequence[tuple[float, float]], numbers: Iterable[int]) -> list[tuple[int, float]]:
    """For each span of one person how much of the time is its own, when at every moment all that are open share it equally."""
    turns = sorted((spans[number][end], end, number) for number in numbers for end in (0, 1))
    open_now, clock_of_one, last = 0, 0.0, turns[0][0] if turns else 0.0
    since: dict[int, float] = {}
    found = []
    for moment, end, number in turns:
        clock_of_one += (moment - last) / open_now if open_now else 0.0
        last = moment
        if end:
            found.append((number, clock_of_one - since[number]))
        else:
            since[number] = clock_of_one
        open_now += -1 if end else 1
    return found


def _staff(people: int, places: int) -> Staff:
    """People at each place, at least one."""
    return Staff(max(round(people / max(places, 1)), 1), max(min(places, people), 1))


def _posts(rows: Sequence[Any]) -> dict[str, str]:
    found: dict[str, Counter[str]] = defaultdict(Counter)
    for row in rows:
        if row.candidate_role:
            found[row.element_id][row.candidate_role] += 1
    return {element: counted.most_common(1)[0][0] for element, counted in found.items()}


def _people(rows: Sequence[Any]) -> dict[str, Staff]:
    people, places = defaultdict(set), defaultdict(set)
    for row in rows:
        if row.candidate_role:
            people[row.candidate_role].add(row.ended_by)
            places[row.candidate_role].add(str(row.candidate_key).partition("@")[2])
    return {role: _staff(len(people[role]), len(places[role])) for role in people}


def _copies(rows: Sequence[Any]) -> dict[str, int]:
    """How many people did a step in one case; what this means is only asked of steps that go to several."""
    cases: dict[str, set[int]] = defaultdict(set)
    done: Counter[str] = Counter()
    for row in rows:
        cases[row.element_id].add(row.instance_id)
        done[row.element_id] += 1
    return {element: max(round(done[element] / len(cases[element])), 1) for element in done}


def _limits(rows: Sequence[Any]) -> dict[str, tuple[float, str]]:
    """The limit each step mostly had."""
    found: dict[str, Counter[str]] = defaultdict(Counter)
    for row in rows:
        if row.limit_text:
            found[row.element_id][row.limit_text] += 1
    read = {element: LIMIT.fullmatch(counted.most_common(1)[0][0]) for element, counted in found.items()}
    return {element: (float(one["length"]), WORDS[one["word"]]) for element, one in read.items() if one and one["word"] in WORDS}
