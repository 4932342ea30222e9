"""Sequence, gateways, scopes: the ordinary ways of a token."""

import pytest

from engine.errors import ExpressionFailed, InvalidDefinition, InvalidState, StepBudgetExceeded
from engine.spiff import Tokens, build
from tests.notation import inside, xml
from tests.open_case import Case, Host

SEQUENCE = "start s\nuser a\nuser b\nend e\ns -> a -> b -> e"


def test_a_sequence_runs_to_its_end_and_tells_what_was_passed():
    case = Case(xml(SEQUENCE))
    assert case.people == ["a"]

    case.do("a", amount=5).do("b")

    assert case.now.completed and case.now.waits == ()
    assert case.vars == {"amount": 5}
    assert case.history == ["s", "a", "b", "e"]


def test_a_key_that_no_longer_waits_is_refused():
    case = Case(xml(SEQUENCE))
    key = case.wait("a").key
    case.do("a")

    with pytest.raises(InvalidState):
        case.tokens.finish(key, {})


CHOICE = """start s
user a
xor g name="金额" default="f_g_z"
user x
user y
user z
end e
s -> a -> g
g -> x [amount > 100]
g -> y [amount > 10]
g -> z
x -> e
y -> e
z -> e"""


@pytest.mark.parametrize(("amount", "expected"), [(500, "x"), (50, "y"), (5, "z")])
def test_the_first_condition_in_the_diagrams_order_wins(amount, expected):
    case = Case(xml(CHOICE)).do("a", amount=amount)

    assert case.people == [expected]


def test_all_conditions_of_a_gateway_are_one_crossing_and_gl_order_changes_the_order():
    ordered = '<sequenceFlow id="f_g_y" sourceRef="g" targetRef="y" gl:order="0">'
    condition = "<conditionExpression>amount &gt; 10</conditionExpression></sequenceFlow>"
    text = CHOICE.replace("g -> y [amount > 10]", ordered + condition)
    case = Case(xml(text)).do("a", amount=500)

    assert case.people == ["y"]
    assert case.host.crossings == 1


def test_a_condition_that_is_neither_true_nor_false_names_the_gateway():
    with pytest.raises(ExpressionFailed, match="金额"):
        Case(xml(CHOICE)).do("a", amount=None)


def test_nothing_true_and_no_default_names_the_gateway():
    text = CHOICE.replace('default="f_g_z"', "").replace("g -> z", "g -> z [false]")
    with pytest.raises(ExpressionFailed, match="金额"):
        Case(xml(text)).do("a", amount=1)


PARALLEL = """start s
par g
user a
user b
par j
user z
end e
s -> g
g -> a -> j
g -> b -> j
j -> z -> e"""


def test_a_parallel_join_waits_for_all_and_loses_no_update():
    case = Case(xml(PARALLEL), state="init")
    case.do("b", state="approved")
    assert case.people == ["a"]

    case.do("a", note="x")

    assert case.people == ["z"]
    assert case.vars == {"state": "approved", "note": "x"}


def test_an_inclusive_block_takes_what_holds_and_joins_it():
    text = """start s
inc g default="f_g_c"
user a
user b
user c
inc j
user z
end e
s -> g
g -> a [x]
g -> b [y]
g -> c
a -> j
b -> j
c -> j
j -> z -> e"""
    assert Case(xml(text), x=False, y=False).people == ["c"]
    case = Case(xml(text), x=True, y=True)
    assert case.people == ["a", "b"]
    assert case.do("a").people == ["b"]
    assert case.do("b").people == ["z"]


LOOP = """start s
xor m
user a
script c n = n + 1
xor g default="f_g_e"
end e
s -> m -> a -> c -> g
g -> m [n < limit]
g -> e"""


def test_a_thousand_rounds_leave_the_size_constant():
    case = Case(xml(LOOP), n=0, limit=1000)
    case.do("a")
    first = len(case.tokens.dump())

    while case.vars["n"] < 999:
        case.do("a")

    assert len(case.tokens.dump()) == first
    assert case.people == ["a"]
    assert case.do("a").now.completed


def test_a_parallel_block_in_a_loop_joins_in_every_round_and_does_not_grow():
    text = PARALLEL.replace("start s", 'start s\nxor m\nxor x default="f_x_e"').replace("s -> g", "s -> m -> g")
    text = text.replace("j -> z -> e", "j -> z -> x\nx -> m [again]\nx -> e")
    case, sizes = Case(xml(text), again=True), set()
    for _ in range(100):
        case.do("b").do("a")
        assert case.people == ["z"]
        case.do("z")
        sizes.add(case.now.size)
    assert len(sizes) == 1


def test_a_loop_without_a_wait_is_stopped():
    tokens = Tokens.start(build(xml(LOOP.replace("user a", "script a x = 1")), "p"), Host(), {"n": 0, "limit": 10**9})
    with pytest.raises(StepBudgetExceeded):
        tokens.settle(100)


def test_a_sub_process_uses_the_scope_around_it():
    inner = inside("subProcess", "w", "start ws\nuser u\nend we\nws -> u -> we")
    text = f"start s\n{inner}\nuser z\nend e\ns -> w -> z -> e"
    case = Case(xml(text)).do("u", x=1)

    assert case.people == ["z"] and case.vars == {"x": 1}
    assert case.history == ["s", "ws", "u", "we", "w"]


def test_four_hundred_nodes_in_a_row_and_a_link_pair():
    users = [f"u{n}" for n in range(400)]
    text = "\n".join(["start s", "end e", *(f"script {u} x = 1" for u in users), " -> ".join(["s", *users, "e"])])
    assert Case(xml(text)).now.completed

    link = '<intermediate{}Event id="l{}"><linkEventDefinition name="去办理"/></intermediate{}Event>'
    text = (
        f"start s\n{link.format('Throw', 1, 'Throw')}\n{link.format('Catch', 2, 'Catch')}\nuser a\nend e\ns -> l1\nl2 -> a -> e"
    )
    assert Case(xml(text)).people == ["a"]


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("user a\nend e\na -> e", "开始事件"),
        ("start s\nuser a\nend e\nend f\ns -> a\na -> e\na -> f", "插入网关"),
        ("start s\nuser a\ns -> b", "连线"),
        ("start s\n<complexGateway id='c'/>\ns -> c", "复杂网关"),
        ("start s\n<scriptTask id='c'><script>1</script></scriptTask>\ns -> c", "结果变量"),
        ("start s\n<callActivity id='c' calledElement='nowhere'/>\ns -> c", "nowhere"),
        ("start s\n<serviceTask id='c'/>\ns -> c", "操作"),
        ("start s\nxor g\nend e\nend f\ns -> g\ng -> e\ng -> f [x]", "缺少条件"),
    ],
)
def test_what_cannot_run_is_refused_by_name(text, reason):
    with pytest.raises(InvalidDefinition, match=reason):
        build(xml(text), "p")


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("start s\nuser s", "编号重复"),
        ("start s\n<userTask name='无编号'/>", "无编号"),
        ("start s\n<userTask id='u'><standardLoopCharacteristics loopMaximum='x'/></userTask>", "数字"),
        ("start s\n<userTask id='u'><standardLoopCharacteristics/></userTask>", "循环"),
        ("start s\nend e\n<sequenceFlow id='f' sourceRef='s' targetRef='e' gl:order='first'/>", "数字"),
    ],
)
def test_an_attribute_that_makes_no_sense_is_refused(text, reason):
    with pytest.raises(InvalidDefinition, match=reason):
        build(xml(text), "p")
