"""Indicators and the monthly report: what counts, what does not, and that every number opens a list of its length."""

import datetime as dt
import json
import re
from typing import Any

import pytest
from sqlalchemy import Connection, select, update

from engine import clock as clocks
from engine.cases.tables import finding
from engine.database import Database
from engine.deadlines.ledger import EntryKind
from engine.definitions import read_folder
from engine.errors import InvalidValues, NotAllowed, NotFound
from engine.people import directory
from engine.people.directory import Unit
from engine.reports import days, indicators, keeping, monthly, recurrence
from engine.reports.definitions import CASE, Indicator, Part, month_of, reported
from engine.reports.monthly import Report, Value
from engine.runtime.tables import clock_entry, process_instance, work_item
from engine.supervision import audit
from tests.steps import a_case
from tests.town import ROOT
from tests.unit.test_board import a_clock, a_town, person

DAY = dt.timedelta(days=1)
MARCH = "2026-03"
BEGIN = dt.datetime(2026, 3, 1, tzinfo=clocks.SHANGHAI)
END = dt.datetime(2026, 4, 1, tzinfo=clocks.SHANGHAI)


@pytest.fixture
def march(database: Database, clock: clocks.Simulated) -> Database:
    """A town whose March is over and watched for thirty days; its cases are made by the tests."""
    def units_only(c: Connection) -> None:
        a_town(c)
        c.execute(update(work_item).values(state="withdrawn", due_at=None, created_at=BEGIN - 90 * DAY, ended_at=BEGIN - 80 * DAY))
        c.execute(update(finding).values(reported_at=BEGIN - 90 * DAY))
    database.run(units_only)
    clock.move_to(END + 40 * DAY)
    return database


def at(day: float) -> dt.datetime:
    """So many days into March."""
    return BEGIN + day * DAY


def case(c: Connection, number: int, day: float, *steps: dict[str, Any], path: str = "/c/qs/v1/", ends: float | None = None,
         **more: Any) -> None:
    a_case(c, number, path, [])
    c.execute(update(process_instance).where(process_instance.c.id == number).values(
        started_at=at(day), status="running" if ends is None else "completed", ended_at=None if ends is None else at(ends)))
    c.execute(finding.insert(), {"instance_id": number, "number": f"SJ-{number}", "source": "patrol", "category": "0501", "description": "",
                                 "unit_id": "v1", "urgent": False, "reported_at": at(day), **more})
    for place, step in enumerate(steps):
        c.execute(work_item.insert(), {
            "id": f"{number}-{place}", "instance_id": number, "name": "步骤", "link": "handling", "unit_id": "v1", "unit_path": path,
            "state": "completed", "created_at": at(day), "priority": 0, "item": {}, "urged": 0, "case_number": f"SJ-{number}",
            "title": f"事项{number}", "definition_id": 1, "process_key": "p", "element_id": "onsite", **step})


def made(database: Database, *cases: tuple[Any, ...], **more: Any) -> None:
    for number, (day, *steps) in enumerate(cases, 100):
        database.run(lambda c, n=number, d=day, s=steps: case(c, n, d, *s, **more))


def report(database: Database, month: str = MARCH, who: str = "jw", unit: str = "") -> Report:
    by = person(database, who)
    with database.reading() as c:
        return monthly.show(c, by, month, unit)


def value(database: Database, kpi: str, **more: Any) -> tuple[int, int | None, dict[str, int]]:
    row = next(row for row in report(database, **more).rows if row.indicator.id == kpi)
    return row.now.n, row.now.d, {key: number for key, number in row.now.apart.items() if number}


def done(due: float, ended: float, element: str = "onsite", **more: Any) -> dict[str, Any]:
    return {"element_id": element, "due_at": at(due), "ended_at": at(ended), **more}


def undone(due: float, element: str = "onsite", state: str = "open", ended: float | None = None) -> dict[str, Any]:
    return {"element_id": element, "due_at": at(due), "state": state, "ended_at": None if ended is None else at(ended)}


