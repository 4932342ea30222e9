"""Issuing documents: number, words and template are fixed together; the bytes follow, and are the same whenever they are made again."""

import dataclasses
import hashlib
import io
import re
import tomllib
import zipfile
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import update

from engine.administration import parameters as parameter_list
from engine.cases import proposals
from engine.documents import catalogue, citations, issuing, making, numbering, pdf, register, store, town_words, verifying
from engine.documents.issuing import Occasion
from engine.documents.numbering import gaps
from engine.documents.tables import document
from engine.errors import InvalidState, InvalidValues, NotFound, Unavailable
from engine.law import loading, statutes
from engine.runtime import parameters
from tests.document_town import SAID, TERMS, Desk
from tests.town import ADMIN, BOSS, LAWYER, OFFICER, ROOT, Town

RULES = """
[statute]
id = "T"
title = "试验条例"
short = "试验条例"
kind = "local"

[[article]]
number = "1"
from = 2022-01-01
text = "占道的，罚款。"
"""


@pytest.fixture
def desk(town: Town) -> Desk:
    return Desk(town)


def test_a_notice_has_its_number_its_words_and_its_bytes(desk: Desk) -> None:
    made = desk.issues()

    assert (made.name, made.number, made.state) == ("行政处罚事先告知书", "青石镇综执告〔2026〕1号", "issued")
    assert made.data["authority"]["name"] == "示例市青石镇人民政府"
    assert made.data["notice"]["fine_capital"] == "伍佰元整"
    body = store.read(desk.town.files, made.sha256)
    assert hashlib.sha256(body).hexdigest() == made.sha256
    assert [one.format for one in made.files] == ["docx"]


@pytest.mark.parametrize("doc_id", ["DOC-20", "DOC-03"])
def test_the_same_record_gives_the_same_bytes(desk: Desk, doc_id: str) -> None:
    made = desk.issues(doc_id)
    with desk.town.database.reading() as c:
        again = making.again(made, making.template_of(c, made), making.pictures_of(c, desk.town.files, made))
    assert hashlib.sha256(again.body).hexdigest() == made.sha256


def test_what_is_missing_is_named_in_chinese_and_takes_no_number(desk: Desk) -> None:
    with pytest.raises(InvalidValues, match="缺少违反的条款"):
        desk.issues(values={"statement_days": "5"})
    assert desk.reads(register.of_case, desk.case) == ()
    assert desk.issues().number == "青石镇综执告〔2026〕1号"


def test_a_character_no_font_has_is_named(desk: Desk) -> None:
    with pytest.raises(InvalidValues, match="“\U00031360”字没有字体可以显示"):
        desk.issues(values={**SAID, "violated_text": "《\U00031360条例》"})
    assert desk.issues(values={**SAID, "violated_text": "《䶮㕔堃喆玥条例》"}).sha256


def test_a_team_decides_nothing_in_its_own_name(desk: Desk) -> None:
    by = desk.town.person(ADMIN)
    desk.town.run(lambda c: parameters.change(c, "authority_name@qs", "青石镇综合行政执法队", by=by))
    with pytest.raises(InvalidState, match="第十七条、第二十四条"):
        desk.issues()
    assert desk.reads(register.of_case, desk.case) == ()


def test_a_number_taken_for_what_is_refused_is_given_again(desk: Desk) -> None:
    def issue_then_fail(c: Any) -> None:
        issuing.issue(c, desk.case, "DOC-20", by=OFFICER, values=SAID, variables={})
        raise InvalidState("后一步不成立。")

    with pytest.raises(InvalidState, match="后一步"):
        desk.town.run(issue_then_fail)
    assert desk.issues().number == "青石镇综执告〔2026〕1号"
    assert desk.reads(gaps) == ()


