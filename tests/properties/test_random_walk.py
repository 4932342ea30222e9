"""A random case under random hands: any command in any order, on random diagrams and both databases.

After every command, also a refused one: the rows are what the tokens wait for, nothing automatic is left ready, the record is whole and
explains the state, and somebody or something is waited for. In the end every case can be finished.
"""

import os
import random
import re
from typing import Any

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule, run_state_machine_as_test
from sqlalchemy import Connection, insert, select

from engine import clock
from engine.definitions.tables import process_definition
from engine.errors import Conflict, EngineError, InvalidState, NotFound
from engine.ids import new_key
from engine.runtime import case as cases
from engine.runtime import commands, history, live, replay, timers, watch
from engine.runtime.rows import Known
from engine.runtime.tables import process_instance, subscription, work_item
from engine.runtime.turn import look, turn
from engine.spiff import JobWait, MessageWait, TimerWait, UserTaskWait
from tests.properties.diagrams import VARIABLES, Dice, documents
from tests.town import CADRE, COMMANDER, DISPATCHER, FAR_CADRE, FINDER, OTHER_CADRE, Town

FORM = {"type": "default", "id": "f", "components": [{"type": "checkbox", "key": name, "label": name} for name in VARIABLES]}
EXAMPLES = int(os.environ.get("GRIDLOOP_WALKS", "30"))
ENOUGH = 400
picks = st.integers(0, 10_000)
answers = st.fixed_dictionaries({name: st.booleans() for name in VARIABLES})
people = st.sampled_from((CADRE, OTHER_CADRE))


def dressed(document: bytes) -> bytes:
    """The random diagram with somebody to do its steps, a form that sets its variables, and a limit here and there."""
    text = re.sub(
        r'<userTask id="(\w+)"',
        r'<userTask id="\1" name="\1" gl:role="village_cadre" gl:formRef="f" gl:limit="2" gl:limitUnit="hours"',
        document.decode(),
    )
    return text.replace('<process id="p"', '<process id="p" gl:startRoles="grid_worker" gl:startForm="f"').encode()


def seal(c: Connection, key: str, document: bytes, called: dict[str, int]) -> int:
    """A version as it is stored; the linter, which knows what a random diagram may not, is not asked."""
    row = {
        "key": key, "number": 1 + len(c.execute(select(process_definition.c.id)).all()), "name": key, "content_hash": new_key(),
        "diagram": document, "decisions": {}, "forms": {"f": FORM}, "parameters": {}, "called": called, "lint": [],
        "deployed_at": clock.now(), "state": "published",
    }  # fmt: skip
    return int(c.execute(insert(process_definition).returning(process_definition.c.id), row).scalar_one())


