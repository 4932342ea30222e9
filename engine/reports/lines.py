"""The lines of the board: what is open now, copied from the tables of running cases into the order in which lists show it.

`renew` makes the lines of some cases equal to what those cases wait for and keeps the counts in step; doing it twice changes nothing.
"""

import datetime as dt
from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, bindparam, delete, func, insert, select, update

from engine import clock
from engine.cases.tables import finding
from engine.database import UTCDateTime
from engine.reports.counts import CLOCK, IDLE, LEVELS, STEP, Tally
from engine.reports.tables import board_line
from engine.runtime.tables import deadline_clock, process_instance, work_item

OPEN_STATES = ("open", "claimed", "suspended")
RUNNING = ("running", "suspended")
SOON = dt.timedelta(hours=24)
NOBODY = "-"
"""No person, no office, no kind of problem."""

_IDS: Any = bindparam("ids", expanding=True)
ITEMS = select(work_item).where(work_item.c.instance_id.in_(_IDS), work_item.c.state.in_(OPEN_STATES))
CLOCKS = select(deadline_clock).where(
    deadline_clock.c.instance_id.in_(_IDS), deadline_clock.c.status.in_(RUNNING), deadline_clock.c.rule != "")
CASES = (select(process_instance.c.id, process_instance.c.unit_path, process_instance.c.status, process_instance.c.started_at,
                func.coalesce(finding.c.category, process_instance.c.category, NOBODY).label("matter"))
         .outerjoin(finding, finding.c.instance_id == process_instance.c.id).where(process_instance.c.id.in_(_IDS)))
LINES = select(board_line).where(board_line.c.instance_id.in_(_IDS))
DROP = delete(board_line).where(board_line.c.id.in_(_IDS))
ADD = insert(board_line)
COUNTED = ("opened_at", "warn_at", "due_at")
MOMENTS = (select(work_item.c.id, work_item.c.created_at.label("opened_at"), work_item.c.warn_at, work_item.c.due_at, work_item.c.state)
           .where(work_item.c.id.in_(_IDS)))
TURNED = (select(board_line).where(board_line.c.turn_at <= bindparam("now", type_=UTCDateTime))
          .order_by(board_line.c.turn_at).limit(bindparam("n")))
TURN = update(board_line).where(board_line.c.id == bindparam("i")).values(
    rank=bindparam("to"), turn_at=bindparam("at", type_=UTCDateTime), sort_at=bindparam("sort", type_=UTCDateTime))


def standing(state: str, warn_at: dt.datetime | None, due_at: dt.datetime | None, now: dt.datetime) -> tuple[str, dt.datetime | None]:
    """(the level at a moment, when time alone will change it).

    "late": past its due time; "soon": past its warning, or due within a day when no warning is set; "fine"; "none": no limit;
    "stopped": suspended, its clock stands.
    """
    if state == "suspended":
        return "stopped", None
    if due_at is None:
        return "none", None
    if due_at < now:
        return "late", None
    warned = due_at - SOON if warn_at is None else warn_at
    # Late begins after the due moment, a warning at its own.
    return ("soon", due_at + dt.timedelta(milliseconds=1)) if warned <= now else ("fine", min(warned, due_at))


def renew(c: Connection, ids: Collection[int], tally: Tally, now: dt.datetime) -> set[str]:
    """Make the lines of these cases what they are at `now`. Answers the days, up to now, whose figures may have changed by that."""
    asked = {"ids": sorted(ids)}
    wanted = {line["id"]: line for line in _wanted(c, asked, tally, now)}
    known = {row.id: dict(row._mapping) for row in c.execute(LINES, asked)}
    gone = [line for key, line in known.items() if wanted.get(key) != line]
    new = [line for key, line in wanted.items() if known.get(key) != line]
    if gone:
        c.execute(DROP, {"ids": [line["id"] for line in gone]})
    if new:
        c.execute(ADD, new)
    for lines, sign in ((gone, -1), (new, 1)):
        for line in lines:
            tally.add(line, sign)
    return _days(c, [line for line in gone if line["rank"] < CLOCK], {line["id"]: line for line in new if line["rank"] < CLOCK}, now)


