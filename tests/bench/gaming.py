"""People who work for the figures, and people who only look like it, in a town that is played forward by the real commands.

How they behave is drawn from ranges that do not know the thresholds, so that some of it stays below them, as in life.
"""

import datetime as dt
import io
import random
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from PIL import Image, ImageChops, ImageEnhance

from engine import clock
from engine.errors import EngineError
from engine.rehearsal.album import draw
from engine.runtime import commands, overview
from tests.sample_town import FINDER, NEIGHBOUR
from tests.sign_town import SignTown, saved_again

DIRECT = "0302"
CENTRE = (118.90886, 29.17759)
SPREAD = 0.004


@dataclass(frozen=True)
class Planted:
    """One thing that somebody did for the figures: what kind of sign should tell of it, and in which cases."""

    kind: str
    cases: frozenset[int]


class Play:
    """The town, with dice for how people behave."""

    def __init__(self, town: SignTown, seed: int) -> None:
        self.town, self.dice = town, random.Random(seed * 7919)

    def place(self, metres: float = 0, near: dict[str, Any] | None = None) -> dict[str, Any]:
        """A place of its own, or one so far from another."""
        if near is not None:
            return {**near, "lat": near["lat"] + metres / 111_320}
        lon, lat = (middle + self.dice.uniform(-SPREAD, SPREAD) for middle in CENTRE)
        return {"lon": round(lon, 6), "lat": round(lat, 6), "source_crs": "WGS84", "address": "东街"}

    def at(self, element: str, minutes: float = 10, **more: Any) -> tuple[int, Any]:
        """A new case whose step is open."""
        case = self.town.finds(category=DIRECT, **{"location": self.place(), **more})
        return case, self.town.play(case, element, minutes)

    def until_left(self, item: Any, low: float, high: float) -> None:
        """Until a share of the step's limit is left."""
        rest = (item.due_at - item.created_at) * self.dice.uniform(low, high)
        self.town.until(max(self.town.clock(), item.due_at - rest))

    def finishes(self, item: Any, **values: Any) -> None:
        self.town.does_item(item.id, item.assignee or self.town.holders(item)[0], **values)


# ---------------------------------------------------------------------------------------------- for the figures


def hands_on(play: Play) -> Iterator[Planted]:
    """到期前转来转去."""
    case, item = play.at("sign")
    people = play.town.holders(item)
    play.town.acts(commands.claim, people[0], item.id)
    play.until_left(item, 0.03, 0.27)
    for turn in range(play.dice.randint(2, 3)):
        play.town.acts(commands.transfer, people[turn % 2], item.id, people[(turn + 1) % 2])
        play.town.waits(minutes=play.dice.uniform(0.5, 2))
    yield Planted("late-transfers", frozenset({case}))


def sends_back(play: Play) -> Iterator[Planted]:
    """到期前一再退回."""
    case, item = play.at("onsite")
    for _ in range(2):
        play.until_left(item, 0.03, 0.27)
        play.town.acts(commands.send_back, item.assignee or play.town.holders(item)[0], item.id, "sign", reason="材料不全")
        item = play.town.play(case, "onsite", 5)
    yield Planted("late-send-backs", frozenset({case}))


def halts_and_finishes(play: Play) -> Iterator[Planted]:
    """挂起后当天办结."""
    case, item = play.at(play.dice.choice(["sign", "onsite", "close"]))
    play.until_left(item, 0.02, 0.3)
    play.town.halts(case)
    play.town.waits(minutes=play.dice.uniform(10, 180))
    play.town.goes_on(case)
    play.town.waits(minutes=play.dice.uniform(1, 10))
    play.finishes(play.town.item(case, item.element_id))
    yield Planted("same-day-suspensions", frozenset({case}))


def decides_at_once(play: Play) -> Iterator[Planted]:
    """几秒一件地审核."""
    yield Planted("quick-approvals", frozenset(_decides(play, "close", play.dice.randint(5, 8), (1, 16))))


