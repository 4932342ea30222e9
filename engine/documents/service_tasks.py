"""What a diagram may ask of the documents, by name: `documents.end_publicity`."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Connection

from engine.documents import publicity

NEEDS = {"end_publicity": {"public_copy": "公示稿"}}
"""What it cannot do without, as the diagram passes it."""


def end_publicity(c: Connection, payload: Mapping[str, Any]) -> dict[str, Any]:
    """Take the copy `public_copy` out of sight at the end of its term. Answers {"publicity_state"}: what it is now; one that was withdrawn
    or has ended already stays as it is."""
    return {"publicity_state": publicity.end(c, int(payload["public_copy"])).state}
