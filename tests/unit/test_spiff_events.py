"""Boundary events, event sub-processes, errors and escalations, messages and signals."""

import pytest

from engine.errors import InvalidDefinition, InvalidState
from engine.spiff import MessageWait, build
from tests.notation import ANY_ERROR, ERROR, ESCALATION, MESSAGE, SIGNAL, boundary, entry, extension, inside, timer, xml
from tests.open_case import Case


def on_activity(definition: str, interrupting: bool) -> bytes:
    event = boundary("b", "u", definition, interrupting)
    return xml(f"start s\nuser u\n{event}\nuser r\nuser z\nend e\nend f\ns -> u -> z -> e\nb -> r -> f")


def handler(start: str, interrupting: bool = True, more: str = "") -> str:
    flag = "true" if interrupting else "false"
    head = f'<startEvent id="hs" isInterrupting="{flag}">{more}{start}</startEvent>'
    return inside("subProcess", "h", "user hu\nend he\nhs -> hu -> he", 'triggeredByEvent="true"', head)


def with_handler(start: str, interrupting: bool = True) -> bytes:
    return xml(f"start s\nuser u\nuser z\nend e\ns -> u -> z -> e\n{handler(start, interrupting)}")


@pytest.mark.parametrize("definition", [MESSAGE, SIGNAL])
def test_an_interrupting_boundary_event_ends_its_activity(definition):
    case = Case(on_activity(definition, True)).send("b")

    assert case.people == ["r"] and case.messages == []
    assert case.do("r").now.completed


@pytest.mark.parametrize("definition", [MESSAGE, SIGNAL])
def test_a_boundary_event_that_does_not_interrupt_happens_as_often_as_it_comes(definition):
    case = Case(on_activity(definition, False))
    first = case.wait("b").key

    case.send("b").send("b").send("b")

    assert case.people == ["r", "r", "r", "u"]
    assert case.wait("b").key != first
    case.do("u")
    assert case.people == ["r", "r", "r", "z"] and case.messages == []


def test_an_answered_message_is_refused_the_second_time():
    case = Case(on_activity(MESSAGE, True))
    key = case.wait("b").key
    case.send("b")

    with pytest.raises(InvalidState):
        case.tokens.deliver(key, {})


def test_when_the_activity_is_done_its_events_wait_no_longer():
    case = Case(on_activity(timer("Duration", '"P3D"'), False))
    assert list(case.timers) == ["b"]

    case.do("u")

    assert case.timers == {} and case.people == ["z"]


# ------------------------------------------------------------------------------------------- event sub-processes


@pytest.mark.parametrize("definition", [MESSAGE, SIGNAL])
def test_an_interrupting_event_sub_process_replaces_its_scope(definition):
    document = with_handler(definition)
    case = Case(document).send("hs")

    assert case.people == ["hu"] and case.messages == []
    assert case.do("hu").now.completed

    second = Case(document)
    assert second.rest() == ["u", "z"] and second.now.completed


def test_an_event_sub_process_that_does_not_interrupt_runs_beside_and_again():
    case = Case(with_handler(MESSAGE, interrupting=False)).send("hs").send("hs")

    assert case.people == ["hu", "hu", "u"]
    case.do("u").do("z")
    assert not case.now.completed
    case.do("hu").do("hu")
    assert case.now.completed


def test_a_timer_start_waits_with_its_scope_and_ends_with_it():
    case = Case(with_handler(timer("Duration", '"PT1H"')))
    assert list(case.timers) == ["hs"]
    assert case.fire("hs").people == ["hu"]

    other = Case(with_handler(timer("Duration", '"PT1H"')))
    other.do("u").do("z")
    assert other.now.completed and other.timers == {}


def test_a_repeating_timer_start_reminds_again_and_again():
    case = Case(with_handler(timer("Cycle", '"R/PT1H"'), interrupting=False)).fire("hs").fire("hs")

    assert case.people == ["hu", "hu", "u"] and list(case.timers) == ["hs"]


def test_an_event_sub_process_inside_a_sub_process_belongs_to_it():
    inner = inside("subProcess", "w", f"start ws\nuser u\nend we\nws -> u -> we\n{handler(MESSAGE)}")
    text = f"start s\n{inner}\nuser z\nend e\ns -> w -> z -> e"
    case = Case(xml(text))

    assert case.send("hs").people == ["hu"]
    assert case.do("hu").people == ["z"]
    assert Case(xml(text)).do("u").messages == []


@pytest.mark.parametrize("start", ["", "<conditionalEventDefinition><condition>x</condition></conditionalEventDefinition>"])
def test_an_event_sub_process_without_an_event_is_refused(start):
    with pytest.raises(InvalidDefinition, match="事件子流程"):
        build(with_handler(start), "p")


# ------------------------------------------------------------------------------------------- errors and escalations


