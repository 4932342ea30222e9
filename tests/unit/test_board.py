"""The supervisor's board: every figure is the length of the list behind it, and figures kept in pieces are those made afresh."""

import datetime as dt
from collections.abc import Iterator
from itertools import product

import pytest
from sqlalchemy import Connection, select, update

from engine import clock as clocks
from engine.cases.tables import category, finding
from engine.database import Database
from engine.errors import InvalidValues, NotAllowed
from engine.people import Participant, directory
from engine.reports import board, counts, days, filters, keeping
from engine.reports.filters import LEVELS, Filters
from engine.reports.tables import board_count, board_line, daily_figure
from engine.runtime import history
from engine.runtime.tables import deadline_clock, work_item
from engine.supervision import audit
from tests.steps import a_case

HOUR = dt.timedelta(hours=1)


@pytest.fixture
def filled(database: Database, clock: clocks.Simulated) -> Database:
    database.run(a_town)
    keeping.keep(database)
    return database


def a_town(c: Connection) -> None:
    for unit_id, name, level, parent in (("c", "某市", "city", None), ("qs", "青石镇", "town", "c"), ("lx", "柳溪镇", "town", "c"),
                                         ("v1", "东门社区", "village", "qs"), ("g1", "东门一网格", "grid", "v1"),
                                         ("v9", "柳溪村", "village", "lx")):
        directory.save_unit(c, {"id": unit_id, "name": name, "level": level, "parent_id": parent})
    for person_id, name, posts in (
            ("jw", "监督员", [("inspector", "qs")]), ("lxjw", "柳溪监督员", [("inspector", "lx")]),
            ("sfj", "市司法局", [("justice_bureau", "c")]),
            ("both", "两镇监督员", [("inspector", "qs"), ("inspector", "lx")]), ("cun", "村干部", [("village_cadre", "v1")]),
            ("shenji", "审计员", [("audit_admin", "c")])):
        directory.save_person(c, person_id, {"name": name}, None)
        directory.set_posts(c, person_id, posts)
    c.execute(category.insert(), {"code": "0501", "code_system": "l", "display": "占道经营", "group_name": "街面", "simple": True,
                                  "safety": False, "direct": False, "hint": "", "sort": 1})
    a_case(c, 1, "/c/qs/v1/", [("late", "correction", -30 * HOUR, None), ("soon", "correction", 3 * HOUR, None)])
    a_case(c, 2, "/c/qs/", [("fine", "handling", 72 * HOUR, "cun"), ("none", None, None, None)])
    a_case(c, 3, "/c/lx/v9/", [("foreign", "correction", -HOUR, None)])
    a_case(c, 4, "/c/qs/v1/g1/", [])
    c.execute(finding.insert(), {"instance_id": 1, "number": "SJ-1", "source": "patrol", "category": "0501", "description": "",
                                 "unit_id": "v1", "urgent": False, "reported_at": clocks.now()})
    a_clock(c, 1, 1, "/c/qs/v1/", -HOUR)
    a_clock(c, 2, 2, "/c/qs/", 90 * HOUR)


def a_clock(c: Connection, number: int, case: int, path: str, left: dt.timedelta, **more: object) -> None:
    moment = clocks.now()
    c.execute(deadline_clock.insert(), {
        "id": number, "instance_id": case, "key": f"k{number}", "element_id": "e", "name": "作出处罚决定", "link": "handling",
        "rule": "DL-C6", "rule_set": "", "rule_day": moment, "length": 90.0, "unit": "days", "warn_before": [],
        "started_at": moment - 80 * HOUR,
        "opened_at": moment - 80 * HOUR, "status": "running", "due_at": moment + left, "calendar_bound": False, "provisional": False,
        "dated_by": 0, "entries": 0, "unit_id": path.strip("/").rpartition("/")[2], "unit_path": path, **more})


def person(database: Database, person_id: str) -> Participant:
    with database.reading() as c:
        return directory.participant(c, person_id)


def shown(database: Database, person_id: str = "jw", unit: str = "") -> board.Board:
    by = person(database, person_id)
    with database.reading() as c:
        return board.show(c, by, unit)


def listed(database: Database, person_id: str = "jw", page: int = 1, **asked: str) -> board.Listing:
    by = person(database, person_id)
    with database.reading() as c:
        return board.listing(c, by, Filters(**asked), page)


def refreshed(database: Database) -> None:
    keeping.keep(database, force=True)


def touched(database: Database, case: int) -> None:
    """A line in the case's record, as every command writes one."""
    def note(c: Connection) -> None:
        head = c.execute(select(history.record.c.seq, history.record.c.h).where(history.record.c.stream == f"case:{case}")
                         .order_by(history.record.c.seq.desc()).limit(1)).first()
        story = history.Story(f"case:{case}", head.seq if head else 0, head.h if head else history.ZERO, clocks.now(), instance_id=case)
        story.tell("commented", text="…")
        history.append(c, story)
    database.run(note)


