"""What a random walk needs beside its rules: submissions that can be repeated, a picture of the tables, and what must always hold."""

import json
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import pytest
from sqlalchemy import Connection, and_, bindparam, func, or_, select

from engine.database import canonical, command
from engine.errors import Busy, EngineError, KeyReused, StepBudgetExceeded, Unavailable, UnknownOutcome
from engine.runtime import case as cases
from engine.runtime import history, jobs, replay, timers, watch
from engine.runtime.rows import Known
from engine.runtime.service_registry import BusinessError, Function
from engine.runtime.tables import (
    clock_entry,
    deadline_clock,
    draft,
    incident,
    involvement,
    job,
    message,
    process_instance,
    record,
    subscription,
    timer,
    work_item,
)
from engine.runtime.turn import look
from engine.spiff import JobWait, MessageWait, TimerWait, UserTaskWait
from tests.properties.clock_checks import Watched
from tests.properties.living_diagrams import INSIDE, OUTSIDE, REFUSED
from tests.town import TICK, Town

INSTANCE = bindparam("i")
PICTURE = (
    *(select(t).where(t.c.instance_id == INSTANCE).order_by(*t.primary_key)
      for t in (work_item, timer, subscription, job, involvement, deadline_clock)),
    select(process_instance).where(process_instance.c.id == INSTANCE),
    select(clock_entry).join(deadline_clock).where(deadline_clock.c.instance_id == INSTANCE).order_by(*clock_entry.primary_key),
    select(draft).join(work_item).where(work_item.c.instance_id == INSTANCE).order_by(draft.c.work_item_id, draft.c.person_id),
    select(message).where(or_(message.c.consumed_by.is_(None), message.c.consumed_by == INSTANCE)).order_by(message.c.id),
    select(incident).where(or_(incident.c.instance_id.is_(None), incident.c.instance_id == INSTANCE)).order_by(incident.c.id),
    select(func.count(record.c.id), func.max(record.c.id)),
    select(func.count(command.c.key)),
)
DONE = select(work_item.c.id).where(
    work_item.c.instance_id == INSTANCE, work_item.c.state == "completed", or_(work_item.c.outcome.is_(None), work_item.c.outcome != "退回")
)
TOLD_DONE = select(record.c.body).where(record.c.instance_id == INSTANCE, record.c.kind == "completed")
FAILED = select(incident.c.wait_key).where(
    incident.c.instance_id == INSTANCE, incident.c.kind == "failure", incident.c.resolved_at.is_(None)
)
TOO_EARLY = select(timer.c.key).where(and_(timer.c.instance_id == INSTANCE, timer.c.fired_at <= timer.c.planned_at))
UNFIT = (Busy, UnknownOutcome, Unavailable, StepBudgetExceeded)
WAITS = (UserTaskWait, TimerWait, MessageWait, JobWait)


@dataclass
class Sent:
    """A submission that was accepted: the same key and payload again must give the same answer."""

    key: str
    payload: Any
    work: Callable[[Connection], Any]
    answer: Any


@dataclass
class Tally:
    """What the walks of one test have done; submissions are numbered through all of them."""

    submissions: int = 0
    drawn: int = 0
    published: int = 0
    done: Counter[str] = field(default_factory=Counter)
    refused: Counter[str] = field(default_factory=Counter)

    def lines(self) -> str:
        """For whoever reads the output of the test."""
        share = f"{self.published} of {self.drawn} diagrams published by the linter's leave"
        names = sorted({*self.done, *self.refused})
        return "\n".join((share, *(f"{name}: {self.done[name]} done, {self.refused[name]} refused" for name in names)))


class Outside:
    """The service tasks of the diagrams, in whatever mood: works, fails, refuses, is missing; or the worker itself is away."""

    moods = ("works", "works", "works", "fails", "refuses", "missing", "away")

    def __init__(self) -> None:
        self.mood = "works"

    def _answer(self) -> dict[str, Any]:
        if self.mood == "fails":
            raise RuntimeError("outside is down")
        if self.mood == "refuses":
            raise BusinessError(REFUSED, "不受理")
        return {}

    def functions(self) -> Mapping[str, Function]:
        """As the registry would give them now."""
        if self.mood == "missing":
            return {}
        outside = Function(OUTSIDE, lambda payload: self._answer(), in_turn=False)
        return {OUTSIDE: outside, INSIDE: Function(INSIDE, lambda c, payload: self._answer(), in_turn=True)}


