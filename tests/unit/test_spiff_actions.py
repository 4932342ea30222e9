"""Scripts, decisions, jobs and called processes."""

import pytest

from engine.errors import ExpressionFailed, InvalidState
from tests.notation import ERROR, boundary, entry, extension, inside, many, timer, xml
from tests.open_case import Case

JOB = extension(entry("input", "no", "number"), entry("input", "twice", "n * 2"))
SERVICE = f'<serviceTask id="c" name="查重" gl:function="cases.link_duplicate" gl:resultVariable="found">{JOB}</serviceTask>'
SERVED = f"start s\n{SERVICE}\n{boundary('b', 'c', ERROR)}\nuser u\nuser h\nend e\nend f\ns -> c -> u -> e\nb -> h -> f"


def test_a_job_waits_with_its_payload_and_its_result_goes_to_the_variable():
    case = Case(xml(SERVED), number="A", n=2)
    [job] = case.jobs
    assert (job.function, job.payload) == ("cases.link_duplicate", {"no": "A", "twice": 4})
    assert case.host.crossings == 1

    case.answer("c", {"other": 7})

    assert case.people == ["u"] and case.vars["found"] == {"other": 7}


def test_a_business_error_goes_to_the_boundary():
    assert Case(xml(SERVED), number="A", n=2).fail("c", "42").people == ["h"]


@pytest.mark.parametrize("code", ["43", None])
def test_a_failed_job_stands_until_it_is_retried(code):
    case = Case(xml(SERVED), number="A", n=2).fail("c", code)
    [failure] = case.now.failures
    assert (failure.element.name, failure.code) == ("查重", code)
    assert case.jobs == [] and not case.now.completed

    case.tokens.retry(failure.key)
    case.after()
    assert case.now.failures == () and case.jobs[0].payload == {"no": "A", "twice": 4}
    assert case.answer("c", {}).people == ["u"]


def test_a_late_answer_to_a_failed_job_counts():
    case = Case(xml(SERVED), number="A", n=2).fail("c", None)
    case.tokens.finish_job(case.now.failures[0].key, {})
    case.after()

    assert case.people == ["u"]


def test_a_job_can_be_withdrawn_by_a_timer():
    edge = boundary("t", "c", timer("Duration", '"PT1H"'))
    case = Case(xml(f"{SERVED}\n{edge}\nuser late\nend g\nt -> late -> g"), number="A", n=2)
    key = case.jobs[0].key

    assert case.fire("t").people == ["late"]
    with pytest.raises(InvalidState):
        case.tokens.finish_job(key, {})


def test_a_result_can_be_mapped():
    head = extension(entry("output", "level", 'if score > 5 then "高" else "低"'))
    text = f'start s\n<serviceTask id="c" gl:function="x.y">{head}</serviceTask>\nuser u\nend e\ns -> c -> u -> e'

    assert Case(xml(text)).answer("c", {"score": 9}).vars == {"level": "高"}


def test_a_script_writes_json_values_only():
    script = (
        'script c a = {at: date and time("2026-03-02T09:00:00+08:00"), days: duration("P2D"), day: date("2026-03-02"), n: [1, 2]}'
    )
    case = Case(xml(f"start s\n{script}\nuser u\nend e\ns -> c -> u -> e"))

    assert case.vars["a"]["day"] == "2026-03-02" and case.vars["a"]["days"] == "P2D" and case.vars["a"]["n"] == [1, 2]
    assert case.vars["a"]["at"].startswith("2026-03-02T01:00:00")


def decided(result: object, variable: str = "") -> Case:
    attribute = f'gl:resultVariable="{variable}"' if variable else ""
    task = f'<businessRuleTask id="d" name="分级" gl:decisionRef="level" {attribute}/>'
    text = f"start s\nuser u\n{task}\nuser z\nend e\ns -> u -> d -> z -> e"
    case = Case(xml(text))
    case.host.decisions["level"] = lambda names: result if result is not None else {"level": names["amount"] > 3}
    case.tokens.finish(case.wait("u").key, {"amount": 5})
    case.after()
    return case


def test_a_decision_sees_the_variables_and_its_outputs_become_variables():
    assert decided(None).vars == {"amount": 5, "level": True}
    assert decided({"a": 1}, "r").vars == {"amount": 5, "r": {"a": 1}}
    assert decided(7, "r").vars == {"amount": 5, "r": 7}


def test_a_decision_without_a_result_or_a_place_for_it_is_refused():
    with pytest.raises(ExpressionFailed, match="分级"):
        decided([1])


INNER = inside("subProcess", "sp", "start is\nuser u\nend ie\nis -> u -> ie")
REVIEW = xml(f"start s\n{INNER}\nend e\ns -> sp -> e", process="review")


def calling(*entries: str, repetition: str = "") -> str:
    call = f'<callActivity id="c" calledElement="review">{extension(*entries)}{repetition}</callActivity>'
    return f"start s\n{INNER}\n{call}\nuser z\nend e\ns -> sp -> c -> z -> e"


