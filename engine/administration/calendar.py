"""The working calendar as an administrator changes it: load a year's notice, set one day, set the business hours.

Every change is shown before it is made, with the number of open clocks it would move; it is recorded with the value before and after.
Moving the clocks is the worker's part.
"""

import datetime as dt
import re
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Connection

from engine.administration.rights import must
from engine.deadlines import BUSINESS_HOURS, Calendar, calendars, notices
from engine.deadlines.calendar import Session
from engine.deadlines.calendars import DAY, HOURS, NOTICE, Change, Sheet
from engine.deadlines.notices import Day, Notice
from engine.errors import Conflict, InvalidValues, NotAllowed
from engine.people import Participant, directory
from engine.runtime import history, parameters, redating
from engine.runtime.redating import Moving
from engine.supervision import audit

READERS = ("administer", "keep_clocks", "supervise")
MOST_SESSIONS, LEAST_MINUTES = 4, 60
LONGEST_REASON = 200
TIME = re.compile(r"([01]\d|2[0-3]):[0-5]\d", re.ASCII)
AS_NOTICED = ""
"""Instead of off or worked: what the notice says applies again."""

STALE = "工作日历刚刚被他人修改。请重新查看后再提交。"


@dataclass(frozen=True)
class Difference:
    """One day that a change touches: what it is called and whether it is worked, before and after."""

    date: dt.date
    before: Day | None
    after: Day | None
    was_worked: bool
    is_worked: bool

    @property
    def matters(self) -> bool:
        """A day that was worked is off now, or the other way round."""
        return self.was_worked != self.is_worked


@dataclass(frozen=True)
class Plan:
    """A change before it is made. `version`: of the calendar it was planned on; `changes` False: everything is already so.

    `days` are all that would be named otherwise; `kept` are days that stay as somebody set them one by one, whatever the notice says.
    `after`: the calendar that it would make; `since`: the first day counted otherwise, None when no clock can move.
    """

    version: int
    change: Change
    changes: bool
    days: tuple[Difference, ...] = ()
    kept: tuple[Day, ...] = ()
    after: Calendar | None = None
    since: dt.date | None = None


@dataclass(frozen=True)
class Changed:
    """One change that was made. `version`: of the calendar since then; `clocks`: open ones that had to be looked at; `by`: None at the
    server's own command line."""

    version: int
    words: str
    reason: str
    clocks: int
    by: str | None
    at: dt.datetime


@dataclass(frozen=True)
class Wish:
    """One day as somebody wants it. `off` None: as the notice says."""

    date: str
    off: bool | None
    name: str
    reason: str


def sheet(c: Connection, by: Participant) -> Sheet:
    """The calendar in force, for those who administer it and those who answer for deadlines. Raises NotAllowed."""
    if not any(by.may(capability) for capability in READERS):
        raise NotAllowed()
    return calendars.sheet(c)


def changed(c: Connection, by: Participant) -> list[Changed]:
    """Every change that was made, the newest first. Raises NotAllowed."""
    sheet(c, by)
    rows = calendars.changes(c)
    names = directory.names(c, [row.changed_by for row in rows if row.changed_by])
    return [Changed(calendars.version_of(row.number), words(Change(row.kind, row.subject, row.new, row.reason)), row.reason, row.clocks,
                    names.get(row.changed_by, row.changed_by), row.changed_at) for row in rows]


def plan_notice(c: Connection, by: Participant | None, document: bytes, year: int | None = None) -> Plan:
    """What a notice file would change. Raises NotAllowed, and as `notices.read` does."""
    _must(by)
    notice = notices.read(document, year)
    present = calendars.sheet(c)
    known = present.notices.get(notice.year)
    change = Change(NOTICE, str(notice.year), notice.plain(), notice.source or f"{notice.year} 年放假通知")
    if known is not None and known.digest == notice.digest:
        return Plan(present.version, change, False)
    return _plan(present, change, tuple(one for day, one in sorted(present.edits.items()) if _named_otherwise(notice, one)))


def plan_day(c: Connection, by: Participant | None, wish: Wish) -> Plan:
    """What setting one day would change. Raises NotAllowed, InvalidValues."""
    _must(by)
    present = calendars.sheet(c)
    day = _date(wish.date)
    errors = _wish_errors(wish)
    if errors or day is None:
        raise InvalidValues({**errors, **({} if day else {"date": f"日期应为 {notices.YEARS[0]} 至 {notices.YEARS[-1]} 年之间的某一天。"})})
    new = None if wish.off is None else {"name": wish.name.strip(), "isOffDay": wish.off}
    plan = _plan(present, Change(DAY, day.isoformat(), new, wish.reason.strip()))
    if not any(one.matters for one in plan.days) and day not in present.edits:
        is_worked = calendars.of(c).is_working_day(day)
        raise InvalidValues({"date": f"{day:%Y-%m-%d} 本来就{'上班' if is_worked else '休息'}，不用修改。"})
    return plan


def plan_hours(c: Connection, by: Participant | None, rows: Sequence[tuple[str, str]], reason: str) -> Plan:
    """What other business hours would change; no rows: the usual ones again. Raises NotAllowed, InvalidValues."""
    _must(by)
    present = calendars.sheet(c)
    sessions = _sessions(rows) if rows else BUSINESS_HOURS
    if error := _reason_error(reason):
        raise InvalidValues({"reason": error})
    new = calendars.plain_sessions(sessions) if rows else None
    return _plan(present, Change(HOURS, "", new, reason.strip()))


