"""The rule book as it is: every rule with its law, length, consequence and evidence, and the rule sets side by side."""

import datetime as dt
from collections.abc import Mapping, Sequence
from itertools import groupby
from typing import Any

from flask import render_template, request
from sqlalchemy import Connection

from engine import clock
from engine.deadlines import Rule, Unit, rulebook
from engine.runtime import parameters
from web import moments
from web.auth import policy
from web.context import database, me
from web.deadline_words import CHAPTERS, evidence
from web.moments import NoMoment
from web.views.deadlines.room import blueprint

FILTERS = ("q", "chapter", "kind", "evidence", "counts", "on")
COUNTS = {"working": "工作日", "calendar": "自然日", "months": "月、年", "hours": "小时"}
MOST_MATCHES = 8


@blueprint.get("/deadlines/rules")
@policy()
def book() -> Any:
    """All rules in the version of a day, filtered by what the address says."""
    wanted = {name: request.args.get(name, "")[:40] for name in FILTERS}
    day, error = _day(wanted["on"])
    with database().reading() as c:
        known = parameters_of(c)
    rules = sorted((one for one in rulebook.rules(day, parameters=known) if _fits(one, wanted)), key=_chapter)
    chapters = [(CHAPTERS.get(key, key), list(some)) for key, some in groupby(rules, key=_chapter)]
    return render_template("deadlines/rules.html", chapters=chapters, total=len(rules), wanted=wanted, day=day, error=error, known=known,
                           sets=rulebook.rule_sets(), variants=_variants(day, known), CHAPTERS=CHAPTERS, COUNTS=COUNTS)


def parameters_of(c: Connection) -> Mapping[str, Any]:
    """Local parameters as they stand for the town of whoever asks, by id."""
    return parameters.for_unit(parameters.changed(c), next((post.unit_path for post in me().posts), "/"))


def matching(text: str) -> Sequence[Rule]:
    """Rules that somebody who typed this may mean."""
    words = text.casefold().split()
    return [one for one in rulebook.rules(clock.today()) if words and all(word in _searched(one) for word in words)][:MOST_MATCHES]


def _day(text: str) -> tuple[dt.date, str]:
    """(the day whose law is shown, what is wrong with the day that was asked for)."""
    if not text.strip():
        return clock.today(), ""
    try:
        return clock.local(moments.read(text)).date(), ""
    except NoMoment as problem:
        return clock.today(), str(problem)


def _fits(rule: Rule, wanted: Mapping[str, str]) -> bool:
    return (all(word in _searched(rule) for word in wanted["q"].casefold().split())
            and wanted["chapter"] in ("", _chapter(rule))
            and wanted["kind"] in ("", rule.kind.value)
            and wanted["evidence"] in ("", evidence(rule.tag))
            and wanted["counts"] in ("", _counts(rule)))


def _searched(rule: Rule) -> str:
    return f"{rule.id} {rule.name} {rule.law} {rule.article} {rule.matter} {rule.trigger} {rule.who} {rule.parameter}".casefold()


def _chapter(rule: Rule) -> str:
    """The chapter of the table: the letter after DL-, or what is no limit of a law."""
    return rule.id[3:4] if rule.id.startswith("DL-") else "PRM"


def _counts(rule: Rule) -> str:
    return {Unit.WORKING_DAYS: "working", Unit.DAYS: "calendar", Unit.MONTHS: "months", Unit.YEARS: "months"}.get(rule.unit, "hours")


def _variants(day: dt.date, known: Mapping[str, Any]) -> list[tuple[Rule, list[Rule]]]:
    """(the rule of the table, how each rule set has it) for every rule that some set changes."""
    own = [one for name, chosen in rulebook.rule_sets().items() for one in rulebook.rules(day, rule_set=name, parameters=known)
           if one.id in chosen.rows]
    return [(plain, some) for plain in rulebook.rules(day, parameters=known) if (some := [one for one in own if one.id == plain.id])]
