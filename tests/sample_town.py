"""The shipped organisation and processes in a test's own database, with the people of the sample town."""

import io
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

from PIL import Image
from sqlalchemy import Connection

from engine.cases import attachments, findings, handling
from engine.database import Database
from engine.people import Participant, directory
from engine.runtime import casebook, jobs, service_registry, worklist
from engine.runtime.casebook import CaseView
from web import demo, settings

T = TypeVar("T")
FINDER, NEIGHBOUR, CADRE, AREA, DISPATCHER, STRANGER = "wg01", "wg02", "cs01", "pq1", "dd1", "lx-dd1"
IN_FINDERS_GRID = {"lon": 118.90886, "lat": 29.17759, "source_crs": "WGS84", "address": "东街 12 号"}
FINDING = {"category": "0102", "source": "patrol", "description": "东街口垃圾堆放，没有人清理", "location": IN_FINDERS_GRID}


def picture(colour: str = "green", size: tuple[int, int] = (64, 48), kind: str = "JPEG") -> bytes:
    buffer = io.BytesIO()
    Image.new("RGB", size, colour).save(buffer, kind)
    return buffer.getvalue()


class SampleTown:
    """People of 青石镇 reporting and handling findings, by the commands the pages use."""

    def __init__(self, database: Database, files: Path) -> None:
        self.database, self.files = database, files
        demo.organisation(settings.load({}), database)

    def run(self, work: Callable[[Connection], T]) -> T:
        return self.database.run(work)

    def person(self, person_id: str) -> Participant:
        with self.database.reading() as c:
            return directory.participant(c, person_id)

    def photo(self, by: str = FINDER, colour: str = "green") -> str:
        stored = attachments.keep(self.files, io.BytesIO(picture(colour)), "现场.jpg", 1 << 20)
        return self.run(lambda c: attachments.add(c, stored, by))

    def report(self, by: str = FINDER, **changes: Any) -> dict[str, Any]:
        values = {**FINDING, "photos": [self.photo(by), self.photo(by, "red")], **changes}
        who = self.person(by)
        answer = self.run(lambda c: findings.report(c, values, by=who))
        self.works()
        return answer

    def does(self, by: str, step: str, **values: Any) -> dict[str, Any]:
        who = self.person(by)
        with self.database.reading() as c:
            item = next(entry for entry in worklist.of(c, who).entries if entry.name == step)
        answer = self.run(lambda c: handling.complete(c, item.id, values, by=who))
        self.works()
        return answer

    def works(self) -> None:
        while jobs.perform_due(self.database, service_registry.functions()):
            continue

    def case(self, case_id: int, by: str = DISPATCHER) -> CaseView:
        who = self.person(by)
        with self.database.reading() as c:
            return casebook.show(c, case_id, who)

    def steps(self, case_id: int) -> list[str]:
        return sorted(item.name for item in self.case(case_id).items if item.is_live)
