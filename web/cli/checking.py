"""config, doctor, verify: what is in force, whether it is sound, and what to do if not."""

import json

import click

from engine.documents import verifying
from engine.runtime import history, watch
from web import doctor as checks
from web import settings
from web.cli.opening import opened


@click.command()
def config() -> None:
    """显示生效的设置。Print the settings in force."""
    for name, value in settings.load().shown().items():
        click.echo(f"{name} = {json.dumps(value, ensure_ascii=False)}")


@click.command()
@click.option("--instances", is_flag=True, help="逐件证明每个在办案件都在等待什么 / prove what every running case waits for")
def doctor(instances: bool) -> None:
    """自检：数据库、版本、时钟、磁盘、前端资源，并说明怎么办。Check the installation and say what to do."""
    in_force = settings.load()
    results = checks.installation(in_force)
    for result in results:
        click.echo(f"{'正常' if result.ok else '注意' if result.usable else '故障'}  {result.name}：{result.words}")
    faulty = [result for result in results if not result.usable]
    if instances and not faulty:
        with opened() as (_, db), db.reading() as c:
            for state in watch.check_instances(c):
                click.echo(f"{'正常' if state.sound else '故障'}  {state.number}：{state.sentence}")
                faulty += [] if state.sound else [checks.Check(state.number, False, False, state.sentence)]
    if faulty:
        raise click.ClickException(f"有 {len(faulty)} 项需要处理。")


@click.command()
def verify() -> None:
    """核对全部办理记录的哈希链、文号和文书文件。Verify the record's hash chains, document numbers and files."""
    with opened() as (in_force, db), db.reading() as c:
        faults = [*history.verify(c), *verifying.faults(c, in_force.files)]
        if faults:
            raise click.ClickException("\n".join(["记录有问题，请立即保护现场并联系审计管理员：", *map(str, faults[:20])]))
        click.echo("全部记录连续、未被改动；文号连续，文书与登记一致。")


COMMANDS = (config, doctor, verify)
