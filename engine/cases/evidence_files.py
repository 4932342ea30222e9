"""Originals of evidence that are no photos: recordings, scans, documents. Known by their first bytes, kept byte for byte under their hash.

They are only ever given out for download, never shown by a page.
"""

import tempfile
from pathlib import Path
from typing import IO

from engine.cases import attachments
from engine.cases.attachments import Stored
from engine.errors import Unavailable, UnsafeInput

HEAD = 16
STARTS = (
    (0, b"%PDF-", "application/pdf"), (4, b"ftyp", "video/mp4"), (0, b"ID3", "audio/mpeg"), (0, b"\xff\xfb", "audio/mpeg"),
    (0, b"\xff\xf3", "audio/mpeg"), (8, b"WAVE", "audio/wav"), (8, b"AVI ", "video/x-msvideo"), (0, b"OggS", "application/ogg"),
    (0, b"\x1aE\xdf\xa3", "video/x-matroska"), (0, b"#!AMR", "audio/amr"), (0, b"PK\x03\x04", "application/zip"))
"""(where, which bytes, type). Word and Excel files are ZIP packages."""
PHOTOS = ((0, b"\xff\xd8\xff"), (0, b"\x89PNG"), (8, b"WEBP"))
REFUSED = "不能识别这个文件。请上传照片（JPG、PNG、WEBP）、PDF、Word、Excel、录音（MP3、WAV、AMR）或者录像（MP4、AVI、MKV）。"


def keep(folder: Path, stream: IO[bytes], name: str, limit: int) -> Stored:
    """Keep an original of any accepted kind; a photo also gets its view, as `attachments.keep` does.

    limit: bytes. Raises UnsafeInput (too large, empty, unknown kind) and Unavailable (disk), storing nothing.
    """
    head = stream.read(HEAD)
    stream.seek(0)
    if any(head[at:at + len(start)] == start for at, start in PHOTOS):
        return attachments.keep(folder, stream, name, limit)
    mime = next((mime for at, start, mime in STARTS if head[at:at + len(start)] == start), None)
    if mime is None:
        raise UnsafeInput(REFUSED)
    return _kept(folder, stream, name, limit, mime)


def _kept(folder: Path, stream: IO[bytes], name: str, limit: int, mime: str) -> Stored:
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile(dir=folder, prefix=".incoming-", delete=False) as temporary:
            path = Path(temporary.name)
            try:
                size, sha256, sm3 = attachments.copied(stream, temporary, limit)
                attachments.settle(path, attachments.original_path(folder, sha256))
            finally:
                path.unlink(missing_ok=True)
    except OSError as error:
        raise Unavailable("文件没有保存：磁盘空间不足或目录不能写入，请联系管理员后重试。", cause=str(error)) from error
    return Stored(attachments.file_name(name), mime, size, 0, 0, sha256, sm3)