def test_what_is_due_is_fixed_by_the_due_time_and_not_by_when_it_was_done(march: Database) -> None:
    made(march, (1, done(10, 9)), (1, done(10, 12)), (1, undone(20)), (1, done(31.5, 3)), (1, done(-2, 3)),
         (1, undone(5, state="withdrawn", ended=3)), (1, undone(5, state="withdrawn", ended=5)), (1, undone(5, state="suspended")))

    assert value(march, "KPI-06-1") == (2, 4, {}) and value(march, "KPI-06-2") == (1, 4, {})
    assert value(march, "KPI-10-handling") == (3, 4, {}) and value(march, "KPI-08") == (1, 4, {})


def test_what_is_not_due_yet_is_not_counted(march: Database, clock: clocks.Simulated) -> None:
    later = (clock() - BEGIN) / DAY
    made(march, (1, undone(later + 1)), (1, undone(later - 1)))

    assert value(march, "KPI-06-1", month="2026-05") == (0, 1, {})


def test_merged_children_count_nowhere_but_in_the_raw_number(march: Database) -> None:
    made(march, (1, done(10, 9)), (2, done(10, 11)))
    march.run(lambda c: c.execute(update(finding).where(finding.c.instance_id == 101).values(merged_into=100)) and None)

    assert value(march, "KPI-01") == (1, None, {"raw": 2, "patrol": 1}) and value(march, "KPI-06-2") == (1, 1, {})


def test_extended_steps_are_shown_apart(march: Database) -> None:
    made(march, (1, done(10, 9)), (1, done(10, 9)))

    def extend(c: Connection) -> None:
        a_clock(c, 77, 100, "/c/qs/v1/", DAY, key="100-0")
        c.execute(clock_entry.insert(), {"clock_id": 77, "seq": 1, "kind": EntryKind.EXTENDED.value, "ground": "", "document": "",
                                         "approver": "", "reason": "", "recorded_at": at(3), "recorded_by": "x"})
    march.run(extend)

    assert value(march, "KPI-06-2") == (2, 2, {"extended": 1})


def corrected(on: float) -> tuple[dict[str, Any], ...]:
    return (done(3, 2, "village_correction", link="correction"),
            done(on, on, "grid_check", link="correction", outcome=indicators.CHECKED))


def test_a_village_is_credited_only_after_thirty_days_without_a_relapse(march: Database, clock: clocks.Simulated) -> None:
    """Held; failed; came back by a look-back; came back by a report next door; a report far away; one of another kind."""
    spots = [(None, None), (None, None), (None, None), (29.0, 118.0), (29.0, 119.0), (29.0, 120.0)]
    for number, (lat, lon) in enumerate(spots):
        steps = corrected(4) if number != 1 else (undone(3, "village_correction", "withdrawn", 3.1),)
        back = (done(20, 19, "look_back", link="feedback", outcome=recurrence.RELAPSED),) if number == 2 else ()
        march.run(lambda c, n=number, s=(*steps, *back), y=lat, x=lon: case(c, 200 + n, 1, *s, lat=y, lon=x, unit_id=f"u{n}"))
    march.run(lambda c: case(c, 300, 20, lat=29.0002, lon=118.0002))
    march.run(lambda c: case(c, 301, 20, lat=29.002, lon=119.0))
    march.run(lambda c: case(c, 302, 20, lat=29.0, lon=120.0, category="0102"))

    assert value(march, "KPI-02") == (3, 6, {})
    clock.moment = at(25).astimezone(clocks.UTC)
    assert value(march, "KPI-02") == (0, 1, {"watch": 5})


def test_a_case_that_came_back_after_thirty_days_did_not(march: Database) -> None:
    march.run(lambda c: case(c, 200, 1, ends=3, lat=29.0, lon=118.0))
    march.run(lambda c: case(c, 201, 40, lat=29.0, lon=118.0))
    assert value(march, "KPI-11") == (0, 1, {})

    march.run(lambda c: case(c, 202, 32, lat=29.0, lon=118.0))
    assert value(march, "KPI-11") == (1, 1, {})


