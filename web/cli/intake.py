"""import-requests, drive: real requests in, and a town that works them off on a simulated clock."""

import tomllib
from pathlib import Path

import click
from tqdm import tqdm

from engine import rehearsal
from engine.cases import categories, findings, intake
from engine.cases.intake import Fault
from engine.errors import EngineError, InvalidValues, NotAllowed, UnsafeInput
from engine.people import register
from web.cli.opening import opened


@click.command("import-requests")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--mapping", required=True, type=click.Path(exists=True, dir_okay=False, path_type=Path), help="对照文件 / mapping (TOML)")
@click.option("--limit", type=int, help="最多导入多少条 / at most so many rows")
def import_requests(file: Path, mapping: Path, limit: int | None) -> None:
    """导入外部诉求；可重复执行，已导入的不会重复。Take in requests from a CSV file; safe to run twice."""
    with opened(write=True) as (_, db):
        rules = intake.read_mapping(mapping)
        with db.reading() as c:
            rows = list(intake.read(c, file, rules))[:limit]
        faults, added = [row for row in rows if isinstance(row, Fault)], 0
        for row in tqdm(rows, desc="导入", unit="条", ascii=" #"):
            if not isinstance(row, Fault):
                try:
                    added += findings.take_in(db, row)
                except EngineError as error:
                    faults.append(Fault(row.line, _why(error)))
        for fault in faults:
            click.echo(f"  第 {fault.line} 行：{fault.message}", err=True)
        click.echo(f"共 {len(rows)} 条：新导入 {added}，此前已导入 {len(rows) - added - len(faults)}，有误 {len(faults)}。")
        if faults:
            raise click.ClickException("有误的行没有导入，其余已导入。修改后可以再次执行。")


def _why(error: EngineError) -> str:
    return "；".join(error.errors.values()) if isinstance(error, InvalidValues) and error.errors else error.message


@click.command("categories")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
def import_categories(file: Path) -> None:
    """导入问题类别（TOML），替换现有类别。Import the categories of findings, replacing those there are."""
    with opened(write=True) as (_, db):
        try:
            document = tomllib.loads(file.read_text("utf-8"))
        except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
            raise UnsafeInput(f"“{file}”不是正确的 TOML 文件：{error}") from error
        click.echo(f"已导入 {db.run(lambda c: categories.load(c, document))} 个类别。")


@click.command()
@click.option("--seed", type=int, default=1, show_default=True, help="随机种子，相同种子结果相同 / same seed, same run")
@click.option("--late", type=float, default=0.12, show_default=True, help="拖延的比例 / share of late work")
def drive(seed: int, late: float) -> None:
    """在试验库的模拟时钟上扮演全镇人员，直到每件办结。Play the town's staff on a simulated clock until every case is closed."""
    with opened(write=True) as (in_force, db):
        with db.reading() as c:
            if register.in_use(c):
                raise NotAllowed("这个数据库已有人员领取口令，是在使用的系统；drive 会替所有人把案件办完，只能用在试验库上。")
        bar = tqdm(desc="办理", unit="步", ascii=" #")
        report = rehearsal.drive(db, rehearsal.Plan(seed=seed, late=late, photos=in_force.files), progress=lambda _: bar.update())
        bar.close()
        click.echo(report.text())
        if report.lost or report.stuck:
            raise click.ClickException("有丢失或停滞的案件，见上。")


COMMANDS = (import_categories, import_requests, drive)
