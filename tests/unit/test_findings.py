"""Findings: from a report to a case, what counts as the same place, taking a report back, merging a duplicate."""

import datetime as dt
from pathlib import Path

import pytest

from engine.cases import attachments, findings, intake, withdrawal
from engine.cases.intake import Fault, Request
from engine.clock import Simulated
from engine.database import Database
from engine.errors import InvalidState, InvalidValues, NotAllowed, NotFound
from tests.sample_town import AREA, CADRE, DISPATCHER, FINDER, FINDING, NEIGHBOUR, STRANGER, SampleTown

ORGANISATION = Path(__file__).resolve().parents[2] / "bpmn" / "organisation"


@pytest.fixture
def town(database: Database, clock: Simulated, tmp_path: Path) -> SampleTown:
    return SampleTown(database, tmp_path / "files")


def test_a_report_goes_to_the_village_of_the_grid_where_it_lies(town: SampleTown) -> None:
    answer = town.report()

    assert town.steps(answer["instance"]) == ["村社纠正"]
    case = town.case(answer["instance"])
    assert case.line.unit == "东门社区东街网格"
    assert case.items[0].candidates == "东门社区 村社干部"
    assert answer["number"].startswith("SJ20260302-")


def test_the_photos_of_a_report_belong_to_its_case(town: SampleTown) -> None:
    answer = town.report()

    with town.database.reading() as c:
        kept = attachments.of(c, answer["instance"])
    assert len(kept) == 2
    assert all(attachments.original_path(town.files, photo.sha256).exists() for photo in kept)


def test_somebody_elses_photo_refuses_the_whole_report(town: SampleTown) -> None:
    foreign = town.photo(NEIGHBOUR)

    with pytest.raises(InvalidValues):
        town.report(photos=[foreign, town.photo(FINDER)])

    with town.database.reading() as c:
        assert findings.missing(c) == 0
        assert attachments.get(c, foreign).instance_id is None


def test_an_unknown_category_is_refused(town: SampleTown) -> None:
    with pytest.raises(InvalidValues) as refusal:
        town.report(category="9999")
    assert "category" in refusal.value.errors


def test_a_report_in_another_town_is_refused(town: SampleTown) -> None:
    answer = town.report()
    who, other = town.person(STRANGER), "99010010100101"

    with pytest.raises(NotAllowed):
        town.run(lambda c: findings.report(c, {**FINDING, "source": "hotline"}, by=who, unit_id=other))
    with pytest.raises(NotFound):
        town.case(answer["instance"], STRANGER)


def test_the_third_report_at_one_place_within_thirty_days_skips_the_village(town: SampleTown, clock: Simulated) -> None:
    town.report()
    clock.advance(dt.timedelta(days=2))
    town.report()
    clock.advance(dt.timedelta(days=2))

    third = town.report()

    assert town.steps(third["instance"]) != ["村社纠正"]
    assert town.case(third["instance"]).values["same_place_30d"] == 2


def test_reports_longer_ago_than_thirty_days_do_not_count(town: SampleTown, clock: Simulated) -> None:
    town.report()
    clock.advance(dt.timedelta(days=31))

    assert town.case(town.report()["instance"]).values["same_place_30d"] == 0


def test_similar_findings_are_those_of_the_kind_close_by_and_open(town: SampleTown) -> None:
    answer = town.report()
    who = town.person(FINDER)
    near = {"lon": 118.90886 + 0.0003, "lat": 29.17759}
    far = {"lon": 118.90886 + 0.003, "lat": 29.17759}

    with town.database.reading() as c:
        assert [one.number for one in findings.similar(c, "0102", near, by=who)] == [answer["number"]]
        assert findings.similar(c, "0102", far, by=who) == ()
        assert findings.similar(c, "0101", near, by=who) == ()


def test_the_finder_takes_a_report_back_before_it_is_accepted(town: SampleTown) -> None:
    answer = town.report()
    who = town.person(FINDER)

    town.run(lambda c: withdrawal.withdraw(c, answer["instance"], "看错了位置", by=who))

    case = town.case(answer["instance"])
    assert case.line.status == "completed"
    assert case.values["result"] == "withdrawn"
    assert any("看错了位置" in event.text for event in case.events)


def test_nobody_else_takes_it_back_and_nobody_without_a_reason(town: SampleTown) -> None:
    answer = town.report()

    for person, reason, refusal in ((FINDER, " ", InvalidValues), (CADRE, "不归我管", InvalidState), (STRANGER, "x", NotFound)):
        who = town.person(person)
        with pytest.raises(refusal):
            town.run(lambda c, who=who, reason=reason: withdrawal.withdraw(c, answer["instance"], reason, by=who))
    assert town.steps(answer["instance"]) == ["村社纠正"]


