"""How lengths of time and shares read in Chinese. Parts of a whole are rounded so that they add up to it to the second."""

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from itertools import accumulate, pairwise
from typing import Any

from flask import Blueprint

from engine import clock
from engine.people import Participant
from engine.reports.step_times import Figure
from engine.supervision import standing, whose_time
from engine.supervision.time_parts import CASE_PARTS, WAITS, WORDS, Length, Part
from engine.supervision.whose_time import Measured
from web.context import database, me

SHAPES: Mapping[str, str] = {
    Part.MINE: "■", Part.HANDS: "■", Part.QUEUE: "□", Part.PARTY: "◇", Part.DATE: "○", Part.PROGRAM: "△", Part.SUSPENDED: "‖",
}
PERSON_WORDS: Mapping[str, str] = {**WORDS, Part.HANDS: "等同事办理", Part.QUEUE: "等岗位领取"}
LEVEL_SHAPES = {"late": "■", "soon": "▲", "fine": "●", "none": "○"}
SECOND = dt.timedelta(seconds=1)
WIDTH, SMALLEST = 1000, 34


def exact(seconds: int) -> str:
    """2天3小时4分5秒."""
    days, rest = divmod(seconds, 86_400)
    hours, rest = divmod(rest, 3600)
    parts = ((days, "天"), (hours, "小时"), (rest // 60, "分"), (rest % 60, "秒"))
    return "".join(f"{number}{word}" for number, word in parts if number) or "0秒"


def worked(seconds: int) -> str:
    """Working time in hours: a day of work has fewer than twenty-four. 30小时4分5秒."""
    parts = ((seconds // 3600, "小时"), (seconds // 60 % 60, "分"), (seconds % 60, "秒"))
    return "".join(f"{number}{word}" for number, word in parts if number) or "0秒"


def about_worked(length: dt.timedelta | None) -> str:
    """Working time to the minute, — for nothing known."""
    if length is None:
        return "—"
    seconds = int(length / SECOND)
    return worked(seconds if seconds < 60 else seconds // 60 * 60)


def rounded(lengths: Sequence[dt.timedelta]) -> list[int]:
    """Whole seconds that add up to the whole seconds of the sum."""
    sums = [length // SECOND for length in accumulate(lengths, initial=dt.timedelta(0))]
    return [after - before for before, after in pairwise(sums)]


def about(length: dt.timedelta | None) -> str:
    """The two largest units: 3天4小时, 2小时15分, 40秒; — for nothing known."""
    if length is None:
        return "—"
    seconds = int(length / SECOND)
    if seconds >= 86_400:
        return exact(seconds // 3600 * 3600)
    return exact(seconds // 60 * 60) if seconds >= 3600 else exact(seconds if seconds < 60 else seconds // 60 * 60)


def share(rate: float | None) -> str:
    """37%, — for none."""
    return "—" if rate is None else f"{rate:.0%}"


def chip(figure: Figure) -> str:
    """What stands on a step of the picture."""
    if not figure.done:
        return f"还没有办结\n在办 {figure.open}" if figure.open else "没有数据"
    late = f"{LEVEL_SHAPES[figure.level]} 超期 {share(figure.rate)}" if figure.rate is not None else f"{LEVEL_SHAPES['none']} 无时限"
    return f"中位 {about(figure.wall_median)}\n{late}"


def rows(parts: Mapping[Any, Length], words: Mapping[str, str] = WORDS) -> list[dict[str, Any]]:
    """Parts as lines of a table: shape, word, wall and working time to the second, share of the whole."""
    wall, work = rounded([one.wall for one in parts.values()]), rounded([one.work for one in parts.values()])
    whole = sum(wall) or 1
    return [{"part": str(part), "shape": SHAPES[part], "word": words[part], "wall": exact(seconds), "work": worked(working),
             "share": f"{seconds / whole:.0%}"} for part, seconds, working in zip(parts, wall, work, strict=True)]


def bar(case: Measured) -> list[dict[str, Any]]:
    """The pieces of a case one after the other, as stretches of a bar a thousand wide."""
    whole, at, found = case.time.whole.wall / SECOND or 1.0, 0.0, []
    for piece in case.time.pieces:
        width = piece.length.wall / SECOND / whole * WIDTH
        shape = SHAPES[piece.part] if width > SMALLEST else ""
        found.append({"part": piece.part.value, "x": round(at, 2), "width": round(width, 2), "shape": shape})
        at += width
    return found


def told(case: Measured) -> list[dict[str, Any]]:
    """The pieces of a case in words, in their order."""
    seconds = rounded([piece.length.wall for piece in case.time.pieces])
    return [{"part": piece.part.value, "shape": SHAPES[piece.part], "word": WORDS[piece.part], "name": piece.name, "start": piece.start,
             "end": piece.end, "who": case.names.get(piece.person or "", piece.person or ""), "role": piece.role, "wall": exact(length),
             "work": worked(piece.length.work // SECOND)}
            for piece, length in zip(case.time.pieces, seconds, strict=True)]


def accounts(case: Measured, viewer: Participant) -> list[dict[str, Any]]:
    """Everybody's account for whoever supervises there, only the own one for others; whoever had most in hand first."""
    seen = whose_time.may_see_others(viewer, case.unit_path)
    found = [one for one in case.time.accounts if seen or one.person == viewer.id]
    return [account(one, case.names.get(one.person, one.person)) for one in sorted(found, key=lambda one: (-one.mine.wall, one.person))]


def account(one: Any, name: str) -> dict[str, Any]:
    """One person's three parts, with what the waiting was."""
    mine, others, suspended = rounded([one.mine.wall, one.others.wall, one.suspended.wall])
    waits = [f"{PERSON_WORDS[part]} {about(length.wall)}" for part, length in one.waits.items() if length.wall >= SECOND]
    return {"person": one.person, "name": name, "mine": exact(mine), "others": exact(others), "suspended": exact(suspended),
            "whole": exact(mine + others + suspended), "work": worked(one.mine.work // SECOND), "waits": "，".join(waits)}


def start_of(month: int) -> dt.datetime:
    """Midnight in Shanghai at the beginning of a month, 202603."""
    return dt.datetime(month // 100, month % 100, 1, tzinfo=clock.SHANGHAI).astimezone(clock.UTC)


def month(number: int) -> str:
    """For an input of type month: 2026-03."""
    return f"{number // 100}-{number % 100:02}"


def total_parts(total: Any, of_person: bool) -> list[dict[str, Any]]:
    """A sum over months as lines of a table."""
    names: Iterable[Part] = (Part.MINE, *WAITS, Part.SUSPENDED) if of_person else CASE_PARTS
    return rows({part: total.of(part.value) for part in names}, PERSON_WORDS if of_person else WORDS)


def case_time(case_id: int) -> Measured:
    """For the page of a case: the time that it took. Raises NotFound."""
    with database().reading() as c:
        return whose_time.of_case(c, case_id, me())


def case_standing(case_id: int) -> standing.Standing | None:
    """For the page of a case: why it stands, if it is open. Raises NotFound."""
    with database().reading() as c:
        return standing.of_case(c, case_id, me())


def install(blueprint: Blueprint) -> None:
    """Make them known to templates."""
    @blueprint.app_context_processor
    def _words() -> dict[str, Any]:
        said = (rows, bar, told, accounts, account, exact, worked, about, about_worked, share, month, total_parts)
        words = {one.__name__: one for one in said} | {"shapes": LEVEL_SHAPES}
        return {"case_time": case_time, "case_standing": case_standing, "time_words": words}
