"""Any date with its reasons on a page whose address is the whole question; the rule book as a table; nothing hostile gets further."""

import re
from urllib.parse import urlencode

import pytest

from tests.web.grid import text

SCRIPT = "<script>alert(1)</script>"
SAMR = {"rule": "DL-C6", "set": "RS-SAMR", "start": "2026-02-10"}
LAB = {"kind": "suspend", "begins": "2026-03-01", "ends": "2026-03-10", "ground": "testing", "document": "检测委托书3号", "length": "",
       "approver": ""}
COLUMNS = tuple(LAB)


@pytest.fixture
def legal(clock, as_person):
    return as_person("fzy1")


def ask(browser, *events: dict[str, str], **values: str):
    """Open the page with a question in its address."""
    rows = [(name, event.get(name, "")) for event in events for name in COLUMNS]
    return browser.get(f"/deadlines?{urlencode([*values.items(), *rows])}")


def test_every_signed_in_person_finds_it_in_the_menu(as_person):
    for person in ("wg01", "fzy1", "jw1", "xitong"):
        assert 'href="/deadlines"' in text(as_person(person).get("/account"))


def test_the_empty_page_asks_and_blames_nobody(legal):
    answer = legal.get("/deadlines")

    assert answer.status_code == 200
    assert "DL-B3 查封、扣押" in text(answer) and "请更正" not in text(answer)


def test_the_answer_gives_the_day_the_reasons_and_every_day(legal):
    page = text(ask(legal, LAB, **SAMR))

    assert "2026年5月20日 周三" in page and "市场监督管理行政处罚程序规定" in page and "第64条" in page
    assert page.count('class="is-excluded"') == 9 and page.count('class="is-counted"') == 89 and page.count('class="is-due"') == 1
    assert "首日" in page or "起算日，不计入" in page
    assert "2026-03-02 至 2026-03-10" in page and "检测、检验、检疫、技术鉴定（检测委托书3号），不计" in page


def test_every_day_stands_under_its_weekday(legal):
    page = text(ask(legal, rule="DL-C3", start="2026-09-30"))
    rows = [re.findall(r"<td[^>]*>", row) for row in re.findall(r"<tr>(?:<td.*?)</tr>", page.partition('class="month"')[2], re.DOTALL)]
    at = {name: next(n for row in rows for n, cell in enumerate(row) if f"is-{name}" in cell) for name in ("start", "due")}

    assert {len(row) for row in rows if row and "is-" in "".join(row)} == {7}
    assert at == {"start": 2, "due": 3}  # a Wednesday and a Thursday
    assert "d-none" not in page.partition('class="months"')[2].partition("</section>")[0]


def test_working_days_name_the_holidays_they_skip(legal):
    page = text(ask(legal, rule="DL-C3", start="2026-09-30"))

    assert "2026年10月15日 周四" in page and "2026年10月16日 周五 00:00" in page
    assert "国庆" in page and 'class="is-worked"' in page and "调休上班" in page


def test_the_conservative_day_stands_beside_the_legal_one(legal):
    page = text(ask(legal, rule="DL-C6", start="2026-09-14"))

    assert "2026年12月13日 周日" in page and "2026年12月11日 周五" in page and "保守掌握" in page


def test_an_hour_rule_shows_its_minute_and_no_months(legal):
    page = text(ask(legal, rule="DL-B2", start="2025-09-15", time="10:20"))

    assert "2025年9月16日 周二 10:20" in page and 'class="month"' not in page


def test_a_rule_that_bars_times_shows_them_and_no_end(legal):
    page = text(ask(legal, rule="DL-E13", start="2026-10-01"))

    assert "22:00-06:00" in page and "国庆" in page
    assert "届满日" not in page and 'class="month"' not in page


def test_the_address_holds_the_whole_question(legal):
    granted = {"kind": "extend", "length": "30", "document": "延长审批表", "approver": "王镇长"}

    page = text(ask(legal, LAB, granted, **SAMR))

    assert page.count('name="kind"') == 3
    assert 'value="检测委托书3号"' in page and 'value="王镇长"' in page and "2026年6月19日" in page


