"""Issuing documents: number, words and template are fixed together; the bytes follow, and are the same whenever they are made again."""

import hashlib

import pytest

from engine.documents import making, store
from tests.document_town import Desk
from tests.town import Town


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
