"""The state of a case as text: every kind of wait survives it, and old formats stay readable."""

import json
from pathlib import Path

import pytest

from engine.errors import InvalidState
from engine.spiff import Tokens, build
from tests.notation import ERROR, MESSAGE, SIGNAL, boundary, entry, extension, inside, many, timer, xml
from tests.open_case import Case, Host

GOLDEN = Path(__file__).parent.parent / "golden"

HANDLER = inside(
    "subProcess",
    "h",
    "user hu\nend he\nhs -> hu -> he",
    'triggeredByEvent="true"',
    f'<startEvent id="hs" isInterrupting="false">{MESSAGE}</startEvent>',
)
SIGN = many(
    "<loopDataInputRef>signers</loopDataInputRef><loopDataOutputRef>votes</loopDataOutputRef>"
    '<inputDataItem id="signer"/><outputDataItem id="vote"/>'
)
MAPPING = extension(entry("input", "x", "number"), entry("output", "opinion", "opinion"))
INNER_TEXT = "start is\nuser iu\nend ie\nis -> iu -> ie"
EVERYTHING = f"""start s
par g
user a
{boundary("b", "a", timer("Cycle", '"R5/PT1H"'), interrupting=False)}
user r
<userTask id="sign">{SIGN}</userTask>
<serviceTask id="job" gl:function="town.ask">{extension(entry("input", "no", "number"))}</serviceTask>
<serviceTask id="broken" gl:function="town.ask"/>
<callActivity id="call" calledElement="review">{MAPPING}</callActivity>
{inside("subProcess", "each", INNER_TEXT, "", SIGN.replace("votes", "inner").replace('"vote"', '"iv"'))}
first eg
<intermediateCatchEvent id="em">{extension(entry("correlation", "no", "number"))}{MESSAGE}</intermediateCatchEvent>
<intermediateCatchEvent id="et">{timer("Date", '"2026-05-01T00:00:00+08:00"')}</intermediateCatchEvent>
<intermediateCatchEvent id="sg">{SIGNAL}</intermediateCatchEvent>
xor em2
par j
user z
end e
end re
{HANDLER}
s -> g
g -> a -> j
b -> r -> re
g -> sign -> j
g -> job -> j
g -> broken -> j
g -> call -> j
g -> each -> j
g -> eg
eg -> em -> em2
eg -> et -> em2
em2 -> j
g -> sg -> j
j -> z -> e"""
REVIEW = xml("start s\nuser a\nend e\ns -> a -> e", process="review")
START = {"number": "A-1", "signers": ["甲", "乙"]}


def everything() -> Case:
    """One of each kind of wait, some of them begun."""
    case = Case(xml(EVERYTHING), {"review": REVIEW}, **START)
    case.tokens.finish(
        next(w for w in case.now.waits if w.element.id == "sign" and w.item == {"signer": "乙"}).key, {"vote": "反对"}
    )
    case.tokens.fail_job(case.wait("broken").key, None, "连不上")
    case.after()
    return case.fire("b").send("hs")


def finish_everything(case: Case) -> None:
    case.tokens.retry(case.now.failures[0].key)
    case.after()
    case.answer("job", {}).answer("broken", {}).send("em").send("sg")
    case.do("sign", vote="同意").do("review:a", opinion="可以").do("iu", iv=1).do("iu", iv=2).do("a").do("r").do("hu")
    assert case.people == ["z"] and case.do("z").now.completed
    assert case.vars == {**START, "votes": ["同意", "反对"], "opinion": "可以", "inner": [1, 2]}


def test_every_kind_of_wait_survives_saving_and_loading():
    case = everything()
    before = case.now
    case.after()

    assert case.now.waits == before.waits and case.now.failures == before.failures
    assert len(case.now.waits) == 13
    finish_everything(case)


@pytest.mark.parametrize("path", sorted(GOLDEN.glob("spiff-*.json")), ids=lambda path: path.stem)
def test_a_state_saved_by_an_earlier_release_is_loaded_and_finished(path):
    kept = json.loads(path.read_text("utf-8"))
    case = Case.__new__(Case)
    case.host, case.history = Host(), []
    case.spec = build(kept["diagram"].encode(), "p", {"review": kept["review"].encode()})
    case.tokens = Tokens.load(case.spec, case.host, kept["state"], kept["variables"])
    case.after()

    finish_everything(case)
    assert case.now.completed


def test_there_is_a_golden_state():
    assert list(GOLDEN.glob("spiff-1*.json"))


def test_the_state_holds_neither_variables_nor_the_diagram():
    case = Case(xml("start s\nuser u\nend e\ns -> u -> e"), secret="张三的身份证号")
    state = json.loads(case.tokens.dump())

    assert "张三" not in case.tokens.dump()
    assert state["v"] == 1 and state["p"] == "p" and len(case.tokens.dump()) < 250


def test_users_words_cannot_disturb_the_format():
    case = Case(xml("start s\nuser u\nuser z\nend e\ns -> u -> z -> e")).do(
        "u", typename="contract", v=9, form={"typename": None}
    )

    assert case.vars["form"] == {"typename": None} and case.people == ["z"]


@pytest.mark.parametrize("change", [{"v": 99}, {"p": "other"}])
def test_a_state_of_another_format_or_process_is_refused(change):
    case = Case(xml("start s\nuser u\ns -> u"))
    state = json.dumps({**json.loads(case.tokens.dump()), **change})

    with pytest.raises(InvalidState):
        Tokens.load(case.spec, case.host, state, {})


def test_a_specification_is_shared_by_cases_that_do_not_touch_it():
    document = xml(EVERYTHING)
    spec = build(document, "p", {"review": REVIEW})
    names = {name: (list(node._inputs), list(node._outputs)) for name, node in spec.process.task_specs.items()}
    for _ in range(3):
        tokens = Tokens.start(spec, Host(), dict(START))
        tokens.settle()
        tokens.cancel()
        assert tokens.settle().completed

    assert {name: (list(node._inputs), list(node._outputs)) for name, node in spec.process.task_specs.items()} == names


def test_an_error_inside_a_countersigned_sub_process_reaches_its_edge():
    inner = inside(
        "subProcess",
        "w",
        f'start ws\nuser u\n<endEvent id="we">{ERROR}</endEvent>\nws -> u -> we',
        "",
        many("<loopCardinality>2</loopCardinality>"),
    )
    case = Case(xml(f"start s\n{inner}\n{boundary('b', 'w', ERROR)}\nuser h\nend e\nend f\ns -> w -> e\nb -> h -> f"))

    assert case.do("u").people == ["h"]
