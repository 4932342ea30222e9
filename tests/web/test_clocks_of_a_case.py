"""The clocks on a case's page: their dates, their ledgers, entering in them, and the gates on the working page."""

import datetime as dt
import re

import pytest

from tests.web import penalty
from tests.web.grid import hidden, only_task, text
from tests.web.penalty import BOSS, FOREIGN_BOSS, FOREIGN_OFFICER, INSPECTOR, OFFICER, REVIEWER

LAB = {"ground": "testing", "document": "检测委托书〔2026〕3号", "approver": BOSS, "reason": "送检"}


@pytest.fixture
def case(clock, database):
    opened = penalty.file_case(database)
    penalty.do(database, OFFICER, "调查取证")
    return opened


@pytest.fixture
def address(database, case):
    return f"/cases/{case}/clocks/{penalty.clock_of(database, case).id}"


@pytest.fixture
def officer(clock, as_person, case):
    return as_person(OFFICER)


def form_of(browser, address: str, act: str) -> dict[str, str]:
    """What a form of the clock's page sends along by itself; an act that the page does not offer is sent with what another would send."""
    page = text(browser.get(address))
    form = re.search(rf'action="[^"]*/{act}".*?</form>', page, re.DOTALL)
    return dict(re.findall(r'name="(key|revision)" value="([^"]*)"', form.group(0) if form else page))


def sends(browser, address: str, act: str, **values):
    """Fill in one of the forms of the clock's page as it stands, and send it."""
    return browser.post(f"{address}/{act}", {**form_of(browser, address, act), **values})


def due(database, case: int) -> str:
    return f"{penalty.clock_of(database, case).due_at.astimezone(dt.timezone(dt.timedelta(hours=8))):%Y-%m-%d}"


def test_the_case_page_shows_each_clock_with_its_rule_and_what_is_left(officer, case):
    page = text(officer.get(f"/cases/{case}"))

    assert "DL-C6 立案到处罚决定" in page and "2026年5月31日 周日" in page
    assert "保守掌握" in page and "2026年5月29日 周五" in page
    assert "为什么是这一天" in page and "市场监督管理行政处罚程序规定" in page
    assert re.search(r"还有 \d+ 个工作日", page)
    assert "流程自定的时限" in page


def test_the_clocks_own_page_gives_the_reasons_and_every_day(officer, address):
    page = text(officer.get(address))

    assert "2026年3月" in page and "2026年5月" in page and page.count('class="is-counted"') == 89
    assert "不计入" in page and 'class="is-start"' in page and 'class="is-due"' in page


def test_a_suspension_with_its_document_moves_the_date_and_stands_in_the_ledger(as_person, database, case, address, clock):
    clock.advance(dt.timedelta(days=8))
    begun = sends(as_person(OFFICER), address, "suspend", **LAB)
    clock.advance(dt.timedelta(days=10))
    officer = as_person(OFFICER)
    ended = sends(officer, address, "resume", document="检测报告〔2026〕9号")

    page = text(officer.get(f"/cases/{case}"))
    assert (begun.status_code, ended.status_code) == (302, 302), text(ended)
    assert due(database, case) == "2026-06-10"
    assert "检测委托书〔2026〕3号" in page and "尹秋菊审批" in page and "郑永康" in page


def test_a_suspension_without_its_document_is_refused_in_place_and_nothing_changes(officer, database, case, address):
    before = penalty.clock_of(database, case)

    answer = sends(officer, address, "suspend", **{**LAB, "document": "", "reason": "样品已送检"})

    page = text(answer)
    assert answer.status_code == 422
    assert "DL-C6" in page and "没有登记，期限没有变" in page and "样品已送检" in page
    assert penalty.clock_of(database, case) == before


def test_a_rule_set_without_grounds_offers_no_suspension(clock, database, as_person):
    case = penalty.file_case(database, rule_set="RS-CFF")
    penalty.do(database, OFFICER, "调查取证")
    address = f"/cases/{case}/clocks/{penalty.clock_of(database, case).id}"
    officer = as_person(OFFICER)
    before = penalty.clock_of(database, case)

    page, answer = text(officer.get(address)), officer.post(f"{address}/suspend", {"key": "k", **LAB})

    assert "没有可以停表或延长的法定理由" in page and f"{address}/suspend" not in page
    assert answer.status_code == 422 and "DL-C6" in text(answer)
    assert penalty.clock_of(database, case) == before


def test_an_extension_needs_its_approver_and_keeps_within_the_cap(officer, database, case, address):
    alone = sends(officer, address, "extend", length="30", document="延长审批表")
    granted = sends(officer, address, "extend", length="30", document="延长审批表〔2026〕1号", approver=BOSS)

    assert (alone.status_code, granted.status_code) == (422, 302)
    assert due(database, case) == "2026-06-30"


