"""What is entered in the money of a case beside payments: refunds, what a reconsideration left of a fine, and days of a pause."""

import datetime as dt

import pytest

from engine import clock
from engine.cases import case_file, closing, dues, ledger_desk, measures, money_list, pauses, payments, proposals, remedies, revising
from engine.errors import InvalidState, NotAllowed, NotFound
from engine.reports import taking_out
from engine.runtime import commands
from tests import small_remedy
from tests.money_town import CLERK, HEAD, Till, refused
from tests.penalty_town import day
from tests.small_remedy import PAPER
from tests.town import BOSS, COMMANDER, LAWYER, OFFICER, Town


class Desk(Till):
    """A till whose cases may be taken to a reconsideration, and the acts of those who keep or revise the money."""

    def __init__(self, town: Town) -> None:
        super().__init__(town)
        town.publishes(small_remedy.package())
        self.remedy = 0

    def acts_as(self, who, work, *what):
        by = self.town.person(who)
        return self.town.run(lambda c: work(c, self.case, *what, by))

    def reconsiders(self, since, until="", outcome="changed"):
        """A reconsideration that begins on a day and, where a day is given, ends with a result."""
        by = self.town.person(LAWYER)
        self.remedy = self.town.run(lambda c: measures.begin(c, self.case, "remedy", {}, by))["instance"]
        for name, values in small_remedy.steps(since, until, outcome):
            self.town.works()
            self.town.case = self.remedy
            self.town.does(LAWYER, name, **values)
            self.town.case = self.case

    def changes(self, yuan, by=LAWYER, **values):
        said = {"ruling": self.remedy, "amount": yuan if yuan is None else yuan * 100, "reason": "罚款变更", **values}
        return self.acts_as(by, revising.change, said)

    def refunds(self, yuan, by=CLERK, **values):
        return self.acts_as(by, ledger_desk.refund, {"amount": yuan * 100, "document": "T1", "ground": "changed", **values})

    def takes_back(self, by, kind):
        entry = next(one.id for one in reversed(dues.standing(self.entries)) if one.kind == kind)
        return self.acts_as(by, ledger_desk.take_back, entry, "录错")

    def breaks_off(self):
        """The remedy is ended from outside, before it resumed anything."""
        self.town.acts(commands.cancel, COMMANDER, self.remedy, reason="申请人撤回")

    def decides_anew(self, yuan):
        terms = proposals.Terms(kinds=("fine",), fine=yuan * 100, basis=("CFF-1",))
        self.town.run(lambda c: proposals.write(c, self.case, proposals.DECISION, terms, HEAD) and None)
        self.town.run(lambda c: payments.impose(c, self.case, {}, None))

    def freezes(self):
        closed = {"status": case_file.CLOSED, "closed_on": "2026-03-20", "frozen_at": clock.now()}
        self.town.run(lambda c: case_file.change(c, self.case, **closed))

    @property
    def stops(self):
        return [(one.begun.day.isoformat(), one.ended.day.isoformat() if one.ended else "") for one in pauses.of(self.entries)]


@pytest.fixture
def desk(town: Town) -> Desk:
    return Desk(town)


@pytest.fixture
def halved(desk: Desk) -> Desk:
    """A fine of 5000 paid, and a reconsideration that has changed it."""
    desk.decided(5000)
    desk.pays(5000)
    desk.passes_to("2026-03-20")
    desk.reconsiders("2026-03-10", "2026-03-20")
    return desk


def test_a_reviewer_enters_what_a_reconsideration_left_and_the_clerk_pays_the_rest_back(halved):
    halved.changes(2000)

    now = halved.dues
    assert (now.fine, now.overpaid, now.entries[-1].more["document"]) == (2000_00, 3000_00, PAPER)
    with refused("可退的罚款为 3,000 元"):
        halved.refunds(3001)
    halved.refunds(3000)
    assert (halved.dues.paid, halved.dues.overpaid, halved.dues.is_settled) == (2000_00, 0, True)
    assert halved.entries[-1].more["rests_on"] == PAPER
    told = "".join(halved.town.story())
    assert f"按{PAPER}登记变更：罚款由 5,000 元变为 2,000 元" in told
    assert f"退款 3,000 元（2026-03-20，T1），原因：处罚决定被变更（{PAPER}）" in told


WRONG_CHANGES = [
    (None, {}, "变更后的金额"), (5000, {}, "不需要变更"), (6000, {}, "第六十三条"), (-1, {}, "变更后的金额"),
    (2000, {"reason": " "}, "理由"),
    (2000, {"ruling": ""}, "请选择所依据"), (2000, {"ruling": "7x"}, "请选择所依据"), (2000, {"part": "gains"}, "没有决定这笔款项"),
    (2000, {"part": "x"}, "没有决定这笔款项")]


def test_a_change_says_what_is_wrong_and_changes_nothing(halved):
    for yuan, values, words in WRONG_CHANGES:
        with refused(words):
            halved.changes(yuan, **values)
    assert halved.dues.fine == 5000_00


