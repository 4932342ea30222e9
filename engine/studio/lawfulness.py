"""What the legal proofs say of every published process, the called ones known. Remembered by content: proving all takes seconds."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from threading import Lock
from typing import Any

from sqlalchemy import Connection, select

from engine import definitions
from engine.definitions import Package
from engine.definitions.deploy import library_of
from engine.definitions.lawful import Breach, Property, Verdict, properties, verdicts
from engine.definitions.tables import process_definition as definition
from engine.people import Participant
from engine.studio import folder_rights

PROVED, NOT_APPLICABLE, VIOLATED, UNPROVED = "proved", "not_applicable", "violated", "unproved"
HEADS = (select(definition.c.id, definition.c.key, definition.c.content_hash)
         .where(definition.c.state == "published").order_by(definition.c.number))
KINDS = {"precedence": "先后", "response": "接着必须", "exclusion": "之后不得", "roles": "由谁办", "checks": "提交前核对", "clock": "期限",
         "links": "督办", "gate": "关口", "evidence": "音像记录", "serves": "送达", "papers": "文书"}


@dataclass(frozen=True)
class Flaw:
    """A requirement that is broken or not proved; `way` is the path that shows it, as the names on the drawing."""

    title: str
    law: str
    element: str
    what: str
    way: tuple[str, ...]


@dataclass(frozen=True)
class Judged:
    """One published process: the titles that are proved, how many requirements do not concern it, what is broken and not proved."""

    id: int
    key: str
    name: str
    proved: frozenset[str]
    beside: int
    violated: tuple[Flaw, ...]
    unproved: tuple[Flaw, ...]
    readable: bool


@dataclass(frozen=True)
class Group:
    """Requirements of one kind, each with the names of the processes for which it is proved."""

    name: str
    lines: tuple[tuple[Property, tuple[str, ...]], ...]


_lock = Lock()
_kept: dict[tuple[tuple[str, int, str], ...], tuple[Judged, ...]] = {}


def overview(c: Connection, by: Participant) -> tuple[Judged, ...]:
    """Every process in its newest version. Raises NotAllowed."""
    folder_rights.must_read(by)
    newest = {row.key: row for row in c.execute(HEADS)}
    content = tuple(sorted((key, row.id, row.content_hash) for key, row in newest.items()))
    with _lock:
        if content not in _kept:
            found = _all(c, [row.id for row in newest.values()])
            _kept.clear()
            _kept[content] = found
        return _kept[content]


def groups(judged: Sequence[Judged]) -> tuple[Group, ...]:
    """Every requirement by kind, with where it is proved."""
    where = {one.id: tuple(each.name for each in judged if one.id in each.proved) for one in properties().values()}
    kinds = dict.fromkeys(KINDS.values())
    return tuple(Group(kind, tuple((one, where[one.id]) for one in properties().values() if KINDS[one.pattern] == kind)) for kind in kinds)


def _all(c: Connection, ids: Sequence[int]) -> tuple[Judged, ...]:
    rows = c.execute(select(definition).where(definition.c.id.in_(ids)).order_by(definition.c.key)).all()
    packages = {row.id: _package(row) for row in rows}
    called = definitions.callable_of(packages.values())
    return tuple(_judged(row.id, packages[row.id], called) for row in rows)


def _package(row: Any) -> Package:
    return Package(row.key, row.name, bytes(row.diagram), {name: text.encode() for name, text in row.decisions.items()},
                   row.forms, row.parameters)


def _judged(identity: int, package: Package, called: Mapping[str, Any]) -> Judged:
    rewritten = definitions.rewrite(package.diagram)
    model = definitions.read(rewritten.document)
    found = verdicts(model, library_of(package, rewritten, None, called))
    names = {node.id: node.label for node in model.each()}
    return Judged(identity, package.key, package.name, frozenset(one.property.id for one in found if one.state == PROVED),
                  sum(one.state == NOT_APPLICABLE for one in found), _flaws(found, VIOLATED, names), _flaws(found, UNPROVED, names),
                  bool(found))


def _flaws(found: Sequence[Verdict], state: str, names: Mapping[str, str]) -> tuple[Flaw, ...]:
    return tuple(_flaw(one.property, breach, names) for one in found if one.state == state for breach in one.breaches)


def _flaw(asked: Property, breach: Breach, names: Mapping[str, str]) -> Flaw:
    way = tuple(names[step.rsplit("/", 1)[-1]] for step in breach.path if names.get(step.rsplit("/", 1)[-1]))
    return Flaw(asked.title, asked.law, breach.element.label, breach.what, way)
