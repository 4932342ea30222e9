"""The numbers of a load simulation: how many cases come, who is there, how long work and waits take, which ways are taken."""

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from engine.rehearsal.load_network import NOBODY, SOME, Place, Way


@dataclass(frozen=True)
class Spell:
    """How long something takes: `mean` hours. With `drawn` (times that were really taken) their spread is kept and only stretched to the
    mean; without, times are spread exponentially, the common assumption when nothing is known."""

    mean: float
    drawn: Sequence[float] = ()

    def draw(self, dice: random.Random) -> float:
        """One length in hours."""
        if self.mean <= 0:
            return 0.0
        if not self.drawn:
            return dice.expovariate(1 / self.mean)
        own = sum(self.drawn) / len(self.drawn)
        return dice.choice(self.drawn) * self.mean / own if own > 0 else self.mean


@dataclass(frozen=True)
class Staff:
    """A post that is held at `places` places, by `people` people at each. A case belongs to one place and is done by its people."""

    people: int
    places: int = 1


@dataclass(frozen=True)
class Numbers:
    """Everything a run needs beside the diagram. `arrivals` per working day; `work` and `waits` by element; `shares`: how often a way is
    taken, by (element, way), relative to the other ways; `copies`: how many people a step with several instances goes to."""

    arrivals: float
    staff: Mapping[str, Staff]
    work: Mapping[str, Spell]
    waits: Mapping[str, Spell] = field(default_factory=dict)
    shares: Mapping[tuple[str, str], float] = field(default_factory=dict)
    copies: Mapping[str, int] = field(default_factory=dict)
    posts: Mapping[str, str] = field(default_factory=dict)
    limits: Mapping[str, tuple[float, str]] = field(default_factory=dict)
    days: int = 60
    seed: int = 1

    def post(self, place: Place) -> str:
        """Who does a step: as the diagram says, else as history says."""
        return self.posts.get(place.id, NOBODY) if place.post == NOBODY else place.post

    def share(self, place: Place, way: Way) -> float:
        """How often a way is taken. Where nothing is known: the ways of a gateway equally, a branch that may be left out half of the
        time, a boundary event never."""
        known = self.shares.get((place.id, way.id))
        if known is not None:
            return known
        return 0.5 if place.kind == SOME else float(not way.aside)
