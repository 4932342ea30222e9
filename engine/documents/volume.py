"""Typesetting one volume of a dossier: cover, contents with page numbers, the pages of every part, remarks. Equal input, equal bytes."""

import datetime as dt
import shutil
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import typst

from engine.database import canonical
from engine.documents import fonts
from engine.documents.catalogue import FOLDER
from engine.errors import InvalidState

SOURCES = ("dossier.typ", "paper.typ")
LINES_A_PAGE, SIGNS_A_LINE = 38, 36
"""How much text of a Word document one page of its transcript holds."""


@dataclass(frozen=True)
class Sheet:
    """One page of a part. kind "pdf": page number `page` of `file`; "photo": a picture with its rows; "text": lines of a transcript."""

    kind: str
    file: str = ""
    page: int = 0
    rows: tuple[tuple[str, str], ...] = ()
    lines: tuple[str, ...] = ()
    note: str = ""

    def told(self) -> dict[str, Any]:
        """As the template reads it."""
        rows = [{"name": name, "value": value} for name, value in self.rows]
        return {"kind": self.kind, "file": self.file, "page": self.page, "rows": rows, "lines": list(self.lines), "note": self.note}


@dataclass(frozen=True)
class Entry:
    """One part of the volume with its line in the contents."""

    title: str
    number: str
    maker: str
    day: str
    sheets: tuple[Sheet, ...]


@dataclass(frozen=True)
class Volume:
    """Everything that is printed of a volume. `cover` are (name, value); days and people are words."""

    title: str
    authority: str
    volume: str
    cover: tuple[tuple[str, str], ...]
    archive: str
    retention: str
    volumes: str
    entries: tuple[Entry, ...]
    remarks: tuple[str, ...]
    compiled_by: str
    checked_by: str
    compiled_on: str
    moment: dt.datetime = field(default_factory=lambda: dt.datetime.fromtimestamp(0, dt.UTC))


def transcript(lines: Sequence[str], note: str) -> tuple[Sheet, ...]:
    """A Word document as text, in as many pages as it takes."""
    pages: list[list[str]] = [[]]
    room = LINES_A_PAGE
    for line in lines:
        needed = max(1, -(-len(line) // SIGNS_A_LINE))
        if needed > room and pages[-1]:
            pages.append([])
            room = LINES_A_PAGE
        pages[-1].append(line)
        room -= needed
    return tuple(Sheet("text", lines=tuple(one), note=note) for one in pages)


def typeset(volume: Volume, files: Mapping[str, bytes | Path]) -> bytes:
    """The volume as a PDF. `files` are the PDFs and pictures by the names the sheets use. Raises InvalidState when one cannot be shown."""
    with tempfile.TemporaryDirectory(prefix="gridloop-volume-") as place:
        root = Path(place)
        for name in SOURCES:
            shutil.copyfile(FOLDER / name, root / name)
        for name, body in files.items():
            _put(root / name, body)
        compiler = typst.Compiler(
            str(root / SOURCES[0]), root=str(root), font_paths=fonts.loaded(), ignore_system_fonts=True,
            sys_inputs={"data": canonical(_data(volume))}, package_path=str(root / "none"), package_cache_path=str(root / "none"))
        try:
            made = compiler.compile(format="pdf", timestamp=int(volume.moment.timestamp()))
        except typst.TypstError as error:
            raise InvalidState(f"案卷不能排版：{error.message}。请检查卷内文件是否损坏。", cause=error.diagnostic) from error
    if not isinstance(made, bytes):
        raise InvalidState("案卷排版没有结果，请重试。")
    return made


def _put(path: Path, body: bytes | Path) -> None:
    if isinstance(body, Path):
        path.symlink_to(body.resolve())
    else:
        path.write_bytes(body)


def _data(volume: Volume) -> dict[str, Any]:
    parts = [{"title": one.title, "number": one.number, "maker": one.maker, "day": one.day,
              "sheets": [sheet.told() for sheet in one.sheets]} for one in volume.entries]
    return {"title": volume.title, "authority": volume.authority, "volume": volume.volume, "archive": volume.archive,
            "cover": [{"name": name, "value": value} for name, value in volume.cover], "retention": volume.retention,
            "volumes": volume.volumes, "parts": parts, "remarks": list(volume.remarks), "compiled_by": volume.compiled_by,
            "checked_by": volume.checked_by, "compiled_on": volume.compiled_on}
