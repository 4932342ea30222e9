"""Hostile texts: nothing reaches out, every one ends within its limit, and the isolate goes on working."""

import os
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from engine import feel
from engine.errors import ExpressionFailed
from engine.feel.isolate import shared

ROOT = Path(__file__).parents[2]
HOSTILE = {
    "a sum of a thousand million": "sum(for i in 1..1000000000 return i)",
    "a list of a thousand million": "for i in 1..1000000000 return i",
    "nested loops": "for a in 1..100000, b in 1..100000 return a*b",
    "loops within loops": "count(for a in 1..10000 return for b in 1..10000 return for c in 1..10000 return a)",
    "a growing text": 'for i in 1..1000000 return string join(for j in 1..1000 return "xxxxxxxxxxxxxxxxxxxx")',
    "a list that doubles": "for i in 1..60 return concatenate(partial, partial, partial)",
    "a catastrophic regular expression": 'matches("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa!", "^(a+)+$")',
    "a catastrophic replacement": 'replace("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa!", "^((a|a)+)+$", "")',
    "twenty thousand brackets": "(" * 20000 + "1" + ")" * 20000,
    "as many brackets as fit": "(" * 999 + "1" + ")" * 999,
    "recursion": "{f: function(x) f(x), y: f(1)}.y",
    "recursion through arguments": "(function(f) f(f))(function(f) f(f))",
    "the constructor": 'x.constructor.constructor("return this")()',
    "the prototype": "x.__proto__.polluted",
    "a key that is the prototype": '{"__proto__": {"polluted": true}}.polluted',
    "a parameter that is the prototype": "(function(__proto__) polluted)({polluted: true})",
    "globals of the machine": "[globalThis, process, require, fetch, WebAssembly, gridloopEvaluate]",
}


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE.keys())
def test_a_hostile_text_neither_hangs_nor_reaches_out(text):
    try:
        value = feel.evaluate(text, {"x": {"a": 1}})
    except ExpressionFailed as refusal:
        value = None
        assert refusal.message

    assert value in (None, 1, [None] * 6) or value is True and "polluted" in text
    assert feel.evaluate("x.a + 1", {"x": {"a": 1}}) == 2
    assert feel.evaluate("x.polluted", {"x": {}}) is None


def test_a_runaway_spoils_only_itself():
    outcomes = feel.outcomes_of([("1 + 1", {}), (HOSTILE["a sum of a thousand million"], {}), ("2 + 2", {})])

    assert [outcomes[0], outcomes[2]] == [2, 4]
    assert isinstance(outcomes[1], ExpressionFailed)
    assert "已中止" in outcomes[1].message


def test_many_runaways_cost_no_more_than_a_few():
    runaways = [(HOSTILE["a sum of a thousand million"], {})] * 200
    outcomes = feel.outcomes_of([("1 + 1", {}), *runaways, ("2 + 2", {})])

    assert outcomes[0] == 2
    assert sum("已中止" in one.message for one in outcomes[1:]) == 5
    assert all("没有计算" in one.message for one in outcomes[6:])
    assert feel.evaluate("2 + 2", {}) == 4


def test_after_running_out_of_memory_a_fresh_isolate_goes_on():
    with pytest.raises(ExpressionFailed):
        shared.call("(() => { const all = []; for (;;) all.push(new Array(100000).fill(Math.random())); })", weight=20)
    with pytest.raises(ExpressionFailed, match="内存"):
        shared.call("(function grow() { const all = []; for (;;) all.push(new Array(100000).fill(1.5)); })", weight=20)

    assert feel.evaluate("1 + 1", {}) == 2


def test_deep_data_is_refused_or_answered_but_harms_nothing():
    deep: object = 1
    for _ in range(5000):
        deep = [deep]

    with pytest.raises(ExpressionFailed):
        feel.evaluate("x", {"x": deep})
    assert feel.evaluate("1 + 1", {}) == 2


def test_threads_share_the_isolate():
    answers: list[int] = []
    threads = [threading.Thread(target=lambda n=n: answers.append(feel.evaluate("n * 2", {"n": n}))) for n in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(answers) == [n * 2 for n in range(20)]


FORKING = """
import os, sys
from engine import feel
assert feel.evaluate("1 + 1", {}) == 2
child = os.fork()
if child == 0:
    assert feel.evaluate("2 + 2", {}) == 4
    sys.exit(7)
_, status = os.waitpid(child, 0)
assert os.waitstatus_to_exitcode(status) == 7, status
assert feel.evaluate("3 + 3", {}) == 6
print("both alive")
"""


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system has no fork")
def test_a_forked_child_makes_its_own_isolate_and_both_processes_end():
    done = subprocess.run([sys.executable, "-c", FORKING], cwd=ROOT, capture_output=True, text=True, check=False)

    assert (done.returncode, done.stdout.strip()) == (0, "both alive"), done.stderr


def test_a_process_that_used_feel_ends_by_itself():
    script = "from engine import feel; print(feel.evaluate('1 + 1', {}))"
    for _ in range(3):
        done = subprocess.run([sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=False)
        assert (done.returncode, done.stdout.strip()) == (0, "2"), done.stderr
