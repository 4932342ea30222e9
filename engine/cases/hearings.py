"""The calendar of hearings: who hears which case in which room at what time.

A room, a host and a clerk are in one place at a time, also when two people book at the same moment: whoever books holds all rooms of the
town. The day is lawful (行政处罚法第64条第2项: notice seven days before, DL-C3); the host is no investigator of the case (第64条第4项).
"""

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Row, Select, insert, select, update

from engine import clock
from engine.cases import hearing_rooms
from engine.cases.hearing_days import Earliest, earliest
from engine.cases.hearing_rooms import Room, may_arrange, must_arrange
from engine.cases.hearing_tables import hearing_booking, hearing_room
from engine.clock import SHANGHAI, UTC
from engine.errors import InvalidState, InvalidValues, NotFound, TooEarly
from engine.people import Participant, directory
from engine.runtime import access, commands, lookup
from engine.runtime.tables import process_instance

BOOKED, CANCELLED = "booked", "cancelled"
SHORTEST, LONGEST = dt.timedelta(minutes=30), dt.timedelta(hours=10)
LONGEST_NOTE = 500

_SHOWN = (select(hearing_booking, hearing_room.c.name.label("room_name"), hearing_room.c.address.label("room_address"),
                 process_instance.c.business_key, process_instance.c.title, process_instance.c.unit_path)
          .join(hearing_room, hearing_room.c.id == hearing_booking.c.room_id)
          .join(process_instance, process_instance.c.id == hearing_booking.c.instance_id))


@dataclass(frozen=True)
class Booking:
    """One hearing in the calendar. What the case is about is empty for whoever may not see it (`visible` False)."""

    id: int
    unit_id: str
    room_id: int
    room: str
    address: str
    case_id: int
    case_number: str
    title: str
    party: str
    starts_at: dt.datetime
    ends_at: dt.datetime
    host: str
    clerk: str
    officers: tuple[str, ...]
    is_open: bool
    note: str
    state: str
    booked_by: str
    booked_at: dt.datetime
    cancelled_why: str
    visible: bool


@dataclass(frozen=True)
class Clash:
    """What stands against a booking. A hard one refuses it; another is shown and may be confirmed. `field` is where it can be mended."""

    field: str
    text: str
    is_hard: bool


@dataclass(frozen=True)
class Wish:
    """A booking as it is wanted, read and complete. Moments are aware UTC."""

    case_id: int
    room: Room
    starts_at: dt.datetime
    ends_at: dt.datetime
    host: str
    clerk: str
    is_open: bool
    note: str


def between(c: Connection, unit_id: str, start: dt.datetime, end: dt.datetime, *, by: Participant) -> tuple[Booking, ...]:
    """The hearings of a town that begin in a span of time, earliest first, without the cancelled ones."""
    query = _SHOWN.where(hearing_booking.c.unit_id == unit_id, hearing_booking.c.starts_at >= start, hearing_booking.c.starts_at < end,
                         hearing_booking.c.state == BOOKED).order_by(hearing_booking.c.starts_at, hearing_booking.c.id)
    return _bookings(c, query, by)


def of_case(c: Connection, case_id: int, *, by: Participant) -> tuple[Booking, ...]:
    """The hearings ever arranged for a case, cancelled ones included, newest first."""
    query = _SHOWN.where(hearing_booking.c.instance_id == case_id).order_by(hearing_booking.c.id.desc())
    return _bookings(c, query, by)


def must_be_booked(c: Connection, case_id: int, unit_id: str) -> None:
    """A hearing was held today only where the calendar has its room and time, on a day no sooner than the notice allows.

    Raises InvalidState (行政处罚法第六十四条).
    """
    query = _SHOWN.where(hearing_booking.c.instance_id == case_id, hearing_booking.c.state == BOOKED)
    days = sorted(row.starts_at.astimezone(SHANGHAI).date() for row in c.execute(query))
    first = earliest(c, case_id, unit_id)
    if not any(first.day <= day <= clock.today() for day in days):
        said = f"听证日历上订的是 {days[-1]:%Y-%m-%d}" if days else "听证日历上没有订听证室和时间"
        raise InvalidState(f"行政处罚法第六十四条：举行听证的时间、地点应当在七日前通知当事人。{said}，最早可于 {first.day:%Y-%m-%d} 举行。"
                           "请先在听证日历订好并通知当事人，到那一天举行后再登记。", instance=case_id)


