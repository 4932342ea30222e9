"""What the law of the matter says to a case: whether the town holds the power, which article applies, how much may be fined.

行政处罚法第二十四条 (powers handed to towns), 第三十四条 (discretion), 第三十七条 (the law of the act, or the milder one).
"""

import datetime as dt
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from sqlalchemy import Connection

from engine.cases.case_file import Penalty
from engine.cases.proposals import KINDS, Terms
from engine.errors import InvalidState, InvalidValues
from engine.law import choice, discretion, powers, standards
from engine.law.choice import Case, Choice
from engine.law.discretion import Standard
from engine.law.powers import Power, PowerNotHeld

FINISH = "finish"
NOT_CORRECTED = frozenset({"not_corrected", "partly"})
MITIGATED = "mitigated"
DEPARTING, APPROVER = "departing_reason", "approved_by"


def must_be_held(c: Connection, one: Penalty, day: dt.date) -> Power:
    """The power by which a case may be filed on that day. Raises PowerNotHeld, whose words offer the transfer, or say where the town's
    list is loaded when it has none."""
    return powers.in_force(c, one.unit_id, one.item, day)


def not_held(c: Connection, one: Penalty, day: dt.date) -> str:
    """Why the town may not go on with a case on that day, "" while it may: no list, an item that is not in force, a power that was taken
    back with its cases in flight to be transferred."""
    try:
        powers.in_force(c, one.unit_id, one.item, _held_until(c, one, day))
    except PowerNotHeld as refusal:
        return refusal.message.rstrip("。")
    return ""


def facts_of_law(c: Connection, unit_id: str, item: str) -> dict[str, str]:
    """What a case knows of its matter from the start: {"item_name", "rule_set"}; empty for a matter that the list never had."""
    known = powers.known(c, unit_id, item)
    return {"item_name": known.name, "rule_set": known.rule_set} if known else {}


def applies(c: Connection, one: Penalty, day: dt.date, known: Mapping[str, Any]) -> Choice:
    """The basis by which a case is decided on that day. A power that was taken back with the words that cases in flight are finished
    counts as held on its last day; the law compared is that of the day itself. Raises PowerNotHeld, InvalidState.

    known: the case's variables and the step's values, which tell whether the party did not obey an order to correct.
    """
    return choice.applicable(c, question(c, one, day, known))


def question(c: Connection, one: Penalty, day: dt.date, known: Mapping[str, Any]) -> Case:
    """What the choice of the law is asked for a case that is decided on that day."""
    return Case(one.unit_id, one.item, one.act_day or day, day, one.party.kind, refused(known), held_on=_held_until(c, one, day))


def refused(known: Mapping[str, Any]) -> bool | None:
    """Whether the party was ordered to correct and did not; None while nothing tells."""
    if known.get("correction_outcome") in NOT_CORRECTED or known.get("correction_choice") == "before" or known.get("prior_order"):
        return True
    return False if known.get("correction_outcome") == "corrected" or known.get("correction_choice") == "none" else None


def against(c: Connection, one: Penalty, terms: Terms, day: dt.date, known: Mapping[str, Any]) -> tuple[str, ...]:
    """Why the law of the matter does not allow these terms on that day; empty when it does."""
    try:
        chosen = applies(c, one, day, known)
    except InvalidState as error:
        return (error.message,)
    return (*_articles(chosen, terms), *_kinds(chosen, terms), *_fine(chosen, terms, standards.in_force(c, one.unit_id, one.item, day)))


def graded(c: Connection, one: Penalty, terms: Terms, day: dt.date) -> Terms:
    """The same terms; those with a grade of discretion also name it, and the table and version it is from, as of that day."""
    standard = standards.in_force(c, one.unit_id, one.item, day) if terms.grade else None
    grade = standard.grade(terms.grade) if standard else None
    named = {"grade_name": grade.name, "standard": standard.words} if standard and grade else {}
    return replace(terms, more={**terms.more, **named})


def _held_until(c: Connection, one: Penalty, day: dt.date) -> dt.date:
    """The day itself, or the last day of a power whose cases in flight are finished here."""
    power = powers.known(c, one.unit_id, one.item)
    if power is None or power.valid_to is None or day <= power.valid_to or power.recall_policy != FINISH:
        return day
    return power.valid_to if one.filed_on is not None and one.filed_on <= power.valid_to else day


def _articles(chosen: Choice, terms: Terms) -> Iterator[str]:
    if chosen.basis.article not in terms.basis:
        yield f"处罚依据应为 {chosen.basis.article}（{chosen.article.citation}）。{chosen.reason.rstrip('。')}"
    if beside := [ref for ref in terms.basis if ref != chosen.basis.article]:
        yield f"赋权清单中本事项没有依据 {'、'.join(beside)}，或者按从旧兼从轻（行政处罚法第三十七条）不能适用"


def _kinds(chosen: Choice, terms: Terms) -> Iterator[str]:
    if beyond := [KINDS[kind] for kind in terms.kinds if kind not in chosen.basis.kinds]:
        yield f"{chosen.article.citation}没有设定{'、'.join(beyond)}，不能给予（行政处罚法第四条）"


def _fine(chosen: Choice, terms: Terms, standard: Standard | None) -> Iterator[str]:
    """A mitigated fine may lie below the least one (行政处罚法第三十二条), never above the greatest."""
    if "fine" not in terms.kinds:
        return
    if terms.more.get(MITIGATED) and chosen.basis.fine_max is not None and terms.fine <= chosen.basis.fine_max:
        return
    try:
        departing = str(terms.more.get(DEPARTING) or ""), str(terms.more.get(APPROVER) or "")
        discretion.check_fine(chosen, standard, terms.grade, terms.fine, departing=departing)
    except InvalidValues as error:
        yield from error.errors.values()
