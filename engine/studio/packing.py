"""Texts of a draft as they are kept: one JSON value, packed, because a day of drawing saves the same long file many times."""

import json
import zlib
from collections.abc import Mapping

from engine.database import canonical

Changed = Mapping[str, str | None]


def pack(files: Changed) -> bytes:
    """File name → text (None: taken away), packed."""
    return zlib.compress(canonical(dict(files)).encode(), 6)


def unpack(kept: bytes) -> dict[str, str | None]:
    """The same again. Only what `pack` wrote comes here."""
    found: dict[str, str | None] = json.loads(zlib.decompress(kept))
    return found
