"""The money of penalty cases, for the finance clerk: what is due, what was paid, and costs apart from it."""

from typing import Any

from flask import flash, make_response, redirect, render_template, request, url_for

from engine import clock
from engine.cases import cash, costs, dues, ledger_desk
from engine.errors import Conflict, InvalidState, InvalidValues, NotAllowed
from engine.ids import new_key
from engine.people import directory
from web import submission
from web.auth import policy
from web.context import database, me
from web.views.ledgers.room import amount, blueprint, day, text

LABELS = {"amount": "金额", "day": "日期", "channel": "缴款方式", "receipt": "票据号", "payer": "缴款人", "ground": "当场收缴的情形",
          "ground_reason": "当场收缴的理由", "party_asked": "当事人提出", "collector": "收缴人", "what": "名目", "kind": "事项",
          "reason": "理由"}
REFUSALS = (InvalidValues, InvalidState, Conflict, NotAllowed)


@blueprint.get("/money")
@policy("keep_money")
def money() -> Any:
    """Every case of the clerk's town in which something is to be paid."""
    words = request.args.get("q", "").strip()[:40]
    with database().reading() as c:
        found = ledger_desk.money(c, me(), words, request.args.get("page", 1, int))
    return render_template("ledgers/money.html", found=found, words=words)


@blueprint.get("/money/<int:case_id>")
@policy("keep_money", "penalties")
def account(case_id: int) -> Any:
    """One case: its balance today, every entry, the costs."""
    return _account(case_id)


def _account(case_id: int, errors: dict[str, str] | None = None, typed: dict[str, str] | None = None) -> Any:
    person = me()
    with database().reading() as c:
        file = ledger_desk.account(c, case_id, person)
        balance, extra = dues.of(c, case_id), costs.of(c, case_id)
        writers = [one.by for one in balance.entries] + [one.by for one in extra.lines]
        names = directory.names(c, [who for who in writers if who])
        people = directory.names(c, file.officers)
    allowed = cash.grounds(file.process_key, balance.fine)
    page = render_template("ledgers/account.html", file=file, dues=balance, costs=extra, names=names, officers=people, errors=errors or {},
                           typed=typed or {}, LABELS=LABELS, CHANNELS=dues.CHANNELS, GROUNDS={k: cash.GROUNDS[k] for k in allowed},
                           PARTS=dues.PARTS, key=new_key(), today=clock.today(), back={one.voids for one in balance.entries},
                           costs_back={one.voids for one in extra.lines}, may=_may_write(file, person))
    return make_response(page, 422 if errors else 200)


def _may_write(file: Any, person: Any) -> bool:
    return person.may("keep_money", file.unit_path) and file.frozen_at is None


def _must_see(case_id: int) -> None:
    """Whoever may not know of the case is told nothing else about what was sent."""
    with database().reading() as c:
        ledger_desk.account(c, case_id, me())


def _errors(refusal: Any) -> dict[str, str]:
    return dict(refusal.errors) if isinstance(refusal, InvalidValues) else {"ledger": refusal.message}


@blueprint.post("/money/<int:case_id>")
@policy("keep_money")
def pay(case_id: int) -> Any:
    """Note a payment."""
    by, typed = me(), {name: text(name) for name in ("amount", "day", "channel", "receipt", "payer", "part", "ground", "ground_reason",
                                                     "collector")}
    values = {**typed, "amount": amount(), "day": day("day"), "party_asked": request.form.get("party_asked") == "on"}
    _must_see(case_id)
    try:
        database().run(lambda c: ledger_desk.pay(c, case_id, values, by), key=submission.key("payment"), payload=[case_id, typed])
    except REFUSALS as refusal:
        return _account(case_id, _errors(refusal), typed)
    flash("缴款已登记，案件的办理经过里已记录。")
    return redirect(url_for("ledgers.account", case_id=case_id))


@blueprint.post("/money/<int:case_id>/entries/<int:entry_id>")
@policy("keep_money")
def take_back(case_id: int, entry_id: int) -> Any:
    """Take a wrong entry back."""
    by, reason = me(), text("reason")
    try:
        database().run(lambda c: ledger_desk.take_back(c, case_id, entry_id, reason, by))
    except REFUSALS as refusal:
        return _account(case_id, {"reason": "".join(_errors(refusal).values())})
    flash("已红冲，原记录保留。请重新登记正确的一笔。")
    return redirect(url_for("ledgers.account", case_id=case_id))


@blueprint.post("/money/<int:case_id>/costs")
@policy("keep_money")
def cost(case_id: int) -> Any:
    """Note a recoverable cost, or money recovered for it."""
    by, typed = me(), {name: text(name) for name in ("kind", "what", "cost_receipt")}
    values = {**typed, "receipt": typed["cost_receipt"], "amount": amount("cost_amount"), "day": day("cost_day")}
    _must_see(case_id)
    try:
        database().run(lambda c: ledger_desk.note_cost(c, case_id, values, by), key=submission.key("cost"), payload=[case_id, typed])
    except REFUSALS as refusal:
        return _account(case_id, _errors(refusal), typed)
    flash("费用已登记，与罚没款分开记账。")
    return redirect(url_for("ledgers.account", case_id=case_id))
