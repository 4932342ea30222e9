"""The money of a penalty case: what is due on which day to the 分, how it is paid, paused, paid in parts, and kept apart from costs."""

import datetime as dt

import pytest
from sqlalchemy import exc, text

from engine.cases import cash, costs, dues, instalments, payments
from engine.cases.dues import IMPOSED, PAID, PAUSED, PLAN, Entry
from engine.errors import Conflict, InvalidState, NotAllowed
from tests.money_town import CLERK, HEAD, Till, refused
from tests.penalty_town import day
from tests.town import BOSS, LAWYER, OFFICER, OTHER_OFFICER, Town


@pytest.fixture
def till(town: Town) -> Till:
    return Till(town)


def entry(number: int, kind: str, amount: int, when: str, **more) -> Entry:
    return Entry(number, kind, "fine", amount, day(when), "bank", "", "", None, more, None, dt.datetime.min)


def stands(ledger, when: str, due: str):
    return dues.balance(ledger, day(when), day(due))


# ------------------------------------------------------------------------------------------ to the 分 by the day


@pytest.mark.parametrize(("when", "surcharge"), [
    ("2025-04-17", 0), ("2025-04-18", 150_00), ("2025-05-20", 4950_00), ("2025-05-21", 5000_00), ("2026-01-01", 5000_00)])
def test_three_per_cent_a_day_from_the_day_after_the_last_day_to_pay_up_to_the_fine(when, surcharge):
    ledger = [entry(1, IMPOSED, 5000_00, "2025-04-02")]

    now = stands(ledger, when, "2025-04-17")

    assert (now.surcharge, now.unpaid) == (surcharge, 5000_00 + surcharge)
    assert (now.surcharge_from, now.capped_on) == (day("2025-04-18"), day("2025-05-21"))


def test_a_reconsideration_stops_the_surcharge_on_its_own_day(till):
    ledger = [entry(1, IMPOSED, 5000_00, "2025-04-02"), entry(2, PAUSED, 0, "2025-05-20", ground="reconsideration")]

    assert stands(ledger, "2025-05-19", "2025-04-17").surcharge == 4800_00
    later = stands(ledger, "2025-08-01", "2025-04-17")
    assert (later.surcharge, later.paused, later.daily) == (4800_00, True, 0)


def test_a_small_fine_costs_parts_of_a_yuan():
    ledger = [entry(1, IMPOSED, 150_00, "2026-10-13")]

    assert [stands(ledger, f"2026-10-{n}", "2026-10-28").surcharge for n in (28, 29, 30)] == [0, 4_50, 9_00]


def test_only_the_missed_instalment_costs_more_and_only_up_to_itself():
    rows = [["2025-12-15", 8000_00], ["2026-01-15", 8000_00], ["2026-02-13", 8000_00]]
    ledger = [entry(1, IMPOSED, 24000_00, "2025-11-03"), entry(2, PLAN, 24000_00, "2025-11-14", instalments=rows),
              entry(3, PAID, 8000_00, "2025-12-15"), entry(4, PAID, 8000_00, "2026-01-15")]

    assert stands(ledger, "2026-02-13", "2025-11-18").surcharge == 0
    first = stands(ledger, "2026-02-14", "2025-11-18")
    assert (first.surcharge, first.daily, [one.state for one in first.plan]) == (240_00, 240_00, ["paid", "paid", "missed"])
    assert stands(ledger, "2026-03-18", "2025-11-18").surcharge == 33 * 240_00
    capped = stands(ledger, "2026-03-19", "2025-11-18")
    assert (capped.surcharge, capped.capped_on, capped.unpaid) == (8000_00, day("2026-03-19"), 16000_00)


def test_what_was_late_before_the_plan_stays_owed():
    ledger = [entry(1, IMPOSED, 1000_00, "2026-01-05"), entry(2, PLAN, 1000_00, "2026-01-25", instalments=[["2026-02-10", 1000_00]])]

    assert stands(ledger, "2026-02-10", "2026-01-20").surcharge == 4 * 30_00
    assert stands(ledger, "2026-02-12", "2026-01-20").surcharge == 6 * 30_00


def test_a_decision_that_names_no_surcharge_brings_none():
    ledger = [entry(1, IMPOSED, 1000_00, "2026-01-05", surcharge=False)]

    assert stands(ledger, "2026-06-01", "2026-01-20").surcharge == 0