def test_a_result_is_entered_once_and_a_wrong_entry_taken_back_by_the_reviewer(halved):
    halved.changes(2000)
    with refused("已经登记过变更"):
        halved.changes(1000)
    with pytest.raises(NotAllowed, match="法制员"):
        halved.takes_back(CLERK, "changed")

    halved.takes_back(LAWYER, "changed")

    assert halved.dues.fine == 5000_00
    halved.changes(1000)
    assert halved.dues.fine == 1000_00


def test_more_than_before_only_where_a_third_party_asked_for_it(halved):
    halved.changes(6000, opposed=True)

    assert (halved.dues.fine, halved.dues.unpaid) == (6000_00, 1000_00)


def test_a_result_waits_until_it_is_entered_or_a_new_decision_replaces_it(halved):
    assert [one.document for one in halved.reads(revising.waiting, halved.case)] == [PAPER]
    halved.changes(2000)
    assert halved.reads(revising.waiting, halved.case) == ()
    halved.takes_back(LAWYER, "changed")

    halved.decides_anew(1500)

    assert (halved.dues.fine, halved.reads(revising.waiting, halved.case)) == (1500_00, ())
    with pytest.raises(InvalidState, match="重新作出的决定"):
        halved.takes_back(LAWYER, "changed")


def test_a_case_whose_fine_was_lowered_closes_as_paid_once_the_rest_is_paid_back(halved):
    def hinders():
        return "".join(halved.reads(closing.hindrances, halved.case, "fulfilled", {}))
    halved.changes(2000)
    assert hinders() == f"按{PAPER}应退当事人 3,000 元，请财务人员退款并登记以后结案"

    halved.refunds(3000)

    assert hinders() == ""


@pytest.mark.parametrize(("since", "until", "outcome"), [("2026-03-10", "", ""), ("2026-03-10", "2026-03-20", "upheld")])
def test_without_a_result_that_changed_it_nothing_is_changed(desk, since, until, outcome):
    desk.decided(5000)
    desk.passes_to("2026-03-20")
    desk.reconsiders(since, until, outcome)

    assert desk.reads(remedies.rulings, desk.case) == ()
    with refused("请选择所依据"):
        desk.changes(0)


def test_nobody_but_a_reviewer_changes_what_is_to_be_paid(halved):
    for who in (CLERK, BOSS, OFFICER):
        with pytest.raises(NotAllowed):
            halved.changes(0, by=who)
    assert halved.dues.fine == 5000_00


WRONG_REFUNDS = [
    ({"document": ""}, "凭证号"), ({"ground": "revoked"}, "没有这笔款项撤销"), ({"ground": "x"}, "退款的原因"),
    ({"part": "x"}, "请选择款项"),
    ({"day": "2026-03-21"}, "不能晚于今天"), ({"day": "2026-03-01"}, "请核对退款日期"), ({"day": "3月"}, "请填写日期"),
    ({"day": "0001-01-01"}, "年份不对"),
    ({"part": "gains", "ground": "overpaid"}, "可退的没收违法所得为 0 元")]


def test_a_refund_says_what_is_wrong_and_changes_nothing(halved):
    halved.changes(2000)

    for values, words in WRONG_REFUNDS:
        with refused(words):
            halved.refunds(3000, **values)
    assert halved.dues.paid == 5000_00


def test_a_voucher_is_used_once_and_a_payment_that_was_paid_back_stays(halved):
    halved.changes(2000)
    halved.refunds(1000)

    with refused("已经登记过"):
        halved.refunds(1000)
    with pytest.raises(InvalidState, match="先红冲退款"):
        halved.takes_back(CLERK, "paid")
    halved.takes_back(CLERK, "refunded")
    assert halved.dues.overpaid == 3000_00


def test_a_reviewer_corrects_the_days_of_a_pause(desk):
    desk.decided(5000)
    desk.passes_to("2026-04-10")
    desk.reconsiders("2026-03-25", "2026-04-01")
    begun, ended = pauses.of(desk.entries)[0].begun.id, pauses.of(desk.entries)[0].ended.id
    before = desk.dues.surcharge

    desk.acts_as(LAWYER, revising.redate, {"entry": begun, "day": "2026-03-23", "reason": "受理日写错"})

    assert (desk.stops, desk.dues.surcharge) == ([("2026-03-23", "2026-04-01")], before - 2 * 150_00)
    with pytest.raises(NotFound):
        desk.acts_as(LAWYER, revising.redate, {"entry": ended, "day": "2026-04-02", "reason": "已经更正过"})
    desk.acts_as(LAWYER, revising.redate, {"entry": pauses.of(desk.entries)[0].ended.id, "day": "2026-04-03", "reason": "终结日写错"})
    assert (desk.stops, desk.dues.surcharge) == ([("2026-03-23", "2026-04-03")], before - 4 * 150_00)
    with pytest.raises(InvalidState, match="更正"):
        desk.takes_back(CLERK, "paused")


