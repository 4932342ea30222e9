"""Why a date is the date: every day of a limit, counted or skipped, and the rules that say so, as data and as plain sentences.

Made from the lines that the reading itself was computed from, never from a second count.
"""

import datetime as dt
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from engine.clock import SHANGHAI
from engine.deadlines.calendar import Calendar
from engine.deadlines.counting import HOURLY, Unit, months_after, text
from engine.deadlines.daylines import DayLine, Span, Why
from engine.deadlines.ledger import Entry, EntryKind
from engine.deadlines.ledger_reading import Stretch, in_force
from engine.deadlines.reading import Reading
from engine.deadlines.rules import Gate, Roll, Rule

WEEKDAYS = "一二三四五六日"
_NAMED = {Why.WORKED: "{}调休上班，是工作日，计入", Why.REST: "周末，不计", Why.HOLIDAY: "{}放假，不计", Why.ROLLED: "{}放假，末日顺延",
          Why.LAST: "{}调休上班，顺延到这一天届满"}
_PLAIN = {Why.WORKED: "调休上班，是工作日，计入", Why.REST: "周末，不计", Why.HOLIDAY: "放假，不计", Why.ROLLED: "周末，末日顺延",
          Why.LAST: "顺延到这一天届满"}
_MONTHLY = (Unit.MONTHS, Unit.YEARS)


@dataclass(frozen=True)
class Line:
    """Days (or one stretch of time) of one kind in a row: from `first` to `last`, both included. `numbers` are the places of the first and
    the last of them in the count, None when they do not count; `seconds` is how much of a stretch counts, for rules by hour; `why` is the
    kind of reason (`daylines.Why`)."""

    first: str
    last: str
    counted: bool
    numbers: tuple[int, int] | None
    reason: str
    why: str
    seconds: int | None = None

    def plain(self) -> dict[str, Any]:
        """The line as data."""
        return {"first": self.first, "last": self.last, "counted": self.counted, "numbers": self.numbers and list(self.numbers),
                "seconds": self.seconds, "why": self.why, "reason": self.reason}


@dataclass(frozen=True)
class Explanation:
    """The lines, and the sentences made from them."""

    lines: tuple[Line, ...]
    sentences: tuple[str, ...]

    def text(self) -> str:
        """All sentences, one a line."""
        return "\n".join(self.sentences)

    def plain(self) -> dict[str, Any]:
        """Both as data that can be written as JSON."""
        return {"lines": [line.plain() for line in self.lines], "sentences": list(self.sentences)}


def explain(rule: Rule, reading: Reading, entries: Iterable[Entry], calendar: Calendar) -> Explanation:
    """The reasons of a reading. `entries` and `calendar` are those it was read from."""
    lines = tuple(_hour_lines(rule, reading) if rule.unit in HOURLY else _day_lines(rule, reading))
    return Explanation(lines, tuple(_sentences(rule, reading, lines, tuple(entries), calendar)))


def _day_lines(rule: Rule, reading: Reading) -> Iterator[Line]:
    for reason, group in groupby(reading.days, key=lambda line: (_reason(rule, line), line.counted)):
        days = list(group)
        first, last = days[0], days[-1]
        numbers = (first.number, last.number) if first.number is not None and last.number is not None else None
        yield Line(first.date.isoformat(), last.date.isoformat(), first.counted, numbers, reason[0], first.why.value)


def _reason(rule: Rule, line: DayLine) -> str:
    if line.why is Why.EXCLUDED:
        return f"{_ground(rule, line.stretch)}，不计"
    if line.why is Why.COUNTED:
        return "工作日，计入" if rule.unit is Unit.WORKING_DAYS else "计入"
    if line.why is Why.START:
        return "事件发生的当日，首日不算" if rule.length else "事件当日即为届满日"
    return (_NAMED if line.name else _PLAIN)[line.why].format(line.name)


def _ground(rule: Rule, stretch: Stretch | None) -> str:
    if stretch is None:
        return "中止"
    ground = rule.ground(stretch.ground)
    name = ground.name if ground else "案件挂起" if stretch.ground == "halt" else stretch.ground or "中止"
    return f"{name}（{stretch.document}）" if stretch.document else name


def _hour_lines(rule: Rule, reading: Reading) -> Iterator[Line]:
    for span in reading.spans:
        seconds = int(span.length.total_seconds())
        why = Why.COUNTED if span.counted else Why.EXCLUDED
        yield Line(_moment(span.from_at), _moment(span.to_at), span.counted, None, _span_reason(rule, span), why.value, seconds)


