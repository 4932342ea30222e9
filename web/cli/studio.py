"""studio export, studio import: processes go out into a folder that can live in a repository, and come back as drafts."""

from pathlib import Path

import click

from engine.people import directory
from engine.studio import exchange
from web.cli.opening import opened


@click.group()
def studio() -> None:
    """流程与文件夹往来。Take processes out into a folder, and back in as drafts."""


@studio.command("export")
@click.argument("key")
@click.argument("folder", type=click.Path(file_okay=False, path_type=Path))
def export(key: str, folder: Path) -> None:
    """把已发布的流程写成文件夹：<目录>/bpmn/<编号>/ 和 <目录>/forms/。Write the newest version of a process as files."""
    with opened(write=False) as (_, db), db.reading() as c:
        files = exchange.kept(c, key)
    for path in exchange.write(folder, key, files):
        click.echo(str(path))


@studio.command("import")
@click.argument("folder", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option("--by", required=True, help="以谁的名义存为草稿（人员编号，须是流程设计员）。Who brings it in.")
@click.option("--forms", type=click.Path(exists=True, file_okay=False, path_type=Path),
              help="表单所在目录，缺省为 <流程文件夹>/../../forms。Where the forms lie.")
def take_in(folder: Path, by: str, forms: Path | None) -> None:
    """把一个流程文件夹存为草稿，不发布。Store a process folder as a draft; nothing is published."""
    key, files = exchange.read(folder.resolve(), forms or folder.resolve().parent.parent / "forms")
    with opened(write=True) as (_, db):
        with db.reading() as c:
            person = directory.participant(c, by)
        draft = db.run(lambda c: exchange.take_in(c, person, key, files))
    click.echo(f"已存为草稿 {draft.id}“{draft.name}”（{draft.key}），请在设计角检查后申请发布。")


COMMANDS = (studio,)
