"""Which unit of each level contains a place. A unit never moves to another parent, so what was read once stays true."""

import threading
from collections import OrderedDict
from collections.abc import Mapping
from weakref import WeakKeyDictionary

from sqlalchemy import Connection, Engine

from engine.people import directory

LARGEST = 5000

_known: WeakKeyDictionary[Engine, OrderedDict[str, Mapping[str, str]]] = WeakKeyDictionary()
_lock = threading.Lock()


def of(c: Connection, unit_path: str) -> Mapping[str, str]:
    """Unit ids by level for a path such as "/x/qs/qs-e/". Raises NotFound when a unit of the path does not exist."""
    with _lock:
        paths = _known.setdefault(c.engine, OrderedDict())
        found = paths.get(unit_path)
    if found is not None:
        return found
    units = [directory.unit_of(c, part) for part in unit_path.split("/") if part]
    found = {unit.level: unit.id for unit in units}
    with _lock:
        paths[unit_path] = found
        if len(paths) > LARGEST:
            paths.popitem(last=False)
    return found
