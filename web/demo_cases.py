"""Penalty cases of the demo town, each part-way: before filing, under investigation, waiting for legal review, and told to the party."""

import datetime as dt
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from engine import clock
from engine.cases import case_list, evidence, penalty
from engine.database import Database
from engine.documents import making
from engine.people import directory, qualifications
from engine.runtime import commands, jobs, service_registry, worklist

TOWN = "990100101"
OFFICER, ASSISTANT, CAPTAIN, REVIEWER, LEADER = "ba1", "ba2", "dz1", "fzy1", "fgld"
CERTIFIED = ("case_officer", "legal_reviewer")
AGREE = {"opinion": "同意。"}
CONFIRM = {"confirm_outcome": "agree", "confirm_opinion": "情况属实，同意。"}
FILE = {"filing_advice": "file"}
FILING = (
    (OFFICER, "核查并申请立案", {**FILE, "process": "到现场核查，拍照取证。", "suggestion": "有初步证据，属本机关管辖，建议立案。"}),
    (ASSISTANT, "协办人会签立案", CONFIRM), (CAPTAIN, "队长审核立案", {**FILE, **AGREE}),
    (LEADER, "批准立案", {"filing_outcome": "file", **AGREE}))
INQUIRY = ((OFFICER, "是否责令改正", {"correction_choice": "before", "correction_note": "立案前已责令限期改造，逾期没有改造。"}),
           (OFFICER, "调查取证", {"investigation_note": "已制作现场检查笔录。", "recorded": True, "certificates_shown": True}))
REPORT = (
    (OFFICER, "调查终结报告", {
        "proposal_kind": "penalty", "facts": "门头广告破损，责令限期改造，逾期没有改造。",
        "report_violated_text": "《X省城市市容和环境卫生管理条例》第十八条",
        "proposal_kinds": ["fine"], "proposal_fine": "5000", "proposal_basis": "XSR:18", "proposal_grade": "ordinary",
        "process": "现场检查、询问当事人。", "reasons": "逾期没有改造，有一定影响。"}),
    (ASSISTANT, "协办人会签报告", CONFIRM), (CAPTAIN, "队长审核报告", {"team_report_outcome": "agree", **AGREE}))
COMPANY = {"item": "SR-sign", "party_kind": "organisation", "party_legal_representative": "赵某", "party_identity_reason": "示例数据",
           "party_address": "青石镇解放路12号", "act_place": "青石镇解放路12号", "facts": "门头广告破损，责令限期改造，逾期没有改造。"}
VILLAGER = {"item": "STD-straw", "party_kind": "natural", "party_identity_reason": "示例数据：村委会证明", "party_birth": "1968-05-01",
            "party_address": "青石镇柳林村", "act_place": "柳林村东田", "facts": "露天焚烧秸秆约三平方米，已扑灭。"}
CASES: tuple[tuple[Mapping[str, Any], tuple[Any, ...]], ...] = (
    ({**VILLAGER, "party_name": "吴某某"}, ()),
    ({**COMPANY, "party_name": "青石甲广告公司"}, FILING),
    ({**COMPANY, "party_name": "青石乙餐饮公司"}, (*FILING, *INQUIRY, *REPORT)),
)


def fill(db: Database, files: Path) -> None:
    """Certificates for whoever investigates or reviews, then the cases, whose papers lie in `files`.
    Once they are there, nothing is added."""
    with db.reading() as c:
        if case_list.every(c, directory.participant(c, LEADER), case_list.asked({})):
            return
        people = [one.id for one in directory.people(c) if any(one.has(role) for role in CERTIFIED)]
    db.run(lambda c: qualifications.sample(c, people))
    functions = {**service_registry.functions(), **making.functions(db, files)}
    for values, steps in CASES:
        case = _begin(db, values)
        jobs.perform_due(db, functions)
        for person, step, said in steps:
            _does(db, case, (person, step), said)
            jobs.perform_due(db, functions)


def _begin(db: Database, values: Mapping[str, Any]) -> int:
    day = (clock.today() - dt.timedelta(days=5)).isoformat()
    known = {**values, "act_day": day, "officer": OFFICER, "assistant": ASSISTANT}
    case = int(db.run(lambda c: penalty.begin(c, known, by=None, unit=TOWN))["instance"])
    with db.reading() as c:
        who = directory.participant(c, OFFICER)
    piece = {"kind": "record", "title": "现场检查笔录", "origin": "现场检查", "place": str(values["act_place"]),
             "collected_at": clock.now(), "collectors": ["承办人", "协办人"]}
    db.run(lambda c: evidence.add(c, case, piece, (), who))
    return case


def _does(db: Database, case: int, what: tuple[str, str], said: Mapping[str, Any]) -> None:
    person, step = what
    with db.reading() as c:
        who = directory.participant(c, person)
        item = next(one.id for one in worklist.of(c, who, "all", {}).entries if one.instance_id == case and one.name == step)
    db.run(lambda c: commands.complete(c, item, said, by=who))
