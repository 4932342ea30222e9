"""What the running application was put together with, for views and templates."""

from typing import cast

from flask import current_app, g, request

from engine.database import Database
from engine.people import Participant
from web.settings import Settings


def database() -> Database:
    """The open database of this application."""
    return cast(Database, current_app.extensions["gridloop"]["database"])


def settings() -> Settings:
    """The settings of this application."""
    return cast(Settings, current_app.extensions["gridloop"]["settings"])


def me() -> Participant:
    """The person who is signed in. Only for routes whose policy asks for a signed-in person."""
    return cast(Participant, g.participant)


def is_part() -> bool:
    """True when htmx asks for a piece of the page. The Back button asks with a second header and wants the whole page."""
    return "HX-Request" in request.headers and "HX-History-Restore-Request" not in request.headers