def test_reports_dispatches_visits_and_returns(march: Database) -> None:
    made(march, (1, done(4, 3, "accept", outcome=indicators.REJECTED)), (1, done(4, 5, "accept")),
         (2, done(9, 8, "sign", outcome=indicators.SENT_BACK), done(9, 8, "sign")),
         (3, done(9, 8, "visit", link="feedback", outcome=indicators.SATISFIED),
          done(9, 8, "visit", link="feedback", outcome=indicators.UNSATISFIED), done(9, 8, "visit", outcome=indicators.UNREACHABLE)))

    assert value(march, "KPI-04") == (3, 4, {}) and value(march, "KPI-05-1") == (1, 2, {}) and value(march, "KPI-05-2") == (1, 2, {})
    assert value(march, "KPI-12") == (1, 2, {"unreachable": 1}) and value(march, "KPI-07")[0] == 1


def test_nobody_sees_another_towns_month(march: Database) -> None:
    made(march, (1, done(10, 9)), path="/c/lx/v9/")

    assert value(march, "KPI-01") == (0, None, {}) and value(march, "KPI-01", who="lxjw")[0] == 1
    assert value(march, "KPI-01", unit="lx") == (0, None, {}) and report(march, unit="lx").is_empty
    assert value(march, "KPI-01", who="sfj", unit="lx")[0] == 1
    with pytest.raises(NotAllowed):
        report(march, who="cun")


def test_every_number_of_the_report_opens_a_list_of_its_length(march: Database) -> None:
    made(march, (1, *corrected(4), done(10, 12)), (2, done(9, 8, "sign"), done(9, 8, "close")), (3, undone(20), done(9, 8, "accept")),
         ends=20)
    by, seen = person(march, "jw"), 0
    for row in report(march).rows:
        numbers = {"n": row.now.n, "d": row.now.d, **row.now.apart}
        for part, number in numbers.items():
            if number is None:
                continue
            with march.reading() as c:
                behind = monthly.behind(c, by, {"month": MARCH, "kpi": row.indicator.id, "part": part})
            assert (behind.total, len(behind.items) + len(behind.cases)) == (number, number), (row.indicator.id, part)
            seen += number
    assert seen > 20


def test_the_month_before_stands_beside_it(march: Database) -> None:
    made(march, (1, done(10, 9)), (1, done(10, 12)), (1, done(-4, -5)))
    rate = next(row for row in report(march).rows if row.indicator.id == "KPI-06-2")
    amount = next(row for row in report(march).rows if row.indicator.id == "KPI-01")

    assert (rate.now.share, rate.before.share, rate.change) == (0.5, 1.0, -0.5) and amount.change is None
    assert Value(1, 0, {}).share is None


def test_how_long_steps_took_is_told_by_link(march: Database) -> None:
    made(march, *((1, done(30, 1 + hours / 24)) for hours in range(1, 11)))
    found = {one.link: one for one in report(march).lengths}["handling"]

    assert found.n == 10 and [round(part / dt.timedelta(hours=1), 2) for part in (found.mean, found.median, found.ninety)] == [5.5, 5, 9]


def test_an_empty_month_is_empty(march: Database) -> None:
    assert report(march, "2025-07").is_empty and report(march, "2025-07").lengths == ()


@pytest.mark.parametrize("month", ["", "2026-13", "2026-3", "1999-12", "2026-06", "9999-12", "2026-03-01", "二〇二六"])
def test_what_is_no_month_of_the_past_is_refused(march: Database, month: str) -> None:
    with pytest.raises(InvalidValues):
        report(march, month)


@pytest.mark.parametrize("asked", [{"kpi": "KPI-99"}, {"kpi": "KPI-06-1", "part": "x"}, {"kpi": "KPI-01", "part": "d"}])
def test_a_number_that_there_is_not_opens_nothing(march: Database, asked: dict[str, str]) -> None:
    by = person(march, "jw")
    with march.reading() as c, pytest.raises(NotFound):
        monthly.behind(c, by, {"month": MARCH, **asked})


