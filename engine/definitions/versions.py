"""Sealed versions as they are used: found, loaded and kept ready in this process."""

import datetime as dt
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass
from threading import Lock
from typing import Any

from sqlalchemy import Connection, Row, bindparam, func, select

from engine import forms
from engine.definitions.guard import is_bpmn, open_bpmn, text_of
from engine.definitions.package import defaults
from engine.definitions.reader import read
from engine.definitions.tables import process_definition as definition
from engine.errors import NotFound
from engine.feel import Decisions, load_decisions
from engine.forms import Form
from engine.spiff import Specification, build

KEPT = 64  # versions per process; a large one takes about 2 MB

_HEAD = (definition.c.id, definition.c.key, definition.c.number, definition.c.content_hash)
HEAD = select(*_HEAD).where(definition.c.id == bindparam("i"))
LATEST = (select(*_HEAD).where(definition.c.key == bindparam("k"), definition.c.state == "published")
          .order_by(definition.c.number.desc()).limit(1))
CONTENT = select(definition).where(definition.c.id == bindparam("i"))
DIAGRAM = select(definition.c.diagram).where(definition.c.id == bindparam("i"))
_LISTED = (definition.c.id, definition.c.key, definition.c.number, definition.c.name, definition.c.category, definition.c.state,
           definition.c.lint, definition.c.deployed_at, definition.c.deployed_by)
_newest = select(definition.c.key, func.max(definition.c.number).label("number")).where(
    definition.c.state == "published").group_by(definition.c.key).subquery()
NEWEST = select(*_LISTED).join(
    _newest, (_newest.c.key == definition.c.key) & (_newest.c.number == definition.c.number)).order_by(definition.c.key)
HEADS = select(*_HEAD).join(
    _newest, (_newest.c.key == definition.c.key) & (_newest.c.number == definition.c.number)).order_by(definition.c.key)
ALL_OF = select(*_LISTED).where(definition.c.key == bindparam("k")).order_by(definition.c.number.desc())


@dataclass(frozen=True)
class Deployed:
    """A version ready to run, with what the processes it calls bring along. `title` is FEEL; `start_roles` may start it;
    `parameters` are the sealed values, `parameter_sheet` what is known of each (label, unit, basis, limits). `asks_clocks`: some
    expression calls deadline(…); `supervised`: supervision watches its limits; `steered`: its cases may be halted and
    ended by whoever steers; `about`: what its documentation says it is for."""

    id: int
    key: str
    number: int
    name: str
    category: str | None
    title: str | None
    start_form: str | None
    start_access: str | None
    start_roles: tuple[str, ...]
    spec: Specification
    forms: Mapping[str, Form]
    decisions: Mapping[str, Decisions]
    parameters: Mapping[str, Any]
    parameter_sheet: Mapping[str, Any]
    asks_clocks: bool
    supervised: bool
    steered: bool
    about: str


@dataclass(frozen=True)
class Listed:
    """A version in a list; `lint` are its findings when it was sealed, as plain dicts."""

    id: int
    key: str
    number: int
    name: str
    category: str | None
    state: str
    lint: list[dict[str, Any]]
    deployed_at: dt.datetime
    deployed_by: str | None


class _Ready:
    """The versions used last. Content never changes, so a version is known by its hash; ids alone could be given again by a
    transaction that was rolled back."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._kept: OrderedDict[tuple[int, int, str], Deployed] = OrderedDict()

    def get(self, key: tuple[int, int, str]) -> Deployed | None:
        with self._lock:
            found = self._kept.get(key)
            if found is not None:
                self._kept.move_to_end(key)
            return found

    def put(self, key: tuple[int, int, str], one: Deployed) -> None:
        with self._lock:
            self._kept[key] = one
            while len(self._kept) > KEPT:
                self._kept.popitem(last=False)


_ready = _Ready()
_starters: dict[str, tuple[str, ...]] = {}
"""By the hash of a version's content, which never changes."""


def load(c: Connection, definition_id: int) -> Deployed:
    """A version by its id. Raises NotFound."""
    return _loaded(c, c.execute(HEAD, {"i": definition_id}).first(), definition_id)


def latest(c: Connection, key: str) -> Deployed:
    """The newest published version of a process. Raises NotFound."""
    return _loaded(c, c.execute(LATEST, {"k": key}).first(), key)


def starters(c: Connection) -> dict[str, tuple[str, ...]]:
    """Process → the roles that may start its newest published version; cheap enough for every page."""
    found: dict[str, tuple[str, ...]] = {}
    for head in c.execute(HEADS).all():
        if head.content_hash not in _starters:
            _starters[head.content_hash] = _loaded(c, head, head.key).start_roles
        found[head.key] = _starters[head.content_hash]
    return found


def list_definitions(c: Connection) -> tuple[Listed, ...]:
    """The newest published version of every process."""
    return tuple(Listed(**row._mapping) for row in c.execute(NEWEST))


def versions_of(c: Connection, key: str) -> tuple[Listed, ...]:
    """Every version of a process, newest first."""
    return tuple(Listed(**row._mapping) for row in c.execute(ALL_OF, {"k": key}))


def diagram(c: Connection, definition_id: int) -> bytes:
    """The sealed diagram. Raises NotFound."""
    row = c.execute(DIAGRAM, {"i": definition_id}).first()
    if row is None:
        raise NotFound(definition=definition_id)
    return bytes(row.diagram)


def _loaded(c: Connection, head: Row[*tuple[Any, ...]] | None, wanted: object) -> Deployed:
    if head is None:
        raise NotFound("没有找到这个流程，请先发布它，或返回列表重新选择。", definition=wanted)
    key = (head.id, head.number, head.content_hash)
    found = _ready.get(key)
    if found is None:
        found = opened(c, c.execute(CONTENT, {"i": head.id}).one())
        _ready.put(key, found)
    return found


def opened(c: Connection, row: Any) -> Deployed:
    """What a row of definitions says, ready to run. Own forms, decisions and parameters go before those of called processes."""
    process = next(one for one in read(row.diagram).processes if one.id == row.key)
    called = {key: c.execute(CONTENT, {"i": pinned}).one() for key, pinned in row.called.items()}
    rows = (*reversed(called.values()), row)
    sheet = {name: value for one in rows for name, value in one.parameters.items()}
    return Deployed(
        id=row.id, key=row.key, number=row.number, name=row.name, category=row.category, title=process.gl.get("title"),
        start_form=process.gl.get("startForm"), start_access=process.gl.get("startAccess"),
        start_roles=process.gl.get("startRoles", ()),
        spec=build(row.diagram, row.key, {key: one.diagram for key, one in called.items()}),
        forms={key: forms.load(document) for one in rows for key, document in one.forms.items()},
        decisions=_decisions(row, *called.values()), parameters=defaults(sheet), parameter_sheet=sheet,
        asks_clocks=any(b"deadline(" in one.diagram for one in rows), supervised=process.gl.get("supervised") != "no",
        steered=process.gl.get("steered") != "no", about=_about(row.diagram, row.key))


def _about(document: bytes, key: str) -> str:
    """The documentation of a process, one line of it."""
    found = (one for one in open_bpmn(document) if one.get("id") == key)
    texts = (text_of(child) for one in found for child in one if is_bpmn(child, "documentation"))
    return " ".join(str(next(texts, "") or "").split())


def _decisions(*rows: Any) -> dict[str, Decisions]:
    """Asked in this order: the process's own files first."""
    return {f"{row.key}/{file}": load_decisions(text.encode()) for row in rows for file, text in row.decisions.items()}
