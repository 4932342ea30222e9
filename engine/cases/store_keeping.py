"""What officers, keepers and leaders do with the goods of a case from its page: each act inside the case's lock, told in its record.

Who lists goods is an officer of the case or a leader of its town; who keeps them, its property keeper; who approves, see `disposals`.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Connection

from engine.cases import attachments, case_file, disposals, goods, ledger_desk
from engine.cases.case_file import Penalty
from engine.cases.goods import MOVED, STORED, Moving, shown
from engine.errors import InvalidValues, NotFound
from engine.people import Participant
from engine.runtime import case as cases

Answer = dict[str, Any]


def enter(c: Connection, instance_id: int, values: Mapping[str, Any], by: Participant) -> Answer:
    """List goods that were taken, with their photos. Raises as `case_file.held` and `goods.enter` do."""
    case, _ = case_file.held(c, instance_id, by)
    photos = list(values.get("photos") or ())
    attachments.bind(c, photos, instance_id, by.id)
    item = goods.enter(c, instance_id, values, by.id)
    amount = f"{shown(item.quantity)} {item.unit_of_quantity}"
    return case_file.told(case, f"登记涉案物品“{item.name}” {amount}（{item.source_words}）", item=item.id)


def move(c: Connection, where: tuple[int, int], moving: Moving, by: Participant) -> Answer:
    """The keeper takes an item (case, item) in, or puts it somewhere else. Raises as `goods.take_in` and `goods.relocate` do."""
    instance_id, item_id = where
    _of_case(c, instance_id, item_id)

    def work() -> str:
        if moving.kind not in (STORED, MOVED):
            raise InvalidValues({"kind": "请选择入库或者移库。"})
        item = (goods.take_in if moving.kind == STORED else goods.relocate)(c, item_id, moving, by.id)
        last = item.moves[-1]
        return f"{last.words}“{item.name}” {shown(last.quantity)} {item.unit_of_quantity}，库位 {last.place}"
    return ledger_desk.enter(c, instance_id, ledger_desk.GOODS, by, work)


def ask(c: Connection, instance_id: int, kind: str, said: tuple[Mapping[int, int], str], by: Participant) -> Answer:
    """An officer or the keeper asks for goods to leave: (quantity by item, reasons). Raises as `disposals.ask` does."""
    found = ledger_desk.account(c, instance_id, by, ledger_desk.GOODS)
    case = cases.locked(c, instance_id, by=by) if by.may(ledger_desk.GOODS, found.unit_path) else case_file.held(c, instance_id, by)[0]
    case_file.must_be_open(found)
    disposals.ask(c, instance_id, kind, said[0], (said[1], by.id))
    return case_file.told(case, f"申请处置涉案物品：{disposals.KINDS[kind]}")


def decide(c: Connection, where: tuple[int, int], said: tuple[bool, str], by: Participant) -> Answer:
    """A leader approves or refuses a disposal (case, disposal). Raises as `disposals.decide` does."""
    instance_id, disposal_id = where
    ledger_desk.account(c, instance_id, by)
    case = cases.locked(c, instance_id, by=by)
    if disposals.one(c, disposal_id).instance_id != instance_id:
        raise NotFound("没有这件处置申请。")
    done = disposals.decide(c, disposal_id, said[0], said[1], by.id)
    return case_file.told(case, f"{done.state_words}处置涉案物品：{done.words}", disposal=disposal_id)


def carry_out(c: Connection, where: tuple[int, int, int], values: Mapping[str, Any], by: Participant) -> Answer:
    """The keeper lets an item (case, disposal, item) out as approved. Raises as `disposals.carry_out` does."""
    instance_id, disposal_id, item_id = where
    _of_case(c, instance_id, item_id)

    def work() -> str:
        attachments.bind(c, list(values.get("photos") or ()), instance_id, by.id)
        item = disposals.carry_out(c, disposal_id, item_id, values, by.id)
        return f"涉案物品“{item.name}”出库 {shown(item.moves[-1].quantity)} {item.unit_of_quantity}：{disposals.one(c, disposal_id).words}"
    return ledger_desk.enter(c, instance_id, ledger_desk.GOODS, by, work)


def bring_back(c: Connection, where: tuple[int, int, int], values: Mapping[str, Any], by: Participant) -> Answer:
    """What was examined returns. Raises as `disposals.bring_back` does."""
    instance_id, disposal_id, item_id = where
    _of_case(c, instance_id, item_id)

    def work() -> str:
        item = disposals.bring_back(c, disposal_id, item_id, values, by.id)
        return f"涉案物品“{item.name}”检验后归还 {shown(item.moves[-1].quantity)} {item.unit_of_quantity}"
    return ledger_desk.enter(c, instance_id, ledger_desk.GOODS, by, work)


def announce(c: Connection, instance_id: int, items: Sequence[int], where: str, by: Participant) -> Answer:
    """The keeper announces unclaimed goods. Raises as `disposals.announce` does."""
    return ledger_desk.enter(c, instance_id, ledger_desk.GOODS, by,
                             lambda: f"发布认领公告，至 {disposals.announce(c, instance_id, items, where, by.id).ends_on} 届满")


def _of_case(c: Connection, instance_id: int, item_id: int) -> Penalty:
    found = case_file.of(c, instance_id)
    if goods.one(c, item_id).instance_id != instance_id:
        raise NotFound("没有这件物品。", item=item_id)
    return found
