"""Sealing: a package that passes every rule becomes the next version of its process, once and for ever."""

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from types import SimpleNamespace
from typing import Any

from lxml import etree
from sqlalchemy import Connection, bindparam, exc, func, insert, select

from engine import clock
from engine.database import canonical
from engine.definitions.findings import Finding, Severity, told
from engine.definitions.guard import open_bpmn
from engine.definitions.importer import Rewritten, rewrite, utf8
from engine.definitions.library import Called, Function, Library
from engine.definitions.linter import errors, lint
from engine.definitions.model import Model
from engine.definitions.package import Package
from engine.definitions.reader import read
from engine.definitions.tables import process_definition as definition
from engine.definitions.variables import ALWAYS, variables
from engine.definitions.versions import LATEST, Deployed, opened
from engine.errors import Conflict, InvalidDefinition
from engine.people.roles import ROLES
from engine.spiff import build

Functions = Mapping[str, Function]

PINNED = select(definition.c.id, definition.c.called, definition.c.diagram, definition.c.forms, definition.c.decisions,
                definition.c.parameters).where(definition.c.id == bindparam("i"))
HIGHEST = select(func.max(definition.c.number)).where(definition.c.key == bindparam("k"))
SEAL = insert(definition).returning(definition.c.id)


@dataclass(frozen=True)
class Version:
    """The version that now holds this content. `created` is False when the newest version held it already."""

    id: int
    key: str
    number: int
    created: bool
    findings: tuple[Finding, ...]


@dataclass(frozen=True)
class _Pins:
    """Called process → id of the version it is pinned to, with its document and what the linter has to know of it."""

    ids: dict[str, int]
    documents: dict[str, bytes]
    called: dict[str, Called]


def deploy(c: Connection, package: Package, *, by: str | None, functions: Functions | None = None) -> Version:
    """Seal a package as the next version. `functions`: the registered operations, None when they are not known here.

    Raises UnsafeInput, and InvalidDefinition with every finding when one of them is an error; then nothing is written.
    """
    rewritten = rewrite(package.diagram)
    model = read(rewritten.document)
    pins = _pins(c, model)
    findings = _judged(package, rewritten, model, pins, functions=functions, running={})
    if errors(findings):
        raise InvalidDefinition(findings)
    content = _content(package, rewritten.document, pins)
    newest = c.execute(LATEST, {"k": package.key}).first()
    if newest is not None and newest.content_hash == content["content_hash"]:
        return Version(newest.id, package.key, newest.number, False, tuple(findings))
    return _seal(c, package.key, {**content, **_describing(package, model), "deployed_by": by}, findings)


def judge(c: Connection, package: Package, functions: Functions | None = None, running: Mapping[str, int] | None = None) -> list[Finding]:
    """What `deploy` would find, with nothing written. `running`: element → how many cases stand there. Raises UnsafeInput."""
    rewritten = rewrite(package.diagram)
    model = read(rewritten.document)
    return _judged(package, rewritten, model, _pins(c, model), functions=functions, running=running or {})


def _judged(package: Package, rewritten: Rewritten, model: Model, pins: _Pins, *, functions: Functions | None,
            running: Mapping[str, int]) -> list[Finding]:
    """Every rule with the called processes at hand; what passes them is also built. The same content is not judged twice."""
    known = _remembered(_digest(package, pins, functions, running))
    if not known:
        library = library_of(package, rewritten, functions, {**_own(model, package), **pins.called})
        findings = lint(model, replace(library, running=running))
        known.append(tuple(findings if errors(findings) else findings + _buildable(package, rewritten.document, pins.documents)))
    return list(known[0])


@lru_cache(maxsize=256)
def _remembered(digest: str) -> list[tuple[Finding, ...]]:
    """Where the findings of some content are kept; empty until it has been judged. Two at once judge twice and find the same."""
    return []


def _digest(package: Package, pins: _Pins, functions: Functions | None, running: Mapping[str, int]) -> str:
    """Of everything that the findings depend on: the package, what it calls, the operations, and where cases stand."""
    called = [sorted(pins.documents.items()), [(key, sorted(one.variables)) for key, one in sorted(pins.called.items())]]
    known = None if functions is None else [(name, one.inputs and sorted(one.inputs)) for name, one in sorted(functions.items())]
    return hashlib.sha256(repr((package, called, known, sorted(running.items()))).encode()).hexdigest()


def unsealed(c: Connection, package: Package) -> Deployed:
    """A package as the version it would become, ready to look at what runs; nothing is written and its id is 0.

    Raises UnsafeInput, and InvalidDefinition for what the engine cannot build.
    """
    rewritten = rewrite(package.diagram)
    model = read(rewritten.document)
    number = (c.execute(HIGHEST, {"k": package.key}).scalar() or 0) + 1
    content = {**_content(package, rewritten.document, _pins(c, model)), **_describing(package, model)}
    return opened(c, SimpleNamespace(**content, id=0, key=package.key, number=number))


