"""Photos that were uploaded and never submitted: their rows go after a while, then the files that no row names.

Two steps, so that a file goes only after the row that named it is gone for good; what is being uploaded meanwhile is left alone.
"""

import datetime as dt
import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import TypeVar

from sqlalchemy import Connection, bindparam, delete, select

from engine.cases.attachments import view_file
from engine.cases.tables import attachment
from engine.database import UTCDateTime
from engine.runtime import desk

T = TypeVar("T")
KEY = re.compile(r"[0-9a-f]{32}")
BATCH = 500
LOOSE = select(attachment.c.id).where(
    attachment.c.instance_id.is_(None), attachment.c.uploaded_at < bindparam("before", type_=UTCDateTime))
DROP = delete(attachment).where(attachment.c.id.in_(bindparam("ids", expanding=True)), attachment.c.instance_id.is_(None))
NAMED = select(attachment.c.sha256).where(attachment.c.sha256.in_(bindparam("hashes", expanding=True)))


def forget(c: Connection, older_than: dt.datetime) -> int:
    """Drop the rows of photos that belong to no case, stand in nobody's draft and were uploaded before that moment; answers how many."""
    loose = {row.id for row in c.execute(LOOSE, {"before": older_than})}
    wanted = sorted(loose - {key for text in desk.draft_texts(c) for key in KEY.findall(text)}) if loose else []
    for ids in _batches(wanted):
        c.execute(DROP, {"ids": ids})
    return len(wanted)


def sweep(c: Connection, folder: Path, older_than: dt.datetime) -> int:
    """Remove originals, with their views, that no row names and nobody has written since that moment; answers how many."""
    gone, before = 0, older_than.timestamp()
    for files in _batches([path for path in _originals(folder) if path.stat().st_mtime < before]):
        named = set(c.execute(NAMED, {"hashes": [path.name for path in files]}).scalars())
        gone += sum(_remove(folder, path, before) for path in files if path.name not in named)
    return gone


def _batches(wanted: list[T]) -> Iterator[list[T]]:
    for start in range(0, len(wanted), BATCH):
        yield wanted[start:start + BATCH]


def _originals(folder: Path) -> Iterator[Path]:
    return (folder / "original").glob("??/*") if (folder / "original").is_dir() else iter(())


def _remove(folder: Path, path: Path, before: float) -> bool:
    """Out of the way first: an upload of the same photo in this very moment has either marked it or will write it anew."""
    aside = path.with_name(f".gone-{path.name}")
    os.rename(path, aside)
    if aside.stat().st_mtime >= before:
        os.rename(aside, path)
        return False
    aside.unlink()
    view_file(folder, path.name).unlink(missing_ok=True)
    return True
