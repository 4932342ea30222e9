"""The dossier of a closed case: what lies in it and in which order, the package byte for byte, the four properties, archiving."""

import datetime as dt
import hashlib
import io
import zipfile
from pathlib import Path
from xml.etree import ElementTree

import pytest

from engine.cases import case_file, custody, dues, evidence
from engine.documents import contents, dossier, dossier_register, four_properties, material, package, pages, receipts, store, volume
from engine.documents.contents import CHRONO, RESULT_FIRST, Arrangement
from engine.errors import InvalidState, InvalidValues, NotFound
from engine.runtime import parameters
from tests.dossier_town import Office, settled
from tests.town import ADMIN, LAWYER, OFFICER, Town


@pytest.fixture
def office(town: Town, tmp_path: Path) -> Office:
    """A closed case with its papers."""
    return settled(town, tmp_path / "files")


def titles(office: Office, volume_key: str, arrangement: Arrangement | None = None) -> list[str]:
    found = office.reads(contents.parts, office.case, "镇政府")
    return [one.title for one in contents.ordered(found, arrangement or Arrangement())[volume_key]]


def unpacked(made: dossier.Dossier) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(made.package)) as packed:
        return {name: packed.read(name) for name in packed.namelist()}


def failed(made: dossier.Dossier) -> set[str]:
    return {one.property for one in made.report.failures()}


def test_the_decision_comes_first_and_inner_papers_are_apart(office: Office) -> None:
    assert titles(office, "main") == [
        "立案审批表", "行政处罚决定书", "行政处罚事先告知书", "送达回证（行政处罚事先告知书）", "送达回证（行政处罚决定书）",
        "勘验笔录、现场笔录：现场检查笔录"]
    assert titles(office, "secondary") == ["案件来源登记表", "案件调查终结报告", "结案审批表"]


def test_the_other_order_is_that_of_time(office: Office) -> None:
    parts = office.reads(contents.parts, office.case, "镇政府")
    found = contents.ordered(parts, Arrangement(CHRONO))["main"]
    assert [one.at for one in found] == sorted(one.at for one in found)
    with pytest.raises(InvalidValues):
        contents.ordered(parts, Arrangement("BY_WEIGHT"))


def test_a_part_is_put_elsewhere_by_hand(office: Office) -> None:
    parts = office.reads(contents.parts, office.case, "镇政府")
    notice = next(one for one in parts if one.title == "行政处罚事先告知书")
    source = next(one for one in parts if one.title == "案件来源登记表")
    moved = Arrangement(RESULT_FIRST, {notice.key: {"position": 1}, source.key: {"volume": "main", "position": 2}})
    assert titles(office, "main", moved)[:3] == ["行政处罚事先告知书", "案件来源登记表", "立案审批表"]
    assert "案件来源登记表" not in titles(office, "secondary", moved)


def test_void_documents_and_evidence_stay_out_and_are_told(town: Town, tmp_path: Path) -> None:
    office = Office(town, tmp_path)
    office.begins_filed()
    piece = office.takes(title="误登记的照片")
    office.does(lambda c, by: evidence.void(c, piece.id, "登记错误", by))
    office.takes()
    office.issues("DOC-01")
    office.closes()

    assert titles(office, "main") == ["勘验笔录、现场笔录：现场检查笔录"]  # nothing was served, no money was imposed
    assert list(office.reads(lambda c: list(material.left_out(c, office.case)))) == ["证据“误登记的照片”已作废，原因：登记错误，不入卷。"]


def test_a_dossier_is_compiled_only_after_closing(town: Town, tmp_path: Path) -> None:
    office = Office(town, tmp_path)
    office.begins_filed()
    with pytest.raises(InvalidState, match="还没有结案"):
        office.compiles()
    with pytest.raises(NotFound, match="还没有立卷"):
        office.builds()


def test_archive_numbers_have_no_gap_and_are_given_once(office: Office) -> None:
    assert (office.compiles().number, office.compiles(remarks="补记").number) == ("20260001", "20260001")
    office.begins_filed()
    office.closes()
    assert office.compiles().number == "20260002"


def test_equal_records_give_equal_bytes(office: Office) -> None:
    office.compiles()
    first = office.builds()
    office.town.clock.advance(dt.timedelta(days=3))
    assert dossier.digest(office.builds()) == dossier.digest(first)


def test_the_volumes_have_a_cover_contents_pages_and_remarks(office: Office) -> None:
    office.compiles()
    made = office.builds()
    leaves = office.reads(lambda c: material.volumes(c, office.case, "镇政府", office.folder, Arrangement()))
    sheets = {key: sum(len(one.sheets) for one in found) for key, found in leaves.items()}
    assert pages.count(made.pdf) == sheets["main"] + 3
    assert pages.count(made.secondary) == sheets["secondary"] + 3
    assert made.pdf.startswith(b"%PDF-") and made.pdf != made.secondary