def examine(package: Package, functions: Functions | None = None, called: Mapping[str, Called] | None = None) -> list[Finding]:
    """What the linter says about a package that is not published. `called`: what it may call (see `callable_of`); None: not looked for.

    Raises UnsafeInput.
    """
    rewritten = rewrite(package.diagram)
    model = read(rewritten.document)
    return lint(model, library_of(package, rewritten, functions, None if called is None else {**called, **_own(model, package)}))


def callable_of(packages: Iterable[Package]) -> dict[str, Called]:
    """The processes of these packages as others may call them. Raises UnsafeInput."""
    found = {}
    for package in packages:
        model = read(rewrite(package.diagram).document)
        found[package.key] = _own(model, package).get(package.key) or Called(model, ALWAYS)
    return found


def library_of(package: Package, rewritten: Rewritten, functions: Functions | None, called: Mapping[str, Called] | None) -> Library:
    """What the package's diagram may refer to."""
    return Library(
        forms=package.forms, decisions=package.decisions, functions=functions, roles=frozenset(ROLES), called=called,
        parameters=package.parameters, key=package.key, notes=rewritten.notes)


def _own(model: Model, package: Package) -> dict[str, Called]:
    """Processes of the same file may be called without being published."""
    known = frozenset(variables(model, Library(forms=package.forms, decisions=package.decisions))) | ALWAYS
    return {process.id: Called(model, known) for process in model.processes}


def _pins(c: Connection, model: Model) -> _Pins:
    """The newest version of everything called, and what those are pinned to themselves."""
    inside = {process.id for process in model.processes}
    pins = _Pins({}, {}, {})
    for node in model.each("callActivity"):
        key = node.attributes.get("calledElement", "")
        newest = None if key in inside or key in pins.ids else c.execute(LATEST, {"k": key}).first()
        if newest is not None:
            _pin(c, pins, key, newest.id)
    return pins


def _pin(c: Connection, pins: _Pins, key: str, definition_id: int) -> None:
    row = c.execute(PINNED, {"i": definition_id}).one()
    model = read(row.diagram)
    decisions = {name: text.encode() for name, text in row.decisions.items()}
    known = variables(model, Library(forms=row.forms, decisions=decisions, parameters=row.parameters))
    pins.ids[key], pins.documents[key], pins.called[key] = row.id, row.diagram, Called(model, frozenset(known) | ALWAYS)
    for inner, inner_id in row.called.items():
        if inner not in pins.ids:
            pins.ids[inner] = inner_id
            pins.documents[inner] = c.execute(PINNED, {"i": inner_id}).one().diagram


def _buildable(package: Package, document: bytes, called: Mapping[str, bytes]) -> list[Finding]:
    """The last word is the engine's: what it cannot build is not sealed."""
    try:
        build(document, package.key, called)
    except InvalidDefinition as refusal:
        element = str(refusal.detail.get("element_id", ""))
        return [Finding("LS01", Severity.ERROR, element, "", refusal.message, "请按提示修改后重新发布。", "engine-accepts")]
    return []


def _content(package: Package, document: bytes, pins: _Pins) -> dict[str, Any]:
    """The sealed columns. Formatting of the XML and the order of keys make no difference to the hash."""
    decisions = {name: utf8(text).decode("utf-8-sig") for name, text in sorted(package.decisions.items())}
    plain = etree.tostring(open_bpmn(document), method="c14n2", with_comments=False).decode()
    sealed: dict[str, Any] = {"decisions": decisions, "forms": dict(package.forms), "parameters": dict(package.parameters),
                              "called": pins.ids}
    digest = hashlib.sha256(canonical([plain, sealed]).encode()).hexdigest()
    return {**sealed, "diagram": document, "content_hash": digest}


def _describing(package: Package, model: Model) -> dict[str, Any]:
    process = model.executable
    return {"name": process.label if process else package.name, "category": process.gl.get("category") if process else None}


def _seal(c: Connection, key: str, columns: dict[str, Any], findings: list[Finding]) -> Version:
    number = (c.execute(HIGHEST, {"k": key}).scalar() or 0) + 1
    row = {**columns, "key": key, "number": number, "lint": list(map(told, findings)), "deployed_at": clock.now(), "state": "published"}
    try:
        identity = int(c.execute(SEAL, row).scalar_one())
    except exc.IntegrityError as error:
        raise Conflict("另一个人刚刚发布了这个流程，请刷新后再发布。", key=key) from error
    return Version(identity, key, number, True, tuple(findings))
