"""Certificates by day, who may review, letters of authority, tables of certificates, and warnings before they run out."""

import datetime as dt

import pytest

from engine.cases import case_file, certificate_watch
from engine.errors import Conflict, InvalidState, InvalidValues, NotAllowed, UnsafeInput
from engine.notifications import of as notices_of
from engine.people import authorisations, certificate_import, qualifications
from engine.people.qualifications import Happening
from engine.runtime import parameters
from tests.money_town import COUNSEL, HEAD, Till, refused
from tests.penalty_town import day
from tests.town import ADMIN, BOSS, LAWYER, LEADER, OFFICER, OTHER_OFFICER, Town


@pytest.fixture
def till(town: Town) -> Till:
    """Its two officers hold certificates from 2022-01-01 to 2026-12-31."""
    return Till(town)


def reads(till, question, *what):
    return till.reads(question, *what)


def mine(till, when, person=OFFICER):
    return till.reads(qualifications.of, person, day(when))[0]


def happens(till, kind, when, until=None, reason="年审"):
    what = Happening(kind, day(when), day(until) if until else None, reason)
    return till.town.run(lambda c: qualifications.happened(c, mine(till, when).id, what, None))


def passes_examination(till, person):
    values = {"person_id": person, "kind": "legal", "number": f"A-{person}", "issued_on": day("2020-01-01")}
    till.town.run(lambda c: qualifications.add(c, values, None))


@pytest.mark.parametrize(("when", "status"), [
    ("2021-12-31", "future"), ("2022-01-01", "valid"), ("2026-12-31", "valid"), ("2027-01-01", "expired")])
def test_a_certificate_is_valid_up_to_and_with_its_last_day(till, when, status):
    assert mine(till, when).status == status
    assert reads(till, qualifications.is_valid, OFFICER, day(when)) is (status == "valid")


def test_what_happened_to_it_counts_from_its_own_day(till):
    happens(till, "suspended", "2026-03-10", reason="投诉调查")
    happens(till, "resumed", "2026-04-01")
    happens(till, "renewed", "2026-12-01", "2031-12-31")
    happens(till, "revoked", "2028-01-01", reason="调离")

    seen = [mine(till, when).status for when in ("2026-03-09", "2026-03-10", "2026-04-01", "2027-01-01", "2028-01-01", "2040-01-01")]
    assert seen == ["valid", "suspended", "valid", "valid", "revoked", "revoked"]
    assert (mine(till, "2026-05-01").valid_to, mine(till, "2027-05-01").valid_to) == (day("2026-12-31"), day("2031-12-31"))
    with pytest.raises(InvalidState, match="已经注销"):
        happens(till, "resumed", "2028-02-01")


def test_a_refusal_names_the_person_the_reason_and_the_article(till):
    happens(till, "suspended", "2026-03-10", reason="投诉调查")

    for when, words in (("2027-02-01", "暂扣"), ("2026-03-10", "已自 2026-03-10 起暂扣"), ("2020-01-01", "起才生效")):
        with pytest.raises(InvalidState, match=f"第四十二条.*卫十.*{words}"):
            reads(till, qualifications.valid_certificate, OFFICER, day(when))
    with pytest.raises(InvalidState, match="蒋甲.*已于 2026-12-31 期满"):
        reads(till, qualifications.valid_certificate, OTHER_OFFICER, day("2027-01-01"))
    with pytest.raises(InvalidState, match="杨丁没有登记行政执法证"):
        reads(till, qualifications.valid_certificate, BOSS, day("2026-03-10"))


def test_a_certificate_covers_its_fields(till):
    till.town.run(lambda c: qualifications.add(c, {"person_id": LEADER, "kind": "enforcement", "number": "F1", "fields": ["城市管理"],
                                                   "issued_on": day("2025-01-01"), "valid_to": day("2029-12-31")}, None))

    assert reads(till, qualifications.is_valid, LEADER, day("2026-03-02"), "城市管理")
    with pytest.raises(InvalidState, match="不含“生态环境”"):
        reads(till, qualifications.valid_certificate, LEADER, day("2026-03-02"), "生态环境")
    assert reads(till, qualifications.is_valid, OFFICER, day("2026-03-02"), "生态环境")


@pytest.mark.parametrize(("said", "field"), [
    ({"person_id": "nobody"}, "person_id"), ({"kind": "x"}, "kind"), ({"number": " "}, "number"), ({"issued_on": None}, "issued_on"),
    ({"valid_to": None}, "valid_to"), ({"valid_to": dt.date(2020, 1, 1)}, "valid_to")])