def _span_reason(rule: Rule, span: Span) -> str:
    if not span.counted:
        return f"{_ground(rule, span.stretch)}，不计"
    return f"计入工作时间{_length(span.length)}" if rule.unit is Unit.WORKING_HOURS else f"计入{_length(span.length)}"


def _length(length: dt.timedelta) -> str:
    minutes, seconds = divmod(round(length.total_seconds()), 60)
    hours, minutes = divmod(minutes, 60)
    parts = ((hours, "小时"), (minutes, "分钟"), (seconds, "秒"))
    return "".join(f"{number}{word}" for number, word in parts if number) or "0分钟"


def _sentences(rule: Rule, reading: Reading, lines: tuple[Line, ...], entries: tuple[Entry, ...], calendar: Calendar) -> Iterator[str]:
    yield _basis(rule)
    if rule.gate is Gate.BARRED:
        yield _barred(rule, _date(reading.started), calendar)
        return
    yield _beginning(rule, reading)
    if rule.basis:
        yield f"{rule.basis}。"
    yield from _extensions(rule, reading, entries)
    yield from _skipped(rule, lines)
    yield from _corrections(entries)
    yield _result(rule, reading)
    yield from _end(rule, reading, calendar)
    if reading.status == "suspended":
        yield "期限现在处于中止状态，届满日按今天恢复推算，恢复之前每天都会后移。"
    if reading.provisional:
        yield "期限跨到的年份还没有放假通知，按周末休息暂算，通知公布后会重新计算。"


def _basis(rule: Rule) -> str:
    law = f"依据{rule.extra.get('cited') or rule.law}{rule.article}" if rule.law else "办理环节自定的时限"
    version = f"（{rule.extra['version']}）" if rule.extra.get("version") else ""
    chosen = f"，规则集 {rule.rule_set}" if rule.rule_set else ""
    source = f"，取自本地参数 {rule.parameter}" if rule.parameter else ""
    limit = "不得进行的时段为" if rule.gate is Gate.BARRED else "期限"
    return f"{rule.title}：{law}{version}{chosen}，{limit}{rule.limit_text}{source}。"


def _barred(rule: Rule, day: dt.date, calendar: Calendar) -> str:
    if calendar.is_provisional(day, day):
        return f"{day.year}年的放假通知还没有导入，不能判断 {said(day)}是不是法定节假日。"
    if day in calendar.days_off:
        return f"{said(day)}是{_off(calendar, day)}，全天不得进行；情况紧急的除外。"
    return f"{said(day)}不是法定节假日，除 {rule.extra.get('night', '')} 以外可以进行。"


def _beginning(rule: Rule, reading: Reading) -> str:
    trigger = f"（{rule.trigger}）" if rule.trigger else ""
    if rule.unit in HOURLY:
        words = "工作时间内逐分钟计算，上班时间以外不计" if rule.unit is Unit.WORKING_HOURS else "连续计算，昼夜和节假日都不停"
        return f"{_moment(reading.started)} 起算{trigger}，{words}。"
    start = reading.started.astimezone(SHANGHAI).date()
    if not rule.length:
        return f"{said(start)}发生{trigger}，当日即为期限。"
    return f"{said(start)}起算{trigger}，首日不算，从次日 {said(start + dt.timedelta(days=1))}起数第一天。"


def _extensions(rule: Rule, reading: Reading, entries: tuple[Entry, ...]) -> Iterator[str]:
    found = [one for one in in_force(entries) if one.kind is EntryKind.EXTENDED]
    for entry in found:
        paper = f"，依据 {entry.document}" if entry.document else ""
        yield f"依法延长{text(entry.length or 0, rule.unit)}{paper}。"
    if found:
        capped = "，延长合计以上限为准" if rule.length + sum(one.length or 0 for one in found) > reading.amount else ""
        yield f"连同延长，期限共{text(reading.amount, rule.unit)}{capped}。"


