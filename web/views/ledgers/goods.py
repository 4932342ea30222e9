"""Goods of penalty cases: the keeper's store, the goods of a case, and how they may leave."""

from collections.abc import Callable
from typing import Any

from flask import flash, make_response, redirect, render_template, request, url_for
from sqlalchemy import Connection

from engine import clock
from engine.cases import attachments, case_file, disposals, goods, ledger_desk, store_keeping
from engine.cases.goods import Moving
from engine.errors import InvalidState, InvalidValues, NotAllowed, TooEarly
from engine.ids import new_key
from engine.people import directory
from engine.runtime import access
from engine.runtime import case as cases
from web import submission
from web.auth import policy
from web.context import database, me
from web.views.ledgers.room import blueprint, day, text

LABELS = {"source": "来源", "name": "名称", "specification": "规格", "quantity": "数量", "unit_of_quantity": "单位", "condition": "成色",
          "owner": "所有人", "taken_on": "取得日期", "place": "库位", "keeper": "保管人", "kind": "处置方式", "reasons": "理由和依据",
          "receiver": "接收人", "receiver_identity": "证件核对", "method": "销毁方式", "site": "地点", "people": "执行人",
          "supervisor": "监督人", "buyer": "受托机构或者买受人", "proceeds": "价款", "receipt": "回执、委托书", "photos": "照片",
          "where": "公告地点", "decided_why": "审批意见"}
REFUSALS = (InvalidValues, InvalidState, NotAllowed, TooEarly)
LIST = ("source", "name", "specification", "quantity", "unit_of_quantity", "condition", "owner")
CARRIED = ("receiver", "receiver_identity", "method", "site", "supervisor", "buyer", "proceeds", "receipt")


@blueprint.get("/goods")
@policy("keep_goods")
def store() -> Any:
    """What the keeper's town holds, and the disposals that wait."""
    words = request.args.get("q", "").strip()[:40]
    with database().reading() as c:
        found = ledger_desk.store(c, me(), words, request.args.get("page", 1, int))
        waiting = ledger_desk.pending(c, me())
        names = directory.names(c, [item.keeper for item, _, _ in found.rows if item.keeper])
    return render_template("ledgers/store.html", found=found, words=words, waiting=waiting, names=names)


@blueprint.get("/goods/<int:case_id>")
@policy("keep_goods", "penalties")
def things(case_id: int) -> Any:
    """The goods of one case, its disposals and notices."""
    return _things(case_id)


def _things(case_id: int, errors: dict[str, str] | None = None, typed: dict[str, str] | None = None) -> Any:
    person = me()
    with database().reading() as c:
        file = ledger_desk.account(c, case_id, person, ledger_desk.GOODS)
        items, asked, notices = goods.of(c, case_id), disposals.of(c, case_id), disposals.notices(c, case_id)
        town = directory.unit_of(c, file.unit_id)
        people = directory.people(c, below=[town.path])
        names = {one.id: one.name for one in people}
        seen = access.may_see(c, person, cases.peeked(c, case_id).row)
    open_items = {item.id for item in items if seen or (person.may(ledger_desk.GOODS, file.unit_path) and item.is_with(person.id))}
    keepers = [one for one in people if one.has(goods.ROLE)]
    page = render_template("ledgers/goods.html", file=file, items=items, asked=asked, notices=notices, names=names, people=people,
                           keepers=keepers, errors=errors or {}, typed=typed or {}, LABELS=LABELS, SOURCES=goods.SOURCES,
                           KINDS=disposals.KINDS, key=new_key(), today=clock.today(), shown=goods.shown, keeps=_keeps(file, person),
                           lists=_lists(file, person), by_id={item.id: item for item in items}, NEEDS=disposals.NEEDS,
                           open_items=open_items)
    return make_response(page, 422 if errors else 200)


def _keeps(file: Any, person: Any) -> bool:
    return person.may("keep_goods", file.unit_path) and file.frozen_at is None


def _lists(file: Any, person: Any) -> bool:
    return file.frozen_at is None and case_file.may_write(file, person)


