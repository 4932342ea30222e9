"""certificates: the register of certificates from the command line."""

from pathlib import Path

import click

from engine import clock
from engine.people import certificate_import, directory, qualifications
from engine.people.qualifications import KINDS
from web.cli.opening import opened


@click.group()
def certificates() -> None:
    """执法证、法律职业资格证。Certificates of the people who enforce and review."""


@certificates.command("import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
def take_in(file: Path) -> None:
    """从 CSV 文件导入证件，可重复执行，有错一行也不写入。Import certificates from a CSV file; safe to run twice."""
    with opened(write=True) as (_, db):
        with file.open("rb") as stream:
            document = stream.read(certificate_import.LARGEST + 1)
        found = db.run(lambda c: certificate_import.load(c, document, None))
        click.echo(f"新增 {found['added']} 本，换证 {found['renewed']} 本，未变 {found['unchanged']} 本。")


@certificates.command("list")
@click.option("--days", default=90, show_default=True, help="只列出多少天内到期或已失效的 / expiring within so many days")
def soon(days: int) -> None:
    """列出即将到期和已失效的证件。List certificates that run out soon or are not valid."""
    with opened() as (_, db), db.reading() as c:
        for person in directory.people(c):
            for kind, words in KINDS.items():
                for one in qualifications.of(c, person.id, clock.today(), kind):
                    if one.status != qualifications.VALID or (one.days_left is not None and one.days_left <= days):
                        click.echo(f"{person.id:16} {person.name:8} {words} {one.number} {one.words} 有效期至 {one.valid_to or '长期'}")


COMMANDS = (certificates,)
