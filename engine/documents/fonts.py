"""Fonts that documents are printed with: those the office dropped into its own folder first, else the open ones of the system.

Only named folders are read, never whatever else the machine has, so that equal documents look equal on every run.
"""

import functools
import hashlib
import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import typst
from fontTools.ttLib import TTCollection, TTFont, TTLibError

SYSTEM = (Path("/usr/share/fonts/opentype/noto"), Path("/usr/share/fonts/truetype/lxgw-wenkai"), Path("/usr/share/fonts/truetype/dejavu"))
KINDS = (".otf", ".ttf", ".ttc", ".otc")
IGNORED = frozenset("\n\r\t\u200b\u3000 ")

_own: list[Path] = []


def use(folder: Path) -> None:
    """Take fonts from the office's folder too, before all others; to be called once, by whoever starts the program."""
    if _own == [folder.resolve()]:
        return
    _own[:] = [folder.resolve()]
    for kept in (loaded, coverage, fingerprint):
        kept.cache_clear()


def folders() -> tuple[Path, ...]:
    """Where fonts are read from, the office's own first."""
    return tuple(path for path in (*_own, *SYSTEM) if path.is_dir())


def files() -> tuple[Path, ...]:
    """Every font file there."""
    return tuple(path for folder in folders() for path in sorted(folder.rglob("*")) if path.suffix.lower() in KINDS)


@functools.cache
def loaded() -> typst.Fonts:
    """All of them, read once."""
    return typst.Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=[str(one) for one in folders()])


def families() -> frozenset[str]:
    """The names under which documents may ask for them."""
    return frozenset(loaded().families())


@functools.cache
def fingerprint() -> str:
    """Changes when a font file comes, goes or changes."""
    digest = hashlib.sha256()
    for path in files():
        digest.update(f"{path.name}\0{os.path.getsize(path)}\n".encode())
    return digest.hexdigest()[:16]


@functools.cache
def coverage() -> frozenset[int]:
    """The characters that at least one font can show."""
    return frozenset(code for path in files() for code in _codes(path))


def _mapped(font: TTFont) -> Iterator[int]:
    """The characters of a face. Its glyphs get plain names, since reading the real ones means reading every outline."""
    font.setGlyphOrder([f"g{number}" for number in range(font["maxp"].numGlyphs)])
    yield from font.getBestCmap() or ()
    font.tables.pop("cmap")


def _codes(path: Path) -> Iterator[int]:
    """A file that is no font after all shows nothing. Faces of a collection share their tables: each is read once."""
    try:
        if path.suffix.lower() in (".ttc", ".otc"):
            with TTCollection(str(path), lazy=True) as found:
                for font in {one.reader.tables["cmap"].offset: one for one in found.fonts}.values():
                    yield from _mapped(font)
        else:
            with TTFont(str(path), lazy=True) as font:
                yield from _mapped(font)
    except (TTLibError, OSError, KeyError):
        return


def unprintable(data: Any) -> dict[str, str]:
    """Characters that no font has, each with the place it stands at ("party.name"). Nothing where no font is installed at all: then
    nothing can be said."""
    known = coverage()
    found: dict[str, str] = {}
    for path, text in texts(data):
        for sign in text:
            if sign not in IGNORED and known and ord(sign) not in known:
                found.setdefault(sign, path)
    return found


def texts(data: Any, path: str = "") -> Iterator[tuple[str, str]]:
    """Every text inside a value with its dotted place; rows have no number in it."""
    if isinstance(data, str):
        yield path, data
    elif isinstance(data, Mapping):
        for key, one in data.items():
            yield from texts(one, f"{path}.{key}" if path else str(key))
    elif isinstance(data, list | tuple):
        for one in data:
            yield from texts(one, path)
