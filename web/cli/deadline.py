"""deadline: any legal time limit computed without a case, with every reason, for whoever wants to check one."""

import datetime as dt
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import click

from engine import clock
from engine.deadlines import Calendar, Gate, Rule, calendars, default_calendar, rulebook
from engine.deadlines.counting import HOURLY
from engine.deadlines.explain import Line
from engine.errors import InvalidValues, Unavailable
from engine.runtime import parameters
from web import date_question
from web.cli.opening import opened
from web.date_question import Answer, Typed, TypedEvent
from web.deadline_words import STANDS, place_words
from web.words import WEEKDAYS

PERIOD = "自:至:理由:文书，例如 2026-03-01:2026-03-10:test:鉴定委托书3号；还没有结束的，“至”留空"
EXTENSION = "长度:审批人:文书，例如 30:王镇长:延长审批表5号"
HOUR = re.compile(r".*T\d{1,2}", re.ASCII)
MINUTES = re.compile(r"\d{2}", re.ASCII)
OPTIONS = {"start": "--from", "on": "--on", "rule": "规则", "set": "--rule-set", "value": "--parameter", "events": "事件"}
PARTS = {"begins": "自", "ends": "至", "ground": "理由", "document": "文书", "length": "长度", "approver": "审批人", "kind": "种类"}


@click.command()
@click.argument("rule", required=False, default="")
@click.option("--from", "start", default="", help="起算日期，或日期T时刻 / start, e.g. 2026-02-10 or 2026-02-10T09:30")
@click.option("--rule-set", default="", help="规则集，例如 RS-SAMR / rule set")
@click.option("--suspend", multiple=True, help=f"中止 / suspension: {PERIOD}")
@click.option("--exclude", multiple=True, help=f"扣除 / exclusion: {PERIOD}")
@click.option("--extend", multiple=True, help=f"延长 / extension: {EXTENSION}")
@click.option("--parameter", multiple=True, help="本地参数=值，试算用，例如 PRM-demand.days=10 / local parameter to try")
@click.option("--on", default="", help="从哪一天看，缺省为现在 / look from this day")
@click.option("--days", "every_day", is_flag=True, help="逐日列出 / one line a day")
@click.option("--json", "as_json", is_flag=True, help="输出 JSON / as data")
@click.option("--list", "listed", is_flag=True, help="列出全部规则 / list all rules")
def deadline(listed: bool, as_json: bool, every_day: bool, **asked: Any) -> None:
    """核算一个法定期限，并说明为什么是这一天。Compute a legal time limit and say why.

    例：gridloop deadline DL-C6 --from 2026-02-10 --rule-set RS-SAMR
    """
    calendar, values, source = _in_force()
    values = {**values, **dict(_assigned(text) for text in asked["parameter"])}
    if listed:
        _list(asked["rule"], asked["rule_set"], values, as_json)
        return
    try:
        found = date_question.answer(_typed(asked, values), calendar)
    except InvalidValues as refusal:
        raise click.ClickException("\n".join(f"{_place(path)}：{text}" for path, text in refusal.errors.items())) from refusal
    if as_json:
        click.echo(json.dumps({**found.plain(), "calendar": source}, ensure_ascii=False, indent=1))
    else:
        click.echo("\n".join(_lines(found, source, every_day)))


def _in_force() -> tuple[Calendar, Mapping[str, Any], str]:
    """Calendar and parameters of the installation; those shipped when there is no database to ask."""
    try:
        with opened() as (_, db), db.reading() as c:
            return calendars.of(c), parameters.for_unit(parameters.changed(c), "/"), f"工作日历第 {calendars.version(c)} 版"
    except Unavailable as problem:
        return default_calendar(), {}, f"程序附带的工作日历（没有用数据库：{problem.message}）"


def _typed(asked: Mapping[str, Any], values: Mapping[str, Any]) -> Typed:
    events = [TypedEvent("suspend", *_period(text, "--suspend")) for text in asked["suspend"]]
    events += [TypedEvent("exclude", *_period(text, "--exclude")) for text in asked["exclude"]]
    events += [_extension(text) for text in asked["extend"]]
    return Typed(asked["rule"], asked["start"], asked["rule_set"], asked["on"], events, values)


def _assigned(text: str) -> tuple[str, str]:
    name, sign, value = text.partition("=")
    if not (name and sign and value):
        raise click.ClickException(f"--parameter “{text[:60]}”应写成 名称=值，例如 PRM-demand.days=10。")
    return name, value


