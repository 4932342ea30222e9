"""What the public reads of a decision: personal data gone by rule, a second look that blocks, terms, withdrawal."""

import datetime as dt
from pathlib import Path

import pytest

from engine.cases import case_file, proposals
from engine.cases.proposals import Terms
from engine.documents import publicity, redaction
from engine.documents.redaction import Known
from engine.errors import InvalidState, InvalidValues, NotAllowed
from engine.runtime import parameters
from tests.dossier_town import TERMS, Office
from tests.penalty_town import citizen, sign, stall
from tests.town import ADMIN, LAWYER, OFFICER, Town

PERSON = Known(frozenset({"青石镇柳林村1号", "13800001234"}), frozenset({"钱某某", "欧阳小明"}), frozenset({"小亮"}),
               frozenset({"91410100MA0000100X"}))


@pytest.fixture
def office(town: Town, tmp_path: Path) -> Office:
    return Office(town, tmp_path)


def decided(office: Office, values: dict[str, object], terms: Terms = TERMS) -> Office:
    """A case with a decision that was issued."""
    office.begins_filed(values)
    office.takes()
    for stage in (proposals.NOTICE, proposals.DECISION):
        office.town.run(lambda c, stage=stage: proposals.write(c, office.case, stage, terms, OFFICER))
    office.issues("DOC-27")
    return office


def drafts(office: Office, by: str = OFFICER) -> publicity.Copy:
    return office.town.run(lambda c: publicity.draft(c, office.case, by))


def checks(office: Office, one: publicity.Copy, by: str = LAWYER) -> publicity.Copy:
    return office.town.run(lambda c: publicity.check(c, one.id, by))


def releases(office: Office, one: publicity.Copy, by: str = LAWYER) -> publicity.Copy:
    return office.town.run(lambda c: publicity.release(c, one.id, by))


@pytest.mark.parametrize(("text", "clean"), [
    ("当事人身份证号110101199003070017，", "当事人身份证号（略），"),
    ("电话13912345678或0371-66667777。", "电话（略）或（略）。"),
    ("账号 6222 0202 0000 1234 567 转账", "账号 （略） 转账"),
    ("住青石镇柳林村1号的当事人", "住（略）的当事人"),
    ("住址：河东区人民路3号院，职业农民", "（略），职业农民"),
    ("证人钱某某和欧阳小明到场", "证人钱某和欧阳某到场"),
    ("与小亮一起", "与某未成年人一起"),
    ("统一社会信用代码91410100MA0000100X", "统一社会信用代码91410100MA0000100X"),
    ("罚款5000元，2026年3月2日，第12号", "罚款5000元，2026年3月2日，第12号"),
])
def test_what_is_personal_is_taken_out_and_the_rest_stays(text: str, clean: str) -> None:
    assert redaction.redact(text, PERSON) == clean


@pytest.mark.parametrize(("text", "what"), [
    ("1 1 0 1 0 1 1 9 9 0 0 3 0 7 0 0 1 7", "长数字"),
    ("１１０１０１１９９００３０７００１７", "长数字"),
    ("138－0000－1234", "案卷中的"),
    ("139.1234.5678", "手机号码"),
    ("青石镇 柳林村 1号", "案卷中的"),
    ("小 亮在场", "未成年人"),
    ("证人钱某某", "他人姓名"),
    ("其家庭地址在东边", "字样"),
])
def test_the_second_look_finds_what_is_written_differently(text: str, what: str) -> None:
    assert [leak for leak in redaction.leaks({"facts": text}, PERSON) if what in leak.what]


def test_the_second_look_passes_a_clean_text() -> None:
    text = "青石甲公司（91410100MA0000100X）门头广告破损，罚款5000元，青石镇综执罚〔2026〕12号。"
    assert redaction.leaks({"facts": text}, PERSON) == ()
    dirty = "身份证号码：110101199003070017，电话13912345678，账号6222020200001234567。"
    assert redaction.leaks({"facts": redaction.redact(dirty, PERSON)}, PERSON) == ()


def test_a_company_is_named_and_its_numbers_are_public(office: Office) -> None:
    decided(office, sign())
    one = drafts(office)
    assert (one.fields["party"], one.fields["fine"], one.fields["content"]) == ("青石甲公司", "0.500000", "罚款5000元")
    assert one.fields["party_code"] == office.one.party.id_number
    assert one.fields["authority"] == "示例市青石镇人民政府"
    assert office.one.party.phone not in str(one.fields)


