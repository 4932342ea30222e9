"""law: statutes and power lists from the command line, for whoever sets a town up or takes in a province's new list."""

import datetime as dt
from pathlib import Path

import click

from engine import clock
from engine.administration import law_changes
from engine.law import choice, loading, powers, statutes
from engine.people import directory
from web.cli.opening import opened

FILE = click.Path(exists=True, dir_okay=False, path_type=Path)


@click.group("law")
def law() -> None:
    """法条库和赋权清单。Statutes, and the powers of a town."""


@law.command("import")
@click.argument("file", type=FILE, nargs=-1, required=True)
@click.option("--why", default="", help="更正已有条文的理由 / why known articles are corrected")
def import_statutes(file: tuple[Path, ...], why: str) -> None:
    """导入法条文件（TOML），可重复执行；全部无误才导入。Import statute files; all of them or none."""
    with opened(write=True) as (_, db):
        documents = [_bytes(path) for path in file]
        done = db.run(lambda c: [_plain(law_changes.load_statute(c, one, by=None, why=why)) for one in documents])
    for title, new, corrected, same in done:
        click.echo(f"《{title}》：新增 {new} 条，更正 {corrected} 条，未变 {same} 条。")
    click.echo("新增和改动的条文，须由法制员在“法条库”与正式文本核对后，文书才能引用。")


@law.command("powers")
@click.argument("unit")
@click.argument("file", type=FILE, required=False)
@click.option("--day", type=click.DateTime(["%Y-%m-%d"]), help="哪一天，缺省今天 / on this day")
def power_list(unit: str, file: Path | None, day: dt.datetime | None) -> None:
    """列出一个镇街的赋权清单；给了文件就先导入。List a town's powers; with a file, import it first."""
    on = day.date() if day else clock.today()
    with opened(write=file is not None) as (_, db):
        if file is not None:
            document = _bytes(file)
            click.echo(f"已导入 {db.run(lambda c: law_changes.load_powers(c, unit, document, by=None))} 项。")
        with db.reading() as c:
            directory.unit_of(c, unit)
            found = powers.items(c, unit)
    for one in found:
        span = f"{one.valid_from}—{one.valid_to or ''}"
        click.echo(f"{'有效' if one.is_in_force(on) else '无效'}  {one.code:18} {one.name}（{span}，{one.department}）")


@law.command("show")
@click.argument("ref")
@click.option("--day", type=click.DateTime(["%Y-%m-%d"]), help="只看这一天有效的 / only what is in force then")
def show(ref: str, day: dt.datetime | None) -> None:
    """显示一条的各版本，例如 STD:1132(1)。Show the versions of an article."""
    with opened() as (_, db), db.reading() as c:
        found = statutes.versions(c, ref) if day is None else (statutes.article(c, ref, day=day.date()),)
    for one in found:
        state = "已核对" if one.is_reviewed else "未核对"
        click.echo(f"{one.citation}　{one.valid_from}—{one.valid_to or ''}　{state}\n{one.text}")


@law.command("choose")
@click.argument("unit")
@click.argument("item")
@click.argument("act", type=click.DateTime(["%Y-%m-%d"]))
@click.argument("decision", type=click.DateTime(["%Y-%m-%d"]))
@click.option("--party", type=click.Choice(powers.PARTIES), default=None, help="当事人种类 / kind of party")
def choose(unit: str, item: str, act: dt.datetime, decision: dt.datetime, party: str | None) -> None:
    """按行为日和决定日选择适用的条文，并说明理由（从旧兼从轻）。Which law applies, and why."""
    case = choice.Case(unit, item, act.date(), decision.date(), party or "")
    with opened() as (_, db), db.reading() as c:
        found = choice.applicable(c, case)
    click.echo(f"适用{found.article.citation}：{choice.range_words(found.basis)}。\n{found.reason}")


def _bytes(path: Path) -> bytes:
    """Not more than the reader will refuse anyway."""
    with path.open("rb") as stream:
        return stream.read(loading.LARGEST + 1)


def _plain(report: loading.Report) -> list[object]:
    return [report.statute, report.new, report.corrected, report.same]


COMMANDS = (law,)
