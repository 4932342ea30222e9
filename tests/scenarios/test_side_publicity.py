"""How long a decision stays public: a clock of its own that outlives the case, its end by itself, and what is taken back before."""

import datetime as dt
import tomllib
from typing import Any

import pytest
from sqlalchemy import select

from engine.cases import case_file, dues
from engine.documents import dossier_register, publicity, register
from engine.errors import InvalidState, InvalidValues
from engine.runtime import clocks
from engine.runtime.tables import process_instance
from tests.side_case import SideCase, decided
from tests.town import BOSS, LAWYER, OFFICER, ROOT, Town

SIGN = {"item": "SR-sign", "item_name": "设置户外广告设施不符合容貌标准", "party_kind": "organisation", "party_name": "青石甲公司",
        "act_day": "2025-02-24", "facts": "门头广告破损，责令限期改造，逾期没有改造。"}


@pytest.fixture
def sign(town: Town) -> SideCase:
    case = SideCase(town, "2025-03-10", "remedy", "publicity_term")
    decided(case, filed="2025-03-10", noticed="2025-03-24", decided_on="2025-04-02", fine="5000", **SIGN)
    return case


def publishes(case: SideCase) -> int:
    """The copy is made, looked at and released; the case that is the term of publication is worked at from now on."""
    case.step(OFFICER, "制作公示稿", publicity_outcome="publish", redacted=["address"])
    case.step(LAWYER, "核对公示稿", publicity_check_outcome="release")
    with case.town.database.reading() as c:
        query = select(process_instance.c.id).where(process_instance.c.process_key == "publicity_term",
                                                    process_instance.c.parent_id == case.main)
        case.town.case = c.execute(query).scalar_one()
    return case.town.case


def state(case: SideCase) -> str:
    with case.town.database.reading() as c:
        found = publicity.current(c, case.main)
    assert found is not None
    return found.state


def status(case: SideCase, instance: int) -> str:
    with case.town.database.reading() as c:
        return str(c.execute(select(process_instance.c.status).where(process_instance.c.id == instance)).scalar_one())


def until(case: SideCase) -> dt.date | None:
    with case.town.database.reading() as c:
        found = publicity.current(c, case.main)
    return found.until if found else None


def test_the_term_runs_and_ends_by_itself(sign: SideCase) -> None:
    publishes(sign)
    assert sign.due("DL-D5.other") == "2028-04-02" == str(until(sign))
    sign.at("2028-04-02T18:00")
    assert state(sign) == "released" and sign.todo(LAWYER) == []
    sign.at("2028-04-03")
    assert state(sign) == "ended" and sign.has(LAWYER, "核对停止公示")
    sign.step(LAWYER, "核对停止公示", ended_on="2028-04-03", ended_places="信用平台、政府网站")
    assert status(sign, sign.town.case) == "completed" and sign.town.faults() == []


def test_the_towns_own_term_is_the_clocks(sign: SideCase) -> None:
    sign.sets({"publicity_light_fine": 1_000_000, "publicity_light_months@qs": 6})
    publishes(sign)
    assert sign.due("DL-D5") == "2025-10-02" == str(until(sign))


def test_the_term_hinders_no_closing_and_outlives_it(sign: SideCase) -> None:
    term = publishes(sign)
    sign.back()
    sign.step(OFFICER, "安排履行", enforce_path="none")
    sign.step(OFFICER, "登记缴款", pay_outcome="paid", payment_channel="bank", payment_amount="5000", receipt_number="票0001")
    sign.closes()
    assert sign.file.status == "closed" and status(sign, term) == "running"
    sign.at("2028-04-03")
    assert state(sign) == "ended"


def revoked(sign: SideCase) -> None:
    sign.at("2025-04-15")
    sign.starts("remedy", LAWYER, remedy_kind="reconsideration", remedy_procedure="ordinary", applied_on="2025-04-15",
                accepted_on="2025-04-15", copy_received_on="2025-04-15", document="Y政复受〔2025〕8号")
    sign.step(LAWYER, "登记并停止加处、执行", pause_day="2025-04-15", pause_ground="reconsideration", document="Y政复受〔2025〕8号",
              clock_approver=BOSS)
    sign.step(LAWYER, "复议答复举证")
    sign.at("2025-05-30")
    sign.step(LAWYER, "登记复议决定", remedy_outcome="revoked", outcome_on="2025-05-30", outcome_number="Y政复决〔2025〕9号")
    sign.step(LAWYER, "恢复加处、执行或者改正", resume_day="2025-05-30", pause_ground="reconsideration")


