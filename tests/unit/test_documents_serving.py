"""Serving: what each method needs, from which day it has effect, and that nothing counts as served without it."""

import datetime as dt

import pytest

from engine.documents import register, serving, step_acts, step_checks
from engine.errors import InvalidState, InvalidValues
from tests.document_town import Desk
from tests.town import OFFICER, OTHER_OFFICER, Town

CONFIRMED = {"address": "柳林村1号", "electronic": "yes", "electronic_address": "13800001234"}
DAY = dt.date(2026, 3, 2)


@pytest.fixture
def desk(town: Town) -> Desk:
    return Desk(town)


def served(desk: Desk, document: register.Issued) -> dt.date | None:
    found: dt.date | None = desk.reads(register.served_on, document.id)
    return found


def test_handed_over_it_is_served_that_day(desk: Desk) -> None:
    notice = desk.issues()
    assert desk.serves(notice).answer()["served_on"] == "2026-03-02"
    assert served(desk, notice) == DAY
    with pytest.raises(InvalidState, match="已于2026-03-02送达"):
        desk.serves(notice)


@pytest.mark.parametrize(("method", "values", "field"), [
    ("direct", {"receiver": ""}, "receiver"), ("direct", {"relation": ""}, "relation"), ("direct", {"servers": [OFFICER]}, "servers"),
    ("left", {"place": "门口", "witness": "村委钱四"}, "reason"), ("left", {"reason": "拒收", "place": "门口"}, "witness"),
    ("left", {"reason": "拒收", "witness": "村委钱四"}, "place"), ("mail", {}, "tracking"),
    ("mail", {"tracking": "EMS1", "returned": True}, "reason"), ("entrusted", {"receiver": ""}, "receiver"),
    ("public_notice", {"place": "公告栏", "photos": ["a" * 32]}, "reason"),
    ("public_notice", {"reason": "下落不明", "photos": ["a" * 32]}, "place"),
    ("public_notice", {"reason": "下落不明", "place": "公告栏"}, "photos"),
    ("public_notice", {"reason": "下落不明", "place": "公告栏", "photos": ["a" * 32], "days": 29}, "days"),
    ("carrier_pigeon", {}, "method")])
def test_each_method_has_its_own_proof(desk: Desk, method: str, values: dict[str, object], field: str) -> None:
    notice = desk.issues()
    with pytest.raises(InvalidValues) as refused:
        desk.serves(notice, method, **values)
    assert field in refused.value.errors
    assert desk.reads(register.services, notice.id) == ()


def test_left_with_a_witness_it_is_served(desk: Desk) -> None:
    notice = desk.issues()
    desk.serves(notice, "left", reason="拒绝签收", place="解放路12号", witness="村委钱四")
    assert served(desk, notice) == DAY


def test_mail_is_served_on_the_day_of_its_receipt(desk: Desk) -> None:
    notice = desk.issues()
    assert desk.serves(notice, "mail", tracking="EMS123").answer()["served_on"] is None
    desk.town.waits(days=3)
    signed = {"document": notice.id, "mail_outcome": "signed", "service_on": "2026-03-04", "receiver": "吴某甲"}
    assert desk.town.run(lambda c: serving.record(c, desk.case, signed, by=OFFICER)).answer()["served_on"] == "2026-03-04"
    assert desk.reads(register.services, notice.id)[-1].more["tracking"] == "EMS123"


def test_mail_that_comes_back_is_not_served(desk: Desk) -> None:
    notice = desk.issues()
    answer = desk.serves(notice, "mail", tracking="EMS123", returned=True, reason="查无此人").answer()
    assert (answer["served_on"], answer["returned"]) == (None, True)
    assert served(desk, notice) is None
    desk.serves(notice)
    assert served(desk, notice) == DAY


def test_a_public_notice_has_its_effect_when_it_ends(desk: Desk) -> None:
    notice = desk.issues()
    answer = desk.serves(notice, "public_notice", reason="下落不明，邮寄退回", place="公告栏、镇政府网站", photos=["a" * 32]).answer()
    assert (answer["served_on"], answer["notice_from"], answer["notice_until"]) == (None, "2026-03-02", "2026-04-01")
    desk.town.until(dt.datetime(2026, 3, 31, 12, 0, tzinfo=dt.UTC))
    assert served(desk, notice) is None
    desk.town.until(dt.datetime(2026, 4, 1, 0, 0, tzinfo=dt.UTC))
    assert served(desk, notice) == dt.date(2026, 4, 1)


def test_electronic_service_needs_the_signed_confirmation(desk: Desk) -> None:
    notice = desk.issues()
    with pytest.raises(InvalidState, match="第六十一条第二款"):
        desk.serves(notice, "electronic", received_on="2026-03-02")
    assert desk.reads(register.services, notice.id) == ()

    desk.all_sign(desk.drafts("DOC-30", CONFIRMED), "party")
    desk.serves(notice, "electronic", received_on="2026-03-02")
    assert served(desk, notice) == DAY


def test_a_confirmation_that_says_no_is_no_confirmation(desk: Desk) -> None:
    desk.all_sign(desk.drafts("DOC-30", {**CONFIRMED, "electronic": "no"}), "party")
    with pytest.raises(InvalidState, match="第六十一条第二款"):
        desk.serves(desk.issues(), "electronic", received_on="2026-03-02")


@pytest.mark.parametrize(("on", "why"), [("2026-03-01", "不能早于"), ("2026-03-03", "更正")])
def test_it_is_not_served_before_it_was_made_nor_tomorrow(desk: Desk, on: str, why: str) -> None:
    with pytest.raises((InvalidState, InvalidValues), match=why):
        desk.serves(desk.issues(), on=on)


def test_a_document_of_another_case_is_not_served_here(desk: Desk) -> None:
    notice, first = desk.issues(), desk.case
    desk.begins_filed()
    assert desk.case != first
    with pytest.raises(InvalidState, match="不是本案的"):
        desk.serves(notice)


def test_the_step_of_service_tells_its_process(desk: Desk) -> None:
    notice = desk.issues()
    payload = {"case": desk.case, "person": OFFICER, "element": "serve", "variables": {"document": notice.id}, "documents": [],
               "values": {"method": "direct", "service_on": "2026-03-02", "receiver": "吴某甲", "relation": "本人"}}
    answer = desk.town.run(lambda c: step_acts.serve(c, payload))
    assert (answer["served_on"], answer["method"], answer["document"]) == ("2026-03-02", "direct", notice.id)
    assert desk.reads(register.services, notice.id)[0].servers == (OFFICER, OTHER_OFFICER)


def test_a_step_waits_until_its_document_is_served(desk: Desk) -> None:
    payload = {"case": desk.case, "documents": [{"template": "DOC-20"}]}
    notice = desk.issues()
    with pytest.raises(InvalidState, match="还没有送达"):
        desk.town.run(lambda c: step_checks.served(c, payload))
    desk.serves(notice)
    desk.town.run(lambda c: step_checks.served(c, payload))
    assert served(desk, notice) == DAY
