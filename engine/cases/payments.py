"""What happens to the money of a penalty case: imposing, changing, paying, pausing the surcharge. Each checks, adds an entry, and answers
how the case stands now. The caller holds the case's lock and has asked whether this person may."""

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Connection

from engine import clock
from engine.cases import case_file, cash, dues, proposals
from engine.cases.dues import CHANGED, CHANNELS, FINE, GAINS, IMPOSED, PAID, PARTS, PAUSED, REFUNDED, RESUMED, Entry, New
from engine.errors import InvalidState, InvalidValues
from engine.money import yuan

Values = Mapping[str, Any]
EARLIEST, LATEST = 1990, 2200
"""Years that a day of the ledger may lie in: others are slips of the hand, and the surcharge is counted day by day."""
GROUNDS = {"reconsideration": "行政复议", "litigation": "行政诉讼"}
OVERPAID, REVOKED, LOWERED = "overpaid", "revoked", "changed"
REFUND_GROUNDS = {OVERPAID: "多缴", REVOKED: "处罚决定被撤销", LOWERED: "处罚决定被变更"}


def answer(c: Connection, instance_id: int) -> dict[str, Any]:
    """How a case stands, as variables of a process see it: amounts in 分, days as ISO text."""
    now = dues.of(c, instance_id)
    return {"imposed": now.imposed, "paid": now.paid, "surcharge": now.surcharge, "unpaid": now.unpaid, "fine_unpaid": now.fine_unpaid,
            "settled": now.is_settled, "due_on": _iso(now.due_on), "surcharge_from": _iso(now.surcharge_from), "paused": now.paused,
            "missed": len(now.missed), "receipt": now.receipts[-1] if now.receipts else ""}


def impose(c: Connection, instance_id: int, values: Values, by: str | None) -> dict[str, Any]:
    """Enter what the decision of the case imposes: its fine, and confiscated gains where their amount is given.

    values: gains_amount (分), surcharge_stated (default yes). A new decision changes what was entered before.
    Raises InvalidState for a fine on the spot above its limit (行政处罚法第五十一条).
    """
    decided = proposals.last(c, instance_id, proposals.DECISION)
    wanted = {FINE: decided.fine if decided else 0, GAINS: int(values.get("gains_amount") or 0)}
    cash.check_summary(c, instance_id, wanted[FINE])
    known = dues.standing(dues.entries(c, instance_id))
    for part, amount in wanted.items():
        before = [one.amount for one in known if one.part == part and one.kind in (IMPOSED, CHANGED)]
        if (amount and not before) or (before and before[-1] != amount):
            more = {"surcharge": bool(values.get("surcharge_stated", True))} if not before else {"reason": "重新作出决定"}
            day = decided.day if decided else clock.today()
            dues.write(c, instance_id, New(CHANGED if before else IMPOSED, day, amount, part, more=more), by)
    return answer(c, instance_id)


def change(c: Connection, instance_id: int, values: Values, by: str | None) -> dict[str, Any]:
    """A fine or gains changed or lifted by a reconsideration or a judgment. values: part, amount (分), day, document, reason.

    Raises InvalidValues, InvalidState (nothing was imposed).
    """
    part, amount, day = str(values.get("part") or FINE), values.get("amount"), day_of(values, "day")
    if part not in PARTS or not isinstance(amount, int) or amount < 0:
        raise InvalidValues({"amount": "请填写变更后的金额，撤销的填 0。"})
    if not str(values.get("document") or "").strip():
        raise InvalidValues({"document": "请填写作出变更的复议决定书或者裁判文书文号。"})
    _must_be_imposed(c, instance_id, part)
    more = {"document": str(values["document"]).strip(), "reason": str(values.get("reason") or "").strip()}
    dues.write(c, instance_id, New(CHANGED, day, amount, part, more=more), by)
    return answer(c, instance_id)


