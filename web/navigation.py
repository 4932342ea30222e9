"""The menu: what each room of pages offers, narrowed to what the person may open."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from flask import Flask, current_app, g, request

from engine.notifications import inbox
from engine.runtime import clock_guard
from web.context import database

ORDER = ("worklist", "field", "penalty", "cases", "begin", "ledgers", "hearings", "law", "deadlines", "supervision", "orders", "times",
         "map", "reports", "studio", "admin", "account")


@dataclass(frozen=True)
class Place:
    """One line of the menu. `capability` empty: for every signed-in person; `when`: asked for each page, where that is not enough."""

    endpoint: str
    name: str
    icon: str
    capability: str
    when: Callable[[], bool] | None = None

    @property
    def is_open(self) -> bool:
        """True when the page now shown belongs to this line."""
        return request.endpoint == self.endpoint

    @property
    def room(self) -> str:
        """The room of pages it leads to."""
        return self.endpoint.partition(".")[0]


def offer(app: Flask, places: Iterable[tuple[Any, ...]]) -> None:
    """Add the lines of one room: (endpoint, 中文, icon, capability), and when it is shown, if that is to be asked."""
    menu: list[Place] = app.extensions["gridloop"].setdefault("menu", [])
    menu.extend(Place(*place) for place in places)
    menu.sort(key=lambda place: ORDER.index(place.room) if place.room in ORDER else len(ORDER))


def menu() -> tuple[Place, ...]:
    """The lines for whoever is signed in."""
    person = g.get("participant")
    if person is None:
        return ()
    offered: list[Place] = current_app.extensions["gridloop"].get("menu", [])
    may = (place for place in offered if not place.capability or person.may(place.capability))
    return tuple(place for place in may if place.when is None or place.when())


def unread() -> int:
    """How many notices wait for whoever is signed in."""
    with database().reading() as c:
        return inbox.unread(c, g.participant.id)


def clock_doubt() -> str | None:
    """Why timers do not fire at present, for those who can do something about it or answer for deadlines."""
    person = g.get("participant")
    if person is None or not (person.may("administer") or person.may("supervise")):
        return None
    with database().reading() as c:
        return clock_guard.doubt(c)


def install(app: Flask) -> None:
    """Give templates the menu and who reads the page."""
    app.jinja_env.globals.update(menu=menu, clock_doubt=clock_doubt)
    app.jinja_env.globals["unread"] = unread
    app.context_processor(lambda: {"participant": g.get("participant"), "demo": current_app.extensions["gridloop"]["settings"].demo})
