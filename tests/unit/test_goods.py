"""Goods of a case: they come in, lie somewhere with somebody, and leave only as approved; nothing vanishes and nothing doubles."""

import itertools

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import exc, text

from engine.cases import disposals, duties, goods
from engine.cases.duties import Change
from engine.cases.goods import Moving
from engine.errors import EngineError, InvalidState, NotAllowed, NotFound, TooEarly
from engine.people import directory
from engine.runtime import parameters
from tests.money_town import HEAD, KEEPER, Till, refused
from tests.town import ADMIN, BOSS, LEADER, OFFICER, OTHER_OFFICER, Town

CART = {"source": "seized", "name": "流动售货推车", "quantity": "3", "unit_of_quantity": "辆", "condition": "八成新，车轮完好，已贴封条"}
DESTROYED = {"method": "粉碎", "site": "镇垃圾中转站", "people": ["wei", "jiang"], "supervisor": "chu", "photos": ["a" * 32]}


@pytest.fixture
def till(town: Town) -> Till:
    made = Till(town)
    made.begins_filed()
    return made


def takes(till, **values):
    return till.town.run(lambda c: goods.enter(c, till.case, {**CART, **values}, OFFICER).id)


def stores(till, item, number=3000, by=KEEPER, **more):
    return till.town.run(lambda c: goods.take_in(c, item, Moving("stored", number, more.pop("place", "A-01"), **more), by).id)


def asks(till, kind, wanted, by=OFFICER):
    return till.town.run(lambda c: disposals.ask(c, till.case, kind, wanted, ("解除扣押决定书 1 号", by)))


def approves(till, disposal, approved=True, by=BOSS, why=""):
    return till.town.run(lambda c: disposals.decide(c, disposal, approved, why, by) and None)


def lets_out(till, disposal, item, by=KEEPER, **values):
    return till.town.run(lambda c: disposals.carry_out(c, disposal, item, values, by) and None)


def item_of(till, item):
    return till.reads(goods.one, item)


def test_goods_wait_until_a_keeper_takes_them_in(till):
    item = takes(till, quantity="2.5", unit_of_quantity="千克")

    assert (item_of(till, item).stored, item_of(till, item).waits, item_of(till, item).owner) == (0, 2500, "吴某甲")
    stores(till, item, 1500)
    stores(till, item, 1000, place="A-02")
    one = item_of(till, item)
    assert (one.amount, one.waits, one.place, one.keeper) == ("2.5 千克", 0, "A-02", KEEPER)
    with refused("待入库 0"):
        stores(till, item, 1)


@pytest.mark.parametrize(("said", "refusal"), [
    ({"quantity": "0"}, "数量应大于 0"), ({"quantity": "一"}, "请填写数量"), ({"source": "x"}, "物品来源"), ({"condition": ""}, "成色"),
    ({"quantity": "0.0001"}, "三位小数"), ({"name": " "}, "物品名称")])
def test_what_is_taken_is_described(till, said, refusal):
    with refused(refusal):
        takes(till, **said)
    assert till.reads(goods.of, till.case) == ()


def test_the_officer_of_the_case_does_not_keep_its_goods(till):
    item = takes(till)
    till.town.run(lambda c: directory.set_posts(c, OFFICER, [("case_officer", "qs"), ("property_keeper", "qs")]))

    with pytest.raises(InvalidState, match="应当分离"):
        stores(till, item, by=OFFICER)
    with pytest.raises(NotAllowed, match="物品管理员"):
        stores(till, item, by=LEADER)
    stores(till, item)
    with pytest.raises(InvalidState, match="物品保管人"):
        till.town.run(lambda c: duties.take(c, till.case, Change(duties.ASSISTANT, KEEPER)))


def test_nothing_leaves_without_an_approved_disposal(till):
    item = takes(till)
    stores(till, item)
    back = asks(till, "return", {item: 3000})
    said = {"receiver": "吴某甲", "receiver_identity": "身份证核对无误", "photos": ["a" * 32]}

    with pytest.raises(InvalidState, match="没有经批准的处置意见"):
        lets_out(till, back, item, **said)
    approves(till, back, False, why="尚未解除扣押")
    with pytest.raises(InvalidState, match="没有经批准"):
        lets_out(till, back, item, **said)
    again = asks(till, "return", {item: 2000})
    approves(till, again)
    with pytest.raises(InvalidState, match="不能再出库 3"):
        lets_out(till, again, item, quantity=3000, **said)
    with pytest.raises(NotAllowed, match="保管人"):
        lets_out(till, again, item, by=LEADER, **said)
    with refused("领取人"):
        lets_out(till, again, item, photos=["a" * 32])
    lets_out(till, again, item, **said)
    assert (item_of(till, item).amount, till.reads(disposals.one, again).state_words) == ("1 辆", "已执行")
    with pytest.raises(InvalidState, match="不能再出库"):
        lets_out(till, again, item, quantity=1000, **said)


def test_neither_the_keeper_nor_who_asks_approves(till):
    item = takes(till)
    stores(till, item)
    asked = asks(till, "return", {item: 1000}, by=BOSS)

    for person, refusal in ((BOSS, "申请人和保管人"), (KEEPER, "申请人和保管人"), (LEADER, "负责人批准")):
        with pytest.raises(NotAllowed, match=refusal):
            approves(till, asked, by=person)
    approves(till, asked, by=HEAD)
    with pytest.raises(InvalidState, match="已经审批"):
        approves(till, asked, False, by=HEAD)


