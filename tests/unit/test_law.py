"""Articles by day, powers by town and day, the milder law, and grades of discretion."""

import datetime as dt
import tomllib

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import exc, func, select

from engine.errors import Conflict, InvalidDefinition, InvalidState, InvalidValues, NotFound, UnsafeInput
from engine.law import choice, citing, discretion, editions, loading, powers, sample, statutes
from engine.law.choice import Case
from engine.law.powers import PowerNotHeld
from engine.law.tables import article
from tests.town import ADMIN, BOSS, LAWYER, Town

UNIT = "qs"
OLD, NEW, DECIDED = dt.date(2026, 8, 14), dt.date(2026, 8, 15), dt.date(2026, 9, 4)
FILE = """
[statute]
id = "T"
title = "试验条例"
short = "试验条例"
kind = "local"

[[article]]
number = "1"
from = 2020-01-01
to = 2021-12-31
text = "甲。"

[[article]]
number = "1"
from = 2022-01-01
text = "乙。"
"""


@pytest.fixture
def lawful(town: Town) -> Town:
    town.run(lambda c: sample.load(c, UNIT))
    return town


def _chosen(town: Town, code: str, act: dt.date, decided: dt.date = DECIDED, **more) -> choice.Choice:
    with town.database.reading() as c:
        return choice.applicable(c, Case(UNIT, code, act, decided, **more))


def test_an_article_is_found_by_the_day(lawful: Town) -> None:
    with lawful.database.reading() as c:
        assert statutes.article(c, "DQ:118(1)", day=OLD).citation == "《中华人民共和国大气污染防治法》第一百一十八条第一款"
        with pytest.raises(InvalidState, match="请改用“生态环境法典第一千一百三十二条第一款”"):
            statutes.article(c, "DQ:118(1)", day=NEW)
        with pytest.raises(InvalidState, match="还没有生效"):
            statutes.article(c, "STD:1132(1)", day=OLD)
        with pytest.raises(NotFound):
            statutes.article(c, "DQ:999", day=OLD)


def test_the_law_of_the_day_of_the_act_unless_the_new_is_milder(lawful: Town) -> None:
    assert _chosen(lawful, "STD-fumes", OLD).article.statute_id == "DQ"
    assert _chosen(lawful, "STD-fumes", NEW).article.statute_id == "STD"
    milder = _chosen(lawful, "STD-barbecue", dt.date(2026, 8, 7))
    assert (milder.article.ref, milder.basis.fine_max) == ("STD:1132(3)", 5000_00)
    assert "新规定处罚较轻" in milder.reason


def test_what_was_no_offence_then_is_none_now(lawful: Town) -> None:
    with pytest.raises(InvalidState, match="当时没有可以处罚"):
        _chosen(lawful, "STD-noise", dt.date(2022, 6, 4))


@pytest.mark.parametrize(("code", "ref"), [
    ("STD-noise", "ZS:77(二)"), ("STD-spill", "DQ:116"), ("STD-straw", "DQ:119(1)"), ("STD-litter", "GF:111(2)")])
def test_what_the_repealed_laws_punished_stays_punishable_by_them(lawful: Town, code: str, ref: str) -> None:
    assert _chosen(lawful, code, OLD, party_kind="natural").article.ref == ref


@pytest.mark.parametrize(("ref", "words"), [
    ("STD:1053", "没有过错"), ("STD:1056(2)", "没有造成危害后果的，不予处罚"), ("DQ:119(1)", "秸秆"), ("DQ:119(2)", "沥青"),
    ("GF:111(2)", "一百元以上五百元以下"), ("STD:1169(3)", "一百元以上一千元以下"), ("XSR:17", "一百元以上一千元以下")])
def test_an_article_says_what_its_number_says(lawful: Town, ref: str, words: str) -> None:
    with lawful.database.reading() as c:
        assert words in statutes.versions(c, ref)[0].text


def test_every_fine_of_the_sample_list_stands_in_its_article(lawful: Town) -> None:
    with lawful.database.reading() as c:
        texts = {basis.article: statutes.versions(c, basis.article)[0].text for one in powers.items(c, UNIT) for basis in one.bases}

    assert {ref for ref in texts if ref != "XF:61(2)" and "罚款" not in texts[ref]} == {"CX:65", "YCG:24(三)"}  # 61(2) refers to 61(1)


