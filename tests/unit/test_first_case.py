"""The first case of an item in a town: the department that handed the power down is asked, answers, and never holds the case up."""

import datetime as dt
from typing import Any

import pytest

from engine.cases import closing, first_case, guidance, step_acts
from engine.errors import InvalidState, InvalidValues
from engine.notifications import inbox
from engine.people import directory
from engine.runtime import parameters, timers
from tests.penalty_town import Docket, sign, stall
from tests.town import ADMIN, LEADER, OFFICER, OTHER_OFFICER, PEOPLE, Town

DEPARTMENT = "cgj1"
ADVICE = {"guidance_text": "先核对责令改正通知书的送达回证。", "guidance_contact": "市城市管理局 王某 0371-1"}


def _settle(c: Any) -> None:
    directory.save_person(c, DEPARTMENT, {"name": "王局"}, None)
    directory.set_posts(c, DEPARTMENT, [("empowering_department", "x")])


@pytest.fixture
def docket(town: Town) -> Docket:
    town.run(_settle)
    PEOPLE.setdefault(DEPARTMENT, ("王局", "empowering_department", "x"))
    docket = Docket(town)
    town.publishes_folder("first_case_guidance")
    return docket


def _asked(docket: Docket) -> first_case.Guidance | None:
    return docket.reads(first_case.of_case, docket.case)


def _files(docket: Docket, **more: Any) -> int:
    docket.begins(sign(**more))
    assert "first_case" in docket.file()
    docket.town.works()
    return docket.case


def _answers(docket: Docket, **values: Any) -> None:
    asked = _asked(docket)
    assert asked is not None
    docket.town.case = asked.instance_id
    docket.town.does(DEPARTMENT, "首案指导", **{**ADVICE, **values})


def _told(docket: Docket, person: str) -> list[str]:
    return docket.reads(lambda c: [one.text for one in inbox.of(c, person)])


def test_the_first_case_of_an_item_asks_its_department(docket: Docket) -> None:
    _files(docket, facts="青石甲公司的门头广告破损，赵某拒不改正。")
    asked = _asked(docket)
    assert asked is not None
    assert (asked.department, asked.words, asked.is_open) == ("市城市管理局", "待答复", True)
    assert docket.town.todo(DEPARTMENT) == ["首案指导"]
    assert any("青石镇第一次办理“户外广告设施不符合容貌标准逾期未改”，请市城市管理局指导" in text for text in _told(docket, DEPARTMENT))


def test_the_department_reads_nothing_that_identifies_the_party(docket: Docket) -> None:
    _files(docket, facts="青石甲公司的门头广告破损，赵某拒不改正。")
    asked = _asked(docket)
    assert asked is not None
    from_case = docket.reads(lambda c: first_case.cases.peeked(c, asked.instance_id).row)
    said = str(from_case.variables) + from_case.title
    assert "＊＊＊的门头广告破损，＊＊＊拒不改正" in said
    assert not [word for word in ("青石甲公司", "赵某", docket.one.party.id_number) if word in said]


def test_the_answer_stands_in_the_case_and_its_officers_are_told(docket: Docket) -> None:
    _files(docket)
    _answers(docket)
    asked = _asked(docket)
    assert asked is not None
    assert (asked.text, asked.by, asked.contact, asked.words) == (ADVICE["guidance_text"], "王局", ADVICE["guidance_contact"], "已答复")
    for officer in (OFFICER, OTHER_OFFICER):
        assert any("市城市管理局已答复首案指导" in text for text in _told(docket, officer))
    docket.town.case = docket.case
    assert any("答复首案指导（仅供参考，不代替审核和决定）" in text for text in docket.town.story())
    assert docket.town.faults() == [] and docket.town.todo(DEPARTMENT) == []


@pytest.mark.parametrize("values", [{"guidance_text": ""}, {"guidance_text": "长" * 4001}, {"guidance_contact": ""}])
def test_an_answer_says_something_and_whom_to_ask(docket: Docket, values: dict[str, str]) -> None:
    _files(docket)
    with pytest.raises(InvalidValues):
        _answers(docket, **values)
    assert docket.town.todo(DEPARTMENT) == ["首案指导"]


def test_what_the_department_was_shown_is_not_what_it_can_write(docket: Docket) -> None:
    _files(docket)
    _answers(docket, department="另一部门", case_instance=999)
    asked = _asked(docket)
    assert asked is not None and (asked.department, asked.text) == ("市城市管理局", ADVICE["guidance_text"])


def test_a_second_case_of_the_item_and_another_items_first_case(docket: Docket) -> None:
    _files(docket)
    _files(docket, act_day="2026-02-20")
    assert _asked(docket) is None
    docket.begins_filed(stall(item="CX-rural"))
    asked = _asked(docket)
    assert asked is not None and asked.department == "市自然资源和规划局"


def test_without_the_process_a_case_is_filed_all_the_same(town: Town) -> None:
    docket = Docket(town)
    docket.begins(sign())
    assert docket.file()["first_case"] is False
    assert _asked(docket) is None


def _withdraws(docket: Docket) -> None:
    docket.acts(step_acts.withdraw_filing, by=LEADER, reasons="违法事实不能成立")


def test_the_closing_does_not_wait_and_ends_the_request(docket: Docket) -> None:
    _files(docket)
    _withdraws(docket)
    assert [one.reasons for one in docket.reads(lambda c: guidance.barred(c, docket.one, {})) if one.act == "结案"] == []
    docket.acts(step_acts.close_case, closure_kind="withdrawn")
    docket.town.works()
    asked = _asked(docket)
    assert asked is not None and (asked.is_open, asked.words) == (False, "案件已结案，没有答复")
    assert docket.town.todo(DEPARTMENT) == []


def test_a_town_may_want_the_answer_before_the_closing(docket: Docket) -> None:
    docket.town.publishes_with_called("penalty")
    by = docket.town.person(ADMIN)
    docket.town.run(lambda c: parameters.change(c, "penalty_first_case_needed@qs", 1, by=by))
    _files(docket)
    _withdraws(docket)
    kept = docket.reads(closing.hindrances, docket.case, "withdrawn", {})
    assert len(kept) == 1 and "首案指导" in kept[0]
    with pytest.raises(InvalidState, match="首案指导"):
        docket.acts(step_acts.close_case, closure_kind="withdrawn")
    _answers(docket)
    docket.acts(step_acts.close_case, closure_kind="withdrawn")
    assert docket.one.closure_kind == "withdrawn"


def test_a_late_department_is_reminded_and_the_case_goes_on(docket: Docket) -> None:
    _files(docket)
    docket.town.until(docket.town.clock() + dt.timedelta(days=9))
    timers.fire_due(docket.town.database)
    docket.town.works()
    assert any("还在等市城市管理局指导" in text for text in _told(docket, DEPARTMENT))
    assert docket.town.todo(DEPARTMENT) == ["首案指导"]
