"""Send back, skip, withdraw: what goes, what stays, what is refused."""

import pytest

from engine.errors import JumpRefused
from tests.notation import MESSAGE, boundary, entry, extension, inside, many, timer, xml
from tests.open_case import Case

REMINDER = boundary("b", "u2", timer("Duration", '"P3D"'), interrupting=False)
SEQUENCE = f"start s\nuser u1\nuser u2\n{REMINDER}\nuser u3\nuser r\nend re\nend e\ns -> u1 -> u2 -> u3 -> e\nb -> r -> re"
PARALLEL = """start s
user u0
par g name="分办"
user a1 name="甲一"
user a2 name="甲二"
user b1 name="乙一"
par j
user u9 name="汇总"
end e
s -> u0 -> g
g -> a1 -> a2 -> j
g -> b1 -> j
j -> u9 -> e"""
NESTED = """start s
user u0
par g
user a1
par h
user c1
user c2
par k
user b1
par j
user u9
end e
s -> u0 -> g
g -> a1 -> h
h -> c1 -> k
h -> c2 -> k
k -> j
g -> b1 -> j
j -> u9 -> e"""
TWO = many("<loopCardinality>2</loopCardinality>")
INNER = inside("subProcess", "sp", "start is\nuser i1\nuser i2\nend ie\nis -> i1 -> i2 -> ie")
SUB = f'start s\nuser u0\n{INNER}\n<userTask id="m">{TWO}</userTask>\nuser u9\nend e\ns -> u0 -> sp -> m -> u9 -> e'


def after(text: str, *done: str) -> Case:
    case = Case(xml(text))
    for name in done:
        case.do(name)
    return case


def test_back_in_a_sequence_arms_the_timer_again():
    case = after(SEQUENCE, "u1", "u2").back("u3", "u2")

    assert case.people == ["u2"] and list(case.timers) == ["b"]
    assert case.rest() == ["u2", "u3"] and case.now.completed


def test_a_thousand_send_backs_leave_the_size_constant():
    case, sizes = after(SEQUENCE, "u1", "u2"), set()
    for _ in range(1000):
        case.back("u3", "u1").do("u1").do("u2")
        sizes.add(len(case.tokens.dump()))
    assert len(sizes) == 1


def test_forward_is_a_jump_too():
    assert after(SEQUENCE).back("u1", "u3").rest() == ["u3"]


@pytest.mark.parametrize(
    ("text", "done", "source", "target", "open_then", "rest"),
    [
        (PARALLEL, "u0 a1", "a2", "a1", "a1 b1", "a1 a2 b1 u9"),
        (PARALLEL, "u0 a1 b1", "a2", "a1", "a1", "a1 a2 u9"),
        (PARALLEL, "u0 a1", "a2", "u0", "u0", "u0 a1 a2 b1 u9"),
        (PARALLEL, "u0 a1", "a2", "g", "a1 b1", "a1 a2 b1 u9"),
        (PARALLEL, "u0 a1 a2 b1", "u9", "u0", "u0", "u0 a1 a2 b1 u9"),
        (NESTED, "u0 a1", "c1", "a1", "a1 b1", "a1 b1 c1 c2 u9"),
        (NESTED, "u0 a1 c1", "c2", "h", "b1 c1 c2", "b1 c1 c2 u9"),
        (NESTED, "u0 a1 c1 b1", "c2", "u0", "u0", "u0 a1 b1 c1 c2 u9"),
        (SUB, "u0 i1", "i2", "i1", "i1", "i1 i2 m m u9"),
        (SUB, "u0 i1", "i2", "u0", "u0", "u0 i1 i2 m m u9"),
        (SUB, "u0 i1 i2 m", "m", "u0", "u0", "u0 i1 i2 m m u9"),
        (SUB, "u0 i1 i2 m m", "u9", "m", "m m", "m m u9"),
        (SUB, "u0 i1 i2", "m", "sp", "i1", "i1 i2 m m u9"),
    ],
)
def test_what_goes_and_what_stays(text, done, source, target, open_then, rest):
    case = after(text, *done.split()).back(source, target)

    assert case.people == open_then.split()
    assert (case.rest(), case.now.completed) == (rest.split(), True)


@pytest.mark.parametrize(
    ("done", "source", "target"), [("u0 a1 a2 b1", "u9", "a1"), ("", "u0", "b1"), ("u0", "b1", "a1"), ("u0", "a1", "u9x")]
)
def test_into_a_block_or_another_branch_is_refused(done, source, target):
    case = after(PARALLEL, *done.split())
    before = case.people

    with pytest.raises(JumpRefused) as refusal:
        case.back(source, target)

    assert case.people == before
    if target in case.spec.elements:
        assert case.spec.elements[target].name in refusal.value.message and "分办" in refusal.value.message


