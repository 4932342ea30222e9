"""Messages reach the one step that waits for them, early ones are kept, unclear ones are said aloud; signals reach everybody once."""

import datetime as dt
from functools import partial
from typing import Any

import pytest
from sqlalchemy import Connection, func, insert, select

from engine import definitions
from engine.clock import Simulated
from engine.database import Database
from engine.definitions import Package
from engine.runtime import commands, history, incidents, jobs, messages
from engine.runtime.mailbox import correlation_hash
from engine.runtime.tables import message, subscription
from tests import small_town as town

WAITING = """
start s
<intermediateCatchEvent id="wait" name="等待回函"><extensionElements>
<gl:correlation name="matter" expression="{matter}"/><gl:output name="reply" expression="text"/></extensionElements>
<messageEventDefinition messageRef="M"/></intermediateCatchEvent>
user step name="办理回函" gl:role="village_cadre" gl:scope="village"
end e
s -> wait -> step -> e
"""
OWN, SAME = "case.number", "&quot;同一事项&quot;"
LISTENING = """
start s
<intermediateCatchEvent id="wait" name="等待信号"><signalEventDefinition signalRef="S"/></intermediateCatchEvent>
user step name="响应" gl:role="village_cadre" gl:scope="village"
end e
s -> wait -> step -> e
"""
THROWING = """
start s
<intermediateThrowEvent id="send" name="发函"><extensionElements>
<gl:correlation name="matter" expression="&quot;同一事项&quot;"/><gl:input name="text" expression="&quot;已办&quot;"/></extensionElements>
<messageEventDefinition messageRef="M"/></intermediateThrowEvent>
<intermediateThrowEvent id="call" name="发信号"><signalEventDefinition signalRef="S"/></intermediateThrowEvent>
user step name="等" gl:role="village_cadre" gl:scope="village"
end e
s -> send -> call -> step -> e
"""


def build(database: Database, drawn: str, *others: tuple[str, str]) -> None:
    town.build(database, Package(town.KEY, "等待", town.diagram(drawn)))
    for key, text in others:
        package = Package(key, key, town.diagram(text, key))
        database.run(partial(definitions.deploy, package=package, by=None))


def report(database: Database, key: str = town.KEY) -> dict[str, Any]:
    return database.run(lambda c: commands.start(c, key, {}, by=town.person(c), unit=town.VILLAGE))


def send(database: Database, matter: str, text: str = "同意", dedupe_key: str | None = None) -> dict[str, Any]:
    return database.run(lambda c: messages.correlate(c, "消息", {"matter": matter}, {"text": text}, dedupe_key))


def steps(database: Database) -> int:
    with database.reading() as c:
        return len(town.todo(c))


def count(c: Connection, column: Any) -> int:
    return int(c.execute(select(func.count(column))).scalar_one())


def test_a_message_reaches_the_case_that_waits_for_it_and_no_other(database: Database, clock: Simulated) -> None:
    build(database, WAITING.format(matter=OWN))
    first, second = report(database), report(database)

    answer = send(database, second["number"])

    assert answer["outcome"] == "delivered" and answer["instance"] == second["instance"]
    with database.reading() as c:
        assert [event.kind for event in history.of(c, second["instance"])] == ["started", "message-received"]
        assert [event.kind for event in history.of(c, first["instance"])] == ["started"]
        changed = history.of(c, second["instance"])[1].detail["changed"]
    assert changed == {"reply": [None, "同意"]} and steps(database) == 1


def test_a_message_that_comes_early_is_kept_until_somebody_waits(database: Database, clock: Simulated) -> None:
    build(database, WAITING.format(matter=SAME))

    assert send(database, "同一事项") == {"outcome": "buffered"}
    clock.advance(dt.timedelta(days=6))
    report(database)

    assert steps(database) == 1
    assert send(database, "同一事项")["outcome"] == "buffered"  # the first was consumed, nobody waits now