def turn(c: Connection, tally: Tally, now: dt.datetime, most: int) -> int:
    """Move at most so many lines on whose level time alone has changed; answers how many it moved."""
    rows = c.execute(TURNED, {"now": now, "n": most}).all()
    moved = []
    for row in rows:
        old = dict(row._mapping)
        new = old | _placed(old, row.rank // CLOCK * CLOCK, now)
        tally.add(old, -1)
        tally.add(new, 1)
        moved.append({"i": row.id, "to": new["rank"], "at": new["turn_at"], "sort": new["sort_at"]})
    if moved:
        c.execute(TURN, moved)
    return len(moved)


def _wanted(c: Connection, asked: dict[str, Any], tally: Tally, now: dt.datetime) -> Iterator[dict[str, Any]]:
    cases = {row.id: row for row in c.execute(CASES, asked)}
    held = set()
    for row in c.execute(ITEMS, asked):
        held.add(row.instance_id)
        yield _line(tally, _of_step(row, cases[row.instance_id].matter), now)
    for row in c.execute(CLOCKS, asked):
        yield _line(tally, _of_clock(row, cases[row.instance_id].matter), now)
    for row in cases.values():
        if row.status == "running" and row.id not in held:
            yield _line(tally, _of_case(row), now)


def _of_step(row: Any, matter: str) -> dict[str, Any]:
    unit_id = (row.candidate_key or "").partition("@")[2]
    return {"id": row.id, "instance_id": row.instance_id, "rank": STEP, "unit_path": row.unit_path, "link": row.link or "",
            "holder": row.assignee or row.candidate_key or NOBODY, "office": unit_id or NOBODY, "matter": matter, "rule": "",
            "state": row.state, "opened_at": row.created_at, "warn_at": row.warn_at, "due_at": row.due_at}


def _of_clock(row: Any, matter: str) -> dict[str, Any]:
    return {"id": f"clock:{row.id}", "instance_id": row.instance_id, "rank": CLOCK, "unit_path": row.unit_path, "link": row.link or "",
            "holder": "", "office": "", "matter": matter, "rule": row.rule, "state": row.status,
            "opened_at": row.started_at, "warn_at": row.warn_at, "due_at": row.due_at}


def _of_case(row: Any) -> dict[str, Any]:
    return {"id": f"case:{row.id}", "instance_id": row.id, "rank": IDLE, "unit_path": row.unit_path, "link": "", "holder": "",
            "office": "", "matter": row.matter, "rule": "", "state": row.status, "opened_at": row.started_at, "warn_at": None,
            "due_at": None}


def _line(tally: Tally, line: dict[str, Any], now: dt.datetime) -> dict[str, Any]:
    return line | tally.places.columns(line["unit_path"]) | _placed(line, line["rank"], now)


def _placed(line: dict[str, Any], kind: int, now: dt.datetime) -> dict[str, Any]:
    level, turns = standing(line["state"], line["warn_at"], line["due_at"], now)
    return {"rank": kind + LEVELS.index(level), "sort_at": line["due_at"] or line["opened_at"], "turn_at": turns}


def _days(c: Connection, gone: Sequence[dict[str, Any]], new: Mapping[str, dict[str, Any]], now: dt.datetime) -> set[str]:
    """The days on which something counts that did not, or no longer does. That a step was ended after its time changes no day but
    the day of its end; a moment that was moved changes the day where it was and the day where it is."""
    ended = {row.id: row._asdict() for row in c.execute(MOMENTS, {"ids": [line["id"] for line in gone if line["id"] not in new]})}
    known = {line["id"] for line in gone}
    moments: set[dt.datetime | None] = {line[name] for key, line in new.items() if key not in known for name in COUNTED}
    for old in gone:
        after = new.get(old["id"]) or ended.get(old["id"])
        stood = after is None or "suspended" in {old["state"], after["state"]} and old["state"] != after["state"]
        for name in COUNTED:
            if after is None or stood or old[name] != after[name]:
                moments |= {old[name], after[name] if after else None}
    return {str(clock.local(moment).date()) for moment in moments if moment is not None and moment <= now}
