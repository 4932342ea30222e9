"""The words that examples of the supervision ladder have besides: a supervised case, its step, and what inspectors do on their page."""

import datetime as dt
from collections.abc import Callable, Mapping
from typing import Any

from engine.supervision import dossier, orders
from engine.supervision.leads import TALK
from tests.scenarios.language import BEGIN, HOLDERS, Player
from tests.town import INSPECTOR, OFFICER, Town
from tests.watched_town import WatchedTown

ACTS: Mapping[str, Callable[..., Any]] = {
    "extend": lambda c, i, note, by: orders.extend(c, i, 5, note, by=by),
    "escalate": lambda c, i, note, by: orders.escalate(c, i, note, by=by),
    "close": lambda c, i, note, by: orders.close(c, i, note, by=by),
    "remind": lambda c, i, note, by: orders.remind(c, i, note, by=by),
    "settle": lambda c, i, note, by: orders.settle_lead(c, i, TALK, note, by=by),
}


class Overseer(Player):
    """Plays an example of the ladder; `case` is the ladder's own as soon as it has begun."""

    def __init__(self, town: Town, process: str) -> None:
        self.town: WatchedTown = WatchedTown(town.database, town.clock)
        self.remembered = dict[str, str]()
        self.watched = 0

    def _begin(self, what: bool) -> None:
        assert what and self.town.clock() == BEGIN
        self.watched = self.town.report()
        self.town.waits(minutes=10)
        self.town.claims(OFFICER, "现场核查")
        self.town.clock.moment = BEGIN + dt.timedelta(minutes=10)

    def _until(self, what: Any) -> None:
        super()._until(what)
        self._look()

    def _look(self) -> None:
        if self.town.ladders():
            self.town.at_ladder()

    def _do_watched(self, what: Mapping[str, str]) -> None:
        self.town.case = self.watched
        self.town.does(HOLDERS[what["岗位"]], what["事项"])
        self._look()

    def _state(self, what: Mapping[str, Any]) -> None:
        one = self.town.at_ladder()
        with self.town.database.reading() as c:
            order = dossier.newest(c, one.id)
        assert (one.rung, one.state) == (what["级别"], what["状态"]), self.town.story()
        assert (order.state if order else None) == what.get("文书", order.state if order else None)

    def _act(self, what: Mapping[str, str]) -> None:
        act = ACTS[what["做"]]
        self.town.acts(lambda c, by: act(c, self.town.at_ladder().id, what["说明"], by), INSPECTOR)

    verbs = {**Player.verbs, "发起": _begin, "到": _until, "办被监督": _do_watched, "督办状态": _state, "监督员": _act}
