"""The clocks of a case: one of them with its ledger and its reasons, and entering in that ledger.

Whether an entry is lawful is decided by the command; what it refuses is shown beside the form, with everything typed kept.
"""

import datetime as dt
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from sqlalchemy import Connection

from engine import clock as time
from engine.deadlines import Calendar, Entry, EntryKind, Rule, calendars, ledger_check
from engine.deadlines.counting import HOURLY
from engine.errors import Conflict, DeadlineRefused, InvalidState, InvalidValues, NotFound
from engine.ids import new_key
from engine.people import ROLES, Participant, directory
from engine.runtime import casebook, clocks, commands
from engine.runtime.clocks import Clock
from engine.runtime.commands import Paper, Stretch
from web import day_grid, moments, submission
from web.auth import policy
from web.context import database, me
from web.date_question import working_days_left
from web.moments import NoMoment
from web.views.cases.room import blueprint

ACTS = {"suspend": "中止", "resume": "恢复", "exclude": "扣除", "extend": "延长", "correct": "更正", "revoke": "撤销登记"}
FIELDS = ("begins", "begins_time", "ends", "ends_time", "length", "ground", "document", "approver", "reason", "entry")
CORRECTABLE = (EntryKind.SUSPENDED, EntryKind.RESUMED, EntryKind.EXCLUDED, EntryKind.EXTENDED)
STOPS = {"done": "已办理", "withdrawn": "已撤回", "sent-back": "已退回", "cancelled": "不再需要", "ended": "随事项结束"}
LONGEST_WORD, LONGEST_LENGTH = 500, 3660


@dataclass(frozen=True)
class Line:
    """A clock on the page of its case. `left`: working days until it ends, negative when that day has passed."""

    clock: Clock
    rule: Rule
    entries: list[Entry]
    left: int

    @property
    def hourly(self) -> bool:
        """Ends at a moment, not with a day."""
        return self.rule.unit in HOURLY


def panel(c: Connection, case_id: int) -> dict[str, Any]:
    """What the page of a case shows of its clocks: those of the law with their ledgers, and the limits of the diagram's own."""
    every, calendar = clocks.of_case(c, case_id), calendars.of(c)
    lines = [_line(c, one, calendar) for one in every if one.rule]
    names = directory.names(c, _people(entry for line in lines for entry in line.entries))
    return {"clocks": lines, "own_limits": [one for one in every if not one.rule], "clock_names": names, "STOPS": STOPS}


def _line(c: Connection, one: Clock, calendar: Calendar) -> Line:
    return Line(one, clocks.rule(c, one), clocks.ledger(c, one), working_days_left(one.due_at, calendar, time.now()))


def _people(entries: Iterable[Entry]) -> list[str]:
    return [person for entry in entries for person in (entry.by, entry.approver) if person]


def _approvers(c: Connection, line: Line) -> dict[str, list[tuple[str, str]]]:
    """(id, name and post) of those who may approve for the clock's unit; by act where the rule asks for certain roles."""
    roles = [key for key, role in ROLES.items() if "approve_clocks" in role.capabilities]
    units = [part for part in line.clock.unit_path.split("/") if part]
    found = [(role, person.id, f"{person.name}（{post.title}）") for unit in units for role in roles
             for person in directory.holders(c, role, unit) for post in person.posts if post.role == role and post.unit_id == unit]
    granting = ledger_check.approvers(line.rule, line.entries, EntryKind.EXTENDED)
    return {"": [(key, name) for _, key, name in found], "extend": [(key, name) for role, key, name in found if role in granting]}


def _of(c: Connection, case_id: int, clock_id: int) -> tuple[casebook.CaseView, Clock]:
    """Raises NotFound, the same for a foreign case, a foreign clock and none."""
    case = casebook.show(c, case_id, me())
    one = clocks.one(c, clock_id)
    if one.instance_id != case_id:
        raise NotFound(clock=clock_id, instance=case_id)
    return case, one


def _shown(case_id: int, clock_id: int, act: str = "", errors: dict[str, str] | None = None, status: int = 200) -> Any:
    with database().reading() as c:
        case, one = _of(c, case_id, clock_id)
        line = _line(c, one, calendars.of(c))
        reading, explanation = clocks.reading(c, one), clocks.explanation(c, one)
        keeps = me().may("keep_clocks", one.unit_path) and one.is_open
        people = _approvers(c, line) if keeps else {}
        names = directory.names(c, _people(line.entries))
    page = {"case": case, "line": line, "reading": reading, "explanation": explanation, "keeps": keeps, "approvers": people,
            "clock_names": names, "fates": _fates(line.entries), "act": act, "errors": errors or {}, "typed": request.form,
            "key": new_key(), "CORRECTABLE": CORRECTABLE, "presets": _presets(line.entries), "STOPS": STOPS,
            **day_grid.reasons(line.rule, reading)}
    return render_template("cases/clock.html", **page), status


def _presets(entries: list[Entry]) -> dict[int, dict[str, str]]:
    """What each entry says, for the fields of its correction; the reason of the correction is to be written anew."""
    return {one.seq: {**_parts("begins", one.from_at), **_parts("ends", one.to_at), "length": f"{one.length:g}" if one.length else "",
                      "ground": one.ground, "document": one.document, "approver": one.approver} for one in entries}


