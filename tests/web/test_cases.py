"""Cases: looking up, reading, steering."""

import re

import pytest

from tests.web.grid import CADRE, COMMANDER, FINDER, STRANGER, correct, only_task, report, text


@pytest.fixture
def case(as_person):
    finder = as_person(FINDER)
    report(finder)
    return re.search(r"/cases/(\d+)", text(finder.get("/cases"))).group(1)


def test_one_page_tells_everything_from_the_first_photo(as_person, case):
    cadre = as_person(CADRE)
    correct(cadre, only_task(cadre))

    page = text(as_person(FINDER).get(f"/cases/{case}"))

    assert "暴露垃圾" in page and "东街 12 号" in page
    assert "上报 · 现场照片" in page and "纠正后照片" in page
    assert "办理“村社纠正”" in page and "已当面劝导，当场清理干净" in page


def test_a_stranger_finds_nothing(as_person, case):
    stranger = as_person(STRANGER)

    assert "东街口" not in text(stranger.get("/cases"))
    for address in ("", "/diagram.bpmn", "/progress.json", "/papers"):
        assert stranger.get(f"/cases/{case}{address}").status_code == 404
    assert stranger.post(f"/cases/{case}/comment", {"text": "看看"}).status_code == 404


def test_the_diagram_and_what_to_mark_on_it(as_person, case):
    finder = as_person(FINDER)

    state = finder.get(f"/cases/{case}/progress.json").json

    assert b"village_correction" in finder.get(f"/cases/{case}/diagram.bpmn").data
    assert [step["id"] for step in state["now"]] == ["village_correction"]
    assert "finding_reported" in state["done"]


def test_a_comment_is_part_of_the_story(as_person, case):
    finder = as_person(FINDER)

    done, empty = finder.post(f"/cases/{case}/comment", {"text": "又多了一堆"}), finder.post(f"/cases/{case}/comment", {"text": " "})

    assert (done.status_code, empty.status_code) == (302, 422)
    assert "又多了一堆" in text(finder.get(f"/cases/{case}"))


def test_only_those_who_steer_may_halt_and_end_it(as_person, case):
    commander = as_person(COMMANDER)

    refused = as_person(CADRE).post(f"/cases/{case}/suspend", {"reason": "x"})
    without_reason = commander.post(f"/cases/{case}/suspend", {"reason": ""})
    halted = commander.post(f"/cases/{case}/suspend", {"reason": "等待鉴定"})
    again = commander.post(f"/cases/{case}/suspend", {"reason": "再来一次"})
    resumed = commander.post(f"/cases/{case}/resume")
    ended = commander.post(f"/cases/{case}/cancel", {"reason": "误报"})

    assert [a.status_code for a in (refused, without_reason, halted, again, resumed, ended)] == [403, 422, 302, 409, 302, 302]
    assert "已终止" in text(commander.get(f"/cases/{case}"))


def test_search_by_words_state_and_day(as_person, case):
    finder = as_person(FINDER)

    assert "东街口" in text(finder.get("/cases?words=东街口&status=running"))
    assert "没有符合条件的案件" in text(finder.get("/cases?status=completed"))
    assert "没有符合条件的案件" in text(finder.get("/cases?started_to=2020-01-01"))
    assert "没有符合条件的案件" in text(finder.get("/cases?words=%25"))


def test_papers_of_the_loop_are_printed_from_the_page(as_person, case):
    finder = as_person(FINDER)
    assert f"/cases/{case}/papers/category.pdf" in text(finder.get(f"/cases/{case}"))
    made = finder.get(f"/cases/{case}/papers/category.pdf")
    assert made.status_code == 200 and made.data.startswith(b"%PDF") and "filename*=UTF-8''" in made.headers["Content-Disposition"]
    assert finder.get(f"/cases/{case}/papers/visit_outcome.pdf").status_code == 404
    assert as_person(STRANGER).get(f"/cases/{case}/papers/category.pdf").status_code == 404
