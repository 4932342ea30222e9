"""What steps of a penalty case do in its file when they are submitted, by name: `cases.file_case` and the others (gl:act).

Each is done in the submission's own transaction and refuses it by raising. An act whose step was answered otherwise (`<act>_outcome` in
the values is not one of the words that let it happen) does nothing and says so.
"""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Connection

from engine.cases import (
    case_file,
    closing,
    deciding,
    duties,
    enforcing,
    filing,
    first_case,
    measure_steps,
    money_steps,
    on_the_spot,
    reviewing,
    transfers,
)

Payload = Mapping[str, Any]


def file_case(c: Connection, payload: Payload) -> dict[str, Any]:
    """立案: gives the 案号. Values: filing_outcome ("file"; anything else files nothing), late_reason, limit_is_five_years,
    duplicate_reason. Answers {"number", "filed_on", "responsibility"} or {"number": None}."""
    if payload["values"].get("filing_outcome", "file") not in ("file", "agree", "approve"):
        return {"number": None}
    return filing.file_case(c, int(payload["case"]), payload["values"], str(payload["person"]))


def propose(c: Connection, payload: Payload) -> dict[str, Any]:
    """调查终结: writes what the officers propose (values proposal_kinds, proposal_fine 分, proposal_confiscation, proposal_basis,
    proposal_grade, facts, reasons). A proposal not to punish (proposal_kind no_penalty, not_established, transfer) writes that."""
    return deciding.propose(c, deciding.Step.of(payload))


def notify(c: Connection, payload: Payload) -> dict[str, Any]:
    """事先告知: writes what is notified (values notice_kinds, notice_fine, notice_basis …, else as proposed). Refuses what could not
    lawfully be decided."""
    return deciding.notify(c, deciding.Step.of(payload))


def decide(c: Connection, payload: Payload) -> dict[str, Any]:
    """处罚决定 (values decision_kinds, decision_fine, decision_basis …, else as notified; decision_kind other than "penalty" writes a
    decision not to punish). Refuses whatever `lawful_order.before_decision` names."""
    return deciding.decide(c, deciding.Step.of(payload))


def no_penalty(c: Connection, payload: Payload) -> dict[str, Any]:
    """不予处罚、违法事实不成立: writes the decision (values no_penalty_ground, reasons, education)."""
    return deciding.no_penalty(c, deciding.Step.of(payload))


def withdraw_filing(c: Connection, payload: Payload) -> dict[str, Any]:
    """撤案: writes why the case is given up (values reasons). After a decision it is refused."""
    return deciding.withdraw(c, deciding.Step.of(payload))


def close_case(c: Connection, payload: Payload) -> dict[str, Any]:
    """结案: closes and freezes the file (values or variables closure_kind; receipt …)."""
    values, variables = payload["values"], payload["variables"]
    if values.get("closing_outcome", "agree") not in ("agree", "approve", "close"):
        return {"closed_on": None}
    kind = str(values.get("closure_kind") or variables.get("closure_kind") or "")
    return closing.close(c, int(payload["case"]), kind, {**variables, **values})


def send_out(c: Connection, payload: Payload) -> dict[str, Any]:
    """移送: the case waits for the other side (移送中), which is no closing. Answers {"case_status"}."""
    return transfers.send_out(c, case_file.above(c, int(payload["case"])))


def come_back(c: Connection, payload: Payload) -> dict[str, Any]:
    """The other side did not take the case over: it goes on here. Answers {"case_status"}."""
    return transfers.come_back(c, case_file.above(c, int(payload["case"])))


def record_review(c: Connection, payload: Payload) -> dict[str, Any]:
    """法制审核: writes the reviewer's conclusion (values review_outcome, review_opinion); the reviewer takes that duty in the case.
    A hearing makes a second one necessary. Answers {"review_outcome", "reviewed_on", "review_round"}."""
    return reviewing.record(c, deciding.Step.of(payload))


def appoint_host(c: Connection, payload: Payload) -> dict[str, Any]:
    """指定听证主持人 (value host): refused for whoever investigates or reviews the case (行政处罚法第六十四条第四项). Answers {"host"}."""
    case, host = case_file.above(c, int(payload["case"])), str(payload["values"]["host"])
    duties.take(c, case, duties.Change(duties.HOST, host, by=str(payload["person"])))
    return {"host": host}


def record_guidance(c: Connection, payload: Payload) -> dict[str, Any]:
    """首案指导: writes the department's advice (values guidance_text, guidance_contact) into the case and tells its officers. Answers
    {"by", "at"}."""
    return first_case.record(c, payload)


def archive_case(c: Connection, payload: Payload) -> dict[str, Any]:
    """归档: the only thing a frozen file still takes."""
    return closing.archive(c, int(payload["case"]))


