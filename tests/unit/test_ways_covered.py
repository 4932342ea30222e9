"""Which ways out of gateways examples took, told from what they passed."""

from engine.definitions import Package, read
from engine.rehearsal import trial
from engine.rehearsal.scenarios import Scenario
from engine.studio import trials, ways_covered
from tests.town import drawing

LOOP = """
start s
user look name="核查" gl:role="case_officer" gl:formRef="F-look"
xor good name="合格吗？" default="f_good_back"
xor back
user close name="办结审核" gl:role="team_leader"
end e
s -> back -> look -> good
good -> close [ok = true]
good -> back
close -> e
"""
FORM = {"schemaVersion": 19, "type": "default", "id": "F-look", "name": "核查", "components": [
    {"type": "checkbox", "id": "a", "key": "ok", "label": "合格"}]}
BEGIN = ("上报", {"岗位": "grid_worker"})


def package() -> Package:
    return Package("p", "流程", drawing(LOOP), forms={"F-look": FORM})


def looked(ok: bool) -> tuple[str, object]:
    return ("办理", {"岗位": "case_officer", "事项": "核查", "表单": {"ok": ok}})


def covered(*steps: tuple[str, object]) -> frozenset[str]:
    played = trial.run(package(), [], [Scenario("例", steps)])[0]
    assert played.stopped is None, played.stopped
    return ways_covered.taken(read(package().diagram).alone(), [played.trail])


def test_a_way_is_taken_when_what_it_leads_to_comes_next_even_if_it_only_waits():
    assert covered(BEGIN) == frozenset()
    assert covered(BEGIN, looked(True)) == {"f_good_close"}  # the step after it is open, nothing more
    assert covered(BEGIN, looked(False)) == {"f_good_back"}
    assert covered(BEGIN, looked(False), looked(True)) == {"f_good_back", "f_good_close"}


def test_what_no_example_took_is_named_in_words():
    text = "- 场景: 合格\n  步骤:\n    - 上报: {岗位: grid_worker}\n    - 办理: {岗位: case_officer, 事项: 核查, 表单: {ok: true}}\n"
    found = trials.proved(package(), [], text)
    assert found.holds and found.untaken == {"f_good_back": "合格吗？ → 其他情况"}
    assert set(found.ways) == {"f_good_back", "f_good_close"} and found.taken == {"f_good_close"}


def test_an_inclusive_gateway_may_have_led_to_several():
    several = """
    start s
    inc split default="f_split_c"
    user a name="甲" gl:role="case_officer"
    user b name="乙" gl:role="case_officer"
    user c name="丙" gl:role="case_officer"
    inc join
    end e
    s -> split
    split -> a [1 = 1]
    split -> b [2 = 2]
    split -> c
    a -> join
    b -> join
    c -> join -> e
    """
    played = trial.run(Package("p", "流程", drawing(several)), [], [Scenario("例", (BEGIN,))])[0]
    assert ways_covered.taken(read(drawing(several)).alone(), [played.trail]) == {"f_split_a", "f_split_b"}