def test_a_long_limit_shows_its_ends_and_says_what_it_leaves_out(legal):
    page = text(ask(legal, rule="DL-A1", start="2026-03-02"))

    assert "2028年3月2日" in page and page.count('<table class="month">') == 14 and "个月没有画出" in page


def test_a_name_or_a_law_leads_to_rules(legal):
    answer = ask(legal, rule="查封", start="2026-03-02")

    assert answer.status_code == 422
    assert "您找的可能是" in text(answer) and "rule=DL-B3" in text(answer)


def test_another_length_can_be_tried_where_the_number_is_local(legal):
    unset, tried = ask(legal, rule="DL-C5", start="2026-03-02"), ask(legal, rule="DL-C5", start="2026-03-02", value="5个工作日")

    assert unset.status_code == 422 and "PRM-review.days" in text(unset)
    assert tried.status_code == 200 and "2026年3月9日" in text(tried)


@pytest.mark.parametrize(("changes", "field", "words"), [
    ({"start": "2026-02-30"}, "f-start", "没有 2026-02-30 这一天"),
    ({"start": ""}, "f-start", "请填写日期"),
    ({"start": "10000-01-01"}, "f-start", "不是日期"),
    ({"start": "9999-12-31"}, "f-start", "9999 年"),
    ({"start": "-0001-01-01"}, "f-start", "不是日期"),
    ({"start": "1991-05-05"}, "f-start", "市场监督管理行政处罚程序规定"),
    ({"start": "2026-03-02", "time": "23:59:60"}, "f-start", "闰秒"),
    ({"on": "2026-13-01"}, "f-on", "这一天"),
    ({"rule": ""}, "f-rule", "请选择期限规则"),
    ({"rule": "DL-Z9"}, "f-rule", "DL-Z9"),
    ({"rule": SCRIPT}, "f-rule", "&lt;script&gt;"),
    ({"set": "RS-NONE"}, "f-set", "RS-NONE"),
    ({"value": "-5", "rule": "DL-C1", "set": ""}, "f-value", "PRM-statement.days"),
    ({"value": "1e400", "rule": "DL-C1", "set": ""}, "f-value", "PRM-statement.days"),
])
def test_a_mistake_is_told_beside_its_field(legal, changes, field, words):
    answer = ask(legal, **{**SAMR, **changes})

    assert answer.status_code == 422
    assert f'href="#{field}"' in text(answer) and words in text(answer)


@pytest.mark.parametrize(("event", "words"), [
    ({"begins": "2026-03-32"}, "这一天"),
    ({"begins": ""}, "请填写日期"),
    ({"begins": "2026-03-10", "ends": "2026-03-01"}, "DL-C6"),
    ({"begins": "2001-01-01"}, "DL-C6"),
    ({"document": ""}, "须有"),
    ({"document": "字" * 300}, "最多 200 个字"),
    ({"ground": "weather"}, "DL-C6"),
    ({"ground": SCRIPT}, "DL-C6"),
    ({"kind": ""}, "请选择中止"),
    ({"kind": "delete"}, "请选择中止"),
    ({"kind": "extend", "length": "-30"}, "整数"),
    ({"kind": "extend", "length": "9999999999999"}, "整数"),
    ({"kind": "extend", "length": "30"}, "DL-C6"),
    ({"kind": "extend", "length": "31", "approver": "王镇长"}, "DL-C6"),
    ({"kind": "extend", "length": "３０"}, "整数"),
])
def test_an_event_that_the_law_or_the_calendar_does_not_know_is_told_in_its_row(legal, event, words):
    answer = ask(legal, {**LAB, **event}, **SAMR)

    assert answer.status_code == 422
    assert 'id="e-events-0' in text(answer) and "第 1 条：" in text(answer) and words in text(answer)