def test_a_power_held_until_before_the_code_still_compares_the_law_of_the_day_of_the_decision(lawful: Town) -> None:
    lawful.run(lambda c: powers.recall(c, UNIT, "STD-barbecue", OLD, document="X政发〔2026〕3号", reason="收回") and None)
    with pytest.raises(PowerNotHeld):
        _chosen(lawful, "STD-barbecue", dt.date(2026, 8, 7))
    assert _chosen(lawful, "STD-barbecue", dt.date(2026, 8, 7), held_on=OLD).article.ref == "STD:1132(3)"


def test_refusing_to_put_it_right_leads_to_the_heavier_basis(lawful: Town) -> None:
    assert _chosen(lawful, "STD-barbecue", NEW, refused=True).basis.fine_max == 20_000_00
    assert _chosen(lawful, "STD-barbecue", NEW, refused=False).basis.fine_max == 5_000_00


def test_the_old_article_on_litter_is_not_offered_any_more(lawful: Town) -> None:
    with lawful.database.reading() as c:
        offered = choice.offered(c, Case(UNIT, "STD-litter", dt.date(2026, 10, 13), dt.date(2026, 10, 13), "natural"))
    assert [one.ref for _, one in offered] == ["STD:1169(3)"]


def test_a_power_counts_from_its_day_until_it_is_taken_back(lawful: Town) -> None:
    with lawful.database.reading() as c:
        assert powers.in_force(c, UNIT, "SR-sign", DECIDED).rule_set == "RS-CFF"
        with pytest.raises(PowerNotHeld, match="移送"):
            powers.in_force(c, UNIT, "SR-sign", dt.date(2022, 12, 31))
        with pytest.raises(PowerNotHeld, match="案件移送"):
            powers.in_force(c, UNIT, "no-such", DECIDED)
        with pytest.raises(PowerNotHeld):
            powers.in_force(c, "qs-e", "SR-sign", DECIDED)
    last = dt.date(2026, 6, 30)
    lawful.run(lambda c: powers.recall(c, UNIT, "SR-sign", last, document="省政府〔2026〕9号", reason="评估后收回"))
    with lawful.database.reading() as c:
        assert powers.in_force(c, UNIT, "SR-sign", last)
        with pytest.raises(PowerNotHeld, match="省政府〔2026〕9号"):
            powers.in_force(c, UNIT, "SR-sign", dt.date(2026, 7, 1))


def test_a_power_counts_only_once_it_was_taken_on(lawful: Town) -> None:
    with lawful.database.reading() as c:
        one = powers.in_force(c, UNIT, "SR-sign", DECIDED)
    found = tomllib.loads(sample.FILE.read_text("utf-8"))
    row = {**found["list"], **next(item for item in found["item"] if item["code"] == "SR-sign"), "confirmation": ""}
    lawful.run(lambda c: powers.save(c, UNIT, row))
    with lawful.database.reading() as c, pytest.raises(PowerNotHeld, match="承接确认书"):
        powers.in_force(c, UNIT, "SR-sign", DECIDED)
    lawful.run(lambda c: powers.confirm(c, one.id, "承接确认书〔2026〕2号"))
    with lawful.database.reading() as c:
        assert powers.in_force(c, UNIT, "SR-sign", DECIDED).confirmation == "承接确认书〔2026〕2号"


