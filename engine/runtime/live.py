"""Cases kept in memory between two turns, so that the next one need not decode them. A cache, never the truth.

An entry counts only if the stored state and variables are, text for text, those it was kept with; so neither a rolled back
transaction nor another process can make it lie. Whoever takes an entry owns it; it comes back only after a turn that ended well.
"""

import threading
from collections import OrderedDict
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from engine.runtime.host import CaseHost
    from engine.runtime.rows import Known
    from engine.spiff import Tokens

LARGEST = 500


@dataclass(frozen=True)
class Entry:
    """Tokens at rest, with the texts they were stored as, and the rows that were alive at the end `head` of the case's record.

    Whatever closes a row adds to the record, so `known` is the truth while the stored head is the same.
    """

    state: str
    variables: str
    tokens: "Tokens"
    host: "CaseHost"
    known: "Known"
    head: bytes


_entries: OrderedDict[int, Entry] = OrderedDict()
_lock = threading.Lock()


def take(instance_id: int, state: str, variables: str) -> Entry | None:
    """The kept tokens of a case, removed from the cache; None when there are none or they differ from what is stored."""
    with _lock:
        entry = _entries.pop(instance_id, None)
    if entry is None or entry.state != state or entry.variables != variables:
        return None
    return entry


def keep(instance_id: int, entry: Entry) -> None:
    """Remember tokens at rest; the one not used for longest gives way."""
    with _lock:
        _entries[instance_id] = entry
        _entries.move_to_end(instance_id)
        if len(_entries) > LARGEST:
            _entries.popitem(last=False)


def follow(instance_id: int, before: bytes, head: bytes) -> None:
    """The record went on from `before` to `head` without a row being opened or closed."""
    with _lock:
        entry = _entries.get(instance_id)
        if entry is not None and entry.head == before:
            _entries[instance_id] = replace(entry, head=head)


def forget() -> None:
    """Drop everything, as a restart would."""
    with _lock:
        _entries.clear()