def one(c: Connection, booking_id: int, *, by: Participant) -> Booking:
    """One booking. Raises NotFound for whoever may neither arrange the town's hearings nor see its case."""
    found = _bookings(c, _SHOWN.where(hearing_booking.c.id == booking_id), by)
    if not found or not (found[0].visible or may_arrange(c, found[0].unit_id, by)):
        raise NotFound("没有这次听证安排，可能已经删除。", booking=booking_id)
    return found[0]


def town_of(c: Connection, by: Participant) -> str:
    """The town whose calendar this person looks at: that of their first post in one. Raises NotFound."""
    for post in by.posts:
        town = directory.ancestor(c, post.unit_path, "town")
        if town is not None:
            return town.id
    raise NotFound("您没有镇街的岗位，听证日历按镇街查看。", person=by.id)


def clashes(c: Connection, wish: Wish, *, but: int | None = None) -> tuple[Clash, ...]:
    """Everything that stands against a booking; `but`: a booking that it replaces."""
    case = lookup.titles(c, [wish.case_id])
    found = list(_of_people(c, wish))
    query = select(hearing_booking, hearing_room.c.name.label("room_name")).join(
        hearing_room, hearing_room.c.id == hearing_booking.c.room_id).where(
        hearing_booking.c.unit_id == wish.room.unit_id, hearing_booking.c.state == BOOKED,
        hearing_booking.c.starts_at < wish.ends_at, hearing_booking.c.ends_at > wish.starts_at).order_by(hearing_booking.c.starts_at)
    people, party = investigators(c, wish.case_id), party_of(c, wish.case_id)
    for row in c.execute(query).all():
        if row.id != but and case:
            found += _with(c, wish, row, (people, party))
    return tuple(found)


def book(c: Connection, values: Mapping[str, Any], *, by: Participant, but: int | None = None) -> dict[str, Any]:
    """Book a room for the hearing of a case: case (number), room, starts_at, ends_at (aware), host, clerk, is_open, note; `despite`
    confirms what may be confirmed. The case's record tells it.

    Raises NotAllowed, NotFound, InvalidValues (with every clash), TooEarly (before the earliest lawful day).
    """
    wish = read(c, values, by=by)
    hearing_rooms.hold(c, wish.room.unit_id)
    _must_be_lawful(c, wish)
    against = clashes(c, wish, but=but)
    hard = {clash.field: clash.text for clash in against if clash.is_hard}
    soft = [clash.text for clash in against if not clash.is_hard]
    if hard or (soft and not values.get("despite")):
        raise InvalidValues(hard or {"despite": "".join(soft) + "确认无误的，请勾选“仍然安排”。"})
    row = {"unit_id": wish.room.unit_id, "room_id": wish.room.id, "instance_id": wish.case_id, "starts_at": wish.starts_at,
           "ends_at": wish.ends_at, "host": wish.host, "clerk": wish.clerk, "officers": list(investigators(c, wish.case_id)),
           "party": party_of(c, wish.case_id), "is_open": wish.is_open, "note": wish.note, "state": BOOKED, "booked_by": by.id,
           "booked_at": clock.now()}
    made = int(c.execute(insert(hearing_booking).returning(hearing_booking.c.id), row).scalar_one())
    commands.comment(c, wish.case_id, _told(c, wish), by=by)
    return {"booking": made, "case": wish.case_id}


