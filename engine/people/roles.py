"""The roles of township enforcement, what each may do, and how far each may see (roles R-01 to R-25 of the domain reference)."""

from dataclasses import dataclass
from types import MappingProxyType

LEVEL_NAMES = MappingProxyType({"city": "市", "department": "部门", "town": "镇街", "area": "片区", "village": "村社", "grid": "网格"})
"""Every level a unit may have, upper ones before lower ones, and what people call it."""

TREE = ("city", "town", "area", "village", "grid")
"""The levels of places, each containing the next. A department (部门) stands beside them: right below a city, with nothing below it."""

ABOVE = MappingProxyType({"department": ("city",), **{level: TREE[:place] for place, level in enumerate(TREE)}})
"""Which levels a unit of a level may hang below; a city hangs below nothing."""

CAPABILITIES = MappingProxyType({
    "report": "上报问题",
    "read_cases": "查阅辖区案件",
    "supervise": "监督查看",
    "urge": "催办",
    "order": "发督办单、审查说明、销号",
    "keep_clocks": "登记期限的中止、扣除、延长、更正",
    "approve_clocks": "批准期限的中止和延长",
    "penalties": "办理或查看处罚案件",
    "arrange_hearings": "安排听证和听证室",
    "keep_money": "登记缴款、票据和应收费用",
    "revise_dues": "按复议、诉讼结果变更应缴数额",
    "keep_goods": "保管涉案物品",
    "advise": "提供法律咨询",
    "steer": "挂起、恢复、终止案件",
    "assign": "在本辖区转办待办",
    "design": "设计流程",
    "approve_models": "批准流程发布",
    "administer": "管理人员、岗位和参数",
    "secure": "管理安全策略",
    "audit": "查阅操作记录",
})


@dataclass(frozen=True)
class Role:
    """One role. `levels` are those of the units a post of this role may hang on; `sees` is how cases below that unit are seen:
    "all" of them, or only "own" (reported, handled, or offered to this person)."""

    key: str
    name: str
    reference: str
    levels: tuple[str, ...]
    sees: str
    capabilities: frozenset[str]

    @property
    def scope(self) -> str:
        """The level at which a step looks for the role when the diagram names neither a level nor a unit."""
        return self.levels[0]

    @property
    def level_words(self) -> str:
        """The levels as people call them: 市或部门."""
        return "或".join(LEVEL_NAMES[level] for level in self.levels)


def _role(key: str, name: str, reference: str, levels: str, sees: str, *capabilities: str) -> Role:
    return Role(key, name, reference, tuple(levels.split()), sees, frozenset(capabilities))


ROLES = MappingProxyType({role.key: role for role in (
    _role("grid_worker", "网格员", "R-01", "grid", "own", "report"),
    _role("area_head", "片区长", "R-02", "area", "all", "report", "read_cases", "urge"),
    _role("village_cadre", "村社干部", "R-03", "village", "all", "report", "read_cases"),
    _role("auxiliary", "执法辅助人员", "R-04", "town", "own", "report"),
    _role("case_officer", "办案人员", "R-05", "town", "own", "penalties", "report", "keep_clocks", "arrange_hearings"),
    _role("team_leader", "执法队长", "R-06", "town", "all", "penalties", "report", "read_cases", "urge", "assign", "keep_clocks",
          "arrange_hearings"),
    _role("legal_reviewer", "法制员", "R-07", "town", "all", "penalties", "read_cases", "keep_clocks", "arrange_hearings",
          "approve_models", "revise_dues"),
    _role("hearing_host", "听证主持人", "R-08", "town", "own", "penalties", "arrange_hearings"),
    _role("commander", "指挥长", "R-09", "town", "all", "penalties", "read_cases", "urge", "assign", "steer", "supervise",
          "arrange_hearings"),
    _role("dispatcher", "调度员", "R-10", "town", "all", "penalties", "report", "read_cases", "urge", "assign"),
    _role("leader", "分管领导", "R-11", "town", "all", "penalties", "read_cases", "urge", "assign", "steer", "supervise", "approve_clocks",
          "arrange_hearings"),
    _role("head", "镇长（主任）", "R-12", "town", "all", "penalties", "read_cases", "supervise", "approve_clocks", "arrange_hearings"),
    _role("stationed_office", "派驻机构", "R-13", "town", "own", "penalties"),
    _role("empowering_department", "赋权部门", "R-14", "city department", "own", "penalties"),
    _role("city_coordination", "市级综合协调", "R-15", "city", "all", "penalties", "read_cases", "supervise"),
    _role("justice_bureau", "市司法局", "R-16", "city", "all", "penalties", "read_cases", "supervise", "order"),
    _role("lawyer", "驻队律师", "R-18", "town", "own", "advise"),
    _role("inspector", "纪工委监督员", "R-19", "town", "all", "penalties", "read_cases", "supervise", "urge", "order"),
    _role("finance_clerk", "财务票据员", "R-20", "town", "own", "keep_money"),
    _role("property_keeper", "物品管理员", "R-21", "town", "own", "keep_goods"),
    _role("archivist", "档案员", "R-22", "town", "own", "penalties"),
    _role("process_designer", "流程设计员", "R-25", "city", "none", "design"),
    _role("system_admin", "系统管理员", "R-25", "city", "none", "administer"),
    _role("security_admin", "安全管理员", "R-25", "city", "none", "secure"),
    _role("audit_admin", "审计管理员", "R-25", "city", "none", "audit"),
)})

EXCLUSIVE = frozenset({"system_admin", "security_admin", "audit_admin"})
"""三员: no person may hold two of these."""