def record(c: Connection, instance_id: int, values: Values, by: str | None) -> dict[str, Any]:
    """A payment. values: amount (分), day, channel (bank, electronic, cash, court, auction), receipt (of the fiscal bill), payer, part,
    and for cash: ground, ground_reason, party_asked, collector.

    Raises InvalidValues (amount, day, channel, no receipt: 行政处罚法第七十条), InvalidState (nothing imposed, more than owed, cash that
    may not be taken), Conflict (the receipt's number is used).
    """
    part, amount, channel = str(values.get("part") or FINE), values.get("amount"), str(values.get("channel") or "")
    day, receipt = day_of(values, "day"), str(values.get("receipt") or "").strip()
    wrong = {}
    if not isinstance(amount, int) or amount <= 0:
        wrong["amount"] = "请填写缴款金额。"
    if channel not in CHANNELS:
        wrong["channel"] = "请选择缴款方式。"
    if day > clock.today():
        wrong["day"] = "缴款日期不能晚于今天。"
    if channel not in ("court", "auction") and not 1 <= len(receipt) <= 60:
        wrong["receipt"] = "请填写财政票据号。行政处罚法第七十条：不出具财政部门统一制发的专用票据的，当事人有权拒绝缴纳罚款。"
    if wrong:
        raise InvalidValues(wrong)
    assert isinstance(amount, int)
    _must_be_imposed(c, instance_id, part)
    _must_be_owed(c, instance_id, (part, amount, day))
    collecting = cash.collecting(c, instance_id, values, by) if channel == "cash" else None
    payer = str(values.get("payer") or "").strip() or case_file.of(c, instance_id).party.name
    more = {} if collecting is None else {"ground": collecting.ground, "ground_reason": collecting.reason}
    entry = dues.write(c, instance_id, New(PAID, day, amount, part, channel, receipt, payer[:200], more=more), by)
    if receipt:
        cash.issue(c, instance_id, cash.Receipt(receipt, entry, amount, channel, day, by or "", collecting))
    return answer(c, instance_id)


def refund(c: Connection, instance_id: int, values: Values, by: str | None) -> dict[str, Any]:
    """Money paid back to the party, at most what was paid too much. values: amount (分), day, part, ground (overpaid, revoked, changed),
    document (of the paying back, used once), payer (who received it). A ground beside 多缴 rests on the change that was entered.

    Raises InvalidValues.
    """
    part, amount, day = str(values.get("part") or FINE), values.get("amount"), day_of(values, "day")
    document, ground = str(values.get("document") or "").strip(), str(values.get("ground") or OVERPAID)
    known = dues.standing(dues.entries(c, instance_id))
    lowered = next((one for one in reversed(known) if one.kind == CHANGED and one.part == part), None)
    wrong = {"document": _wrong_voucher(known, document), "ground": _wrong_ground(ground, lowered)}
    wrong["part"] = "" if part in PARTS else "请选择款项。"
    wrong["day"] = "退款日期不能晚于今天。" if day > clock.today() else ""
    wrong["amount"] = "" if any(wrong.values()) else _wrong_refund(c, instance_id, (part, amount, day))
    if any(wrong.values()):
        raise InvalidValues({key: words for key, words in wrong.items() if words})
    assert isinstance(amount, int)
    payer = str(values.get("payer") or "").strip() or case_file.of(c, instance_id).party.name
    more = {"document": document, "ground": ground, "reason": REFUND_GROUNDS[ground]}
    if ground != OVERPAID and lowered is not None:
        more["rests_on"] = str(lowered.more.get("document") or "")
    dues.write(c, instance_id, New(REFUNDED, day, amount, part, payer=payer[:200], more=more), by)
    return answer(c, instance_id)


def refundable(ledger: Sequence[Entry]) -> dict[str, str]:
    """The grounds on which money of a case may be paid back now, with their words."""
    lowered = [one for one in dues.standing(ledger) if one.kind == CHANGED]
    return {ground: words for ground, words in REFUND_GROUNDS.items() if any(not _wrong_ground(ground, one) for one in (*lowered, None))}


def _wrong_voucher(known: Sequence[Entry], document: str) -> str:
    if not 1 <= len(document) <= 60:
        return "请填写退库（退款）凭证号，不超过 60 字。"
    used = any(one.kind == REFUNDED and one.more.get("document") == document for one in known)
    return f"退款凭证 {document} 已经登记过，请核对。" if used else ""


def _wrong_ground(ground: str, lowered: Entry | None) -> str:
    """A decision that was set aside or changed is entered as a change first; nothing is left of one that was set aside."""
    if ground not in REFUND_GROUNDS:
        return "请选择退款的原因。"
    if ground == OVERPAID or (lowered is not None and (lowered.amount == 0) == (ground == REVOKED)):
        return ""
    return f"账上没有这笔款项{'撤销' if ground == REVOKED else '变更'}的记录，请先由法制员按复议决定书或者裁判文书登记变更。"