def test_a_wrong_entry_is_corrected_or_revoked_and_stays_readable(as_person, database, case, address, clock):
    clock.advance(dt.timedelta(days=20))
    officer = as_person(OFFICER)
    sends(officer, address, "exclude", begins="2026-03-03", ends="2026-03-13", **LAB)
    assert due(database, case) == "2026-06-10"
    assert re.search(r'id="f-correct2-ends"[^>]*value="2026-03-13"', text(officer.get(address)))

    corrected = sends(officer, address, "correct", entry="2", begins="2026-03-03", ends="2026-03-08", **{**LAB, "reason": "报告提前"})
    assert corrected.status_code == 302 and due(database, case) == "2026-06-05"
    revoked = sends(officer, address, "revoke", entry="2", reason="并未送检", document="情况说明", approver=BOSS)

    page = text(officer.get(address))
    assert revoked.status_code == 302, text(revoked)
    assert due(database, case) == "2026-05-31"
    assert "已撤销" in page and "报告提前" in page


def test_the_same_entry_sent_twice_is_one_and_a_stale_page_is_told(officer, as_person, database, case, address):
    own = form_of(officer, address, "extend")
    values = {"length": "30", "document": "延长审批表〔2026〕1号", "approver": BOSS}

    first, second = (officer.post(f"{address}/extend", {**own, **values}) for _ in range(2))
    stale = as_person(REVIEWER).post(f"{address}/extend", {**own, "key": "another", **values})

    assert (first.status_code, second.status_code, stale.status_code) == (302, 302, 409)
    assert penalty.clock_of(database, case).entries == 2
    assert "没有登记" in text(stale) and "延长审批表〔2026〕1号" in text(stale)


@pytest.mark.parametrize(("act", "values", "field"), [
    ("exclude", {"begins": "2026-02-30", "ends": "2026-03-13"}, "没有 2026-02-30 这一天"),
    ("exclude", {"begins": "2026-03-03", "ends": "9999-12-31"}, "9999 年不在能核算的范围内"),
    ("exclude", {"begins": "", "ends": ""}, "请填写从哪一天起"),
    ("suspend", {"begins": "2026-03-03", "begins_time": "23:59:60"}, "闰秒"),
    ("extend", {"length": "-30"}, "整数"),
    ("extend", {"length": "1e9"}, "整数"),
    ("extend", {"length": ""}, "请填写延长多少"),
    ("exclude", {"begins": "2026-03-03", "ends": "2026-03-05", "document": "字" * 600}, "最多 500 个字"),
    ("correct", {"entry": "99999999999999", "begins": "2026-03-03"}, ""),
    ("revoke", {"entry": "-1", "reason": "x"}, ""),
])
def test_what_cannot_be_read_is_refused_beside_its_field(officer, database, case, address, act, values, field):
    before = penalty.clock_of(database, case)

    answer = sends(officer, address, act, **{**LAB, **values})

    assert answer.status_code == 422 and field in text(answer)
    assert penalty.clock_of(database, case) == before


def test_script_in_a_documents_name_is_shown_as_text(officer, case, address):
    sends(officer, address, "extend", length="5", document="<script>alert(1)</script>", approver=BOSS)

    for page in (text(officer.get(address)), text(officer.get(f"/cases/{case}"))):
        assert "<script>alert(1)" not in page and "&lt;script&gt;alert(1)" in page


def test_who_may_read_and_who_may_enter(as_person, officer, database, case, address):
    foreign, inspector = as_person(FOREIGN_OFFICER), as_person(INSPECTOR)
    before = penalty.clock_of(database, case)

    assert inspector.get(address).status_code == 200 and "登记中止" not in text(inspector.get(address))
    assert inspector.post(f"{address}/suspend", LAB).status_code == 403
    assert foreign.get(address).status_code == 404 and foreign.post(f"{address}/suspend", LAB).status_code == 404
    assert sends(officer, address, "extend", length="5", document="审批表", approver=FOREIGN_BOSS).status_code == 422
    assert officer.post(f"{address}/nonsense", LAB).status_code == 404
    assert penalty.clock_of(database, case) == before


def test_a_clock_is_found_under_its_own_case_alone(officer, database, case):
    other = penalty.file_case(database)
    penalty.do(database, OFFICER, "调查取证")
    clock = penalty.clock_of(database, case)

    assert officer.get(f"/cases/{other}/clocks/{clock.id}").status_code == 404
    assert officer.post(f"/cases/{other}/clocks/{clock.id}/extend", {"length": "5"}).status_code == 404


def test_a_step_before_its_time_says_why_and_when_and_keeps_what_was_typed(officer, as_person, database, clock, case):
    item = only_task(officer)
    page = text(officer.get(f"/tasks/{item}"))
    early = officer.post(f"/tasks/{item}", hidden(officer, item))

    assert "DL-C1" in page and "3月10日 周二 00:00" in page and "现在提交会被退回" in page
    assert early.status_code == 409 and "没有提交" in text(early) and "3月10日 周二 00:00" in text(early)
    assert penalty.clock_of(database, case, "DL-C1").status == "running"

    clock.advance(dt.timedelta(days=8))
    officer = as_person(OFFICER)
    assert "可以提交" in text(officer.get(f"/tasks/{item}"))
    assert officer.post(f"/tasks/{item}", hidden(officer, item)).status_code == 302