class Ground:
    """One case, what has been submitted about it, and a look at everything stored about it."""

    def __init__(self, town: Town, tally: Tally) -> None:
        self.town, self.database, self.tally, self.outside = town, town.database, tally, Outside()
        self.sent: list[Sent] = []
        self.watched = Watched()
        self.refusal: EngineError | None = None
        town.case = 0

    # ---------------------------------------------------------------------------------------- acting

    def attempt(self, act: Any, who: str, *what: Any, **how: Any) -> bool:
        """A command by a person, under a key of its own; a refusal is fine, but then nothing at all has changed."""
        person = self.town.person(who)
        return self.submit(act.__name__, [who, repr(what), repr(how)], lambda c: act(c, *what, by=person, **how))

    def submit(self, name: str, payload: Any, work: Callable[[Connection], Any]) -> bool:
        self.tally.submissions += 1
        key, before, self.refusal = f"walk-{self.tally.submissions}", self.picture(), None
        try:
            answer = self.database.run(work, key=key, payload=payload)
        except EngineError as refusal:
            assert not isinstance(refusal, UNFIT) and refusal.message
            assert self.picture() == before, f"{name} was refused and changed something"
            self.refusal = refusal
            self.tally.refused[name] += 1
            return False
        self.sent.append(Sent(key, payload, work, json.loads(canonical(answer))))
        self.tally.done[name] += 1
        self.works()
        return True

    def repeat(self, sent: Sent) -> None:
        """The same submission again: the same answer, and nothing happens. Other content under its key is refused."""
        before = self.picture()
        again = self.database.run(sent.work, key=sent.key, payload=sent.payload)
        assert json.loads(canonical(again)) == sent.answer and self.picture() == before, "done twice under one key"
        with pytest.raises(KeyReused):
            self.database.run(sent.work, key=sent.key, payload=["other", sent.payload])
        assert self.picture() == before

    def works(self) -> None:
        """The worker performs what is due, if it is there."""
        if self.outside.mood != "away":
            jobs.perform_due(self.database, self.outside.functions())

    def time_passes(self, hours: float) -> None:
        """Every timer fires a moment after its own time, and nothing due is left."""
        end = self.town.clock() + hours * 3600 * 1000 * TICK
        while (due := self._next_due()) is not None and due < end:
            self.town.clock.move_to(due + TICK)
            assert timers.fire_due(self.database) >= 1
            assert timers.fire_due(self.database) == 0
            self.works()
        self.town.clock.move_to(end)
        self.works()

    def _next_due(self) -> Any:
        with self.database.reading() as c:
            return timers.next_due(c)

    # ---------------------------------------------------------------------------------------- seeing

    def picture(self) -> list[Any]:
        """Everything stored about the case, and how much is stored at all."""
        with self.database.reading() as c:
            return [c.execute(query, {"i": self.town.case}).all() for query in PICTURE]

    def found(self, query: Any) -> list[Any]:
        with self.database.reading() as c:
            return list(c.execute(query, {"i": self.town.case}))

    def row(self) -> Any:
        return self.found(select(process_instance).where(process_instance.c.id == INSTANCE))[0]

    def items(self) -> list[Any]:
        query = select(work_item).where(work_item.c.instance_id == INSTANCE).order_by(work_item.c.created_at, work_item.c.id)
        return [row for row in self.found(query) if row.state in ("open", "claimed", "suspended")]

    def ended(self) -> bool:
        return self.row().status in (cases.COMPLETED, cases.CANCELLED)

    # ---------------------------------------------------------------------------------------- what always holds

    def check(self) -> None:
        with self.database.reading() as c:
            assert list(replay.differences(c, self.town.case)) == []
            assert history.verify(c, f"case:{self.town.case}") == []
        told = sorted(json.loads(row.body)["key"] for row in self.found(TOLD_DONE))
        assert told == sorted(row.id for row in self.found(DONE)), "a completed step is told other than once"
        assert self.found(TOO_EARLY) == []
        with self.database.reading() as c:
            self.watched.check(c, self.town.case, self.town.clock())
        self._alive() if not self.ended() else self._at_peace()

    def _at_peace(self) -> None:
        with self.database.reading() as c:
            assert Known.of(c, self.town.case) == Known(), "the case has ended and something still waits"

    def _alive(self) -> None:
        """It waits for somebody or something, its rows are what its tokens wait for, and its tokens survive being saved."""
        stored = self.row()
        with self.database.reading() as c:
            standing = [one for one in watch.check_instances(c) if one.instance_id == self.town.case]
            assert [one.sound for one in standing] == [True], "the case stands still"
            known, tokens = Known.of(c, self.town.case), look(c, self.town.case)
            assert json.loads(tokens.dump()) == json.loads(stored.state), "what was saved is not what was loaded"
            snapshot = tokens.settle()
        keys = {kind: {wait.key for wait in snapshot.waits if isinstance(wait, kind)} for kind in WAITS}
        assert snapshot.passed == (), "something automatic was left ready"
        assert snapshot.variables == stored.variables
        assert known.items == keys[UserTaskWait]
        assert set(known.timers) == keys[TimerWait]
        assert known.subscriptions == keys[MessageWait]
        assert known.jobs == keys[JobWait]
        assert {failure.key for failure in snapshot.failures} == {row.wait_key for row in self.found(FAILED)}
