"""What a town has to enter once for its documents (`forms/documents/parameters.toml`): names, addresses, bank; and what it has not yet."""

import functools
import io
import re
import tomllib
import zipfile
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from engine.documents.catalogue import FOLDER
from engine.documents.fields import value
from engine.documents.templates import WORD, Template

SHEET: Mapping[str, Mapping[str, Any]] = MappingProxyType(tomllib.loads((FOLDER / "parameters.toml").read_text("utf-8")))
"""Every parameter of the documents as a process declares its own: default, unit, label, basis."""
PRINTED = {f"{room}.{key}": f"{room}_{key}" for room, keys in (
    ("authority", ("address", "phone", "contact", "postcode")), ("payment", ("bank", "bank_address", "account"))) for key in keys}
"""Names of the vocabulary that nothing else fills in, with the parameter behind each."""
TAG = re.compile(r"<[^>]*>")


def unset(template: Template, data: Mapping[str, Any]) -> tuple[str, ...]:
    """What this template would print of the town that nobody has entered, one sentence each. Where money goes is asked only of documents
    that impose some."""
    lacking = [path for path in PRINTED if not value(data, path) and _mentions(template, path) and _counts(path, data)]
    return tuple(f"“{SHEET[PRINTED[path]]['label']}”没有填写，请管理员在“参数”页填写后再制作" for path in lacking)


def _counts(path: str, data: Mapping[str, Any]) -> bool:
    own = value(data, f"form.{path.rpartition('.')[2]}") or (path.endswith(".phone") and value(data, "form.contact_phone"))
    return not own and (not path.startswith("payment.") or value(data, "decision.has_fine") is not False)


def _mentions(template: Template, path: str) -> bool:
    return path in template.variables if template.is_uploaded else path in _words(template)


def _words(template: Template) -> frozenset[str]:
    return _printed(template.sha256, template.owner, template.body)


@functools.lru_cache(maxsize=128)
def _printed(sha256: str, owner: str, body: bytes) -> frozenset[str]:
    """The names that a template as shipped prints; `sha256` is that of its body."""
    text = body.decode("utf-8") if owner != WORD else ""
    if owner == WORD:
        with zipfile.ZipFile(io.BytesIO(body)) as packed:
            text = TAG.sub("", packed.read("word/document.xml").decode("utf-8"))
    return frozenset(path for path in PRINTED if re.search(rf"(?<![\w.]){re.escape(path)}(?!\w)", text))
