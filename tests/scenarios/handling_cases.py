"""The words that examples of the penalty procedure have besides: a case that is begun, and its usual stretches.

   发起案件  {表单}            承办人登记一件案件（当事人、违法行为日等没有写的取示例）
   立案      true             核查、会签、审核、批准立案，都在此刻
   调查      true             登记一份现场检查笔录，办理调查取证
   报告      {表单}            调查终结报告，协办人会签，队长审核
   审核      {表单}            法制员接收并审核；不写为同意
   送达      true             当面送达正在等待送达的文书
   审批      {表单}            决定审批和分管领导审核
   听证      {举行: 日期}      受理、指定主持人、通知、送达，到那一天举行，写报告
   讨论      结论             召集、两位负责人发表意见、形成结论
   不许      {岗位, 事项, 表单, 因为}   提交被拒绝，理由含有这些文字
"""

import datetime as dt
from collections.abc import Mapping
from typing import Any

import pytest

from engine.errors import EngineError
from tests.scenarios.language import HOLDERS, Player
from tests.town import HEAD, HOST, OTHER_OFFICER, Town
from tests.whole_case import WholeCase

PARTS = {**HOLDERS, "head": HEAD, "hearing_host": HOST, "assistant": OTHER_OFFICER}
USUAL = {"item": "SR-sign", "item_name": "设置户外广告设施不符合容貌标准", "party_kind": "organisation", "party_name": "青石甲公司",
         "act_day": "2026-02-26", "facts": "门头广告破损，责令限期改造，逾期没有改造。"}
FINE = {"proposal_kinds": ["fine"], "proposal_fine": "5000", "proposal_grade": "ordinary", "proposal_basis": "XSR:18"}
APPEARANCE = "2026-03-02T08:40"


class Handler(Player):
    """Plays examples in which a penalty case is handled."""

    def __init__(self, town: Town, process: str) -> None:
        self.town, self.remembered = town, dict[str, str]()
        self.case = WholeCase(town, APPEARANCE)

    def _begin(self, what: Mapping[str, Any]) -> None:
        self.case.begins(**{**USUAL, **(what if isinstance(what, Mapping) else {})})

    def _complete(self, what: Mapping[str, Any]) -> None:
        said = {key: value.isoformat() if isinstance(value, dt.date) else value for key, value in what.get("表单", {}).items()}
        self.case.step(PARTS[what["岗位"]], what["事项"], **said)

    def _refused(self, what: Mapping[str, Any]) -> None:
        with pytest.raises(EngineError, match=what["因为"]):
            self._complete(what)

    def _todo(self, what: Mapping[str, list[str]]) -> None:
        for role, steps in what.items():
            assert sorted(self.case.todo(PARTS[role])) == sorted(steps), role

    def _holder(self, role: str, step: str) -> str:
        return PARTS[role]

    def _hear(self, what: Mapping[str, Any]) -> None:
        self.case.hears(str(what["举行"]), str(what["举行"]))

    verbs = {
        **Player.verbs, "发起案件": _begin, "办理": _complete, "不许": _refused, "待办": _todo, "听证": _hear,
        "立案": lambda self, what: self.case.files(),
        "调查": lambda self, what: self.case.investigates(),
        "报告": lambda self, what: self.case.reports(**{**FINE, **(what if isinstance(what, Mapping) else {})}),
        "审核": lambda self, what: self.case.reviews(**(what if isinstance(what, Mapping) else {})),
        "送达": lambda self, what: self.case.serves(),
        "审批": lambda self, what: self.case.drafts(**what),
        "讨论": lambda self, what: self.case.discusses(what),
        "结案": lambda self, what: self.case.closes(),
    }  # fmt: skip
