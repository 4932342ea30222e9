"""Standards of discretion that a unit enters: checked, compared, approved by a second person, in force from a day, older ones stay."""

import datetime as dt
from typing import Any

import pytest

from engine.cases import proposals, step_acts
from engine.clock import SHANGHAI
from engine.errors import Conflict, InvalidState, InvalidValues, NotAllowed, NotFound, UnsafeInput
from engine.law import discretion, sample, standards
from engine.law.discretion import FOLDER
from engine.law.standards import Version
from engine.people import directory
from tests.penalty_town import Docket, day, sign
from tests.town import BOSS, LAWYER, OFFICER, Town

SHIPPED = (FOLDER / "SR-sign@2018-01-01.dmn").read_text("utf-8")
NEW = SHIPPED.replace(">300000<", ">400000<")
SAID = {"title": "X市城市管理裁量基准", "document": "X司发〔2026〕8号", "first": day("2026-03-10")}
SIGN = {"kinds": ["fine"], "fine": 350_000, "basis": ["XSR:18"], "grade": "slight"}
DOCTYPE = b'<!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/passwd">]>'


@pytest.fixture
def lawful(town: Town) -> Town:
    town.run(lambda c: sample.load(c, "qs"))
    return town


def _proposes(town: Town, body: str | bytes = NEW, unit: str = "qs", code: str = "SR-sign", by: str = LAWYER, **values: Any) -> Version:
    said = body if isinstance(body, bytes) else body.encode()
    return town.run(lambda c: standards.propose(c, directory.unit_of(c, unit), code, said, {**SAID, **values}, by=by))


def _approved(town: Town, first: str = "2026-03-10", body: str = NEW, unit: str = "qs") -> Version:
    one = _proposes(town, body, unit)
    return town.run(lambda c: standards.approve(c, one.id, day(first), by=BOSS))


def _holds(town: Town, on: str) -> str:
    with town.database.reading() as c:
        found = standards.in_force(c, "qs", "SR-sign", day(on))
    assert found is not None
    return found.words


def _at(town: Town, when: str) -> None:
    town.clock.move_to(dt.datetime.fromisoformat(f"{when}T09:00").replace(tzinfo=SHANGHAI))


def test_a_version_holds_from_its_day_and_the_older_one_until_then(lawful: Town) -> None:
    one = _proposes(lawful)
    assert (one.state, one.standard.version, _holds(lawful, "2026-03-20")) == ("proposed", 1, "裁量基准 2018-01-01 版")
    lawful.run(lambda c: standards.approve(c, one.id, day("2026-03-10"), by=BOSS))
    assert _holds(lawful, "2026-03-09") == "裁量基准 2018-01-01 版"
    assert _holds(lawful, "2026-03-10") == "《X市城市管理裁量基准》第 1 版"
    second = _approved(lawful, "2026-03-15", NEW.replace(">600000<", ">700000<"))
    assert second.standard.version == 2
    assert [_holds(lawful, on)[-3:] for on in ("2026-03-14", "2026-03-15")] == ["1 版", "2 版"]


def test_a_towns_own_table_goes_before_that_of_the_city(lawful: Town) -> None:
    _approved(lawful, "2026-03-12", NEW.replace(">600000<", ">700000<"), unit="x")
    assert _holds(lawful, "2026-03-12").endswith("第 1 版")
    _approved(lawful, "2026-03-10")
    with lawful.database.reading() as c:
        found = standards.in_force(c, "qs", "SR-sign", day("2026-03-20"))
    assert found and found.grade("slight").fine_max == 400_000 and found.grade("ordinary").fine_max == 600_000


def test_whoever_proposed_it_does_not_approve_it(lawful: Town) -> None:
    one = _proposes(lawful)
    with pytest.raises(NotAllowed, match="提交人以外"):
        lawful.run(lambda c: standards.approve(c, one.id, day("2026-03-10"), by=LAWYER))
    assert _holds(lawful, "2026-03-20") == "裁量基准 2018-01-01 版"


def test_what_was_decided_is_not_decided_again(lawful: Town) -> None:
    one = _approved(lawful)
    for again in (lambda c: standards.approve(c, one.id, day("2026-03-20"), by=BOSS),
                  lambda c: standards.send_back(c, one.id, "不同意", by=BOSS)):
        with pytest.raises(InvalidState, match="已批准"):
            lawful.run(again)
    assert _holds(lawful, "2026-03-10").endswith("第 1 版")


def test_a_version_that_was_sent_back_never_holds(lawful: Town) -> None:
    one = _proposes(lawful)
    with pytest.raises(InvalidValues, match="理由"):
        lawful.run(lambda c: standards.send_back(c, one.id, " ", by=BOSS))
    back = lawful.run(lambda c: standards.send_back(c, one.id, "第二档过宽", by=BOSS))
    assert (back.state_words, back.decision, _holds(lawful, "2026-03-20")) == ("已退回", "第二档过宽", "裁量基准 2018-01-01 版")


@pytest.mark.parametrize("first", [None, dt.date(2026, 3, 1)])
def test_nothing_holds_from_a_day_that_has_passed(lawful: Town, first: dt.date | None) -> None:
    with pytest.raises(InvalidValues, match="不能早于今天"):
        _proposes(lawful, first=first)
    one = _proposes(lawful)
    with pytest.raises(InvalidValues, match="不能早于今天"):
        lawful.run(lambda c: standards.approve(c, one.id, first, by=BOSS))


