"""Doing a step of a case together with the photos that belong to it: one command, so that no photo stays behind unattached."""

from collections.abc import Iterator, Mapping
from typing import Any

from sqlalchemy import Connection

from engine.cases import attachments, findings
from engine.people import Participant
from engine.runtime import commands, lookup

DUPLICATE = "duplicate_of"
"""The field in which a dispatcher names the main finding; checked while it can still be mended."""


def complete(
    c: Connection, item_id: str, values: Mapping[str, Any], *, by: Participant, revision: int | None = None
) -> dict[str, Any]:
    """As `engine.runtime.commands.complete`, and attaches to the case what was uploaded for this form.

    Raises what that raises, and InvalidValues for a photo that is missing or somebody else's, or a main finding that there is not.
    """
    answer = commands.complete(c, item_id, values, by=by, revision=revision)
    attachments.bind(c, _photos(values), answer["instance"], by.id)
    if values.get(DUPLICATE):
        number, main = lookup.variable(c, answer["instance"], DUPLICATE)
        if main is not None:
            findings.main_of(c, number, str(main))
    return answer


def _photos(values: Mapping[str, Any]) -> Iterator[str]:
    """Ids of uploads anywhere in the values: lists of ids, and signatures."""
    for value in values.values():
        for entry in value if isinstance(value, list) else ():
            if isinstance(entry, Mapping):
                yield from _photos(entry)
            elif isinstance(entry, str) and len(entry) == 32 and entry.isalnum():
                yield entry
        if isinstance(value, Mapping) and isinstance(value.get("image"), str):
            yield value["image"]
