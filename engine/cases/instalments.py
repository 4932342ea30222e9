"""Paying later or in parts (行政处罚法第六十六条第二款): what a plan must be, and how it moves the time to apply to the court.

The three months to apply begin with the end of the plan (行政处罚法第七十二条第二款), and three months after the time to sue
(行诉解释第一百五十六条); the court takes no application before nobody can sue any more. A plan that ends before the time to sue would let
the first window close before it opens: it needs the opinion of a legal reviewer.
"""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection

from engine import clock
from engine.cases import case_file, dues, payments, rule_days
from engine.cases.dues import DEFERRED, PLAN, New
from engine.errors import InvalidState, InvalidValues, NotAllowed
from engine.money import yuan
from engine.people import authorisations, directory

Values = Mapping[str, Any]
SUIT, AFTER_SUIT, AFTER_PLAN = "DL-F9", "DL-E8", "DL-E8.instalment"
MOST = 36
APPROVERS = ("head", "leader")


@dataclass(frozen=True)
class Window:
    """The time to apply to the court under a plan. `suit_ends`: nobody can sue after it; None while the decision is not served.
    `apply_by` is the careful last day, the earlier of the two that the law may mean."""

    plan_ends: dt.date
    suit_ends: dt.date | None
    apply_by: dt.date | None
    warnings: tuple[str, ...]

    @property
    def needs_opinion(self) -> bool:
        """The plan ends before the time to sue."""
        return self.suit_ends is not None and self.plan_ends < self.suit_ends


def window(c: Connection, instance_id: int, plan_ends: dt.date) -> Window:
    """The time to apply to the court if a plan ended on a day, with what a person must be warned of. Raises InvalidValues (its year)."""
    if plan_ends.year > payments.LATEST:
        raise InvalidValues({"plan": f"请核对日期：{plan_ends} 的年份不对。"})
    path = case_file.of(c, instance_id).unit_path
    suit = _suit_ends(c, instance_id, path)
    by_plan = rule_days.due(c, AFTER_PLAN, plan_ends, path)
    if suit is None:
        return Window(plan_ends, None, by_plan.conservative, ("决定书还没有送达，起诉期限没有起算，申请法院的末日只能按分期止日计算。",))
    by_suit = rule_days.due(c, AFTER_SUIT, suit, path)
    last = min(by_plan.conservative, by_suit.conservative)
    said = []
    if plan_ends < suit:
        said.append(f"分期止日 {plan_ends} 早于起诉期限届满日 {suit}：按行政处罚法第七十二条第二款，申请法院的期限到 {by_plan.day} 为止；"
                    f"按行诉解释第一百五十六条到 {by_suit.day} 为止。两者冲突，请把止日定在 {suit} 以后，或者由法制员写明裁量意见，"
                    f"末日按保守值 {last} 掌握。")
    if last <= suit:
        said.append(f"末日 {last} 不晚于起诉期限届满日 {suit}，期满后才能催告，届时将无法申请法院强制执行。")
    return Window(plan_ends, suit, last, tuple(said))


def approve(c: Connection, instance_id: int, values: Values, by: str) -> dict[str, Any]:
    """Approve a plan, or a single later day. values: instalments (rows of due_on and amount 分) or defer_until (a day), document (of the
    approval), applied_on (of the party's application), legal_opinion and legal_reviewer where the plan ends before the time to sue.

    Raises NotAllowed (not theirs to approve), InvalidValues (rows, sum, no application, no opinion), InvalidState (nothing unpaid).
    Answers what `payments.answer` does, and ends_on, apply_by, warnings.
    """
    _may_approve(c, instance_id, by)
    now = dues.of(c, instance_id)
    if not now.fine_unpaid:
        raise InvalidState("本案没有未缴的罚款，不需要分期或者延期。", instance=instance_id)
    if not values.get("applied_on"):
        raise InvalidValues({"applied_on": "行政处罚法第六十六条：须经当事人申请，请填写当事人的申请日期。"})
    rows = _rows(values, now.fine_unpaid)
    ends = max(day for day, _ in rows)
    found = window(c, instance_id, ends)
    more = {"document": str(values.get("document") or "").strip(), "applied_on": str(values["applied_on"]),
            "apply_by": None if found.apply_by is None else found.apply_by.isoformat()} | _opinion(c, instance_id, found, values)
    if values.get("defer_until"):
        entry = New(DEFERRED, clock.today(), now.fine_unpaid, more={**more, "instalments": [[ends.isoformat(), now.fine_unpaid]]})
    else:
        entry = New(PLAN, clock.today(), now.fine_unpaid, more={**more, "instalments": [[day.isoformat(), fen] for day, fen in rows]})
    dues.write(c, instance_id, entry, by)
    return {**payments.answer(c, instance_id), "ends_on": ends.isoformat(), "apply_by": more["apply_by"], "warnings": list(found.warnings)}