def test_the_same_file_waits_once(lawful: Town) -> None:
    _proposes(lawful)
    with pytest.raises(Conflict, match="正在等待批准"):
        _proposes(lawful)


@pytest.mark.parametrize(("body", "words"), [
    (SHIPPED.replace(">1000000<", ">1000001<"), "超出处罚依据的幅度"), (SHIPPED.replace(">100000<", ">1000<"), "是否写成了元"),
    (SHIPPED.replace(">100000<", ">500000<"), "从低到高"), (SHIPPED.replace(">100000<", ">1000.5<"), "从低到高"),
    (SHIPPED.replace(">100000<", ">-1<"), "从低到高"), (SHIPPED.replace(">100000<", ">100 * 1000<"), "从低到高"),
    (SHIPPED.replace('out_1"><text>"slight"', 'out_1"><text>"较轻"'), "编号"),
    (SHIPPED.replace('out_1"><text>"ordinary"', 'out_1"><text>"slight"'), "不能相同"),
    (SHIPPED.replace('in"><text>"ordinary"', 'in"><text>"slight"'), "同时成立"),
    (SHIPPED.replace('hitPolicy="UNIQUE"', 'hitPolicy="FIRST"').replace('in"><text>"slight"', 'in"><text>-'), "永远不会命中"),
    (SHIPPED.replace('"情节较轻，能及时改正"', '"' + "长" * 301 + '"'), "适用情形"),
    (SHIPPED.replace('<decision id="grade"', '<decision id="other"'), "grade"),
    (SHIPPED.replace('name="fine_max"', 'name="max"'), "fine_max"),
    ("<x/>", "DMN"), ("", "XML"), (b"\xff\xfe\x00", "XML"), (SHIPPED[:500], "XML")])
def test_a_wrong_file_is_refused_in_plain_words_and_nothing_is_kept(lawful: Town, body: Any, words: str) -> None:
    with pytest.raises(InvalidValues, match=words) as refused:
        _proposes(lawful, body)
    assert "file" in refused.value.errors
    with lawful.database.reading() as c:
        assert standards.of_code(c, "SR-sign", ["x", "qs"]) == ()


@pytest.mark.parametrize("body", [DOCTYPE + SHIPPED.split("?>", 1)[1].encode(), b"<" * (standards.LARGEST + 1)])
def test_a_hostile_file_is_refused(lawful: Town, body: bytes) -> None:
    with pytest.raises(UnsafeInput):
        _proposes(lawful, body)


@pytest.mark.parametrize(("values", "field"), [
    ({"title": " "}, "title"), ({"title": "长" * 121}, "title"), ({"document": ""}, "document")])
def test_a_table_has_a_title_and_the_document_that_published_it(lawful: Town, values: dict[str, str], field: str) -> None:
    with pytest.raises(InvalidValues) as refused:
        _proposes(lawful, **values)
    assert field in refused.value.errors


@pytest.mark.parametrize(("unit", "code"), [("qs", "XX-none"), ("qs", "CX-rural"), ("qs-e", "SR-sign")])
def test_a_table_is_for_a_matter_that_the_unit_fines(lawful: Town, unit: str, code: str) -> None:
    with pytest.raises(InvalidValues, match="赋权清单中没有|没有设定罚款"):
        _proposes(lawful, unit=unit, code=code)


def test_what_is_not_wrong_but_should_be_seen_is_said(lawful: Town) -> None:
    one = _proposes(lawful, SHIPPED.replace(">300000<", ">200000<", 1).replace(">1000000<", ">900000<"))
    assert any("2,000 元至 3,000 元之间没有档次" in note for note in one.notes)
    assert any("最高一档到 9,000 元" in note for note in one.notes)


def test_versions_are_compared_row_by_row() -> None:
    old = discretion.read(SHIPPED.encode())
    new = (*discretion.read(NEW.encode())[:2], discretion.Grade("worst", "严重", 800_000, 1_000_000, ""))
    assert [(line.words, (line.after or line.before).key) for line in standards.compare(old, new)] == [
        ("修改", "slight"), ("修改", "ordinary"), ("新增", "worst"), ("取消", "serious")]


def test_an_unknown_version_is_not_found(lawful: Town) -> None:
    with pytest.raises(NotFound):
        lawful.run(lambda c: standards.approve(c, 999, day("2026-03-20"), by=BOSS))


def test_a_case_is_decided_by_the_version_of_its_day_and_says_which(town: Town) -> None:
    docket = Docket(town)
    docket.begins_filed(sign())
    docket.takes()
    with pytest.raises(InvalidState, match="“较轻”档应为 1,000 至 3,000 元"):
        docket.acts(step_acts.propose, OFFICER, **SIGN)
    _approved(town)
    with pytest.raises(InvalidState, match="“较轻”档"):
        docket.acts(step_acts.propose, OFFICER, **SIGN)
    _at(town, "2026-03-10")
    docket.acts(step_acts.propose, OFFICER, **SIGN)
    kept = docket.reads(proposals.last, docket.case, "report").more
    assert (kept["grade_name"], kept["standard"]) == ("较轻", "《X市城市管理裁量基准》第 1 版")