def _wrong_refund(c: Connection, instance_id: int, said: tuple[str, Any, dt.date]) -> str:
    """Paid back is what was paid too much, today and on the day itself."""
    part, amount, day = said
    ledger, until = dues.entries(c, instance_id), dues.payable_until(c, instance_id)
    now, then = (dues.balance(ledger, one, until).over(part) for one in (clock.today(), day))
    if not isinstance(amount, int) or not 0 < amount <= now:
        return f"可退的{PARTS[part]}为 {yuan(now)} 元，请填写不超过这个数的金额；决定被撤销或者变更的，请先由法制员登记变更。"
    return f"{day} 可退的{PARTS[part]}只有 {yuan(then)} 元，请核对退款日期。" if amount > then else ""


def pause(c: Connection, instance_id: int, values: Values, by: str | None) -> dict[str, Any]:
    """From this day no surcharge is counted: a reconsideration or a suit was begun (行政处罚法第七十三条第三款). values: day, ground
    (reconsideration, litigation), document. Raises InvalidValues."""
    ground, day = str(values.get("ground") or ""), day_of(values, "day")
    if ground not in GROUNDS:
        raise InvalidValues({"ground": "请选择行政复议或者行政诉讼。"})
    more = {"ground": ground, "document": str(values.get("document") or "").strip()}
    entry = dues.write(c, instance_id, New(PAUSED, day, more=more), by)
    return {**answer(c, instance_id), "pause": entry}


def resume(c: Connection, instance_id: int, values: Values, by: str | None) -> dict[str, Any]:
    """The reconsideration or suit ended: `day` is the last day that does not count. values: day, ground, document.

    Raises InvalidState when no pause of that ground lasts, InvalidValues when it ends before it began.
    """
    ground, day = str(values.get("ground") or ""), day_of(values, "day")
    known = dues.standing(dues.entries(c, instance_id))
    ended = {one.more["pause"] for one in known if one.kind == RESUMED}
    lasting = [one for one in known if one.kind == PAUSED and one.id not in ended and (not ground or one.more["ground"] == ground)]
    if not lasting:
        raise InvalidState("没有正在停止计算加处罚款的复议或者诉讼。", instance=instance_id)
    if day < lasting[0].day:
        raise InvalidValues({"day": f"不能早于停止计算之日 {lasting[0].day}。"})
    more = {"pause": lasting[0].id, "document": str(values.get("document") or "").strip()}
    dues.write(c, instance_id, New(RESUMED, day, more=more), by)
    return answer(c, instance_id)


def _must_be_imposed(c: Connection, instance_id: int, part: str) -> None:
    known = dues.standing(dues.entries(c, instance_id))
    if not any(one.kind == IMPOSED and one.part == part for one in known):
        raise InvalidState(f"本案没有作出{PARTS[part]}决定，不能登记。", instance=instance_id)


def _must_be_owed(c: Connection, instance_id: int, said: tuple[str, int, dt.date]) -> None:
    """Nothing is taken that is not owed on the day of the payment."""
    part, amount, day = said
    now = dues.balance(dues.entries(c, instance_id), day, dues.payable_until(c, instance_id))
    owed = now.gains_unpaid if part == GAINS else now.fine_unpaid + now.surcharge_unpaid
    if amount > owed:
        raise InvalidState(f"{day} 应缴{PARTS[part]} {yuan(owed)} 元（含加处罚款），不能登记 {yuan(amount)} 元。多缴的请退还当事人。",
                           instance=instance_id)


def day_of(values: Values, key: str) -> dt.date:
    """A day of a form, today when it is left empty. Raises InvalidValues."""
    said = values.get(key) or clock.today()
    try:
        day = said if isinstance(said, dt.date) else dt.date.fromisoformat(str(said))
    except ValueError:
        raise InvalidValues({key: "请填写日期，例如 2026-03-02。"}) from None
    if not EARLIEST <= day.year <= LATEST:
        raise InvalidValues({key: f"请核对日期：{day} 的年份不对。"})
    return day


def _iso(day: dt.date | None) -> str | None:
    return None if day is None else day.isoformat()
