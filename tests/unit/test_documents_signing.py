"""Records on the spot: who must sign, with what certificate, what a change does to signatures, and nobody at two places at once."""

import pytest

from engine.documents import making, register, signing, step_checks
from engine.errors import InvalidState, InvalidValues, NotAllowed
from engine.people import qualifications
from engine.people.qualifications import Happening
from tests.document_town import INTERVIEW, Desk
from tests.town import LEADER, OFFICER, OTHER_OFFICER, Town

ON_SITE = {"started_at": "2026-03-02T08:10", "ended_at": "2026-03-02T08:40", "place": "解放路12号门前", "findings": "占道摆摊。"}


@pytest.fixture
def desk(town: Town) -> Desk:
    return Desk(town)


def test_an_interview_is_complete_with_both_officers_and_the_interviewee(desk: Desk) -> None:
    record = desk.drafts()
    desk.signs(record, "interviewee")
    one = desk.signs(record)
    assert one.state == "draft" and desk.reads(signing.lacking_signers, one) == ("执法人员签名不足两人（已签1人，行政处罚法第四十二条）",)

    done = desk.signs(record, by=OTHER_OFFICER)

    assert done.state == "issued" and [one.format for one in done.files] == ["pdf"]
    assert [(one["role"], one["name"], one["certificate"]) for one in done.data["signatures"]] == [
        ("interviewee", "吴某甲", ""), ("officers", "卫十", "41-wei"), ("officers", "蒋甲", "41-jiang")]


def test_the_signed_record_is_made_again_byte_for_byte(desk: Desk) -> None:
    done = desk.all_sign(desk.drafts())
    assert desk.reads(making.differs, desk.town.files, done) == ""


def test_one_officer_does_not_sign_for_two(desk: Desk) -> None:
    record = desk.drafts()
    desk.signs(record)
    with pytest.raises(InvalidState, match="已经在这份文书上签名"):
        desk.signs(record)


def test_who_is_not_named_does_not_sign_as_officer(desk: Desk) -> None:
    with pytest.raises(NotAllowed, match="不是这份笔录写明的执法人员"):
        desk.signs(desk.drafts(), by=LEADER)


def test_a_certificate_that_has_been_suspended_does_not_sign(desk: Desk) -> None:
    record = desk.drafts()
    with desk.town.database.reading() as c:
        held = qualifications.valid_certificate(c, OFFICER, desk.one.filed_on)
    desk.town.run(lambda c: qualifications.happened(c, held.id, Happening("suspended", desk.one.filed_on, reason="年审未过"), None))
    with pytest.raises(InvalidState, match="第四十二条.*卫十"):
        desk.signs(record)


def test_a_change_makes_every_signature_void(desk: Desk) -> None:
    record = desk.drafts()
    desk.signs(record, "interviewee")
    desk.signs(record)
    changed = desk.town.run(lambda c: signing.redraft(c, record.id, {**INTERVIEW, "person_relation": "雇员"}, by=OFFICER))

    assert desk.reads(signing.valid, changed) == ()
    assert len(desk.reads(register.signatures, record.id)) == 2
    assert desk.all_sign(changed).state == "issued"


def test_what_is_complete_is_not_changed(desk: Desk) -> None:
    done = desk.all_sign(desk.drafts())
    with pytest.raises(InvalidState, match="不能再修改"):
        desk.town.run(lambda c: signing.redraft(c, done.id, INTERVIEW, by=OFFICER))
    with pytest.raises(InvalidState, match="不能再修改"):
        desk.signs(done)


def test_the_same_officer_is_not_at_two_interviews_at_once(desk: Desk) -> None:
    desk.drafts()
    with pytest.raises(InvalidState, match="卫十在2026年3月2日8时10分至2026年3月2日8时40分.*不能同时"):
        desk.drafts(values={**INTERVIEW, "started_at": "2026-03-02T08:39", "ended_at": "2026-03-02T08:55"})
    assert desk.drafts(values={**INTERVIEW, "started_at": "2026-03-02T08:40", "ended_at": "2026-03-02T08:55"}).state == "draft"


SAMPLED = {"started_at": "2026-03-02T08:20", "place": "解放路12号门前", "inventory": [{"name": "烤串", "count": "2串"}]}
CHECKED = {"started_at": "2026-03-02T08:20", "place": "解放路12号门前", "results": [{"item": "清理", "result": "已清理"}]}


