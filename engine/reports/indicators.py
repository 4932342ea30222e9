"""The indicators that the grid loop can feed, with their fixed definitions, and those it cannot feed yet with the reason.

Steps are named by their ids in the shipped process, their outcomes by the words of the forms; a test holds both against the files.
"""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, func, literal, not_, select

from engine.cases.tables import finding
from engine.deadlines.ledger import EntryKind
from engine.reports import recurrence
from engine.reports.definitions import (
    CASE,
    DONE,
    FINDING,
    ITEM,
    ON_TIME,
    PROCESS,
    STEP,
    Indicator,
    Part,
    Period,
    closed,
    due,
    has_step,
    reported,
    steps,
)
from engine.reports.filters import LINKS
from engine.runtime.tables import clock_entry, deadline_clock, work_item

SOURCES = {"patrol": "巡查发现", "hotline": "热线转来", "video": "视频发现", "masses": "群众反映", "superior": "上级交办",
           "opinion": "网络舆情"}
CHECKS = ("onsite", "onsite_urgent", "recheck", "grid_check", "look_back")
CHECKED, REJECTED, SENT_BACK, SATISFIED, UNSATISFIED, UNREACHABLE = "确已纠正", "不予受理", "退回", "满意", "不满意", "联系不上"
NOT_GOOD = {"visit": UNSATISFIED, "look_back": recurrence.RELAPSED, "grid_check": "退回村社再纠正"}
HANDLING: ColumnElement[bool] = ITEM.link == "handling"
MERGED_OUT = "合并子单不计"
DUE_NOTE = f"截止日在本月且已到的；{MERGED_OUT}"
HANDLING_NOTE = f"执法处置环节，{DUE_NOTE}；延期的按新截止日，另列"


def _element(*names: str) -> ColumnElement[bool]:
    return ITEM.element_id.in_(names)


def _extended() -> ColumnElement[bool]:
    """Steps whose clock was ever extended."""
    return select(literal(1)).select_from(deadline_clock.join(clock_entry, clock_entry.c.clock_id == deadline_clock.c.id)).where(
        deadline_clock.c.instance_id == ITEM.instance_id, deadline_clock.c.key == ITEM.id,
        clock_entry.c.kind == EntryKind.EXTENDED.value).exists()


def _rate(number: str, names: tuple[str, str], formula: str, note: str, *chosen: ColumnElement[bool], good: ColumnElement[bool] = ON_TIME,
          apart: bool = False) -> Indicator:
    """Of the steps that fell due in the period, those that are good; the extended ones shown apart where that is asked for."""
    other = {"extended": Part("其中经批准延期的", STEP, lambda _, p: due(p, _extended(), *chosen))} if apart else {}
    return Indicator(number, names[0], formula, note, Part(names[1], STEP, lambda _, p: due(p, good, *chosen)),
                     Part("应办", STEP, lambda _, p: due(p, *chosen)), other)


def _settled(c: Connection, period: Period) -> dict[int, Any]:
    """Cases due to be corrected by the village in the period that it corrected, with the moment the grid worker confirmed it."""
    cases = _first_by_village(period).subquery()
    confirmed = (select(ITEM.instance_id, func.min(ITEM.ended_at).label("at")).select_from(work_item)
                 .where(ITEM.instance_id.in_(select(cases.c.id)), _element("grid_check"), ITEM.outcome == CHECKED, DONE)
                 .group_by(ITEM.instance_id))
    return {row.instance_id: row.at for row in c.execute(confirmed)}


def _first_by_village(period: Period) -> Select[Any]:
    """Cases whose village correction fell due in the period."""
    return (select(PROCESS.id).join(finding, FINDING.instance_id == PROCESS.id)
            .where(FINDING.merged_into.is_(None), period.below(PROCESS.unit_path),
                   PROCESS.id.in_(select(ITEM.instance_id).select_from(work_item).where(
                       _element("village_correction"), period.within(ITEM.due_at), ITEM.due_at < period.until))))