def cancel(c: Connection, booking_id: int, reason: str, *, by: Participant) -> dict[str, int]:
    """Give the room free again, with a reason that the case's record keeps. Raises NotFound, NotAllowed, InvalidState, InvalidValues."""
    found, said = one(c, booking_id, by=by), reason.strip()
    must_arrange(c, found.unit_id, by)
    if not said or len(said) > LONGEST_NOTE:
        raise InvalidValues({"reason": f"请写明取消或改期的理由，最多 {LONGEST_NOTE} 字。"})
    done = c.execute(update(hearing_booking).where(hearing_booking.c.id == booking_id, hearing_booking.c.state == BOOKED)
                     .values(state=CANCELLED, cancelled_by=by.id, cancelled_at=clock.now(), cancelled_why=said))
    if done.rowcount == 0:
        raise InvalidState("这次听证安排已经取消。", booking=booking_id)
    commands.comment(c, found.case_id, f"取消听证安排：{said_span(found.starts_at, found.ends_at)}，{found.room}。理由：{said}", by=by)
    return {"case": found.case_id}


def move(c: Connection, booking_id: int, values: Mapping[str, Any], *, by: Participant) -> dict[str, Any]:
    """Another day or room for a booked hearing: the old booking is cancelled with the reason, the new one stands. Raises as both do."""
    found = one(c, booking_id, by=by)
    cancel(c, booking_id, str(values.get("reason") or ""), by=by)
    return book(c, {**values, "case": found.case_number}, by=by, but=booking_id)


def read(c: Connection, values: Mapping[str, Any], *, by: Participant) -> Wish:
    """A booking as it was typed, checked field by field. Raises NotAllowed, NotFound, InvalidValues."""
    errors: dict[str, str] = {}
    case, room = _case(c, values, by, errors), hearing_rooms.wanted(c, values.get("room"), errors)
    starts, ends = values.get("starts_at"), values.get("ends_at")
    errors |= _wrong_times(starts, ends)
    host, clerk = (str(values.get(name) or "").strip() for name in ("host", "clerk"))
    known = directory.names(c, [host, clerk])
    asked = (("host", "听证主持人", host), ("clerk", "记录员", clerk))
    errors |= {name: f"请选择{words}。" for name, words, who in asked if who not in known}
    if host and host == clerk:
        errors["clerk"] = "记录员不能由听证主持人兼任，请另选一人。"
    note = str(values.get("note") or "").strip()
    if len(note) > LONGEST_NOTE:
        errors["note"] = f"备注最多 {LONGEST_NOTE} 字。"
    if errors or case is None or room is None or starts is None or ends is None:
        raise InvalidValues(errors)
    if f"/{room.unit_id}/" not in case.unit_path:
        raise InvalidValues({"room": "这件案件不属于听证室所在的镇街，请选择本镇街的听证室。"})
    must_arrange(c, room.unit_id, by)
    return Wish(case.id, room, starts, ends, host, clerk, bool(values.get("is_open", True)), note)


def visible_case(c: Connection, number: str, *, by: Participant) -> lookup.Found:
    """The case of a number if this person may see it. Raises NotFound, which says the same of an unknown and of a foreign number."""
    found = lookup.by_number(c, number)
    if not c.execute(select(process_instance.c.id).where(process_instance.c.id == found.id, access.visible(by))).first():
        raise NotFound(f"没有编号为“{number[:40]}”的事件，请核对后重新填写。")
    return found


def investigators(c: Connection, case_id: int) -> tuple[str, ...]:
    """Who investigates a case: 承办 and 协办."""
    found = (lookup.variable(c, case_id, name)[1] for name in ("officer", "assistant"))
    return tuple(dict.fromkeys(str(one) for one in found if one))


def party_of(c: Connection, case_id: int) -> str:
    """The party's name as the case knows it."""
    return str(lookup.variable(c, case_id, "party_name")[1] or "")[:200]


def said_span(starts: dt.datetime, ends: dt.datetime) -> str:
    """2026-03-20 09:00—11:30."""
    return f"{starts.astimezone(SHANGHAI):%Y-%m-%d %H:%M}—{ends.astimezone(SHANGHAI):%H:%M}"


def _must_be_lawful(c: Connection, wish: Wish) -> None:
    first: Earliest = earliest(c, wish.case_id, wish.room.unit_id)
    if wish.starts_at.astimezone(SHANGHAI).date() < first.day:
        at = dt.datetime.combine(first.day, dt.time(), SHANGHAI).astimezone(UTC)
        raise TooEarly(f"听证最早可于 {first.day:%Y-%m-%d} 举行。{first.reason}", earliest=at)