def figures(shown_board: board.Board, unit: str) -> Iterator[tuple[int, dict[str, str]]]:
    """Every figure of a board, with the filters of the list it opens."""
    where = {"unit": unit} if unit else {}
    for level, number in shown_board.levels.items():
        yield number, {**where, "level": level}
    for level, number in shown_board.clocks.items():
        yield number, {**where, "level": level, "kind": "clock"}
    yield shown_board.idle, {**where, "kind": "idle"}
    for name, groups in (*shown_board.facets.items(), ("link", shown_board.links), ("rule", shown_board.rules)):
        for group in groups:
            own = {**where, **({"kind": "clock"} if name == "rule" else {}),
                   ("unit" if name in ("town", "village", "grid") else name): group.key}
            yield group.total, own
            yield from ((number, {**own, "level": level}) for level, number in group.counts.items())
    for (row, link), cell in shown_board.heat.cells.items():
        yield from ((number, {"unit": row, "link": link, "level": level}) for level, number in cell.items())


@pytest.mark.parametrize("who, unit", [("jw", ""), ("sfj", ""), ("sfj", "lx"), ("both", ""), ("jw", "v1"), ("jw", "g1")])
def test_every_figure_is_the_length_of_the_list_behind_it(filled: Database, who: str, unit: str) -> None:
    whole = shown(filled, who, unit)
    found = list(figures(whole, unit))

    assert sum(number for number, _ in found) > 0
    for number, asked in found:
        behind = listed(filled, who, **asked)
        assert (behind.total, len(behind.steps), behind.more) == (number, number, False), asked


def test_the_board_counts_what_is_there(filled: Database) -> None:
    whole = shown(filled)

    assert whole.levels == {"late": 1, "soon": 1, "fine": 1, "none": 1, "stopped": 0}
    assert whole.clocks == {"late": 1, "soon": 0, "fine": 1, "none": 0, "stopped": 0} and whole.idle == 1
    assert [(group.key, group.name, group.total) for group in whole.facets["village"]] == [("v1", "东门社区", 2)]
    assert ("占道经营", 2) in [(group.name, group.total) for group in whole.facets["matter"]]
    assert [(group.name, group.counts["late"]) for group in shown(filled, "sfj").facets["town"]] == [("青石镇", 1), ("柳溪镇", 1)]
    assert whole.heat.units == (("v1", "东门社区"),) and whole.heat.shade("v1", "correction") == 4
    assert whole.heat.shade("v1", "handling") == 0


def test_the_late_come_first_and_say_how_late_and_whose_move_it_is(filled: Database) -> None:
    first, *others = listed(filled).steps

    assert (first.id, first.level, first.late_by, first.matter_name) == ("late", "late", 30 * HOUR, "占道经营")
    assert first.waits_for == "等待东门社区村社干部领取" and [step.level for step in others] == ["soon", "fine", "none"]
    assert others[1].waits_for == "等待村干部办理"


def test_only_the_own_town_and_everything_for_the_city(filled: Database) -> None:
    assert {step.id for step in listed(filled, "lxjw").steps} == {"foreign"}
    assert shown(filled, "lxjw").levels["late"] == 1 and listed(filled, "sfj").total == 5
    assert listed(filled, unit="lx").steps == () and listed(filled, unit="lx").total == 0
    assert sum(shown(filled, unit="lx").levels.values()) == 0 and shown(filled, unit="lx").trend[-1].numbers["opened"] == 0