def test_a_certificate_needs_a_person_a_number_and_its_days(till, said, field):
    values = {"person_id": BOSS, "kind": "enforcement", "number": "N9", "issued_on": day("2025-01-01"), "valid_to": day("2029-12-31")}

    with pytest.raises(InvalidValues) as found:
        till.town.run(lambda c: qualifications.add(c, {**values, **said}, None))
    assert set(found.value.errors) == {field}


def test_a_number_is_registered_once(till):
    with pytest.raises(Conflict, match="41-wei 已经登记"):
        till.town.run(lambda c: qualifications.add(c, {"person_id": BOSS, "kind": "enforcement", "number": "41-wei",
                                                       "issued_on": day("2025-01-01"), "valid_to": day("2029-12-31")}, None))


# ------------------------------------------------------------------------------------------ who may review


def test_whoever_reviews_for_the_first_time_holds_the_legal_qualification(till):
    today = day("2026-03-02")
    with pytest.raises(InvalidState, match="第五十八条第二款.*沈乙"):
        reads(till, qualifications.must_be_reviewer, LAWYER, today)

    passes_examination(till, LAWYER)
    reads(till, qualifications.must_be_reviewer, LAWYER, today)
    assert reads(till, qualifications.holds_legal_qualification, LAWYER, today)


def test_who_reviewed_before_2018_goes_on_and_the_first_day_stays(till):
    for first, allowed in (("2018-01-01", False), ("2017-12-31", True)):
        till.town.run(lambda c, first=first: qualifications.describe(c, LAWYER, {"first_review_on": first}, None))
        if allowed:
            reads(till, qualifications.must_be_reviewer, LAWYER, day("2026-03-02"))
        else:
            with pytest.raises(InvalidState, match="第五十八条"):
                reads(till, qualifications.must_be_reviewer, LAWYER, day("2026-03-02"))
    till.town.run(lambda c: qualifications.note_first_review(c, LAWYER, day("2026-03-02")))
    assert reads(till, qualifications.first_review_on, LAWYER) == day("2017-12-31")


def test_a_lawyer_on_site_never_signs_for_the_reviewer(till):
    passes_examination(till, COUNSEL)

    with pytest.raises(InvalidState, match="只能提出法律意见"):
        reads(till, qualifications.must_be_reviewer, COUNSEL, day("2026-03-02"))


# ------------------------------------------------------------------------------------------ letters of authority


def grants(till, by=HEAD, **values):
    said = {"unit_id": "qs", "person_id": BOSS, "acts": ["recusal", "instalments"], "first_on": day("2026-03-01"),
            "last_on": day("2026-03-31"), "document": "授权书〔2026〕1号", **values}
    who = till.town.person(by)
    return till.town.run(lambda c: authorisations.grant(c, said, by=who))


def test_a_letter_covers_its_acts_from_its_first_day_to_its_last(till):
    grants(till)

    def may(act, when, person=BOSS):
        return reads(till, authorisations.authorised, person, act, day(when))

    assert [may("recusal", when) for when in ("2026-02-28", "2026-03-01", "2026-03-31", "2026-04-01")] == [False, True, True, False]
    assert (may("decide", "2026-03-10"), may("decide", "2026-03-10", HEAD), may("recusal", "2026-03-10", LEADER)) == (False, True, False)


def test_only_the_head_or_whoever_presides_approves_a_transfer_to_the_police(till):
    today = day("2026-03-02")
    grants(till, acts=sorted(set(authorisations.ACTS) - {"preside"}))

    with pytest.raises(NotAllowed, match="第五条"):
        reads(till, authorisations.must_preside, BOSS, "qs", today)
    reads(till, authorisations.must_preside, HEAD, "qs", today)
    grants(till, acts=["preside"])
    reads(till, authorisations.must_preside, BOSS, "qs", today)


def test_a_letter_taken_back_ends_with_that_day(till):
    letter, head = grants(till), till.town.person(HEAD)
    till.town.run(lambda c: authorisations.take_back(c, letter, "正职返岗", by=head))

    assert reads(till, authorisations.authorised, BOSS, "recusal", day("2026-03-02"))
    assert not reads(till, authorisations.authorised, BOSS, "recusal", day("2026-03-03"))
    with pytest.raises(InvalidState, match="已经失效"):
        till.town.run(lambda c: authorisations.take_back(c, letter, "再收回", by=head))


@pytest.mark.parametrize(("said", "words"), [
    ({"person_id": HEAD}, "不能是本人"), ({"acts": []}, "授权事项"), ({"acts": ["x"]}, "授权事项"), ({"document": ""}, "文号"),
    ({"last_on": dt.date(2026, 2, 1)}, "不能早于"), ({"last_on": None}, "截止日期")])
