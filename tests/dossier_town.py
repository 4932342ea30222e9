"""A town whose case is closed with its papers: issued, printed and served, evidence with a photo, ready for the archive."""

import io
import json
from pathlib import Path
from typing import Any

from PIL import Image

from engine.cases import attachments, case_file, proposals
from engine.cases.proposals import Terms
from engine.documents import catalogue, dossier, dossier_register, issuing, making, serving
from engine.documents.dossier import Dossier
from engine.documents.register import Issued
from tests.penalty_town import Docket, sign
from tests.town import BOSS, OFFICER, OTHER_OFFICER, Town

SAMPLE: dict[str, Any] = json.loads((catalogue.FOLDER / "sample.json").read_text("utf-8"))
TERMS = Terms(kinds=("fine",), fine=500000, basis=("XSR:18",), grade="一般", facts="甲公司门头广告破损，逾期未改。",
              reasons="逾期未改正。", more={"violated_text": "《X省市容条例》第十八条第一款"})
PAPERS = ("DOC-01", "DOC-03", "DOC-18", "DOC-20", "DOC-27", "DOC-47")


class Office(Docket):
    """One case on its way into the archive. `folder` holds the originals."""

    def __init__(self, town: Town, folder: Path) -> None:
        super().__init__(town)
        self.folder = folder
        town.functions |= making.functions(town.database, folder)

    def issues(self, doc_id: str, **values: Any) -> Issued:
        """A document with everything a form could hold, printed by the worker."""
        said = {**SAMPLE["form"], "statement_days": "5", **values}
        made = self.town.run(lambda c: issuing.issue(c, self.case, doc_id, by=OFFICER, values=said, variables={}))
        self.town.works()
        return made

    def decides(self) -> None:
        """The terms of report, notice and decision, as the acts of their steps write them."""
        for stage in (proposals.REPORT, proposals.NOTICE, proposals.DECISION):
            self.town.run(lambda c, stage=stage: proposals.write(c, self.case, stage, TERMS, BOSS))

    def serves(self, made: Issued) -> None:
        """Handed over on the spot."""
        values = {"document": made.id, "method": "direct", "date": self.town.clock().isoformat(), "receiver": "当事人本人",
                  "relation": "本人", "place": "镇政府", "servers": [OFFICER, OTHER_OFFICER]}
        self.town.run(lambda c: serving.record(c, self.case, values, by=OFFICER))

    def photographs(self, colour: str = "#88aacc") -> str:
        """A photo of the scene among the evidence; answers the attachment's id."""
        body = io.BytesIO()
        Image.new("RGB", (320, 240), colour).save(body, "JPEG")
        body.seek(0)
        kept = attachments.keep(self.folder, body, "现场.jpg", 1 << 20)
        return self.town.run(lambda c: attachments.add(c, kept, OFFICER))

    def closes(self) -> None:
        """The file is closed and frozen today."""
        now = self.town.clock()
        self.town.run(lambda c: case_file.change(c, self.case, status=case_file.CLOSED, closure_kind="fulfilled",
                                                 closed_on=now.date().isoformat(), frozen_at=now))

    def compiles(self, by: str = OFFICER, **values: Any) -> dossier_register.Entry:
        return self.town.run(lambda c: dossier_register.compile_(c, self.case, values, by))

    def builds(self) -> Dossier:
        return self.reads(dossier.build, self.case, self.folder)

    def keeps(self, made: Dossier) -> dossier_register.Entry:
        return self.town.run(lambda c: dossier.keep(c, self.case, made, self.folder))


def settled(town: Town, folder: Path) -> Office:
    """A closed case with its papers and one photographed piece of evidence."""
    office = Office(town, folder)
    office.begins_filed(sign())
    office.takes(files=(office.photographs(),))
    office.decides()
    for doc_id in PAPERS:
        made = office.issues(doc_id)
        if doc_id in ("DOC-20", "DOC-27"):
            office.serves(made)
    office.closes()
    return office
