"""Whatever is paid, paused and put off: the surcharge only grows, never beyond the fine, and the ledger adds up on every day."""

import datetime as dt

from hypothesis import given
from hypothesis import strategies as st

from engine.cases import dues, surcharge
from engine.cases.dues import IMPOSED, PAID, PAUSED, PLAN, RESUMED, VOIDED, Entry
from engine.cases.surcharge import Debt, Part, Pause, Schedule

START = dt.date(2026, 1, 5)
days = st.integers(0, 200).map(lambda n: START + dt.timedelta(days=n))
fines = st.integers(1, 10**7)


@st.composite
def debts(draw) -> Debt:
    """A fine with its day to pay, perhaps a plan, payments that together stay within it, and pauses."""
    fine = draw(fines)
    schedules = [Schedule((Part(START + dt.timedelta(days=15), fine),))]
    paid: list[tuple[dt.date, int]] = []
    left = fine
    for _ in range(draw(st.integers(0, 4))):
        if left:
            amount = draw(st.integers(1, left))
            paid.append((draw(days), amount))
            left -= amount
    if draw(st.booleans()):
        since = draw(days)
        rest = fine - sum(amount for day, amount in paid if day <= since)
        if rest > 1:
            first = draw(st.integers(1, rest - 1))
            last = since + dt.timedelta(days=draw(st.integers(2, 90)))
            schedules.append(Schedule((Part(since + dt.timedelta(days=1), first), Part(last, rest - first)), since))
    pauses = tuple(Pause(first, draw(st.one_of(st.none(), st.integers(0, 60).map(lambda n, f=first: f + dt.timedelta(days=n)))))
                   for first in draw(st.lists(days, max_size=2)))
    return Debt(fine, tuple(schedules), tuple(paid), pauses)


@given(debts(), days, st.integers(0, 60))
def test_it_only_grows_and_never_beyond_the_fine(debt, day, later):
    now, then = surcharge.total(debt, day), surcharge.total(debt, day + dt.timedelta(days=later))

    assert 0 <= now <= then <= debt.principal


@given(debts(), days, st.randoms())
def test_the_order_of_writing_payments_down_changes_nothing(debt, day, random):
    shuffled = list(debt.payments)
    random.shuffle(shuffled)

    assert surcharge.total(Debt(debt.principal, debt.schedules, tuple(shuffled), debt.pauses), day) == surcharge.total(debt, day)


@given(debts(), days, st.data())
def test_a_payment_in_two_receipts_on_one_day_counts_as_one(debt, day, data):
    split = []
    for when, amount in debt.payments:
        first = data.draw(st.integers(0, amount))
        split += [(when, first), (when, amount - first)]

    assert surcharge.total(Debt(debt.principal, debt.schedules, tuple(split), debt.pauses), day) == surcharge.total(debt, day)


@given(debts(), days)
def test_days_of_a_pause_add_nothing(debt, first):
    paused = Debt(debt.principal, debt.schedules, debt.payments, (*debt.pauses, Pause(first)))

    before = surcharge.total(paused, first - dt.timedelta(days=1))
    assert [surcharge.total(paused, first + dt.timedelta(days=n)) for n in (0, 1, 30, 300)] == [before] * 4
    assert before == surcharge.total(debt, first - dt.timedelta(days=1))


@given(debts(), days)
def test_paying_more_never_costs_more(debt, day):
    less = Debt(debt.principal, debt.schedules, debt.payments[:-1], debt.pauses)

    assert surcharge.total(debt, day) <= surcharge.total(less, day)


@given(fines, st.integers(1, 400))
def test_a_fine_that_is_never_paid_reaches_its_cap_on_the_thirty_fourth_day(fine, late):
    due = START + dt.timedelta(days=15)
    debt = Debt(fine, (Schedule((Part(due, fine),)),))

    total = surcharge.total(debt, due + dt.timedelta(days=late))
    assert total == min(fine * 3 * late // 100, fine)
    assert (total == fine) == (late >= 34 or fine * 3 * late // 100 >= fine)


@st.composite
def ledgers(draw) -> list[Entry]:
    """Entries as people write them, some of them taken back."""
    fine = draw(fines)
    found = [_entry(1, IMPOSED, fine, START)]
    for number in range(2, draw(st.integers(2, 9))):
        kind = draw(st.sampled_from((PAID, PAID, PAUSED, RESUMED, PLAN, VOIDED)))
        if kind == PAID:
            found.append(_entry(number, PAID, draw(fines), draw(days)))
        elif kind == PAUSED:
            found.append(_entry(number, PAUSED, 0, draw(days), ground="litigation"))
        elif kind == RESUMED and (open_ones := [one for one in found if one.kind == PAUSED]):
            found.append(_entry(number, RESUMED, 0, draw(days), pause=open_ones[-1].id))
        elif kind == VOIDED and (paid := [one for one in found if one.kind == PAID and one.id not in {two.voids for two in found}]):
            found.append(Entry(number, VOIDED, "fine", paid[-1].amount, START, "", "", "", paid[-1].id, {}, None, dt.datetime.min))
    return found


def _entry(number: int, kind: str, amount: int, day: dt.date, **more: object) -> Entry:
    return Entry(number, kind, "fine", amount, day, "bank", "", "", None, more, None, dt.datetime.min)


@given(ledgers(), days)
def test_what_was_paid_is_what_was_owed_less_what_is_left_plus_what_is_too_much(ledger, day):
    now = dues.balance(ledger, day, START + dt.timedelta(days=15))

    assert now.imposed + now.surcharge - now.unpaid + now.overpaid == now.paid
    assert min(now.unpaid, now.fine_unpaid, now.surcharge_unpaid, now.overpaid, now.paid) >= 0
    assert now.surcharge <= now.imposed
    assert not (now.unpaid and now.overpaid)
