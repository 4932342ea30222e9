"""Steps of enforcement (执行): plans of instalments as their forms show them, forced removal, substitute performance, and what must be over
before any of it begins. 行政处罚法第六十六条、第七十二条; 行政强制法第三十五条至第五十五条."""

import datetime as dt
from collections.abc import Mapping
from typing import Any

from sqlalchemy import Connection

from engine import clock
from engine.cases import case_file, closing, costs, dues, instalments, money_steps, payments, proposals
from engine.clock import local
from engine.errors import InvalidState, InvalidValues, NotAllowed, TooEarly
from engine.people import directory

Payload = Mapping[str, Any]
REMEDY = "remedy"
AUTHORITIES = ("head", "leader")
REFUSED = "refuse"
LAWS = {"CX": "城乡规划法", "TG": "土地管理法", "XF": "消防法"}
WAYS = {"planning_rural": "CX", "planning_urban": "CX", "land": "TG", "fire_lane": "XF"}
"""The statute that each way of enforcing a duty belongs to."""


def remedies_over(c: Connection, payload: Payload) -> None:
    """Raises InvalidState while a reconsideration or a suit about the decision is open (行政强制法第四十四条、第五十三条)."""
    case = case_file.above(c, int(payload["case"]))
    for one in closing.open_measures(c, case):
        if one.process == REMEDY:
            raise InvalidState(f"行政强制法第四十四条、第五十三条：“{one.title}”（{one.number}）还没有办结，复议、诉讼期间不能催告或者"
                               "强制执行，请等结果。", instance=case)


def must_fit_the_law(c: Connection, payload: Payload) -> None:
    """The way of removal (value enforce_path) is that of the law the decision is based on: a building against the plan is removed by the
    government (城乡规划法第六十五条、第六十八条), one on land that was taken by the court (土地管理法第八十三条); the two are never mixed.

    Raises InvalidState. A decision on other law alone leaves the choice.
    """
    case, path = case_file.above(c, int(payload["case"])), str(payload["values"].get("enforce_path") or "")
    last = proposals.last(c, case, proposals.DECISION)
    bases = {ref.split(":")[0] for ref in last.basis} & set(LAWS) if last else set()
    wanted = WAYS.get(path)
    if wanted and bases and wanted not in bases:
        of = "、".join(LAWS[one] for one in sorted(bases))
        raise InvalidState(f"选择的执行方式适用于依据{LAWS[wanted]}作出的决定，本案的决定依据是{of}。规划违法建筑由政府依法拆除，"
                           "违法占地的建筑期满申请人民法院强制执行，两种程序不能混用，请改选。", instance=case)


def check_plan(c: Connection, payload: Payload) -> dict[str, Any]:
    """Whether a plan of instalments (values plan: rows of amount 分 and due) leaves time to apply to the court.

    Answers {"conflict", "plan_end", "warning"}. Raises InvalidValues for a plan that does not add up.
    """
    case, rows = case_file.above(c, int(payload["case"])), _rows(payload["values"].get("plan"))
    unpaid = dues.of(c, case).fine_unpaid
    if sum(row["amount"] for row in rows) != unpaid:
        raise InvalidValues({"plan": f"各期合计应为未缴的罚款 {unpaid / 100:.2f} 元。"})
    ends = max(row["due_on"] for row in rows)
    found = instalments.window(c, case, ends)
    return {"conflict": found.needs_opinion, "plan_end": ends.isoformat(), "warning": "".join(found.warnings)}


def rule_on_plan(payload: Payload) -> dict[str, Any]:
    """The legal reviewer's opinion about a plan that ends too early (values plan_ruling_note)."""
    return {"legal_opinion": str(payload["values"].get("plan_ruling_note") or ""), "legal_reviewer": str(payload["person"])}


def approve_plan(c: Connection, payload: Payload) -> dict[str, Any]:
    """Approve a plan (values deferral_outcome, plan, applied_on; a single row is a deferral). Answers {"approved"} and, when it was, what
    `instalments.approve` and `next_instalment` answer."""
    values = payload["values"]
    if values.get("deferral_outcome") == REFUSED:
        return {"approved": False, **payments.answer(c, case_file.above(c, int(payload["case"])))}
    rows = _rows(values.get("plan"))
    wanted: dict[str, Any] = {"applied_on": values.get("applied_on")}
    wanted |= {"instalments": rows} if len(rows) > 1 else {"defer_until": rows[0]["due_on"]}
    ruled = payload["variables"].get("ruled") or {}
    said = {**payload, "values": {"instalment_outcome": "agree", **wanted, **ruled}}
    return {**money_steps.approve(c, said), **next_instalment(c, payload)}


