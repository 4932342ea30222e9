"""首案: the department that handed a power down guides the town's first case beside it, without ever holding it up."""

import datetime as dt

from sqlalchemy import Connection

from engine.cases import case_list, first_case
from engine.cases.case_list import Asked
from engine.notifications import inbox
from engine.people import directory
from engine.runtime import access
from engine.runtime import case as cases
from tests.side_case import SideCase
from tests.town import OFFICER, PEOPLE, Town

DEPARTMENT, CITY, WASTE, AIR = "cgj2", "shiji1", "chengguan1", "shengtai1"
ASKED = {"SR-sign": WASTE, "STD-noise": AIR, "CX-rural": CITY}
"""Items of the sample list and who is asked: two departments that are units, and one that is none."""


def _settle(c: Connection) -> None:
    directory.save_person(c, DEPARTMENT, {"name": "李处"}, None)
    directory.set_posts(c, DEPARTMENT, [("empowering_department", "x")])


def _departments(c: Connection) -> None:
    for unit, name in (("b1", "市城市管理局"), ("b2", " 市生态环境局")):
        directory.save_unit(c, {"id": unit, "name": name, "level": "department", "parent_id": "x"})
    for person, unit in ((WASTE, "b1"), (AIR, "b2"), (CITY, "x")):
        directory.save_person(c, person, {"name": person}, None)
        directory.set_posts(c, person, [("empowering_department", unit)])


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


def _requests(town: Town) -> dict[str, tuple[int, int]]:
    """A first case of each item, filed today: item → (case, request)."""
    case = SideCase(town, "2026-03-02", "first_case_guidance")
    made = {}
    for item in ASKED:
        case.begins(item=item, act_day="2026-02-20", party_kind="organisation", party_name="青石甲公司", facts="青石甲公司有违法事实。")
        case.files()
        with town.database.reading() as c:
            asked = first_case.of_case(c, case.main)
        assert asked is not None
        made[item] = (case.main, asked.instance_id)
    return made


def test_each_department_is_asked_about_its_own_items_and_sees_no_others(town: Town) -> None:
    town.run(_departments)
    requests = _requests(town)
    for item, person in ASKED.items():
        assert [one.instance_id for one in town.page(person).entries] == [requests[item][1]]
        with town.database.reading() as c:
            by = directory.participant(c, person)
            seen = {one for pair in requests.values() for one in pair if access.may_see(c, by, cases.peeked(c, one).row)}
            listed = case_list.page(c, by, Asked()).total
            told = [one.text for one in inbox.of(c, person)]
        assert seen == {requests[item][1]} and listed == 0
        assert len([text for text in told if "指导" in text]) == 1

    case, request = requests["STD-noise"]
    town.case = request
    town.does(AIR, "首案指导", guidance_text="先核对夜间施工证明。", guidance_contact="市生态环境局")
    with town.database.reading() as c:
        answered = first_case.of_case(c, case)
    assert answered is not None and (answered.department, answered.by, answered.words) == ("市生态环境局", AIR, "已答复")


def test_a_late_department_is_reminded_and_nobody_else(town: Town) -> None:
    town.run(_departments)
    requests = _requests(town)
    town.until(town.clock() + dt.timedelta(days=9))
    for item, person in ASKED.items():
        with town.database.reading() as c:
            reminders = [one for one in inbox.of(c, person) if "还在等" in one.text]
        assert [one.instance_id for one in reminders] == [requests[item][1]]
