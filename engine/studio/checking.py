"""What the rules say about a package. Proving takes seconds on a large diagram, so what was judged is remembered by its content."""

import hashlib
from collections import OrderedDict
from threading import Lock

from sqlalchemy import Connection, func, select

from engine import definitions
from engine.database import canonical
from engine.definitions import Finding, Package
from engine.definitions.tables import process_definition
from engine.runtime import service_registry
from engine.studio import sources

KEPT = 200  # judgements per process; a few kB each
NEWEST = select(func.max(process_definition.c.id))


class _Judged:
    """The judgements asked for last."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._kept: OrderedDict[str, tuple[Finding, ...]] = OrderedDict()

    def get(self, key: str) -> tuple[Finding, ...] | None:
        with self._lock:
            if key in self._kept:
                self._kept.move_to_end(key)
            return self._kept.get(key)

    def put(self, key: str, findings: tuple[Finding, ...]) -> None:
        with self._lock:
            self._kept[key] = findings
            while len(self._kept) > KEPT:
                self._kept.popitem(last=False)


_judged = _Judged()


def judged(c: Connection, key: str, package: Package) -> list[Finding]:
    """The findings, called processes and running cases known. The same content beside the same versions is judged once.

    Raises UnsafeInput.
    """
    standing = sources.standing(c, key)
    name = _name(package, standing, c.execute(NEWEST).scalar())
    found = _judged.get(name)
    if found is None:
        found = tuple(definitions.judge(c, package, service_registry.declared(), standing))
        _judged.put(name, found)
    return list(found)


def _name(package: Package, standing: dict[str, int], newest: int | None) -> str:
    """Whatever the answer depends on: the package, the versions that there are, and where cases stand."""
    decisions = {name: hashlib.sha256(text).hexdigest() for name, text in package.decisions.items()}
    told = [package.key, package.name, hashlib.sha256(package.diagram).hexdigest(), decisions, dict(package.forms),
            dict(package.parameters), standing, newest]
    return hashlib.sha256(canonical(told).encode()).hexdigest()