def fills_in_backwards(play: Play) -> Iterator[Planted]:
    """倒填日期、事后更正."""
    case, item = play.at("onsite")
    play.town.waits(minutes=30)
    past = play.town.clock() - dt.timedelta(days=play.dice.uniform(4, 25))
    play.finishes(item, onsite_at=clock.local(past).isoformat(timespec="minutes"))
    yield Planted("backdated", frozenset({case}))
    entered = play.town.finds(location=play.place())
    play.town.enters(entered, "excluded", "zf1", from_at=play.town.clock() - dt.timedelta(days=play.dice.uniform(2, 20)))
    yield Planted("backdated", frozenset({entered}))
    mended = play.town.finds(location=play.place())
    _, first = play.town.enters(mended, "suspended", "zf1", from_at=play.town.clock())
    play.town.waits(days=play.dice.uniform(2, 15))
    play.town.enters(mended, "corrected", "zf1", corrects=first)
    yield Planted("backdated", frozenset({mended}))


def files_again(play: Play) -> Iterator[Planted]:
    """超期办结后换一个编号."""
    place = play.place()
    old = play.town.finds(location=place)
    play.town.close(old, last_late=True)
    play.town.waits(hours=play.dice.uniform(0.3, 90))
    new = play.town.finds(NEIGHBOUR, location=play.place(play.dice.uniform(0, 55), place))
    yield Planted("reopened", frozenset({old, new}))


def uses_a_photo_again(play: Play) -> Iterator[Planted]:
    """同一张照片用两次: the file itself, and as a messenger hands it on."""
    for again in (lambda picture: picture, lambda picture: saved_again(picture, play.dice.randint(35, 85), play.dice.uniform(0.35, 0.95))):
        picture = draw(play.dice.getrandbits(32))
        first = play.town.finds(location=play.place(), photos=[play.town.uploads(picture)])
        play.town.waits(hours=play.dice.uniform(1, 200))
        second = play.town.finds(NEIGHBOUR, location=play.place(), photos=[play.town.uploads(again(picture), NEIGHBOUR)])
        yield Planted("reused-photos", frozenset({first, second}))


GAMING: Sequence[Callable[[Play], Iterator[Planted]]] = (
    hands_on, sends_back, halts_and_finishes, decides_at_once, fills_in_backwards, files_again, uses_a_photo_again)


# ---------------------------------------------------------------------------------------------- only looks like it


def shift_ends(play: Play) -> None:
    """A shift hands over long before anything is due, with its reason; and one step goes to somebody else near its end."""
    items = [play.at("sign", 1)[1] for _ in range(8)]
    people = play.town.holders(items[0])
    for item in items:
        play.town.acts(commands.claim, people[0], item.id)
    play.town.acts(commands.transfer_many, people[0], [item.id for item in items], people[1], reason="轮班交接")
    play.until_left(items[-1], 0.05, 0.2)
    play.town.acts(commands.transfer, people[1], items[-1].id, people[0], reason="突发疾病")


def one_return(play: Play) -> None:
    """Sent back once near its end, because something was missing."""
    _, item = play.at("onsite")
    play.until_left(item, 0.05, 0.2)
    play.town.acts(commands.send_back, item.assignee or play.town.holders(item)[0], item.id, "sign", reason="缺少当事人身份信息")


def lawful_halts(play: Play) -> None:
    """One stands for days for a test; one is halted by mistake long before it is due and done the same day."""
    for low, high, stands in ((0.02, 0.3, play.dice.uniform(26, 140)), (0.6, 0.9, 0.1)):
        case, item = play.at("close")
        play.until_left(item, low, high)
        play.town.halts(case)
        play.town.waits(hours=stands)
        play.town.goes_on(case)
        play.finishes(play.town.item(case, "close"))


def quick_but_read(play: Play) -> None:
    """Results noted one after the other; four decisions in a row; six with some time for each."""
    _decides(play, "feedback_village", 6, (2, 8))
    play.town.waits(minutes=10)
    _decides(play, "close", 4, (5, 15))
    play.town.waits(minutes=10)
    _decides(play, "close", 6, (18, 70))