def _watched(c: Connection, period: Period) -> Select[Any]:
    """Corrected, but not long enough ago to be sure of it."""
    young = [case for case, at in _settled(c, period).items() if at + recurrence.WATCH > period.now]
    return _first_by_village(period).where(PROCESS.id.in_(young))


def _lasting(c: Connection, period: Period) -> Select[Any]:
    settled = _settled(c, period)
    back = recurrence.of(c, settled.items())
    good = [case for case, at in settled.items() if at + recurrence.WATCH <= period.now and case not in back]
    return _first_by_village(period).where(PROCESS.id.in_(good))


def _to_village(c: Connection, period: Period) -> Select[Any]:
    return _first_by_village(period).where(PROCESS.id.not_in(_watched(c, period)))


def _came_back(c: Connection, period: Period) -> Select[Any]:
    moments = c.execute(closed(period).add_columns(PROCESS.ended_at)).all()
    return closed(period, PROCESS.id.in_(recurrence.of(c, ((row.id, row.ended_at) for row in moments))))


def _rejected() -> ColumnElement[bool]:
    """Cases that the centre did not accept."""
    return has_step("accept", ITEM.outcome == REJECTED)


def _source(key: str) -> Part:
    return Part(SOURCES[key], CASE, lambda _, p: reported(p, FINDING.source == key))


def _of_link(key: str) -> ColumnElement[bool]:
    return func.coalesce(ITEM.link, "") == key


def _late_rate(key: str) -> Indicator:
    chosen = _of_link(key)
    return Indicator(
        f"KPI-10-{key}", f"超期率：{LINKS[key]}", "超期 ÷ 应办", f"{DUE_NOTE}；到期后才办结、到期被收回或至今未办的为超期",
        Part("超期", STEP, lambda _, p: due(p, not_(ON_TIME), chosen)), Part("应办", STEP, lambda _, p: due(p, chosen)))


def _set(name: str, *chosen: ColumnElement[bool], at: ColumnElement[Any] = ITEM.ended_at) -> Part:
    """Steps to which something happened in the period, by default their end."""
    return Part(name, STEP, lambda _, p: steps(p, p.within(at), *chosen))


SIGNED = _element("sign")
VISITED = (DONE, _element("visit"))