def _parts(name: str, moment: dt.datetime | None) -> dict[str, str]:
    """A moment as the two inputs of a form; midnight is the day alone."""
    if moment is None:
        return {}
    local = time.local(moment)
    return {name: f"{local:%Y-%m-%d}", f"{name}_time": "" if local.time() == dt.time() else f"{local:%H:%M}"}


def _fates(entries: list[Entry]) -> dict[int, str]:
    """What later entries did to earlier ones."""
    words = {EntryKind.REVOKED: "已撤销", EntryKind.CORRECTED: "已更正"}
    return {one.corrects: f"{words[one.kind]}，见第 {one.seq} 条" for one in entries if one.corrects is not None}


@blueprint.get("/cases/<int:case_id>/clocks/<int:clock_id>")
@policy()
def clock(case_id: int, clock_id: int) -> Any:
    """One clock: why its date is the date, and its ledger."""
    return _shown(case_id, clock_id)


@blueprint.post("/cases/<int:case_id>/clocks/<int:clock_id>/<act>")
@policy("keep_clocks")
def enter(case_id: int, clock_id: int, act: str) -> Any:
    """Write one entry, once per key, on the state that the page showed."""
    _must_be_there(case_id, clock_id, act)
    typed = {name: request.form.get(name, "").strip()[:LONGEST_WORD + 1] for name in FIELDS}
    try:
        command = _command(act, clock_id, typed, me())
        database().run(command, key=submission.key("clock"), payload=[case_id, clock_id, act, typed])
    except (InvalidValues, DeadlineRefused) as refusal:
        return _shown(case_id, clock_id, act, _errors(refusal), 422)
    except (Conflict, InvalidState) as refusal:
        return _shown(case_id, clock_id, act, {"": refusal.message}, 409)
    flash(f"已登记{ACTS[act]}，期限已按登记重新计算。")
    return redirect(url_for("cases.clock", case_id=case_id, clock_id=clock_id))


def _must_be_there(case_id: int, clock_id: int, act: str) -> None:
    """Raises NotFound."""
    with database().reading() as c:
        _of(c, case_id, clock_id)
    if act not in ACTS:
        raise NotFound(act=act)


def _errors(refusal: InvalidValues | DeadlineRefused) -> dict[str, str]:
    return refusal.errors if isinstance(refusal, InvalidValues) else {"": refusal.message}


def _command(act: str, clock_id: int, typed: dict[str, str], person: Participant) -> Callable[[Connection], dict[str, Any]]:
    """The engine's command for what was typed. Raises InvalidValues."""
    errors: dict[str, str] = {}
    begins, ends = (_moment(typed, name, errors) for name in ("begins", "ends"))
    stretch = Stretch(begins, ends, _length(typed["length"], errors))
    seq = int(typed["entry"]) if typed["entry"].isascii() and typed["entry"].isdigit() and len(typed["entry"]) < 6 else 0
    errors |= {name: f"最多 {LONGEST_WORD} 个字。" for name in FIELDS if len(typed[name]) > LONGEST_WORD}
    errors = {**_missing(act, stretch), **errors}
    if errors:
        raise InvalidValues(errors)
    paper = Paper(typed["document"], typed["approver"], typed["ground"], typed["reason"])
    told: dict[str, Any] = {"by": person, "revision": request.form.get("revision", type=int)}
    return {
        "suspend": lambda c: commands.suspend_clock(c, clock_id, begins, paper, **told),
        "resume": lambda c: commands.resume_clock(c, clock_id, begins, paper, **told),
        "exclude": lambda c: commands.exclude_period(c, clock_id, stretch, paper, **told),
        "extend": lambda c: commands.extend_clock(c, clock_id, stretch.length or 0, paper, **told),
        "correct": lambda c: commands.correct_entry(c, clock_id, seq, stretch, paper, **told),
        "revoke": lambda c: commands.revoke_entry(c, clock_id, seq, paper, **told),
    }[act]


def _missing(act: str, stretch: Stretch) -> dict[str, str]:
    """What the form itself must have before the law can be asked."""
    missing = {"begins": "请填写从哪一天起。", "ends": "请填写到哪一天止。"} if act == "exclude" else {}
    errors = {name: words for name, words in missing.items() if getattr(stretch, {"begins": "from_at", "ends": "to_at"}[name]) is None}
    return errors | ({"length": "请填写延长多少。"} if act == "extend" and stretch.length is None else {})


def _moment(typed: dict[str, str], name: str, errors: dict[str, str]) -> Any:
    if not typed[name]:
        return None
    try:
        return moments.read(typed[name] + (f"T{typed[f'{name}_time']}" if typed[f"{name}_time"] else ""))
    except NoMoment as problem:
        errors[name] = str(problem)
        return None


def _length(text: str, errors: dict[str, str]) -> float | None:
    if not text:
        return None
    if not (text.isascii() and text.isdigit() and len(text) <= 4 and 0 < int(text) <= LONGEST_LENGTH):
        errors["length"] = f"应为 1 至 {LONGEST_LENGTH} 的整数，单位与规则相同。"
        return None
    return float(text)