WRONG_DAYS = [
    ({"day": "2026-04-02"}, "不能晚于最后一日"), ({"day": "2026-04-11"}, "不能晚于今天"), ({"day": "2026-03-25"}, "不需要更正"),
    ({"day": ""}, "更正后的日期"), ({"day": "x"}, "请填写日期"), ({"day": "2026-03-24", "reason": ""}, "理由")]


def test_a_correction_says_what_is_wrong_and_changes_nothing(desk):
    desk.decided(5000)
    desk.passes_to("2026-04-10")
    desk.reconsiders("2026-03-25", "2026-04-01")
    begun = pauses.of(desk.entries)[0].begun.id

    for said, words in WRONG_DAYS:
        with refused(words):
            desk.acts_as(LAWYER, revising.redate, {"entry": begun, "reason": "写错", **said})
    assert desk.stops == [("2026-03-25", "2026-04-01")]


def test_only_a_pause_that_a_broken_off_remedy_left_is_ended_here(desk):
    desk.decided(5000)
    desk.passes_to("2026-04-10")
    desk.reconsiders("2026-03-25")
    ends = {"day": "2026-04-01", "document": "县府终〔2026〕1号"}

    with pytest.raises(InvalidState, match="恢复加处、执行或者改正"):
        desk.acts_as(LAWYER, revising.resume, ends)
    assert not desk.reads(revising.lasting, desk.case)
    desk.breaks_off()
    assert desk.reads(revising.lasting, desk.case)
    with refused("文书文号"):
        desk.acts_as(LAWYER, revising.resume, {**ends, "document": ""})
    with refused("不能晚于今天"):
        desk.acts_as(LAWYER, revising.resume, {**ends, "day": "2026-04-11"})
    desk.acts_as(LAWYER, revising.resume, ends)
    assert desk.stops == [("2026-03-25", "2026-04-01")]
    with pytest.raises(InvalidState, match="没有正在停止"):
        desk.acts_as(LAWYER, revising.resume, ends)


def test_a_frozen_file_takes_nothing(halved):
    halved.changes(2000)
    halved.freezes()

    for act in (lambda: halved.refunds(1), lambda: halved.changes(0), lambda: halved.takes_back(LAWYER, "changed")):
        with pytest.raises(InvalidState, match="已封存"):
            act()
    assert halved.dues.paid == 5000_00


def test_the_list_narrows_to_what_is_owed_late_settled_or_to_be_paid_back(desk):
    late = desk.decided(100)
    desk.passes_to("2026-04-10")
    owing = desk.decided(200)
    settled = desk.decided(300)
    desk.pays(300)
    over = desk.decided(400)
    desk.pays(400)
    desk.reconsiders("2026-04-10", "2026-04-10")
    desk.changes(100)
    by = desk.town.person(CLERK)

    def shown(state, words=""):
        return [one.instance_id for one in desk.reads(money_list.page, by, words, state).rows]

    assert shown("") == [over, settled, owing, late]
    assert (shown("owing"), shown("late"), shown("settled"), shown("refund")) == (
        [owing, late], [late], [over, settled], [over])
    assert shown("late", "没有这件") == []
    assert [one.dues for one in desk.reads(money_list.page, by).rows] == [desk.reads(dues.of, case) for case in shown("")]
    taken = desk.town.run(lambda c: taking_out.money(c, by, "", "late"))
    assert [one.instance_id for one in taken] == [late]
    assert desk.reads(money_list.page, desk.town.person(OFFICER)).rows == ()


def test_the_plan_says_what_of_each_instalment_was_paid():
    rows = [["2026-04-15", 2000_00], ["2026-10-15", 3000_00]]
    more = {"instalments": rows}

    def entry(number, kind, amount, when, **said):
        return dues.Entry(number, kind, "fine", amount, day(when), "", "", "", None, said, BOSS, dt.datetime.min)
    ledger = [entry(1, dues.IMPOSED, 5000_00, "2026-03-02"), entry(2, dues.PLAN, 5000_00, "2026-03-05", **more),
              entry(3, dues.PAID, 500_00, "2026-04-01")]

    now = dues.balance(ledger, day("2026-04-20"), day("2026-03-17"))

    assert [(one.paid, one.unpaid, one.state) for one in now.plan] == [(500_00, 1500_00, "missed"), (0, 3000_00, "due")]
    assert (now.is_late, now.allowed.by, payments.refundable(ledger)) == (True, BOSS, {"overpaid": "多缴"})
    lower = dues.balance([*ledger, entry(4, dues.CHANGED, 4000_00, "2026-04-18")], day("2026-04-20"), day("2026-03-17"))
    assert (now.was_lowered, lower.was_lowered, [one.unpaid for one in lower.plan]) == (False, True, [500_00, 3000_00])
