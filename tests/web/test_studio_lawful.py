"""The page of legal requirements: what is proved of each published process, and the path of what is not."""

import pytest
from lxml import etree
from sqlalchemy import update

from engine import definitions
from engine.database import Database
from engine.definitions.lawful import properties
from engine.definitions.tables import process_definition
from tests.legal_defects import CHANGES, PACKAGES, clean

KEY = "evidence_preservation"


@pytest.fixture
def published(database: Database) -> definitions.Version:
    return database.run(lambda c: definitions.deploy(c, PACKAGES[KEY], by=None))


def page(as_person) -> str:
    return as_person("sheji").get("/studio/lawful").get_data(as_text=True)


def test_every_requirement_is_listed_with_its_law_and_what_is_proved(as_person, published) -> None:
    told = page(as_person)

    assert [one.id for one in properties().values() if one.title not in told or one.law not in told] == []
    proved = sum(one.state == "proved" for one in clean(KEY))
    assert proved > 5
    assert f'data-label="已证明">{proved}<' in told
    assert 'href="/studio/lawful"' in as_person("sheji").get("/studio").get_data(as_text=True)


def test_a_violation_is_told_with_its_path(as_person, database: Database, published) -> None:
    before = page(as_person)
    tree = etree.fromstring(PACKAGES[KEY].diagram)
    CHANGES["drop"](tree, "approve_preserve")
    change = update(process_definition).where(process_definition.c.id == published.id).values(
        diagram=etree.tostring(tree), content_hash="0" * 64)
    database.run(lambda c: c.execute(change) and None)

    after = page(as_person)

    assert "路径：" not in before
    assert "违反，在" in after and "路径：" in after and f'href="#flaws-{published.id}"' in after


@pytest.mark.parametrize("who", ["xitong", "wg01"])
def test_only_designers_and_approvers_see_it(as_person, published, who: str) -> None:
    assert as_person(who).get("/studio/lawful").status_code == 403