def _skipped(rule: Rule, lines: tuple[Line, ...]) -> Iterator[str]:
    """What does not count, and weekends that do, one sentence a stretch; ordinary weekends together."""
    rest = [line for line in lines if line.why == Why.REST]
    if rest:
        yield f"期间的周末不计（{'、'.join(_range(line) for line in rest[:8])}{f'等 {len(rest)} 段' if len(rest) > 8 else ''}）。"
    for line in lines:
        if line.why in (Why.HOLIDAY, Why.EXCLUDED, Why.WORKED):
            days = 0 if rule.unit in HOURLY else (dt.date.fromisoformat(line.last) - dt.date.fromisoformat(line.first)).days + 1
            yield f"{_range(line)}：{line.reason}{f'，共 {days} 日' if days > 1 else ''}。"


def _range(line: Line) -> str:
    if len(line.first) > len("2026-02-15"):
        return f"{line.first} 至 {line.last}"
    first, last = dt.date.fromisoformat(line.first), dt.date.fromisoformat(line.last)
    if first == last:
        return said(first)
    short = f"{last:%m-%d}（周{WEEKDAYS[last.weekday()]}）" if first.year == last.year else said(last)
    return f"{said(first)}至 {short}"


def _corrections(entries: tuple[Entry, ...]) -> Iterator[str]:
    changed = [one for one in entries if one.kind in (EntryKind.CORRECTED, EntryKind.REVOKED)]
    for one in sorted(changed, key=lambda entry: entry.seq):
        words = "更正了" if one.kind is EntryKind.CORRECTED else "撤销了"
        yield f"第 {one.seq} 条登记{words}第 {one.corrects} 条，按{'更正' if words == '更正了' else '撤销'}后的内容计算。"


def _result(rule: Rule, reading: Reading) -> str:
    if rule.unit in HOURLY:
        return f"数满{text(reading.amount, rule.unit)}，到 {_moment(reading.due)} 届满。"
    last = _date(reading.unrolled)
    if not rule.length:
        return f"{said(last)}当日届满。"
    if rule.unit not in _MONTHLY:
        return f"数到第{reading.amount:g}{'个工作日' if rule.unit is Unit.WORKING_DAYS else '日'}，是 {said(last)}。"
    start, out = _date(reading.started), sum(line.why is Why.EXCLUDED for line in reading.days)
    end = months_after(start, int(reading.amount) * (12 if rule.unit is Unit.YEARS else 1))
    day = "对应日" if end.day == start.day else "没有对应日，取当月最后一天，"
    return f"满{text(reading.amount, rule.unit)}，{day}是 {said(end)}{f'；扣除 {out} 日，移到 {said(last)}' if out else ''}。"


def _end(rule: Rule, reading: Reading, calendar: Calendar) -> Iterator[str]:
    last, due = _date(reading.unrolled), _date(reading.due)
    if due != last:
        why = "当事人的期限" if rule.roll is Roll.PARTY else "诉讼程序上的期限"
        yield f"{said(last)}是{_off(calendar, last)}，{why}顺延到其后第一个工作日 {said(due)}。"
    if reading.conservative is not None:
        yield _careful(rule, reading, calendar)
    if reading.earliest is not None:
        yield f"须期满之后才能进行下一步，最早为 {_moment(reading.earliest)}。"
    elif rule.gate is Gate.WITHIN:
        yield "届满之后不得继续。"


def _careful(rule: Rule, reading: Reading, calendar: Calendar) -> str:
    careful, last = said(_date(reading.conservative or reading.due)), _date(reading.unrolled)
    source = reading.course.story.conservative_from
    if source is not None:
        return f"稳妥起见，从没有顺延的 {said(_date(source))}起算，不再顺延，遇休息日提前，最迟在 {careful}办完（保守日）。"
    if rule.roll is Roll.COURT:
        return f"稳妥起见不用顺延，最迟在 {careful}办完（保守日）。"
    return f"{said(last)}是{_off(calendar, last)}，法律没有明写机关的期限可以顺延，稳妥起见最迟在前一个工作日 {careful}办完（保守日）。"


def _off(calendar: Calendar, day: dt.date) -> str:
    return f"{calendar.names[day]}假期" if day in calendar.names else "周末"


def said(day: dt.date) -> str:
    """2026-02-15（周日）"""
    return f"{day:%Y-%m-%d}（周{WEEKDAYS[day.weekday()]}）"


def _date(moment: dt.datetime) -> dt.date:
    return moment.astimezone(SHANGHAI).date()


def _moment(moment: dt.datetime) -> str:
    local = moment.astimezone(SHANGHAI)
    return f"{local:%Y-%m-%d %H:%M:%S}" if local.second else f"{local:%Y-%m-%d %H:%M}"
