"""Which law applies (从旧兼从轻): that of the day of the act, unless the law of the day of the decision is milder.

行政处罚法第三十七条; 生态环境法典第一千零五十七条. Milder is a lower greatest fine; then a lower least fine; then fewer kinds of penalty.
"""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Connection

from engine import money
from engine.errors import InvalidState
from engine.law import powers, statutes
from engine.law.powers import PENALTIES, Basis, Power
from engine.law.statutes import Article


@dataclass(frozen=True)
class Case:
    """What the choice looks at. `refused`: the party did not put it right after an order; None: not known yet, both are offered.
    `held_on`: the day on which the town must hold the power, the day of the decision unless the case was filed before a recall."""

    unit_id: str
    code: str
    act_day: dt.date
    decision_day: dt.date
    party_kind: str = ""
    refused: bool | None = None
    held_on: dt.date | None = None


@dataclass(frozen=True)
class Choice:
    """The basis that applies, its article, why, and what else was looked at. Fines in 分."""

    power: Power
    basis: Basis
    article: Article
    reason: str
    others: tuple[tuple[Basis, Article], ...]


def applicable(c: Connection, case: Case) -> Choice:
    """Raises PowerNotHeld, and InvalidState where no article applied on the day of the act, or none does on the day of the decision."""
    power = powers.in_force(c, case.unit_id, case.code, case.held_on or case.decision_day)
    old, new = _on(c, power, case, case.act_day), _on(c, power, case, case.decision_day)
    if not old:
        raise InvalidState(f"行为发生在 {case.act_day}，当时没有可以处罚“{power.name}”的条文，不能适用后来的规定（行政处罚法第三十七条）。"
                           "当时的法律还没有录入法条库的，请先补录。",
                           code=case.code)
    if not new:
        raise InvalidState(f"“{power.name}”的处罚依据到 {case.decision_day} 已经失效且没有相应规定，按从旧兼从轻不予处罚"
                           "（行政处罚法第三十七条）。", code=case.code)
    chosen, reason = _milder(old, new, case)
    return Choice(power, *chosen, reason, tuple(pair for pair in (*old, *new) if pair != chosen))


def offered(c: Connection, case: Case) -> tuple[tuple[Basis, Article], ...]:
    """Every basis of the matter that is in force on either day, the older first, each once."""
    power = powers.in_force(c, case.unit_id, case.code, case.held_on or case.decision_day)
    return tuple(dict.fromkeys((*_on(c, power, case, case.act_day), *_on(c, power, case, case.decision_day))))


def range_words(basis: Basis) -> str:
    """500 元以上 5,000 元以下罚款, or the kinds where there is no fine."""
    if basis.fine_max is None:
        return powers.kinds_words(basis.kinds)
    least = f"{money.yuan(basis.fine_min)} 元以上 " if basis.fine_min else ""
    more = [kind for kind in basis.kinds if kind != "fine"]
    return f"{least}{money.yuan(basis.fine_max)} 元以下罚款" + (f"，{powers.kinds_words(more)}" if more else "")


def _on(c: Connection, power: Power, case: Case, day: dt.date) -> list[tuple[Basis, Article]]:
    """The bases of a day that fit the party and what it did, in the order of the list."""
    fitting = [one for one in power.bases if (not one.parties or not case.party_kind or case.party_kind in one.parties)
               and (case.refused is None or one.when in ("", "refused" if case.refused else "first"))]
    return [(one, article) for one in fitting for article in statutes.in_force(c, [one.article], day)]


def _milder(old: Sequence[tuple[Basis, Article]], new: Sequence[tuple[Basis, Article]], case: Case) -> tuple[tuple[Basis, Article], str]:
    before, after = old[0], new[0]
    if before[1].id == after[1].id:
        return before, f"行为日 {case.act_day} 和决定日 {case.decision_day} 适用同一条文。"
    said = (f"行为日 {case.act_day} 适用{before[1].citation}（{range_words(before[0])}），"
            f"决定日 {case.decision_day} 适用{after[1].citation}（{range_words(after[0])}）；")
    if _weight(after[0]) < _weight(before[0]):
        return after, said + "新规定处罚较轻，适用新规定（行政处罚法第三十七条，从旧兼从轻）。"
    return before, said + "新规定不轻于旧规定，适用行为时的规定（行政处罚法第三十七条，从旧兼从轻）。"


def _weight(basis: Basis) -> tuple[int, int, int]:
    return basis.fine_max or 0, basis.fine_min or 0, len([kind for kind in basis.kinds if kind in PENALTIES])