def test_every_original_is_in_the_package_byte_for_byte(office: Office) -> None:
    office.compiles()
    members = unpacked(office.builds())
    kept = {path.read_bytes() for path in (office.folder / "document").rglob("*") if path.is_file()}
    photo = next(path.read_bytes() for path in (office.folder / "original").rglob("*") if path.is_file())
    assert kept <= set(members.values()) and photo in members.values()
    table = members[package.DIGESTS].decode("utf-8-sig").splitlines()[1:]
    assert len(table) == len(members) - 1
    for line in table:
        name, size, sha256, _ = line.replace('"', "").split(",")
        assert (len(members[name]), hashlib.sha256(members[name]).hexdigest()) == (int(size), sha256)


def test_the_metadata_say_what_each_part_is(office: Office) -> None:
    entry = office.compiles()
    root = ElementTree.fromstring(unpacked(office.builds())[package.METADATA])
    assert root.findtext("档号") == entry.number and root.findtext("案号") == office.one.number
    assert [one.findtext("题名") for one in root.iterfind("册/件")][:2] == ["立案审批表", "行政处罚决定书"]
    assert all(one.get("SHA256") for one in root.iterfind("册/件/文件"))


def test_money_that_was_imposed_has_its_register_of_receipts(office: Office) -> None:
    office.town.run(lambda c: dues.write(c, office.case, dues.New(dues.IMPOSED, dt.date(2026, 3, 2), 500000), OFFICER))
    assert titles(office, "main")[-1] == "罚没收入票据登记"
    office.compiles()
    assert dossier.digest(office.builds()) == dossier.digest(office.builds())


def test_a_proof_of_service_tells_what_was_recorded(office: Office) -> None:
    proof = next(one for one in office.reads(receipts.of_case, office.case) if "决定书" in one.title)
    said = proof.data["service"]
    assert (said["method_text"], said["receiver"], said["servers"]) == ("直接送达", "当事人本人", "卫十、蒋甲")
    assert said["effective_on"] == "2026年3月2日" and pages.count(proof.pdf()) == 1


def test_a_word_document_without_a_pdf_is_transcribed_and_said_so(office: Office) -> None:
    office.compiles()
    leaves = office.reads(lambda c: material.volumes(c, office.case, "镇政府", office.folder, Arrangement()))
    decision = next(one for one in leaves["main"] if one.part.title == "行政处罚决定书")
    assert {sheet.kind for sheet in decision.sheets} == {"text"}
    assert any("伍仟元整" in line for sheet in decision.sheets for line in sheet.lines)
    assert "按文字排印" in decision.remark and [one.name[-5:] for one in decision.originals] == [".docx"]


def test_a_sound_case_has_all_four_properties(office: Office) -> None:
    office.compiles()
    report = office.builds().report
    assert report.failures() == () and report.passed
    assert {one.property for one in report.checks} == set(four_properties.PROPERTIES)
    assert report.notes == ()


def test_a_document_altered_on_the_disk_is_not_packed(office: Office) -> None:
    office.compiles()
    victim = sorted(path for path in (office.folder / "document").rglob("*") if path.is_file())[0]
    victim.write_bytes(victim.read_bytes() + b" ")
    with pytest.raises(InvalidState, match="不符"):
        office.builds()


def test_a_photo_altered_on_the_disk_is_not_packed(office: Office) -> None:
    office.compiles()
    victim = next(path for path in (office.folder / "original").rglob("*") if path.is_file())
    victim.write_bytes(b"\xff\xd8\xff another")
    with pytest.raises(InvalidState, match="不符"):
        office.builds()


def test_a_lost_original_is_named(office: Office) -> None:
    office.compiles()
    next(path for path in (office.folder / "original").rglob("*") if path.is_file()).unlink()
    with pytest.raises(InvalidState, match="不在存储目录中"):
        office.builds()


def test_an_unserved_decision_is_not_whole(town: Town, tmp_path: Path) -> None:
    office = Office(town, tmp_path)
    office.begins_filed()
    office.takes()
    office.decides()
    for doc_id in ("DOC-03", "DOC-20", "DOC-27"):
        office.issues(doc_id)
    office.closes()
    office.compiles()
    made = office.builds()
    assert failed(made) == {"完整"}
    told = {one.name: one.found for one in made.report.failures()}
    assert told["必备文书齐全"] == "DOC-47" and "行政处罚决定书" in told["应当送达的文书有送达记录"]
    assert any("还没有送达" in note for note in made.report.notes)
    office.keeps(made)
    office.town.run(lambda c: dossier_register.check(c, office.case, LAWYER))
    with pytest.raises(InvalidState, match="四性检测"):
        office.town.run(lambda c: dossier.archive(c, office.case))


def test_a_custody_that_does_not_continue_is_not_true(office: Office) -> None:
    office.compiles()
    piece = office.reads(evidence.of, office.case)[0]
    assert custody.broken(piece.chain) is None
    assert custody.broken((*piece.chain, piece.chain[0])) == 2