def test_after_the_centre_has_accepted_a_report_cannot_be_taken_back(town: SampleTown) -> None:
    answer = town.report()
    outcome = {"correction_outcome": "cannot", "correction_measures": ["persuade"], "correction_words": "已劝", "correction_reason": "无权"}
    town.does(CADRE, "村社纠正", **outcome)
    if "网格员复核" in town.steps(answer["instance"]):
        town.does(FINDER, "网格员复核", grid_check_outcome="upward", grid_check_note="请上级处理")
    town.does(AREA, "片区研判上报", area_outcome="report", area_note="建议执法队处理")
    town.does(DISPATCHER, "协调中心受理", accept_outcome="accepted")
    who = town.person(FINDER)

    with pytest.raises(InvalidState):
        town.run(lambda c: withdrawal.withdraw(c, answer["instance"], "不用了", by=who))


def test_a_duplicate_points_to_its_main_finding(town: SampleTown) -> None:
    main, double = town.report(), town.report(by=NEIGHBOUR)

    town.run(lambda c: findings.merge(c, double["number"], main["number"]))

    for number, wrong in ((main["number"], main["number"]), (main["number"], "SJ19990101-000001"), (main["number"], double["number"])):
        with pytest.raises(InvalidValues):
            town.run(lambda c, number=number, wrong=wrong: findings.merge(c, number, wrong))


def at_the_centre(town: SampleTown) -> dict[str, object]:
    answer = town.report(urgent=False)
    outcome = {"correction_outcome": "cannot", "correction_measures": ["persuade"], "correction_words": "已劝", "correction_reason": "无权"}
    town.does(CADRE, "村社纠正", **outcome)
    if "网格员复核" in town.steps(answer["instance"]):
        town.does(FINDER, "网格员复核", grid_check_outcome="upward", grid_check_note="请上级处理")
    town.does(AREA, "片区研判上报", area_outcome="report", area_note="建议执法队处理")
    return answer


def test_a_wrong_main_number_is_refused_while_it_can_be_mended(town: SampleTown) -> None:
    answer = at_the_centre(town)

    for wrong in ("SJ19990101-000001", answer["number"]):
        with pytest.raises(InvalidValues) as refusal:
            town.does(DISPATCHER, "协调中心受理", accept_outcome="duplicate", duplicate_of=wrong)
        assert "duplicate_of" in refusal.value.errors
    assert town.steps(answer["instance"]) == ["协调中心受理"]

    main = town.report(by=NEIGHBOUR, location={"lon": 118.90843, "lat": 29.14578})
    town.does(DISPATCHER, "协调中心受理", accept_outcome="duplicate", duplicate_of=main["number"])
    assert "反馈网格员" in town.steps(answer["instance"])


def rows(town: SampleTown) -> list[Request | Fault]:
    with town.database.reading() as c:
        mapping = intake.read_mapping(ORGANISATION / "sf311_mapping.toml")
        return list(intake.read(c, ORGANISATION / "sf311_sample.csv", mapping))


def test_every_row_of_the_sample_is_understood_and_taken_in_once(town: SampleTown) -> None:
    requests = rows(town)

    assert len(requests) == 1000
    assert not [row for row in requests if isinstance(row, Fault)]
    assert [findings.take_in(town.database, row) for row in requests[:5]] == [True] * 5
    assert [findings.take_in(town.database, row) for row in requests[:5]] == [False] * 5


def test_broken_rows_are_named_and_the_others_taken_in(town: SampleTown, tmp_path: Path) -> None:
    lines = (ORGANISATION / "sf311_sample.csv").read_text("utf-8").splitlines()[:5]
    lines[1] = lines[1].replace("2008-07-03 18:20:31+00:00", "昨天", 1)
    lines[2] = lines[2] + ",多了一列"
    lines[3] = lines[3].replace(lines[3].split(",")[0], "", 1)
    path = tmp_path / "broken.csv"
    path.write_text("\n".join(lines) + "\n", "utf-8")

    with town.database.reading() as c:
        found = list(intake.read(c, path, intake.read_mapping(ORGANISATION / "sf311_mapping.toml")))

    assert [(row.line, type(row)) for row in found] == [(2, Fault), (3, Fault), (4, Fault), (5, Request)]
    assert all(isinstance(row, Request) or row.message for row in found)
