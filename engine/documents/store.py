"""Bytes of documents, kept under their hash beside the originals of photos: written once, flushed, never changed."""

import hashlib
import os
import tempfile
from dataclasses import dataclass
from pathlib import Path

from engine.errors import InvalidState, NotFound, Unavailable


@dataclass(frozen=True)
class Kept:
    """What lies in the store now. Size in bytes; `sm3` None where this machine cannot compute it."""

    sha256: str
    sm3: str | None
    size: int


def path_of(folder: Path, sha256: str) -> Path:
    """Where the bytes of that hash lie: apart from photos, which are swept away when no form names them."""
    return folder / "document" / sha256[:2] / sha256


def keep(folder: Path, body: bytes) -> Kept:
    """Write bytes under their hash; what lies there already is the same. Raises Unavailable (disk full, no rights)."""
    kept = Kept(hashlib.sha256(body).hexdigest(), sm3(body), len(body))
    target = path_of(folder, kept.sha256)
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile(dir=target.parent, prefix=".incoming-", delete=False) as part:
            part.write(body)
            part.flush()
            os.fsync(part.fileno())
        os.replace(part.name, target)
    except OSError as error:
        raise Unavailable("文书没有保存：磁盘空间不足或目录不能写入，请联系管理员后重试。", cause=str(error)) from error
    return kept


def sm3(body: bytes) -> str | None:
    """The SM3 digest, None where this machine's library has none."""
    return hashlib.new("sm3", body).hexdigest() if "sm3" in hashlib.algorithms_available else None


def read(folder: Path, sha256: str) -> bytes:
    """The bytes of that hash. Raises NotFound when they are missing, InvalidState when they were altered."""
    path = path_of(folder, sha256)
    try:
        body = path.read_bytes()
    except FileNotFoundError:
        raise NotFound("文书文件不在存储目录中，请联系管理员检查。", sha256=sha256) from None
    if hashlib.sha256(body).hexdigest() != sha256:
        raise InvalidState("文书文件与登记的摘要不符，可能被改动过，已停止使用。请联系管理员从备份恢复。", sha256=sha256)
    return body
