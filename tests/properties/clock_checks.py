"""What always holds of the clocks of a case: none is lost, none begins anew by itself, and every end follows from its ledger."""

from typing import Any

from sqlalchemy import Connection, select

from engine.deadlines import calendars
from engine.runtime import ledgers
from engine.runtime.tables import process_instance, timer, work_item
from engine.runtime.turn import look
from engine.spiff import TimerWait

OPEN_CASES = ("running", "suspended")
OPEN_ITEMS = ("open", "claimed", "suspended")


class Watched:
    """Remembers what was entered so far, to see that nothing of it changes."""

    def __init__(self) -> None:
        self.seen: dict[int, list[Any]] = {}

    def forget_own(self) -> None:
        """A move to another version may count a step's own limit by another rule; what the law limits it may not."""
        self.seen = {key: told for key, told in self.seen.items() if told[1]}

    def check(self, c: Connection, case: int, now: Any) -> None:
        """Raises AssertionError, naming what does not hold."""
        found = ledgers.of_case(c, case)
        for ledger in found:
            told = [ledger.row.started_at, ledger.row.rule, ledger.row.length, *(tuple(row) for row in ledger.added)]
            before = self.seen.get(ledger.row.id, [])
            assert told[: len(before)] == before, "what a ledger said was changed"
            self.seen[ledger.row.id] = told
            assert ledger.row.entries == 1 + len(ledger.added)
            if ledger.row.status == ledgers.RUNNING:
                assert ledger.row.due_at == ledger.reading(calendars.of(c), now).due, "an end does not follow from its ledger"
        if c.execute(select(process_instance.c.status).where(process_instance.c.id == case)).scalar_one() in OPEN_CASES:
            _follow_tokens(c, case, found)
        else:
            assert not [ledger.row.id for ledger in found if ledger.is_open], "the case has ended and a clock still runs"


def _follow_tokens(c: Connection, case: int, found: list[ledgers.Ledger]) -> None:
    live = [ledger.row for ledger in found if ledger.is_open]
    snapshot = look(c, case).settle()
    limited = {span.key: span.element for span in snapshot.spans}
    assert {row.key for row in live} <= limited.keys(), "a clock runs for something that is over"
    for key, element in limited.items():
        if element.gl.get("deadline"):
            rules = [row.rule for row in live if row.key == key and row.rule]
            assert rules == [element.gl["deadline"]], "something open has lost the clock of its rule"
    _are_shown(c, case, live)
    held = {row.element_id for row in live if row.status == ledgers.SUSPENDED}
    stands = {row.key: row.status for row in c.execute(select(timer.c.key, timer.c.status).where(timer.c.instance_id == case))}
    for wait in snapshot.waits:
        if isinstance(wait, TimerWait) and wait.limited_by in held:
            assert stands[wait.key] in ("suspended", "incident"), "a timer runs on though its clock stands"


def _are_shown(c: Connection, case: int, live: list[Any]) -> None:
    """A work item shows the limit of the diagram's own, else that of the law, else none."""
    shown = {row.key: row.due_at for row in sorted(live, key=lambda row: not row.rule)}
    items = c.execute(select(work_item).where(work_item.c.instance_id == case, work_item.c.state.in_(OPEN_ITEMS))).all()
    for item in items:
        assert item.due_at == shown.get(item.id), "a step and its clock disagree about the end"