def test_a_called_process_has_its_own_scope_and_its_ids_may_repeat():
    text = calling(entry("input", "amount", "total + 1"), entry("output", "verdict", "opinion"))
    case = Case(xml(text), {"review": REVIEW}, total=1, secret=7).do("u")
    assert case.people == ["review:u"]
    assert case.tokens.visible(case.wait("review:u").key) == {"amount": 2}
    assert case.wait("review:u").element.process_id == "review"

    case.do("review:u", opinion="同意", total=99)

    assert case.people == ["z"] and case.vars == {"total": 1, "secret": 7, "verdict": "同意"}


def test_a_called_process_for_every_item():
    repetition = many(
        '<loopDataInputRef>units</loopDataInputRef><loopDataOutputRef>all</loopDataOutputRef><inputDataItem id="unit"/>'
    )
    text = calling(entry("input", "who", "unit"), entry("output", "verdict", "opinion"), repetition=repetition)
    case = Case(xml(text), {"review": REVIEW}, units=["城管", "环保"]).do("u")
    for wait in list(case.now.waits):
        case.tokens.finish(wait.key, {"opinion": case.tokens.visible(wait.key)["who"] + "同意"})
    case.after()

    assert case.vars["all"] == [{"verdict": "城管同意"}, {"verdict": "环保同意"}]


def test_a_process_of_the_same_document_is_found_by_itself():
    inner = '<startEvent id="s"/><userTask id="u"/><sequenceFlow id="f" sourceRef="s" targetRef="u"/>'
    more = f'<process id="q" isExecutable="true">{inner}</process>'
    case = Case(xml('start s\n<callActivity id="u" calledElement="q"/>\nend e\ns -> u -> e', more=more))

    assert case.people == ["q:u"]


def test_a_process_may_call_itself():
    call = '<callActivity id="c" calledElement="p"/>'
    text = f'start s\nuser u\nxor g default="f_g_e"\n{call}\nend e\nend f\ns -> u -> g\ng -> c [again]\ng -> e\nc -> f'
    case = Case(xml(text)).do("u", again=True)
    assert case.people == ["p:u"]

    case.do("p:u", again=True)
    case.do("p:u", again=False)
    assert case.now.completed


def test_a_boundary_event_on_a_called_process():
    text = calling() + f"\n{boundary('b', 'c', timer('Duration', 'P1D'))}\nuser late\nend f\nb -> late -> f"
    case = Case(xml(text), {"review": REVIEW}).do("u")

    assert case.fire("b").people == ["late"]


def test_an_error_in_a_called_process_reaches_the_edge_of_its_caller_with_its_code():
    review = xml(f'start s\nuser u\n<endEvent id="e">{ERROR}</endEvent>\ns -> u -> e', process="review")
    event = boundary("b", "c", ERROR, attributes='gl:resultVariable="wrong"')
    text = f'start s\n<callActivity id="c" calledElement="review"/>\n{event}\nuser h\nend e\nend f\ns -> c -> e\nb -> h -> f'
    case = Case(xml(text), {"review": review}).do("review:u")

    assert case.people == ["h"] and case.vars["wrong"]["code"] == "42"


def test_a_business_error_of_one_participant_reaches_the_edge_of_the_whole():
    task = f'<serviceTask id="u" gl:function="town.ask">{many("<loopCardinality>3</loopCardinality>")}</serviceTask>'
    case = Case(xml(f"start s\n{task}\n{boundary('b', 'u', ERROR)}\nuser h\nend e\nend f\ns -> u -> e\nb -> h -> f"))
    case.tokens.fail_job(case.jobs[1].key, "42")
    case.after()

    assert case.people == ["h"] and case.jobs == []


def test_a_failed_job_in_a_sub_process_can_be_sent_back_out_of_it():
    inner = inside("subProcess", "sp", f"start is\n{SERVICE}\nend ie\nis -> c -> ie")
    case = Case(xml(f"start s\nuser u\n{inner}\nend e\ns -> u -> sp -> e"), number="A", n=2).do("u").fail("c", None)
    assert case.now.waits == () and not case.now.completed

    case.tokens.send_back(case.now.failures[0].key, "u")
    case.after()
    assert case.people == ["u"] and case.now.failures == ()


def test_conditions_inside_a_called_process_see_its_own_variables_only():
    review = xml(
        'start s\nxor g default="f_g_u"\nuser u\nuser v\nend e\ns -> g\ng -> v [level = "高"]\ng -> u\nu -> e\nv -> e',
        process="review",
    )
    call = f'<callActivity id="c" calledElement="review">{extension(entry("input", "level", "grade"))}</callActivity>'

    case = Case(xml(f"start s\n{call}\nend e\ns -> c -> e"), {"review": review}, grade="高", level="低")

    assert case.people == ["review:v"]
