"""A penalty case in the browser: an officer begins it, colleagues sign, a leader approves on the phone, a reviewer reads it."""

import pytest
from playwright.sync_api import expect

from engine.law import sample
from engine.people import qualifications
from tests.browser.people import DESK, PHONE, PHOTOS
from tests.browser.test_every_page import ASK, AXE, READY, RULES, SPILL

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]

CASE = {"item": "SR-stall", "party_kind": "natural", "party_name": "王小明", "party_identity_reason": "当场核对身份证",
        "act_day": "2026-02-27", "act_place": "东街 12 号门前", "facts": "占用人行道摆放桌椅经营，经劝导后再次摆放。", "officer": "ba1",
        "assistant": "ba2"}
OPINION = "事实清楚，建议立案。"


@pytest.fixture(scope="module", autouse=True)
def certified(town):
    """Officers and the reviewer hold certificates; the town holds the sample list of powers."""
    town.database.run(lambda c: qualifications.sample(c, ["ba1", "ba2", "fzy1"]))
    town.database.run(lambda c: sample.load(c, "990100101"))


def clean(page):
    """Nothing for axe to find, nothing over the edge."""
    page.wait_for_function(READY)
    page.evaluate(AXE.read_text("utf-8"))
    return page.evaluate(ASK, RULES) + page.evaluate(SPILL)


def begun(people, name="王小明"):
    """An officer begins a case from the list of cases; answers the officer and the page of the case. Everybody is another party."""
    officer = people.enter("ba1")
    page = officer.goes("/penalty")
    page.get_by_role("link", name="立案办案").first.click()
    page.get_by_role("link", name="按普通程序登记").click()
    officer.fills(**CASE | {"party_name": name})
    with page.expect_navigation():
        page.get_by_role("button", name="登记案件").click()
    expect(page.locator("h1")).to_contain_text(name)
    return officer, page


def test_an_officer_begins_a_case_and_sees_what_may_be_done_and_what_not(people):
    officer, page = begun(people)

    expect(page.locator("section.can")).to_contain_text("核查并申请立案")
    expect(page.locator("section.cannot")).to_contain_text("行政处罚法第五十四条：案件还没有立案")
    assert clean(page) == []
    officer.snaps("penalty-begun")


def test_evidence_is_added_with_photos_and_shows_its_hash(people):
    officer, page = begun(people)
    page.get_by_role("tab", name="证据").click()
    page.locator("#evidence summary").click()
    page.locator("#f-kind").select_option("documentary")
    page.locator("#f-title").fill("占道经营照片")
    page.locator("#f-origin").fill("现场拍摄")
    page.locator("#f-files").set_input_files([PHOTOS[0]])
    expect(page.locator("#n-files")).to_contain_text("远景")
    with page.expect_navigation():
        page.get_by_role("button", name="登记证据").click()

    page.get_by_role("tab", name="证据").click()
    page.get_by_role("link", name="占道经营照片").click()
    expect(page.locator("main")).to_contain_text("SHA-256")
    assert clean(page) == []
    officer.snaps("penalty-evidence")


def test_a_leader_approves_on_the_phone_with_one_press_and_a_phrase(people):
    officer, page = begun(people, "李大海")
    address = page.url.removeprefix(officer.address)
    page.locator("section.can").get_by_role("link", name="核查并申请立案").click()
    officer.fills(filing_advice="file", process="到现场核查。", suggestion=OPINION)
    officer.submits()
    for who, step, values in (("ba2", "协办人会签立案", {"confirm_outcome": "agree", "confirm_opinion": OPINION}),
                              ("dz1", "队长审核立案", {"filing_advice": "file", "opinion": OPINION})):
        people.enter(who).does(step, **values)

    leader = people.enter("fgld", PHONE)
    leader.opens("批准立案").get_by_role("link", name="三键审批").click()
    phone = leader.page
    expect(phone.locator("dl.facts").first).to_contain_text("占用人行道摆放桌椅经营")
    expect(phone.locator("#f-opinion")).to_have_value("")
    assert clean(phone) == []
    leader.snaps("penalty-approve")
    phone.locator("#phrase").select_option("同意，按程序办理。")
    expect(phone.locator("#f-opinion")).to_have_value("同意，按程序办理。")
    with phone.expect_navigation():
        phone.get_by_role("button", name="同意立案").click()

    expect(phone.locator("#notices")).to_contain_text("“批准立案”已提交：同意立案")
    page = officer.goes(address)
    expect(page.locator(".task-line")).to_contain_text("〔2026〕")
    expect(page.locator("#now-title + *")).to_contain_text("是否责令改正")


def test_a_leader_sends_back_with_a_reason_only(people):
    officer, page = begun(people, "赵小河")
    page.locator("section.can").get_by_role("link", name="核查并申请立案").click()
    officer.fills(filing_advice="file", process="到现场核查。", suggestion=OPINION)
    officer.submits()
    people.enter("ba2").does("协办人会签立案", confirm_outcome="agree", confirm_opinion=OPINION)
    captain = people.enter("dz1", PHONE)
    captain.forgives("422")
    captain.opens("队长审核立案").get_by_role("link", name="三键审批").click()
    phone = captain.page
    with phone.expect_navigation():
        phone.get_by_role("button", name="退回").click()

    expect(phone.locator(".error-summary")).to_contain_text("退回理由")
    phone.locator("#phrase").select_option("请补充证据后再报。")
    with phone.expect_navigation():
        phone.get_by_role("button", name="退回").click()
    expect(phone.locator("#notices")).to_contain_text("已退回")


@pytest.mark.parametrize("size", [DESK, PHONE], ids=["desk", "phone"])
def test_a_reviewer_searches_the_list_and_reads_a_case_without_writing(people, size):
    begun(people)
    reviewer = people.enter("fzy1", size)
    page = reviewer.goes("/penalty")
    page.locator("#p-words").fill("王小明")
    expect(page.locator("#list")).to_contain_text("王小明")
    assert clean(page) == []
    reviewer.snaps("penalty-list")
    page.locator("td.main-cell a").first.click()

    expect(page.locator("h1")).to_contain_text("王小明")
    expect(page.get_by_text("更正案情或者当事人")).to_have_count(0)
    assert clean(page) == []
    reviewer.snaps("penalty-case")


@pytest.mark.parametrize("size", [DESK, PHONE], ids=["desk", "phone"])
def test_a_reviewer_arranges_a_hearing(people, size):
    _, page = begun(people)
    number = page.locator(".task-line .num").inner_text()
    reviewer = people.enter("fzy1", size)
    page = reviewer.goes("/hearings/rooms")
    page.locator("#f-name").fill(f"{size['width']} 号听证室")
    page.locator("#f-seats").fill("20")
    with page.expect_navigation():
        page.get_by_role("button", name="增加").click()
    assert clean(page) == []
    page = reviewer.goes(f"/hearings/new?case={number}")
    assert clean(page) == []
    page.locator("#f-room").select_option(page.locator("#f-room option", has_text=f"{size['width']} 号").get_attribute("value"))
    reviewer.fills(host="fgld", clerk="dz1", begins="09:00" if size is DESK else "14:00", ends="11:00" if size is DESK else "16:00")
    with page.expect_navigation():
        page.get_by_role("button", name="确定安排").click()

    expect(page.locator("h1")).to_contain_text("听证：")
    assert clean(page) == []
    page = reviewer.goes("/hearings?span=list")
    expect(page.locator("table.stack")).to_contain_text("王**")
    assert clean(page) == []
    reviewer.snaps("hearings")