def test_a_reminder_is_no_place_to_send_back_from_and_goes_with_its_step():
    case = after(SEQUENCE, "u1").fire("b")
    assert case.people == ["r", "u2"]
    with pytest.raises(JumpRefused):
        case.back("r", "u1")

    assert case.back("u2", "u1").people == ["u1"]


def test_the_path_of_a_reminder_is_no_target():
    case = after(SEQUENCE, "u1").fire("b").do("r").do("u2")
    assert case.targets("u3") == ["u1", "u2"]

    with pytest.raises(JumpRefused, match="主流程"):
        case.back("u3", "r")


def test_an_open_reminder_of_a_branch_goes_with_its_branch_only():
    event = boundary("b", "a1", MESSAGE, interrupting=False)
    case = after(f"{PARALLEL}\n{event}\nuser r\nend re\nb -> r -> re", "u0").send("b").do("a1")
    assert case.people == ["a2", "b1", "r"]

    assert case.back("a2", "a1").people == ["a1", "b1"]


def test_an_open_reminder_does_not_hold_the_join_up():
    event = boundary("b", "a1", MESSAGE, interrupting=False)
    case = after(f"{PARALLEL}\n{event}\nuser r\nend re\nb -> r -> re", "u0").send("b").do("a1").do("a2").do("b1")

    assert case.people == ["r", "u9"]
    assert case.back("u9", "u0").people == ["u0"]


def test_a_branch_can_be_sent_back_as_often_as_needed():
    case, sizes = after(PARALLEL, "u0", "a1"), set()
    for _ in range(50):
        case.back("a2", "a1").do("a1")
        sizes.add(len(case.tokens.dump()))
    assert len(sizes) <= 2
    assert case.rest() == ["a2", "b1", "u9"]


def test_targets_are_the_steps_already_passed_that_are_lawful():
    case = after(PARALLEL, "u0", "a1")
    assert case.targets("a2") == ["u0", "a1"]
    assert case.targets("b1") == ["u0"]

    case.do("a2").do("b1")
    assert case.targets("u9") == ["u0"]

    case.back("u9", "u0")
    assert case.targets("u0") == []


def test_targets_inside_a_sub_process_and_a_countersign_reach_out():
    assert after(SUB, "u0", "i1").targets("i2") == ["u0", "i1"]
    assert after(SUB, "u0", "i1", "i2", "m").targets("m") == ["u0"]


def called(**variables: object) -> Case:
    review = xml("start s\nuser a\nuser u\nend e\ns -> a -> u -> e", process="review")
    head = extension(entry("output", "opinion", "opinion"))
    text = f'start s\nuser u\n<callActivity id="c" calledElement="review">{head}</callActivity>\nuser z\nend e\ns -> u -> c -> z -> e'
    return Case(xml(text), {"review": review}, **variables)


def test_from_a_called_process_to_its_caller():
    case = called().do("u").do("review:a")
    assert case.targets("review:u") == ["u", "review:a"]

    case.back("review:u", "u")

    assert case.people == ["u"]
    assert case.rest() == ["u", "review:a", "review:u", "z"] and case.now.completed


def test_an_interrupting_handler_sent_back_lets_its_scope_wait_again():
    start = f'<startEvent id="hs">{MESSAGE}</startEvent>'
    handler = inside("subProcess", "h", "user hu\nend he\nhs -> hu -> he", 'triggeredByEvent="true"', start)
    case = after(f"start s\nuser u1\nuser u2\nend e\ns -> u1 -> u2 -> e\n{handler}", "u1").send("hs").back("hu", "u1")

    assert case.people == ["u1"] and case.messages == ["hs"]
    assert case.rest() == ["u1", "u2"] and case.now.completed


def test_a_running_handler_that_does_not_interrupt_stays():
    start = f'<startEvent id="hs" isInterrupting="false">{MESSAGE}</startEvent>'
    handler = inside("subProcess", "h", "user hu\nend he\nhs -> hu -> he", 'triggeredByEvent="true"', start)
    case = after(f"start s\nuser u1\nuser u2\nend e\ns -> u1 -> u2 -> e\n{handler}", "u1").send("hs").back("u2", "u1")

    assert case.people == ["hu", "u1"] and case.messages == ["hs"]
    with pytest.raises(JumpRefused):
        case.back("hu", "u1")


def test_cancel_withdraws_everything():
    case = after(NESTED, "u0", "a1")
    case.tokens.cancel()
    case.after()

    assert case.now.completed and case.now.waits == ()