@pytest.mark.parametrize(("doc_id", "said"), [("DOC-09", SAMPLED), ("DOC-16", CHECKED)])
def test_sampling_and_checking_again_count_as_being_somewhere(desk: Desk, doc_id: str, said: dict[str, object]) -> None:
    desk.drafts("DOC-06", ON_SITE)
    assert desk.drafts(doc_id, said).state == "draft", "at the place that is being inspected"
    with pytest.raises(InvalidState, match="不能同时在另一处"):
        desk.drafts(doc_id, {**said, "place": "柳林村东口"})
    with pytest.raises(InvalidState, match="不能同时在另一处"):
        desk.drafts(values={**INTERVIEW, "started_at": "2026-03-02T08:20", "ended_at": "2026-03-02T08:21"})


def test_what_has_only_a_beginning_is_not_signed_before_it(desk: Desk) -> None:
    later = desk.drafts("DOC-09", {**SAMPLED, "started_at": "2026-03-03T08:20"})
    with pytest.raises(InvalidState, match="还没有到"):
        desk.signs(later, "party")


def test_other_officers_may_interview_at_the_same_time(desk: Desk) -> None:
    desk.drafts(values={**INTERVIEW, "officers": [OFFICER, LEADER]})
    assert desk.drafts(values={**INTERVIEW, "officers": [OTHER_OFFICER, "shen"]}).officers == (OTHER_OFFICER, "shen")


def test_a_draft_given_up_frees_its_officers(desk: Desk) -> None:
    record = desk.drafts()
    desk.town.run(lambda c: signing.drop(c, record.id, "重复", by=OFFICER))
    assert desk.drafts().state == "draft"


@pytest.mark.parametrize(("times", "why"), [
    ({"ended_at": "2026-03-02T08:10"}, "晚于开始时间"), ({"ended_at": "2026-03-02T08:00"}, "晚于开始时间")])
def test_an_interview_does_not_end_before_it_began(desk: Desk, times: dict[str, str], why: str) -> None:
    with pytest.raises(InvalidValues) as refused:
        desk.drafts(values={**INTERVIEW, **times})
    assert why in refused.value.errors["ended_at"]


def test_nobody_signs_before_it_is_over(desk: Desk) -> None:
    record = desk.drafts(values={**INTERVIEW, "ended_at": "2026-03-02T09:30"})
    with pytest.raises(InvalidState, match="还没有到"):
        desk.signs(record)
    desk.town.waits(hours=1)
    assert desk.all_sign(record).state == "issued"


def test_a_record_with_gaps_is_not_signed(desk: Desk) -> None:
    record = desk.drafts(values={key: value for key, value in INTERVIEW.items() if key != "dialogue"})
    with pytest.raises(InvalidValues, match="缺少问答"):
        desk.signs(record)


def test_a_party_who_refuses_is_noted_with_a_witness_or_a_video(desk: Desk) -> None:
    record = desk.drafts("DOC-06", ON_SITE)
    with pytest.raises(InvalidValues):
        desk.signs(record, "party", refused=True, reason="不认可", image=None)
    desk.signs(record, "party", refused=True, reason="不认可", witness="柳林村钱四", image=None)
    desk.signs(record)
    done = desk.signs(record, by=OTHER_OFFICER)
    assert done.state == "issued"
    assert [(one["role"], one["refused"], one["witness"]) for one in done.data["signatures"]][0] == ("party", True, "柳林村钱四")


def test_several_pages_are_counted(desk: Desk) -> None:
    record = desk.drafts()
    desk.signs(record, "interviewee", pages=3)
    assert desk.reads(register.signatures, record.id)[0].pages == 3


def test_a_step_waits_for_its_record(desk: Desk) -> None:
    payload = {"case": desk.case, "documents": [{"template": "DOC-07", "required": "true"}]}
    with pytest.raises(InvalidState, match="先完成《询问（调查）笔录》"):
        desk.town.run(lambda c: step_checks.ready(c, payload))
    record = desk.drafts()
    with pytest.raises(InvalidState, match="还没有完成：执法人员签名不足两人"):
        desk.town.run(lambda c: step_checks.ready(c, payload))
    desk.all_sign(record)
    desk.town.run(lambda c: step_checks.ready(c, payload))
    assert desk.paper(record.id).state == "issued"
