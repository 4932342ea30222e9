"""What documents say of money and of those who approved."""

import dataclasses
from pathlib import Path

import pytest

from engine.cases import dues, proposals
from engine.documents import case_quality, catalogue, fields, opinion_fields
from tests.dossier_town import TERMS, Office
from tests.penalty_town import day, sign
from tests.town import BOSS, LEADER, Town


@pytest.fixture
def office(town: Town, tmp_path: Path) -> Office:
    made = Office(town, tmp_path)
    made.begins_filed()
    return made


def said(office: Office) -> dict[str, object]:
    return office.reads(lambda c: fields.gather(c, office.case, values={}, variables={}))


def test_a_case_without_money_says_nothing_of_it(office: Office) -> None:
    assert said(office)["dues"] == {"rows": []}


def test_amounts_are_words_and_every_entry_has_its_receipt(office: Office) -> None:
    imposed = dues.New(dues.IMPOSED, day("2026-03-02"), 500000)
    paid = dues.New(dues.PAID, day("2026-03-02"), 200000, channel="bank", receipt="99001", payer="吴某甲")
    office.town.run(lambda c: [dues.write(c, office.case, one, BOSS) for one in (imposed, paid)])
    room = said(office)["dues"]
    keys = ("imposed_text", "paid_text", "unpaid_text", "unpaid_capital")
    assert [room[key] for key in keys] == ["5000元", "2000元", "3000元", "叁仟元整"]
    assert room["rows"][1] == {"on": "2026年3月2日", "kind": "缴款", "amount": "2000元", "receipt": "99001", "note": "银行代收、吴某甲"}


def test_an_approval_form_names_who_approves_and_what_was_said(office: Office) -> None:
    row = catalogue.of("DOC-03")
    found = office.reads(lambda c: opinion_fields.gather(c, office.case, row, "filing", (LEADER, {"opinion": "事实清楚，同意立案"})))
    assert found["approvals"][-1] == {"step": "立案", "opinion": "事实清楚，同意立案", "name": "褚九", "at": "2026年3月2日9时00分"}
    assert office.reads(lambda c: opinion_fields.gather(c, office.case, row, "x", (LEADER, {})))["approvals"][-1]["opinion"] == "同意"


@pytest.mark.parametrize("doc_id", ["DOC-27", "DOC-18", "DOC-06"])
def test_other_documents_have_no_approvals(office: Office, doc_id: str) -> None:
    assert office.reads(lambda c: opinion_fields.gather(c, office.case, catalogue.of(doc_id), "", (LEADER, {}))) == {}


def test_what_was_said_before_the_last_form_is_not_said_again(office: Office) -> None:
    office.issues("DOC-03")
    found = office.reads(lambda c: opinion_fields.gather(c, office.case, catalogue.of("DOC-47"), "", (BOSS, {})))
    assert [one["name"] for one in found["approvals"]] == ["杨丁"]


def test_the_facts_of_a_case_tell_what_may_be_cited_and_fined(office: Office) -> None:
    office.begins_filed(sign())
    office.takes()
    office.decides()
    facts = office.reads(case_quality.facts, office.case)
    assert facts.articles == () and facts.span == (100000, 1000000) and facts.decided == 500000
    assert office.reads(case_quality.check, office.case) == ()
    over = dataclasses.replace(TERMS, fine=1000100)
    office.town.run(lambda c: proposals.write(c, office.case, proposals.DECISION, over, BOSS))
    assert {one.name for one in office.reads(case_quality.check, office.case)} == {"金额幅度"}


@pytest.mark.parametrize(("kinds", "fine", "basis", "within"), [
    (("demolition",), 0, "TG:83", "十五日"), (("demolition",), 0, "CX:65", "六个月"), (("fine",), 500_00, "TG:77", "六个月")])
def test_only_an_order_to_clear_land_shortens_the_time_to_sue(office: Office, kinds: tuple[str, ...], fine: int, basis: str,
                                                             within: str) -> None:
    terms = dataclasses.replace(TERMS, kinds=kinds, fine=fine, basis=(basis,), confiscation="")
    office.town.run(lambda c: proposals.write(c, office.case, proposals.DECISION, terms, BOSS))
    told = said(office)["remedy"]
    assert isinstance(told, dict) and told["sue_within"] == within and told["review_body"] != told["court"]