def throwing(definition: str, *more: str) -> bytes:
    inner = inside(
        "subProcess", "w", f'start ws\nuser u\n<endEvent id="we">{definition}</endEvent>\nws -> u -> we\n{"".join(more)}'
    )
    events = boundary("ball", "w", ANY_ERROR) + "\n" + boundary("b42", "w", ERROR)
    rest = "user h42\nuser hall\nuser z\nend e\nend f\nend g\ns -> w -> z -> e\nb42 -> h42 -> f\nball -> hall -> g"
    return xml(f"start s\n{inner}\n{events}\n{rest}")


def test_an_error_goes_to_the_boundary_event_with_its_code_before_any_code():
    assert Case(throwing(ERROR)).do("u").people == ["h42"]
    assert Case(throwing('<errorEventDefinition errorRef="F"/>')).do("u").people == ["hall"]


def test_an_error_start_in_the_scope_comes_before_the_boundary():
    case = Case(throwing(ERROR, handler(ERROR))).do("u")

    assert case.people == ["hu"]
    assert case.do("hu").people == ["z"]


def test_an_error_does_not_reach_an_unrelated_activity():
    event = boundary("b", "a", ERROR)
    text = f'start s\npar g\nuser a\n{event}\nuser h\nuser x\n<endEvent id="ee">{ERROR}</endEvent>\nend e\nend f\ns -> g'
    case = Case(xml(f"{text}\ng -> a -> e\ng -> x -> ee\nb -> h -> f")).do("x")

    assert case.people == ["a"]
    [failure] = case.now.failures
    assert (failure.element.id, failure.code) == ("ee", "42")
    assert not case.now.completed


def test_an_uncaught_error_stands_as_a_failure_until_it_is_sent_back_or_tried_again():
    case = Case(xml(f'start s\nuser u\n<endEvent id="ee">{ERROR}</endEvent>\ns -> u -> ee')).do("u")
    assert [failure.element.id for failure in case.now.failures] == ["ee"]

    case.tokens.retry(case.now.failures[0].key)
    case.after()
    assert [failure.code for failure in case.now.failures] == ["42"]

    case.tokens.send_back(case.now.failures[0].key, "u")
    case.after()
    assert case.people == ["u"] and case.now.failures == ()


def test_an_escalation_that_does_not_interrupt_runs_beside():
    throw = f'<intermediateThrowEvent id="t">{ESCALATION}</intermediateThrowEvent>'
    inner = inside("subProcess", "w", f"start ws\n{throw}\nuser u\nend we\nws -> t -> u -> we")
    event = boundary("b", "w", ESCALATION, False)
    case = Case(xml(f"start s\n{inner}\n{event}\nuser r\nend e\nend f\ns -> w -> e\nb -> r -> f"))

    assert case.people == ["r", "u"] and case.now.thrown == ()


def test_an_escalation_nobody_catches_leaves_and_stops_nothing():
    case = Case(
        xml(f'start s\n<intermediateThrowEvent id="t">{ESCALATION}</intermediateThrowEvent>\nuser u\nend e\ns -> t -> u -> e')
    )

    assert [(thrown.kind, thrown.name) for thrown in case.now.thrown] == [("escalation", "7")]
    assert case.people == ["u"] and case.now.failures == ()


def test_what_a_signal_interrupts_does_not_run_any_further():
    throw = f'<intermediateThrowEvent id="t">{SIGNAL}</intermediateThrowEvent>'
    inner = inside("subProcess", "w", f"start ws\n{throw}\nscript l late = true\nend we\nws -> t -> l -> we")
    case = Case(xml(f"start s\n{inner}\n{boundary('b', 'w', SIGNAL)}\nuser h\nend e\nend f\ns -> w -> e\nb -> h -> f"))

    assert case.people == ["h"] and case.vars == {}
    assert [thrown.kind for thrown in case.now.thrown] == ["signal"]


def test_a_signal_end_event_is_heard_in_the_same_case():
    text = f"""start s\npar g\n<intermediateCatchEvent id="c">{SIGNAL}</intermediateCatchEvent>\nuser got\nuser x
<endEvent id="se">{SIGNAL}</endEvent>\nend e\ns -> g\ng -> c -> got -> e\ng -> x -> se"""
    case = Case(xml(text)).do("x")

    assert case.people == ["got"]


def test_a_terminate_end_ends_its_scope_only():
    terminate = '<endEvent id="te"><terminateEventDefinition/></endEvent>'
    inner = inside(
        "subProcess", "w", f"start ws\npar g\nuser a\nuser b\n{terminate}\nend we\nws -> g\ng -> a -> te\ng -> b -> we"
    )
    case = Case(xml(f"start s\n{inner}\nuser z\nend e\ns -> w -> z -> e")).do("a")

    assert case.people == ["z"]


