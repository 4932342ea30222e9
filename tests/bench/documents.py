"""Documents per second, with and without PDF; and numbers given to 32 writers at once, without a gap."""

import threading
import time
from collections.abc import Callable

from engine import clock
from engine.database import Database
from engine.documents import catalogue, numbering, pdf, rendering, template_desk, templates
from engine.documents.templates import Template
from engine.errors import Busy
from engine.people import directory
from tests.bench.figure import Figure
from tests.bench.stores import Store

TYPST, WORD = "DOC-03", "DOC-27"
ROUNDS, CONVERTED = 40, 3
WRITERS, EACH = 32, 25
UNIT = "bench-town"


def measure() -> list[Figure]:
    """Each way of making a document; the PDF of a Word document only where LibreOffice is installed."""
    typst = _per_second(lambda: _made(TYPST), ROUNDS)
    word = _per_second(lambda: _made(WORD), ROUNDS)
    found = [Figure("每秒制作系统制式文书（PDF）", typst, "份/秒", word, "Word 文书（.docx）", lower_is_better=False),
             Figure("每秒制作 Word 文书（.docx，在隔离的进程里）", word, "份/秒", lower_is_better=False)]
    if pdf.is_possible():
        body = _made(WORD).body
        both = _per_second(lambda: pdf.convert(body), CONVERTED)
        found.append(Figure("每秒把 Word 文书转成 PDF（LibreOffice）", both, "份/秒", word, "只做 .docx", lower_is_better=False))
    return found


def numbers(store: Store) -> list[Figure]:
    """32 writers who each take numbers of one kind; beside one writer alone. Raises AssertionError for a gap."""
    database = store.copy().open()
    try:
        database.run(lambda c: directory.save_unit(c, {"id": UNIT, "name": "测试镇", "level": "city", "parent_id": None}))
        alone = EACH * 4 / _elapsed(database, 1, EACH * 4)
        together = WRITERS * EACH / _elapsed(database, WRITERS, EACH)
        with database.reading() as c:
            assert numbering.gaps(c) == ()
    finally:
        database.close()
    return [Figure(f"32 人同时编文号，无缺号（{store.name}）", together, "号/秒", alone, "一人编", lower_is_better=False)]


def _elapsed(database: Database, writers: int, each: int) -> float:
    threads = [threading.Thread(target=lambda: [_take(database) for _ in range(each)]) for _ in range(writers)]
    begin = time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return time.perf_counter() - begin


def _take(database: Database) -> str:
    while True:
        try:
            return database.run(lambda c: numbering.next_number(c, UNIT, "罚"))
        except Busy:
            continue


def _made(doc_id: str) -> rendering.Made:
    document = catalogue.of(doc_id)
    one: Template = templates.shipped(document)
    about = {"id": doc_id, "name": document.name, "number": "示综执罚〔2026〕1号", "date": "2026年3月2日"}
    data = {**template_desk.sample(), "document": about}
    data["form"] = {**{path.removeprefix("form."): "" for path in (*document.required, *document.optional) if path.startswith("form.")},
                    **data.get("form", {})}
    return rendering.render(one, rendering.Job(data, clock.now()))


def _per_second(work: Callable[[], object], rounds: int) -> float:
    """After one round that reads fonts and starts programs."""
    work()
    begin = time.perf_counter()
    for _ in range(rounds):
        work()
    return rounds / (time.perf_counter() - begin)
