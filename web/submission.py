"""Between a posted page and the values of a form: reading what was typed, uploads included, and preparing what is shown.

Nothing is checked here; `engine.forms.validate` does that once, for every way in.
"""

import datetime as dt
import hashlib
import re
from collections.abc import Iterable, Iterator
from itertools import groupby
from typing import Any

from flask import Flask, request
from werkzeug.datastructures import FileStorage, MultiDict

from engine import clock
from engine.cases import attachments
from engine.cases.attachments import Stored
from engine.errors import InvalidValues, UnsafeInput
from engine.forms import Field, FieldState, Form, Option
from web.context import database, me, settings
from web.errors import ForgedRequest
from web.words import moment

MEGABYTE = 1024 * 1024
PARTS = ("lon", "lat", "accuracy", "source_crs", "address")
MANY = ("checklist", "photo", "file")
MOST_ROWS = 100


def values(form: Form | None, posted: MultiDict[str, str]) -> dict[str, Any]:
    """What was typed, by the form's own keys; fields that the page did not send are left out."""
    return dict(_read(form.components if form else (), posted, ""))


def _read(fields: Iterable[Field], posted: MultiDict[str, str], prefix: str) -> Iterator[tuple[str, Any]]:
    for field in fields:
        name = prefix + field.key
        if field.type == "group":
            yield from _read(field.children, posted, prefix)
        elif field.type == "dynamiclist":
            yield field.key, [dict(_read(field.children, posted, f"{name}.{n}.")) for n in _rows(posted, name)]
        elif field.type == "location":
            yield field.key, {part: posted.get(f"{name}.{part}", "") for part in PARTS}
        elif field.type in MANY:
            yield field.key, [one for one in posted.getlist(name) if one]
        elif field.type == "checkbox":
            yield field.key, name in posted
        elif field.is_input and name in posted:
            yield field.key, posted[name]


def _rows(posted: MultiDict[str, str], name: str) -> list[int]:
    """Numbers of the rows of a list that were sent, without those the person has just removed; one more if they asked for it."""
    found = {int(m.group(1)) for key in posted if (m := re.match(rf"{re.escape(name)}\.(\d{{1,3}})\.", key))}
    if (removed := posted.get("list_remove", "")).startswith(f"{name}."):
        found.discard(int(removed.rpartition(".")[2]))
    if posted.get("list_add") == name:
        found.add(max(found, default=-1) + 1)
    return sorted(found)[:MOST_ROWS]


def key(act: str) -> str:
    """The key under which this submission is done once: of this person and this act alone, whatever the page sent for it.

    Raises ForgedRequest when it sent none.
    """
    sent = request.form.get("key", "")
    if not sent:
        raise ForgedRequest()
    return f"{act}:{hashlib.sha256(f'{me().id}:{sent}'.encode()).hexdigest()}"


def with_uploads(typed: dict[str, Any]) -> dict[str, Any]:
    """The values with photos that came along in the same request (a browser without scripts). Raises InvalidValues, Unavailable."""
    person, photos = me().id, kept()
    if not photos:
        return typed
    named = database().run(lambda c: {key: [attachments.add(c, one, person) for one in many] for key, many in photos.items()})
    return {**typed, **{key: [*typed.get(key, []), *ids] for key, ids in named.items()}}


def kept() -> dict[str, list[Stored]]:
    """The photos of this request by field, safely on the disk but named by no row yet. Raises InvalidValues, Unavailable."""
    found: dict[str, list[Stored]] = {}
    for name in request.files:
        for upload in request.files.getlist(name):
            if upload.filename and name.endswith(":files"):
                field = name.removesuffix(":files")
                found.setdefault(field, []).append(_kept(upload, field))
    return found


def _kept(upload: FileStorage, field: str) -> Stored:
    """What is wrong with a photo is said beside its field."""
    try:
        return _keep(upload)
    except UnsafeInput as refusal:
        raise InvalidValues({field: f"“{upload.filename}”：{refusal.message}"}) from refusal


def store(upload: FileStorage) -> str:
    """Keep one uploaded photo and answer its id."""
    person, stored = me().id, _keep(upload)
    return database().run(lambda c: attachments.add(c, stored, person))


def _keep(upload: FileStorage) -> Stored:
    return attachments.keep(settings().files, upload.stream, upload.filename or "照片", settings().upload_mb * MEGABYTE)


def grouped(options: Iterable[Option]) -> list[tuple[str, list[tuple[Any, str]]]]:
    """Choices named "市容环境／暴露垃圾" under their groups, the others under none."""
    split = [(*o.label.rpartition("／")[::2], o.value) for o in options]
    return [(group, [(value, text) for _, text, value in rows]) for group, rows in groupby(split, key=lambda row: row[0])]


def labels(states: Iterable[FieldState]) -> dict[str, str]:
    """What each field is called, by the path its error would have."""
    found: dict[str, str] = {}
    for state in states:
        found |= {state.path: state.label} if state.key else {}
        found |= labels(state.children)
    return found


def for_input(value: Any, subtype: str) -> str:
    """A stored date or moment as the browser's own input wants it, in Asia/Shanghai."""
    if not isinstance(value, str) or subtype != "datetime":
        return value or ""
    try:
        at = dt.datetime.fromisoformat(value)
    except ValueError:
        return ""
    return (clock.local(at) if at.tzinfo else at).strftime("%Y-%m-%dT%H:%M")


def as_moment(value: Any) -> str:
    """A stored date or moment as people read it."""
    try:
        at = dt.datetime.fromisoformat(value) if isinstance(value, str) and "T" in value else None
    except ValueError:
        at = None
    return moment(at) if at is not None and at.tzinfo else str(value or "—")


def install(app: Flask) -> None:
    """Filters for the field macros."""
    app.jinja_env.filters.update(grouped=grouped, labels=labels, for_input=for_input, as_moment=as_moment)
