"""Evidence: what is asked for, its custody, what cannot be done to it, and originals that changed."""

import io
from pathlib import Path

import pytest
from sqlalchemy import Table, delete, exc, update

from engine.cases import attachments, case_tables, custody, evidence, evidence_files, proposals, step_checks
from engine.cases.custody import Move
from engine.cases.proposals import Terms
from engine.errors import InvalidState, InvalidValues, NotAllowed, NotFound, UnsafeInput
from engine.runtime import history
from tests.penalty_town import Docket, stall
from tests.sample_town import picture
from tests.town import FINDER, INSPECTOR, LAWYER, LEADER, OFFICER, OTHER_OFFICER, Town

LIMIT = 1 << 20
CAMERA = {"kind": "audiovisual", "title": "卡口录像", "camera": True, "device": "卡口07（已公布）"}


@pytest.fixture
def docket(town: Town) -> Docket:
    docket = Docket(town)
    docket.begins()
    return docket


def _uploaded(docket: Docket, folder: Path, content: bytes, name: str = "现场.jpg", by: str = OFFICER) -> str:
    stored = evidence_files.keep(folder, io.BytesIO(content), name, LIMIT)
    return docket.town.run(lambda c: attachments.add(c, stored, by))


def test_a_piece_keeps_where_it_came_from_and_its_hashes(docket: Docket, tmp_path: Path) -> None:
    key = _uploaded(docket, tmp_path, picture())
    piece = docket.takes(files=(key,), kind="audiovisual", title="现场照片", purpose="证明占道")

    assert (piece.kind_words, piece.state, piece.form, piece.collectors) == ("视听资料", "valid", "original", ("卫十", "蒋甲"))
    stored = docket.reads(attachments.get, key)
    assert [(file.sha256, file.name) for file in piece.files] == [(stored.sha256, "现场.jpg")]
    assert stored.instance_id == docket.case
    assert "卫十登记视听资料“现场照片”。" in [event.text for event in docket.reads(history.of, docket.case)]
    assert docket.reads(history.verify) == []


@pytest.mark.parametrize(("values", "field"), [
    ({"kind": "rumour"}, "kind"), ({"origin": ""}, "title"), ({"collectors": ["卫十"]}, "collectors"),
    ({"collectors": ["卫十", "卫十"]}, "collectors"), ({"form": "derivative"}, "form"),
    ({"derived_from": 99, "form": "derivative"}, "derived_from"),
    ({"collected_at": "2026-03-02T09:00:01"}, "collected_at"), ({"collected_at": "gestern"}, "collected_at")])
def test_what_is_missing_is_named(docket: Docket, values: dict[str, object], field: str) -> None:
    with pytest.raises(InvalidValues) as refused:
        docket.takes(**values)
    assert field in refused.value.errors
    assert docket.reads(evidence.of, docket.case) == ()


def test_a_derivative_names_its_original(docket: Docket) -> None:
    first = docket.takes(title="录音原件", kind="audiovisual")
    second = docket.takes(title="录音摘录", kind="audiovisual", form="derivative", derived_from=first.id)
    assert second.derived_from == first.id


@pytest.mark.parametrize(("who", "refusal"), [(INSPECTOR, NotAllowed), (LAWYER, NotAllowed), (FINDER, NotFound)])
def test_only_officers_and_leaders_take_evidence(docket: Docket, who: str, refusal: type[Exception]) -> None:
    with pytest.raises(refusal):
        docket.takes(by=who)


def test_evidence_is_voided_with_its_reason_and_stays(docket: Docket) -> None:
    piece = docket.takes()
    with pytest.raises(InvalidValues):
        docket.does(lambda c, by: evidence.void(c, piece.id, "  ", by))
    docket.does(lambda c, by: evidence.void(c, piece.id, "笔录缺页", by))

    [left] = docket.reads(evidence.of, docket.case)
    assert (left.state, left.state_reason, left.is_usable) == ("void", "笔录缺页", False)
    with pytest.raises(InvalidState, match="笔录缺页"):
        docket.does(lambda c, by: evidence.move(c, piece.id, Move("handed", "陶戊"), by))


@pytest.mark.parametrize("table", [case_tables.evidence, case_tables.custody, case_tables.evidence_file, case_tables.proposal,
                                   case_tables.party])
def test_the_database_itself_refuses_to_lose_a_row(docket: Docket, tmp_path: Path, table: Table) -> None:
    docket.takes(files=(_uploaded(docket, tmp_path, picture()),))
    docket.town.run(lambda c: proposals.write(c, docket.case, "report", Terms(facts="事实"), OFFICER))
    with docket.town.database.reading() as c:
        before = len(c.execute(table.select()).all())
    column = next(column for column in table.c if str(column.type).startswith(("VARCHAR", "TEXT")))
    for statement in (delete(table), update(table).values({column.name: "x"})):
        with pytest.raises(exc.DBAPIError, match="append-only"):
            docket.town.run(lambda c, statement=statement: c.execute(statement) and None)
    with docket.town.database.reading() as c:
        assert len(c.execute(table.select()).all()) == before > 0