@pytest.mark.parametrize(("changes", "field"), [
    ({"name": ""}, "name"), ({"from": None}, "from"), ({"recall_policy": "x"}, "recall_policy"), ({"rule_set": "RS-X"}, "rule_set"),
    ({"bases": []}, "bases"), ({"bases": [{"article": "XX:1", "kinds": ["fine"], "fine_max": 1}]}, "bases-1"),
    ({"bases": [{"article": "XSR:18", "kinds": ["fine"]}]}, "bases-1"),
    ({"bases": [{"article": "XSR:18", "kinds": ["prison"]}]}, "bases-1"),
    ({"bases": [{"article": "XSR:18", "kinds": ["fine"], "fine_min": 5, "fine_max": 1}]}, "bases-1"),
    ({"from": dt.date(2024, 1, 1)}, "from"),
])
def test_a_wrong_entry_of_the_list_is_refused(lawful: Town, changes: dict, field: str) -> None:
    found = tomllib.loads(sample.FILE.read_text("utf-8"))
    row = {**found["list"], **next(item for item in found["item"] if item["code"] == "SR-sign")}
    with lawful.database.reading() as c:
        before = powers.items(c, UNIT)
    with pytest.raises(InvalidValues) as refusal:
        lawful.run(lambda c: powers.save(c, UNIT, {**row, **changes}))
    assert field in refusal.value.errors
    with lawful.database.reading() as c:
        assert powers.items(c, UNIT) == before


def test_unreviewed_articles_are_not_cited(town: Town) -> None:
    town.run(lambda c: loading.load(c, FILE.encode(), by=ADMIN))
    with town.database.reading() as c:
        with pytest.raises(InvalidState, match="审核"):
            statutes.citable(c, "T:1", day=DECIDED)
        assert statutes.citable(c, "T:1", day=DECIDED, unreviewed=True).text == "乙。"
        found = statutes.article(c, "T:1", day=DECIDED)
    with pytest.raises(InvalidValues):
        town.run(lambda c: statutes.review(c, found.id, by=LAWYER, note=" "))
    town.run(lambda c: statutes.review(c, found.id, by=LAWYER, note="省法规库 2026-09-01"))
    with town.database.reading() as c:
        assert statutes.citable(c, "T:1", day=DECIDED).reviewed_by == LAWYER


def _loaded(town: Town, document: str = FILE, by: str = ADMIN, why: str = "") -> loading.Report:
    return town.run(lambda c: loading.load(c, document.encode(), by=by, why=why))


def _newest(town: Town) -> statutes.Article:
    with town.database.reading() as c:
        return statutes.article(c, "T:1", day=DECIDED)


def _corrects(town: Town, by: str = LAWYER, base: int = 1, **values: str) -> statutes.Article:
    one = _newest(town)
    said = {"text": one.text, "valid_to": "", "successor": "", "source": one.source, "why": "录入时漏字", **values}
    return town.run(lambda c: statutes.correct(c, one.id, said, base=base, by=by))


def test_a_corrected_file_brings_the_next_edition_and_loading_twice_changes_nothing(town: Town) -> None:
    assert _loaded(town).new == 2
    town.run(lambda c: statutes.review(c, _newest(town).id, by=LAWYER, note="省法规库"))
    assert _loaded(town).same == 2
    with pytest.raises(InvalidValues, match="更正的理由"):
        _loaded(town, FILE.replace("乙", "丙"))
    assert _loaded(town, FILE.replace("乙", "丙"), why="录入时漏字").corrected == 1
    again = _newest(town)
    assert (again.text, again.edition, again.is_reviewed) == ("丙。", 2, False)


def test_every_edition_stays_with_who_when_and_why(town: Town) -> None:
    _loaded(town)
    town.run(lambda c: statutes.review(c, _newest(town).id, by=LAWYER, note="省法规库"))
    _corrects(town, text="乙、丁。")
    with town.database.reading() as c:
        first, second = editions.of(c, _newest(town).id)
    assert (first.text, first.by, [one.by for one in first.reviews]) == ("乙。", ADMIN, [LAWYER])
    assert (second.text, second.by, second.why, second.reviews) == ("乙、丁。", LAWYER, "录入时漏字", ())
    assert second.at == town.clock()


@pytest.mark.parametrize("change", ["UPDATE article_edition SET text = 'x'", "DELETE FROM article_edition",
                                    "UPDATE article_review SET note = 'x'", "DELETE FROM article_review"])
def test_the_database_itself_keeps_editions_and_reviews(town: Town, change: str) -> None:
    _loaded(town)
    town.run(lambda c: statutes.review(c, _newest(town).id, by=LAWYER, note="省法规库"))
    with pytest.raises(exc.DBAPIError, match="append-only"):
        town.run(lambda c: c.exec_driver_sql(change) and None)


