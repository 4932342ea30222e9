"""Who is told about a supervised matter: the addressee, and those who act for its line over its unit."""

from typing import Any

from sqlalchemy import Connection, Row

from engine import ids
from engine.notifications import Kind, Message, post
from engine.people import directory
from engine.supervision import addressees
from engine.supervision.addressees import Addressee
from engine.supervision.lines import LINES


def addressee(c: Connection, matter: Row[Any], to: Addressee, text: str) -> int:
    """Tell whoever a paper is addressed to; answers how many."""
    return post(c, _message(matter, text), addressees.people(c, to))


def inspectors(c: Connection, matter: Row[Any], text: str) -> int:
    """Tell everybody who acts for the line; answers how many."""
    line = LINES[matter.line]
    unit = directory.ancestor(c, matter.unit_path, line.level)
    people = directory.holders(c, line.role, unit.id) if unit is not None else ()
    return post(c, _message(matter, text), [person.id for person in people])


def _message(matter: Row[Any], text: str) -> Message:
    about = {"case_number": matter.case_number, "title": matter.title, "step": matter.step}
    return Message(Kind.ORDER, ids.new_key(), text, matter.instance_id, about=about)
