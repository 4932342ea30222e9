"""Deputies, delegating, going straight back and copies, on the pages where people use them."""

import pytest

from tests.web.grid import CADRE, FINDER, correct, only_task, report, text

OFFICER, LEADER, BOSS, AREA = "ba1", "dz1", "fgld", "pq1"
WISH = {"deputy": AREA, "roles": ["village_cadre"], "reason": "外出培训"}


@pytest.fixture
def cadre(as_person):
    report(as_person(FINDER))
    return as_person(CADRE)


@pytest.fixture
def item(cadre):
    return only_task(cadre)


def _case(visitor, item) -> str:
    return text(visitor.get(f"/tasks/{item}")).split('href="/cases/')[1].split('"')[0]


def test_a_step_is_prepared_by_somebody_and_submitted_by_its_owner(cadre, as_person, item):
    assert cadre.post(f"/tasks/{item}/delegate", {"to": AREA, "reason": "您在现场"}).status_code == 302
    helper = as_person(AREA)
    page = text(helper.get(f"/tasks/{item}"))
    assert "填好了，交回委派人" in page and "提交“村社纠正”" not in page
    helper.post(f"/tasks/{item}/hand-back", {"correction_outcome": "corrected", "correction_words": "已当面劝导收摊", "note": "请补照片"})

    page = text(cadre.get(f"/tasks/{item}"))
    assert "已当面劝导收摊" in page and "交回" in page
    assert correct(cadre, item).status_code == 302


def test_the_owner_takes_a_delegated_step_back(cadre, item):
    cadre.post(f"/tasks/{item}/delegate", {"to": AREA})
    page = text(cadre.get(f"/tasks/{item}"))
    assert "收回委派" in page

    cadre.post(f"/tasks/{item}/recall")
    assert "提交“村社纠正”" in text(cadre.get(f"/tasks/{item}"))


def test_sent_back_to_come_straight_back(cadre, as_person, item):
    correct(cadre, item)
    finder = as_person(FINDER)
    check = only_task(finder)
    page = text(finder.get(f"/tasks/{check}"))
    assert "直接返回我这里" in page
    finder.post(f"/tasks/{check}/send-back", {"to": "village_correction", "reason": "照片不清", "straight": "1"})

    correct(cadre, only_task(cadre))
    assert "网格员复核" in text(finder.get("/tasks?view=mine"))
    assert "改好后直接返回" in text(cadre.get(f"/cases/{_case(finder, only_task(finder))}"))


def test_a_copy_is_read_and_its_sender_sees_that(cadre, as_person, item):
    case = _case(cadre, item)
    assert cadre.post(f"/cases/{case}/copies", {"people": [BOSS], "note": "请知悉"}).status_code == 302
    boss = as_person(BOSS)
    assert "1 件未阅" in text(boss.get("/copies"))
    assert "抄送给您：请知悉" in text(boss.get(f"/cases/{case}/copies"))
    boss.post(f"/cases/{case}/copies/read")

    assert "0 件未阅" in text(boss.get("/copies"))
    assert "已阅，" in text(cadre.get(f"/cases/{case}/copies"))


def test_a_copy_to_nobody_is_refused(cadre, item):
    answer = cadre.post(f"/cases/{_case(cadre, item)}/copies", {})
    assert answer.status_code == 422


def test_a_deputy_has_the_list_of_whoever_is_away(cadre, as_person, item):
    page = text(cadre.get("/account/standing-in"))
    assert "安排代理" in page and "还没有代理" in page
    today = page.split('id="f-first"')[1].split('value="')[1].split('"')[0]
    made = cadre.post("/account/standing-in", WISH | {"first": today, "last": today})
    assert made.status_code == 302

    deputy = as_person(AREA)
    assert "村社纠正" in text(deputy.get("/tasks"))
    assert "代" in text(deputy.get("/account"))
    assert correct(deputy, item).status_code == 302
    cadre.post(f"/account/standing-in/{_first(cadre)}/end")
    assert "已提前结束" in text(cadre.get("/account/standing-in"))


def _first(visitor) -> str:
    return text(visitor.get("/account/standing-in")).split("/account/standing-in/")[1].split("/")[0]


def test_wrong_days_come_back_with_what_was_typed(cadre, item):
    answer = cadre.post("/account/standing-in", WISH | {"first": "明天", "last": ""})
    page = text(answer)
    assert answer.status_code == 422
    assert 'href="#f-first"' in page and "外出培训" in page


def test_administrators_have_nothing_to_lend(as_person):
    assert "没有可以交给别人代理的业务岗位" in text(as_person("xitong").get("/account/standing-in"))
