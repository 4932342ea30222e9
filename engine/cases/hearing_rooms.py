"""The rooms in which a town holds hearings, and who may arrange them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Row, bindparam, insert, select, update

from engine.cases.hearing_tables import hearing_room
from engine.errors import InvalidValues, NotAllowed, NotFound
from engine.people import Participant, directory

CAPABILITY = "arrange_hearings"
MOST_SEATS = 2000

ROOMS = select(hearing_room).where(hearing_room.c.unit_id == bindparam("unit")).order_by(hearing_room.c.name, hearing_room.c.id)
HOLD = ROOMS.with_for_update()


@dataclass(frozen=True)
class Room:
    """A place where the town holds hearings."""

    id: int
    unit_id: str
    name: str
    address: str
    seats: int
    active: bool


def rooms(c: Connection, unit_id: str, *, every: bool = False) -> tuple[Room, ...]:
    """The rooms of a town in the order of their names; `every`: those no longer used as well."""
    return tuple(room for room in map(_room, c.execute(ROOMS, {"unit": unit_id})) if every or room.active)


def save_room(c: Connection, values: Mapping[str, Any], *, by: Participant, room_id: int | None = None) -> dict[str, int]:
    """Add a room to a town (`unit_id`), or change one: name, address, seats, active. Raises NotAllowed, NotFound, InvalidValues."""
    unit_id = str(values.get("unit_id") or "") if room_id is None else _room_of(c, room_id).unit_id
    must_arrange(c, unit_id, by)
    known = [room for room in map(_room, c.execute(HOLD, {"unit": unit_id})) if room.id != room_id]
    row = _room_row(values, known)
    if room_id is None:
        answer = c.execute(insert(hearing_room).returning(hearing_room.c.id), {**row, "unit_id": unit_id})
        return {"room": int(answer.scalar_one())}
    c.execute(update(hearing_room).where(hearing_room.c.id == room_id).values(row))
    return {"room": room_id}


def hold(c: Connection, unit_id: str) -> None:
    """Nobody else books in this town until the transaction ends."""
    list(c.execute(HOLD, {"unit": unit_id}))


def wanted(c: Connection, room: Any, errors: dict[str, str]) -> Room | None:
    """The room of that id if it is in use; else what to do about it is added to the errors."""
    text = str(room or "")
    number = int(text) if text.isascii() and text.isdigit() and len(text) < 10 else 0
    row = c.execute(select(hearing_room).where(hearing_room.c.id == number)).first()
    if row is None or not row.active:
        errors["room"] = "请选择听证室。"
        return None
    return _room(row)


def may_arrange(c: Connection, unit_id: str, by: Participant) -> bool:
    """True when one of the person's posts arranges the hearings of that town."""
    known = directory.unit_of(c, unit_id)
    return by.may(CAPABILITY, known.path)


def must_arrange(c: Connection, unit_id: str, by: Participant) -> None:
    """Raises NotAllowed, NotFound (no such town)."""
    if not may_arrange(c, unit_id, by):
        raise NotAllowed("听证室和听证时间由本镇街的法制员、办案人员、队长或领导安排。", unit=unit_id, person=by.id)


def _room_of(c: Connection, room_id: int) -> Room:
    row = c.execute(select(hearing_room).where(hearing_room.c.id == room_id)).first()
    if row is None:
        raise NotFound("没有这个听证室。", room=room_id)
    return _room(row)


def _room(row: Row[Any]) -> Room:
    return Room(row.id, row.unit_id, row.name, row.address, row.seats, row.active)


def _room_row(values: Mapping[str, Any], known: Sequence[Room]) -> dict[str, Any]:
    name, address = str(values.get("name") or "").strip(), str(values.get("address") or "").strip()
    seats, errors = str(values.get("seats") or "").strip(), {}
    if not name or len(name) > 80:
        errors["name"] = "请填写听证室名称，最多 80 字。"
    elif any(room.name == name for room in known):
        errors["name"] = f"已有名为“{name}”的听证室，请换个名称。"
    if not (seats.isascii() and seats.isdigit() and len(seats) < 5 and 0 < int(seats) <= MOST_SEATS):
        errors["seats"] = f"座位数应为 1 至 {MOST_SEATS} 的整数。"
    if len(address) > 200:
        errors["address"] = "地址最多 200 字。"
    if errors:
        raise InvalidValues(errors)
    return {"name": name, "address": address, "seats": int(seats), "active": bool(values.get("active", True))}