def test_made_again_after_a_send_back_the_unserved_one_is_void(desk: Desk) -> None:
    first = desk.issues(element="notice")
    second = desk.issues(element="notice")
    old = desk.paper(first.id)
    assert (old.state, second.number, second.replaces) == ("voided", "青石镇综执告〔2026〕2号", first.id)
    assert "退回后重新制作" in old.end_reason
    assert desk.reads(numbering.is_void, first.number) and desk.reads(gaps) == ()


def test_what_was_served_stays_when_it_is_made_again(desk: Desk) -> None:
    first = desk.issues(element="notice")
    desk.serves(first)
    assert desk.issues(element="notice").replaces is None
    assert desk.paper(first.id).state == "issued"
    with pytest.raises(InvalidState, match="第七十五条"):
        desk.town.run(lambda c: issuing.void(c, first.id, "写错了", by=OFFICER))


def test_a_correction_is_a_document_of_its_own(desk: Desk) -> None:
    decision = desk.issues("DOC-27", {**SAID, "statement_text": "未提出陈述申辩。"})
    said = {"kind": "补正", "reason": "笔误", "content": "将“解放路12号”补正为“解放路21号”。"}
    made = desk.issues("DOC-46", said, corrects=decision.id)
    assert (made.corrects, made.data["decision"]["number"]) == (decision.id, decision.number)
    assert desk.paper(decision.id) == decision


def test_only_what_was_issued_is_corrected(desk: Desk) -> None:
    desk.issues("DOC-27", {**SAID, "statement_text": "未提出陈述申辩。"})
    said = {"kind": "补正", "reason": "笔误", "content": "更正。"}
    with pytest.raises(NotFound):
        desk.issues("DOC-46", said, corrects=999)
    assert len(desk.reads(register.of_case, desk.case)) == 1


def test_a_preview_takes_no_number_and_says_so(desk: Desk) -> None:
    with desk.town.database.reading() as c:
        made = issuing.preview(c, desk.case, "DOC-20", Occasion(SAID))
    assert "（制作时编号）" in made.text
    with zipfile.ZipFile(io.BytesIO(made.body)) as archive:
        assert any("预览".encode() in archive.read(name) for name in archive.namelist() if "header" in name)
    assert desk.reads(register.of_case, desk.case) == ()


def test_an_unreviewed_article_is_not_cited_unless_it_is_allowed(desk: Desk) -> None:
    desk.town.run(lambda c: loading.load(c, RULES.encode(), by=LAWYER))
    terms = dataclasses.replace(TERMS, basis=("T:1",))
    desk.town.run(lambda c: proposals.write(c, desk.case, "notice", terms, OFFICER))
    with pytest.raises(InvalidValues, match="还没有经法制人员与正式文本核对"):
        desk.issues()
    by = desk.town.person(ADMIN)
    desk.town.run(lambda c: parameters.change(c, "cite_unreviewed@qs", True, by=by))
    made = desk.issues(values={"violated_text": "第一条", "statement_days": "5"})
    assert made.data["notice"]["basis_text"] == "《试验条例》第一条"


def test_a_document_goes_on_citing_the_edition_of_its_day(desk: Desk) -> None:
    made = desk.issues()
    article = made.data["notice"]["citations"][0]["article"]
    said = {"text": "更正后的条文。", "valid_to": "", "successor": "", "source": "", "why": "录入时漏字"}
    desk.town.run(lambda c: statutes.correct(c, article, said, base=1, by=LAWYER))
    desk.town.run(lambda c: statutes.review(c, article, by=BOSS, note="省法规库"))
    later = desk.issues()
    kind = catalogue.of("DOC-20")
    first, second = (desk.reads(citations.of_document, kind, desk.paper(one.id).data)[0] for one in (made, later))
    assert (first.citation.ref, first.citation.edition, first.corrected) == ("XSR:16", 1, True)
    assert "更正后" not in first.text
    assert (second.citation.edition, second.text, second.corrected) == (2, "更正后的条文。", False)


