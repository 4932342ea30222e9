"""The tests themselves: each asserts something, none waits for the clock on the wall, none patches our own code."""

import ast
import re

from tests.house.sources import Function, code, files, functions

TESTS = [path for path in files(".py", under=("tests/",)) if path.split("/")[-1].startswith("test_")]
HOUSE = "tests/house/"

WAITING = r"\bsleep\(|\bwait_for_timeout\(|pytest\.mark\.timeout|@timeout"
REAL_PROCESSES = ("tests/faults/", "tests/browser/", "tests/bench/", "tests/unit/test_scheduler.py")
"""Other processes and threads, servers and browsers run on real time; a wait there is part of the fault or ends a test that hangs."""

MEASURING = r"\bperf_counter\(|\btime\.time\(|\bmonotonic\(|\bprocess_time\("


def asserts(function: Function) -> bool:
    """True when the function states something itself, or calls what says by its name that it does."""
    return any(_states(node) for node in ast.walk(function))


def _states(node: ast.AST) -> bool:
    if isinstance(node, ast.Assert):
        return True
    return isinstance(node, ast.Call) and re.search(r"raises|assert|expect|check|verify|fail\b|warns", ast.unparse(node.func)) is not None


def test_every_test_asserts_something():
    idle = [f"{path}:{one.name}" for path in TESTS for one in functions(path) if one.name.startswith("test_") and not asserts(one)]

    assert len(TESTS) > 40
    assert idle == []


def test_no_test_sleeps_or_has_a_time_limit():
    assert [path for path in TESTS if not path.startswith((*REAL_PROCESSES, HOUSE)) and re.search(WAITING, code(path))] == []


def test_no_test_judges_by_a_stopwatch():
    assert [path for path in TESTS if not path.startswith((*REAL_PROCESSES, HOUSE)) and re.search(MEASURING, code(path))] == []


def test_no_test_puts_something_else_in_place_of_our_code():
    mocks = r"\bmock\b|\bMagicMock\b|monkeypatch\.setattr\((['\"])(engine|web)\."

    assert [path for path in TESTS if not path.startswith(HOUSE) and re.search(mocks, code(path))] == []


def test_every_file_of_tests_holds_one():
    nameless = [path for path in TESTS if not any(one.name.startswith(("test_", "Test")) for one in functions(path))]

    assert nameless == []