def test_whoever_wrote_an_edition_does_not_review_it(town: Town) -> None:
    _loaded(town)
    corrected = _corrects(town, text="乙、丁。")
    with pytest.raises(InvalidState, match="另一名法制人员"):
        town.run(lambda c: statutes.review(c, corrected.id, by=LAWYER, note="省法规库"))
    with town.database.reading() as c, pytest.raises(InvalidState, match="审核"):
        statutes.citable(c, "T:1", day=DECIDED)
    town.run(lambda c: statutes.review(c, corrected.id, by=BOSS, note="省法规库"))
    with town.database.reading() as c:
        assert statutes.citable(c, "T:1", day=DECIDED).edition == 2


def test_a_page_that_shows_an_older_edition_neither_corrects_nor_reviews(town: Town) -> None:
    _loaded(town)
    one = _corrects(town, text="乙、丁。")
    with pytest.raises(Conflict):
        _corrects(town, text="乙、戊。", base=1)
    with pytest.raises(Conflict):
        town.run(lambda c: statutes.review(c, one.id, by=BOSS, note="省法规库", edition=1))
    assert _newest(town).text == "乙、丁。"


@pytest.mark.parametrize(("values", "field"), [
    ({}, "text"), ({"text": " "}, "text"), ({"text": "乙" * 20_001}, "text"), ({"text": "丙。", "why": " "}, "why"),
    ({"valid_to": "2021-01-01"}, "valid_to"), ({"valid_to": "明天"}, "valid_to"), ({"valid_to": "20270101"}, "valid_to"),
    ({"successor": "长" * 61}, "successor")])
def test_a_wrong_correction_changes_nothing(town: Town, values: dict, field: str) -> None:
    _loaded(town)
    with pytest.raises(InvalidValues) as refusal:
        _corrects(town, **values)
    assert field in refusal.value.errors
    assert _newest(town).edition == 1


def test_versions_of_an_article_stay_apart_in_a_correction(town: Town) -> None:
    _loaded(town)
    with town.database.reading() as c:
        first = statutes.versions(c, "T:1")[0]
    said = {"text": first.text, "valid_to": "2022-06-30", "successor": "", "source": "", "why": "失效日写错"}
    with pytest.raises(InvalidValues, match="两个版本同时有效"):
        town.run(lambda c: statutes.correct(c, first.id, said, base=1, by=LAWYER))


def test_an_update_of_the_product_leaves_what_was_corrected_here(lawful: Town) -> None:
    with lawful.database.reading() as c:
        one = statutes.article(c, "XSR:16", day=DECIDED)
    said = {"text": "更正后的条文。", "valid_to": "", "successor": "", "source": one.source, "why": "与正式文本不符"}
    lawful.run(lambda c: statutes.correct(c, one.id, said, base=1, by=LAWYER))
    lawful.run(lambda c: loading.load_shipped(c) and None)
    with lawful.database.reading() as c:
        assert statutes.article(c, "XSR:16", day=DECIDED).text == "更正后的条文。"


@given(st.text("甲乙丙。；\n", max_size=40), st.text("甲乙丙。；\n", max_size=40))
def test_a_comparison_holds_both_texts_whole(older: str, newer: str) -> None:
    pieces = editions.compare(older, newer)
    assert "".join(one.text for one in pieces if one.kind != "new") == older
    assert "".join(one.text for one in pieces if one.kind != "gone") == newer


def test_a_comparison_names_the_signs_that_changed() -> None:
    found = editions.compare("处一千元罚款；情节严重的，停业。", "处二千元罚款；情节严重的，停业。")
    assert [(one.kind, one.text) for one in found] == [
        ("same", "处"), ("gone", "一"), ("new", "二"), ("same", "千元罚款；情节严重的，停业。")]


