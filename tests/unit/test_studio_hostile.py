"""What a drawing must not do to those who work: keep the clock busy, wait for ever in one go, be counted out one by one.

Drafts that mean harm on the pages of the studio are in tests/web/test_studio_hostile.py, expressions in tests/faults/test_feel_limits.py.
"""

import datetime as dt
from html import escape

import pytest
from sqlalchemy import Connection, Table, insert, select

from engine.definitions import Library, lint, read
from engine.definitions.linter import errors
from engine.errors import ExpressionFailed, InvalidDefinition, UnsafeInput
from engine.feel import dmn, table_check
from engine.runtime import flood, incidents
from engine.runtime.service_registry import function
from engine.runtime.tables import job, timer
from engine.spiff import timers as due_times
from tests.town import ADMIN, FINDER, Town, drawing

NOW = dt.datetime(2026, 3, 2, 1, 0, tzinfo=dt.UTC)
DAY = dt.timedelta(days=1)

ENDLESS = {
    "every millisecond": ("R/PT0.001S", "太频繁"),
    "every millisecond, a million times": ("R1000000/PT0.001S", "太频繁"),
    "of no length": ("R/PT0S", "太频繁"),
    "every second since the year 1": ("R/0001-01-01T00:00:00Z/PT1S", "太频繁"),
    "every minute since the year 1": ("R/0001-01-01T00:00:00Z/PT1M", "没有得出"),
    "more often than there are numbers": (f"R{'9' * 5000}/P1D", "没有得出"),
    "a hundred million times": ("R100000000/P1D", "次数过多"),
    "ten thousand years": ("P9999Y", "超过 100 年"),
    "ten thousand years, again and again": ("R2/P9999Y", "超过 100 年"),
    "more days than a calendar has": ("P99999999999D", "超过 100 年"),
    "more digits than a number has": (f"P{'9' * 400}D", "超过 100 年"),
    "after the last day": ("9999-12-31T23:59:59-12:00", "没有得出"),
    "before the first day": ("0001-01-01T00:00:00+14:00", "没有得出"),
}


@pytest.mark.parametrize("name", list(ENDLESS))
def test_a_time_that_nobody_can_wait_for_is_refused_at_once(name: str) -> None:
    text, words = ENDLESS[name]

    with pytest.raises(ExpressionFailed, match=words):
        due_times.wait(text, "cycle" if text.startswith("R") else "duration", NOW, "提醒")


def test_a_length_that_is_calculated_has_the_same_bounds() -> None:
    with pytest.raises(ExpressionFailed, match="没有得出"):
        due_times.wait(dt.timedelta(days=999_999_999), "duration", NOW, "提醒")


def test_occurrences_that_were_missed_are_counted_at_once() -> None:
    """A repetition from before there was a shortest step, after the machine had stood still for a year."""
    old = {"due": NOW.isoformat(), "form": "cycle", "left": 10**12, "step": "PT0.001S"}

    found = due_times.following(old, NOW + 365 * DAY)
    assert found is not None
    assert (found["due"], found["left"]) == ((NOW + 365 * DAY + dt.timedelta(milliseconds=1)).isoformat(), 10**12 - 365 * 86_400_000 - 1)
    assert due_times.following({**old, "left": 1000}, NOW + DAY) is None
    assert due_times.following({**old, "step": "PT0S"}, NOW) is None


EVENT = "<intermediateCatchEvent id='w' name='等'><timerEventDefinition>{0}</timerEventDefinition></intermediateCatchEvent>"
ROUND = """
start s
xor again
{0}
xor more default="f_more_again"
end e
s -> again -> w -> more -> again
more -> e [n = 2]
"""
STRAIGHT = "start s\n{0}\nend e\ns -> w -> e\n"
JUDGED = {
    "a cycle of a millisecond": (STRAIGHT, "Cycle", "R1000000/PT0.001S", "LE11"),
    "a cycle of five seconds": (STRAIGHT, "Cycle", "R/PT5S", "LE11"),
    "a wait of ten thousand years": (STRAIGHT, "Duration", "P9999Y", "LE11"),
    "a loop through a timer of no length": (ROUND, "Duration", "PT0S", "LG14"),
    "a loop through a timer of a millisecond": (ROUND, "Duration", "PT0.001S", "LG14"),
    "a loop through a day that is past": (ROUND, "Date", "2020-01-01T00:00:00+08:00", "LG14"),
}


@pytest.mark.parametrize("name", list(JUDGED))
def test_what_keeps_the_clock_busy_is_not_published(name: str) -> None:
    shape, kind, text, code = JUDGED[name]

    found = errors(lint(read(drawing(shape.format(EVENT.format(f'<time{kind}>"{text}"</time{kind}>')))), Library()))
    assert code in [one.rule for one in found]
    assert all(one.hint.endswith("。") for one in found)


