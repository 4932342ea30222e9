"""The page of the working calendar: what it shows, who may change it, and that nothing is changed unseen, stale or twice."""

import io
import re
from pathlib import Path

import openpyxl
import pytest
from sqlalchemy import select

from engine.clock import Simulated
from engine.database import Database
from engine.deadlines import calendars
from engine.runtime import redating
from engine.runtime.tables import process_instance
from tests.web import loop

NOTICES = Path(__file__).parents[1] / "notices"
ADMIN, INSPECTOR, WORKER = "xitong", "jw1", "wg01"
PAGE, PLAN, APPLY = "/admin/calendar", "/admin/calendar/plan?year=2027", "/admin/calendar/apply"
TYPHOON = {"kind": "day", "date": "2026-07-20", "off": "off", "name": "台风停工", "reason": "三防指挥部 12 号通知"}


def text(answer: object) -> str:
    return answer.get_data(as_text=True)


def hidden(page: str) -> dict[str, list[str]]:
    """What the form that makes the change would send."""
    form = re.search(rf'<form[^>]*action="{APPLY}[^"]*".*?</form>', page, re.DOTALL)[0]
    found: dict[str, list[str]] = {}
    for name, value in re.findall(r'name="(\w+)" value="([^"]*)"', form):
        if name != "csrf":
            found.setdefault(name, []).append(value.replace("&#34;", '"'))
    return found


def notice(name: str = "2027.json", content: bytes | None = None) -> dict[str, object]:
    data = content if content is not None else (NOTICES / name).read_bytes()
    return {"kind": "notice", "file": (io.BytesIO(data), name)}


def version(database: Database) -> int:
    with database.reading() as c:
        return calendars.version(c)


def test_a_year_is_shown_as_twelve_months_with_word_and_look(as_person) -> None:
    page = text(as_person(ADMIN).get(f"{PAGE}?year=2026"))

    assert page.count("cal-month") == 12
    assert 'class="cal-off" title="国庆节休息"' in page and 'class="cal-work" title="国庆节上班"' in page
    assert "<small>休</small>" in page and "<small>班</small>" in page
    assert "临时日历" not in page and "08:30–12:00、14:00–17:30" in page


def test_a_year_without_a_notice_says_that_it_is_provisional(as_person) -> None:
    assert "临时日历：" in text(as_person(ADMIN).get(f"{PAGE}?year=2027"))
    assert "2026 年工作日历" in text(as_person(ADMIN).get(f"{PAGE}?year=9999"))


@pytest.mark.parametrize(("person", "looks"), [(ADMIN, True), (INSPECTOR, True), (WORKER, False), ("anquan", False)])
def test_who_may_look_and_who_may_change(as_person, database: Database, person: str, looks: bool) -> None:
    browser, before = as_person(person), version(database)

    for address in (PAGE, f"{PAGE}/progress", f"{PAGE}/moves"):
        assert browser.get(address).status_code == (200 if looks else 403)
    if person == ADMIN:
        return
    assert [browser.post(address, TYPHOON).status_code for address in (PLAN, APPLY)] == [403, 403]
    assert not looks or "/admin/calendar/plan" not in text(browser.get(PAGE))
    assert version(database) == before


@pytest.mark.parametrize("name", ["2027.json", "2027.csv"])
def test_a_notice_is_shown_first_then_loaded_and_loaded_once(as_person, database: Database, name: str) -> None:
    browser, before = as_person(ADMIN), version(database)

    shown = text(browser.post(PLAN, notice(name)))
    assert "2027年2月6日" in shown and "● 休息" in shown and "▲ 上班" in shown
    assert version(database) == before

    sent = hidden(shown)
    first, second = browser.post(APPLY, sent), browser.post(APPLY, sent)
    assert (first.status_code, second.status_code) == (302, 302)
    assert version(database) == before + 1
    assert "临时日历" not in text(browser.get(f"{PAGE}?year=2027"))
    assert "什么都没有改动" in text(browser.post(PLAN, notice(name)))


def test_a_change_seen_on_an_older_calendar_is_refused(as_person, database: Database) -> None:
    browser = as_person(ADMIN)
    stale = hidden(text(browser.post(PLAN, notice())))
    browser.post(APPLY, hidden(text(browser.post(PLAN, TYPHOON))))
    before = version(database)

    answer = browser.post(APPLY, stale)

    assert answer.status_code == 409 and "刚刚被他人修改" in text(answer)
    assert version(database) == before