@pytest.mark.parametrize(("document", "refusal"), [
    (b"\xff\xfe", InvalidValues), (b"[statute", InvalidValues), (b"x = 1", InvalidValues), (b"#" * (loading.LARGEST + 1), UnsafeInput),
    (FILE.replace('number = "1"', 'number = "one"', 1).encode(), InvalidValues),
    (FILE.replace("2021-12-31", "2022-12-31").encode(), InvalidValues),
    (FILE.replace("from = 2022-01-01", 'from = "2022"').encode(), InvalidValues),
    (FILE.replace('kind = "local"', 'kind = "x"').encode(), InvalidValues),
    (FILE.replace("to = 2021-12-31", "to = 2019-12-31").encode(), InvalidValues),
])
def test_a_bad_file_changes_nothing(town: Town, document: bytes, refusal: type) -> None:
    with pytest.raises(refusal):
        town.run(lambda c: loading.load(c, document, by=LAWYER))
    with town.database.reading() as c:
        assert c.execute(select(func.count()).select_from(article)).scalar_one() == 0


def test_every_word_of_a_search_is_in_what_it_finds(lawful: Town) -> None:
    with lawful.database.reading() as c:
        found = statutes.search(c, "油烟 法典", day=NEW)
        assert [one.ref for one in found] == ["STD:1132(1)", "STD:1132(2)"]
        assert {one.statute_id for one in statutes.search(c, "油烟")} == {"STD", "DQ"}
        assert statutes.search(c, "%_") == []


def test_the_fine_stays_within_the_article_and_leaves_its_grade_only_with_reason_and_approval(lawful: Town) -> None:
    milder, table = _chosen(lawful, "STD-barbecue", dt.date(2026, 8, 7)), discretion.shipped("STD-barbecue", DECIDED)
    discretion.check_fine(milder, table, "slight", 800_00)
    with pytest.raises(InvalidValues, match="不在幅度之内"):
        discretion.check_fine(milder, table, "serious", 6_000_00, departing=("影响大", "zz"))
    with pytest.raises(InvalidValues, match="偏离裁量基准"):
        discretion.check_fine(milder, table, "slight", 3_000_00, departing=("影响大", ""))
    discretion.check_fine(milder, table, "slight", 3_000_00, departing=("影响大", "zz"))
    with pytest.raises(InvalidValues, match="裁量档次"):
        discretion.check_fine(milder, table, "", 800_00)


def test_no_fine_where_the_article_has_none(lawful: Town) -> None:
    rural = _chosen(lawful, "CX-rural", dt.date(2026, 4, 7), dt.date(2026, 4, 8))
    discretion.check_fine(rural, None, "", 0)
    with pytest.raises(InvalidValues, match="没有设定罚款"):
        discretion.check_fine(rural, None, "", 1)


def test_a_table_holds_from_its_day(lawful: Town) -> None:
    assert discretion.shipped("STD-barbecue", OLD).first == dt.date(2018, 10, 26)
    assert discretion.shipped("STD-barbecue", NEW).first == NEW
    assert discretion.shipped("STD-noise", OLD) is None


def test_every_shipped_table_fits_its_matter(lawful: Town) -> None:
    assert set(discretion.codes()) <= set(sample.codes())
    with lawful.database.reading() as c:
        held = {one.code: one for one in powers.items(c, UNIT)}
        for code in discretion.codes():
            for first in discretion.shipped_days(code):
                bases = [basis for basis in held[code].bases if statutes.in_force(c, [basis.article], first)]
                grades = discretion.shipped(code, first).grades
                assert (code, first, list(discretion.outside(grades, bases))) == (code, first, [])


@pytest.mark.parametrize("document", [b"<x/>", b'<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>'])
def test_what_is_no_table_of_grades_is_refused(document: bytes) -> None:
    with pytest.raises((InvalidDefinition, UnsafeInput)):
        discretion.read(document)


@pytest.mark.parametrize(("number", "words"), [
    ("60(1)(五)", "第六十条第一款第五项"), ("1185(二)", "第一千一百八十五条第二项"), ("118(3)", "第一百一十八条第三款"), ("18", "第十八条"),
    ("1057", "第一千零五十七条"), ("106", "第一百零六条"), ("10", "第十条"), ("110", "第一百一十条"),
])
def test_numbers_as_laws_write_them(number: str, words: str) -> None:
    assert citing.words(number) == words


@given(st.integers(1, 9999))
def test_different_numbers_read_differently(number: int) -> None:
    said = citing.chinese(number)
    assert said and not said.endswith("零") and "零零" not in said
    assert said != citing.chinese(number % 9999 + 1)
