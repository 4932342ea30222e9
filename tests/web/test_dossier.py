"""The pages of the dossier and of the public copy: from a closed case to the archive, and what is refused on the way."""

import io
import json
import zipfile
from pathlib import Path
from urllib.parse import quote

import pytest

from engine import clock
from engine.cases import case_file, evidence, proposals
from engine.cases.proposals import Terms
from engine.database import Database
from engine.documents import catalogue, issuing, making, register, serving
from engine.people import directory
from engine.runtime import history
from tests.web import cases
from web.settings import Settings

SAMPLE = json.loads((catalogue.FOLDER / "sample.json").read_text("utf-8"))["form"]
TERMS = Terms(kinds=("fine",), fine=500000, basis=("XSR:16",), grade="一般", facts="王小明占道经营，电话13800000000。",
              reasons="经责令改正逾期未改正。", more={"violated_text": "《X省市容条例》第十八条第一款"})


class Settled:
    """A case with its papers printed and served, and closed."""

    def __init__(self, database: Database, settings: Settings) -> None:
        self.database, self.folder = database, Path(settings.files)
        cases.publish(database)
        self.id = cases.opened(database)
        for stage in (proposals.REPORT, proposals.NOTICE, proposals.DECISION):
            database.run(lambda c, stage=stage: proposals.write(c, self.id, stage, TERMS, cases.BOSS))
        with database.reading() as c:
            who = directory.participant(c, cases.OFFICER)
        piece = {"kind": "record", "title": "现场检查笔录", "origin": "现场", "place": "东街", "collected_at": "2026-03-02T09:30",
                 "collectors": ["甲", "乙"]}
        database.run(lambda c: evidence.add(c, self.id, piece, (), who))
        for doc_id in ("DOC-03", "DOC-20", "DOC-27", "DOC-47"):
            self.issues(doc_id)
        database.run(self._close)

    def issues(self, doc_id: str) -> None:
        values = {**SAMPLE, "statement_days": "5"}
        made = self.database.run(lambda c: issuing.issue(c, self.id, doc_id, by=cases.OFFICER, values=values, variables={}))
        making.make(self.database, self.folder, made.id)
        if doc_id in ("DOC-20", "DOC-27"):
            said = {"document": made.id, "method": "direct", "date": clock.local(made.issued_at).date().isoformat(), "receiver": "本人",
                    "relation": "本人", "place": "镇政府", "servers": [cases.OFFICER, cases.ASSISTANT]}
            self.database.run(lambda c: serving.record(c, self.id, said, by=cases.OFFICER))

    def _close(self, c) -> None:
        issued = register.of_case(c, self.id)[0].issued_at
        day = clock.local(issued).date().isoformat()
        case_file.change(c, self.id, status=case_file.CLOSED, closure_kind="fulfilled", closed_on=day, frozen_at=issued,
                         filed_on=day, number="青石综执案〔2026〕1号")

    @property
    def page(self) -> str:
        return f"/cases/{self.id}/dossier"

    @property
    def public(self) -> str:
        return f"/cases/{self.id}/publicity"


@pytest.fixture
def settled(database: Database, settings: Settings) -> Settled:
    return Settled(database, settings)


def text(answer) -> str:
    return answer.get_data(as_text=True)


def built(browser, settled: Settled) -> None:
    browser.post(settled.page)
    assert browser.post(f"{settled.page}/build").status_code == 302


def test_an_open_case_shows_what_would_lie_in_its_dossier_and_compiles_nothing(as_person, database) -> None:
    cases.publish(database)
    case = cases.opened(database)
    browser = as_person(cases.OFFICER)
    page = text(browser.get(f"/cases/{case}/dossier"))
    assert "结案以后才能立卷" in page and "立卷</button>" not in page
    refused = browser.post(f"/cases/{case}/dossier")
    assert refused.status_code == 409 and "还没有结案" in text(refused)


def test_compile_build_check_archive_and_download(as_person, settled: Settled) -> None:
    officer, reviewer = as_person(cases.OFFICER), as_person(cases.REVIEWER)
    assert "立卷</button>" in text(officer.get(settled.page))
    built(officer, settled)
    page = text(officer.get(settled.page))
    assert "四性检测：通过" in page and "下载归档包" in page and "行政处罚决定书" in page
    assert "已检查" not in page and "请另一名人员" in page, "who compiled it does not say that it was checked"
    assert "已检查，没有问题" in text(reviewer.get(settled.page))

    own = officer.post(f"{settled.page}/check")
    assert own.status_code == 409 and "同一人" in text(own)
    assert reviewer.post(f"{settled.page}/check").status_code == 302
    assert reviewer.post(f"{settled.page}/archive").status_code == 302
    assert "归档，案卷不能再改动" in text(reviewer.get(settled.page))
    late = officer.post(settled.page, {"remarks": "再改"})
    assert late.status_code == 409 and "已于" in text(late)

    package = reviewer.get(f"{settled.page}/package")
    with zipfile.ZipFile(io.BytesIO(package.data)) as packed:
        assert {"正卷.pdf", "副卷.pdf", "元数据.xml", "四性检测报告.xml"} <= set(packed.namelist())
    volume = reviewer.get(f"{settled.page}/main")
    assert volume.data.startswith(b"%PDF-") and volume.headers["Content-Disposition"].encode("latin-1").startswith(b"attachment; ")
    assert volume.headers["Content-Disposition"].endswith(quote("-正卷.pdf"))
    assert volume.headers["Content-Security-Policy"].startswith("sandbox")