def impose_fine(c: Connection, payload: Payload) -> dict[str, Any]:
    """Enters what the decision imposes in the money ledger, to be called after `decide`. Values: gains_amount (分), surcharge_stated."""
    return money_steps.impose(c, payload)


def record_payment(c: Connection, payload: Payload) -> dict[str, Any]:
    """登记缴款. Values: payment_amount (分), payment_day, payment_channel, receipt_number, payer; for cash also cash_ground, cash_reason,
    party_asked, collector. Answers imposed, paid, unpaid, surcharge, settled, due_on …"""
    return money_steps.record(c, payload)


def approve_instalments(c: Connection, payload: Payload) -> dict[str, Any]:
    """延期、分期. Values: instalment_outcome, instalments (rows of due_on, amount 分) or defer_until, applied_on, document,
    legal_opinion, legal_reviewer. Answers ends_on, apply_by, warnings and how the case stands; {"approved": False} when refused."""
    return money_steps.approve(c, payload)


def pause_surcharge(c: Connection, payload: Payload) -> dict[str, Any]:
    """No surcharge is counted from pause_day on. Values: pause_day, pause_ground (reconsideration, litigation), document."""
    return money_steps.pause(c, payload)


def resume_surcharge(c: Connection, payload: Payload) -> dict[str, Any]:
    """The surcharge counts again after resume_day. Values: resume_day, pause_ground, document."""
    return money_steps.resume(c, payload)


def check_plan(c: Connection, payload: Payload) -> dict[str, Any]:
    """Whether a plan of instalments leaves time to apply to the court, see `enforcing.check_plan`."""
    return enforcing.check_plan(c, payload)


def rule_on_plan(c: Connection, payload: Payload) -> dict[str, Any]:
    """The legal reviewer's opinion about a plan that ends before the time to sue."""
    return enforcing.rule_on_plan(payload)


def approve_plan(c: Connection, payload: Payload) -> dict[str, Any]:
    """Approve a plan as its form shows it, see `enforcing.approve_plan`."""
    return enforcing.approve_plan(c, payload)


def next_instalment(c: Connection, payload: Payload) -> dict[str, Any]:
    """Which instalment comes next, see `enforcing.next_instalment`."""
    return enforcing.next_instalment(c, payload)


def allow_forcing(c: Connection, payload: Payload) -> dict[str, Any]:
    """A removal at a barred time needs a second authority, see `enforcing.allow_forcing`."""
    return enforcing.allow_forcing(c, payload)


def record_forcing(c: Connection, payload: Payload) -> dict[str, Any]:
    """What a removal or substitute performance cost, see `enforcing.record_forcing`."""
    return enforcing.record_forcing(c, payload)


def hand_over_cash(c: Connection, payload: Payload) -> dict[str, Any]:
    """Cash taken on the spot reached the authority (行政处罚法第七十一条); the receipt is the variable receipt_number."""
    return on_the_spot.hand_over(c, payload)


def bank_cash(c: Connection, payload: Payload) -> dict[str, Any]:
    """That cash was paid in at the bank."""
    return on_the_spot.bank(c, payload)


def convert_summary(c: Connection, payload: Payload) -> dict[str, Any]:
    """转普通程序: a case of the ordinary procedure goes on with the same facts, see `on_the_spot.convert`."""
    return on_the_spot.convert(c, payload)


def end_summary(c: Connection, payload: Payload) -> dict[str, Any]:
    """No penalty on the spot, see `on_the_spot.end`."""
    return on_the_spot.end(c, payload)


def exclude_appraisal(c: Connection, payload: Payload) -> dict[str, Any]:
    """The time of an appraisal is no time to decide, where the rule set says so, see `measure_steps.exclude_appraisal`."""
    return measure_steps.exclude_appraisal(c, payload)


def hold_enforcement(c: Connection, payload: Payload) -> dict[str, Any]:
    """复议、诉讼期间: clocks of enforcement stand, see `measure_steps.hold_enforcement`."""
    return measure_steps.hold_enforcement(c, payload)


def resume_enforcement(c: Connection, payload: Payload) -> dict[str, Any]:
    """They go on, see `measure_steps.resume_enforcement`."""
    return measure_steps.resume_enforcement(c, payload)


def approve_transfer(c: Connection, payload: Payload) -> dict[str, Any]:
    """移送中 once the transfer is approved, see `measure_steps.approve_transfer`."""
    return measure_steps.approve_transfer(c, payload)


def crime_back(c: Connection, payload: Payload) -> dict[str, Any]:
    """The police gave the case back, see `measure_steps.crime_back`."""
    return measure_steps.crime_back(c, payload)
