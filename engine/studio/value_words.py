"""What the values of attributes are called: roles, units, operations, legal acts, yes and no; for the manual and for differences."""

import tomllib
from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path

from engine.definitions.lawful import vocabulary
from engine.people import ROLES

LEVELS = {"grid": "网格", "village": "村社", "area": "片区", "town": "镇街", "city": "市级", "department": "部门"}
UNITS = {"minutes": "分钟", "hours": "小时", "workingHours": "工作时", "days": "自然日", "workingDays": "工作日"}
LINKS = {"discovery": "网格发现", "correction": "村社纠正", "reporting": "点片上报", "handling": "执法队处置", "feedback": "结果反馈"}
EVENTS = {"timer": "定时", "message": "消息", "signal": "信号", "error": "错误", "escalation": "升级", "conditional": "条件",
          "terminate": "终止", "cancel": "取消", "compensate": "补偿", "link": "连接"}
YES = {"true": "是", "false": "否", "yes": "是", "no": "否"}
EVIDENCE = {"photo": "照片", "document": "文件", "audio": "录音", "video": "录像", "record": "笔录"}
PLAIN_YES = ("isExecutable", "cancelActivity", "isSequential", "triggeredByEvent", "isInterrupting")
SEND_BACK = {"any": "可以", "process": "只在本流程内", "none": "不可以"}


@cache
def operations() -> Mapping[str, Mapping[str, str]]:
    """What operations, checks and acts are called."""
    found: Mapping[str, Mapping[str, str]] = tomllib.loads((Path(__file__).parent / "operations.toml").read_text("utf-8"))
    return found


def event(tag: str) -> str:
    """timerEventDefinition is 定时."""
    return EVENTS.get(tag.removesuffix("EventDefinition"), tag)


def own(attribute: str, value: str) -> str:
    """The value of an attribute of ours, of several words each; as it is where nobody calls it otherwise."""
    known = _KNOWN.get(attribute)
    return value if known is None else "、".join(known().get(one, one) for one in value.split()) or value


def plain(attribute: str, value: str) -> str:
    """The value of an attribute of BPMN itself."""
    return YES.get(value, value) if attribute in PLAIN_YES else value


def of_child(attribute: str, value: str) -> str:
    """The value within a document, an input or a piece of evidence."""
    return {**YES, **EVIDENCE}.get(value, value) if attribute in ("required", "shared", "kind") else value


def _roles() -> Mapping[str, str]:
    return {key: role.name for key, role in ROLES.items()}


def _acts() -> Mapping[str, str]:
    return {key: act.name for key, act in vocabulary.acts().items()}


_KNOWN: Mapping[str, Callable[[], Mapping[str, str]]] = {
    "role": _roles, "startRoles": _roles, "legalAct": _acts, "scope": lambda: LEVELS, "limitUnit": lambda: UNITS, "link": lambda: LINKS,
    "sendBack": lambda: SEND_BACK, "function": lambda: operations()["operations"], "check": lambda: operations()["checks"],
    "act": lambda: operations()["acts"], "supervised": lambda: YES, "steered": lambda: YES, "withdraw": lambda: YES}