def next_instalment(c: Connection, payload: Payload) -> dict[str, Any]:
    """The first instalment that is not paid and the last of the plan; both None where there is no plan."""
    plan = dues.of(c, case_file.above(c, int(payload["case"]))).plan
    coming = next((one for one in plan if one.unpaid), None)
    return {"next_due": coming.due_on.isoformat() if coming else None, "plan_end": plan[-1].due_on.isoformat() if plan else None}


def allow_forcing(c: Connection, payload: Payload) -> dict[str, Any]:
    """A forced removal at night or on a holiday needs a second authority beside the one who decides (NT-18; 行政强制法第四十三条).

    What was announced is not removed before the days the announcement gives are over (第四十四条: variables posted_on, notice_days).
    Values forced_urgent, forced_second, forced_at. Raises NotAllowed, TooEarly. Answers {"forced_at", "forced_urgent"}.
    """
    values = payload["values"]
    _announced_long_enough(payload["variables"], values.get("forced_at"))
    if values.get("forced_urgent") is True:
        path, second = _path(c, payload), str(values.get("forced_second") or "")
        known = directory.participant(c, second) if second else None
        leads = known is not None and any(p.role in AUTHORITIES and path.startswith(p.unit_path) for p in known.own_posts)
        if not leads or second == payload["person"]:
            raise NotAllowed("行政强制法第四十三条：紧急情况下在夜间或者法定节假日实施，须由另一名负责人共同授权，不能由同一人授权两次。",
                             person=payload["person"], second=second)
    return {"forced_at": _text(values.get("forced_at")), "forced_urgent": values.get("forced_urgent") is True}


def _announced_long_enough(variables: Mapping[str, Any], forced_at: Any) -> None:
    posted, days = _day(variables.get("posted_on")), variables.get("notice_days")
    wanted = _day(forced_at)
    if posted is None or not days or wanted is None:
        return
    last = posted + dt.timedelta(days=int(days))
    if wanted <= last:
        raise TooEarly(f"行政强制法第四十四条：公告限期当事人自行拆除，限期到 {last:%Y-%m-%d} 届满，"
                       f"最早 {last + dt.timedelta(days=1):%Y-%m-%d} 可以实施强制拆除。")


def record_forcing(c: Connection, payload: Payload) -> dict[str, Any]:
    """What was done and what it cost; the cost is recovered apart from any fine (values carried_at, cost 分, cost_detail)."""
    values, case = payload["values"], case_file.above(c, int(payload["case"]))
    amount = values.get("cost")
    if not amount:
        return {"carried_at": _text(values.get("carried_at")), "cost": 0}
    what = str(values.get("cost_detail") or "强制执行、代履行费用")
    costs.add(c, case, {"kind": costs.INCURRED, "amount": amount, "what": what, "day": clock.today()}, str(payload["person"]))
    return {"carried_at": _text(values.get("carried_at")), "cost": amount}


def _rows(plan: Any) -> list[dict[str, Any]]:
    """Rows of a form's plan as the ledger takes them, in the order of their days."""
    found = []
    for row in plan or ():
        due, amount = row.get("due"), row.get("amount")
        if not due or not isinstance(amount, int):
            raise InvalidValues({"plan": "每期都要写明金额和日期。"})
        found.append({"due_on": due if isinstance(due, dt.date) else dt.date.fromisoformat(str(due)), "amount": amount})
    if not found:
        raise InvalidValues({"plan": "请填写计划表。"})
    return sorted(found, key=lambda row: row["due_on"])


def _day(value: Any) -> dt.date | None:
    """The day (Asia/Shanghai) of a day, a moment or the text of one."""
    if isinstance(value, str) and value:
        value = dt.datetime.fromisoformat(value)
    if isinstance(value, dt.datetime):
        return (local(value) if value.tzinfo else value).date()
    return value if isinstance(value, dt.date) else None


def _path(c: Connection, payload: Payload) -> str:
    return case_file.of(c, case_file.above(c, int(payload["case"]))).unit_path


def _text(value: Any) -> str | None:
    return value.isoformat() if hasattr(value, "isoformat") else None if value is None else str(value)
