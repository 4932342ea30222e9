"""S19: three offices are called together, each handles its own, and the operation closes only when all have done so."""

import pytest

from engine.errors import InvalidValues
from engine.notifications import inbox
from engine.runtime import commands
from tests.side_case import FIRE, MARKET, POLICE, SideCase
from tests.town import BOSS, COMMANDER, DISPATCHER, Town

PLACES = [{"name": "市监所", "person": MARKET, "duty": "无照经营"}, {"name": "消防", "person": FIRE, "duty": "住宿与生产合用"},
          {"name": "派出所", "person": POLICE, "duty": "居住登记"}]
WHISTLE = {"joint_title": "“三合一”作坊", "joint_place": "青石镇工业路5号", "joint_reason": "疑似住宿与生产合用。", "departments": PLACES,
           "arrive_by": "2026-05-20T23:59", "joint_plan": "分工检查，共用现场证据包。", "enterprise": True}


@pytest.fixture
def operation(town: Town) -> SideCase:
    case = SideCase(town, "2026-05-18", "joint_operation")
    who = town.person(DISPATCHER)
    town.case = town.run(lambda c: commands.start(c, "joint_operation", WHISTLE, by=who, unit="qs"))["instance"]
    town.works()
    case.step(BOSS, "审批方案和检查通知", joint_plan_outcome="agree", inspection_number="青石镇综执检〔2026〕1号")
    return case


def comes(case: SideCase, person: str) -> None:
    case.step(person, "签收哨令", joint_sign_outcome="accept")
    case.step(person, "到场签到", arrived_at=case.town.clock().isoformat(), evidence_package="证据包1")


def test_s19_1_the_operation_closes_only_when_every_office_is_done(operation: SideCase) -> None:
    for person in (MARKET, FIRE, POLICE):
        assert operation.has(person, "签收哨令")
        comes(operation, person)
    operation.at("2026-06-10")
    for person in (MARKET, POLICE):
        operation.step(person, "登记办结", joint_result="rectified")
    assert "汇总销号" not in operation.todo(COMMANDER)
    operation.step(FIRE, "登记办结", joint_result="case", joint_case_number="消罚〔2026〕3号")
    operation.step(COMMANDER, "汇总销号")

    results = operation.variables["joint_results"]
    assert sorted((one["department"], one["result"]) for one in results) == [
        ("市监所", "rectified"), ("派出所", "rectified"), ("消防", "case")]


def test_an_office_that_refuses_is_talked_to(operation: SideCase) -> None:
    operation.step(POLICE, "签收哨令", joint_sign_outcome="refuse", joint_sign_reason="没有人居住。")
    operation.step(COMMANDER, "协调拒收", joint_negotiate_outcome="joins")
    assert operation.has(POLICE, "到场签到")


def test_who_is_late_is_known_to_the_commander(operation: SideCase) -> None:
    operation.step(MARKET, "签收哨令", joint_sign_outcome="accept")
    operation.at("2026-05-21T08:00")
    assert any("到期没有到场" in one for one in _reminded(operation))


def test_an_inspection_of_an_enterprise_needs_its_notice(town: Town) -> None:
    case = SideCase(town, "2026-05-18", "joint_operation")
    who = town.person(DISPATCHER)
    town.case = town.run(lambda c: commands.start(c, "joint_operation", WHISTLE, by=who, unit="qs"))["instance"]
    with pytest.raises(InvalidValues):
        town.does(BOSS, "审批方案和检查通知", joint_plan_outcome="agree", inspection_number="")
    assert case.has(BOSS, "审批方案和检查通知")


def _reminded(case: SideCase) -> list[str]:
    with case.town.database.reading() as c:
        return [one.text for one in inbox.of(c, COMMANDER)]
