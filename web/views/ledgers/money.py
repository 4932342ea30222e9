"""The money of penalty cases, for the finance clerk: the list and its export, one case, payments, refunds, and costs apart from it."""

import io
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from flask import flash, make_response, redirect, render_template, request, send_file, url_for
from sqlalchemy import Connection

from engine import clock
from engine.cases import cash, costs, dues, ledger_desk, money_list, pauses, payments, remedies, revising
from engine.cases.dues import Dues, Entry
from engine.errors import Conflict, InvalidState, InvalidValues, NotAllowed
from engine.ids import new_key
from engine.people import directory
from engine.reports import taking_out
from web import submission
from web.auth import policy
from web.context import database, me
from web.views.ledgers import money_sheet
from web.views.ledgers.room import amount, blueprint, day, text

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
LABELS = {"amount": "金额", "day": "日期", "channel": "缴款方式", "receipt": "票据号", "payer": "缴款人", "ground": "当场收缴的情形",
          "ground_reason": "当场收缴的理由", "party_asked": "当事人提出", "collector": "收缴人", "reason": "理由",
          "refund_amount": "退款金额", "refund_day": "退款日期", "refund_document": "退款凭证号", "refund_ground": "退款原因",
          "refund_part": "退款款项", "cost_kind": "费用事项", "cost_amount": "费用金额", "cost_day": "费用日期", "cost_what": "名目和依据",
          "cost_receipt": "费用票据号", "change_ruling": "依据的文书", "change_part": "变更的款项", "change_amount": "变更后的金额",
          "change_reason": "变更的理由", "stop_day": "更正后的日期", "stop_reason": "更正的理由", "resume_day": "最后一个不计算的日期",
          "resume_document": "终结文书"}
REFUSALS = (InvalidValues, InvalidState, Conflict, NotAllowed)
PAYMENT = ("amount", "day", "channel", "receipt", "payer", "part", "ground", "ground_reason", "collector", "party_asked")


def _wanted() -> tuple[str, str]:
    """(words, state) that the address or the form asks the list for."""
    state = request.values.get("state", "")
    return request.values.get("q", "").strip()[:40], state if state in money_list.STATES else ""


@blueprint.get("/money")
@policy("keep_money")
def money() -> Any:
    """Every case of the clerk's town in which something is to be paid."""
    words, state = _wanted()
    with database().reading() as c:
        found = money_list.page(c, me(), words, state, request.args.get("page", 1, int))
    return render_template("ledgers/money.html", found=found, words=words, state=state, STATES=money_list.STATES)


@blueprint.post("/money/export")
@policy("keep_money")
def export_money() -> Any:
    """The list as a file that names who took it out and when; the record keeps that, too."""
    by, (words, state) = me(), _wanted()
    found = database().run(lambda c: taking_out.money(c, by, words, state))
    name = f"罚没台账-{clock.local(clock.now()):%Y%m%d-%H%M}.xlsx"
    return send_file(io.BytesIO(money_sheet.book(found, by, money_list.said(words, state))), XLSX, as_attachment=True, download_name=name)


@blueprint.get("/money/<int:case_id>")
@policy("keep_money", "penalties")
def account(case_id: int) -> Any:
    """One case: its balance today, every entry, the costs."""
    return shown(case_id)


def shown(case_id: int, errors: dict[str, str] | None = None, typed: dict[str, str] | None = None, act: str = "") -> Any:
    """The page of a case; after a refused `act` with what is wrong and what was typed in it."""
    person = me()
    with database().reading() as c:
        file = ledger_desk.account(c, case_id, person)
        balance, extra = dues.of(c, case_id), costs.of(c, case_id)
        writers = [one.by for one in balance.entries] + [one.by for one in extra.lines]
        names, people = directory.names(c, [who for who in writers if who]), directory.names(c, file.officers)
        left = {"rulings": remedies.rulings(c, case_id), "remedy_open": remedies.is_open(c, case_id),
                "waiting": revising.waiting(c, case_id), "lasting": revising.lasting(c, case_id)}
    may, revises = _may(file, person, ledger_desk.MONEY), _may(file, person, ledger_desk.REVISE)
    revises = revises and not revising.is_own(file.officers, person)
    grounds = {key: cash.GROUNDS[key] for key in cash.grounds(file.process_key, balance.fine)}
    page = render_template("ledgers/account.html", file=file, dues=balance, costs=extra, names=names, officers=people, errors=errors or {},
                           typed=typed or {}, act=act, LABELS=LABELS, CHANNELS=dues.CHANNELS, GROUNDS=grounds, PARTS=dues.PARTS,
                           key=new_key(), today=clock.today(), back={one.voids for one in balance.entries},
                           called={one.id: one.words for one in balance.entries},
                           costs_back={one.voids for one in extra.lines}, may=may, revises=revises,
                           undone=_undone(balance, may, revises), stops=pauses.of(balance.entries),
                           REFUNDS=payments.refundable(balance.entries), **left)
    return make_response(page, 422 if errors else 200)


