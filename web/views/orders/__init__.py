"""Supervised matters: the register, one matter with what an inspector may do, and its papers. Each act is one engine call."""

from collections.abc import Callable, Mapping
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from sqlalchemy import Connection

from engine import clock, ids
from engine.errors import InvalidValues, NotFound
from engine.people import Participant
from engine.supervision import leads, lines, orders, recusal, register
from engine.supervision.orders import Wish
from engine.supervision.papers import shown
from engine.supervision.register import Filters
from web import addresses, submission
from web.auth import policy
from web.context import database, me

blueprint = Blueprint("orders", __name__, url_prefix="/supervision/orders")
NAV = (("orders.listed", "督办", "bell", "supervise"),)
WORDS: Mapping[str, Any] = {"LINES": lines.LINES, "RUNGS": lines.RUNGS, "MATTER_STATES": lines.STATES, "ORDER_STATES": lines.ORDER_STATES,
                            "LEAD_STATES": leads.STATES}
NAMES = ("line", "state", "rung", "order", "figure")
LONGEST = 2000
Act = Callable[[Connection, int, Participant], Any]


@blueprint.get("")
@policy("supervise")
def listed() -> Any:
    """The register with its figures; every figure opens the list behind it."""
    filters = Filters(words=request.args.get("q", "").strip()[:80], **{name: request.args.get(name, "")[:20] for name in NAMES})
    with database().reading() as c:
        page = register.listed(c, me(), filters, request.args.get("page", 1, int))
    return render_template("orders/list.html", register=page, filters=filters, address=_address, **WORDS)


@blueprint.get("/leads")
@policy("order")
def leads_list() -> Any:
    """Leads of the lines this person acts for; nobody else has a list."""
    with database().reading() as c:
        found = leads.of(c, me())
    return render_template("orders/leads.html", leads=found, **WORDS)


def _address(**changes: Any) -> str:
    """This list with some filters changed."""
    return addresses.of("orders.listed", {**addresses.asked(), "page": None, **changes})


@blueprint.get("/<int:ladder_id>")
@policy()
def show(ladder_id: int) -> Any:
    """One matter: facts, papers, what happened, and the acts that fit now."""
    return _matter(ladder_id, {})


def _matter(ladder_id: int, errors: Mapping[str, str]) -> Any:
    with database().reading() as c:
        found = register.show(c, me(), ladder_id)
    page = render_template("orders/show.html", matter=found, errors=errors, key=ids.new_key(), typed=request.form, now=clock.now(), **WORDS)
    return page, 422 if errors else 200


@blueprint.get("/of-case/<int:case_id>")
@policy()
def of_case(case_id: int) -> Any:
    """The piece of a case's page that says how it is supervised: the rung, and nothing of leads."""
    with database().reading() as c:
        found = register.of_case(c, me(), case_id)
    return render_template("orders/_of_case.html", matters=found, **WORDS)


@blueprint.get("/papers/<int:paper_id>")
@policy()
def paper(paper_id: int) -> Any:
    """One issued paper, to read and to print."""
    with database().reading() as c:
        found = register.paper_of(c, me(), paper_id)
    return render_template("orders/paper.html", paper=found, shown=shown, key=ids.new_key(), **WORDS)


@blueprint.post("/papers/<int:paper_id>/void")
@policy("order")
def void(paper_id: int) -> Any:
    """Say that a paper does not count; it stays readable."""
    by, reason = me(), _text("reason")
    database().run(lambda c: orders.void(c, paper_id, reason, by=by), key=submission.key("void"), payload=[paper_id, reason])
    flash("已作废。文书和编号保留，不再使用。")
    return redirect(url_for("orders.paper", paper_id=paper_id))


@blueprint.get("/new")
@policy("order")
def new() -> Any:
    """The form for an order by hand about one open step."""
    mine = [line for key, line in lines.LINES.items() if key in lines.own(me())]
    return render_template("orders/new.html", item=request.args.get("item", "")[:64], mine=mine, errors={}, typed={}, key=ids.new_key())


@blueprint.post("/new")
@policy("order")
def create() -> Any:
    """An order by hand: the draft waits to be signed on the page of the matter."""
    by, item, line, wish = me(), _text("item"), _text("line"), _wish()
    if line not in lines.LINES:
        raise InvalidValues({"line": "请选择监督线。"})
    try:
        made = database().run(lambda c: orders.by_hand(c, item, line, wish, by=by), key=submission.key("order"),
                              payload=[item, line, str(wish)])
    except InvalidValues as refusal:
        mine = [one for key, one in lines.LINES.items() if key in lines.own(by)]
        return render_template("orders/new.html", item=item, mine=mine, errors=refusal.errors, typed=request.form, key=ids.new_key()), 422
    flash("督办已发起，文书拟好后请审签。")
    return redirect(url_for("orders.show", ladder_id=made))


@blueprint.post("/<int:ladder_id>/<act>")
@policy("order")
def acts(ladder_id: int, act: str) -> Any:
    """One act of an inspector, once per page that was sent."""
    if act not in ACTS:
        raise NotFound("没有这项操作。")
    by, (said, does) = me(), ACTS[act]
    payload = {name: value for name, value in request.form.items() if name not in ("csrf", "key")}
    work = does()
    try:
        database().run(lambda c: _nothing(work(c, ladder_id, by)), key=submission.key(f"ladder-{act}"), payload=[ladder_id, payload])
    except InvalidValues as refusal:
        return _matter(ladder_id, {f"{act}-{name}": text for name, text in refusal.errors.items()})
    flash(said)
    return redirect(url_for("orders.show", ladder_id=ladder_id))


def _nothing(_: Any) -> None:
    """What an act answers is of no use to a page that is sent twice."""


def _text(name: str) -> str:
    return request.form.get(name, "").strip()[:LONGEST]


def _number(name: str) -> int | None:
    text = _text(name)
    if not text:
        return None
    if not text.isdecimal() or len(text) > 4:
        raise InvalidValues({name: "请填写整数。"})
    return int(text)


def _wish() -> Wish:
    return Wish(_text("reason"), _text("demand"), _number("days"))


def _order() -> Act:
    wish = _wish()
    return lambda c, i, by: orders.order(c, i, wish, by=by)


def _extend() -> Act:
    days, note = _number("days") or 0, _text("note")
    return lambda c, i, by: orders.extend(c, i, days, note, by=by)


def _noted(does: Callable[..., Any], field: str) -> Callable[[], Act]:
    def prepared() -> Act:
        words = _text(field)
        return lambda c, i, by: does(c, i, words, by=by)
    return prepared


def _lead() -> Act:
    outcome, note = _text("outcome"), _text("note")
    return lambda c, i, by: orders.settle_lead(c, i, outcome, note, by=by)


ACTS: Mapping[str, tuple[str, Callable[[], Act]]] = {
    "order": ("已要求拟发督办文书，稍候请审签。", _order),
    "remind": ("提醒函已发出，对方会收到提醒。", _noted(orders.remind, "words")),
    "extend": ("回复期限已延长。", _extend),
    "escalate": ("已升级。", _noted(orders.escalate, "note")),
    "close": ("已销号。", _noted(orders.close, "note")),
    "lead": ("处置意见已登记。", _lead),
    "recuse": ("已申报回避，本事项请由其他监督人员办理。", _noted(recusal.declare, "reason")),
    "remark": ("意见已记录。", _noted(orders.remark, "words")),
}
