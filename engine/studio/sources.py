"""A sealed version as the text files it was written as; what was not kept as text is written anew from what was sealed."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, bindparam, delete, func, insert, select

from engine.definitions.tables import process_definition as definition
from engine.errors import NotFound
from engine.runtime.tables import work_item
from engine.studio import folder, toml_text
from engine.studio.packing import pack, unpack
from engine.studio.tables import source

ONE = select(definition).where(definition.c.id == bindparam("i"))
NEWEST = (select(definition.c.id, definition.c.number, definition.c.name).where(
    definition.c.key == bindparam("k"), definition.c.state == "published").order_by(definition.c.number.desc()).limit(1))
KEPT = select(source.c.files).where(source.c.definition_id == bindparam("i"))
STANDING = (select(work_item.c.element_id, func.count().label("number"))
            .where(work_item.c.process_key == bindparam("k"), work_item.c.state.in_(("open", "claimed", "suspended")))
            .group_by(work_item.c.element_id).order_by(work_item.c.element_id))


@dataclass(frozen=True)
class Source:
    """A version with its files as text."""

    id: int
    key: str
    number: int
    name: str
    files: Mapping[str, str]


def version(c: Connection, definition_id: int) -> Source:
    """One sealed version. Raises NotFound."""
    row = c.execute(ONE, {"i": definition_id}).first()
    if row is None:
        raise NotFound("没有这个流程版本，请返回列表重新选择。", definition=definition_id)
    kept = c.execute(KEPT, {"i": definition_id}).scalar()
    files = {name: text for name, text in unpack(kept).items() if text is not None} if kept is not None else _written(row)
    return Source(row.id, row.key, row.number, row.name, files)


def newest(c: Connection, key: str) -> int | None:
    """The id of the newest published version of a process."""
    row = c.execute(NEWEST, {"k": key}).first()
    return None if row is None else int(row.id)


def remember(c: Connection, definition_id: int, files: folder.Files) -> None:
    """Keep the files that a version was written as; the last writing of the same content counts."""
    c.execute(delete(source).where(source.c.definition_id == definition_id))
    c.execute(insert(source).values(definition_id=definition_id, files=pack(files)))


def standing(c: Connection, key: str) -> dict[str, int]:
    """Element → how many open steps of running cases stand there, in whatever version."""
    return {row.element_id: row.number for row in c.execute(STANDING, {"k": key})}


def _written(row: Any) -> dict[str, str]:
    files = {f"{row.key}.bpmn": bytes(row.diagram).decode("utf-8-sig"), **row.decisions}
    files |= {f"forms/{key}.form.json": folder.form_text(document) for key, document in row.forms.items()}
    if row.parameters:
        files[folder.PARAMETERS] = toml_text.written(row.parameters)
    return dict(sorted(files.items()))


def choices(c: Connection, key: str) -> tuple[tuple[int, int], ...]:
    """Every version of a process as (id, number), newest first."""
    return tuple((row.id, row.number) for row in c.execute(
        select(definition.c.id, definition.c.number).where(definition.c.key == key).order_by(definition.c.number.desc())))