def test_the_fine_is_owed_from_the_decision_but_costs_nothing_more_before_it_is_served():
    now = dues.balance([entry(1, IMPOSED, 1000_00, "2026-01-05")], day("2026-06-01"), None)

    assert (now.unpaid, now.surcharge, now.due_on, now.surcharge_from) == (1000_00, 0, None, None)


# ------------------------------------------------------------------------------------------ in a case


def test_the_last_day_to_pay_comes_from_the_clock_that_service_starts(till):
    till.decided(5000, served=False)
    assert till.dues.due_on is None

    till.town.does(OFFICER, "送达")

    assert till.dues.due_on == day("2026-03-17")
    assert till.on("2026-03-18").surcharge == 150_00


def test_paying_in_two_parts_settles_the_case(till):
    till.decided(5000)

    half = till.pays(2000)
    whole = till.pays(3000, payer="邻居代缴")

    assert (half["unpaid"], half["settled"], whole["unpaid"], whole["settled"]) == (3000_00, False, 0, True)
    assert [one.payer for one in till.entries if one.kind == PAID] == ["青石甲公司", "邻居代缴"]
    assert len(till.dues.receipts) == 2


def test_money_that_comes_late_pays_the_fine_first_and_then_the_surcharge(till):
    till.decided(5000)
    till.passes_to("2026-03-20")

    till.pays(5000, "2026-03-20")

    assert (till.dues.fine_unpaid, till.dues.surcharge_unpaid, till.dues.daily) == (0, 450_00, 150_00)
    assert till.on("2026-06-01").unpaid == 450_00
    till.pays(450)
    assert till.dues.is_settled


def test_a_payment_found_later_is_as_if_it_had_been_written_down_on_its_day(till):
    till.decided(5000)
    till.passes_to("2026-04-01")
    late = till.dues.surcharge

    till.pays(5000, "2026-03-17")

    assert (late, till.dues.surcharge, till.dues.is_settled) == (15 * 150_00, 0, True)


def test_nobody_pays_more_than_is_owed(till):
    till.decided(5000)

    with pytest.raises(InvalidState, match="应缴罚款 5,000 元"):
        till.pays(5000.01)
    assert till.dues.paid == 0


def test_a_receipt_is_used_once(till):
    till.decided(5000)
    till.pays(100, receipt="00123")

    with pytest.raises(Conflict, match="00123"):
        till.pays(100, receipt="00123")
    first = till.case
    till.decided(100)
    with pytest.raises(Conflict, match="00123"):
        till.pays(100, receipt="00123")
    assert (till.dues.paid, till.reads(dues.of, first).paid) == (0, 100_00)


def test_a_wrong_entry_is_taken_back_and_both_stay(till):
    till.decided(5000)
    till.pays(500, receipt="00123")
    wrong = till.entries[-1]

    till.town.run(lambda c: dues.take_back(c, till.case, wrong.id, "金额录错", CLERK) and None)

    assert [one.kind for one in till.entries] == ["imposed", "paid", "voided"]
    assert till.dues.paid == 0
    till.pays(5000, receipt="00123")
    assert till.dues.is_settled
    with pytest.raises(InvalidState, match="已经红冲"):
        till.town.run(lambda c: dues.take_back(c, till.case, wrong.id, "再来一次", CLERK) and None)


def test_what_was_imposed_is_changed_never_taken_back(till):
    till.decided(5000)

    with pytest.raises(InvalidState, match="登记变更"):
        till.town.run(lambda c: dues.take_back(c, till.case, till.entries[0].id, "撤销", CLERK) and None)


def test_the_database_itself_keeps_the_ledger(till):
    till.decided(5000)

    for statement in ("UPDATE due_entry SET amount = 1", "DELETE FROM due_entry"):
        with pytest.raises(exc.DBAPIError, match="append-only"):
            till.town.run(lambda c, statement=statement: c.execute(text(statement)) and None)
    assert till.dues.imposed == 5000_00


def test_a_reconsideration_that_halves_the_fine_makes_the_rest_payable_back(till):
    till.decided(5000)
    till.pays(5000)

    till.town.run(lambda c: payments.change(c, till.case, {"amount": 2000_00, "document": "县府复决〔2026〕1号"}, CLERK))

    assert (till.dues.fine, till.dues.unpaid, till.dues.overpaid) == (2000_00, 0, 3000_00)
    with refused("3,000 元"):
        till.town.run(lambda c: payments.refund(c, till.case, {"amount": 3000_01, "document": "T1"}, CLERK))
    till.town.run(lambda c: payments.refund(c, till.case, {"amount": 3000_00, "document": "T1"}, CLERK))
    assert (till.dues.paid, till.dues.overpaid) == (2000_00, 0)


