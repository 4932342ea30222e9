"""首案: the department that handed a power down guides the town's first case beside it, without ever holding it up."""

from engine.cases import first_case
from engine.people import directory
from tests.side_case import SideCase
from tests.town import OFFICER, PEOPLE, Town

DEPARTMENT = "cgj2"


def _settle(c) -> None:
    directory.save_person(c, DEPARTMENT, {"name": "李处"}, None)
    directory.set_posts(c, DEPARTMENT, [("empowering_department", "x")])


def test_the_first_case_is_guided_while_it_is_investigated(town: Town) -> None:
    PEOPLE.setdefault(DEPARTMENT, ("李处", "empowering_department", "x"))
    town.run(_settle)
    case = SideCase(town, "2026-03-02", "first_case_guidance")
    case.begins(item="SR-sign", act_day="2026-02-20", party_kind="organisation", party_name="青石甲公司", facts="青石甲公司门头广告破损。")
    case.files()
    with town.database.reading() as c:
        asked = first_case.of_case(c, case.main)
    assert asked is not None and asked.words == "待答复"

    case.step(OFFICER, "是否责令改正", correction_choice="before")
    case.investigates()
    case.reports(proposal_kinds=["fine"], proposal_fine="5000", proposal_basis="XSR:18", proposal_grade="ordinary")
    town.case = asked.instance_id
    case.step(DEPARTMENT, "首案指导", guidance_text="注意责令改正的期限。", guidance_contact="市城市管理局 李处")
    case.back()

    with town.database.reading() as c:
        answered = first_case.of_case(c, case.main)
    assert answered is not None and (answered.words, answered.text) == ("已答复", "注意责令改正的期限。")
    assert not case.todo(DEPARTMENT)
    case.reviews()