def test_two_cases_that_wait_for_the_same_message_are_an_incident_and_neither_gets_it(database: Database, clock: Simulated) -> None:
    build(database, WAITING.format(matter=SAME))
    report(database)
    report(database)

    answer = send(database, "同一事项")

    assert answer["outcome"] == "ambiguous" and steps(database) == 0
    with database.reading() as c:
        trouble, = incidents.of(c, town.person(c, town.ADMIN))
    assert trouble.id == answer["incident"] and "2 个事项" in trouble.message


def test_the_same_dedupe_key_again_changes_nothing(database: Database, clock: Simulated) -> None:
    build(database, WAITING.format(matter=SAME))
    case = report(database)

    first = send(database, "同一事项", dedupe_key="letter-1")
    report(database)

    assert first["outcome"] == "delivered"
    assert send(database, "同一事项", dedupe_key="letter-1") == {"outcome": "delivered", "instance": case["instance"]}
    assert steps(database) == 1


def test_a_message_nobody_waited_for_in_a_week_is_dropped_with_an_incident(database: Database, clock: Simulated) -> None:
    build(database, WAITING.format(matter=SAME))
    send(database, "同一事项")
    clock.advance(messages.KEPT - dt.timedelta(seconds=1))
    assert database.run(messages.sweep) == 0

    clock.advance(dt.timedelta(seconds=1))

    assert database.run(messages.sweep) == 1 and database.run(messages.sweep) == 0
    report(database)
    assert steps(database) == 0
    with database.reading() as c:
        assert ["已过期" in one.message for one in incidents.of(c, town.person(c, town.ADMIN))] == [True]


def test_consumed_messages_are_remembered_for_ninety_days(database: Database, clock: Simulated) -> None:
    build(database, WAITING.format(matter=SAME))
    report(database)
    send(database, "同一事项", dedupe_key="letter-1")
    clock.advance(messages.REMEMBERED)
    database.run(messages.sweep)
    with database.reading() as c:
        assert count(c, message.c.id) == 1

    clock.advance(dt.timedelta(seconds=1))
    database.run(messages.sweep)

    with database.reading() as c:
        assert count(c, message.c.id) == 0


def test_a_message_and_a_reader_that_missed_each_other_are_brought_together(database: Database, clock: Simulated) -> None:
    build(database, WAITING.format(matter=SAME))
    report(database)
    row = {"name": "消息", "correlation_hash": correlation_hash({"matter": "同一事项"}), "payload": {"text": "同意"},
           "received_at": clock.moment, "expires_at": clock.moment + messages.KEPT}
    database.run(lambda c: c.execute(insert(message), row))

    assert messages.deliver_buffered(database) == 1 and messages.deliver_buffered(database) == 0
    assert steps(database) == 1


def test_what_a_case_throws_reaches_other_cases_after_its_turn(database: Database, clock: Simulated) -> None:
    build(database, WAITING.format(matter=SAME), ("listening", LISTENING), ("throwing", THROWING))
    waits = report(database)
    listens = [report(database, "listening") for _ in range(3)]
    report(database, "throwing")
    assert steps(database) == 1

    assert jobs.perform_due(database, {}) == 2

    assert steps(database) == 5
    with database.reading() as c:
        heard = {case["instance"]: history.of(c, case["instance"])[-1].kind for case in (waits, *listens)}
        assert count(c, subscription.c.id) == 0
    assert set(heard.values()) == {"message-received"}


def test_a_signal_that_is_told_again_reaches_nobody_twice(database: Database, clock: Simulated) -> None:
    build(database, LISTENING)
    report(database)

    assert messages.signal(database, "信号", {}, key="k") == 1
    assert messages.signal(database, "信号", {}, key="k") == 0
    assert steps(database) == 1


@pytest.mark.parametrize("matter", ["别的事项", ""])
def test_a_message_with_other_values_is_not_delivered(database: Database, clock: Simulated, matter: str) -> None:
    build(database, WAITING.format(matter=SAME))
    report(database)

    assert send(database, matter)["outcome"] == "buffered" and steps(database) == 0
