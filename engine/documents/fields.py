"""The vocabulary of templates: dotted names with their Chinese names, and what stands behind them in one case (`gather`)."""

import difflib
import functools
import tomllib
from collections.abc import Iterable, Mapping
from typing import Any

from sqlalchemy import Connection

from engine.documents import case_fields, finding_fields, form_fields, money_fields, term_fields
from engine.documents.catalogue import FOLDER, Document, everything

NAMES = FOLDER / "fields.toml"
LISTS = frozenset({"evidence", "officers", "approvals", "signatures", "party.lines", "dues.rows"})
"""Names that hold rows, not words."""
WHOLE = {"evidence": "证据清单", "officers": "执法人员", "approvals": "各级审批意见", "signatures": "签名"}
ISSUED = {"number": "文号", "date": "日期", "name": "名称", "served_on": "送达日期"}
LIKE = 0.6


@functools.cache
def names() -> Mapping[str, str]:
    """Every dotted name with its Chinese name, "case.facts" → 违法事实."""
    rooms = tomllib.loads(NAMES.read_text("utf-8"))
    known = {f"{room}.{name}": words for room, fields in rooms.items() for name, words in fields.items()}
    issued = {f"issued.{doc_id.replace('-', '_')}.{key}": f"{one.name}的{words}"
              for doc_id, one in everything().items() for key, words in ISSUED.items()}
    return {**WHOLE, **known, **issued}


def name_of(path: str) -> str:
    """What people call a field; the path itself when nobody does."""
    return names().get(path, path)


def is_known(path: str) -> bool:
    """Whether a template may use this name. Names of a step's own form are not all listed."""
    return path in names() or path.startswith("form.") or any(path == one.partition(".")[0] for one in names())


def suggestions(path: str) -> tuple[str, ...]:
    """Known names that look like a wrong one, nearest first."""
    near = difflib.get_close_matches(path, names(), n=3, cutoff=LIKE)
    last = [one for one in names() if one.rpartition(".")[2] == path.rpartition(".")[2] and one not in near]
    return tuple([*near, *last][:3])


def gather(c: Connection, instance_id: int, *, values: Mapping[str, Any], variables: Mapping[str, Any],
           element: str = "") -> dict[str, Any]:
    """Everything a template may show about a case now, as words: {"case": {"title": …}, "party": {…}, "form": {…}, …}.

    values: what the step's form or the record holds; element: the step they were filled in at, whose form knows their labels.
    Raises NotFound for an unknown instance.
    """
    file = case_fields.file_of(c, instance_id)
    words = {"form": form_fields.words(c, instance_id, element, values)}
    words |= case_fields.gather(c, instance_id, file)
    words |= finding_fields.gather(c, instance_id, {**variables, **values}) if file is None else {}
    words |= money_fields.gather(c, file)
    words["payment"]["due_on"] = words["dues"].get("due_on") or words["payment"].get("due_on", "")
    return words | term_fields.gather(c, file, values=values, variables=variables)


def blanks(document: Document, data: dict[str, Any], more: Iterable[str] = ()) -> dict[str, Any]:
    """The data with an empty place for every name the document or its template (`more`) mentions, so that what is optional prints as
    nothing."""
    for path in (*document.required, *document.optional, *more):
        _plant(data, path.split("."))
    return data


def _plant(data: dict[str, Any], steps: list[str]) -> None:
    here: Any = data
    for step in steps[:-1]:
        here = here.setdefault(step, {}) if isinstance(here, dict) else None
    if isinstance(here, dict):
        here.setdefault(steps[-1], "")


def value(data: Mapping[str, Any], path: str) -> Any:
    """What stands at a dotted name, None when nothing does."""
    here: Any = data
    for step in path.split("."):
        here = here.get(step) if isinstance(here, Mapping) else None
    return here


def empty(data: Mapping[str, Any], names_wanted: Iterable[str]) -> tuple[str, ...]:
    """Those of the names at which nothing stands: no words, no rows."""
    return tuple(path for path in names_wanted if value(data, path) in (None, "", [], {}))
