"""Photos as evidence: the original is kept byte for byte under its hash, what a page shows is a re-encoded view.

Files go before rows: an original is flushed to disk under its content address before the row that names it is committed.
"""

import hashlib
import os
import tempfile
import warnings
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import IO, Any

from PIL import Image, ImageOps, UnidentifiedImageError
from sqlalchemy import Connection, insert, select, update

from engine import clock
from engine.cases import looks
from engine.cases.tables import attachment
from engine.errors import InvalidValues, NotFound, Unavailable, UnsafeInput
from engine.ids import new_key

TYPES = {"JPEG": "image/jpeg", "PNG": "image/png", "WEBP": "image/webp"}
MAX_PIXELS = 80_000_000
VIEW_PIXELS, VIEW_QUALITY = 1280, 82
CHUNK = 1 << 20
BROKEN = (UnidentifiedImageError, Image.DecompressionBombWarning, Image.DecompressionBombError, SyntaxError, ValueError, OSError)
"""What the picture library raises for bad bytes; an OSError with an errno is the disk's and no fault of the picture."""


@dataclass(frozen=True)
class Stored:
    """An original that lies safely on the disk but is named by no row yet. Sizes in bytes and pixels."""

    name: str
    mime: str
    size: int
    width: int
    height: int
    sha256: str
    sm3: str | None
    look: str | None = None


@dataclass(frozen=True)
class Attachment:
    """A photo of a case (`instance_id` None: uploaded, the form not submitted yet)."""

    id: str
    instance_id: int | None
    name: str
    mime: str
    size: int
    sha256: str
    uploaded_by: str
    uploaded_at: Any


def keep(folder: Path, stream: IO[bytes], name: str, limit: int) -> Stored:
    """Write an uploaded photo into the store and make its view.

    limit: bytes. Raises UnsafeInput (too large, not a JPEG, PNG or WEBP, too many pixels) and Unavailable (disk), storing nothing.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile(dir=folder, prefix=".incoming-", delete=False) as temporary:
            path = Path(temporary.name)
            try:
                stored = _inspect(path, name, *copied(stream, temporary, limit))
                _write_view(path, view_file(folder, stored.sha256))
                stored = replace(stored, look=_look(view_file(folder, stored.sha256)))
                settle(path, original_path(folder, stored.sha256))
            finally:
                path.unlink(missing_ok=True)
    except OSError as error:
        raise Unavailable("照片没有保存：磁盘空间不足或目录不能写入，请联系管理员后重试。", cause=str(error)) from error
    return stored


def copied(stream: IO[bytes], target: IO[bytes], limit: int) -> tuple[int, str, str | None]:
    """Write an upload to the disk; (bytes, SHA-256, SM3 or None). Raises UnsafeInput when it is empty or larger than `limit`."""
    digests = [hashlib.sha256()] + ([hashlib.new("sm3")] if "sm3" in hashlib.algorithms_available else [])
    size = 0
    while chunk := stream.read(CHUNK):
        size += len(chunk)
        if size > limit:
            raise UnsafeInput(f"文件超过 {limit // (1 << 20)} MB，请压缩后重新上传。")
        target.write(chunk)
        for digest in digests:
            digest.update(chunk)
    if size == 0:
        raise UnsafeInput("这是空文件，请重新选择。")
    target.flush()
    os.fsync(target.fileno())
    return size, digests[0].hexdigest(), digests[1].hexdigest() if len(digests) > 1 else None


def _inspect(path: Path, name: str, size: int, sha256: str, sm3: str | None) -> Stored:
    """What the bytes are, by their content alone."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            with Image.open(path, formats=tuple(TYPES)) as picture:
                width, height = picture.size
                if width * height > MAX_PIXELS:
                    raise UnsafeInput("照片的像素过多，请用手机普通模式拍摄后重新上传。")
                kind = TYPES[picture.format or ""]
    except BROKEN as error:
        if isinstance(error, OSError) and error.errno is not None:
            raise
        raise UnsafeInput("这个文件不是可以使用的照片，请上传 JPG、PNG 或 WEBP 图片。", cause=str(error)) from error
    return Stored(file_name(name), kind, size, width, height, sha256, sm3)


def file_name(name: str) -> str:
    """What the phone called it, without folders and without signs that nobody can see."""
    return "".join(sign for sign in Path(name).name if sign.isprintable())[:200] or "照片"


