"""The page on which a step is done."""

import pytest

from tests.web.grid import CADRE, COMMANDER, DISPATCHER, FINDER, OTHER_CADRE, STRANGER, correct, hidden, only_task, photo, report, text


@pytest.fixture
def cadre(as_person):
    report(as_person(FINDER))
    return as_person(CADRE)


@pytest.fixture
def item(cadre):
    return only_task(cadre)


def test_the_page_says_why_it_is_here_and_names_the_effect_of_the_button(cadre, item):
    page = text(cadre.get(f"/tasks/{item}"))

    assert "由东门社区 村社干部办理，您担任这个岗位" in page
    assert "提交“村社纠正”" in page


def test_done_says_who_has_the_case_now(cadre, item):
    answer = correct(cadre, item)

    assert answer.status_code == 302, text(answer)
    assert "办理成功" in text(cadre.get("/tasks")) and True


def test_missing_values_come_back_with_everything_typed(cadre, item):
    answer = correct(cadre, item, correction_outcome="")

    page = text(answer)
    assert answer.status_code == 422
    assert 'href="#f-correction_outcome"' in page and "已当面劝导，当场清理干净" in page


def test_the_same_submission_twice_is_one(cadre, item):
    kept = hidden(cadre, item)
    values = {**kept, "correction_outcome": "refused", "correction_measures": "persuade", "correction_words": "当事人不听劝阻",
              "correction_reason": "拒绝清理"}

    first, second = cadre.post(f"/tasks/{item}", values), cadre.post(f"/tasks/{item}", values)

    assert (first.status_code, second.status_code) == (302, 302)


def test_a_step_done_by_somebody_else_meanwhile_shows_both_versions(cadre, item):
    correct(cadre, item)

    answer = cadre.post(f"/tasks/{item}", {"key": "other", "revision": "1", "correction_words": "我写的另一段话"})

    page = text(answer)
    assert answer.status_code == 409
    assert "您填写的内容" in page and "我写的另一段话" in page and "现在的情况" in page


def test_a_draft_is_kept_for_its_writer_alone_and_can_be_thrown_away(cadre, item, as_person):
    said = cadre.post(f"/tasks/{item}/draft", {"correction_words": "写到一半的话"})

    mine, others = text(cadre.get(f"/tasks/{item}")), text(as_person(DISPATCHER).get(f"/tasks/{item}"))
    cadre.post(f"/tasks/{item}/draft/discard")
    after = text(cadre.get(f"/tasks/{item}"))

    assert "自动保存" in text(said)
    assert "写到一半的话" in mine and "已恢复" in mine
    assert "写到一半的话" not in others and "写到一半的话" not in after


def test_conditions_show_and_hide_while_filling_in(cadre, item):
    refused = text(cadre.post(f"/tasks/{item}/preview", {"correction_outcome": "refused"}))
    corrected = text(cadre.post(f"/tasks/{item}/preview", {"correction_outcome": "corrected"}))

    assert "不能纠正的原因" in refused and "纠正后照片" not in refused
    assert "纠正后照片" in corrected and "不能纠正的原因" not in corrected


def test_who_may_not_see_it_cannot_tell_it_from_nothing(item, as_person):
    stranger = as_person(STRANGER)

    foreign, missing = stranger.get(f"/tasks/{item}"), stranger.get("/tasks/" + "0" * 32)

    assert (foreign.status_code, missing.status_code) == (404, 404)
    assert text(foreign).replace(item, "") == text(missing).replace("0" * 32, "")


def test_who_sees_it_without_the_post_gets_no_form_and_no_write(item, as_person):
    dispatcher = as_person(DISPATCHER)

    page = text(dispatcher.get(f"/tasks/{item}"))
    answer = dispatcher.post(f"/tasks/{item}", {"key": "x", "correction_words": "x"})

    assert "提交“村社纠正”" not in page
    assert answer.status_code == 403


def test_claimed_given_back_and_urged(cadre, item, as_person):
    claimed = cadre.post(f"/tasks/{item}/claim")
    other = as_person(OTHER_CADRE).post(f"/tasks/{item}/claim")
    urged = as_person(COMMANDER).post(f"/tasks/{item}/urge", {"reason": "请抓紧"})
    given_back = cadre.post(f"/tasks/{item}/unclaim")

    assert (claimed.status_code, other.status_code, urged.status_code, given_back.status_code) == (302, 404, 302, 302)
    assert "催办 1 次" in text(cadre.get("/tasks"))


def test_handed_to_somebody_without_the_post_is_refused(cadre, item):
    answer = cadre.post(f"/tasks/{item}/transfer", {"to": FINDER})

    assert answer.status_code == 409
    assert "不能办理" in text(answer)


def test_taken_back_before_anybody_began_what_follows(cadre, item):
    correct(cadre, item)

    answer = cadre.post(f"/tasks/{item}/withdraw")

    assert answer.status_code == 302, text(answer)
    assert "村社纠正" in text(cadre.get(answer.headers["Location"]))


def test_a_photo_uploaded_alone_is_seen_by_its_owner_only_until_it_belongs_to_a_case(cadre, as_person):
    answer = cadre.post("/files", {"photo": photo()}, content_type="multipart/form-data")

    assert cadre.get(answer.json["thumb"]).status_code == 200
    assert as_person(OTHER_CADRE).get(answer.json["thumb"]).status_code == 404


def test_the_page_shows_what_was_reported_beside_the_form(cadre):
    page = text(cadre.get(f"/tasks/{only_task(cadre)}"))

    assert "问题情况" in page and "东街口垃圾堆放" in page and page.count("/thumb\"") == 2
