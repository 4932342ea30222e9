"""Goods that the authority holds in a penalty case: what was taken in, where it lies and who keeps it, and how it left.

Nothing leaves without an approved disposal, and never more than it names. What a ledger shows is the sum of its moves, which are only ever
added. Quantities are thousandths of their unit. Whoever keeps goods investigates nothing in that case (roles.md §2).
"""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any

from sqlalchemy import Connection, bindparam, insert, select

from engine import clock
from engine.cases import case_file, duties
from engine.cases.duties import KEEPER, Change
from engine.cases.ledger_tables import goods_item, goods_move
from engine.errors import InvalidState, InvalidValues, NotAllowed, NotFound
from engine.people import Participant, directory

SOURCES = {"preserved": "先行登记保存", "seized": "扣押", "sealed": "查封", "sampled": "抽样取证", "confiscated": "没收", "found": "无主"}
STORED, MOVED, BACK, OUT = "stored", "moved", "back", "out"
KINDS = {STORED: "入库", MOVED: "移库", BACK: "归还入库", OUT: "出库"}
SCALE, MOST = 1000, 10**12
ROLE, CAPABILITY = "property_keeper", "keep_goods"
ONE = select(goods_item).where(goods_item.c.id == bindparam("i"))
HELD = ONE.with_for_update()
OF_CASE = select(goods_item).where(goods_item.c.instance_id == bindparam("i")).order_by(goods_item.c.id)
MOVES = (select(goods_move).where(goods_move.c.item_id.in_(bindparam("ids", expanding=True)))
         .order_by(goods_move.c.item_id, goods_move.c.seq))
ADD = insert(goods_item).returning(goods_item.c.id)
ADD_MOVE = insert(goods_move)


@dataclass(frozen=True)
class Move:
    """One line of an item's ledger. `quantity` as it moved; `keeper` has the goods from then on."""

    item_id: int
    seq: int
    kind: str
    quantity: int
    place: str
    keeper: str
    disposal_id: int | None
    day: dt.date
    more: Mapping[str, Any]
    by: str | None

    @property
    def words(self) -> str:
        """入库, 移库, 出库 …"""
        return KINDS[self.kind]


@dataclass(frozen=True)
class Item:
    """Goods of one kind taken in one case, with everything that happened to them."""

    id: int
    instance_id: int
    unit_id: str
    number: str
    source: str
    name: str
    specification: str
    quantity: int
    unit_of_quantity: str
    condition: str
    owner: str
    perishable: bool
    taken_on: dt.date
    photos: tuple[str, ...]
    moves: tuple[Move, ...]

    @property
    def source_words(self) -> str:
        """扣押, 没收 …"""
        return SOURCES[self.source]

    @property
    def stored(self) -> int:
        """What lies in the store now."""
        signs = {STORED: 1, BACK: 1, OUT: -1, MOVED: 0}
        return sum(signs[move.kind] * move.quantity for move in self.moves)

    @property
    def place(self) -> str:
        """Where it lies; "" when nothing is left or nothing was taken in yet."""
        return next((move.place for move in reversed(self.moves) if move.kind != OUT), "") if self.stored else ""

    @property
    def keeper(self) -> str:
        """Who keeps it; "" when nobody does."""
        return next((move.keeper for move in reversed(self.moves) if move.kind != OUT), "") if self.stored else ""

    @property
    def waits(self) -> int:
        """Taken from the party, not yet in the store."""
        return self.quantity - sum(move.quantity for move in self.moves if move.kind == STORED)

    def is_with(self, person: str) -> bool:
        """This person keeps it now, or it still waits for whoever takes it in."""
        return self.keeper == person or self.waits > 0

    @property
    def amount(self) -> str:
        """How much lies in the store, in words: 3 辆."""
        return f"{shown(self.stored)} {self.unit_of_quantity}"


@dataclass(frozen=True)
class Moving:
    """What is done to an item: how much, where to, who keeps it from then on."""

    kind: str
    quantity: int
    place: str = ""
    keeper: str = ""
    disposal_id: int | None = None
    more: Mapping[str, Any] | None = None