def test_a_person_is_shortened_and_nothing_else_of_them_appears(office: Office) -> None:
    facts = "吴某甲（住址：青石镇柳林村1号，电话13800001234）占道摆摊。"
    decided(office, stall(), Terms(**{**TERMS.__dict__, "facts": facts}))
    one = drafts(office)
    assert one.fields["party"] == "吴某"
    assert not {"柳林村", "13800001234", "吴某甲", office.one.party.id_number} & {
        word for word in ("柳林村", "13800001234", "吴某甲", office.one.party.id_number) if word in str(one.fields)}


def test_nothing_is_released_unchecked_or_checked_by_its_maker(office: Office) -> None:
    decided(office, sign())
    one = drafts(office)
    with pytest.raises(InvalidState, match="待核对"):
        releases(office, one)
    with pytest.raises(NotAllowed, match="制作人以外"):
        checks(office, one, OFFICER)
    released = releases(office, checks(office, one))
    assert (released.state, released.until) == ("released", dt.date(2029, 3, 2))


@pytest.mark.parametrize("said", ["身份证号{number}", "住青石镇柳林村1号", "钱小亮（十岁）在场"])
def test_what_leaks_blocks_the_check(office: Office, said: str) -> None:
    decided(office, stall())
    office.does(lambda c, by: case_file.add_party(c, office.case, {
        "relation": "第三人", "party_name": "钱小亮", "party_id_number": citizen("20160101")}, by))
    one = drafts(office)
    text = said.format(number=office.one.party.id_number)
    office.town.run(lambda c: publicity.amend(c, one.id, {"facts": text}, OFFICER))
    with pytest.raises(InvalidValues) as refused:
        checks(office, one)
    assert "facts" in refused.value.errors and "不能公开" in refused.value.message
    assert office.reads(publicity.get, one.id).state == "draft"


def test_a_leak_that_came_after_the_check_blocks_the_release(office: Office) -> None:
    decided(office, stall())
    one = checks(office, drafts(office))
    office.does(lambda c, by: case_file.amend(c, office.case, {"party_address": "门头广告破损", "reason": "更正"}, by))
    with pytest.raises(InvalidValues):
        releases(office, one)


def test_a_decision_not_to_penalise_leaves_no_public_trace(office: Office) -> None:
    office.begins_filed(stall())
    office.town.run(lambda c: proposals.write(c, office.case, proposals.NO_PENALTY, TERMS, OFFICER))
    with pytest.raises(InvalidState, match="不予处罚"):
        drafts(office)
    assert office.reads(publicity.of, office.case) == ()


def test_a_minor_is_never_made_public(office: Office) -> None:
    decided(office, stall(party_id_number=citizen("20100101"), party_guardian="吴某乙"))
    with pytest.raises(InvalidState, match="未成年人"):
        drafts(office)


def test_warnings_are_public_only_where_the_town_says_so(office: Office) -> None:
    decided(office, sign(), Terms(**{**TERMS.__dict__, "kinds": ("warning",), "fine": 0}))
    with pytest.raises(InvalidState, match="只有警告"):
        drafts(office)
    admin = office.town.person(ADMIN)
    office.town.run(lambda c: parameters.change(c, "publicity_warning@qs", True, by=admin))
    assert releases(office, checks(office, drafts(office))).until == dt.date(2026, 6, 2)


def test_what_was_released_is_withdrawn_with_a_reason_and_can_be_made_again(office: Office) -> None:
    decided(office, sign())
    one = releases(office, checks(office, drafts(office)))
    with pytest.raises(InvalidState, match="正在公示"):
        drafts(office)
    with pytest.raises(InvalidValues):
        office.town.run(lambda c: publicity.withdraw(c, one.id, " ", LAWYER))
    gone = office.town.run(lambda c: publicity.withdraw(c, one.id, "决定被撤销", LAWYER))
    assert (gone.state, gone.reason) == ("withdrawn", "决定被撤销")
    assert drafts(office).state == "draft"


def test_the_term_ends_by_itself_the_day_after(office: Office) -> None:
    decided(office, sign(), Terms(**{**TERMS.__dict__, "fine": 50000}))
    one = releases(office, checks(office, drafts(office)))
    assert one.until == dt.date(2026, 6, 2)
    office.town.clock.move_to(dt.datetime(2026, 6, 2, 15, tzinfo=dt.UTC))
    assert office.town.run(publicity.end_due) == 0
    office.town.clock.advance(dt.timedelta(days=1))
    assert office.town.run(publicity.end_due) == 1
    assert office.reads(publicity.get, one.id).state == "ended"


def test_a_new_draft_drops_the_one_before(office: Office) -> None:
    decided(office, sign())
    first, second = drafts(office), drafts(office)
    assert [one.state for one in office.reads(publicity.of, office.case)] == ["dropped", "draft"]
    assert office.reads(publicity.current, office.case).id == second.id != first.id