def test_the_bytes_are_made_once_however_often_the_job_is_tried(desk: Desk) -> None:
    made = desk.issues()
    again = making.make(desk.town.database, desk.town.files, made.id)
    assert again == {"sha256": made.sha256} and len(desk.paper(made.id).files) == 1


def test_a_job_killed_after_its_file_was_written_is_done_once(desk: Desk) -> None:
    made = desk.town.run(lambda c: issuing.issue(c, desk.case, "DOC-20", by=OFFICER, values=SAID, variables={}))
    with desk.town.database.reading() as c:
        body = making.again(made, making.template_of(c, made), {}).body
    kept = store.keep(desk.town.files, body)
    desk.town.works()
    assert desk.paper(made.id).sha256 == kept.sha256


def test_altered_files_and_words_are_found(desk: Desk, tmp_path: Path) -> None:
    made = desk.issues()
    assert desk.reads(verifying.faults, desk.town.files) == ()
    path = store.path_of(tmp_path, made.sha256)
    path.parent.mkdir(parents=True)
    path.write_bytes(store.read(desk.town.files, made.sha256) + b" ")
    assert ["与登记的摘要不符" in str(one) for one in desk.reads(verifying.faults, tmp_path)] == [True]

    desk.town.run(lambda c: c.execute(update(document).values(data={**made.data, "notice": {**made.data["notice"], "facts": "改过"}})))
    assert "与存档的文件不同" in str(desk.reads(verifying.faults, desk.town.files)[0])


@pytest.mark.skipif(not pdf.is_possible(), reason="LibreOffice is not installed")
def test_a_word_document_becomes_a_pdf_once(desk: Desk) -> None:
    made = desk.issues()
    pdf.make(desk.town.database, desk.town.files, made.id)
    files = {one.format: one for one in desk.paper(made.id).files}
    body = store.read(desk.town.files, files["pdf"].sha256)
    assert body.startswith(b"%PDF") and b"<pdfaid:part>2</pdfaid:part>" in body
    assert files["pdf"].made_with["of"] == made.sha256 == desk.paper(made.id).sha256
    pdf.make(desk.town.database, desk.town.files, made.id)
    assert {one.format: one for one in desk.paper(made.id).files} == files


def test_without_libreoffice_it_is_said_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pdf, "program", lambda: None)
    with pytest.raises(Unavailable, match="apt install libreoffice"):
        pdf.convert(b"")


def test_what_the_town_never_entered_is_told_before_a_notice_and_is_entered_by_the_administrator(desk: Desk) -> None:
    def told(doc_id: str) -> str:
        return "".join(desk.reads(issuing.prepare, desk.case, doc_id, Occasion(SAID)).unset)

    assert all(f"“{words}”没有填写" in told("DOC-20") for words in ("机关地址", "机关电话", "机关联系人")), told("DOC-20")
    assert "代收机构（银行）" in told("DOC-27") and "代收机构" not in told("DOC-20") and told("DOC-06") == ""
    by = desk.town.person(ADMIN)
    desk.town.run(lambda c: parameter_list.change(c, by, "authority_address", "青石镇中山路1号", unit="qs"))
    assert "机关地址" not in told("DOC-20")
    assert "青石镇中山路1号" in desk.reads(issuing.prepare, desk.case, "DOC-20", Occasion(SAID)).data["authority"]["address"]


def test_every_parameter_that_documents_read_is_declared() -> None:
    read = {name for path in Path(issuing.__file__).parent.glob("*.py")
            for name in re.findall(r'param\.get\("(\w+)"', path.read_text("utf-8"))}
    declared = {key for path in ROOT.glob("bpmn/*/parameters.toml") for key in tomllib.loads(path.read_text("utf-8"))}
    assert {"authority_contact", "payment_bank", "court"} <= read
    assert read - declared <= set(town_words.SHEET)
    assert all(each["label"] and each["unit"] and each["basis"] for each in town_words.SHEET.values())