def _write_view(path: Path, target: Path) -> None:
    """The re-encoded picture: turned upright, without metadata, at most VIEW_PIXELS on its longer side."""
    if target.exists():
        return
    target.parent.mkdir(parents=True, exist_ok=True)
    part = target.with_suffix(f".{new_key()}.part")
    try:
        with Image.open(path, formats=tuple(TYPES)) as picture:
            picture.draft("RGB", (VIEW_PIXELS, VIEW_PIXELS))
            view = ImageOps.exif_transpose(picture).convert("RGB")
            view.thumbnail((VIEW_PIXELS, VIEW_PIXELS))
            view.save(part, "JPEG", quality=VIEW_QUALITY)
    except BROKEN as error:
        part.unlink(missing_ok=True)
        if isinstance(error, OSError) and error.errno is not None:
            raise
        raise UnsafeInput("照片已损坏，打不开，请重新拍摄或另选一张。", cause=str(error)) from error
    os.replace(part, target)


def _look(view: Path) -> str | None:
    """What the picture made from an original looks like: upright, and the same however the original was encoded."""
    with Image.open(view) as picture:
        return looks.of(picture)


def settle(path: Path, target: Path) -> None:
    """Put a written file under its content address, once, safely on the disk."""
    target.parent.mkdir(parents=True, exist_ok=True)
    try:
        os.utime(target)  # in use again: the sweep leaves it alone
    except FileNotFoundError:
        os.link(path, target)
        os.utime(target)
        descriptor = os.open(target.parent, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


def original_path(folder: Path, sha256: str) -> Path:
    """Where the untouched original lies."""
    return folder / "original" / sha256[:2] / sha256


def view_file(folder: Path, sha256: str) -> Path:
    """Where the picture made from it lies, if it has been made."""
    return folder / "view" / sha256[:2] / f"{sha256}.jpg"


def view_path(folder: Path, sha256: str) -> Path:
    """The picture that pages show. Raises NotFound when the store lacks it."""
    path = view_file(folder, sha256)
    if not path.exists():
        original = original_path(folder, sha256)
        if not original.exists():
            raise NotFound("照片文件不在存储目录中，请联系管理员检查。", sha256=sha256)
        _write_view(original, path)
    return path


def add(c: Connection, stored: Stored, by: str, claimed: Mapping[str, Any] | None = None) -> str:
    """Name a kept original by a row and return its id. `claimed`: what the phone says of it (time, place), not proof."""
    key = new_key()
    c.execute(insert(attachment), {"id": key, "name": stored.name, "mime": stored.mime, "size": stored.size, "width": stored.width,
                                   "height": stored.height, "sha256": stored.sha256, "sm3": stored.sm3, "claimed": claimed,
                                   "look": stored.look, **looks.quarters(stored.look), "uploaded_by": by, "uploaded_at": clock.now()})
    return key


def bind(c: Connection, ids: Iterable[str], instance_id: int, by: str | None) -> None:
    """Attach uploaded photos to a case. Raises InvalidValues for one that is missing, somebody else's, or of another case."""
    wanted = sorted(set(ids))
    if not wanted:
        return
    rows = {row.id: row for row in c.execute(select(attachment).where(attachment.c.id.in_(wanted)))}
    for key in wanted:
        row = rows.get(key)
        mine = row is not None and row.instance_id is None and row.uploaded_by == by
        if not mine and not (row is not None and row.instance_id == instance_id):
            raise InvalidValues({"photos": "有照片没有上传成功，请删除后重新添加。"}, photo=key)
    c.execute(update(attachment).where(attachment.c.id.in_(wanted), attachment.c.instance_id.is_(None)).values(instance_id=instance_id))


def get(c: Connection, key: str) -> Attachment:
    """One attachment. Raises NotFound."""
    row = c.execute(select(attachment).where(attachment.c.id == key)).first()
    if row is None:
        raise NotFound(file=key)
    return _attachment(row)


def of(c: Connection, instance_id: int) -> tuple[Attachment, ...]:
    """All photos of a case, oldest first."""
    query = select(attachment).where(attachment.c.instance_id == instance_id).order_by(attachment.c.uploaded_at, attachment.c.id)
    return tuple(_attachment(row) for row in c.execute(query))


def photo_ids(values: Mapping[str, Any], keys: Sequence[str]) -> list[str]:
    """The attachment ids in the photo fields of a form's values."""
    return [key for field in keys for key in values.get(field) or () if isinstance(key, str)]


def _attachment(row: Any) -> Attachment:
    return Attachment(row.id, row.instance_id, row.name, row.mime, row.size, row.sha256, row.uploaded_by, row.uploaded_at)