def test_a_transaction_that_is_cancelled_leaves_by_its_cancel_event():
    cancel = "<cancelEventDefinition/>"
    inner = inside("transaction", "w", f'start ws\nuser a\n<endEvent id="ce">{cancel}</endEvent>\nws -> a -> ce')
    case = Case(
        xml(f"start s\n{inner}\n{boundary('b', 'w', cancel)}\nuser y\nuser z\nend e\nend f\ns -> w -> z -> e\nb -> y -> f")
    )

    assert case.do("a").people == ["y"]


# ------------------------------------------------------------------------------------------- messages


def test_correlation_is_evaluated_when_the_wait_begins_and_the_payload_is_mapped():
    head = extension(
        entry("correlation", "no", "number"), entry("output", "paid", "amount * 2"), entry("output", "raw", "payload")
    )
    catch = f'<intermediateCatchEvent id="c">{head}{MESSAGE}</intermediateCatchEvent>'
    case = Case(xml(f"start s\n{catch}\nuser u\nend e\ns -> c -> u -> e"), number="A-1")

    wait = case.wait("c")
    assert wait == MessageWait(wait.key, wait.element, "message", "消息", {"no": "A-1"})
    case.send("c", amount=4, other=1)
    assert case.vars == {"number": "A-1", "paid": 8, "raw": {"amount": 4, "other": 1}}


def test_a_payload_nobody_maps_does_not_touch_the_variables():
    case = Case(xml('start s\n<receiveTask id="c" messageRef="M"/>\nuser u\nend e\ns -> c -> u -> e'), x=1).send("c", x=2)
    assert case.vars == {"x": 1}

    named = 'start s\n<receiveTask id="c" messageRef="M" gl:resultVariable="got"/>\nuser u\nend e\ns -> c -> u -> e'
    assert Case(xml(named), x=1).send("c", x=2).vars == {"x": 1, "got": {"x": 2}}


def test_a_thrown_message_carries_correlation_and_payload():
    head = extension(entry("correlation", "no", "number"), entry("input", "text", '"收到 " + number'))
    text = f'start s\n<sendTask id="t" messageRef="M">{head}</sendTask>\nuser u\nend e\ns -> t -> u -> e'
    [thrown] = Case(xml(text), number="A-1").now.thrown

    assert (thrown.kind, thrown.name, thrown.correlation, thrown.payload) == (
        "message",
        "消息",
        {"no": "A-1"},
        {"text": "收到 A-1"},
    )


FIRST = f"""start s\nfirst g\n<intermediateCatchEvent id="m">{MESSAGE}</intermediateCatchEvent>
<intermediateCatchEvent id="t1">{timer("Duration", '"P10D"')}</intermediateCatchEvent>
<intermediateCatchEvent id="t2">{timer("Duration", '"PT1H"')}</intermediateCatchEvent>
user um\nuser slow\nuser quick\nend e\ns -> g\ng -> m -> um -> e\ng -> t1 -> slow -> e\ng -> t2 -> quick -> e"""


@pytest.mark.parametrize(("event", "then"), [("t1", "slow"), ("t2", "quick")])
def test_the_first_event_behind_an_event_gateway_wins(event, then):
    case = Case(xml(FIRST))
    assert case.timers["t1"] != case.timers["t2"]

    case.fire(event)

    assert case.people == [then] and case.timers == {} and case.messages == []


def test_a_message_behind_an_event_gateway():
    assert Case(xml(FIRST)).send("m").people == ["um"]


def test_a_conditional_event_happens_when_its_condition_becomes_true():
    condition = "<conditionalEventDefinition><condition>x = true</condition></conditionalEventDefinition>"
    text = f'start s\npar g\n<intermediateCatchEvent id="c">{condition}</intermediateCatchEvent>\nuser a\nuser got\nend e\nend f\ns -> g'
    case = Case(xml(f"{text}\ng -> c -> got -> e\ng -> a -> f"), x=False)
    assert case.people == ["a"]

    assert case.do("a", x=True).people == ["got"]


def test_a_wrong_reference_is_named():
    with pytest.raises(InvalidDefinition, match="NOPE"):
        build(xml('start s\n<receiveTask id="c" name="等回复" messageRef="NOPE"/>\nend e\ns -> c -> e'), "p")


def test_two_rounds_of_a_side_path_with_a_parallel_block_do_not_join_each_other():
    event = boundary("b", "u", MESSAGE, interrupting=False)
    text = f"start s\nuser u\n{event}\npar g\nuser x\nuser y\npar j\nuser done\nend e\nend f\ns -> u -> e"
    case = Case(xml(f"{text}\nb -> g\ng -> x -> j\ng -> y -> j\nj -> done -> f")).send("b")
    first = {wait.element.id: wait.key for wait in case.now.waits}
    case.send("b")
    second = {wait.element.id: wait.key for wait in case.now.waits if wait.key not in first.values()}

    for key in (first["x"], second["y"]):
        case.tokens.finish(key, {})
        case.after()
    assert case.people == ["u", "x", "y"]

    case.tokens.finish(first["y"], {})
    case.after()
    assert case.people == ["done", "u", "x"]
