"""Whether what is kept of documents is whole: numbers without gaps, files as recorded, the same bytes when made again."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import Connection, select

from engine.documents import making, numbering, register
from engine.documents.tables import document

ALL = select(document.c.id).where(document.c.state != register.DROPPED).order_by(document.c.id)


@dataclass(frozen=True)
class Fault:
    """Something that is not as it should be, in Chinese."""

    where: str
    words: str

    def __str__(self) -> str:
        return f"{self.where}：{self.words}"


def faults(c: Connection, folder: Path) -> tuple[Fault, ...]:
    """Everything wrong with numbers and documents; nothing in a sound installation."""
    return (*_of_numbers(c), *_of_documents(c, folder))


def _of_numbers(c: Connection) -> Iterator[Fault]:
    for gap in numbering.gaps(c):
        said = f"编了 {gap.taken} 个，最大 {gap.last}，计数 {gap.counted}，有缺号或者重号"
        yield Fault(f"文号 {gap.unit_id} {gap.character}〔{gap.year}〕", said)


def _of_documents(c: Connection, folder: Path) -> Iterator[Fault]:
    for document_id in c.execute(ALL).scalars().all():
        found = register.get(c, document_id)
        words = making.differs(c, folder, found)
        if words:
            yield Fault(f"文书 {found.id} {found.title}", words)
