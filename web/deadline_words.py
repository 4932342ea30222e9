"""What the rule book's short marks and the entries of a ledger mean, in words for legal staff."""

import datetime as dt
import math

from flask import Flask

from engine import clock
from engine.deadlines import Entry, EntryKind, Extension, Rule, counting
from web import day_grid
from web.words import WEEKDAYS
from web.words import day as said_day

CHAPTERS = {"A": "A 立案前与立案", "B": "B 调查与强制措施", "C": "C 告知、听证、审核、决定、送达", "D": "D 公示", "E": "E 执行",
            "F": "F 救济与应诉", "G": "G 两法衔接", "PRM": "本地时限"}
ON_END = {"stop": "到期必须停止", "gate": "限制下一步", "supervise": "到期由监督线跟进", "move": "到期自动进入下一步"}
GATES = {"after": "期满之后才能进行下一步", "within": "期内才能进行", "barred": "规定的时段内不得进行"}
ROLLS = {"party": "末日是休息日的，顺延至其后第一个工作日", "authority": "末日是休息日的不顺延，保守按前一工作日掌握",
         "court": "末日是休息日的顺延，保守按前一工作日掌握", "none": "不适用末日顺延"}
TAGS = {
    "V": ("已核实", "长度已对照条文原文核实。"),
    "K-H": ("一般认识", "依据通行理解，把握较大，条文原文没有逐字核对。"),
    "K-M": ("待核", "来源间接，使用前须由司法局或使用单位核对。"),
    "K-L": ("待核", "把握较小，没有原文，核对后才能作为依据。"),
    "PRM": ("本地参数", "由使用单位与司法局确定的数字。"),
}
DOUBTFUL = ("K-M", "K-L")
STANDS = {"running": ("●", "正在计算", "fine"), "suspended": ("‖", "已中止", "none"), "stopped": ("○", "已停止", "none")}
ENTRIES = {"started": "起算", "suspended": "中止", "resumed": "恢复", "excluded": "扣除", "extended": "延长", "corrected": "更正",
           "revoked": "撤销登记", "stopped": "停止", "reopened": "继续计算"}


def evidence(tag: str) -> str:
    """The kind of evidence behind a tag: V:CFF is V."""
    return next((key for key in TAGS if tag == key or tag.startswith(f"{key}:")), tag)


def tag_words(tag: str) -> tuple[str, str, bool]:
    """(short words, what they mean, whether to be careful)."""
    key = evidence(tag)
    short, meaning = TAGS.get(key, (tag, ""))
    return short, meaning, key in DOUBTFUL


def extension_words(rule: Rule, extension: Extension) -> str:
    """One lawful extension: 30日（延长办案期限审批表）."""
    most = "由审批人定" if math.isinf(extension.length) else f"最多{counting.text(extension.length, rule.unit)}"
    return f"{most}（须有{extension.document}）"


def entry_words(rule: Rule, entry: Entry, approver: str = "") -> str:
    """What an entry says, without when and by whom it was entered."""
    ground = rule.ground(entry.ground)
    parts = [counting.text(entry.length or 0, rule.unit) if entry.kind is EntryKind.EXTENDED else _period(entry),
             ground.name if ground else entry.ground, entry.document and f"依据 {entry.document}",
             approver and f"{approver}审批", entry.reason]
    return "，".join(part for part in parts if part)


def _period(entry: Entry) -> str:
    if entry.kind in (EntryKind.SUSPENDED, EntryKind.EXCLUDED):
        return f"{said(entry.from_at)}起" + (f"至{said(entry.to_at)}" if entry.to_at else "")
    return said(entry.from_at)


def said(moment: dt.datetime | None) -> str:
    """A day; with the hour where it is not midnight, which stands for a whole day."""
    if moment is None:
        return ""
    local = clock.local(moment)
    return said_day(moment) + (f" {local:%H:%M}" if (local.hour, local.minute) != (0, 0) else "")


def place_words(numbers: tuple[int, int]) -> str:
    """The places of days in the count: 第 1—5 日."""
    first, last = numbers
    return f"第 {first} 日" if first == last else f"第 {first}—{last} 日"


def weekday(moment: dt.datetime) -> str:
    """一 for a Monday."""
    return WEEKDAYS[clock.local(moment).weekday()]


def hour(moment: dt.datetime) -> str:
    """09:30, with seconds where there are any."""
    local = clock.local(moment)
    return f"{local:%H:%M:%S}" if local.second else f"{local:%H:%M}"


def install(app: Flask) -> None:
    """Give them to templates."""
    app.jinja_env.filters.update(weekday=weekday, hour=hour, tag_words=tag_words)
    app.jinja_env.globals.update(
        TAGS=TAGS, GATES=GATES, ROLLS=ROLLS, ON_END=ON_END, STANDS=STANDS, ENTRIES=ENTRIES, DAY_SHAPES=day_grid.SHAPES,
        DAY_WORDS=day_grid.WORDS, extension_words=extension_words, entry_words=entry_words, place_words=place_words,
        is_hourly=lambda rule: rule.unit in counting.HOURLY, is_past=lambda moment: clock.now() >= moment)
