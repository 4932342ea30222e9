"""Run in a process of its own: the most memory it held, in MB, after reading a diagram or after judging it by every rule."""

import re
import sys
from pathlib import Path

from engine.definitions import lint, read
from tests.bench.proof import LIBRARY, SIZES, diagram


def main(act: str) -> None:
    """`act`: read, or lint as well."""
    model = read(diagram(max(SIZES)))
    if act == "lint":
        lint(model, LIBRARY)
    told = re.search(r"VmHWM:\s+(\d+) kB", Path("/proc/self/status").read_text("ascii"))  # getrusage would tell the parent's, too
    print(int(told[1]) / 1024 if told else float("nan"))


if __name__ == "__main__":
    main(sys.argv[1])
