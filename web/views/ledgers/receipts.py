"""Fiscal receipts and the cash behind them: handed over, at the bank, reconciled (行政处罚法第七十一条)."""

from typing import Any

from flask import flash, redirect, render_template, request, url_for

from engine import clock
from engine.cases import dues, ledger_desk
from engine.people import directory
from web.auth import policy
from web.context import database, me
from web.views.ledgers.room import blueprint, text

ACTS = {"hand_over": "现金已收到，请在交银行期限内缴存。", "bank": "已登记缴存银行。", "reconcile": "票据已核销。"}


@blueprint.get("/receipts")
@policy("keep_money")
def receipts() -> Any:
    """Receipts of the clerk's town; cash on its way first."""
    state = request.args.get("state", "cash")
    state = state if state in ledger_desk.RECEIPT_STATES else "cash"
    with database().reading() as c:
        found = ledger_desk.slips(c, me(), state, clock.today(), request.args.get("page", 1, int))
        names = directory.names(c, [one.collector for one in found.rows])
    return render_template("ledgers/receipts.html", found=found, state=state, names=names, STATES=ledger_desk.RECEIPT_STATES,
                           CHANNELS=dues.CHANNELS)


@blueprint.post("/receipts")
@policy("keep_money")
def handle_receipt() -> Any:
    """Hand over, bank or reconcile one receipt."""
    by, number, act = me(), text("number", 60), text("act", 20)
    database().run(lambda c: ledger_desk.handle_receipt(c, number, act, by))
    flash(ACTS.get(act, ACTS["reconcile"]))
    return redirect(url_for("ledgers.receipts", state=request.form.get("state", "cash")))