def test_script_in_a_document_is_text(legal):
    page = text(ask(legal, {**LAB, "document": SCRIPT}, **SAMR))

    assert SCRIPT not in page and "&lt;script&gt;alert(1)" in page and "2026年5月20日" in page


@pytest.mark.parametrize("number", [41, 500, 3000])
def test_a_huge_list_of_events_is_refused(legal, number):
    answer = ask(legal, *[LAB] * number, **SAMR)

    assert answer.status_code == 422 and "最多核算 40 条" in text(answer)
    assert text(answer).count('name="kind"') < 60


def test_columns_of_different_lengths_are_no_fault(legal):
    answer = legal.get(f"/deadlines?{urlencode(SAMR)}&kind=suspend&kind=extend&begins=2026-03-01&document=a&document=b&document=c")

    assert answer.status_code == 422 and 'id="e-events-2-kind"' in text(answer)


@pytest.mark.parametrize("address", [
    "/deadlines?rule=%00", "/deadlines?start=%ff%fe", "/deadlines?rule=" + "A" * 5000, "/deadlines?set=" + "%F0%9F%98%80" * 50,
    "/deadlines/rules?on=2026-02-30", "/deadlines/rules?on=9999-99-99", "/deadlines/rules?q=" + "%25" * 500,
    "/deadlines/rules?chapter=%3Cscript%3E&kind=x&evidence=x&counts=x"])
def test_an_address_that_means_nothing_gives_an_ordinary_answer(legal, address):
    answer = legal.get(address)

    assert answer.status_code in (200, 400, 422) and "<script>alert" not in text(answer) and "Traceback" not in text(answer)


def test_the_rule_book_shows_law_length_derivation_and_evidence(legal):
    page = text(legal.get("/deadlines/rules"))
    row = re.search(r'id="DL-C2".*?</tr>', page, re.DOTALL).group(0)

    assert all(f'id="{rule}"' in page for rule in ("DL-A1", "DL-B1", "DL-C6", "DL-D1", "DL-E13", "DL-F15", "DL-G3"))
    assert "5个工作日" in row and "第85条规定" in row and "行政处罚法第64条" in row and "已核实" in row and "2021年7月15日起施行" in row
    assert "待核" in page and "PRM-verify.days" in page


def test_the_rule_book_sets_rule_sets_side_by_side(legal):
    sets = text(legal.get("/deadlines/rules")).partition('id="sets"')[2]

    part = sets.partition("DL-C6")[2]
    assert all(name in part for name in ("RS-SAMR", "RS-EMER", "RS-LAND", "RS-AGRI")) and "60日" in part and "6个月" in part


@pytest.mark.parametrize(("query", "there", "gone"), [
    ("q=查封", "DL-B3", "DL-C6"), ("chapter=G", "DL-G3", "DL-A1"), ("counts=working", "DL-C2", "DL-C6"), ("evidence=K-L", "DL-C4", "DL-C2"),
    ("kind=gate", "DL-E7", "DL-D1"), ("q=PRM-verify.days", "DL-A2", "DL-B3"),
])
def test_the_rule_book_is_filtered_by_its_address(legal, query, there, gone):
    page = text(legal.get(f"/deadlines/rules?{query}")).partition('id="sets"')[0]

    assert f'id="{there}"' in page and f'id="{gone}"' not in page


def test_the_rule_book_of_another_day_is_that_days_law(legal):
    then, now = (text(legal.get(f"/deadlines/rules?on={day}")).partition('id="sets"')[0] for day in ("2022-03-01", "2026-09-01"))

    assert 'id="DL-A1.eco"' in now and 'id="DL-A1.eco"' not in then
    assert "2022年3月1日有效的版本" in then


def test_nothing_hides_in_line_on_these_pages(legal):
    for page in (text(ask(legal, LAB, **SAMR)), text(legal.get("/deadlines/rules"))):
        assert " style=" not in page and "<style" not in page and " onclick=" not in page and "javascript:" not in page
