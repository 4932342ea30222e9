"""The sample town with the time in one's hands: cases are played forward by its rehearsed people to the step that a test is about."""

import datetime as dt
import io
import random
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from PIL import Image
from sqlalchemy import insert, select

from engine import clock as engine_clock
from engine import rehearsal
from engine.cases import attachments, findings
from engine.cases.attachments import Stored
from engine.database import Database
from engine.people import directory
from engine.rehearsal import staff
from engine.rehearsal.album import Album, draw
from engine.rehearsal.report import Report
from engine.runtime import commands, timers
from engine.runtime.tables import clock_entry, deadline_clock, process_instance, work_item
from engine.supervision import signs
from tests.sample_town import FINDER, IN_FINDERS_GRID, SampleTown

TICK = dt.timedelta(milliseconds=1)
TOWN, OTHER_TOWN = "/990100/990100101/", "/990100/990100102/"
INSPECTOR, OTHER_INSPECTOR, COMMANDER, OFFICER = "jw1", "lx-jw1", "zhz1", "zf1"
DIRECT = "0302"
"""Night noise: it goes straight to the enforcement team."""

PLAN = rehearsal.Plan(wrong=0.0, sent_back=0.0)
LIMIT = 5 << 20
ALL = signs.Period(dt.datetime(2020, 1, 1, tzinfo=dt.UTC), dt.datetime(2040, 1, 1, tzinfo=dt.UTC))


