"""calendar: the working calendar from the command line: look at a year, take a notice in, date open clocks again."""

from pathlib import Path

import click
from tqdm import tqdm

from engine import clock
from engine.administration import calendar as administration
from engine.deadlines import calendars, notices
from engine.runtime import redating
from web.cli.opening import opened

WEEKDAYS = "一二三四五六日"


@click.group("calendar")
def working_calendar() -> None:
    """工作日历。The working calendar."""


@working_calendar.command("show")
@click.argument("year", type=click.IntRange(notices.YEARS[0], notices.YEARS[-1]), required=False)
def show(year: int | None) -> None:
    """列出一年中的放假和调休上班日。List the days off and the weekends worked of a year."""
    wanted = year or clock.today().year
    with opened() as (_, db), db.reading() as c:
        sheet = calendars.sheet(c)
    known = sheet.notices.get(wanted)
    source = "没有放假通知，临时日历，按周末推算" if known is None else known.source or "随系统提供的放假通知"
    click.echo(f"{wanted} 年：{source}。工作时段 {administration.session_words(calendars.plain_sessions(sheet.sessions))}。")
    for day, one in sorted(sheet.days().items()):
        if day.year == wanted:
            edited = "（单独修改）" if day in sheet.edits else ""
            click.echo(f"  {day:%Y-%m-%d} 周{WEEKDAYS[day.weekday()]} {'休' if one.off else '班'} {one.name}{edited}")


@working_calendar.command("import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--apply", "really", is_flag=True, help="确认导入；不加则只预览 / really do it")
@click.option("--year", type=int, help="应是哪一年的通知 / the year it must be of")
def take_in(file: Path, really: bool, year: int | None) -> None:
    """预览或导入放假通知，可重复执行。Preview a holiday notice, or take it in; safe to run twice."""
    with opened(write=really) as (_, db):
        with file.open("rb") as stream:
            document = stream.read(notices.LARGEST + 1)
        with db.reading() as c:
            plan = administration.plan_notice(c, None, document, year)
            moving = administration.moving(c, plan)
        if not plan.changes:
            click.echo("内容与现行工作日历相同，没有改动。")
            return
        for one in plan.days:
            named = one.after or one.before
            change = f"{'上班' if one.was_worked else '休息'} → {'上班' if one.is_worked else '休息'}" if one.matters else "不变"
            click.echo(f"  {one.date:%Y-%m-%d} 周{WEEKDAYS[one.date.weekday()]} {named.name if named else ''} {change}")
        click.echo(f"会移动 {moving.moved} 个未到期的期限（核对了 {moving.examined} 个{'' if moving.complete else '，还有更多'}）。")
        if really:
            db.run(lambda c: administration.apply(c, None, administration.plan_notice(c, None, document, year), plan.version).version)
            click.echo("已导入。服务运行时会自动重新计算期限，也可以运行 gridloop calendar redate。")
        else:
            click.echo("以上只是预览，没有改动。加 --apply 确认导入。")


@working_calendar.command("redate")
def redate() -> None:
    """按现行工作日历重新计算未到期的期限；中断后可再次执行。Date open clocks again; safe to interrupt and run again."""
    with opened(write=True) as (_, db):
        db.run(redating.try_again)
        with db.reading() as c:
            left = redating.progress(c).left
        with tqdm(total=left, desc="重新计算", unit="个", ascii=" #") as bar:
            while done := redating.redate_due(db):
                bar.update(done)
        with db.reading() as c:
            found = redating.progress(c)
        click.echo(f"已核对 {left} 个，现行日历共移动 {found.moved} 个期限，没有算成 {found.failed} 个。")


COMMANDS = (working_calendar,)
