"""The two statutory lines of supervision, and who acts for which: the town's discipline body, and the justice bureau over enforcement.

They share one engine and one diagram; their documents never mix.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from engine.errors import NotAllowed
from engine.people import Participant

DISCIPLINE, JUSTICE = "discipline", "justice"
YELLOW, RED, ORDER, LEAD = 1, 2, 3, 4
RUNGS = MappingProxyType({0: "刚进入", YELLOW: "预警（黄牌）", RED: "催办（红牌）", ORDER: "督办", LEAD: "已升级"})
STATES = MappingProxyType({"open": "监督中", "closed": "已销号", "in-time": "按期办结"})
ORDER_STATES = MappingProxyType({
    "drafted": "拟发", "issued": "签发", "received": "签收", "answering": "整改中", "review": "待复核", "closed": "销号",
    "escalated": "升级"})


@dataclass(frozen=True)
class Line:
    """One line: its name, the role that acts for it, and the level of the unit in whose name its papers are issued."""

    key: str
    name: str
    role: str
    level: str


LINES: Mapping[str, Line] = MappingProxyType({one.key: one for one in (
    Line(DISCIPLINE, "纪检监督", "inspector", "town"), Line(JUSTICE, "行政执法监督", "justice_bureau", "city"))})


def acts(by: Participant, line: str, unit_path: str) -> bool:
    """Whether a person acts for that line over that unit."""
    return any(post.role == LINES[line].role and unit_path.startswith(post.unit_path) for post in by.posts)


def must_act(by: Participant, line: str, unit_path: str) -> None:
    """Raises NotAllowed for everybody else."""
    if not acts(by, line, unit_path):
        raise NotAllowed(f"只有本辖区的{LINES[line].name}人员可以这样做。", person=by.id, line=line)


def own(by: Participant) -> dict[str, list[str]]:
    """The lines a person acts for, each with the paths of the units."""
    found: dict[str, list[str]] = {}
    for line in LINES.values():
        paths = [post.unit_path for post in by.posts if post.role == line.role]
        if paths:
            found[line.key] = paths
    return found
