"""A town that makes documents: a penalty case on the real engine with notice and decision, and what people do with its papers."""

import io
from collections.abc import Mapping
from typing import Any

from PIL import Image
from sqlalchemy import Connection

from engine.cases import attachments, proposals
from engine.cases.proposals import Terms
from engine.documents import issuing, register, serving, signing
from engine.documents.register import Issued
from engine.documents.serving import Recorded
from engine.documents.signing import Mark
from tests.penalty_town import Docket
from tests.town import OFFICER, OTHER_OFFICER, Town

SAID = {"violated_text": "《X省城市市容和环境卫生管理条例》第十六条第一款", "basis_text": "《X省城市市容和环境卫生管理条例》第十六条第二款",
        "statement_days": "5"}
TERMS = Terms(("fine",), 500_00, "", ("XSR:16",), "一般", "当事人占道摆摊，经责令改正拒不改正。", "没有从轻、减轻情形。")
INTERVIEW = {"started_at": "2026-03-02T08:10", "ended_at": "2026-03-02T08:40", "place": "青石镇综合执法队询问室", "person_name": "吴某甲",
             "person_relation": "当事人", "dialogue": [{"question": "你在哪里摆摊？", "answer": "解放路12号门前。"}]}


def handwriting(colour: str = "navy") -> bytes:
    """A picture of a signature."""
    out = io.BytesIO()
    Image.new("RGB", (60, 20), colour).save(out, "PNG")
    return out.getvalue()


class Desk(Docket):
    """A filed penalty case whose documents are made."""

    def __init__(self, town: Town) -> None:
        super().__init__(town)
        self.begins_filed()
        self.takes()
        for stage in ("report", "notice", "decision"):
            town.run(lambda c, stage=stage: proposals.write(c, self.case, stage, TERMS, OFFICER))

    def issues(self, doc_id: str = "DOC-20", values: Mapping[str, Any] = SAID, by: str = OFFICER, **how: Any) -> Issued:
        made = self.town.run(lambda c: issuing.issue(c, self.case, doc_id, by=by, values=values, variables={}, **how))
        self.town.works()
        return self.paper(made.id)

    def paper(self, document_id: int) -> Issued:
        found: Issued = self.reads(register.get, document_id)
        return found

    def serves(self, document: Issued, method: str = "direct", **values: Any) -> Recorded:
        said = {"document": document.id, "method": method, "on": "2026-03-02", "receiver": "吴某甲", "relation": "本人", **values}
        return self.town.run(lambda c: serving.record(c, self.case, said, by=OFFICER))

    def drafts(self, doc_id: str = "DOC-07", values: Mapping[str, Any] = INTERVIEW, by: str = OFFICER) -> Issued:
        return self.town.run(lambda c: signing.draft(c, self.case, doc_id, values, by=by))

    def signs(self, document: Issued, role: str = "officers", by: str = OFFICER, **how: Any) -> Issued:
        mark = Mark(role, **{"image": self.picture(), "name": "吴某甲", **how})
        self.town.run(lambda c: signing.sign(c, document.id, mark, by=by))
        self.town.works()
        return self.paper(document.id)

    def all_sign(self, document: Issued, outside: str = "interviewee") -> Issued:
        self.signs(document, outside)
        self.signs(document)
        return self.signs(document, by=OTHER_OFFICER)

    def picture(self) -> str:
        stored = attachments.keep(self.town.files, io.BytesIO(handwriting()), "签名.png", 1 << 20)

        def add(c: Connection) -> str:
            key = attachments.add(c, stored, OFFICER)
            attachments.bind(c, [key], self.case, OFFICER)
            return key

        return self.town.run(add)
