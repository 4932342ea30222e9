"""The two digests of a file on the disk: SHA-256, and SM3 where this machine knows it."""

import hashlib
from pathlib import Path

CHUNK = 1 << 20


def digests(path: Path) -> tuple[str, str | None]:
    """(SHA-256, SM3 or None) of a file, read piece by piece."""
    made = [hashlib.sha256()] + ([hashlib.new("sm3")] if "sm3" in hashlib.algorithms_available else [])
    with path.open("rb") as stream:
        while chunk := stream.read(CHUNK):
            for one in made:
                one.update(chunk)
    return made[0].hexdigest(), made[1].hexdigest() if len(made) > 1 else None


def same(path: Path, sha256: str, sm3: str | None) -> bool:
    """Whether a file still has the digests that were kept; SM3 counts where it was kept and this machine knows it."""
    now = digests(path)
    return now[0] == sha256 and (sm3 is None or now[1] is None or now[1] == sm3)
