"""What the legal reviewer enters on the page of a case's money: the result of a reconsideration or a suit, and days of a pause."""

from typing import Any

from engine.cases import revising
from web.auth import policy
from web.context import me
from web.views.ledgers.money import enter, sent
from web.views.ledgers.room import amount, blueprint


@blueprint.post("/money/<int:case_id>/changes")
@policy("revise_dues")
def change_dues(case_id: int) -> Any:
    """What a result left of the fine or the gains."""
    by, form = me(), sent("change", "ruling", "part", "amount", "reason", "opposed")
    values = {**form.values, "amount": amount("change_amount"), "opposed": form.values["opposed"] == "on"}
    return enter(case_id, "change", lambda c: revising.change(c, case_id, values, by), form,
                 "变更已登记，案件的办理经过里已记录。多缴的请财务人员退款。")


@blueprint.post("/money/<int:case_id>/stops/<int:entry_id>")
@policy("revise_dues")
def redate_stop(case_id: int, entry_id: int) -> Any:
    """Another day for a pause that was entered wrong."""
    by, form = me(), sent("stop", "day", "reason")
    values = {**form.values, "entry": entry_id}
    return enter(case_id, f"stop{entry_id}", lambda c: revising.redate(c, case_id, values, by), form,
                 "日期已更正，加处罚款已重新计算。停表的日期请在案件页“期限”里核对。")


@blueprint.post("/money/<int:case_id>/resumptions")
@policy("revise_dues")
def resume_surcharge(case_id: int) -> Any:
    """The end of a pause that a broken-off remedy left behind."""
    by, form = me(), sent("resume", "day", "document")
    return enter(case_id, "resume", lambda c: revising.resume(c, case_id, form.values, by), form,
                 "已恢复计算加处罚款。停着的期限请在案件页“期限”里恢复。")
