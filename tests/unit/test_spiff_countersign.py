"""会签: multi-instance activities, their rules, and adding and removing signers."""

import pytest

from engine.errors import ExpressionFailed, InvalidState
from tests.notation import boundary, entry, extension, inside, many, timer, xml
from tests.open_case import Case

LIST = "<loopDataInputRef>signers</loopDataInputRef>"
OUTPUT = '<loopDataOutputRef>votes</loopDataOutputRef><inputDataItem id="signer"/><outputDataItem id="vote"/>'


def signing(rule: str = "", sequential: bool = False, source: str = LIST, edge: str = "") -> bytes:
    condition = f"<completionCondition>{rule}</completionCondition>" if rule else ""
    task = f'<userTask id="u" name="会签">{many(source + OUTPUT + condition, sequential)}</userTask>'
    return xml(f"start s\n{task}\n{edge}\nuser z\nend e\ns -> u -> z -> e")


def sign(case: Case, who: str, vote: object, **more: object) -> Case:
    wait = next(wait for wait in case.now.waits if getattr(wait, "item", None) == {"signer": who})
    case.tokens.finish(wait.key, {"vote": vote, **more})
    case.after()
    return case


@pytest.mark.parametrize(
    ("rule", "votes", "expected"),
    [
        ("nrOfCompletedInstances / nrOfInstances &gt;= 0.5", [("c", "yes"), ("a", "no")], ["no", "yes"]),
        ('vote = "no"', [("a", "yes"), ("b", "no")], ["yes", "no"]),
        ('count(results[item = "yes"]) &gt;= 2', [("a", "yes"), ("b", "no"), ("d", "yes")], ["yes", "no", "yes"]),
        ("nrOfActiveInstances = 1", [("a", 1), ("b", 2), ("c", 3)], [1, 2, 3]),
    ],
)
def test_the_completion_rule_sees_counters_results_and_the_vote(rule, votes, expected):
    case = Case(signing(rule), signers=["a", "b", "c", "d"])
    for who, vote in votes:
        assert case.people != ["z"]
        sign(case, who, vote)

    assert case.people == ["z"]
    assert case.vars["votes"] == expected


def test_answers_are_kept_by_person_and_do_not_overwrite_each_other_or_the_scope():
    case = Case(signing(), signers=["a", "b"], opinion="outer")
    sign(case, "b", "no", opinion="反对")
    sign(case, "a", "yes", opinion="同意")

    assert case.vars == {"signers": ["a", "b"], "opinion": "outer", "votes": ["yes", "no"]}


def test_without_an_output_item_the_whole_answer_is_the_result():
    text = signing().decode().replace('<outputDataItem id="vote"/>', "").encode()
    case = sign(sign(Case(text, signers=["a", "b"]), "a", 1, note="x"), "b", 2, note="y")

    assert case.vars["votes"] == [{"vote": 1, "note": "x"}, {"vote": 2, "note": "y"}]


def test_a_collection_with_keys_gives_results_with_keys():
    case = Case(signing(), signers={"法制": "a", "财政": "b"})
    assert {wait.mi_key for wait in case.now.waits} == {"法制", "财政"}

    sign(sign(case, "b", "no"), "a", "yes")

    assert case.vars["votes"] == {"法制": "yes", "财政": "no"}


def test_one_after_the_other():
    case = Case(signing(sequential=True), signers=["a", "b"])
    assert [wait.item for wait in case.now.waits] == [{"signer": "a"}]

    sign(case, "a", 1)
    assert [wait.item for wait in case.now.waits] == [{"signer": "b"}]
    assert sign(case, "b", 2).vars["votes"] == [1, 2]


@pytest.mark.parametrize("sequential", [False, True])
def test_an_empty_collection_is_done_at_once(sequential):
    case = Case(signing(sequential=sequential), signers=[])

    assert case.people == ["z"] and case.vars["votes"] == []


def test_a_number_instead_of_a_list():
    case = Case(signing(source="<loopCardinality>n + 1</loopCardinality>"), n=2)

    assert case.people == ["u", "u", "u"]


@pytest.mark.parametrize("signers", [None, "a", 3])
def test_a_collection_that_is_none_names_the_countersign(signers):
    with pytest.raises(ExpressionFailed, match="会签"):
        Case(signing(), signers=signers)


def test_a_rule_that_is_neither_true_nor_false_is_refused():
    with pytest.raises(ExpressionFailed, match="会签"):
        sign(Case(signing("missing"), signers=["a"]), "a", 1)


def test_a_later_change_of_the_list_does_not_move_running_signers():
    case = Case(signing(), signers=["a", "b"])
    case.vars["signers"] = []
    case.after()

    assert case.people == ["u", "u"]