class SignTown(SampleTown):
    """What its people do, told by cases and steps. `clock` is moved by whoever tells it, and never back."""

    def __init__(self, database: Database, files: Path, clock: engine_clock.Simulated, seed: int = 1) -> None:
        super().__init__(database, files)
        self.clock, self.dice = clock, random.Random(f"town {seed}")
        self.actors = staff.People(database, Album(database, files))
        self.tried = Report(seed=seed)

    # ------------------------------------------------------------------------------------------ time

    def until(self, moment: dt.datetime) -> None:
        """Time passes; every timer fires a moment after its own time."""
        while (due := self._next_due()) is not None and due < moment:
            self.clock.move_to(due + TICK)
            if timers.fire_due(self.database) == 0:
                break
            self.works()
        self.clock.move_to(moment)

    def waits(self, **length: float) -> None:
        self.until(self.clock() + dt.timedelta(**length))

    def _next_due(self) -> dt.datetime | None:
        with self.database.reading() as c:
            return timers.next_due(c)

    # ------------------------------------------------------------------------------------------ cases

    def finds(self, by: str = FINDER, *, photos: Sequence[str] = (), **changes: Any) -> int:
        """Somebody reports a finding, at the usual place unless told otherwise; answers the case."""
        taken = [*photos, *(self.shot(self.dice.getrandbits(32), by) for _ in range(2 - len(photos)))]
        values = {"category": "0101", "source": "patrol", "description": "沿街店铺占道经营", "location": IN_FINDERS_GRID, "photos": taken}
        who = self.person(by)
        case = int(self.run(lambda c: findings.report(c, {**values, **changes}, by=who))["instance"])
        self.works()
        return case

    def steps_of(self, case: int) -> list[Any]:
        """The open steps of a case, oldest first."""
        query = (select(work_item).where(work_item.c.instance_id == case, work_item.c.state.in_(("open", "claimed")))
                 .order_by(work_item.c.created_at, work_item.c.element_id))
        with self.database.reading() as c:
            return list(c.execute(query))

    def item(self, case: int, element: str) -> Any:
        return next(row for row in self.steps_of(case) if row.element_id == element)

    def play(self, case: int, element: str, minutes: float = 20) -> Any:
        """People give the usual answers until the step `element` is open; answers its row."""
        for _ in range(60):
            steps = self.steps_of(case)
            wanted = [row for row in steps if row.element_id == element]
            if wanted:
                return wanted[0]
            self.waits(minutes=minutes)
            self._step(steps)
        raise AssertionError(f"{element} is not reached: {[row.name for row in self.steps_of(case)]}")

    def close(self, case: int, last_late: bool = False) -> dt.datetime:
        """Play a case to its end; with `last_late` the last looking back is done after it was due. Answers when it ended."""
        for _ in range(80):
            if self.ended(case) is not None:
                return self.clock()
            steps = self.steps_of(case)
            late = [row for row in steps if last_late and row.element_id == "look_back" and row.due_at is not None]
            if late:
                self.until(max(row.due_at for row in late) + dt.timedelta(hours=3))
            else:
                self.waits(minutes=20)
            self._step(self.steps_of(case))
        raise AssertionError(f"it does not end: {[row.name for row in self.steps_of(case)]}")

    def ended(self, case: int) -> dt.datetime | None:
        with self.database.reading() as c:
            return c.execute(select(process_instance.c.ended_at).where(process_instance.c.id == case)).scalar()

    def _step(self, steps: Sequence[Any]) -> None:
        if steps:
            staff.act(self.actors, staff.USUAL, steps[0].id, PLAN, self.tried)
            self.works()
            return
        due = self._next_due()
        assert due is not None, "nobody has anything to do"
        self.until(due + dt.timedelta(minutes=1))

    def does_item(self, item_id: str, by: str, **values: Any) -> None:
        """This person does this step with the usual answers, and `values`."""
        who = self.person(by)
        with self.database.reading() as c:
            page = staff.desk.of(c, item_id, who)
        filled = {**staff.fill(page, self.actors, staff.USUAL, who), **values}
        self.run(lambda c: staff.handling.complete(c, item_id, filled, by=who))
        self.works()

    def acts(self, command: Callable[..., Any], by: str, *what: Any, **how: Any) -> Any:
        """Any command by a person."""
        who = self.person(by)
        answer = self.run(lambda c: command(c, *what, by=who, **how))
        self.works()
        return answer

    def holders(self, item: Any) -> list[str]:
        """Who may do a step, as it was offered."""
        role, _, unit = (item.candidate_key or "").partition("@")
        with self.database.reading() as c:
            return [person.id for person in directory.holders(c, role, unit)]

    def halts(self, case: int) -> None:
        self.acts(commands.suspend, self.steerer(), case, reason="等待当事人到场")

    def goes_on(self, case: int) -> None:
        self.acts(commands.resume, self.steerer(), case)

    def steerer(self) -> str:
        with self.database.reading() as c:
            return next(p.id for p in directory.people(c, below=[TOWN]) if p.may("steer", TOWN))

    def halted(self, before: dt.timedelta, stands: dt.timedelta) -> int:
        """A case halted `before` its step is due, and done as soon as it goes on."""
        case = self.finds(category=DIRECT)
        item = self.play(case, "sign")
        self.until(item.due_at - before)
        self.halts(case)
        self.waits(seconds=stands.total_seconds())
        self.goes_on(case)
        self.does_item(item.id, self.holders(item)[0])
        return case

    # ------------------------------------------------------------------------------------------ photos

    def shot(self, scene: int, by: str = FINDER) -> str:
        """A new photo of a scene, uploaded by somebody."""
        return self.uploads(draw(scene), by)

    def uploads(self, content: bytes, by: str = FINDER) -> str:
        stored: Stored = attachments.keep(self.files, io.BytesIO(content), "现场.jpg", LIMIT)
        return self.run(lambda c: attachments.add(c, stored, by))

    # ------------------------------------------------------------------------------------------ ledgers

    def enters(self, case: int, kind: str, by: str, from_at: dt.datetime | None = None, corrects: int | None = None) -> tuple[int, int]:
        """An entry in the ledger of the first clock of a case, as its row is written; answers clock and number."""
        with self.database.reading() as c:
            clock_id = c.execute(select(deadline_clock.c.id).where(deadline_clock.c.instance_id == case)
                                 .order_by(deadline_clock.c.id)).scalars().first()
            known = c.execute(select(clock_entry.c.seq).where(clock_entry.c.clock_id == clock_id)).scalars().all()
        row = {"clock_id": clock_id, "seq": max([1, *known]) + 1, "kind": kind, "from_at": from_at, "to_at": None, "length": None,
               "ground": "test", "document": "青检〔2026〕3 号", "approver": "", "reason": "委托检测", "corrects": corrects,
               "recorded_at": self.clock(), "recorded_by": by}
        self.run(lambda c: c.execute(insert(clock_entry), row) and None)
        return clock_id, row["seq"]

    # ------------------------------------------------------------------------------------------ signs

    def found(self, kind: str, paths: Sequence[str] = (TOWN,), period: signs.Period = ALL, **changed: float) -> tuple[signs.Sign, ...]:
        """The signs of one kind, with some thresholds changed."""
        with self.database.reading() as c:
            limits = {**signs.thresholds.in_force(c), **{key.replace("_", ".", 1): value for key, value in changed.items()}}
            return signs.KINDS[kind].find(c, period, paths, limits)

    def sees(self, by: str = INSPECTOR, **filters: Any) -> list[signs.Entry]:
        who = self.person(by)
        with self.database.reading() as c:
            return list(signs.listed(c, who, signs.Filters(**filters)).entries)


def saved_again(content: bytes, quality: int = 60, share: float = 0.7) -> bytes:
    """The same picture as a messenger hands it on: smaller and compressed again."""
    with Image.open(io.BytesIO(content)) as picture:
        smaller = picture.resize((int(picture.width * share), int(picture.height * share)))
    buffer = io.BytesIO()
    smaller.save(buffer, "JPEG", quality=quality)
    return buffer.getvalue()