def test_the_same_goods_are_not_promised_twice(till):
    item = takes(till)
    stores(till, item)
    asks(till, "return", {item: 2000})

    with pytest.raises(InvalidState, match="数量为 1 辆"):
        asks(till, "destroy", {item: 2000})
    asks(till, "destroy", {item: 1000})
    first = till.case
    till.begins()
    with pytest.raises(NotFound):
        asks(till, "return", {item: 1000})
    assert len(till.reads(disposals.of, first)) == 2


def test_a_destruction_has_two_people_and_a_supervisor(till):
    item = takes(till)
    stores(till, item)
    destroy = asks(till, "destroy", {item: 3000})
    approves(till, destroy)

    for wrong, refusal in (({"people": ["wei"]}, "两名执行人"), ({"people": ["wei", "wei"]}, "两名执行人"),
                           ({"supervisor": "wei"}, "监督人"), ({"supervisor": KEEPER}, "监督人"), ({"photos": []}, "现场照片"),
                           ({"site": ""}, "地点")):
        with refused(refusal):
            lets_out(till, destroy, item, **{**DESTROYED, **wrong})
    lets_out(till, destroy, item, **DESTROYED)
    last = item_of(till, item).moves[-1]
    assert (last.words, last.more["people"], last.more["supervisor"]) == ("出库", ["wei", "jiang"], "chu")


def test_what_goes_to_be_examined_comes_back(till):
    item = takes(till)
    stores(till, item)
    sent = asks(till, "examine", {item: 2000})
    approves(till, sent)
    lets_out(till, sent, item, receiver="市检测中心", receipt="委〔2026〕1号")

    assert item_of(till, item).stored == 1000
    till.town.run(lambda c: disposals.bring_back(c, sent, item, {"quantity": 1500, "condition": "取样 500 克"}, KEEPER) and None)
    assert item_of(till, item).stored == 2500
    with pytest.raises(InvalidState, match="未归还的数量为 0.5"):
        till.town.run(lambda c: disposals.bring_back(c, sent, item, {"quantity": 1000}, KEEPER) and None)


def test_unclaimed_goods_are_auctioned_only_after_their_notice(till):
    by = till.town.person(ADMIN)
    till.town.run(lambda c: parameters.change(c, "PRM-seizure.unclaimedNotice", 60, by=by))
    item = takes(till)
    stores(till, item)
    notice = till.town.run(lambda c: disposals.announce(c, till.case, [item], "镇政府公告栏、门户网站", KEEPER).ends_on.isoformat())
    auction = asks(till, "auction", {item: 3000})
    approves(till, auction)
    till.passes_to(notice)

    with pytest.raises(TooEarly, match=notice):
        lets_out(till, auction, item, buyer="市拍卖行", proceeds="600")
    till.town.waits(days=1)
    lets_out(till, auction, item, buyer="市拍卖行", proceeds="600")
    assert notice == "2026-05-01"
    assert item_of(till, item).stored == 0


def test_moving_within_the_store_needs_a_new_place(till):
    item = takes(till)
    with pytest.raises(InvalidState, match="不在库中"):
        till.town.run(lambda c: goods.relocate(c, item, Moving("moved", 0, "B-01"), KEEPER) and None)
    stores(till, item)

    with refused("新的库位"):
        till.town.run(lambda c: goods.relocate(c, item, Moving("moved", 0, "A-01"), KEEPER) and None)
    till.town.run(lambda c: goods.relocate(c, item, Moving("moved", 0, "B-01"), KEEPER) and None)
    assert (item_of(till, item).place, item_of(till, item).stored) == ("B-01", 3000)


def test_the_database_itself_keeps_the_moves(till):
    item = takes(till)
    stores(till, item)

    for statement in ("UPDATE goods_move SET quantity = 1", "DELETE FROM goods_move", "UPDATE goods_item SET quantity = 1"):
        with pytest.raises(exc.DBAPIError, match="append-only"):
            till.town.run(lambda c, statement=statement: c.execute(text(statement)) and None)
    assert item_of(till, item).stored == 3000


ACTS = st.lists(st.tuples(st.sampled_from(("store", "ask", "approve", "out", "back", "move")), st.integers(1, 4), st.integers(0, 3)),
                max_size=25)


@given(ACTS)
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_whatever_people_try_nothing_vanishes_and_nothing_doubles(till, acts):
    item = takes(till, quantity="6")
    asked: list[int] = []
    for what, number, which in acts:
        try:
            _try(till, item, asked, (what, number * 1000, which))
        except EngineError:
            continue
    one = item_of(till, item)
    out = sum(line.left - line.back for each in asked for line in till.reads(disposals.one, each).lines)
    assert one.waits >= 0
    assert one.stored >= 0
    assert one.waits + one.stored + out == one.quantity == 6000
    assert [move.seq for move in one.moves] == list(itertools.islice(itertools.count(1), len(one.moves)))


def _try(till, item, asked, act):
    what, number, which = act
    chosen = asked[which % len(asked)] if asked else 0
    if what == "store":
        stores(till, item, number)
    elif what == "ask":
        asked.append(asks(till, "examine" if which % 2 else "hand_over", {item: number}))
    elif what == "approve":
        approves(till, chosen, by=HEAD)
    elif what == "out":
        lets_out(till, chosen, item, quantity=number, receiver="检测中心", receipt="1号")
    elif what == "back":
        till.town.run(lambda c: disposals.bring_back(c, chosen, item, {"quantity": number}, KEEPER) and None)
    else:
        till.town.run(lambda c: goods.relocate(c, item, Moving("moved", 0, f"B-{which}"), KEEPER) and None)


def test_the_other_officer_may_list_goods_too(till):
    made = till.town.run(lambda c: goods.enter(c, till.case, CART, OTHER_OFFICER).id)

    assert [one.id for one in till.reads(goods.of, till.case)] == [made]
