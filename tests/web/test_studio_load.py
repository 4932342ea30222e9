"""The page on which a designer asks what more cases, fewer people or other times would do."""

import re

import pytest

from engine.database import Database
from engine.people import directory
from engine.studio import drafts
from tests.town import drawing

STEPS = """
start s
user look name="核查" gl:role="case_officer" gl:limit="1" gl:limitUnit="workingDays"
end e
s -> look -> e
"""


def text(answer: object) -> str:
    return answer.get_data(as_text=True)


@pytest.fixture
def at(database: Database) -> str:
    """The page of a draft that was never published."""
    with database.reading() as c:
        who = directory.participant(c, "sheji")
    begun = database.run(lambda c: drafts.begin(c, who, "p", "流程", {"p.bpmn": drawing(STEPS).decode()}))
    return f"/studio/models/{begun.id}/load"


def test_without_a_past_numbers_are_asked_for_and_then_compared(as_person: object, at: str) -> None:
    designer = as_person("sheji")
    empty = text(designer.get(at))
    assert "还没有办过事项" in empty and "<h2>结果</h2>" not in empty and "没有记录，按 0.5 算" in empty

    told = text(designer.get(f"{at}?arrivals=30&hours.look=4&people.case_officer=1"))
    assert "<h2>结果</h2>" in told and 'value="30"' in told and "<details open>" in told
    now, then = re.search(r"核查</td>.*?超期\">(\S+)%.*?超期\">(\S+)%", told, re.S).groups()
    assert int(now) < int(then)
    assert "人手不够" in told


@pytest.mark.parametrize(("query", "words"), [
    ("arrivals=viele", "要写成数字"), ("arrivals=nan", "不能是 0"), ("arrivals=-3", "不能是 0"), ("arrivals=1e9", "500"),
    ("arrivals=3&people.case_officer=1.5", "人数要写成整数"), ("arrivals=3&people.case_officer=inf", "人数要写成整数"),
    ("arrivals=3&people.case_officer=0", "人数请填"), ("arrivals=3&hours.look=-1", "办理用时请填")])
def test_what_cannot_be_is_refused_in_words_and_stays_typed(as_person: object, at: str, query: str, words: str) -> None:
    answer = as_person("sheji").get(f"{at}?{query}")
    assert answer.status_code == 422 and words in text(answer) and "<h2>结果</h2>" not in text(answer)
    assert f'value="{query.rsplit("=", 1)[1]}"' in text(answer)


def test_only_designers_and_those_who_approve_look(as_person: object, at: str) -> None:
    assert as_person("fzy1").get(at).status_code == 200
    assert as_person("wg01").get(at).status_code == 403
    assert as_person("sheji").get("/studio/models/999/load").status_code == 404
