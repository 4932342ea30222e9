"""Which lines of the board are asked for: the same filters stand behind a figure, in the address of its list, and in an export."""

from collections.abc import Sequence
from dataclasses import dataclass, fields

from sqlalchemy import ColumnElement, Connection, and_, literal, or_, select

from engine.errors import InvalidValues, NotAllowed
from engine.people import Participant, directory
from engine.people.directory import Unit
from engine.people.roles import TREE
from engine.reports import counts
from engine.reports.counts import CLOCK, IDLE, STEP
from engine.reports.tables import board_line
from engine.runtime.tables import process_instance

LINKS = {"discovery": "网格发现", "correction": "村社纠正", "reporting": "点片上报", "handling": "执法处置", "feedback": "结果反馈",
         "": "其他环节"}
LEVELS = {"late": "已超期", "soon": "将到期", "fine": "正常", "none": "无时限", "stopped": "计时已停"}
KINDS = {"step": STEP, "clock": CLOCK, "idle": IDLE}
KIND_WORDS = {"step": "未办结环节", "clock": "法定期限", "idle": "没有承办人的在办事项"}
FACETS = ("link", "holder", "office", "matter", "rule")
LINE = board_line.c


@dataclass(frozen=True)
class Filters:
    """What of the board is shown; an empty field means everything. `unit` includes the units below it.

    `office` is the unit whose posts are to act, "-" where a person was named directly. `holder` is a person's id, or a candidate key
    "role@unit" for steps that nobody has claimed. `matter` is a category, `rule` the rule of a statutory limit.
    """

    unit: str = ""
    office: str = ""
    link: str | None = None
    holder: str = ""
    matter: str = ""
    rule: str = ""
    level: str = ""
    state: str = ""
    words: str = ""
    kind: str = "step"

    def text(self) -> str:
        """For the audit record and the head of a printed list."""
        link = "" if self.link is None else LINKS.get(self.link, self.link)
        parts = [("地点单位", self.unit), ("责任单位", self.office), ("环节", link), ("承办", self.holder), ("事项类别", self.matter),
                 ("期限规则", self.rule), ("时限", LEVELS.get(self.level, self.level)), ("状态", self.state), ("查找", self.words)]
        chosen = "，".join(f"{name}：{value}" for name, value in parts if value)
        return f"全部{KIND_WORDS.get(self.kind, '')}" if not chosen else f"{KIND_WORDS.get(self.kind, '')}，{chosen}"

    def facet(self) -> tuple[str, str] | None:
        """The kept count that is the length of this list, None when no kept count is."""
        chosen = [name for name in FACETS if getattr(self, name) not in ("", None) or (name == "link" and self.link == "")]
        if self.state or self.words or len(chosen) > 1:
            return None
        if not chosen:
            return {"step": "all", "clock": "clocks", "idle": "idle"}.get(self.kind, "all"), ""
        fits = self.kind == ("clock" if chosen == ["rule"] else "step")
        return (chosen[0], getattr(self, chosen[0])) if fits else None


FIELDS = tuple(field.name for field in fields(Filters))


def scope(c: Connection, by: Participant, unit_id: str = "") -> tuple[Unit, ...]:
    """The units that a figure is about: those this person supervises, or one of them or below them.

    Empty when the unit is somebody else's, or a department, below which nothing lies. Raises NotAllowed without the capability,
    NotFound for an unknown unit.
    """
    paths = by.seen_paths("supervise")
    if not paths:
        raise NotAllowed("监督看板只对监督岗位开放。如确有需要，请联系本单位管理员。")
    if unit_id:
        unit = directory.unit_of(c, unit_id)
        return (unit,) if unit.level in TREE and by.may("supervise", unit.path) else ()
    return tuple(directory.unit_of(c, path.strip("/").rpartition("/")[2]) for path in paths)


def chosen(units: Sequence[Unit], filters: Filters) -> ColumnElement[bool]:
    """The condition on lines. Raises InvalidValues for an unknown level or kind."""
    below = [LINE[f"{unit.level}_id"].in_([unit.id]) for unit in units]
    conditions: list[ColumnElement[bool]] = [or_(*below) if below else literal(False), _rank(filters)]
    conditions += [LINE[name].in_([getattr(filters, name)]) for name in (*FACETS, "state") if getattr(filters, name) not in ("", None)]
    if filters.link == "":
        conditions.append(LINE.link.in_([""]))
    if filters.words:
        columns = (process_instance.c.title, process_instance.c.business_key, process_instance.c.place)
        case = select(literal(1)).where(process_instance.c.id == LINE.instance_id,
                                        or_(*(column.contains(filters.words, autoescape=True) for column in columns)))
        conditions.append(case.exists())
    return and_(*conditions)


def _rank(filters: Filters) -> ColumnElement[bool]:
    if filters.kind not in KINDS:
        raise InvalidValues({"kind": "请选择未办结环节、法定期限或没有承办人的事项。"})
    if filters.level and filters.level not in LEVELS:
        raise InvalidValues({"level": f"没有“{filters.level}”这种时限状态，请从列表中选择。"})
    begin = KINDS[filters.kind]
    if filters.level:
        return LINE.rank == begin + counts.LEVELS.index(filters.level)
    return and_(LINE.rank >= begin, LINE.rank < begin + len(LEVELS))
