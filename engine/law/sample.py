"""The sample powers of a town: enough matters to try every procedure with. Real lists are loaded from a file of the same shape."""

import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, select

from engine.errors import InvalidValues
from engine.law import loading, powers, statutes
from engine.law.tables import article
from engine.people import directory

FILE = Path(__file__).parent / "sample_powers.toml"
NO_LIST = "文件不是赋权清单：应有一段 [list] 和至少一段 [[item]]，写法见说明。"
REVIEW = "示例数据：按条文要点核对"


def load(c: Connection, unit_id: str) -> int:
    """The shipped statutes, reviewed for trying things out, and the sample list for one town; answers how many items. Twice is as once."""
    loading.load_shipped(c)
    for article_id in c.execute(select(article.c.id).where(article.c.reviewed_at.is_(None)).order_by(article.c.id)).scalars().all():
        statutes.review(c, article_id, by="", note=REVIEW)
    return load_list(c, unit_id, read(FILE.read_bytes()))


def load_list(c: Connection, unit_id: str, found: Mapping[str, Any]) -> int:
    """A list as it was read; answers how many items. Raises InvalidValues, NotFound (no such unit)."""
    directory.unit_of(c, unit_id)
    return len([powers.save(c, unit_id, one) for one in rows(found)])


def rows(found: Mapping[str, Any]) -> tuple[Mapping[str, Any], ...]:
    """The entries of a list that was read, each with what the list says of all. Raises InvalidValues for what is no list."""
    usual, items = found.get("list", {}), found.get("item")
    if not isinstance(usual, dict) or not isinstance(items, list) or not all(isinstance(one, dict) for one in items) or not items:
        raise InvalidValues({"file": NO_LIST}, NO_LIST)
    return tuple({**usual, **one} for one in items)


def read(document: bytes) -> Mapping[str, Any]:
    """A power list as TOML. Raises UnsafeInput, InvalidValues."""
    return loading.read(document)


def codes() -> tuple[str, ...]:
    """The codes of the sample list."""
    return tuple(one["code"] for one in tomllib.loads(FILE.read_text("utf-8"))["item"])