def _do(case_id: int, said: str, work: Callable[[Connection], Any], typed: dict[str, str] | None = None) -> Any:
    """Run one act once; the page again with what is wrong, or with a word that it is done."""
    with database().reading() as c:
        ledger_desk.account(c, case_id, me(), ledger_desk.GOODS)
    try:
        database().run(lambda c: work(c) and None, key=submission.key("goods"), payload=[case_id, request.path, typed])
    except REFUSALS as refusal:
        wrong = dict(refusal.errors) if isinstance(refusal, InvalidValues) else {"goods": refusal.message}
        return _things(case_id, wrong, typed)
    flash(said)
    return redirect(url_for("ledgers.things", case_id=case_id))


@blueprint.post("/goods/<int:case_id>")
@policy("penalties")
def list_goods(case_id: int) -> Any:
    """The officer lists goods that were taken."""
    by, typed = me(), {name: text(name) for name in LIST}
    stored = [one for many in submission.kept().values() for one in many]
    values = {**typed, "taken_on": day("taken_on"), "perishable": request.form.get("perishable") == "on"}
    photos = [(one, by.id) for one in stored]
    return _do(case_id, "物品已登记，请移交物品管理员入库。", lambda c: store_keeping.enter(
        c, case_id, {**values, "photos": [attachments.add(c, *one) for one in photos]}, by), typed)


@blueprint.post("/goods/<int:case_id>/items/<int:thing_id>")
@policy("keep_goods")
def move_goods(case_id: int, thing_id: int) -> Any:
    """The keeper takes goods in, or puts them somewhere else."""
    by, kind, place, keeper = me(), text("kind", 12), text("place", 200), text("keeper", 40)
    number = text("quantity", 20)
    return _do(case_id, "已登记。", lambda c: store_keeping.move(
        c, (case_id, thing_id), Moving(kind, goods.quantity(number) if kind == goods.STORED else 0, place, keeper), by))


@blueprint.post("/goods/<int:case_id>/disposals")
@policy("penalties", "keep_goods")
def ask_disposal(case_id: int) -> Any:
    """Ask for goods to leave."""
    by, kind, reasons = me(), text("kind", 12), text("reasons", 1000)
    wanted = {int(name[4:]): value for name, value in request.form.items() if name.startswith("item") and name[4:].isdigit() and value}
    return _do(case_id, "处置申请已提交，待负责人批准。", lambda c: store_keeping.ask(
        c, case_id, kind, ({item: goods.quantity(value) for item, value in wanted.items()}, reasons), by))


@blueprint.post("/goods/<int:case_id>/disposals/<int:disposal_id>")
@policy("penalties")
def decide_disposal(case_id: int, disposal_id: int) -> Any:
    """The head or a leader approves or refuses."""
    by, approved, why = me(), request.form.get("decision") == "approve", text("decided_why", 1000)
    return _do(case_id, "审批意见已登记。", lambda c: store_keeping.decide(c, (case_id, disposal_id), (approved, why), by))


@blueprint.post("/goods/<int:case_id>/disposals/<int:disposal_id>/items/<int:thing_id>")
@policy("keep_goods")
def carry_out(case_id: int, disposal_id: int, thing_id: int) -> Any:
    """The keeper lets goods out as approved, or takes back what was examined."""
    by, typed = me(), {name: text(name) for name in CARRIED}
    stored = [one for many in submission.kept().values() for one in many]
    people, back = request.form.getlist("people")[:10], request.form.get("back") == "1"
    where = {"place": text("place", 200), "condition": text("condition")}

    def work(c: Connection) -> Any:
        if back:
            return store_keeping.bring_back(c, (case_id, disposal_id, thing_id), where, by)
        photos = [attachments.add(c, one, by.id) for one in stored]
        return store_keeping.carry_out(c, (case_id, disposal_id, thing_id), {**typed, "people": people, "photos": photos}, by)
    return _do(case_id, "已登记，案件的办理经过里已记录。", work)


@blueprint.post("/goods/<int:case_id>/notices")
@policy("keep_goods")
def announce(case_id: int) -> Any:
    """Announce unclaimed goods."""
    by, where = me(), text("where", 500)
    items = [int(value) for value in request.form.getlist("items") if value.isdigit()]
    return _do(case_id, "认领公告已登记，公告期满无人认领的可以申请拍卖。", lambda c: store_keeping.announce(c, case_id, items, where, by))