def of(c: Connection, instance_id: int) -> tuple[Item, ...]:
    """The goods of a case."""
    return read(c, c.execute(OF_CASE, {"i": instance_id}).all())


def one(c: Connection, item_id: int) -> Item:
    """One item. Raises NotFound. The caller asks whether its case may be seen."""
    return _whole(c, c.execute(ONE, {"i": item_id}).first())


def held(c: Connection, item_id: int) -> Item:
    """One item, locked until the transaction ends: nobody else moves it meanwhile. Raises NotFound."""
    return _whole(c, c.execute(HELD, {"i": item_id}).first())


def read(c: Connection, rows: Sequence[Any]) -> tuple[Item, ...]:
    """Rows of `goods_item` with their moves."""
    moves: dict[int, list[Move]] = {row.id: [] for row in rows}
    for row in c.execute(MOVES, {"ids": list(moves)}) if rows else ():
        moves[row.item_id].append(Move(row.item_id, row.seq, row.kind, row.quantity, row.place, row.keeper, row.disposal_id,
                                       dt.date.fromisoformat(row.day), row.more, row.by))
    return tuple(Item(row.id, row.instance_id, row.unit_id, row.number, row.source, row.name, row.specification, row.quantity,
                      row.unit_of_quantity, row.condition, row.owner, row.perishable, dt.date.fromisoformat(row.taken_on),
                      tuple(row.photos), tuple(moves[row.id])) for row in rows)


def shows_to_keeper(c: Connection, instance_id: int, file_id: str, by: Participant) -> bool:
    """Whether a file is a photo of goods of this case that this property keeper has in keeping, or is to take in."""
    items = [item for item in of(c, instance_id) if file_id in item.photos]
    return bool(items) and by.may(CAPABILITY, case_file.of(c, instance_id).unit_path) and any(item.is_with(by.id) for item in items)


def enter(c: Connection, instance_id: int, values: Mapping[str, Any], by: str) -> Item:
    """List goods that were taken: source, name, specification, quantity ("12.5"), unit_of_quantity, condition, owner, perishable, taken_on,
    photos (attachment ids), measure (the process). They wait for the store until a keeper takes them in.

    Raises InvalidValues, InvalidState when the file is frozen.
    """
    file = case_file.open_file(c, instance_id)
    clean = _checked(values)
    known = c.execute(OF_CASE, {"i": instance_id}).all()
    row = {**clean, "instance_id": instance_id, "unit_id": file.unit_id, "number": f"{instance_id}-{len(known) + 1}",
           "owner": clean["owner"] or file.party.name, "measure_id": values.get("measure"), "by": by, "at": clock.now()}
    return one(c, int(c.execute(ADD, row).scalar_one()))


def take_in(c: Connection, item_id: int, moving: Moving, by: str) -> Item:
    """The keeper takes goods into the store, all or part of what waits.

    Raises NotAllowed (no keeper), InvalidValues (no place), InvalidState (more than waits; the keeper investigates the case).
    """
    item = held(c, item_id)
    keeper = _keeper(c, item, moving.keeper or by)
    if not moving.place.strip():
        raise InvalidValues({"place": "请填写存放的库位。"})
    if not 0 < moving.quantity <= item.waits:
        raise InvalidState(f"“{item.name}”待入库 {shown(item.waits)} {item.unit_of_quantity}，不能入库 {shown(moving.quantity)}。")
    return _move(c, item, Moving(STORED, moving.quantity, moving.place.strip(), keeper, more=moving.more), by)


def relocate(c: Connection, item_id: int, moving: Moving, by: str) -> Item:
    """Another place, or another keeper; everything that lies in the store. Raises as `take_in` does, InvalidState when nothing does."""
    item = held(c, item_id)
    if not item.stored:
        raise InvalidState(f"“{item.name}”不在库中。")
    keeper = _keeper(c, item, moving.keeper or item.keeper)
    place = moving.place.strip() or item.place
    if (place, keeper) == (item.place, item.keeper):
        raise InvalidValues({"place": "请填写新的库位，或者选择新的保管人。"})
    return _move(c, item, Moving(MOVED, item.stored, place, keeper, more=moving.more), by)


