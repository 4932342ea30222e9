"""A worker process of its own that makes papers until it is killed: `python -m tests.post.printer DATABASE FOLDER MOMENT CASE WHAT`.

WHAT is "issue" (documents are issued one after another, each answer is a line), "print" (their bytes are made) or "dossier" (the case's
dossier is put together and kept, again and again).
"""

import datetime as dt
import itertools
import sys
from pathlib import Path

from engine import clock
from engine.database import Database, connect
from engine.documents import dossier, issuing, making
from engine.runtime import jobs
from tests.dossier_town import SAMPLE
from tests.town import OFFICER

SAID = {**SAMPLE["form"], "statement_days": "5"}


def issues(database: Database, case: int) -> None:
    for _ in itertools.count():
        made = database.run(lambda c: issuing.issue(c, case, "DOC-20", by=OFFICER, values=SAID, variables={}))
        say(f"{made.id} {made.number}")


def builds(database: Database, case: int, folder: Path) -> None:
    for _ in itertools.count():
        with database.reading() as c:
            built = dossier.build(c, case, folder)
        say("built")
        database.run(lambda c, built=built: dossier.keep(c, case, built, folder))
        say("kept")


def say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def main() -> None:
    place, folder, moment, case, what = sys.argv[1:]
    database = connect(place)
    with clock.use(clock.Simulated(dt.datetime.fromisoformat(moment))):
        say("ready")
        if what == "issue":
            issues(database, int(case))
        elif what == "dossier":
            builds(database, int(case), Path(folder))
        else:
            while jobs.perform_due(database, making.functions(database, Path(folder)), 1):
                say("made")
    database.close()


if __name__ == "__main__":
    main()