def entered_in_time(play: Play) -> None:
    """Entered on the day or the next, a slip of the pen mended, a visit of yesterday typed in today."""
    case = play.town.finds(location=play.place())
    _, first = play.town.enters(case, "excluded", "zf1", from_at=play.town.clock() - dt.timedelta(hours=play.dice.uniform(1, 40)))
    play.town.waits(hours=play.dice.uniform(1, 30))
    play.town.enters(case, "corrected", "zf1", corrects=first)
    _, item = play.at("onsite")
    past = play.town.clock() - dt.timedelta(days=play.dice.uniform(0.5, 3))
    play.finishes(item, onsite_at=clock.local(past).isoformat(timespec="minutes"))


def comes_back(play: Play) -> None:
    """A relapse in the same case; the next stall at the place of a case closed in time; a late one, long ago."""
    case = play.town.finds(location=play.place())
    item = play.town.play(case, "look_back")
    play.town.does_item(item.id, FINDER, look_back_outcome="relapse", look_back_note="摊位又摆出来了")
    for late, hours in ((False, play.dice.uniform(5, 60)), (True, play.dice.uniform(100, 400))):
        place = play.place()
        play.town.close(play.town.finds(location=place), last_late=late)
        play.town.waits(hours=hours)
        play.town.finds(NEIGHBOUR, location=place)


def photographs_twice(play: Play) -> None:
    """A form sent twice; a place before and after from nearly the same standpoint, in another light."""
    scene = play.dice.getrandbits(32)
    before = draw(scene)
    case = play.town.finds(location=play.place(), photos=[play.town.uploads(before), play.town.uploads(before)])
    play.town.waits(hours=play.dice.uniform(5, 30))
    item = play.town.steps_of(case)[0]
    who = item.assignee or play.town.holders(item)[0]
    after = _same_standpoint(before, play.dice)
    play.town.does_item(item.id, who, **{_photo_field(item.element_id): [play.town.uploads(after, who)]})


INNOCENT: Sequence[Callable[[Play], None]] = (
    shift_ends, one_return, lawful_halts, quick_but_read, entered_in_time, comes_back, photographs_twice)


def _decides(play: Play, element: str, count: int, gap: tuple[float, float]) -> list[int]:
    found = [play.at(element, 1) for _ in range(count)]
    by = play.town.holders(found[0][1])[0]
    for _, item in found:
        play.town.does_item(item.id, by)
        play.town.waits(seconds=play.dice.uniform(*gap))
    return [case for case, _ in found]


def _photo_field(element: str) -> str:
    return {"village_correction": "photos_after", "grid_check": "photos_check"}.get(element, "photos")


def _same_standpoint(content: bytes, dice: random.Random) -> bytes:
    """The same street a few steps to the side, a little nearer, in another light."""
    with Image.open(io.BytesIO(content)) as picture:
        wide, high = picture.size
        cut = [dice.uniform(0.02, 0.08) for _ in range(4)]
        frame = (int(wide * cut[0]), int(high * cut[1]), int(wide * (1 - cut[2])), int(high * (1 - cut[3])))
        nearer = picture.crop(frame).resize((wide, high))
    lit = ImageEnhance.Brightness(ImageChops.offset(nearer, dice.randint(-20, 20), 0)).enhance(dice.uniform(0.8, 1.25))
    buffer = io.BytesIO()
    lit.save(buffer, "JPEG", quality=82)
    return buffer.getvalue()


def honest_transfers(town: SignTown, dice: random.Random) -> Callable[[int], None]:
    """What a driven town does beside its work: now and then a step goes to a colleague, at whatever time it happens to be."""
    def progress(step: int) -> None:
        if dice.random() > 0.08:
            return
        with town.database.reading() as c:
            held = [item for item in overview.opened_since(c, dt.datetime.fromtimestamp(0, dt.UTC)) if item.assignee]
            item = dice.choice(held) if held else None
            who = town.actors.person(item.assignee) if item else None
            others = commands.receivers(c, item.id, by=who) if item and who else ()
        if item and who and others:
            try:
                town.run(lambda c: commands.transfer(c, item.id, dice.choice(others).id, by=who, reason="工作调整"))
            except EngineError as refusal:
                town.tried.refuse(refusal)
    return progress