def _may(file: Any, person: Any, capability: str) -> bool:
    return person.may(capability, file.unit_path) and file.frozen_at is None


def _undone(balance: Dues, may: bool, revises: bool) -> set[int]:
    """The entries that this person may take back."""
    def mine(one: Entry) -> bool:
        return revises if one.kind == dues.CHANGED else may and one.kind in (dues.PAID, dues.REFUNDED)
    return {one.id for one in dues.standing(balance.entries) if mine(one) and not ledger_desk.fixed(one)}


@dataclass(frozen=True)
class Sent:
    """What was typed by the names of the page's fields, the same by the names of the act, and the page's name of each of the latter."""

    typed: dict[str, str]
    values: dict[str, str]
    named: dict[str, str]


def sent(prefix: str, *names: str) -> Sent:
    """The fields of a form whose names begin with the same word, so that the forms of one page stay apart."""
    named = {name: f"{prefix}_{name}" if prefix else name for name in names}
    typed = {known: text(known) for known in named.values()}
    return Sent(typed, {name: typed[known] for name, known in named.items()}, named)


def enter(case_id: int, act: str, work: Callable[[Connection], Any], form: Sent, said: str) -> Any:
    """Do one act of the ledger once; the page again with what is wrong, or with a word that it is done."""
    with database().reading() as c:
        ledger_desk.account(c, case_id, me())
    try:
        database().run(work, key=submission.key(act), payload=[case_id, form.typed])
    except REFUSALS as refusal:
        wrong = dict(refusal.errors) if isinstance(refusal, InvalidValues) else {"ledger": refusal.message}
        return shown(case_id, {form.named.get(key, key): words for key, words in wrong.items()}, form.typed, act)
    flash(said)
    return redirect(url_for("ledgers.account", case_id=case_id))


@blueprint.post("/money/<int:case_id>")
@policy("keep_money")
def pay(case_id: int) -> Any:
    """Note a payment."""
    by, form = me(), sent("", *PAYMENT)
    values = {**form.values, "amount": amount(), "party_asked": form.values["party_asked"] == "on"}
    return enter(case_id, "payment", lambda c: ledger_desk.pay(c, case_id, values, by), form, "缴款已登记，案件的办理经过里已记录。")


@blueprint.post("/money/<int:case_id>/refunds")
@policy("keep_money")
def refund(case_id: int) -> Any:
    """Note money that was paid back."""
    by, form = me(), sent("refund", "amount", "day", "part", "ground", "document", "payer")
    values = {**form.values, "amount": amount("refund_amount")}
    return enter(case_id, "refund", lambda c: ledger_desk.refund(c, case_id, values, by), form, "退款已登记，案件的办理经过里已记录。")


@blueprint.post("/money/<int:case_id>/entries/<int:entry_id>")
@policy("keep_money", "revise_dues")
def take_back(case_id: int, entry_id: int) -> Any:
    """Take a wrong entry back."""
    by, form = me(), sent("", "reason")
    return enter(case_id, f"undo{entry_id}", lambda c: ledger_desk.take_back(c, case_id, entry_id, form.values["reason"], by), form,
                 "已红冲，原记录保留。请重新登记正确的一笔。")


@blueprint.post("/money/<int:case_id>/costs/<int:entry_id>")
@policy("keep_money")
def take_back_cost(case_id: int, entry_id: int) -> Any:
    """Take a wrong line of the costs back."""
    by, form = me(), sent("", "reason")
    return enter(case_id, f"uncost{entry_id}", lambda c: ledger_desk.take_back_cost(c, case_id, entry_id, form.values["reason"], by), form,
                 "已红冲，原记录保留。请重新登记正确的一笔。")


@blueprint.post("/money/<int:case_id>/costs")
@policy("keep_money")
def cost(case_id: int) -> Any:
    """Note a recoverable cost, or money recovered for it."""
    by, form = me(), sent("cost", "kind", "what", "receipt", "amount", "day")
    values = {**form.values, "amount": amount("cost_amount"), "day": day("cost_day") or form.values["day"]}
    return enter(case_id, "cost", lambda c: ledger_desk.note_cost(c, case_id, values, by), form, "费用已登记，与罚没款分开记账。")