def test_active_content_is_found(tmp_path: Path) -> None:
    script = tmp_path / "a.pdf"
    script.write_bytes(b"%PDF-1.4\n1 0 obj<</Type/Catalog/OpenAction<</S/JavaScript/JS(app.alert(1))>>>>endobj\n/Type/Pages/Count 1")
    escaped = tmp_path / "b.pdf"
    escaped.write_bytes(b"%PDF-1.4\n1 0 obj<</S/Rendition/J#53 (app.alert(1))>>endobj\n/Type/Pages/Count 1")
    macro = tmp_path / "a.docx"
    with zipfile.ZipFile(macro, "w") as packed:
        packed.writestr("word/vbaProject.bin", b"x")
        packed.writestr("word/document.xml", b"<x/>")
    for path, kind in ((script, "pdf"), (escaped, "pdf"), (macro, "docx")):
        assert four_properties._is_active(material.Original("a", path, "", None, kind)), path


def test_packed_bytes_that_look_like_a_name_are_no_active_content() -> None:
    assert not four_properties._pdf_is_active(b"%PDF-1.4\n1 0 obj<</Length 9>>stream\n\x93\xfe/JS\xd1\x07\x80\nendstream endobj")


def test_building_waits_for_documents_that_are_still_being_made(town: Town, tmp_path: Path) -> None:
    office = Office(town, tmp_path)
    town.functions.pop("documents.render")
    office.begins_filed()
    office.issues("DOC-01")
    office.closes()
    office.compiles()
    with pytest.raises(InvalidState, match="还在生成"):
        office.builds()


def test_what_was_built_is_stored_checked_by_another_and_archived(office: Office) -> None:
    office.compiles()
    with pytest.raises(InvalidState, match="先生成"):
        office.town.run(lambda c: dossier_register.check(c, office.case, LAWYER))
    made = office.builds()
    office.keeps(made)
    assert office.reads(dossier.read, office.case, "package", office.folder) == made.package
    with pytest.raises(InvalidState, match="同一人"):
        office.town.run(lambda c: dossier_register.check(c, office.case, OFFICER))
    with pytest.raises(InvalidState, match="检查"):
        office.town.run(lambda c: dossier.archive(c, office.case))
    office.town.run(lambda c: dossier_register.check(c, office.case, LAWYER))
    office.town.run(lambda c: dossier.archive(c, office.case))

    assert office.one.status == case_file.ARCHIVED
    for change in ({"remarks": "再改"}, {"order": CHRONO}):
        with pytest.raises(InvalidState, match="已于 2026-03-02 归档"):
            office.compiles(**change)


def test_a_change_after_building_asks_for_building_again(office: Office) -> None:
    office.compiles()
    office.keeps(office.builds())
    changed = office.compiles(order=CHRONO)
    assert changed.built is None and changed.arrangement.order == CHRONO
    with pytest.raises(InvalidState, match="重新生成"):
        office.reads(dossier.read, office.case, "main", office.folder)


def test_order_and_retention_come_from_the_towns_parameters(office: Office) -> None:
    admin = office.town.person(ADMIN)
    office.town.run(lambda c: parameters.change(c, "archive_order@qs", CHRONO, by=admin))
    office.town.run(lambda c: parameters.change(c, "retention_ordinary@qs", "10年", by=admin))
    office.town.run(lambda c: parameters.change(c, "retention_summary@qs", "10年", by=admin))
    entry = office.compiles()
    assert (entry.arrangement.order, entry.retention) == (CHRONO, "10年")


@pytest.mark.parametrize("values", [{"order": "X"}, {"moves": {"document-1": {"volume": "third"}}}, {"moves": {"a": {"position": 0}}},
                                    {"retention": " "}])
def test_what_makes_no_sense_is_refused(office: Office, values: dict[str, object]) -> None:
    office.compiles()
    with pytest.raises(InvalidValues):
        office.compiles(**values)


def test_a_transcript_fills_its_pages_and_loses_no_line() -> None:
    lines = [f"第{n}行" * (1 + n % 40) for n in range(200)]
    sheets = volume.transcript(lines, "说明")
    assert [line for sheet in sheets for line in sheet.lines] == lines and len(sheets) > 5


@pytest.mark.parametrize("body", [b"", b"no pdf", b"%PDF-1.4 broken"])
def test_a_broken_pdf_is_told(body: bytes) -> None:
    with pytest.raises(InvalidState, match="打不开"):
        pages.count(body)


def test_a_broken_word_file_is_told() -> None:
    with pytest.raises(InvalidState, match="打不开"):
        pages.words(b"no zip")


def test_the_store_refuses_what_was_altered(office: Office) -> None:
    office.compiles()
    entry = office.keeps(office.builds())
    assert entry.built is not None
    store.path_of(office.folder, entry.built["files"]["main"]["sha256"]).write_bytes(b"%PDF-")
    with pytest.raises(InvalidState, match="不符"):
        office.reads(dossier.read, office.case, "main", office.folder)