def test_custody_is_a_chain(docket: Docket) -> None:
    piece = docket.takes(kind="physical", title="烤炉")
    docket.does(lambda c, by: evidence.move(c, piece.id, Move("stored", "物品保管室", "二号架"), by))
    docket.does(lambda c, by: evidence.move(c, piece.id, Move("sent", "市检测中心"), by), by=OTHER_OFFICER)

    [piece] = docket.reads(evidence.of, docket.case)
    assert [(link.seq, link.words, link.holder, link.by) for link in piece.chain] == [
        (1, "取得", "卫十、蒋甲", OFFICER), (2, "入库保管", "物品保管室", OFFICER), (3, "送检", "市检测中心", OTHER_OFFICER)]
    assert custody.broken(piece.chain) is None
    assert custody.broken((piece.chain[0], piece.chain[2])) == 2
    assert custody.broken(piece.chain[1:]) == 1


def test_unlawful_evidence_is_excluded(docket: Docket) -> None:
    piece = docket.takes()
    docket.checks(step_checks.has_evidence)
    docket.does(lambda c, by: evidence.exclude(c, piece.id, "单人取证，取证程序违法", by))
    assert docket.reads(evidence.get, piece.id).state == "excluded"
    with pytest.raises(InvalidState, match="第四十六条"):
        docket.checks(step_checks.has_evidence)


def test_camera_evidence_needs_both_reviews_by_two_people(docket: Docket) -> None:
    piece = docket.takes(**CAMERA)
    assert not piece.is_usable
    with pytest.raises(NotAllowed, match="法制员"):
        docket.does(lambda c, by: evidence.review(c, piece.id, "legal_review", "", by), by=LEADER)
    docket.does(lambda c, by: evidence.review(c, piece.id, "legal_review", "设置合法", by), by=LAWYER)
    with pytest.raises(NotAllowed, match="第四十一条"):
        docket.does(lambda c, by: evidence.review(c, piece.id, "technical_review", "", by), by=LAWYER)
    assert not docket.reads(evidence.get, piece.id).is_usable
    docket.does(lambda c, by: evidence.review(c, piece.id, "technical_review", "检定有效", by), by=LEADER)
    assert docket.reads(evidence.get, piece.id).is_usable


def test_one_scene_is_shared_and_not_copied(docket: Docket) -> None:
    first, scene = docket.case, docket.takes(title="现场证据包")
    for item in ("SR-sign", "XF-lane"):
        docket.begins(stall(item=item))
        docket.does(lambda c, by: evidence.share(c, docket.case, [scene.id], by))
        assert [piece.id for piece in docket.reads(evidence.of, docket.case)] == [scene.id]
        docket.checks(step_checks.has_evidence)

    assert docket.reads(evidence.get, scene.id).instance_id == first
    assert len(docket.reads(evidence.users, scene.id)) == 2
    docket.does(lambda c, by: evidence.share(c, docket.case, [scene.id], by))
    assert len(docket.reads(evidence.users, scene.id)) == 2


def test_an_original_that_changed_or_is_gone_is_named(docket: Docket, tmp_path: Path) -> None:
    keys = [_uploaded(docket, tmp_path, picture(colour), f"{colour}.jpg") for colour in ("red", "green", "blue")]
    docket.takes(files=tuple(keys), title="现场照片")
    assert docket.reads(evidence.check_hashes, docket.case, tmp_path) == []

    stored = {key: docket.reads(attachments.get, key).sha256 for key in keys}
    attachments.original_path(tmp_path, stored[keys[0]]).write_bytes(b"other")
    attachments.original_path(tmp_path, stored[keys[2]]).unlink()

    found = docket.reads(evidence.check_hashes, docket.case, tmp_path)
    assert {one.name: "不在" in one.reason for one in found} == {"blue.jpg": True, "red.jpg": False}


@pytest.mark.parametrize(("head", "mime"), [(b"%PDF-1.7\n", "application/pdf"), (b"\0\0\0\x18ftypmp42", "video/mp4"),
                                            (b"ID3\x03", "audio/mpeg"), (b"RIFF\0\0\0\0WAVEfmt ", "audio/wav"),
                                            (b"PK\x03\x04", "application/zip")])
def test_recordings_and_scans_are_kept_byte_for_byte(tmp_path: Path, head: bytes, mime: str) -> None:
    content = head + b"\0" * 40
    stored = evidence_files.keep(tmp_path, io.BytesIO(content), "x", LIMIT)
    assert stored.mime == mime
    assert attachments.original_path(tmp_path, stored.sha256).read_bytes() == content


@pytest.mark.parametrize("content", [b"MZ\x90\0", b"<html><script>", b"#!/bin/sh\n", b""])
def test_other_files_are_refused(tmp_path: Path, content: bytes) -> None:
    with pytest.raises(UnsafeInput):
        evidence_files.keep(tmp_path, io.BytesIO(content), "x.jpg", LIMIT)
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []


def test_a_recording_that_is_too_large_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UnsafeInput, match="超过"):
        evidence_files.keep(tmp_path, io.BytesIO(b"%PDF-" + b"0" * LIMIT), "x.pdf", LIMIT)
