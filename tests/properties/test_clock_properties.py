"""What holds of every clock, whatever is entered and in whatever order."""

import datetime as dt
import random
from dataclasses import replace

from hypothesis import assume, given
from hypothesis import strategies as st

from engine.clock import SHANGHAI, UTC
from engine.deadlines import Entry, EntryKind, Reading, Roll, Rule, Unit, deadline, default_calendar, read, rulebook, step_rule
from engine.deadlines.counting import HOURLY
from engine.deadlines.explain import explain

CALENDAR = default_calendar()
NOW = dt.datetime(2026, 11, 23, 1, tzinfo=UTC)
DAY = dt.timedelta(days=1)

moments = st.datetimes(dt.datetime(2025, 1, 1), dt.datetime(2026, 11, 1), timezones=st.just(UTC)).map(
    lambda one: one.replace(microsecond=0)
)
own_units = [unit for unit in Unit if unit not in (Unit.MONTHS, Unit.YEARS)]
lawful = [rule for rule in rulebook.rules() if rule.is_set and rule.length] + [
    rulebook.rule("DL-C6", day=NOW.date(), rule_set=name) for name in ("RS-SAMR", "RS-EMER", "RS-AGRI")]
rules = st.sampled_from(lawful)
day_rules = st.sampled_from([rule for rule in lawful if rule.unit not in HOURLY])
spans = st.tuples(st.integers(0, 200), st.integers(0, 60))
stretches = st.lists(spans, max_size=6)


def started(start: dt.datetime) -> Entry:
    return Entry(1, EntryKind.STARTED, start, from_at=start)


def excluded(seq: int, start: dt.datetime, span: tuple[int, int]) -> Entry:
    begin = start + span[0] * DAY
    return Entry(seq, EntryKind.EXCLUDED, NOW, from_at=begin, to_at=begin + span[1] * DAY, ground="testing")


def ledger(start: dt.datetime, found: list[tuple[int, int]]) -> list[Entry]:
    return [started(start), *(excluded(seq, start, span) for seq, span in enumerate(found, 2))]


def dates(reading: Reading) -> tuple[dt.datetime | None, ...]:
    return reading.due, reading.conservative, reading.earliest, reading.unrolled, *reading.warnings


@given(rules, moments, stretches, st.randoms(use_true_random=False))
def test_the_order_of_entries_does_not_matter(rule: Rule, start: dt.datetime, found: list[tuple[int, int]], chance: random.Random) -> None:
    entries = ledger(start, found)
    mixed = list(entries)
    chance.shuffle(mixed)
    numbers = list(range(2, len(entries) + 1))
    chance.shuffle(numbers)
    otherwise = [entries[0], *(replace(one, seq=seq) for one, seq in zip(entries[1:], numbers, strict=True))]

    assert read(rule, mixed, CALENDAR, NOW) == read(rule, entries, CALENDAR, NOW)
    assert dates(read(rule, otherwise, CALENDAR, NOW)) == dates(read(rule, entries, CALENDAR, NOW))


@given(rules, moments, spans, st.integers(0, 60))
def test_a_period_may_be_entered_in_one_piece_or_in_two(rule: Rule, start: dt.datetime, span: tuple[int, int], cut: int) -> None:
    first, rest = min(cut, span[1]), max(0, span[1] - cut)
    pieces = [(span[0], first), (span[0] + first, rest)]

    assert dates(read(rule, ledger(start, pieces), CALENDAR, NOW)) == dates(read(rule, ledger(start, [span]), CALENDAR, NOW))


@given(rules, moments, stretches)
def test_entering_the_same_again_changes_nothing(rule: Rule, start: dt.datetime, found: list[tuple[int, int]]) -> None:
    assert dates(read(rule, ledger(start, found + found), CALENDAR, NOW)) == dates(read(rule, ledger(start, found), CALENDAR, NOW))


@given(rules, moments, spans)
def test_a_suspension_and_its_end_are_an_excluded_period(rule: Rule, start: dt.datetime, span: tuple[int, int]) -> None:
    period = excluded(2, start, span)
    begins = replace(period, kind=EntryKind.SUSPENDED, to_at=None)
    pair = [begins, replace(period, seq=3, kind=EntryKind.RESUMED, from_at=period.to_at, to_at=None)]

    assert dates(read(rule, [started(start), *pair], CALENDAR, NOW)) == dates(read(rule, [started(start), period], CALENDAR, NOW))


@given(rules, moments, stretches, spans)
def test_what_is_excluded_never_makes_the_end_come_sooner(
    rule: Rule, start: dt.datetime, found: list[tuple[int, int]], more: tuple[int, int]
) -> None:
    before, after = (read(rule, ledger(start, one), CALENDAR, NOW) for one in (found, [*found, more]))

    assert after.due >= before.due and after.unrolled >= before.unrolled
    assert (after.conservative or after.due) >= (before.conservative or before.due)


@given(rules, moments, st.timedeltas(dt.timedelta(0), 40 * DAY))
def test_what_begins_later_does_not_end_sooner(rule: Rule, start: dt.datetime, later: dt.timedelta) -> None:
    first, second = (read(rule, [started(moment)], CALENDAR, NOW) for moment in (start, start + later))

    assert first.due <= second.due
    assert (first.conservative or first.due) <= (second.conservative or second.due)


@given(rules, moments, st.lists(st.integers(1, 400), max_size=4))
def test_extensions_never_pass_the_cap(rule: Rule, start: dt.datetime, lengths: list[int]) -> None:
    entries = [started(start), *(Entry(seq, EntryKind.EXTENDED, NOW, length=length) for seq, length in enumerate(lengths, 2))]
    reading = read(rule, entries, CALENDAR, NOW)

    assert reading.amount == rule.length + (sum(lengths) if rule.cap is None else min(sum(lengths), rule.cap))
    assert reading.due == read(replace(rule, length=reading.amount, cap=0), entries[:1], CALENDAR, NOW).due