def test_a_suit_within_a_reconsideration_stops_until_its_own_end(till):
    till.decided(5000)

    def does(act, **values):
        return till.town.run(lambda c: act(c, till.case, values, CLERK))

    till.passes_to("2026-04-20")
    does(payments.pause, day="2026-03-20", ground="reconsideration")
    does(payments.pause, day="2026-03-25", ground="litigation")
    does(payments.resume, day="2026-03-30", ground="reconsideration")
    does(payments.resume, day="2026-04-10", ground="litigation")

    assert [till.on(f"2026-{on}").surcharge for on in ("03-19", "04-10", "04-12")] == [300_00, 300_00, 600_00]
    with pytest.raises(InvalidState, match="没有正在停止"):
        does(payments.resume, day="2026-04-20")


def test_no_receipt_no_money(till):
    till.decided(5000)

    with refused("第七十条"):
        till.pays(100, receipt=" ")
    assert till.dues.paid == 0


# ------------------------------------------------------------------------------------------ cash


def test_an_ordinary_case_takes_no_cash_but_where_the_way_is_far(till):
    till.decided(50)

    with pytest.raises(InvalidState, match="第六十七条"):
        till.pays(50, channel="cash", collector=OFFICER)
    with refused("第六十九条"):
        till.pays(50, channel="cash", collector=OFFICER, ground="remote", ground_reason="海岛，无银行网点")
    till.pays(50, channel="cash", collector=OFFICER, ground="remote", ground_reason="海岛，无银行网点", party_asked=True)
    assert till.dues.is_settled


@pytest.mark.parametrize(("fine", "ground", "refusal"), [(100, "", None), (101, "", "不能当场收缴现金"), (101, "small", "不能当场收缴现金"),
                                                        (101, "hard", "具体理由")])
def test_on_the_spot_only_a_hundred_yuan_may_be_taken_without_a_reason(till, fine, ground, refusal):
    till.decided(fine, "summary_penalty")

    if refusal is None:
        till.pays(fine, channel="cash", ground=ground, collector=OFFICER)
        assert till.dues.is_settled
        return
    with refused(refusal):
        till.pays(fine, channel="cash", ground=ground, collector=OFFICER)
    assert till.dues.paid == 0


@pytest.mark.parametrize(("kind", "most"), [("natural", 200), ("sole_trader", 200), ("organisation", 3000)])
def test_a_fine_on_the_spot_has_its_limit(till, kind, most):
    party = {"party_kind": kind, "party_name": "吴某乙", "party_id_kind": "none", "party_id_number": "",
             "party_identity_reason": "邻居指认"}
    till.decided(most, "summary_penalty", **party)

    with pytest.raises(InvalidState, match="第五十一条"):
        till.decided(most + 1, "summary_penalty", **party)
    assert till.dues.imposed == 0


def test_cash_goes_to_the_authority_and_the_bank_within_two_working_days_each(till):
    till.decided(50, "summary_penalty")
    till.passes_to("2026-03-16")
    till.pays(50, channel="cash", collector=OFFICER, receipt="A1")

    def receipt():
        return till.reads(lambda c: c.execute(text("SELECT * FROM fiscal_receipt WHERE number = 'A1'")).one())

    assert (receipt().state, receipt().hand_over_by, receipt().collector) == ("issued", "2026-03-18", OFFICER)
    till.passes_to("2026-03-18")
    with pytest.raises(InvalidState, match="收缴人"):
        till.town.run(lambda c: cash.hand_over(c, "A1", OFFICER))
    till.town.run(lambda c: cash.hand_over(c, "A1", CLERK))
    assert (receipt().state, receipt().bank_by) == ("handed_over", "2026-03-20")
    with pytest.raises(InvalidState, match="还没有交到银行"):
        till.town.run(lambda c: cash.reconcile(c, "A1", CLERK))
    till.town.run(lambda c: cash.bank(c, "A1"))
    till.town.run(lambda c: cash.reconcile(c, "A1", CLERK))
    assert (receipt().state, receipt().reconciled_by) == ("reconciled", CLERK)