def let_out(c: Connection, item: Item, moving: Moving, by: str) -> Item:
    """For `disposals` alone, which has checked the approval; the item is held. Raises InvalidState for more than lies in the store."""
    if not 0 < moving.quantity <= item.stored:
        raise InvalidState(f"“{item.name}”库存 {item.amount}，不能出库 {shown(moving.quantity)}。", item=item.id)
    return _move(c, item, moving, by)


def bring_back(c: Connection, item: Item, moving: Moving, by: str) -> Item:
    """For `disposals` alone: what went out to be examined comes back."""
    return _move(c, item, moving, by)


def quantity(text: str) -> int:
    """A quantity as typed ("3", "12.5") in thousandths. Raises InvalidValues."""
    try:
        amount = Decimal(text.replace(",", "").strip()) * SCALE
    except InvalidOperation:
        raise InvalidValues({"quantity": "请填写数量，例如 3 或 12.5。"}) from None
    if not amount.is_finite() or amount != amount.to_integral_value() or not 0 < amount < MOST:
        raise InvalidValues({"quantity": "数量应大于 0，最多三位小数。"})
    return int(amount)


def shown(thousandths: int) -> str:
    """As people write it: 12500 is 12.5."""
    whole, rest = divmod(thousandths, SCALE)
    return f"{whole}{f'.{rest:03d}'.rstrip('0') if rest else ''}"


def _move(c: Connection, item: Item, moving: Moving, by: str) -> Item:
    row = {"item_id": item.id, "seq": len(item.moves) + 1, "kind": moving.kind, "quantity": moving.quantity, "place": moving.place,
           "keeper": moving.keeper, "disposal_id": moving.disposal_id, "day": clock.today().isoformat(), "more": dict(moving.more or {}),
           "by": by, "at": clock.now()}
    c.execute(ADD_MOVE, row)
    return one(c, item.id)


def _keeper(c: Connection, item: Item, person_id: str) -> str:
    """A property keeper of the town who is no officer of the case. Raises NotAllowed, InvalidState."""
    path = directory.unit_of(c, item.unit_id).path
    who = directory.participant(c, person_id)
    if not any(post.role == ROLE and path.startswith(post.unit_path) for post in who.posts):
        raise NotAllowed("涉案物品由物品管理员保管，请选择本镇街的物品管理员。", person=person_id)
    duties.take(c, item.instance_id, Change(KEEPER, person_id, by=person_id))
    return person_id


def _checked(values: Mapping[str, Any]) -> dict[str, Any]:
    text = {key: str(values.get(key) or "").strip() for key in ("name", "specification", "unit_of_quantity", "condition", "owner")}
    wrong = {}
    if values.get("source") not in SOURCES:
        wrong["source"] = "请选择物品来源。"
    if not 1 <= len(text["name"]) <= 200:
        wrong["name"] = "请填写物品名称。"
    if not 1 <= len(text["unit_of_quantity"]) <= 20:
        wrong["unit_of_quantity"] = "请填写计量单位，例如辆、箱、千克。"
    if not text["condition"]:
        wrong["condition"] = "请写明成色、包装、封存情况。"
    day = values.get("taken_on") or clock.today()
    if not isinstance(day, dt.date) or day > clock.today():
        wrong["taken_on"] = "请填写取得日期，不能晚于今天。"
    if wrong:
        raise InvalidValues(wrong)
    return {**text, "source": values["source"], "quantity": quantity(str(values.get("quantity") or "")),
            "perishable": bool(values.get("perishable")), "taken_on": day.isoformat(), "photos": list(values.get("photos") or ())}


def _whole(c: Connection, row: Any) -> Item:
    if row is None:
        raise NotFound("没有这件物品。")
    return read(c, [row])[0]