def _period(text: str, option: str) -> Sequence[str]:
    """自, 至, 理由, 文书; the times of day bring colons of their own."""
    pieces = list(_pieces(text))
    if len(pieces) < 4:
        raise click.ClickException(f"{option} “{text[:60]}”写得不完整，应为 {PERIOD}。")
    return [*pieces[:3], ":".join(pieces[3:])]


def _pieces(text: str) -> Iterator[str]:
    parts = text.split(":")
    while parts:
        piece = parts.pop(0)
        if HOUR.fullmatch(piece) and parts and MINUTES.fullmatch(parts[0]):
            piece += f":{parts.pop(0)}"
            if parts and MINUTES.fullmatch(parts[0]):
                piece += f":{parts.pop(0)}"
        yield piece


def _extension(text: str) -> TypedEvent:
    pieces = text.split(":", 2)
    if len(pieces) < 3:
        raise click.ClickException(f"--extend “{text[:60]}”写得不完整，应为 {EXTENSION}。")
    return TypedEvent("extend", length=pieces[0], approver=pieces[1], document=pieces[2])


def _place(path: str) -> str:
    """Where a mistake is, in the words of the command line."""
    first, *others = path.split(".")
    if not others:
        return OPTIONS.get(first, first)
    return f"第 {int(others[0]) + 1} 条事件" + (f"的{PARTS.get(others[1], others[1])}" if others[1:] else "")


def _lines(found: Answer, source: str, every_day: bool) -> Iterator[str]:
    rule = found.rule
    hourly = rule.unit in HOURLY
    yield f"{rule.title}：{rule.limit_text}"
    yield f"  法条    {rule.law}{rule.article}" + (f"（{rule.tag}）" if rule.tag else "")
    if rule.rule_set:
        yield f"  规则集  {rule.rule_set}"
    yield from _dates(found, hourly) if rule.gate is not Gate.BARRED else ()
    yield f"  依据    {source}"
    yield "为什么是这一天：" if rule.gate is not Gate.BARRED else "这一天的情况："
    yield found.explanation.text()
    if rule.gate is Gate.BARRED:
        return
    yield "逐日清单：" if every_day else "逐段清单："
    for line in found.explanation.lines:
        for span, numbers in _each_day(line) if every_day and not hourly else [(_span(line), line.numbers)]:
            yield f"  {span}  {place_words(numbers) if numbers else '计入' if line.counted else '不计入'}  {line.reason}"


def _dates(found: Answer, hourly: bool) -> Iterator[str]:
    reading = found.reading
    yield f"  届满    {_said(reading.due, hourly)}"
    yield f"  保守    {_said(reading.conservative, hourly) if reading.conservative else '与届满相同'}"
    yield f"  最早    {_said(reading.earliest, True) if reading.earliest else '不限制下一步'}"
    yield f"  状态    {STANDS[reading.status][1]}，{_left(found.days_left)}"
    if reading.provisional:
        yield "  注意    跨到的年份还没有放假通知，是暂算"


def _span(line: Line) -> str:
    return line.first if line.first == line.last else f"{line.first} 至 {line.last}"


def _each_day(line: Line) -> Iterator[tuple[str, tuple[int, int] | None]]:
    """The days of a line one by one, each with its place in the count."""
    first, last = (dt.date.fromisoformat(text) for text in (line.first, line.last))
    for n in range((last - first).days + 1):
        number = line.numbers[0] + n if line.numbers else None
        yield (first + dt.timedelta(days=n)).isoformat(), (number, number) if number is not None else None


def _said(moment: Any, with_hour: bool) -> str:
    local = clock.local(moment)
    return f"{local:%Y-%m-%d} 周{WEEKDAYS[local.weekday()]}" + (f" {local:%H:%M}" if with_hour else "")


def _left(days: int) -> str:
    return f"还有 {days} 个工作日" if days >= 0 else f"已过 {-days} 个工作日"


def _list(words: str, rule_set: str, values: Mapping[str, Any], as_json: bool) -> None:
    every = rulebook.rules(clock.today(), rule_set=rule_set, parameters=values)
    rules = [one for one in every if words.casefold() in f"{one.title}{one.law}".casefold()]
    if as_json:
        click.echo(json.dumps([_plain(one) for one in rules], ensure_ascii=False, indent=1))
        return
    for one in rules:
        click.echo(f"{one.id:14} {one.limit_text:10} {one.name}  {one.law}{one.article}  {one.tag}".rstrip())
    click.echo(f"共 {len(rules)} 条。")


def _plain(rule: Rule) -> dict[str, str]:
    return {"rule": rule.id, "ruleSet": rule.rule_set, "name": rule.name, "length": rule.limit_text, "basis": rule.basis, "law": rule.law,
            "article": rule.article, "tag": rule.tag}


COMMANDS = (deadline,)
