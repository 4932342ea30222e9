"""What people may begin by hand that has no page of its own: a matter that a designer published, a joint operation.

Findings are reported, penalty cases and their measures are begun from their own pages; everything else whose process names `startRoles`
is offered to whoever holds one of these posts, at the places they answer for.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection

from engine import definitions
from engine.cases import findings, measures, penalty
from engine.definitions import Deployed
from engine.errors import NotFound
from engine.people import Participant, directory
from engine.people.directory import Unit
from engine.runtime import commands

ELSEWHERE = frozenset({findings.PROCESS, penalty.PROCESS, penalty.SUMMARY, *measures.KEYS})
MOST_PLACES = 400
"""More than anybody reads through: then only the units right below are offered."""


@dataclass(frozen=True)
class Offer:
    """A process that a person may begin, and where: the units of their posts first."""

    deployed: Deployed
    places: tuple[Unit, ...]


def offered(c: Connection, by: Participant) -> tuple[Offer, ...]:
    """Everything this person may begin here, by name."""
    found = (_offer(c, definitions.latest(c, key), by) for key in keys(c, by))
    return tuple(sorted(found, key=lambda one: (one.deployed.name, one.deployed.key)))


def keys(c: Connection, by: Participant) -> tuple[str, ...]:
    """The processes this person may begin here; cheap enough for the menu of every page."""
    roles = {post.role for post in by.posts}
    return tuple(key for key, starters in definitions.starters(c).items() if key not in ELSEWHERE and roles & set(starters))


def offer(c: Connection, key: str, by: Participant) -> Offer:
    """One of them. Raises NotFound."""
    if key not in keys(c, by):
        raise NotFound("没有可以由您的岗位发起的这类事项。可能还没有发布，或者请有关岗位的人员发起。", process=key, person=by.id)
    return _offer(c, definitions.latest(c, key), by)


def begin(c: Connection, key: str, values: Mapping[str, Any], *, by: Participant, unit: str) -> dict[str, Any]:
    """Begin it at a unit. Answers {"instance", "number", "title", …}. Raises NotFound, NotAllowed, InvalidValues."""
    offer(c, key, by)
    return commands.start(c, key, values, by=by, unit=unit)


def _offer(c: Connection, deployed: Deployed, by: Participant) -> Offer:
    own = {post.unit_path: post.unit_id for post in by.posts if post.role in deployed.start_roles}
    first = [directory.unit_of(c, unit) for unit in own.values()]
    below = [one for path in own for one in directory.units(c, path) if one.id not in own.values()]
    if len(below) > MOST_PLACES:
        below = [one for one in below if one.parent_id in own.values()]
    unique = {one.id: one for one in (*first, *below)}
    return Offer(deployed, tuple(unique.values()))