INDICATORS: tuple[Indicator, ...] = (
    Indicator(
        "KPI-01", "事件量", "上报事件数", f"按上报时间；{MERGED_OUT}，原始量和各来源另列", Part("事件", CASE, lambda _, p: reported(p)),
        apart={"raw": Part("原始量（含合并子单）", CASE, lambda _, p: reported(p, merged=True)), **{key: _source(key) for key in SOURCES}},
        performance=False),
    Indicator(
        "KPI-02", "网格前端化解率", "村社纠正成功且三十日内未回潮 ÷ 应由村社先行纠正",
        f"村社纠正的截止日在本月；观察未满三十日的不进分子也不进分母，另列；{MERGED_OUT}",
        Part("纠正成功且未回潮", CASE, _lasting), Part("应由村社先行纠正", CASE, _to_village),
        {"watch": Part("观察未满三十日", CASE, _watched)}),
    Indicator(
        "KPI-04", "有效上报率", "有效上报 ÷ 上报总数", f"按上报时间；有效：没有被不予受理（尚未受理的暂按有效计）；{MERGED_OUT}",
        Part("有效上报", CASE, lambda _, p: reported(p, ~_rejected())), Part("上报总数", CASE, lambda _, p: reported(p))),
    Indicator(
        "KPI-05-1", "派遣准确率", "准确派遣 ÷ 派遣", f"派到执法队签收的时间在本月；被执法队退回的为不准确；{MERGED_OUT}",
        _set("准确派遣", SIGNED, func.coalesce(ITEM.outcome, "") != SENT_BACK, at=ITEM.created_at),
        _set("派遣", SIGNED, at=ITEM.created_at)),
    _rate("KPI-05-2", ("派遣及时率", "按时派遣"), "按时派遣 ÷ 应派遣", f"协调中心受理环节，{DUE_NOTE}", _element("accept")),
    _rate("KPI-06-1", ("处置率", "已处置"), "已处置 ÷ 应处置", HANDLING_NOTE, HANDLING, good=DONE, apart=True),
    _rate("KPI-06-2", ("按期处置率", "按期处置"), "按期处置 ÷ 应处置", HANDLING_NOTE, HANDLING, apart=True),
    Indicator(
        "KPI-07", "返工率", "核查不合格返回次数 ÷ 应处置", f"回访不满意、回头看反弹、复核退回再纠正，按发生时间；应处置：{DUE_NOTE}",
        _set("核查不合格返回", DONE, _element(*NOT_GOOD), ITEM.outcome.in_(NOT_GOOD.values())),
        Part("应处置", STEP, lambda _, p: due(p, HANDLING))),
    _rate("KPI-08", ("核实、核查及时率", "按时核查"), "按时核查 ÷ 应核查", f"现场核查、复查、网格员复核、回头看，{DUE_NOTE}",
          _element(*CHECKS)),
    _rate("KPI-09-1", ("结案率", "已结案"), "结案 ÷ 应结案", f"办结审核环节，{DUE_NOTE}", _element("close"), good=DONE),
    _rate("KPI-09-2", ("按期结案率", "按期结案"), "按期结案 ÷ 应结案", f"办结审核环节，{DUE_NOTE}", _element("close")),
    *(_late_rate(key) for key in ("correction", "reporting", "handling", "feedback")),
    Indicator(
        "KPI-11", "回潮率", "三十日内同点同类再发 ÷ 结案数",
        f"按结案时间；同类、五十米内（没有坐标的按同一网格），或回头看反弹；最近三十日结案的还会变；{MERGED_OUT}",
        Part("再发", CASE, _came_back), Part("结案", CASE, lambda _, p: closed(p))),
    Indicator(
        "KPI-12", "满意率", "满意 ÷ 回访有效数", f"按回访时间；联系不上的不进分母，另列；{MERGED_OUT}",
        _set("满意", *VISITED, ITEM.outcome == SATISFIED), _set("回访有效数", *VISITED, ITEM.outcome.in_((SATISFIED, UNSATISFIED))),
        {"unreachable": _set("联系不上", *VISITED, ITEM.outcome == UNREACHABLE)}),
    _rate("KPI-28", ("督办环节按期办结率", "按期办结"), "按期办结 ÷ 应办结", f"闭环流程里的督办环节，{DUE_NOTE}", _element("supervise")),
)
KNOWN: Mapping[str, Indicator] = {one.id: one for one in INDICATORS}

NOT_YET: Mapping[str, tuple[str, str]] = {
    "KPI-03": ("立案率（事件）", "“应立案”没有独立于受理意见的登记"),
    "KPI-12 之响应率、解决率": ("响应率、解决率", "回访表只问是否满意，没有问是否响应、是否解决"),
    "KPI-13 至 KPI-24": ("行政处罚各项", "处罚案件的流程还没有；闭环到提出立案建议为止"),
    "KPI-15": ("处罚种类、罚没款", "同上；有了以后也只统计、不进绩效（行政处罚法第七十四条）"),
    "KPI-25": ("检查", "没有检查任务的登记"),
    "KPI-26": ("案卷评查", "没有评查流程"),
    "KPI-27": ("联合执法", "没有联合执法流程"),
    "KPI-28 之红黄牌、督办单数": ("红黄牌数、督办单数、按期回复率", "在督办单的登记里逐件可查，还没有并入月报"),
    "KPI-29": ("队伍", "没有资格台账"),
    "KPI-30": ("分领域透视", "事项与赋权清单还没有对应"),
}