def test_the_same_key_with_another_content_is_refused(as_person, database: Database) -> None:
    browser = as_person(ADMIN)
    sent = hidden(text(browser.post(PLAN, TYPHOON)))
    browser.post(APPLY, sent)

    assert browser.post(APPLY, {**sent, "date": "2026-07-21"}).status_code == 409
    assert browser.post(APPLY, {**sent, "key": ""}).status_code == 400


@pytest.mark.parametrize(("content", "words"), [
    (b"", "没有收到文件"), (b"\xff\xfe\x00", "不是 UTF-8"), (b"x" * 70_000, "超过 64 KB"), (b"{}", "年份（year）"),
    ("2027-02-30,春节,off\n2027-02-06,春节,off".encode(), "第 1 行（2027-02-30）：没有这一天"),
])
def test_a_bad_notice_is_refused_in_words_and_nothing_changes(as_person, database: Database, content: bytes, words: str) -> None:
    browser, before = as_person(ADMIN), version(database)

    for address in (PLAN, APPLY):
        answer = browser.post(address, {**notice(content=content), "key": "k", "version": str(before)})
        assert answer.status_code == 422 and words in text(answer)
    assert version(database) == before


def test_a_day_is_set_with_a_reason_and_marked_by_look_and_word(as_person, database: Database) -> None:
    browser = as_person(ADMIN)
    without = browser.post(PLAN, {**TYPHOON, "reason": ""})
    assert without.status_code == 422 and "请写明理由" in text(without)

    browser.post(APPLY, hidden(text(browser.post(PLAN, TYPHOON))))

    page = text(browser.get(f"{PAGE}?year=2026"))
    assert 'class="cal-edited-off" title="台风停工休息（单独修改）"' in page and "<small>改休</small>" in page
    assert "将 2026-07-20 设为放假（台风停工）" in page and "三防指挥部 12 号通知" in page


def test_business_hours_are_changed_given_back_and_refused_when_they_overlap(as_person, database: Database) -> None:
    browser = as_person(ADMIN)
    summer = {"kind": "hours", "opens": ["08:00", "14:30", ""], "closes": ["11:30", "18:00", ""], "reason": "夏令作息"}

    wrong = browser.post(PLAN, {**summer, "opens": ["08:00", "11:00"], "closes": ["11:30", "18:00"]})
    assert wrong.status_code == 422 and "与上一段重叠" in text(wrong) and 'value="11:00"' in text(wrong)
    assert browser.post(PLAN, {**summer, "opens": [""], "closes": [""]}).status_code == 422

    browser.post(APPLY, hidden(text(browser.post(PLAN, summer))))
    assert "08:00–11:30、14:30–18:00" in text(browser.get(PAGE))
    browser.post(APPLY, hidden(text(browser.post(PLAN, {"kind": "hours", "usual": "1", "reason": "恢复"}))))
    assert "08:30–12:00、14:00–17:30" in text(browser.get(PAGE))


def test_what_moved_is_listed_and_taken_away_as_a_table(as_person, database: Database, clock: Simulated) -> None:
    loop.publish(database)
    case = loop.report(database)
    with database.reading() as c:
        number = c.execute(select(process_instance.c.business_key).where(process_instance.c.id == case)).scalar_one()
    browser, inspector = as_person(ADMIN), as_person(INSPECTOR)
    shown = text(browser.post(PLAN, {**TYPHOON, "date": "2026-03-02"}))
    expected = int(re.search(r'<strong class="num">(\d+)</strong> 个会移动', shown)[1])
    browser.post(APPLY, hidden(shown))
    assert "正在重新计算" in text(browser.get(f"{PAGE}/progress")) and "hx-trigger" in text(browser.get(f"{PAGE}/progress"))

    while redating.redate_due(database):
        pass

    assert "已全部算完" in text(browser.get(f"{PAGE}/progress")) and "hx-trigger" not in text(browser.get(f"{PAGE}/progress"))
    moved = text(browser.get(f"{PAGE}/moves?version={version(database)}"))
    assert expected >= 1 and f"共 {expected} 个" in moved
    assert number in moved and f"/cases/{case}" not in moved
    assert f"/cases/{case}" in text(inspector.get(f"{PAGE}/moves"))
    exported = inspector.post(f"{PAGE}/moves/export", {"version": str(version(database))})
    rows = list(openpyxl.load_workbook(io.BytesIO(exported.data)).active.iter_rows(values_only=True))
    assert "导出" in rows[0][0] and rows[1][0] == "编号" and [row[0] for row in rows[2:]] == [number] * expected
