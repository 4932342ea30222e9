"""A penalty case is tried out whole in the sandbox: its acts work on a file of the sandbox, and what cannot be there is noted."""

from pathlib import Path
from typing import Any

from engine import definitions
from engine.database import connect
from engine.rehearsal import trial
from engine.rehearsal.scenarios import Scenario, Step
from engine.rehearsal.trial import Played
from engine.runtime import service_registry
from tests.penalty_town import credit_code
from tests.town import ROOT

PARTY = {"party_kind": "organisation", "party_name": "青石甲公司", "party_legal_representative": "赵某",
         "party_address": "青石镇解放路12号", "party_id_number": credit_code(1)}
START = {"item": "SR-sign", "item_name": "设置户外广告设施不符合容貌标准", **PARTY, "act_day": "2026-02-26",
         "act_place": "青石镇解放路12号", "facts": "门头广告破损，逾期没有改造。", "officer": "wei", "assistant": "jiang"}
LAW = {"report_violated_text": "《X省市容条例》第十八条第一款", "report_basis_text": "《X省市容条例》第十八条第二款"}
NOTICE = {"notice_violated_text": LAW["report_violated_text"], "notice_basis_text": LAW["report_basis_text"]}
AGREED = {"confirm_outcome": "agree", "confirm_opinion": "属实，同意。"}
SERVED = {"method": "direct", "receiver": "本人", "relation": "本人"}


def does(role: str, name: str, who: str = "", **values: Any) -> Step:
    return "办理", {"岗位": role, "事项": name, **({"人": who} if who else {}), "表单": values}


def shelf(folder: Path, *keys: str) -> list[dict[str, Any]]:
    """These shipped processes and whatever they call, as they travel to a trial."""
    database = connect(f"sqlite:///{folder}/shelf.db")
    database.create_schema()
    shipped = [path for path in (ROOT / "bpmn").iterdir() if (path / f"{path.name}.bpmn").exists()]
    for path in definitions.called_first(shipped, keys):
        package = definitions.read_folder(path, ROOT / "forms")
        database.run(lambda c, package=package: definitions.deploy(c, package, by=None, functions=service_registry.declared()) and None)
    with database.reading() as c:
        found = trial.shelf(c)
    database.close()
    return found


def played(folder: Path, key: str, steps: list[Step]) -> Played:
    around = [one for one in shelf(folder, "penalty", key) if one["key"] != key]
    package = definitions.read_folder(ROOT / "bpmn" / key, ROOT / "forms")
    (found,) = trial.run(package, around, [Scenario("从立案到归档", tuple(steps))], whole=True)
    assert found.stopped is None, found.stopped
    return found


def notes(found: Played) -> str:
    return "\n".join(one["text"] for one in found.picture["log"] if one["text"].startswith("试运行代办"))


FINED: list[Step] = [
    ("上报", {"岗位": "case_officer", "人": "wei", "表单": START}),
    does("case_officer", "核查并申请立案", "wei", filing_advice="file", process="同意。", suggestion="同意。"),
    does("case_officer", "协办人会签立案", "jiang", **AGREED),
    does("team_leader", "队长审核立案", filing_advice="file", opinion="同意。"),
    does("leader", "批准立案", opinion="同意", filing_outcome="file"),
    does("case_officer", "是否责令改正", "wei", correction_choice="none"),
    does("case_officer", "调查取证", "wei", investigation_note="同意。", recorded=True, certificates_shown=True),
    does("case_officer", "调查终结报告", "wei", proposal_kind="penalty", proposal_kinds=["fine"], proposal_fine="5000",
         proposal_grade="ordinary", proposal_basis="XSR:18",
         facts="门头广告破损，逾期没有改造。", process="同意。", reasons="同意。", **LAW),
    does("case_officer", "协办人会签报告", "jiang", **AGREED),
    does("team_leader", "队长审核报告", team_report_outcome="agree", opinion="同意"),
    does("legal_reviewer", "接收审核材料", review_way="direct", materials_complete=True),
    does("legal_reviewer", "法制审核", review_outcome="agree", points_authority="合法适当", points_facts="合法适当", points_law="合法适当",
         points_procedure="合法适当", points_discretion="合法适当", points_papers="合法适当", points_crime="不涉嫌犯罪",
         review_opinion="同意。"),
    does("case_officer", "事先告知", "wei", notice_statement_days="5", **NOTICE),
    does("case_officer", "送达", "wei", service_on="2026-03-02", place="同意。", **SERVED),
    ("到", "2026-03-10 09:00"),
    does("case_officer", "听取陈述申辩", "wei", statement_outcome="none"),
    does("case_officer", "决定审批", "wei", decision_kind="penalty", decision_kinds=["fine"], decision_fine="5000", opinion="同意"),
    does("leader", "分管领导审核", leader_outcome="agree", opinion="同意"),
    does("head", "负责人决定处罚", decision_outcome="agree", decision_kind="penalty", decision_kinds=["fine"], decision_fine="5000",
         decision_violated_text="《X省市容条例》第十八条第一款", decision_basis_text="《X省市容条例》第十八条第二款", opinion="同意"),
    does("case_officer", "送达", "wei", service_on="2026-03-10", place="同意。", **SERVED),
    does("case_officer", "制作公示稿", "wei", publicity_outcome="publish", public_text="同意。",
         redacted=["identity", "address", "account", "minor", "secret"]),
    does("legal_reviewer", "核对公示稿", publicity_check_outcome="release", no_personal_data=True, published_on="2026-03-10",
         published_at="同意。"),
    does("case_officer", "安排履行", "wei", enforce_path="none", enforce_duty="同意。", told_payment=True),
    does("case_officer", "登记缴款", "wei", payment_amount="5000", receipt_number="豫财 00012345", payer="青石甲公司", pay_outcome="paid",
         payment_channel="bank", payment_day="2026-03-10"),
    does("case_officer", "结案申请", "wei", closure_kind="fulfilled", performance="同意。", opinion="同意。"),
    does("team_leader", "队长审核结案", closing_team_outcome="agree", opinion="同意。"),
    does("leader", "批准结案", closing_outcome="agree", closure_kind="fulfilled", opinion="同意。"),
    does("case_officer", "整理案卷", "wei", retention="永久", order="RESULT_FIRST", archive_compiled=True),
    does("legal_reviewer", "检查并归档", archive_outcome="agree", four_properties=True, archive_opinion="同意。"),
]


def test_a_fine_is_tried_out_from_the_filing_to_the_archive(tmp_path: Path):
    found = played(tmp_path, "penalty", FINED)
    told = notes(found)

    assert [(one["process_key"], one["status"]) for one in found.picture["cases"]] == [("penalty", "completed")]
    assert found.picture["troubles"] == []
    for words in ("登记一份示例证据", "出具《立案审批表》青石镇综执立〔2026〕1号，只记一笔", "出具《行政处罚决定书》",
                  "当作案卷已经移交归档"):
        assert words in told