def test_a_letter_says_who_what_and_until_when(till, said, words):
    with refused(words):
        grants(till, **said)
    assert reads(till, authorisations.of_unit, "qs") == ()


def test_nobody_but_the_head_grants(till):
    with pytest.raises(NotAllowed, match="镇长"):
        grants(till, by=BOSS, person_id=LEADER)


# ------------------------------------------------------------------------------------------ tables


TABLE = """登录名,种类,证号,发证机关,执法区域,执法类别,发证日期,有效期至
chu,行政执法证,T1,X省人民政府,X市,城市管理、生态环境,2025-01-01,2029/12/31
shen,法律职业资格证,T2,司法部,,,2019年3月1日,

wei,执法证,41-wei,,,,2022-01-01,2031-12-31
"""


def loads(till, text, encoding="utf-8"):
    return till.town.run(lambda c: certificate_import.load(c, text.encode(encoding), None))


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
def test_a_table_adds_and_renews_and_may_come_twice(till, encoding):
    assert loads(till, TABLE, encoding) == {"added": 2, "renewed": 1, "unchanged": 0}
    assert loads(till, TABLE, encoding) == {"added": 0, "renewed": 0, "unchanged": 3}
    assert mine(till, "2030-01-01").status == "valid"
    assert reads(till, qualifications.of, LEADER, day("2026-03-02"))[0].fields == ("城市管理", "生态环境")
    assert reads(till, qualifications.holds_legal_qualification, LAWYER, day("2026-03-02"))


def test_every_faulty_row_is_named_and_nothing_is_written(till):
    wrong = TABLE + ("nobody,执法证,T4,,,,2025-01-01,2029-12-31\nyang,执法证,T5,,,,昨天,2029-12-31\n"
                     "yang,执法证,41-wei,,,,2022-01-01,2032-01-01\n")

    with pytest.raises(InvalidValues) as found:
        loads(till, wrong)
    assert list(found.value.errors) == ["row.5", "row.6", "row.7"]
    assert "昨天" in found.value.errors["row.6"]
    assert reads(till, qualifications.of, LEADER, day("2026-03-02")) == ()


@pytest.mark.parametrize("text", ["", "姓名,证号\n甲,1\n", "登录名,种类,证号,发证日期\n\0,a,b,c\n"])
def test_what_is_no_table_of_certificates_is_refused(till, text):
    with pytest.raises(UnsafeInput):
        loads(till, text)


# ------------------------------------------------------------------------------------------ warnings


def told(till, person):
    return [notice.text for notice in reads(till, lambda c: notices_of(c, person))]


def test_people_are_told_ninety_thirty_and_seven_days_before_and_once_each(till):
    for when, number in (("2026-10-01", 0), ("2026-10-02", 1), ("2026-11-15", 1), ("2026-12-01", 2), ("2026-12-24", 3), ("2026-12-31", 3)):
        till.passes_to(when)
        certificate_watch.remind_due(till.town.database)
        assert len([text for text in told(till, OFFICER) if "有效期至" in text]) == number, when
    assert any("卫十的行政执法证" in text for text in told(till, LEADER))
    assert certificate_watch.remind_due(till.town.database) == 0


def test_the_town_may_choose_other_days(till):
    by = till.town.person(ADMIN)
    till.town.run(lambda c: parameters.change(c, "certificate_warning_days", [200], by=by))
    till.passes_to("2026-06-20")

    certificate_watch.remind_due(till.town.database)

    assert len(told(till, OFFICER)) == 1


def test_open_cases_of_an_expired_officer_are_flagged_and_nothing_done_is_undone(till):
    till.begins_filed()
    number = till.one.number
    till.passes_to("2027-01-01")

    certificate_watch.remind_due(till.town.database)
    till.town.waits(days=1)
    certificate_watch.remind_due(till.town.database)

    flagged = [text for text in till.town.story() if "待复核" in text]
    assert len(flagged) == 2
    assert till.one.number == number
    assert till.one.status == case_file.FILED
    assert reads(till, certificate_watch.endangered, "/x/qs/", day("2027-01-02")) == ((till.case, OFFICER), (till.case, OTHER_OFFICER))
    assert sum("请复核本案" in text for text in told(till, LEADER)) == 2


def test_invented_certificates_are_given_once(till):
    for _ in range(2):
        till.town.run(lambda c: qualifications.sample(c, [OFFICER, LEADER, LAWYER]))

    assert len(reads(till, qualifications.of, LEADER, day("2026-03-02"))) == 1
    reads(till, qualifications.must_be_reviewer, LAWYER, day("2026-03-02"))
