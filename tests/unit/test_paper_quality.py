"""The nine checks of the papers of a case: each finds what it is for, and passes a sound case."""

import dataclasses
import datetime as dt
from typing import Any

import pytest

from engine.documents import catalogue, quality
from engine.documents.quality import Facts, Paper, Problem

REMEDY = {"review_body": "示例市人民政府", "court": "示例市人民法院"}
FINE = {"fine_text": "5000元", "fine_capital": "伍仟元整"}


def at(day: int, hour: int = 9) -> dt.datetime:
    return dt.datetime(2026, 3, day, hour, tzinfo=dt.UTC)


def paper(doc_id: str, day: int, **more: Any) -> Paper:
    data = {"party": {"name": "甲公司"}, "remedy": REMEDY, "decision": FINE}
    said = {"officers": ("a", "b"), "requires": catalogue.of(doc_id).required, **more}
    return Paper(day, doc_id, f"{catalogue.of(doc_id).name}{day}", "issued", at(day), said.pop("data", data), **said)


def sound(*more: Paper) -> Facts:
    papers = (paper("DOC-03", 2), paper("DOC-20", 9, served_on=dt.date(2026, 3, 10)), paper("DOC-27", 20), paper("DOC-47", 30), *more)
    return Facts("甲公司", ("a", "b"), papers, notified=500000, decided=500000, span=(100000, 1000000),
                 remedy=("示例市人民政府", "示例市人民法院"))


def found(facts: Facts) -> set[int]:
    return {one.check for one in quality.problems(facts)}


def record(doc_id: str, begin: int, place: str) -> Paper:
    """Two hours on the fourth."""
    return paper(doc_id, 4 + begin % 2, began=at(4, begin), ended=at(4, begin + 2), place=place)


def without(facts: Facts, doc_id: str, *new: Paper) -> Facts:
    kept = tuple(one for one in facts.papers if one.doc_id != doc_id)
    return dataclasses.replace(facts, papers=(*kept, *new))


def test_a_sound_case_has_no_problem() -> None:
    assert quality.problems(sound()) == ()
    assert set(quality.CHECKS) == set(quality.NAMES) == set(range(1, 10))


@pytest.mark.parametrize(("facts", "check", "words"), [
    (without(sound(), "DOC-27", paper("DOC-27", 8)), 1, "决定早于告知"),
    (without(sound(), "DOC-20", paper("DOC-20", 9)), 1, "还没有送达"),
    (without(sound(), "DOC-20", paper("DOC-20", 9, served_on=dt.date(2026, 3, 21))), 1, "还没有送达"),
    (without(sound(), "DOC-47", paper("DOC-47", 19)), 1, "结案早于决定"),
    (sound(paper("DOC-07", 4, began=at(4, 10), ended=at(4, 9))), 1, "结束时间"),
    (sound(record("DOC-07", 9, "甲"), record("DOC-07", 10, "甲")), 1, "重叠"),
    (sound(record("DOC-06", 9, "甲"), record("DOC-07", 10, "乙")), 1, "两处"),
    (dataclasses.replace(sound(), officers=("a",)), 2, "少于两人"),
    (sound(paper("DOC-06", 4, officers=("a", "a"))), 2, "少于两人"),
    (dataclasses.replace(sound(), certificate=lambda person, day: "证件已过期" if person == "b" else ""), 2, "证件已过期"),
    (sound(paper("DOC-15", 4, data={"party": {"name": "甲有限公司"}, "remedy": REMEDY})), 3, "甲有限公司"),
    (dataclasses.replace(sound(), articles=(("大气污染防治法118", "已废止"),)), 4, "已废止"),
    (dataclasses.replace(sound(), decided=1100000, notified=1100000), 5, "10,000"),
    (dataclasses.replace(sound(), decided=500001), 5, "高于告知"),
    (sound(paper("DOC-20", 9, served_on=dt.date(2026, 3, 9), data={"notice": {"fine_text": "5000元", "fine_capital": "伍佰元整"},
                                                                   "party": {"name": "甲公司"}})), 6, "伍佰元整"),
    (without(sound(), "DOC-27", paper("DOC-27", 20, data={"party": {"name": "甲公司"}, "decision": FINE, "remedy": {
        "review_body": "另一市人民政府", "court": "示例市人民法院"}})), 7, "另一市人民政府"),
    (sound(paper("DOC-06", 4, unsigned=("当事人",))), 8, "当事人"),
    (dataclasses.replace(sound(), gaps=("qs 罚〔2026〕",)), 9, "罚〔2026〕"),
])
def test_each_check_finds_its_problem_and_nothing_else(facts: Facts, check: int, words: str) -> None:
    problems = quality.problems(facts)
    assert {one.check for one in problems} == {check}
    assert any(words in one.words for one in problems), problems


def test_two_records_at_one_place_and_time_are_one_visit() -> None:
    visit = sound(record("DOC-06", 9, "甲"), record("DOC-16", 10, "甲"))
    assert found(visit) == set()


def test_a_problem_names_its_check() -> None:
    assert Problem(7, "决定书", "x").name == "复议机关和法院"


def test_a_document_is_looked_at_before_it_is_issued() -> None:
    good = {"remedy": REMEDY, "decision": FINE}
    assert quality.of_document(catalogue.of("DOC-27"), good) == ()
    same = {"remedy": {"review_body": "示例市人民政府", "court": "示例市人民政府"}, "decision": {**FINE, "fine_capital": "伍拾元整"}}
    assert len(quality.of_document(catalogue.of("DOC-27"), same)) == 2


@pytest.mark.parametrize(("figures", "capital", "wrong"), [
    ("5000元", "伍仟元整", False), ("5,000.50元", "伍仟元伍角整", False), ("50元", "伍佰元整", True), ("", "伍佰元整", False)])
def test_capitals_say_what_the_figures_say(figures: str, capital: str, wrong: bool) -> None:
    assert bool(tuple(quality.wrong_capitals({"x": {"fine_text": figures, "fine_capital": capital}}))) is wrong
