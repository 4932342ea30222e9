"""Reporting from the street."""

import io
import json
import re

from tests.web.grid import CADRE, COMMANDER, FINDER, number_of, photo, report, text


def test_a_report_becomes_a_case_and_says_who_has_it_now(as_person):
    finder = as_person(FINDER)

    done = finder.get(report(finder).headers["Location"])

    assert "上报成功" in text(done)
    assert "东门社区 村社干部" in text(done) and "村社纠正" in text(done)


def test_the_same_key_again_answers_the_same_case(as_person):
    finder = as_person(FINDER)

    first, second = report(finder), report(finder)

    assert number_of(first) == number_of(second)
    assert text(finder.get("/cases")).count("东街口垃圾堆放") == 1


def test_the_same_key_with_other_words_is_refused(as_person):
    finder = as_person(FINDER)
    report(finder)

    answer = report(finder, description="完全不同的另一件事情")

    assert answer.status_code == 409


def test_what_is_missing_is_said_beside_the_field_and_nothing_typed_is_lost(as_person):
    answer = report(as_person(FINDER), category="", description="写了很多字，不能丢掉")

    page = text(answer)
    assert answer.status_code == 422
    assert 'href="#f-category"' in page and "写了很多字，不能丢掉" in page
    assert page.count('name="photos" value="') == 2


def test_the_phone_gets_its_answers_as_data(as_person):
    finder = as_person(FINDER)
    token = json.loads(text(finder.get("/report/token")))

    wrong = finder.client.post("/report", data={"key": "k", "csrf": token["csrf"]}, headers={"Accept": "application/json"})
    right = finder.client.post("/report", data={
        "key": "k", "csrf": token["csrf"], "category": "0102", "description": "东街口垃圾堆放", "location.address": "东街",
        "photos:files": [photo(), photo("blue")]}, headers={"Accept": "application/json"})

    assert token["person"] == FINDER
    assert wrong.status_code == 422 and "category" in wrong.json["error"]["errors"]
    assert right.status_code == 200 and right.json["number"].startswith("SJ")


def test_an_open_case_of_the_same_kind_close_by_is_shown(as_person):
    finder = as_person(FINDER)
    report(finder)
    values = {"category": "0102", "location.lon": "118.90801", "location.lat": "29.17701"}

    page = text(finder.post("/report/similar", values))

    assert "东街口垃圾堆放" in page and "可能是同一件" in page


def test_who_may_not_report_is_refused(as_person, visitor):
    assert as_person(COMMANDER).get("/report").status_code == 403
    assert visitor.get("/report").status_code == 302


def test_a_program_dressed_as_a_photo_is_refused(as_person):

    answer = report(as_person(FINDER), **{"photos:files": [(io.BytesIO(b"<html><script>1</script>"), "a.jpg")]})

    assert answer.status_code == 422
    assert "照片" in text(answer)


def test_the_kept_page_names_nobody_and_the_worker_follows_the_build(visitor, as_person):
    page, worker = visitor.get("/report/offline"), visitor.get("/sw.js")

    assert page.status_code == 200 and "华佩瑶" not in text(page)
    assert "/report/offline" in text(worker) and worker.headers["Cache-Control"] == "no-cache"


def test_originals_go_out_as_downloads_and_only_to_those_who_see_the_case(as_person):

    finder = as_person(FINDER)
    report(finder)
    case = re.search(r"/cases/(\d+)", text(finder.get("/cases"))).group(1)
    file = re.search(r"/files/([0-9a-f]{32})/thumb", text(finder.get(f"/cases/{case}"))).group(1)

    original, thumb = as_person(CADRE).get(f"/files/{file}"), as_person(CADRE).get(f"/files/{file}/thumb")
    stranger = as_person("lx-dd1").get(f"/files/{file}")

    assert original.headers["Content-Disposition"].startswith("attachment") and "sandbox" in original.headers["Content-Security-Policy"]
    assert thumb.mimetype == "image/jpeg"
    assert stranger.status_code == 404


def test_a_photo_that_cannot_be_taken_is_named_beside_its_field_and_the_rest_stays(as_person):
    answer = report(as_person(FINDER), **{"photos:files": [photo("green"), (io.BytesIO(b"no picture"), "坏图.jpg")]})

    page = text(answer)
    assert answer.status_code == 422 and "坏图.jpg" in page and 'id="e-f-photos"' in page
    assert "东街口垃圾堆放" in page