def test_a_remedy_after_the_archive_follows_its_own_clocks_and_leaves_the_sealed_file_alone(sign: SideCase) -> None:
    publishes(sign)
    sign.back()
    sign.step(OFFICER, "安排履行", enforce_path="none")
    sign.step(OFFICER, "登记缴款", pay_outcome="paid", payment_channel="bank", payment_amount="5000", receipt_number="票0001")
    sign.closes()
    sign.archives()

    def sealed() -> tuple[Any, ...]:
        with sign.town.database.reading() as c:
            entry = dossier_register.of(c, sign.main)
            papers = tuple((one.id, one.content_hash) for one in register.of_case(c, sign.main))
            return entry.built, papers, dues.entries(c, sign.main), case_file.of(c, sign.main)

    before = sealed()
    assert before[3].status == "archived"
    with pytest.raises(InvalidState, match="案卷已封存"):
        sign.starts("enforcement_stop", kind="end", clause="a40_2", reason="公司已注销。")
    sign.at("2025-05-12")
    sign.starts("remedy", LAWYER, remedy_kind="reconsideration", remedy_procedure="ordinary", applied_on="2025-05-08",
                accepted_on="2025-05-08", copy_received_on="2025-05-09", document="Y政复受〔2025〕9号")
    sign.step(LAWYER, "登记并停止加处、执行", pause_day="2025-05-08", pause_ground="reconsideration", document="Y政复受〔2025〕9号",
              clock_approver=BOSS)
    assert sign.due("DL-F6") == "2025-05-23", "ten working days from the day the copy came, not from the day it was registered"
    sign.step(LAWYER, "复议答复举证")
    sign.at("2025-05-30")
    sign.step(LAWYER, "登记复议决定", remedy_outcome="revoked", outcome_on="2025-05-30", outcome_number="Y政复决〔2025〕9号")
    sign.step(LAWYER, "恢复加处、执行或者改正", resume_day="2025-05-30", pause_ground="reconsideration")
    sign.step(LAWYER, "撤回公示并说明", withdrawn_on="2025-05-30", withdrawn_outcome="withdrawn", withdrawn_reason="决定被撤销。")
    assert state(sign) == "withdrawn" and status(sign, sign.town.case) == "completed"
    assert sealed() == before and sign.town.faults() == []


def test_a_revoked_decision_is_taken_back_within_three_days_and_its_term_ends(sign: SideCase) -> None:
    term = publishes(sign)
    revoked(sign)
    assert sign.due("DL-D4") == "2025-06-05"  # three working days; 06-02 is a holiday
    with pytest.raises(InvalidValues, match="."):
        sign.step(LAWYER, "撤回公示并说明", withdrawn_on="2025-05-30", withdrawn_outcome="none", withdrawn_reason="决定被撤销")
    assert state(sign) == "released"
    sign.step(LAWYER, "撤回公示并说明", withdrawn_on="2025-05-30", withdrawn_outcome="withdrawn", withdrawn_reason="处罚决定被撤销。")
    sign.town.works()
    assert state(sign) == "withdrawn" and status(sign, term) == "completed"
    with sign.town.database.reading() as c:
        assert {one.status for one in clocks.of_case(c, term)} == {"stopped"}


def test_what_was_never_public_is_not_said_to_be_withdrawn(sign: SideCase) -> None:
    revoked(sign)
    with pytest.raises(InvalidValues):
        sign.step(LAWYER, "撤回公示并说明", withdrawn_on="2025-05-30", withdrawn_outcome="withdrawn", withdrawn_reason="撤销")
    sign.step(LAWYER, "撤回公示并说明", withdrawn_on="2025-05-30", withdrawn_outcome="none", withdrawn_reason="决定作出后没有公示。")
    assert "撤回公示并说明" not in sign.todo(LAWYER)


@pytest.mark.parametrize(("process", "name", "value"), [
    ("publicity_term", "publicity_years", publicity.YEARS), ("publicity_term", "publicity_light_months", publicity.LIGHT_MONTHS),
    ("publicity_term", "publicity_light_fine", publicity.LIGHT_FINE), ("publicity", "publicity_names", False),
    ("publicity", "publicity_warning", False), ("publicity", "publicity_summary", False), ("archiving", "archive_order", "RESULT_FIRST"),
    ("archiving", "retention_important", "永久"), ("archiving", "retention_ordinary", "30年"), ("archiving", "retention_summary", "30年")])
def test_every_parameter_of_publicity_and_archive_says_what_it_is(process: str, name: str, value: object) -> None:
    told = tomllib.loads((ROOT / "bpmn" / process / "parameters.toml").read_text("utf-8"))[name]
    assert told["default"] == value and told["label"] and told["basis"] and "unit" in told