def _may_approve(c: Connection, instance_id: int, by: str) -> None:
    unit = case_file.open_file(c, instance_id).unit_id
    posts = directory.participant(c, by).posts
    path = directory.unit_of(c, unit).path
    leads = any(post.role in APPROVERS and path.startswith(post.unit_path) for post in posts)
    if not leads and not authorisations.authorised(c, by, "instalments", clock.today(), unit_id=unit):
        raise NotAllowed("行政处罚法第六十六条：延期、分期缴纳由行政机关负责人批准。", person=by, instance=instance_id)


def _suit_ends(c: Connection, instance_id: int, path: str) -> dt.date | None:
    """The last day to sue: of its clock, else six months from when the time to pay began, which is when the decision was served."""
    suing = rule_days.running(c, instance_id, SUIT)
    if suing is not None:
        return rule_days.day_of(suing.due_at)
    paying = rule_days.running(c, instance_id, dues.PAYMENT_RULE)
    return None if paying is None else rule_days.due(c, SUIT, rule_days.day_of(paying.started_at), path).day


def _rows(values: Values, unpaid: int) -> list[tuple[dt.date, int]]:
    """The days and amounts of a plan; together exactly what is unpaid, each later than today and than the one before."""
    if values.get("defer_until"):
        return [(_later(values["defer_until"], clock.today()), unpaid)]
    rows = values.get("instalments") or ()
    if not 1 < len(rows) <= MOST:
        raise InvalidValues({"instalments": f"请填写 2 至 {MOST} 期，每期写明日期和金额；只改期限的请选择延期。"})
    found: list[tuple[dt.date, int]] = []
    for row in rows:
        day = _later(row.get("due_on"), found[-1][0] if found else clock.today())
        if not isinstance(row.get("amount"), int) or row["amount"] <= 0:
            raise InvalidValues({"instalments": "每期都要写明金额。"})
        found.append((day, row["amount"]))
    if sum(amount for _, amount in found) != unpaid:
        raise InvalidValues({"instalments": f"各期合计应为未缴的罚款 {yuan(unpaid)} 元，现在是 {yuan(sum(a for _, a in found))} 元。"})
    return found


def _later(said: Any, than: dt.date) -> dt.date:
    try:
        day = said if isinstance(said, dt.date) else dt.date.fromisoformat(str(said))
    except ValueError:
        raise InvalidValues({"instalments": "请填写日期，例如 2026-03-02。"}) from None
    if day <= than:
        raise InvalidValues({"instalments": f"缴款日期应当逐期推后，并晚于 {than}。"})
    return day


def _opinion(c: Connection, instance_id: int, found: Window, values: Values) -> dict[str, str]:
    """The legal reviewer's opinion, where the plan ends too early. Raises InvalidValues with the warning itself."""
    if not found.needs_opinion:
        return {}
    opinion, reviewer = str(values.get("legal_opinion") or "").strip(), str(values.get("legal_reviewer") or "")
    path = case_file.of(c, instance_id).unit_path
    known = directory.names(c, [reviewer]) and directory.participant(c, reviewer)
    if not opinion or not known or not any(p.role == "legal_reviewer" and path.startswith(p.unit_path) for p in known.posts):
        raise InvalidValues({"legal_opinion": "".join(found.warnings)})
    return {"legal_opinion": opinion, "legal_reviewer": reviewer}
