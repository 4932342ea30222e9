"""A second report of the same problem joins the open case."""

from pathlib import Path

import pytest

from engine.cases import attachments, dossier, extra_report, findings, withdrawal
from engine.clock import Simulated
from engine.database import Database
from engine.errors import InvalidState, InvalidValues, NotFound
from tests.sample_town import DISPATCHER, FINDER, NEIGHBOUR, STRANGER, SampleTown


@pytest.fixture
def town(database: Database, clock: Simulated, tmp_path: Path) -> SampleTown:
    return SampleTown(database, tmp_path / "files")


def adds(town: SampleTown, number: str, words: str, by: str = NEIGHBOUR, photos: tuple[str, ...] = ()) -> dict:
    who = town.person(by)
    return town.run(lambda c: extra_report.add(c, number, words, photos, by=who))


def papers(town: SampleTown, case_id: int, by: str = DISPATCHER) -> dossier.Dossier:
    who = town.person(by)
    with town.database.reading() as c:
        return dossier.of(c, case_id, who)


def test_a_further_report_joins_the_case_with_its_photos_and_moves_nothing(town: SampleTown) -> None:
    answer = town.report()
    photo = town.photo(NEIGHBOUR)

    adds(town, answer["number"], "垃圾又多了一堆", photos=(photo,))
    adds(town, answer["number"], "有人在翻捡")

    shown = papers(town, answer["instance"])
    assert [(one.description, one.photos) for one in shown.extra] == [("垃圾又多了一堆", (photo,)), ("有人在翻捡", ())]
    assert shown.extra[0].name == town.person(NEIGHBOUR).name
    assert town.steps(answer["instance"]) == ["村社纠正"]
    with town.database.reading() as c:
        assert attachments.get(c, photo).instance_id == answer["instance"]


def test_whoever_adds_to_a_case_may_follow_it(town: SampleTown) -> None:
    answer, who = town.report(), town.person(NEIGHBOUR)
    place = {"lon": 118.90886, "lat": 29.17759}
    with town.database.reading() as c:
        assert not findings.similar(c, "0102", place, by=who)[0].visible

    adds(town, answer["number"], "垃圾又多了一堆")

    with town.database.reading() as c:
        assert findings.similar(c, "0102", place, by=who)[0].visible
    assert any("补充线索：垃圾又多了一堆" in event.text for event in town.case(answer["instance"], NEIGHBOUR).events)


def test_it_needs_words_and_an_open_case_of_the_own_town(town: SampleTown) -> None:
    answer = town.report()

    with pytest.raises(InvalidValues):
        adds(town, answer["number"], " ")
    with pytest.raises(NotFound):
        adds(town, answer["number"], "看到了", by=STRANGER)
    with pytest.raises(NotFound):
        adds(town, "SJ00000000-000000", "看到了")
    assert papers(town, answer["instance"]).extra == ()


def test_a_case_that_has_ended_takes_no_more(town: SampleTown) -> None:
    answer, who = town.report(), town.person(FINDER)
    town.run(lambda c: withdrawal.withdraw(c, answer["instance"], "看错了位置", by=who))

    with pytest.raises(InvalidState):
        adds(town, answer["number"], "还在")


def test_the_source_is_called_what_the_form_calls_it(town: SampleTown) -> None:
    answer = town.report(source="masses")

    facts = papers(town, answer["instance"]).facts
    assert facts is not None and facts.source == "群众反映"
