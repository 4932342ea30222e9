"""Computing a date without a case. The address holds the whole question, so that it can be sent on and printed."""

from collections.abc import Mapping
from itertools import zip_longest
from typing import Any

from flask import render_template, request

from engine import clock
from engine.deadlines import Calendar, Rule, calendars, rulebook
from engine.errors import InvalidValues
from web import date_question
from web.auth import policy
from web.context import database
from web.date_question import Answer, Typed, TypedEvent
from web.day_grid import reasons
from web.views.deadlines.book import matching, parameters_of
from web.views.deadlines.room import blueprint

COLUMNS = ("kind", "begins", "ends", "ground", "document", "length", "approver")
MOST_ROWS = date_question.MOST_EVENTS + 10


@blueprint.get("/deadlines")
@policy()
def check() -> Any:
    """The form and, once a rule and a day are given, the date with its reasons; every mistake stands beside its field."""
    with database().reading() as c:
        known, calendar = parameters_of(c), calendars.of(c)
    chosen = _chosen(known)
    typed = _typed(_tried(known, chosen))
    found, errors = _answered(typed, calendar) if typed.rule or typed.start else (None, {})
    page = {"typed": typed, "errors": errors, "found": found, "chosen": chosen, "rows": [*typed.events, TypedEvent()],
            "sets": rulebook.rule_sets(), "rules": rulebook.rules(clock.today()), "KINDS": date_question.KINDS,
            "NOT_ASKED": date_question.NOT_ASKED, "matches": matching(typed.rule) if "rule" in errors else (),
            "rows_named": {path: f"第 {int(path.split('.')[1]) + 1} 条" for path in errors if path.startswith("events.")}}
    page |= reasons(found.rule, found.reading) if found else {}
    return render_template("deadlines/check.html", **page), 422 if errors else 200


def _typed(known: Mapping[str, Any]) -> Typed:
    asked = request.args
    columns = [asked.getlist(name)[:MOST_ROWS] for name in COLUMNS]
    rows = (TypedEvent(*row) for row in zip_longest(*columns, fillvalue=""))
    start = asked.get("start", "")[:20] + (f"T{asked['time'][:8]}" if asked.get("time") else "")
    return Typed(asked.get("rule", "")[:80], start, asked.get("set", "")[:40], asked.get("on", "")[:40],
                 [row for row in rows if not row.is_empty], known)


def _answered(typed: Typed, calendar: Calendar) -> tuple[Answer | None, dict[str, str]]:
    """(the answer, errors by field)."""
    try:
        return date_question.answer(typed, calendar), {}
    except InvalidValues as refusal:
        return None, refusal.errors


def _chosen(known: Mapping[str, Any]) -> Rule | None:
    """The rule as it reads today, so that only its own grounds and extensions are offered."""
    wanted, chosen = date_question.rule_id(request.args.get("rule", "")[:80]), request.args.get("set", "")
    rules = rulebook.rules(clock.today(), rule_set=chosen if chosen in rulebook.rule_sets() else "", parameters=known)
    return next((one for one in rules if one.id == wanted), None)


def _tried(known: Mapping[str, Any], chosen: Rule | None) -> Mapping[str, Any]:
    """The parameters, with another value of the rule's own one where somebody tries it."""
    value = request.args.get("value", "").strip()[:20]
    return {**known, chosen.parameter: value} if value and chosen and chosen.parameter else known