@pytest.mark.parametrize("sequential", [False, True])
def test_signers_are_added_and_removed(sequential):
    case = Case(signing(sequential=sequential), signers=["a", "b", "c"])
    case.tokens.add_signer(case.wait("u").key, "d")
    case.tokens.remove_signer(case.wait("u").key)  # a
    case.after()
    for who in "bcd":
        sign(case, who, who)

    assert case.people == ["z"] and case.vars["votes"] == ["b", "c", "d"]


@pytest.mark.parametrize("sequential", [False, True])
def test_the_last_open_signer_can_go_only_after_somebody_signed(sequential):
    alone = Case(signing(sequential=sequential), signers=["a"])
    with pytest.raises(InvalidState, match="减签"):
        alone.tokens.remove_signer(alone.wait("u").key)

    two = sign(Case(signing(sequential=sequential), signers=["a", "b"]), "a", 1)
    two.tokens.remove_signer(two.wait("u").key)
    two.after()
    assert two.people == ["z"] and two.vars["votes"] == [1]


def test_signers_are_for_countersigns_only():
    case = Case(xml("start s\nuser u\nend e\ns -> u -> e"))
    with pytest.raises(InvalidState, match="会签"):
        case.tokens.add_signer(case.wait("u").key, "x")


def test_a_boundary_event_stands_on_the_whole_countersign():
    edge = boundary("b", "u", timer("Duration", '"P3D"')) + "\nuser late\nend le\nb -> late -> le"
    case = Case(signing(edge=edge), signers=["a", "b"])
    assert list(case.timers) == ["b"]

    assert sign(case, "a", 1).fire("b").people == ["late"]


def test_every_instance_of_a_sub_process_has_its_own_variables_and_reads_outwards():
    head = many(LIST + OUTPUT)
    inner = inside(
        "subProcess",
        "sp",
        'start is\nuser u\nscript vote vote = signer + ":" + answer + outer\nend ie\nis -> u -> vote -> ie',
        "",
        head,
    )
    case = Case(xml(f"start s\n{inner}\nuser z\nend e\ns -> sp -> z -> e"), signers=["a", "b"], answer="outer", outer="!")
    for who, answer in (("b", "2"), ("a", "1")):
        wait = next(wait for wait in case.now.waits if case.tokens.visible(wait.key)["signer"] == who)
        case.tokens.finish(wait.key, {"answer": answer})
        case.after()

    assert case.vars == {"signers": ["a", "b"], "answer": "outer", "outer": "!", "votes": ["a:1!", "b:2!"]}


def test_a_service_task_for_every_item():
    head = extension(entry("input", "who", "signer"))
    task = f'<serviceTask id="u" gl:function="town.ask" gl:resultVariable="vote">{head}{many(LIST + OUTPUT)}</serviceTask>'
    case = Case(xml(f"start s\n{task}\nuser z\nend e\ns -> u -> z -> e"), signers=["a", "b"])
    assert [job.payload for job in case.jobs] == [{"who": "a"}, {"who": "b"}]

    for job in case.jobs:
        case.tokens.finish_job(job.key, job.payload["who"] * 2)
    case.after()

    assert case.vars["votes"] == ["aa", "bb"]


@pytest.mark.parametrize(("attributes", "rounds"), [('loopMaximum="3"', 3), ("", 2)])
def test_a_loop_marker(attributes, rounds):
    inner = "" if attributes else "<loopCondition>n &lt; 2</loopCondition>"
    task = f'<userTask id="u"><standardLoopCharacteristics {attributes}>{inner}</standardLoopCharacteristics></userTask>'
    case = Case(xml(f"start s\n{task}\nuser z\nend e\ns -> u -> z -> e"), n=0)
    for number in range(rounds):
        assert case.people == ["u"]
        case.do("u", n=number + 1)

    assert case.people == ["z"] and case.vars == {"n": rounds}


def test_a_loop_that_tests_first_may_not_run_at_all():
    loop = '<standardLoopCharacteristics testBefore="true"><loopCondition>n &lt; 2</loopCondition></standardLoopCharacteristics>'
    text = f'start s\n<userTask id="u">{loop}</userTask>\nuser z\nend e\ns -> u -> z -> e'

    assert Case(xml(text), n=5).people == ["z"]


def test_five_hundred_signers():
    case = Case(signing(), signers=list(range(500)))
    size = len(case.tokens.dump())
    for who in range(10):
        sign(case, who, who)
    assert len(case.people) == 490 and len(case.tokens.dump()) < size
