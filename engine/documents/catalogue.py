"""Which documents there are: `forms/documents/catalogue.toml`, read once. What a document is called, numbered, signed and filed under."""

import functools
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from engine.errors import NotFound

FOLDER = Path(__file__).resolve().parents[2] / "forms" / "documents"
"""Where the catalogue and the shipped templates lie."""


@dataclass(frozen=True)
class Kind:
    """Another name and character of the same document, as 查封决定书 and 扣押决定书 are."""

    name: str
    character: str


@dataclass(frozen=True)
class Document:
    """One row of the catalogue. `required` and `optional` are dotted names of the vocabulary in `fields`; `kind_field` is the one that
    chooses among `kinds`. `order` is the place in its volume when the decision comes first."""

    id: str
    name: str
    character: str
    owner: str
    template: str
    audience: str
    volume: str
    order: int
    seal: bool
    signers: tuple[str, ...]
    made: str
    law: str
    required: tuple[str, ...]
    optional: tuple[str, ...]
    forbidden: tuple[str, ...]
    kind_field: str = ""
    kinds: Mapping[str, Kind] | None = None

    @property
    def path(self) -> Path:
        """The template as shipped."""
        return FOLDER / self.template

    def of_kind(self, key: object) -> "Document":
        """The document under the name and character of that kind; itself when there is no such kind."""
        kind = (self.kinds or {}).get(str(key))
        return self if kind is None else replace(self, name=kind.name, character=kind.character)


@functools.cache
def everything() -> Mapping[str, Document]:
    """All documents by id, in the order of the catalogue."""
    rows = tomllib.loads((FOLDER / "catalogue.toml").read_text("utf-8"))["document"]
    return {row["id"]: _document(row) for row in rows}


def of(doc_id: str) -> Document:
    """One document. Raises NotFound."""
    found = everything().get(doc_id)
    if found is None:
        raise NotFound(f"文书目录里没有 {doc_id}。请核对流程图里的文书模板编号。", document=doc_id)
    return found


def _document(row: Mapping[str, Any]) -> Document:
    kinds = dict(row.get("kinds") or {})
    field = str(kinds.pop("field", ""))
    lists = ("signers", "required", "optional", "forbidden")
    said: dict[str, Any] = {key: tuple(value) if key in lists else value for key, value in row.items() if key != "kinds"}
    return Document(**said, kind_field=field,
                    kinds={key: Kind(one["name"], one["character"]) for key, one in kinds.items()} or None)