def moving(c: Connection, plan: Plan) -> Moving:
    """How many open clocks a planned change would move. Takes its time; never part of the change itself."""
    if plan.after is None or plan.since is None:
        return Moving(0, 0, True)
    return redating.would_move(c, plan.after, plan.since)


def apply(c: Connection, by: Participant | None, plan: Plan, version: int | None = None) -> Plan:
    """Make a planned change, in the transaction it was planned in. One that changes nothing is answered as it is, and nothing is written.

    version: of the calendar that the person was shown the change on. Raises Conflict when it is no longer in force.
    """
    if not plan.changes:
        return plan
    story = parameters.chain(c, by)
    present = calendars.sheet(c)
    if plan.version != present.version or version not in (None, present.version):
        raise Conflict(STALE, expected=version, found=present.version)
    change = plan.change
    old = present.value(change.kind, change.subject)
    digest = calendars.write(c, change, clocks=redating.open_clocks(c), by=by.id if by else None)
    story.tell("calendar-changed", what=change.kind, subject=change.subject, old=old, new=change.new, reason=change.reason, digest=digest)
    history.append(c, story)
    audit.note(c, by, "calendar-changed", f"{by.name if by else '系统'}{words(change)}，理由或来源：{change.reason}。")
    return plan


def words(change: Change) -> str:
    """A change in words, without who made it."""
    if change.kind == NOTICE:
        return f"导入 {change.subject} 年放假通知"
    if change.kind == HOURS:
        return f"将工作时段改为 {session_words(change.new)}" if change.new else "将工作时段恢复为默认"
    if change.new is None:
        return f"将 {change.subject} 恢复为通知规定"
    return f"将 {change.subject} 设为{'放假' if change.new['isOffDay'] else '上班'}（{change.new['name']}）"


def session_words(sessions: Sequence[Sequence[str]]) -> str:
    """Business hours as people write them: 08:30–12:00、14:00–17:30."""
    return "、".join(f"{opens}–{closes}" for opens, closes in sessions)


def _must(by: Participant | None) -> None:
    """Nobody (None) is whoever runs a command on the server itself."""
    if by is not None:
        must(by, "administer")


def _plan(present: Sheet, change: Change, kept: tuple[Day, ...] = ()) -> Plan:
    after = present.after(change)
    days = tuple(_differences(present, after))
    matter = [one.date for one in days if one.matters]
    hours = after.sessions != present.sessions
    years = after.calendar().years != present.calendar().years
    changes = hours or years or bool(days) or present.value(change.kind, change.subject) != change.new
    since = dt.date(notices.YEARS[0], 1, 1) if hours else min(matter, default=None)
    return Plan(present.version, change, changes, days, kept, after.calendar(), since)


def _differences(present: Sheet, after: Sheet) -> list[Difference]:
    old, new = present.days(), after.days()
    was, will = present.calendar(), after.calendar()
    return [Difference(day, old.get(day), new.get(day), was.is_working_day(day), will.is_working_day(day))
            for day in sorted(old.keys() | new.keys()) if old.get(day) != new.get(day)]


def _named_otherwise(notice: Notice, edit: Day) -> bool:
    """An edited day of the notice's own time about which the notice says something else."""
    said = {day.date: day.off for day in notice.days}
    return said.get(edit.date, edit.date.weekday() >= 5 if edit.date.year == notice.year else edit.off) != edit.off


def _date(text: str) -> dt.date | None:
    if not notices.DATE.fullmatch(text.strip()):
        return None
    try:
        day = dt.date.fromisoformat(text.strip())
    except ValueError:
        return None
    return day if day.year in notices.YEARS else None


def _wish_errors(wish: Wish) -> dict[str, str]:
    errors = {}
    if wish.off is not None and (not 0 < len(wish.name.strip()) <= notices.LONGEST_NAME or not wish.name.strip().isprintable()):
        errors["name"] = f"请填写名称（不超过 {notices.LONGEST_NAME} 字），例如 台风停工。"
    if error := _reason_error(wish.reason):
        errors["reason"] = error
    return errors


def _reason_error(reason: str) -> str | None:
    given = reason.strip()
    good = 2 <= len(given) <= LONGEST_REASON and given.isprintable()
    return None if good else f"请写明理由或依据文件（2 至 {LONGEST_REASON} 字，一行）。"


def _sessions(rows: Sequence[tuple[str, str]]) -> tuple[Session, ...]:
    """Sessions in order. Raises InvalidValues: malformed, reversed, overlapping, too many, too short."""
    errors = {f"hours.{number}": "请按 08:30 的样子填写开始和结束时间。" for number, row in enumerate(rows, 1)
              if not all(TIME.fullmatch(text.strip()) for text in row)}
    if len(rows) > MOST_SESSIONS:
        errors["hours"] = f"一天最多分 {MOST_SESSIONS} 段。"
    if errors:
        raise InvalidValues(errors)
    sessions = [(dt.time.fromisoformat(opens.strip()), dt.time.fromisoformat(closes.strip())) for opens, closes in rows]
    for number, (opens, closes) in enumerate(sessions, 1):
        if opens >= closes:
            errors[f"hours.{number}"] = "结束时间应晚于开始时间。"
        elif number > 1 and opens < sessions[number - 2][1]:
            errors[f"hours.{number}"] = "与上一段重叠或次序颠倒，请从早到晚填写。"
    if not errors and sum(_minutes(closes) - _minutes(opens) for opens, closes in sessions) < LEAST_MINUTES:
        errors["hours"] = "一天的工作时间合计不足一小时，请核对。"
    if errors:
        raise InvalidValues(errors)
    return tuple(sessions)


def _minutes(moment: dt.time) -> int:
    return moment.hour * 60 + moment.minute