def stopped(town: Town) -> list[str]:
    with town.database.reading() as c:
        return [one.message for one in incidents.of(c, town.person(ADMIN))]


def passed_often(town: Town, table: Table, status: str) -> None:
    """As many more rows as an element may be passed in an hour, as if it had been."""
    def add(c: Connection) -> None:
        row = dict(c.execute(select(table).where(table.c.status == status).order_by(table.c.id).limit(1)).one()._mapping)
        del row["id"]
        c.execute(insert(table), [{**row, "key": f"k{number}"} for number in range(flood.MOST)])
    town.run(add)


CALCULATED = """
start s
script one wait = "PT0S"
xor again
{0}
xor more default="f_more_again"
end e
s -> one -> again -> w -> more -> again
more -> e [case.unit = "nowhere"]
"""
TIMED = EVENT.format("<timeDuration>{0}</timeDuration>")
SERVED = "<serviceTask id='w' name='登记台账' gl:function='cases.enter'/>"
HONEST = 'start s\n{0}\nuser look name="看" gl:role="grid_worker" gl:scope="grid"\nend e\ns -> w -> look -> e\n'


def test_a_loop_whose_timer_turns_out_to_have_no_length_stops_and_others_are_served(town: Town) -> None:
    town.draws(CALCULATED.format(TIMED.format("wait")))
    town.report()
    town.waits(milliseconds=5)
    assert stopped(town) == []
    passed_often(town, timer, "fired")
    town.draws(HONEST.format(TIMED.format('"PT1M"')))
    town.report()
    town.waits(minutes=2)

    assert town.todo(FINDER) == ["看"]
    (told,) = stopped(town)
    assert "原地打转" in told and "再重试" in told


def test_a_loop_whose_service_answers_at_once_stops_and_others_are_served(town: Town) -> None:
    asked: list[int] = []

    def enter(payload: dict[str, object]) -> dict[str, object]:
        asked.append(1)
        if len(asked) == 3:
            passed_often(town, job, "done")
        return {}

    town.functions["cases.enter"] = function("cases.enter", enter)
    town.draws(CALCULATED.format(SERVED))
    town.report()

    assert len(asked) == 3
    (told,) = stopped(town)
    assert "原地打转" in told
    town.draws(HONEST.format(SERVED))
    town.report()
    assert town.todo(FINDER) == ["看"]


def table(rows: list[str], policy: str = "FIRST") -> bytes:
    entries = "".join(f"<rule><inputEntry><text>{escape(row)}</text></inputEntry><outputEntry><text>1</text></outputEntry></rule>"
                      for row in rows)
    return (f'<definitions xmlns="{next(iter(dmn.NAMESPACES))}" id="d" name="d" namespace="x"><decision id="x" name="分级"><decisionTable '
            f'hitPolicy="{policy}"><input><inputExpression typeRef="number"><text>a</text></inputExpression></input>'
            f'<output name="o" typeRef="number"/>{entries}</decisionTable></decision></definitions>').encode()


TABLES = {
    "a million rows": (b"<a/>" * 1_500_000, "5 MB"),
    "fifty thousand rows": (table(["-"] * 50_000), "元素过多"),
    "a thousand and one rows": (table(["-"] * 1001), "最多 1000 行"),
    "a cell of a megabyte": (table([",".join(["1"] * 500_000)]), "一格"),
    "six thousand values": (table([", ".join(str(1000 * row + one) for one in range(600)) for row in range(10)]), "5000 个"),
}


@pytest.mark.parametrize("name", list(TABLES))
def test_a_table_that_nobody_can_check_is_refused_in_a_sentence(name: str) -> None:
    document, words = TABLES[name]

    with pytest.raises((UnsafeInput, InvalidDefinition)) as refusal:
        dmn.read(document)
    told = [one.message for one in getattr(refusal.value, "findings", ())] or [refusal.value.message]
    assert any(words in one for one in told)


@pytest.mark.parametrize("policy", ["UNIQUE", "FIRST"])
def test_the_largest_table_is_checked_with_its_work_bounded(policy: str) -> None:
    """Every two rows meet and hardly one covers another: what a search over sets and every two rows would never get through."""
    rows = [f"[{row * 7 % 997}..{row * 13 % 991 + 5000}]" for row in range(dmn.MOST_ROWS)]

    found = list(table_check.check(dmn.read(table(rows, policy))["x"]))
    assert sum(one.rule == "LD02" for one in found) == (table_check.MOST if policy == "UNIQUE" else 0)
    assert sum(one.rule == "LD03" for one in found) == 1
