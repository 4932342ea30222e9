"""The file of a penalty case: how it begins, who may read and write it, how it is filed."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from engine.cases import case_file, case_list, penalty, step_acts
from engine.cases.case_list import Asked
from engine.errors import InvalidState, InvalidValues, NotAllowed, NotFound
from engine.runtime import casebook, history
from tests.penalty_town import Docket, citizen, day, sign, stall
from tests.town import AREA, FINDER, INSPECTOR, LEADER, OFFICER, OTHER_OFFICER, Town


@pytest.fixture
def docket(town: Town) -> Docket:
    return Docket(town)


def test_a_case_has_a_file_from_its_first_moment(docket: Docket) -> None:
    docket.begins(sign())

    one = docket.one
    assert (one.title, one.status, one.number, one.unit_id) == ("青石甲公司户外广告设施不符合容貌标准逾期未改案", "preparing", "", "qs")
    assert one.officers == (OFFICER, OTHER_OFFICER)
    assert one.act_day == day("2026-02-27")
    assert (one.party.kind, one.party.legal_representative) == ("organisation", "赵某")


def test_filing_gives_numbers_without_a_gap_for_each_town_and_year(docket: Docket) -> None:
    numbers = []
    for _ in range(3):
        docket.begins()
        numbers.append(docket.file()["number"])

    assert numbers == [f"青石镇综执案〔2026〕{n}号" for n in (1, 2, 3)]
    assert (docket.one.status, docket.one.filed_on) == ("filed", day("2026-03-02"))


def test_a_refused_filing_leaves_no_gap(docket: Docket) -> None:
    docket.begins(stall(facts=""))
    with pytest.raises(InvalidValues, match="写明案情"):
        docket.file()
    docket.begins()

    assert docket.file()["number"].endswith("〕1号")


def test_what_identifies_the_party_is_no_variable_of_the_process(docket: Docket) -> None:
    values = stall()
    docket.begins(values)

    view = docket.reads(casebook.show, docket.case, docket.town.person(LEADER))
    assert values["party_id_number"] not in str(view.values) + str(view.events)
    assert view.values["party_name"] == "吴某甲"


def test_the_grid_cannot_read_a_case_that_came_from_its_finding(docket: Docket) -> None:
    finding = docket.town.opens({}, by=FINDER) if docket.town.process == "p" else docket.begins()
    docket.begins(by=None, finding=finding)

    assert docket.one.findings == (finding,)
    assert docket.reads(penalty.of_finding, finding) == (docket.case,)
    for outsider in (FINDER, AREA):
        with pytest.raises(NotFound):
            docket.reads(penalty.seen, docket.case, docket.town.person(outsider))
        assert docket.reads(case_list.page, docket.town.person(outsider), Asked()).total == 0
    for insider in (OFFICER, OTHER_OFFICER, LEADER, INSPECTOR):
        assert docket.reads(penalty.seen, docket.case, docket.town.person(insider)).instance_id == docket.case


def test_whoever_only_supervises_writes_nothing(docket: Docket) -> None:
    docket.begins()
    with pytest.raises(NotAllowed, match="您可以查看"):
        docket.does(lambda c, by: case_file.amend(c, docket.case, {"facts": "改过"}, by), by=INSPECTOR)
    assert docket.one.facts == "占道摆摊，经责令改正拒不改正。"


def test_a_correction_is_in_the_record_and_needs_a_reason_after_filing(docket: Docket) -> None:
    docket.begins()
    docket.does(lambda c, by: case_file.amend(c, docket.case, {"facts": "占道摆摊三次。"}, by))
    docket.file()
    with pytest.raises(InvalidValues) as refused:
        docket.does(lambda c, by: case_file.amend(c, docket.case, {"facts": "又改"}, by))
    assert "写明理由" in refused.value.errors["reason"]
    docket.does(lambda c, by: case_file.amend(c, docket.case, {"party_phone": "13900000000", "reason": "当事人换号"}, by))

    assert (docket.one.facts, docket.one.party.phone, docket.one.party.name) == ("占道摆摊三次。", "13900000000", "吴某甲")
    story = [event.text for event in docket.reads(history.of, docket.case)]
    assert "卫十更正案情或者当事人，理由：当事人换号。" in story
    assert docket.reads(history.verify) == []


def test_a_case_is_filed_once(docket: Docket) -> None:
    docket.begins_filed()
    with pytest.raises(InvalidState, match="已于 2026-03-02 立案"):
        docket.file()


def test_one_officer_alone_cannot_begin_a_case(docket: Docket) -> None:
    with pytest.raises(InvalidValues) as refused:
        docket.begins(stall(assistant=OFFICER))
    assert "第四十二条" in refused.value.errors["assistant"]


def test_an_officer_does_not_approve_the_filing_of_his_own_case(docket: Docket) -> None:
    docket.begins()
    with pytest.raises(InvalidState, match="不能同时担任审批负责人"):
        docket.file(by=OFFICER)


def test_many_who_file_at_once_leave_no_gap(docket: Docket) -> None:
    cases = [docket.begins(stall(party_id_number=citizen(order=n))) for n in range(12)]

    def files(case: int) -> str:
        payload = {"case": case, "person": LEADER, "element": "x", "values": {}, "variables": {}, "documents": []}
        return str(docket.town.run(lambda c: step_acts.file_case(c, payload))["number"])

    with ThreadPoolExecutor(6) as pool:
        numbers = list(pool.map(files, cases))

    assert sorted(numbers) == sorted(f"青石镇综执案〔2026〕{n}号" for n in range(1, 13))
