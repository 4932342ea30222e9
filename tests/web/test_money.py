"""The page of a case's money: refunds, changes after a reconsideration, corrected pauses, the plan; and the list with its export."""

import io

import pytest
from openpyxl import load_workbook

from engine import clock, definitions
from engine.cases import case_file, dues, instalments, measures, pauses, payments, proposals
from engine.people import directory
from engine.runtime import commands, worklist
from tests import small_remedy
from tests.small_remedy import PAPER
from tests.web import cases

CLERK, REVIEWER, HEAD = "cw1", "fzy1", "zz"
TODAY = "2026-03-02"
PAYING = f"""
    {cases.KNOWN}
    start s
    <userTask id="pay" name="登记缴款" {cases.STEP} gl:assignee="officer" gl:deadline="DL-E1"/>
    end e
    s -> pay -> e
"""


@pytest.fixture
def case(database):
    """A filed case with a fine of 5000 yuan that is to be paid within the time of the law."""
    cases.publish(database, PAYING)
    made = cases.opened(database)
    terms = proposals.Terms(kinds=("fine",), fine=5000_00, basis=("x",))

    def decide(c):
        case_file.change(c, made, status=case_file.FILED, number="青石镇综执罚〔2026〕1号", filed_on=TODAY)
        proposals.write(c, made, proposals.DECISION, terms, cases.HEAD)
        payments.impose(c, made, {}, None)
    database.run(decide)
    return made


@pytest.fixture
def reviewed(database, case):
    """The fine was paid, and a reconsideration changed it; answers (the case, the reconsideration)."""
    day = clock.today().isoformat()
    said = {"amount": 5000_00, "day": day, "channel": "bank", "receipt": "00123"}
    database.run(lambda c: payments.record(c, case, said, CLERK) and None)
    database.run(lambda c: definitions.deploy(c, small_remedy.package(), by=None))
    with database.reading() as c:
        by = directory.participant(c, REVIEWER)
    remedy = database.run(lambda c: measures.begin(c, case, "remedy", {}, by))["instance"]
    for name, values in small_remedy.steps(day, day):
        with database.reading() as c:
            item = next(one.id for one in worklist.of(c, by).entries if one.name == name and one.instance_id == remedy)
        database.run(lambda c, item=item, values=values: commands.complete(c, item, values, by=by))
    return case, remedy


def page(answer, status=200):
    assert answer.status_code == status, answer.get_data(as_text=True)
    return answer.get_data(as_text=True)


def standing(database, case):
    with database.reading() as c:
        return dues.of(c, case)


def test_a_reviewer_changes_once_and_the_clerk_pays_back_once(database, as_person, reviewed):
    case, remedy = reviewed
    reviewer, clerk, address = as_person(REVIEWER), as_person(CLERK), f"/ledgers/money/{case}"
    assert f"处罚决定已被变更（<span class=\"num\">{PAPER}</span>）" in page(reviewer.get(address))
    assert "现在没有可退的款项" in page(clerk.get(address))

    change = {"key": "c1", "change_ruling": str(remedy), "change_amount": "2000", "change_reason": "罚款变更为二千元"}
    refund = {"key": "r1", "refund_amount": "3000", "refund_day": clock.today().isoformat(), "refund_ground": "changed",
              "refund_document": "退 1 号"}
    for _ in range(2):
        assert reviewer.post(f"{address}/changes", change).status_code == 302
    text = page(clerk.get(address))
    assert "可退罚款 3,000 元" in text and "应缴数额还没有变更" not in text
    for _ in range(2):
        assert clerk.post(f"{address}/refunds", refund).status_code == 302

    now = standing(database, case)
    assert [one.kind for one in now.entries] == ["imposed", "paid", "paused", "resumed", "changed", "refunded"]
    assert (now.fine, now.paid, now.overpaid) == (2000_00, 2000_00, 0)
    text = page(clerk.get(address))
    assert "退 1 号，处罚决定被变更，县府复决〔2026〕1号" in text
    assert text.count("确定红冲") == 2, "the clerk takes back the payment and the refund, not the change"


def test_what_was_typed_stays_beside_what_is_wrong(database, as_person, reviewed):
    case, remedy = reviewed
    reviewer, clerk, address = as_person(REVIEWER), as_person(CLERK), f"/ledgers/money/{case}"

    change = {"key": "c1", "change_ruling": str(remedy), "change_amount": "6000", "change_reason": "罚款变更"}
    text = page(reviewer.post(f"{address}/changes", change), 422)
    assert "第六十三条" in text
    assert 'value="6000"' in text and 'value="罚款变更"' in text and f'value="{remedy}" selected' in text
    text = page(clerk.post(f"{address}/refunds", {"key": "r1", "refund_amount": "1", "refund_document": ""}), 422)
    assert "请填写退库（退款）凭证号" in text
    text = page(clerk.post(f"{address}/costs", {"key": "k1", "cost_kind": "incurred", "cost_amount": "320", "cost_day": "x"}), 422)
    assert 'value="320"' in text and "请写明费用的名目和依据" in text
    text = page(clerk.post(address, {"key": "p1", "amount": "10", "day": "三月", "channel": "bank", "receipt": "9"}), 422)
    assert "请填写日期" in text and 'value="10"' in text
    slip = {"key": "p2", "amount": "10", "day": "0001-01-01", "channel": "bank", "receipt": "9"}
    assert "年份不对" in page(clerk.post(address, slip), 422)
    assert standing(database, case).overpaid == 0


