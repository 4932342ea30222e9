"""Loading statutes and power lists from TOML files: every row is checked first, and a file with any mistake changes nothing.

The format is in docs/law.md. A corrected text of an article that is known already is its next edition, with a reason, and asks for a new
review; the older edition stays (`editions`).
"""

import datetime as dt
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, insert, select, update

from engine import clock
from engine.errors import InvalidValues, UnsafeInput
from engine.law import citing, editions
from engine.law.tables import article, statute

SHIPPED = Path(__file__).parent / "statutes"
LARGEST = 4 * 1024 * 1024  # bytes
KINDS = {"law": "法律", "code": "法典", "regulation": "行政法规", "rule": "规章", "local": "地方性法规"}
TEXT_LIMIT = 20_000
UPDATE = "随系统更新"


@dataclass(frozen=True)
class Report:
    """What a file brought: articles that are new, corrected, and as they were."""

    statute: str
    new: int
    corrected: int
    same: int


@dataclass(frozen=True)
class Source:
    """Whose file it is, why it corrects what is known, and whether it may correct what somebody here has written."""

    by: str | None
    why: str
    keep_corrected: bool


def read(document: bytes) -> Mapping[str, Any]:
    """The document as data. Raises UnsafeInput (too large), InvalidValues (not TOML)."""
    if len(document) > LARGEST:
        raise UnsafeInput("文件超过 4 MB，请分开导入。")
    try:
        return tomllib.loads(document.decode("utf-8"))
    except (UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise InvalidValues({"file": f"文件不是有效的 UTF-8 TOML：{error}"}) from None


def load(c: Connection, document: bytes, *, by: str | None, why: str = "", keep_corrected: bool = False) -> Report:
    """Load one statute. `why`: the reason of the corrections it brings; `keep_corrected`: what somebody here has corrected stays.

    Raises UnsafeInput, InvalidValues with every mistake by row, or without a reason. The caller has asked for the right and records it.
    """
    found = read(document)
    if problems := list(mistakes(found)):
        raise _refusal(problems)
    head = found["statute"]
    _head(c, head, by)
    rows = [_row(head["id"], one) for one in found["article"]]
    if clashes := [text for row in rows for text in overlaps(c, row, rows)]:
        raise _refusal(clashes)
    source = Source(by, why, keep_corrected)
    done = [_save(c, row, source) for row in rows]
    return Report(head["title"], done.count("new"), done.count("corrected"), done.count("same"))


def _refusal(problems: Sequence[str]) -> InvalidValues:
    return InvalidValues({f"row-{n}": text for n, text in enumerate(problems, 1)},
                         "文件有错误，没有导入：" + "；".join(problems[:5]) + "。")


def load_shipped(c: Connection) -> list[Report]:
    """The statutes that come with the product. What legal staff have corrected here is left as they wrote it."""
    return [load(c, path.read_bytes(), by=None, why=UPDATE, keep_corrected=True) for path in sorted(SHIPPED.glob("*.toml"))]


def mistakes(found: Mapping[str, Any]) -> Iterator[str]:
    """Everything wrong with a document, each with where."""
    head, rows = found.get("statute"), found.get("article")
    if not isinstance(head, dict) or not isinstance(rows, list) or not rows:
        yield "应有一段 [statute] 和至少一段 [[article]]"
        return
    for key, most in (("id", 20), ("title", 120), ("short", 60)):
        if not isinstance(head.get(key), str) or not 1 <= len(head[key]) <= most:
            yield f"[statute] 的 {key} 应为 1 至 {most} 个字"
    if head.get("kind") not in KINDS:
        yield f"[statute] 的 kind 应为 {'、'.join(KINDS)} 之一"
    for number, row in enumerate(rows, 1):
        for text in _row_mistakes(row):
            yield f"第 {number} 条记录{text}"


def _row_mistakes(row: Any) -> Iterator[str]:
    if not isinstance(row, dict):
        yield "不是一段 [[article]]"
        return
    if not isinstance(row.get("number"), str) or not citing.is_number(row["number"]):
        yield f"的 number “{row.get('number')}”应写成 60、60(1)、60(1)(五) 的样子"
    if not isinstance(row.get("text"), str) or not 1 <= len(row["text"].strip()) <= TEXT_LIMIT:
        yield "没有条文内容，或者过长"
    days = [row.get("from"), row.get("to")]
    if not isinstance(days[0], dt.date) or isinstance(days[0], dt.datetime):
        yield "的 from 应为日期，例如 2026-08-15"
    elif days[1] is not None and (not isinstance(days[1], dt.date) or days[1] < days[0]):
        yield "的 to 应为不早于 from 的日期"
    for key, most in (("tag", 10), ("source", 40), ("successor", 60)):
        if not isinstance(row.get(key, ""), str) or len(row.get(key, "")) > most:
            yield f"的 {key} 应为 {most} 字以内"


def _head(c: Connection, head: Mapping[str, Any], by: str | None) -> None:
    row = {"title": head["title"], "short": head["short"], "kind": head["kind"], "loaded_at": clock.now(), "loaded_by": by}
    if c.execute(select(statute.c.id).where(statute.c.id == head["id"])).first() is None:
        c.execute(insert(statute), {"id": head["id"], **row})
    else:
        c.execute(update(statute).where(statute.c.id == head["id"]).values(row))


def _row(statute_id: str, one: Mapping[str, Any]) -> dict[str, Any]:
    return {"statute_id": statute_id, "number": one["number"], "text": one["text"].strip(), "valid_from": one["from"].isoformat(),
            "valid_to": one["to"].isoformat() if one.get("to") else None, "successor": one.get("successor", ""), "tag": one.get("tag", ""),
            "source": one.get("source", "")}


def overlaps(c: Connection, row: Mapping[str, Any], rows: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    """Versions of one article must follow one another; of those stored, the ones that this file replaces do not count."""
    replaced = {(one["number"], one["valid_from"]) for one in rows}
    stored = c.execute(select(article).where(article.c.statute_id == row["statute_id"], article.c.number == row["number"])).mappings()
    others: list[Mapping[str, Any]] = [dict(one) for one in stored if (one["number"], one["valid_from"]) not in replaced]
    others += [one for one in rows if one is not row and one["number"] == row["number"]]
    for other in others:
        if other["valid_from"] <= (row["valid_to"] or "9999") and row["valid_from"] <= (other["valid_to"] or "9999"):
            yield f"第 {row['number']} 条在 {max(row['valid_from'], other['valid_from'])} 有两个版本同时有效"


def _save(c: Connection, row: Mapping[str, Any], source: Source) -> str:
    known = c.execute(select(article).where(article.c.statute_id == row["statute_id"], article.c.number == row["number"],
                                            article.c.valid_from == row["valid_from"])).first()
    if known is None:
        editions.add_first(c, row, source.by)
        return "new"
    if known.text == row["text"] and known.valid_to == row["valid_to"] and known.successor == row["successor"]:
        return "same"
    if source.keep_corrected and editions.of(c, known.id)[-1].by is not None:
        return "same"
    editions.add_next(c, known.id, row, base=known.edition, why=source.why, by=source.by)
    return "corrected"
