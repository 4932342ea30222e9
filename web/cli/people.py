"""users: the organisation and its people from the command line."""

from pathlib import Path

import click
from sqlalchemy import Connection

from engine.people import directory, importing, sessions
from web.cli.opening import opened


@click.group()
def users() -> None:
    """人员与单位。People and units."""


@users.command("import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
def import_people(file: Path) -> None:
    """从 TOML 文件导入单位、人员和岗位，可重复执行。Import units, people and posts; safe to run twice."""
    with opened(write=True) as (_, db):
        click.echo(db.run(lambda c: importing.load(c, file.read_bytes(), by=None)).summary)


@users.command("list")
@click.option("--words", default="", help="姓名或登录名中的字 / part of a name or login")
def list_people(words: str) -> None:
    """列出人员和岗位。List people with their posts."""
    with opened() as (_, db), db.reading() as c:
        for person in directory.people(c, words=words):
            click.echo(f"{person.id:16} {person.name:8} {'；'.join(post.title for post in person.posts)}")


@users.command("password")
@click.argument("person_id")
@click.password_option(prompt="新口令", confirmation_prompt="再输一次", help="新口令 / new password")
def password(person_id: str, password: str) -> None:
    """设置口令。Set a person's password."""
    with opened(write=True) as (_, db):
        digest = sessions.hash_password(password)
        db.run(lambda c: _set_password(c, person_id, digest))
        click.echo("口令已设置，该人员的其他登录已全部退出。")


def _set_password(c: Connection, person_id: str, digest: str) -> None:
    directory.participant(c, person_id)
    directory.save_person(c, person_id, {"password_hash": digest}, by=None)
    sessions.close_all(c, person_id)


COMMANDS = (users,)
