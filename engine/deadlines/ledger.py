"""The ledger of one clock: everything that ever moved its end, in the order it was entered, with nothing overwritten.

Entries are facts about time ("from the 16th to the 30th a test was run, by this written order"). The end is always computed from all of
them, so the order in which they were entered does not matter. Knows nothing of cases.
"""

import datetime as dt
from dataclasses import dataclass
from enum import StrEnum


class EntryKind(StrEnum):
    """What an entry says."""

    STARTED = "started"  # counting began at `from_at`
    SUSPENDED = "suspended"  # it stands from `from_at`, until an entry RESUMED
    RESUMED = "resumed"  # it goes on at `from_at`
    EXCLUDED = "excluded"  # the time from `from_at` to `to_at` does not count
    EXTENDED = "extended"  # `length` more, in the rule's own unit
    CORRECTED = "corrected"  # entry number `corrects` is replaced by what stands here (its kind is that entry's)
    REVOKED = "revoked"  # entry number `corrects` no longer counts
    STOPPED = "stopped"  # the matter was done at `from_at`
    REOPENED = "reopened"  # the matter came back at `from_at`; the time it was away counts (the rule continues)


@dataclass(frozen=True)
class Entry:
    """One entry. Moments are aware UTC; `recorded_at` is when it was entered, `from_at`/`to_at` what it is about.

    `ground` is the id of a lawful ground of the rule, `document` the number and name of the paper, `approver` and `by` ids of persons.
    `conservative_from`: for a clock that starts at the end of another, that end as the careful reading has it.
    """

    seq: int
    kind: EntryKind
    recorded_at: dt.datetime
    from_at: dt.datetime | None = None
    to_at: dt.datetime | None = None
    length: float | None = None
    ground: str = ""
    document: str = ""
    approver: str = ""
    by: str = ""
    reason: str = ""
    corrects: int | None = None
    conservative_from: dt.datetime | None = None