def test_taking_the_report_out_is_recorded(march: Database) -> None:
    by = person(march, "jw")
    march.run(lambda c: monthly.export(c, by, MARCH) and None)

    with march.reading() as c:
        [entry] = audit.entries(c, directory.participant(c, "shenji"))
    assert entry.actor == "jw" and MARCH in entry.text and "青石镇" in entry.text


def test_units_below_are_told_with_the_sums_of_the_month(march: Database, clock: clocks.Simulated) -> None:
    made(march, (1, done(10, 9)), (2, done(10, 12)))
    keeping.keep(march)

    assert [(name, sums["opened"], sums["late"], sums["finished"]) for _, name, sums in report(march).below] == [("东门社区", 2, 1, 2)]


def test_money_is_in_no_indicator_of_performance() -> None:
    fines = Part("罚款", CASE, lambda _, p: reported(p))
    with pytest.raises(NotAllowed, match="第七十四条"):
        Indicator("KPI-15", "罚没款", "", "", fines, performance=True, money=True)

    assert Indicator("KPI-15", "罚没款", "", "", fines, performance=False, money=True).money
    assert not any(one.money for one in indicators.INDICATORS)


def test_steps_and_outcomes_are_those_of_the_shipped_process() -> None:
    package = read_folder(ROOT / "bpmn/grid_loop", ROOT / "forms")
    diagram = package.diagram.decode()
    words = {option["label"] for form in (ROOT / "forms").glob("*.json") for option in _options(json.loads(form.read_text("utf-8")))}
    named = {"village_correction", "accept", "sign", "close", "visit", "look_back", "supervise", *indicators.CHECKS, *indicators.NOT_GOOD}

    assert {name for name in named if f'<bpmn:userTask id="{name}"' not in diagram} == set()
    assert {indicators.CHECKED, indicators.REJECTED, indicators.SATISFIED, indicators.UNSATISFIED, indicators.UNREACHABLE,
            *indicators.NOT_GOOD.values(), *indicators.SOURCES.values()} - words == set()


def _options(node: Any) -> list[dict[str, Any]]:
    if isinstance(node, dict):
        own = [node] if {"label", "value"} <= set(node) else []
        return own + [found for inner in node.values() for found in _options(inner)]
    return [found for inner in node for found in _options(inner)] if isinstance(node, list) else []


def test_every_indicator_says_what_it_is() -> None:
    assert len(indicators.KNOWN) == len(indicators.INDICATORS) >= 15
    assert all(one.formula and one.note and one.numerator.name for one in indicators.INDICATORS)
    assert {"KPI-03", "KPI-15"} <= set(indicators.NOT_YET) and not set(indicators.NOT_YET) & set(indicators.KNOWN)


def test_no_number_looks_through_everything_that_ever_was(sqlite_database: Database, clock: clocks.Simulated) -> None:
    """Every query of the daily figures and of the report begins with an index on moments, or with the cases such a query found."""
    period = month_of([Unit("qs", "青石镇", "town", "c", "/c/qs/")], "2026-02", clock())
    plans: dict[str, str] = {}
    with sqlite_database.reading() as c:
        queries = {measure: select(work_item.c.id).where(days.happened(measure, period.begin, period.end, period.now))
                   for measure in days.MEASURES}
        queries |= {f"{one.id} {name}": part.ids(c, period) for one in indicators.INDICATORS for name in ("n", "d", *one.apart)
                    if (part := one.part(name)) is not None}
        queries["changed cases"] = keeping.CHANGED.params(since=clock(), after=-1)
        for name, query in queries.items():
            sql = str(query.compile(c.engine, compile_kwargs={"literal_binds": True}))
            plans[name] = " | ".join(row[3] for row in c.exec_driver_sql(f"EXPLAIN QUERY PLAN {sql}"))

    assert len(plans) > 40
    everything = re.compile(r"SCAN (work_item|finding|process_instance|record)|record_by_instance|\(state=|\(status=")
    assert {name: plan for name, plan in plans.items() if everything.search(plan)} == {}