class Walk(RuleBasedStateMachine):
    """One case. `done` are the items that somebody has completed, newest last."""

    def __init__(self, town: Town) -> None:
        super().__init__()
        self.town, self.done, self.refusal = town, list[tuple[str, str]](), None
        town.case = 0

    @initialize(seed=st.integers(0, 100_000), values=answers)
    def report(self, seed: int, values: dict[str, bool]) -> None:
        document, called = documents(Dice(seed))
        pins = {key: self.town.run(lambda c, key=key, doc=doc: seal(c, key, dressed(doc), {})) for key, doc in called.items()}
        self.town.run(lambda c: seal(c, "p", dressed(document), pins))
        self.town.report(**values)

    # ---------------------------------------------------------------------------------------- what anybody may try

    @rule(who=people, n=picks, values=answers)
    def complete(self, who: str, n: int, values: dict[str, bool]) -> None:
        item = self.some_item(n)
        if item is not None and self.attempt(commands.complete, who, item.id, values):
            self.done.append((item.id, who))

    @rule(who=people, n=picks)
    def claim(self, who: str, n: int) -> None:
        self.on_item(n, commands.claim, who)

    @rule(who=people, n=picks)
    def unclaim(self, who: str, n: int) -> None:
        self.on_item(n, commands.unclaim, who)

    @rule(who=people, n=picks, values=answers)
    def save_draft(self, who: str, n: int, values: dict[str, bool]) -> None:
        item = self.some_item(n)
        if item is not None:
            self.attempt(commands.save_draft, who, item.id, values)

    @rule(who=people, to=people, n=picks)
    def transfer(self, who: str, to: str, n: int) -> None:
        item = self.some_item(n)
        if item is not None:
            self.attempt(commands.transfer, who, item.id, to)

    @rule(who=people, n=picks, m=picks)
    def send_back(self, who: str, n: int, m: int) -> None:
        item = self.some_item(n)
        if item is None:
            return
        with self.town.database.reading() as c:
            places = look(c, self.town.case).targets(item.id)
        if places:
            self.attempt(commands.send_back, who, item.id, places[m % len(places)].id, reason="重办")

    @precondition(lambda self: self.done)
    @rule(n=picks)
    def withdraw(self, n: int) -> None:
        item, who = self.done[-1 - n % min(len(self.done), 2)]
        self.attempt(commands.withdraw, who, item)

    @rule(what=st.sampled_from((commands.suspend, commands.resume)))
    def halt_or_go_on(self, what: Any) -> None:
        self.attempt(what, COMMANDER, self.town.case, **({"reason": "雨"} if what is commands.suspend else {}))

    @rule(n=picks)
    def words(self, n: int) -> None:
        self.attempt(commands.comment, DISPATCHER, self.town.case, "看过")
        self.on_item(n, commands.urge, FINDER)

    @rule(n=picks)
    def message(self, n: int) -> None:
        with self.town.database.reading() as c:
            waiting = c.execute(select(subscription.c.key).where(subscription.c.instance_id == self.town.case)).scalars().all()
        if waiting and self.row().status == cases.RUNNING:
            self.town.run(lambda c: self._deliver(c, sorted(waiting)[n % len(waiting)]))

    def _deliver(self, c: Connection, key: str) -> None:
        case = cases.locked(c, self.town.case)
        case.story.tell("message-received", key=key, message="消息")
        with turn(case) as tokens:
            tokens.deliver(key, {})

    @rule(hours=st.integers(1, 5))
    def time_passes(self, hours: int) -> None:
        self.town.waits(hours=hours)
        assert timers.fire_due(self.town.database) == 0

    @rule()
    def restart(self) -> None:
        live.forget()

    # ---------------------------------------------------------------------------------------- what must be refused

    @rule(n=picks, values=answers)
    def strangers_and_old_pages(self, n: int, values: dict[str, bool]) -> None:
        item = self.some_item(n)
        if item is None or self.row().status != cases.RUNNING:
            return
        assert isinstance(self.attempt(commands.complete, FAR_CADRE, item.id, values), bool)
        assert type(self.refusal) is NotFound
        self.attempt(commands.complete, item.assignee or CADRE, item.id, values, revision=self.row().revision - 1)
        assert type(self.refusal) is Conflict

    @precondition(lambda self: self.done)
    @rule(n=picks, values=answers)
    def twice(self, n: int, values: dict[str, bool]) -> None:
        item, who = self.done[n % len(self.done)]
        assert not self.attempt(commands.complete, who, item, values)
        assert type(self.refusal) is InvalidState

    # ---------------------------------------------------------------------------------------- helpers

    def attempt(self, command: Any, who: str, *what: Any, **how: Any) -> bool:
        """A command by a person; a refusal is fine, but then nothing has changed."""
        before, self.refusal = self.row(), None
        try:
            self.town.acts(command, who, *what, **how)
        except EngineError as refusal:
            self.refusal = refusal
            assert self.row() == before
        return self.refusal is None

    def on_item(self, n: int, command: Any, who: str) -> None:
        item = self.some_item(n)
        if item is not None:
            self.attempt(command, who, item.id)

    def row(self) -> Any:
        with self.town.database.reading() as c:
            return c.execute(select(process_instance).where(process_instance.c.id == self.town.case)).one()

    def items(self) -> list[Any]:
        with self.town.database.reading() as c:
            query = select(work_item).where(work_item.c.instance_id == self.town.case).order_by(work_item.c.created_at, work_item.c.id)
            return [row for row in c.execute(query) if row.state in ("open", "claimed", "suspended")]

    def some_item(self, n: int) -> Any:
        found = self.items()
        return found[n % len(found)] if found else None

    # ---------------------------------------------------------------------------------------- what always holds

    @invariant()
    def all_is_well(self) -> None:
        if not self.town.case:
            return
        with self.town.database.reading() as c:
            assert list(replay.differences(c, self.town.case)) == []
            assert history.verify(c, f"case:{self.town.case}") == []
            known = Known.of(c, self.town.case)
            if self.row().status in (cases.RUNNING, cases.SUSPENDED):
                assert [one.sentence for one in watch.check_instances(c) if one.instance_id == self.town.case and not one.sound] == []
                self._rows_are_tokens(c, known)
            else:
                assert known == Known()

    def _rows_are_tokens(self, c: Connection, known: Known) -> None:
        snapshot = look(c, self.town.case).settle()
        kinds = (UserTaskWait, TimerWait, MessageWait, JobWait)
        keys = {kind: {wait.key for wait in snapshot.waits if isinstance(wait, kind)} for kind in kinds}
        assert snapshot.passed == (), "something automatic was left ready"
        assert known.items == keys[UserTaskWait]
        assert set(known.timers) == keys[TimerWait]
        assert known.subscriptions == keys[MessageWait]
        assert known.jobs == keys[JobWait]

    def teardown(self) -> None:
        """Whatever happened: the case can be finished."""
        if not self.town.case:
            return
        if self.row().status == cases.SUSPENDED:
            self.town.acts(commands.resume, COMMANDER, self.town.case)
        chance = random.Random(self.town.case)
        for _ in range(ENOUGH):
            if self.row().status == cases.COMPLETED:
                break
            self._one_more_step(chance)
        assert self.row().status == cases.COMPLETED
        self.all_is_well()

    def _one_more_step(self, chance: random.Random) -> None:
        found = self.items()
        if found:
            item = chance.choice(found)
            values = {name: chance.random() < 0.5 for name in VARIABLES}
            self.attempt(commands.complete, item.assignee or CADRE, item.id, values)
        else:
            self.message(chance.randrange(100))
            self.town.waits(hours=5)


def test_any_command_in_any_order(town: Town) -> None:
    run_state_machine_as_test(
        lambda: Walk(town),
        settings=settings(
            max_examples=EXAMPLES, stateful_step_count=40, deadline=None, suppress_health_check=list(HealthCheck), print_blob=True
        ),
    )

    assert town.faults() == []
