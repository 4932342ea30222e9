"""Run every measurement, print it, draw it, store it."""

import sys
import tempfile
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from tests.bench import (
    board,
    cases,
    deadlines,
    documents,
    dossier,
    in_memory,
    moves,
    proof,
    redating,
    scaling,
    signs,
    studio,
    transactions,
    waking,
)
from tests.bench.book import Book
from tests.bench.figure import Figure
from tests.bench.stores import Store, stores

ROOT = Path(__file__).resolve().parents[2]


def main(arguments: Sequence[str]) -> None:
    """Everything, or what is named: `redating`, or smaller than usual and only printed: `redating=5000`."""
    wanted = {name: int(size) if size else None for name, _, size in (one.partition("=") for one in arguments)}
    book = Book(ROOT / "docs", anew=not wanted)

    def take(name: str, work: Callable[[], list[Figure]]) -> None:
        if not wanted or name in wanted:
            found = work()
            for one in found:
                print(one.line(), flush=True)
            if wanted.get(name) is None:
                book.enter(name, found)

    take("engine", in_memory.measure)
    take("deadlines", deadlines.measure)
    take("proof", proof.measure)
    take("studio", studio.page)
    take("studio", studio.memory)
    take("signs", signs.measure)
    take("dossier", dossier.measure)
    take("documents", documents.measure)
    with tempfile.TemporaryDirectory() as folder, stores(Path(folder)) as both:
        for store in both:
            _each(store, take, wanted)
        fresh = both[0].copy()
        fresh.open().close()
        take("start", lambda: waking.starting(str(fresh.url)))


def _each(store: Store, take: Callable[[str, Callable[[], list[Figure]]], None], sizes: Mapping[str, int | None]) -> None:
    empty = store.copy()
    take("transactions", lambda: transactions.measure(store.copy()))
    take("scaling", lambda: scaling.measure(store))
    take("documents", lambda: documents.numbers(store))
    take("timers", lambda: waking.measure(store))
    take("board", lambda: board.measure(store, sizes.get("board") or board.CLOSED))
    take("cases", lambda: cases.measure(store, sizes.get("cases") or cases.OPEN))
    take("moves", lambda: moves.measure(empty, sizes.get("moves") or moves.CASES))
    take("studio", lambda: studio.measure(store, sizes.get("studio") or studio.CASES))
    take("redating", lambda: redating.measure(empty, sizes.get("redating") or redating.OPEN))


if __name__ == "__main__":
    main(sys.argv[1:])
