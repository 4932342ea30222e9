"""How long one dossier takes: forty documents, twenty photos, both volumes, the package, the report; against printing one document.

`python -m tests.bench dossier` prints it.
"""

import datetime as dt
import tempfile
from pathlib import Path

from engine import clock
from engine.database import connect
from engine.documents import pages, register
from tests.bench.figure import Figure, median_ms, seconds
from tests.dossier_town import Office
from tests.town import Town

DOCUMENTS, PHOTOS, RUNS = 40, 20, 3
KINDS = ("DOC-01", "DOC-03", "DOC-18", "DOC-20", "DOC-27", "DOC-15", "DOC-02", "DOC-47")
START = dt.datetime(2026, 3, 2, 9, 0, tzinfo=clock.SHANGHAI)


def measure() -> list[Figure]:
    """A closed case on SQLite; documents of every kind over and over."""
    simulated = clock.Simulated(START)
    with tempfile.TemporaryDirectory() as folder, clock.use(simulated):
        database = connect(f"sqlite:///{folder}/town.db")
        database.create_schema()
        office = Office(Town(database, simulated), Path(folder) / "files")
        printing = _fill(office)
        figures = _figures(office, printing)
        database.close()
    return figures


def _fill(office: Office) -> float:
    """The case with its papers; answers the seconds that issuing and printing one document took."""
    office.begins_filed()
    for number in range(PHOTOS):
        office.takes(title=f"现场照片{number + 1}", files=(office.photographs(f"#{number * 10 + 20:02x}aa66"),))
    office.decides()
    spent = seconds(lambda: [office.issues(KINDS[number % len(KINDS)]) for number in range(DOCUMENTS)])
    office.closes()
    office.compiles()
    return spent / DOCUMENTS


def _figures(office: Office, printing: float) -> list[Figure]:
    made = office.builds()
    spent = median_ms([office.builds] * RUNS)
    count = pages.count(made.pdf) + pages.count(made.secondary)
    issued = office.reads(lambda c: len([one for one in register.of_case(c, office.case) if one.state == register.ISSUED]))
    alone = printing * 1000 * DOCUMENTS
    return [Figure("制作一份文书（编号、填写、排印、登记摘要）", printing * 1000, "毫秒"),
            Figure(f"生成案卷：{issued} 份文书、{PHOTOS} 张照片、{count} 页", spent, "毫秒", alone, "逐份制作这些文书的时间"),
            Figure("归档包大小", len(made.package) / 1e6, "MB")]
