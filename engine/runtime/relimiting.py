"""The limits of steps that go on in another version: kept, begun anew, or counted by the new rule from the step's own start.

Only the diagram's own limits. What the law limits runs on as it is.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from sqlalchemy import bindparam, update

from engine.database import UTCDateTime
from engine.runtime import ledgers, timekeeping
from engine.runtime.case import Case
from engine.runtime.host import CaseHost
from engine.runtime.kept import set_aside
from engine.runtime.ledgers import Ledger
from engine.runtime.limits import Limit
from engine.runtime.tables import deadline_clock, work_item
from engine.spiff import Element, Span, Tokens

KEEP, RESTART, RERULE = "keep", "restart", "re-rule"
CHOICES = {KEEP: "保持原来的时限", RESTART: "从现在起按新时限重新计算", RERULE: "按新时限从这一步开始时重新计算"}

SHOW = update(work_item).where(work_item.c.id == bindparam("of")).values(
    due_at=bindparam("due", type_=UTCDateTime), warn_at=bindparam("warn", type_=UTCDateTime), limit_text=bindparam("said"))
REKEY = update(deadline_clock).where(deadline_clock.c.id == bindparam("clock")).values(
    key=bindparam("to"), element_id=bindparam("element"))


def rekey(case: Case, keys: dict[str, str], elements: dict[str, str]) -> set[str]:
    """Clocks of mapped steps on which the law's limit runs go on under the new token; the new keys. `elements` by new key."""
    lawful = {one.row.key for one in ledgers.of_case(case.c, case.id) if one.is_open and one.row.rule}
    for one in ledgers.of_case(case.c, case.id):
        if one.is_open and one.row.key in keys and one.row.key in lawful:
            to = keys[one.row.key]
            case.c.execute(REKEY, {"clock": one.row.id, "to": to, "element": elements.get(to, one.row.element_id)})
    return {keys[key] for key in lawful if key in keys}


def make_room(case: Case, open_limits: Iterable[str]) -> None:
    """A limit that a move had ended gives its key back: its step may have one again."""
    keys = set(open_limits)
    for one in ledgers.of_case(case.c, case.id):
        if not one.is_open and one.row.key in keys:
            case.c.execute(REKEY, {"clock": one.row.id, "to": set_aside(one.row.key, one.row.id), "element": one.row.element_id})


def begin_missing(case: Case, host: CaseHost, tokens: Tokens, before: Mapping[str, Element]) -> set[str]:
    """Limits that the new version gives to a step that goes on and had none of the kind begin now; the keys. `before`: what each key
    stood on. One that its old version had too and that is not running was not to run."""
    running = {(one.row.key, one.row.rule) for one in ledgers.of_case(case.c, case.id) if one.is_open}
    spans, limits = list[Span](), dict[str, tuple[Limit, ...]]()
    for key, element in tokens.limited.items():
        old = before.get(key)
        if old is None or not tokens.knows(key):
            continue
        law = bool(element.gl.get("deadline")) and (key, element.gl["deadline"]) not in running
        own = bool(element.gl.get("limit")) and (key, "") not in running and (not old.gl.get("limit") or old.id != element.id)
        if law or own:
            limits[key] = tuple(one for one in host.limits(element, tokens.names(key)) if (law if one.rule.id else own))
            spans.append(Span(key, element, True))
    if spans:  # all at once: of several signers one goes on with a clock that had stopped, the others go along with it
        timekeeping.begin(case, host, spans, limits)
        host.clocks_moved()
    return set(limits)


def apply(case: Case, host: CaseHost, tokens: Tokens, choice: str) -> None:
    """Carry the choice out for every open limit of the diagram's own; timers that hang on one follow."""
    open_limits = tokens.limited
    for one in ledgers.of_case(case.c, case.id):
        if choice == KEEP or not one.is_open or one.row.rule or one.row.key not in open_limits:
            continue
        element = open_limits[one.row.key]
        own = [limit for limit in host.limits(element, tokens.names(one.row.key)) if not limit.rule.id]
        if choice == RESTART or not own:
            _stop(case, one)
            _begin(case, host, Span(one.row.key, element, True), own)
        else:
            _rule_anew(case, host, one, own[0])
    if choice != KEEP:
        host.clocks_moved()
        tokens.date_again()


def _stop(case: Case, one: Ledger) -> None:
    case.c.execute(ledgers.STOP_ONE, {"clock": one.row.id, "at": case.at, "to": set_aside(one.row.key, one.row.id)})


def _begin(case: Case, host: CaseHost, span: Span, own: list[Limit]) -> None:
    rows = [timekeeping.row_of(case, host, span, limit) for limit in own]
    if rows:
        case.c.execute(ledgers.ADD, rows[0])


def _rule_anew(case: Case, host: CaseHost, one: Ledger, limit: Limit) -> None:
    rule = limit.rule
    case.c.execute(update(deadline_clock).where(deadline_clock.c.id == one.row.id).values(
        length=float(rule.length), unit=rule.unit.value, warn_before=rule.warn_before))
    fresh = ledgers.one(case.c, one.row.id)
    if fresh is not None:
        timekeeping.date(case, host, fresh)


def show(case: Case, host: CaseHost, items: Iterable[str]) -> None:
    """Let work items show the limits that run for them now: the diagram's own before that of the law."""
    running: dict[str, Ledger] = {}
    for one in ledgers.of_case(case.c, case.id):
        if one.is_open and (one.row.key not in running or not one.row.rule):
            running[one.row.key] = one
    rows: list[dict[str, Any]] = []
    for key in sorted(items):
        deadline = ledgers.standing(running[key], host).deadline if key in running else None
        rows.append({"of": key, "due": deadline.due if deadline else None, "warn": deadline.warn if deadline else None,
                     "said": deadline.text if deadline else None})
    if rows:
        case.c.execute(SHOW, rows if len(rows) > 1 else rows[0])