def test_whoever_takes_cash_does_not_reconcile_it(till):
    till.decided(50, "summary_penalty")
    till.pays(50, channel="cash", collector=OFFICER, receipt="A1")
    till.town.run(lambda c: cash.hand_over(c, "A1", CLERK))
    till.town.run(lambda c: cash.bank(c, "A1"))

    with pytest.raises(InvalidState, match="应当分离"):
        till.town.run(lambda c: cash.reconcile(c, "A1", OFFICER))


# ------------------------------------------------------------------------------------------ instalments


ROWS = [{"due_on": "2026-04-15", "amount": 2000_00}, {"due_on": "2026-10-15", "amount": 3000_00}]


def plan(till, by=BOSS, **values):
    said = {"instalments": ROWS, "applied_on": "2026-03-03", "document": "青延缴〔2026〕1号", **values}
    return till.town.run(lambda c: instalments.approve(c, till.case, said, by))


def test_a_plan_replaces_the_day_to_pay(till):
    till.decided(5000)

    answer = plan(till)

    assert (answer["ends_on"], answer["warnings"]) == ("2026-10-15", [])
    assert till.on("2026-04-15").surcharge == 0
    assert (till.on("2026-04-16").surcharge, till.on("2026-04-16").missed[0].amount) == (60_00, 2000_00)


@pytest.mark.parametrize(("rows", "refusal"), [
    ([{"due_on": "2026-04-15", "amount": 5000_00}], "2 至 36 期"),
    ([{"due_on": "2026-04-15", "amount": 2000_00}, {"due_on": "2026-05-15", "amount": 2000_00}], "未缴的罚款 5,000 元"),
    ([{"due_on": "2026-05-15", "amount": 2000_00}, {"due_on": "2026-04-15", "amount": 3000_00}], "逐期推后"),
    ([{"due_on": "2026-03-01", "amount": 2000_00}, {"due_on": "2026-04-15", "amount": 3000_00}], "逐期推后"),
    ([{"due_on": "2026-05-15", "amount": 2000_00}, {"due_on": "9999-12-31", "amount": 3000_00}], "年份不对"),
    ([{"due_on": "x", "amount": 2000_00}, {"due_on": "2026-04-15", "amount": 3000_00}], "请填写日期")])
def test_a_plan_that_does_not_add_up_is_refused(till, rows, refusal):
    till.decided(5000)

    with refused(refusal):
        plan(till, instalments=rows)
    assert till.dues.plan == ()


def test_a_plan_that_ends_before_the_time_to_sue_needs_the_reviewers_opinion(till):
    till.decided(24000)
    rows = [{"due_on": f"2026-{month}-15", "amount": 8000_00} for month in ("04", "05", "06")]

    with refused("早于起诉期限届满日 2026-09-02"):
        plan(till, instalments=rows)
    with refused("由法制员写明裁量意见"):
        plan(till, instalments=rows, legal_opinion="可行", legal_reviewer=OFFICER)
    answer = plan(till, instalments=rows, legal_opinion="当事人经营困难，末日按保守值掌握", legal_reviewer=LAWYER)
    assert (answer["apply_by"], len(answer["warnings"])) == ("2026-09-15", 1)


def test_only_a_leader_allows_to_pay_later_and_only_when_asked(till):
    till.decided(5000)

    with pytest.raises(NotAllowed, match="负责人批准"):
        plan(till, by=OTHER_OFFICER)
    with refused("须经当事人申请"):
        plan(till, applied_on=None)
    plan(till, by=HEAD, instalments=None, defer_until="2026-12-01")
    assert (till.dues.due_on, till.on("2026-12-01").surcharge, till.on("2026-12-02").surcharge) == (day("2026-12-01"), 0, 150_00)


# ------------------------------------------------------------------------------------------ costs


def test_costs_are_never_mixed_with_the_fine(till):
    till.decided(10000)

    def adds(**values):
        return till.town.run(lambda c: costs.add(c, till.case, values, CLERK))

    first = adds(kind="incurred", amount=3200_00, what="强制清除隔离桩，决算单 7 号")
    adds(kind="recovered", amount=3000_00, receipt="F1")

    known = till.reads(costs.of, till.case)
    assert (known.incurred, known.recovered, known.open) == (3200_00, 3000_00, 200_00)
    assert (till.dues.imposed, till.dues.paid) == (10000_00, 0)
    with pytest.raises(InvalidState, match="还应收 200 元"):
        adds(kind="recovered", amount=200_01, receipt="F2")
    with pytest.raises(InvalidState, match="先红冲收款"):
        till.town.run(lambda c: costs.take_back(c, till.case, first, "录错", CLERK))