def test_words_state_and_several_filters_are_counted_to_a_limit(filled: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    assert listed(filled, words="SJ-1").total == 2 and listed(filled, words="%").total == 0
    assert listed(filled, state="claimed").total == 1 and listed(filled, link="correction", holder="village_cadre@v1").total == 2
    monkeypatch.setattr(board, "COUNTED", 1)
    bounded = listed(filled, link="correction", matter="0501")
    assert (bounded.total, bounded.more) == (1, True)


def test_unknown_filters_and_people_without_the_post_are_refused(filled: Database) -> None:
    with pytest.raises(InvalidValues):
        listed(filled, level="purple")
    with pytest.raises(InvalidValues):
        listed(filled, kind="case")
    for call in (shown, listed):
        with pytest.raises(NotAllowed):
            call(filled, "cun")


def test_figures_move_on_with_time_and_with_what_people_do(filled: Database, clock: clocks.Simulated) -> None:
    clock.advance(4 * HOUR)
    assert shown(filled).levels["late"] == 1
    refreshed(filled)
    assert shown(filled).levels == {"late": 2, "soon": 0, "fine": 1, "none": 1, "stopped": 0} and shown(filled).as_of == clock()

    filled.run(lambda c: c.execute(update(work_item).where(work_item.c.id == "late").values(state="completed", ended_at=clock())) and None)
    touched(filled, 1)
    assert [step.ended for step in listed(filled, level="late").steps] == [True, False]
    refreshed(filled)
    assert shown(filled).levels["late"] == 1 and shown(filled).trend[-1].numbers["finished"] == 1


def test_nothing_is_done_again_within_a_minute(filled: Database, clock: clocks.Simulated) -> None:
    assert keeping.keep(filled) is False
    clock.advance(dt.timedelta(seconds=61))
    assert keeping.keep(filled) is True


def kept(database: Database) -> list[object]:
    with database.reading() as c:
        return [sorted(map(tuple, c.execute(select(board_line))), key=str),
                sorted(map(tuple, c.execute(select(board_count).where(board_count.c.total > 0)))),
                sorted(map(tuple, c.execute(select(daily_figure))))]


ACTS = {
    "ends": {"state": "completed", "ended_at": "now"}, "moves": {"due_at": "later"}, "claims": {"state": "claimed", "assignee": "cun"},
    "halts": {"state": "suspended"}, "recalls": {"due_at": "before"},
}


@pytest.mark.parametrize("first, second", list(product(ACTS, ACTS)))
def test_figures_kept_step_by_step_are_those_made_afresh(filled: Database, clock: clocks.Simulated, first: str, second: str) -> None:
    moments = {"now": clock, "later": lambda: clock() + 50 * HOUR, "before": lambda: clock() - 75 * HOUR}
    for act, item in ((first, "soon"), (second, "late"), (second, "fine"), (first, "foreign")):
        clock.advance(7 * HOUR)
        values = {name: moments[value]() if value in moments else value for name, value in ACTS[act].items()}
        filled.run(lambda c, i=item, v=values: c.execute(update(work_item).where(work_item.c.id == i).values(**v)) and None)
        touched(filled, {"soon": 1, "late": 1, "fine": 2, "foreign": 3}[item])
        refreshed(filled)
    before = kept(filled)

    filled.run(keeping.again)
    refreshed(filled)

    assert kept(filled) == before and any(before)


def test_what_left_no_record_is_found_within_a_day(filled: Database, clock: clocks.Simulated) -> None:
    filled.run(lambda c: c.execute(update(work_item).where(work_item.c.id == "late").values(state="withdrawn", ended_at=clock())) and None)
    refreshed(filled)
    assert shown(filled).levels["late"] == 1

    clock.advance(24 * HOUR)
    refreshed(filled)
    assert {step.id for step in listed(filled, level="late").steps} == {"soon"}


def test_a_worker_that_is_cut_off_is_gone_on_with(filled: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = kept(filled)
    filled.run(keeping.again)
    monkeypatch.setattr(keeping, "PIECE", 1)
    monkeypatch.setattr(keeping, "NEXT", keeping.NEXT.limit(4))
    monkeypatch.setattr(keeping, "STEPS", 1)
    for _ in range(2):
        assert filled.run(keeping.advance) is True
    assert shown(filled).as_of is None

    keeping.keep(filled)

    assert kept(filled) == whole and shown(filled).as_of is not None


def test_a_trend_tells_each_day_what_happened_on_it(filled: Database, clock: clocks.Simulated) -> None:
    points = {str(point.day): point.numbers for point in shown(filled).trend}
    day = clocks.local(clock() - 30 * HOUR).date()

    assert len(points) == 30 and points[str(day)]["late"] == 1 and points[str(day - dt.timedelta(days=0))]["opened"] >= 0
    assert sum(numbers["opened"] for numbers in points.values()) == 4
    assert set(days.MEASURES) == set(points[str(day)])


def test_an_export_is_complete_and_recorded(filled: Database) -> None:
    by = person(filled, "jw")

    steps = filled.run(lambda c: board.export(c, by, Filters(level="late")))
    filled.run(lambda c: board.export(c, by))

    assert [step.id for step in steps] == ["late"]
    with filled.reading() as c:
        newest, older = audit.entries(c, person(filled, "shenji"))
        assert history.verify(c, audit.STREAM) == []
    assert "导出监督清单 4 行" in newest.text and "已超期" in older.text and older.actor == "jw"


def test_levels_have_words_and_places_in_the_order_of_lists() -> None:
    assert tuple(LEVELS) == counts.LEVELS and set(filters.KINDS) == set(filters.KIND_WORDS)


def test_the_administrative_record_is_for_the_auditor(filled: Database) -> None:
    by = person(filled, "jw")
    with filled.reading() as c, pytest.raises(NotAllowed):
        audit.entries(c, by)


def test_every_number_of_a_trend_opens_the_list_behind_it(filled: Database, clock: clocks.Simulated) -> None:
    filled.run(lambda c: c.execute(update(work_item).where(work_item.c.id == "fine").values(state="completed", ended_at=clock())) and None)
    touched(filled, 2)
    clock.advance(5 * HOUR)
    refreshed(filled)
    by, seen = person(filled, "jw"), 0
    for point in shown(filled).trend:
        for measure, number in point.numbers.items():
            with filled.reading() as c:
                behind = board.of_days(c, by, "", days.Happened(measure, point.day, point.day))
            assert (behind.total, len(behind.items)) == (number, number)
            seen += number
    assert seen > 5
    with filled.reading() as c, pytest.raises(InvalidValues):
        board.of_days(c, by, "", days.Happened("profit", clocks.today(), clocks.today()))
