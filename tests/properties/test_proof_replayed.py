"""What the proof says of the rules' own examples happens in the real engine, when a case takes the way that the finding shows."""

from pathlib import Path

import pytest

from engine.definitions import Finding, Library, lint, read
from engine.errors import ExpressionFailed, StepBudgetExceeded
from engine.spiff import UserTaskWait
from tests.notation import xml
from tests.open_case import Case

RULES = Path(__file__).parents[1] / "rules"
ROUNDS = 30


def example(rule: str, kind: str = "invalid") -> bytes:
    return (RULES / rule / f"{kind}.bpmn").read_bytes()


def finding(rule: str) -> Finding:
    found = [one for one in lint(read(example(rule)), Library()) if one.page == rule]
    assert len(found) == 1 and found[0].path
    return found[0]


def follow(case: Case, path: tuple[str, ...]) -> list[str]:
    """Do every step of the way in order; what was done."""
    done = []
    for element in path:
        wait = next((one for one in case.now.waits if one.element.id == element), None)
        if isinstance(wait, UserTaskWait):
            case.do(element)
        elif wait is not None:
            case.fire(element)
        done += [element] if wait is not None else []
    return done


def start(rule: str, kind: str = "invalid", unit: str = "a") -> Case:
    return Case(example(rule, kind), case={"unit": unit})


def test_a_case_in_the_loop_never_ends() -> None:
    found, case = finding("case-can-end"), start("case-can-end")
    follow(case, found.path)
    for _ in range(ROUNDS):
        assert case.people == ["u"] and not case.now.completed
        case.do("u")
    assert found.element_id in case.history


def test_where_somebody_writes_the_value_it_ends() -> None:
    assert not start("case-can-end", "valid", unit="again").do("u").now.completed
    assert start("case-can-end", "valid", unit="done").do("u").now.completed


def test_work_is_taken_away() -> None:
    found, case = finding("work-not-cut-off"), start("work-not-cut-off")
    assert case.people == ["a", "b"]

    assert follow(case, found.path)[-1] == "late"

    assert case.now.completed and "b" not in case.history


def test_a_step_is_open_twice() -> None:
    found, case = finding("one-token-each"), start("one-token-each")

    follow(case, found.path)

    open_steps = [one for one in case.people if one == found.element_id]
    assert len(open_steps) == 2


def test_a_loop_runs_away() -> None:
    found = finding("loop-not-passed-at-once")
    with pytest.raises(StepBudgetExceeded):
        start("loop-not-passed-at-once", unit="b")
    assert "q" in found.path


def test_a_missing_list_stops_the_case() -> None:
    found, case = finding("variable-set-before-use"), start("variable-set-before-use", unit="b")
    with pytest.raises(ExpressionFailed):
        follow(case, found.path)


def test_the_list_is_there_on_the_other_way() -> None:
    case = start("variable-set-before-use", unit="a")
    assert case.people == ["c"]


def test_a_way_that_is_never_taken_is_not_taken() -> None:
    found = finding("way-can-be-taken")
    for unit in ("a", "b"):
        case = start("way-can-be-taken", unit=unit)
        assert case.now.completed and "c" not in case.history
    assert found.element_id == "f_h_c"


def test_an_error_nobody_throws_does_not_come() -> None:
    case = start("step-can-be-reached")
    case.do("a")
    assert case.now.completed and "b" not in case.history


def test_a_gateway_without_a_default_shows_values_and_a_way() -> None:
    document = xml("""
        start s
        user u
        xor g
        user a
        end e
        s -> u -> g
        g -> a [kind = "fine"]
        g -> e [kind = "warning"]
        a -> e
    """)
    found = next(one for one in lint(read(document), Library()) if one.rule == "LG05")

    assert "例如 kind 是别的值" in found.hint
    assert found.path == ("s", "f_s_u", "u", "f_u_g")


def test_what_is_not_wholly_walked_is_said_and_not_guessed() -> None:
    found = {one.rule for one in lint(read(example("proof-is-complete")), Library())}

    assert "LS07" in found
    assert not found & {"LS01", "LS03", "LS04"}