def _case(c: Connection, values: Mapping[str, Any], by: Participant, errors: dict[str, str]) -> lookup.Found | None:
    """The running case of that number which this person may see; else what to do about it is added to the errors."""
    number = str(values.get("case") or "").strip()
    if not number:
        errors["case"] = "请填写案件编号。"
        return None
    try:
        found = visible_case(c, number, by=by)
    except NotFound as missing:
        errors["case"] = missing.message
        return None
    if found.status != "running":
        errors["case"] = "这件案件不在办理中，不能安排听证。"
    return found


def _wrong_times(starts: Any, ends: Any) -> dict[str, str]:
    if not isinstance(starts, dt.datetime) or not isinstance(ends, dt.datetime):
        return {"day": "请填写听证的日期和起止时间。"}
    if starts <= clock.now():
        return {"day": "听证时间已经过去，请选择以后的时间。"}
    if not SHORTEST <= ends - starts <= LONGEST or starts.astimezone(SHANGHAI).date() != ends.astimezone(SHANGHAI).date():
        return {"ends": "听证应在同一天内举行，至少半小时，最长十小时。"}
    return {}


def _of_people(c: Connection, wish: Wish) -> Iterator[Clash]:
    """Those who may not host or keep the record of this case."""
    officers = investigators(c, wish.case_id)
    if wish.host in officers:
        yield Clash("host", "行政处罚法第六十四条第四项：听证由非本案调查人员主持，本案承办或协办人员不能担任主持人，请另选。", True)
    if wish.clerk in officers:
        yield Clash("clerk", "记录员是本案调查人员，建议另选。", False)


def _with(c: Connection, wish: Wish, row: Row[Any], case: tuple[tuple[str, ...], str]) -> Iterator[Clash]:
    """What one other booking at the same time stands against."""
    people, party = case
    when = f"{said_span(row.starts_at, row.ends_at)}（{row.room_name}）"
    if row.room_id == wish.room.id:
        yield Clash("room", f"{row.room_name} {said_span(row.starts_at, row.ends_at)} 已有安排，请换时间或听证室。", True)
    for field, who, words in (("host", wish.host, "主持人"), ("clerk", wish.clerk, "记录员")):
        if who in (row.host, row.clerk):
            yield Clash(field, f"{words}{_name(c, who)}在 {when} 已有听证，请换人或换时间。", True)
    busy = sorted({*people, wish.host, wish.clerk} & {*row.officers} | {*people} & {row.host, row.clerk})
    for who in busy:
        yield Clash("despite", f"{_name(c, who)}在 {when} 要参加另一场听证。", False)
    if party and party == row.party:
        yield Clash("despite", f"当事人{party}在 {when} 还有另一场听证。", False)


def _name(c: Connection, person_id: str) -> str:
    return directory.names(c, [person_id]).get(person_id, person_id)


def _told(c: Connection, wish: Wish) -> str:
    openly = "公开举行" if wish.is_open else "不公开举行"
    return (f"安排听证：{said_span(wish.starts_at, wish.ends_at)}，{wish.room.name}，主持人{_name(c, wish.host)}，"
            f"记录员{_name(c, wish.clerk)}，{openly}。")


def _bookings(c: Connection, query: Select[Any], by: Participant) -> tuple[Booking, ...]:
    rows: Sequence[Row[Any]] = c.execute(query).all()
    ids = sorted({row.instance_id for row in rows})
    seen = set(c.execute(select(process_instance.c.id).where(process_instance.c.id.in_(ids), access.visible(by))).scalars())
    return tuple(_booking(row, row.instance_id in seen) for row in rows)


def _booking(row: Row[Any], visible: bool) -> Booking:
    return Booking(row.id, row.unit_id, row.room_id, row.room_name, row.room_address, row.instance_id, row.business_key if visible else "",
                   row.title if visible else "", row.party if visible else "", row.starts_at, row.ends_at, row.host, row.clerk,
                   tuple(row.officers), row.is_open, row.note if visible else "", row.state, row.booked_by, row.booked_at,
                   row.cancelled_why or "", visible)