@given(rules, moments, stretches)
def test_a_correction_says_what_the_entry_should_have_said(rule: Rule, start: dt.datetime, found: list[tuple[int, int]]) -> None:
    assume(found)
    right, wrong = ledger(start, found), ledger(start, [(one + 3, two + 5) for one, two in found])
    corrections = [replace(one, seq=one.seq + 100, kind=EntryKind.CORRECTED, corrects=one.seq) for one in right[1:]]
    revocations = [Entry(one.seq + 200, EntryKind.REVOKED, NOW, corrects=one.seq) for one in right[1:]]

    assert dates(read(rule, [*wrong, *corrections], CALENDAR, NOW)) == dates(read(rule, right, CALENDAR, NOW))
    assert dates(read(rule, [*wrong, *corrections, *revocations], CALENDAR, NOW)) == dates(read(rule, right[:1], CALENDAR, NOW))


@given(rules, moments, spans)
def test_a_case_that_comes_back_goes_on_where_it_was(rule: Rule, start: dt.datetime, away: tuple[int, int]) -> None:
    left = start + away[0] * DAY
    entries = [started(start), Entry(2, EntryKind.STOPPED, left, from_at=left)]
    back = Entry(3, EntryKind.REOPENED, left + away[1] * DAY, from_at=left + away[1] * DAY)
    plain, stopped, again = (read(rule, one, CALENDAR, NOW) for one in (entries[:1], entries, [*entries, back]))

    assert (plain.status, stopped.status, again.status) == ("running", "stopped", "running")
    assert dates(plain) == dates(stopped) == dates(again)


@given(day_rules, moments, stretches)
def test_the_explanation_counts_to_the_date(rule: Rule, start: dt.datetime, found: list[tuple[int, int]]) -> None:
    entries = ledger(start, found)
    reading = read(rule, entries, CALENDAR, NOW)
    counted = [line for line in reading.days if line.counted]
    told = explain(rule, reading, entries, CALENDAR)

    assert [line.date for line in reading.days] == [reading.days[0].date + number * DAY for number in range(len(reading.days))]
    assert [line.number for line in counted] == list(range(1, len(counted) + 1))
    assert counted[-1].date == reading.unrolled.astimezone(SHANGHAI).date()
    assert reading.days[-1].date == reading.due.astimezone(SHANGHAI).date()
    assert rule.unit in (Unit.MONTHS, Unit.YEARS) or len(counted) == reading.amount
    assert sum(line.numbers[1] - line.numbers[0] + 1 for line in told.lines if line.numbers) == len(counted)
    assert str(reading.days[-1].date) in told.text()


@given(moments, st.integers(1, 60), st.sampled_from([Unit.MINUTES, Unit.HOURS, Unit.WORKING_HOURS]), st.lists(st.tuples(
    st.integers(0, 5000), st.integers(0, 3000)), max_size=4))
def test_the_stretches_of_a_rule_by_hour_add_up(start: dt.datetime, length: int, unit: Unit, found: list[tuple[int, int]]) -> None:
    minute = dt.timedelta(minutes=1)
    out = [Entry(seq, EntryKind.EXCLUDED, NOW, from_at=start + begin * minute, to_at=start + (begin + lasts) * minute)
           for seq, (begin, lasts) in enumerate(found, 2)]
    reading = read(step_rule("事项", length, unit, None), [started(start), *out], CALENDAR, NOW)

    assert sum((span.length for span in reading.spans), dt.timedelta(0)) == length * (minute if unit is Unit.MINUTES else 60 * minute)
    assert [one.from_at for one in reading.spans[1:]] == [one.to_at for one in reading.spans[:-1]]
    assert (reading.spans[0].from_at, reading.spans[-1].to_at) == (start, reading.due)


reminders = st.one_of(st.none(), st.integers(1, 60), st.sampled_from(["10%", "20%", "75%"]))


@given(moments, st.integers(1, 60), st.sampled_from(own_units), reminders)
def test_a_limit_of_our_own_is_dated_as_ever(start: dt.datetime, length: int, unit: Unit, before: int | str | None) -> None:
    old = deadline(start, length, unit, CALENDAR, before)
    reading = read(step_rule("事项", length, unit, before), [started(start)], CALENDAR, NOW)

    assert (reading.due, reading.warnings) == (old.due, () if old.warn is None else (old.warn,))


@given(rules, moments)
def test_warnings_come_in_order_and_in_time(rule: Rule, start: dt.datetime) -> None:
    reading = read(rule, [started(start)], CALENDAR, NOW)
    careful = reading.conservative or reading.due

    assert list(reading.warnings) == sorted(set(reading.warnings))
    assert all(start < moment < careful for moment in reading.warnings) or careful <= start
    assert reading.warnings or careful <= start or rule.warn_before is None


@given(st.sampled_from([rule for rule in lawful if rule.roll is not Roll.NONE]), moments)
def test_a_careful_day_is_worked_and_a_party_s_last_day_too(rule: Rule, start: dt.datetime) -> None:
    reading = read(rule, [started(start)], CALENDAR, NOW)
    careful, due = (moment.astimezone(SHANGHAI).date() for moment in (reading.conservative or reading.due, reading.due))

    assert CALENDAR.is_working_day(careful) or careful == start.astimezone(SHANGHAI).date()
    assert CALENDAR.is_working_day(due) or rule.roll is Roll.AUTHORITY
    assert careful <= due
