"""挂起当天办结: a case halted, or a clock suspended, and the step done on the same day, when its limit was nearly over.

What stands for days, as a lawful test or a hearing does, is none; nor is a halt by mistake long before anything is due.
"""

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, select

from engine import clock
from engine.runtime.ledgers import HALT
from engine.runtime.tables import clock_entry, deadline_clock, process_instance, work_item
from engine.supervision.signs import reading
from engine.supervision.signs.sign import About, Limits, Line, Measured, Period, Sign, length, named, newest, said

KIND = "same-day-suspensions"
DONE = (select(work_item.c.id, work_item.c.instance_id, work_item.c.name, work_item.c.ended_at, work_item.c.ended_by, work_item.c.due_at,
               work_item.c.created_at)
        .where(work_item.c.state == "completed", work_item.c.due_at.is_not(None)))
CLOCK = deadline_clock.c
STOOD = (select(clock_entry.c.clock_id, clock_entry.c.seq, clock_entry.c.recorded_at, clock_entry.c.recorded_by, clock_entry.c.document,
                CLOCK.name, CLOCK.rule, CLOCK.due_at, CLOCK.stopped_at, CLOCK.started_at, *reading.ABOUT)
         .join(deadline_clock, CLOCK.id == clock_entry.c.clock_id)
         .join(process_instance, process_instance.c.id == CLOCK.instance_id)
         .where(clock_entry.c.kind == "suspended", clock_entry.c.ground != HALT, CLOCK.stop_reason == "done"))


@dataclass(frozen=True)
class _Stood:
    """Something that stood and was done on the same day. `what` is the step or the clock."""

    key: str
    case: About
    halted_at: dt.datetime
    halted_by: str
    why: str
    what: str
    done_at: dt.datetime
    done_by: str | None
    due_at: dt.datetime
    began_at: dt.datetime

    def is_near(self, limits: Limits) -> bool:
        """Little was left of its limit when it was done, in hours and as a share of the whole, or nothing at all."""
        rest, whole = self.due_at - self.done_at, self.due_at - self.began_at
        return rest <= dt.timedelta(hours=limits["suspend.hours"]) and rest <= whole * limits["suspend.share"] / 100


def find(c: Connection, period: Period, paths: Sequence[str], limits: Limits) -> tuple[Sign, ...]:
    """The signs of this kind whose suspension lies in the period."""
    stood = [one for one in (*_cases(c, period, paths), *_clocks(c, period, paths)) if one.is_near(limits)]
    names = named(c, [person for one in stood for person in (one.halted_by, one.done_by)])
    return newest([_sign(one, names, limits) for one in stood])


def _cases(c: Connection, period: Period, paths: Sequence[str]) -> Iterator[_Stood]:
    """Halted cases: the first step with a limit that was done later the same day."""
    halts = reading.moves(c, "suspended", period, paths)
    days = {(move.case.id, clock.local(move.at).date()): move for move in reversed(halts)}
    done: set[tuple[int, dt.date]] = set()
    for row in reading.of_cases(c, DONE.order_by(work_item.c.ended_at), work_item.c.instance_id, {case for case, _ in days}):
        day = (row.instance_id, clock.local(row.ended_at).date())
        move = days.get(day)
        if move is None or day in done or not row.created_at <= move.at < row.ended_at:
            continue
        done.add(day)
        yield _Stood(f"item:{row.id}", move.case, move.at, move.actor, str(move.body.get("reason") or ""), row.name, row.ended_at,
                     row.ended_by, row.due_at, row.created_at)


def _clocks(c: Connection, period: Period, paths: Sequence[str]) -> Iterator[_Stood]:
    """Suspended clocks that stopped, because the matter was done, later the same day."""
    query = STOOD.where(clock_entry.c.recorded_at >= period.since, clock_entry.c.recorded_at < period.until,
                        reading.below(process_instance.c.unit_path, paths))
    for row in c.execute(query):
        same = clock.local(row.stopped_at).date() == clock.local(row.recorded_at).date()
        if same and row.stopped_at > row.recorded_at:
            yield _Stood(f"entry:{row.clock_id}:{row.seq}", reading.about(row), row.recorded_at, row.recorded_by, row.document,
                         f"{row.rule} {row.name}".strip(), row.stopped_at, None, row.due_at, row.started_at)


def _sign(one: _Stood, names: Mapping[str, str], limits: Limits) -> Sign:
    rest = one.due_at - one.done_at
    last = f"距到期 {length(rest)}" if rest >= dt.timedelta(0) else f"已超期 {length(rest)}"
    doer = f"由{names[one.done_by]}" if one.done_by else ""
    halted = f"{said(one.halted_at)} {names[one.halted_by]}挂起或中止，理由或文书：{one.why or '没有写'}。"
    lines = (Line(one.halted_at, halted, one.case.id),
             Line(one.done_at, f"{said(one.done_at)} “{one.what}”{doer}办结，{last}。", one.case.id))
    measures = (Measured("从停止计时到办结", length(one.done_at - one.halted_at), "同一天"),
                Measured("办结时距到期", last, f"不超过 {limits['suspend.hours']:g} 小时和全部时限的 {limits['suspend.share']:g}%"))
    persons = {person: names[person] for person in (one.halted_by, one.done_by) if person}
    return Sign(KIND, one.key, one.done_at, f"停止计时后当天办结“{one.what}”，当时{last}。", persons, (one.case,), lines, measures)