def test_a_reviewer_corrects_the_day_of_a_pause(database, as_person, reviewed):
    case, _ = reviewed
    begun = pauses.of(standing(database, case).entries)[0].begun
    browser, address = as_person(REVIEWER), f"/ledgers/money/{case}/stops/{begun.id}"

    assert "已经是" in page(browser.post(address, {"key": "s1", "stop_day": begun.day.isoformat(), "stop_reason": "写错"}), 422)
    said = {"key": "s2", "stop_day": "2026-01-05", "stop_reason": "受理日写错"}
    for _ in range(2):
        assert browser.post(address, said).status_code == 302
    assert pauses.of(standing(database, case).entries)[0].begun.day.isoformat() == "2026-01-05"
    ends = browser.post(f"/ledgers/money/{case}/resumptions", {"key": "s3", "resume_day": TODAY, "resume_document": "x"})
    assert "没有正在停止" in page(ends, 422)


ROUTES = {"": CLERK, "/refunds": CLERK, "/costs": CLERK, "/costs/1": CLERK, "/changes": REVIEWER,
          "/stops/1": REVIEWER, "/resumptions": REVIEWER}


def test_every_act_has_its_own_post(database, as_person, reviewed):
    case, _ = reviewed
    before = standing(database, case).entries
    for person in (CLERK, REVIEWER, "ba1", "jw1", "fgld"):
        browser = as_person(person)
        refused = {route for route in ROUTES if browser.post(f"/ledgers/money/{case}{route}", {"key": "x"}).status_code == 403}
        assert refused == {route for route, who in ROUTES.items() if who != person}
    for person, who in (("lx-cw1", CLERK), ("lx-fzy1", REVIEWER)):
        browser = as_person(person)
        answers = {browser.post(f"/ledgers/money/{case}{route}", {"key": "x"}).status_code for route, one in ROUTES.items() if one == who}
        assert answers == {404}
    assert standing(database, case).entries == before


def test_a_closed_file_shows_no_form_and_takes_nothing(database, as_person, reviewed):
    case, remedy = reviewed
    closed = {"status": case_file.CLOSED, "closed_on": TODAY, "frozen_at": clock.now()}
    database.run(lambda c: case_file.change(c, case, **closed))
    reviewer, clerk, address = as_person(REVIEWER), as_person(CLERK), f"/ledgers/money/{case}"

    for browser in (reviewer, clerk):
        assert f'action="{address}' not in page(browser.get(address))
    change = {"key": "c1", "change_ruling": str(remedy), "change_amount": "0", "change_reason": "x"}
    assert "已封存" in page(reviewer.post(f"{address}/changes", change), 422)
    refund = {"key": "r1", "refund_amount": "1", "refund_ground": "overpaid", "refund_document": "x"}
    assert "已封存" in page(clerk.post(f"{address}/refunds", refund), 422)


def test_the_plan_that_was_approved_is_shown_and_none_is_approved_here(database, as_person, case):
    clerk, address = as_person(CLERK), f"/ledgers/money/{case}"
    assert "由镇长（主任）批准（行政处罚法第六十六条第二款）" in page(clerk.get(address))
    rows = [{"due_on": "2099-01-15", "amount": 2000_00}, {"due_on": "2099-10-15", "amount": 3000_00}]
    said = {"instalments": rows, "applied_on": TODAY, "document": "青延缴〔2026〕1号"}
    database.run(lambda c: instalments.approve(c, case, said, HEAD) and None)

    text = page(clerk.get(address))
    assert "青延缴〔2026〕1号" in text
    assert "第 2 期" in text and "2,000" in text
    plan = standing(database, case).entries[-1].id
    assert "由行政机关负责人批准" in page(clerk.post(f"{address}/entries/{plan}", {"key": "u", "reason": "x"}), 422)


def test_the_list_is_narrowed_and_taken_out_as_it_is_shown(as_person, reviewed):
    clerk = as_person(CLERK)
    assert "青石镇综执罚〔2026〕1号" in page(clerk.get("/ledgers/money?state=settled"))
    assert "没有符合条件的案件" in page(clerk.get("/ledgers/money?state=late&q=青石"))

    made = clerk.post("/ledgers/money/export", {"state": "settled", "q": "青石"})
    rows = [[cell.value for cell in row] for row in load_workbook(io.BytesIO(made.data)).active.iter_rows()]
    assert "cw1" in rows[0][0] and "缴清，“青石”" in rows[0][0]
    assert rows[2][0] == "青石镇综执罚〔2026〕1号" and rows[2][3:8] == [5000, 5000, 0, 0, 0]
    assert rows[3][0] == "合计" and rows[3][3] == 5000
    assert as_person("ba1").post("/ledgers/money/export", {}).status_code == 403