def test_order_and_volumes_are_changed_on_the_page(as_person, settled: Settled) -> None:
    browser = as_person(cases.OFFICER)
    built(browser, settled)
    assert browser.post(settled.page, {"order": "CHRONO", "retention": "10年", "remarks": "第3页有污损"}).status_code == 302
    page = text(browser.get(settled.page))
    assert "按时间先后" in page and "保管期限 10年" in page and "第3页有污损" in page and "下载归档包" not in page

    assert browser.post(f"{settled.page}/part", {"part": "document-1", "volume": "secondary", "position": "1"}).status_code == 302
    page = text(browser.get(settled.page))
    assert page.index("id=\"v-secondary\"") < page.rindex("立案审批表")
    wrong = browser.post(f"{settled.page}/part", {"part": "document-1", "volume": "third"})
    assert wrong.status_code == 422 and "正卷或者副卷" in text(wrong)


def test_what_was_done_is_in_the_record(as_person, settled: Settled) -> None:
    built(as_person(cases.OFFICER), settled)
    with settled.database.reading() as c:
        story = [event.text for event in history.of(c, settled.id)]
        assert history.verify(c, f"case:{settled.id}") == []
    assert any("立卷，档号" in line for line in story) and any("生成案卷" in line for line in story)


def test_downloading_before_building_is_refused(as_person, settled: Settled) -> None:
    browser = as_person(cases.OFFICER)
    browser.post(settled.page)
    assert browser.get(f"{settled.page}/main").status_code == 409
    assert browser.get(f"{settled.page}/everything").status_code == 404


@pytest.mark.parametrize("person", [cases.STRANGER, cases.DISPATCHER])
def test_others_see_no_dossier_and_take_nothing(as_person, settled: Settled, person: str) -> None:
    built(as_person(cases.OFFICER), settled)
    browser = as_person(person)
    for address in (settled.page, f"{settled.page}/package", settled.public):
        assert browser.get(address).status_code in (403, 404)
    for address in (settled.page, f"{settled.page}/build", f"{settled.page}/archive", f"{settled.public}/draft"):
        assert browser.post(address).status_code in (403, 404)


def test_an_inspector_looks_and_changes_nothing(as_person, settled: Settled) -> None:
    built(as_person(cases.OFFICER), settled)
    browser = as_person("jw1")
    page = text(browser.get(settled.page))
    assert "四性检测" in page and "下载归档包" not in page and "重新生成" not in page
    assert browser.post(f"{settled.page}/archive").status_code == 403
    assert browser.post(f"{settled.public}/draft").status_code == 403
    assert browser.get(f"{settled.page}/package").status_code == 403


def test_the_public_copy_is_made_checked_released_and_withdrawn(as_person, settled: Settled) -> None:
    officer, reviewer = as_person(cases.OFFICER), as_person(cases.REVIEWER)
    assert officer.post(f"{settled.public}/draft").status_code == 302
    page = text(officer.get(settled.public))
    copy = page[page.index("公示稿</h2>"):]
    assert "核对无误" not in page and "请另一名人员" in page and "核对无误" in text(reviewer.get(settled.public))
    assert "王某" in copy and "（略）" in copy and "13800000000" not in copy and "330106199003070014" not in copy

    assert officer.post(f"{settled.public}/check").status_code == 403
    assert reviewer.post(f"{settled.public}/check").status_code == 302
    assert reviewer.post(f"{settled.public}/release").status_code == 302
    assert "公示中" in text(reviewer.get(settled.public))
    assert reviewer.post(f"{settled.public}/withdraw", {"reason": " "}).status_code == 422
    assert reviewer.post(f"{settled.public}/withdraw", {"reason": "决定被撤销"}).status_code == 302
    assert "决定被撤销" in text(reviewer.get(settled.public))


@pytest.mark.parametrize("leak", ["身份证 330106 1990 0307 0014", "家住东街 12 号", "电话：138-0000-0000"])
def test_personal_data_typed_in_by_hand_block_the_release(as_person, settled: Settled, leak: str) -> None:
    officer, reviewer = as_person(cases.OFFICER), as_person(cases.REVIEWER)
    officer.post(f"{settled.public}/draft")
    assert officer.post(f"{settled.public}/amend", {"field_facts": f"占道经营，{leak}。"}).status_code == 302
    assert "系统发现" in text(officer.get(settled.public))
    refused = reviewer.post(f"{settled.public}/check")
    assert refused.status_code == 422 and "不能公开" in text(refused) and 'href="#f-facts"' in text(refused)
    assert reviewer.post(f"{settled.public}/release").status_code == 409


def test_hostile_words_stay_words(as_person, settled: Settled) -> None:
    browser = as_person(cases.OFFICER)
    browser.post(settled.page)
    browser.post(settled.page, {"remarks": "<script>alert(1)</script>", "retention": "<b>永久</b>"})
    page = text(browser.get(settled.page))
    assert "<script>alert(1)" not in page and "&lt;script&gt;" in page and "<b>永久" not in page
    assert browser.post(f"{settled.page}/build").status_code == 302
