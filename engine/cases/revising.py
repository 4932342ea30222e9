"""What the legal reviewer enters in the money of a case: what a reconsideration or a judgment left of a fine, and days of a pause.

Nobody else changes what is to be paid (roles.md R-20), and nobody in a case of their own. A change rests on a result that the process of
the remedy holds; a new decision of the authority itself changes the amounts by its own step. A pause begins with the step that also holds
the enforcement, and ends with the one that lets it go on.
"""

from collections.abc import Callable, Mapping
from typing import Any

from sqlalchemy import Connection

from engine import clock
from engine.cases import dues, ledger_desk, pauses, payments, remedies
from engine.cases.dues import CHANGED, FINE, GAINS, IMPOSED, PARTS, PAUSED
from engine.cases.ledger_desk import REVISE
from engine.cases.remedies import Ruling
from engine.errors import InvalidState, InvalidValues, NotAllowed
from engine.money import yuan
from engine.people import Participant

Values = Mapping[str, Any]


def change(c: Connection, instance_id: int, values: Values, by: Participant) -> dict[str, Any]:
    """Enter what a result left of the fine or the gains. values: ruling (the remedy it stands in), part, amount (分), reason, opposed (a
    third party asked for more). Raises as `ledger_desk.enter` does, and InvalidValues.

    A result leaves less than before: 行政复议法第六十三条第二款、行政诉讼法第七十七条第二款.
    """
    def work() -> str:
        ruling = next((one for one in remedies.rulings(c, instance_id) if str(one.id) == str(values.get("ruling") or "")), None)
        part, before = str(values.get("part") or FINE), dues.of(c, instance_id)
        now = before.gains if part == GAINS else before.fine
        if wrong := _wrong_change(before, ruling, {**values, "part": part}, now):
            raise InvalidValues(wrong)
        assert ruling is not None
        reason = str(values["reason"]).strip()
        said = {"part": part, "amount": values["amount"], "day": ruling.day, "document": ruling.document, "reason": reason}
        payments.change(c, instance_id, said, by.id)
        return f"按{ruling.document}登记变更：{PARTS[part]}由 {yuan(now)} 元变为 {yuan(values['amount'])} 元，理由：{reason}"
    return _enter(c, instance_id, by, work)


def redate(c: Connection, instance_id: int, values: Values, by: Participant) -> dict[str, Any]:
    """Correct the first or last day of a pause, see `pauses.redate`."""
    def work() -> str:
        found, day = pauses.redate(c, instance_id, values, by.id)
        return f"更正{found.words}：由 {found.day} 改为 {day}，理由：{str(values['reason']).strip()}"
    return _enter(c, instance_id, by, work)


def resume(c: Connection, instance_id: int, values: Values, by: Participant) -> dict[str, Any]:
    """End a pause that a remedy left behind which was broken off. values: day (the last that does not count), document (on what it rests).

    Raises InvalidState while a remedy is open (its own step resumes) or nothing is paused, InvalidValues.
    """
    def work() -> str:
        if remedies.is_open(c, instance_id):
            raise InvalidState("复议、诉讼还没有办结，请在“复议、诉讼应诉”的“恢复加处、执行或者改正”一步恢复，执行同时恢复。",
                               instance=instance_id)
        wrong = {} if str(values.get("document") or "").strip() else {"document": "请填写终结复议、诉讼的文书文号。"}
        if not values.get("day") or payments.day_of(values, "day") > clock.today():
            wrong["day"] = "请填写最后一个不计算的日期，不能晚于今天。"
        if wrong:
            raise InvalidValues(wrong)
        payments.resume(c, instance_id, {key: values[key] for key in ("day", "document")}, by.id)
        return f"登记{dues.shown(dues.entries(c, instance_id)[-1])}"
    return _enter(c, instance_id, by, work)


def waiting(c: Connection, instance_id: int) -> tuple[Ruling, ...]:
    """Results that set aside or changed the decision and are not yet entered in its money, by a change or by a new decision."""
    known = dues.standing(dues.entries(c, instance_id))
    imposed, changes = any(one.kind == IMPOSED for one in known), [one for one in known if one.kind == CHANGED]

    def entered(ruling: Ruling) -> bool:
        return any(one.more["document"] == ruling.document if one.more.get("document") else one.day >= ruling.day for one in changes)
    return tuple(one for one in remedies.rulings(c, instance_id) if imposed and not entered(one))


def lasting(c: Connection, instance_id: int) -> bool:
    """A pause lasts though no remedy is open any more: somebody has to end it."""
    known = pauses.of(dues.entries(c, instance_id))
    return any(one.begun.kind == PAUSED and one.ended is None for one in known) and not remedies.is_open(c, instance_id)


def is_own(officers: tuple[str, ...], by: Participant) -> bool:
    """An officer of the case: whoever deals with it does not revise it (行政处罚法第五十八条)."""
    return by.id in officers


def _enter(c: Connection, instance_id: int, by: Participant, work: Callable[[], str]) -> dict[str, Any]:
    if is_own(ledger_desk.account(c, instance_id, by).officers, by):
        raise NotAllowed("本案承办人、协办人不能变更自己案件的应缴数额，请由其他法制员登记。", instance=instance_id, person=by.id)
    return ledger_desk.enter(c, instance_id, REVISE, by, work)


def _wrong_change(before: dues.Dues, ruling: Ruling | None, values: Values, now: int) -> dict[str, str]:
    part, amount, known = values["part"], values.get("amount"), dues.standing(before.entries)
    wrong = {"ruling": _wrong_ruling(ruling, [one for one in known if one.part == part])}
    imposed = any(one.kind == IMPOSED and one.part == part for one in known)
    wrong["part"] = "" if imposed else "本案没有决定这笔款项，请选择决定书里有的款项。"
    wrong["reason"] = "" if str(values.get("reason") or "").strip() else "请写明变更的理由，例如文书主文怎样写。"
    if not isinstance(amount, int) or amount < 0:
        wrong["amount"] = "请填写变更后的金额，全部撤销的填 0。"
    elif imposed and amount == now:
        wrong["amount"] = f"账上已经是 {yuan(now)} 元，不需要变更。"
    elif imposed and amount > now and not values.get("opposed"):
        wrong["amount"] = (f"应低于现在的 {yuan(now)} 元：复议机关不得作出更为不利的变更决定（行政复议法第六十三条），判决变更不得加重义务"
                           "（行政诉讼法第七十七条）；第三人提出相反请求的除外，请勾选。")
    return {key: words for key, words in wrong.items() if words}


def _wrong_ruling(ruling: Ruling | None, known: list[dues.Entry]) -> str:
    if ruling is None:
        return "请选择所依据的复议决定书或者裁判文书；没有列出的，先在“复议、诉讼应诉”里登记结果。"
    used = any(one.kind == CHANGED and one.more.get("document") == ruling.document for one in known)
    return f"{ruling.document}已经登记过变更，录错的请先红冲那一笔。" if used else ""
