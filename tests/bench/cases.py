"""What the list of penalty cases costs with ten thousand of them open: pages, a search, filters, and taking out the whole list."""

import datetime as dt
import itertools
import statistics
from collections.abc import Callable
from typing import Any

from sqlalchemy import create_engine, select, text

from engine import clock, definitions, ids
from engine.cases import case_list, penalty
from engine.cases.case_list import Asked
from engine.cases.case_tables import penalty as file
from engine.definitions import Package
from engine.people import Participant
from engine.runtime.tables import deadline_clock, process_instance, work_item
from tests.bench.figure import Figure, seconds
from tests.bench.stores import Store, add
from tests.notation import xml
from tests.town import LEADER, OFFICER, OTHER_OFFICER, Town

OPEN, CHUNK, TRIED, AIM = 10_000, 2_000, 20, 10.0
LEAST = 1_000
STEPS = ("调查取证", "法制审核", "事先告知", "负责人决定处罚")
ITEMS = ("SR-stall", "SR-sign", "STD-fumes", "XF-lane")
ONE_STEP = 'start s\nuser u name="调查取证" gl:role="case_officer" gl:scope="town"\nend e\ns -> u -> e'
LISTS = {
    "最急的在前": Asked(), "按案号": Asked(sort="number"), "按案号搜一件": Asked(words="B7777"), "搜当事人": Asked(words="当事人9"),
    "一个步骤": Asked(step="法制审核"), "七天内到期": Asked(due="week"), "一名承办人的一个事项": Asked(officer="p3", item="SR-sign")}


def measure(store: Store, most: int = OPEN) -> list[Figure]:
    """Pages with a tenth of the cases and with all of them, and the export of all."""
    simulated = clock.Simulated(clock.now())
    with clock.use(simulated):
        town = Town(store.open(), simulated)
        rows = _rows(town)
        costs: dict[str, list[float]] = {name: [] for name in LISTS}
        before = 0
        for size in (min(LEAST, most), most):
            _clone(town, rows, before, size)
            before = size
            _settle(town)
            for name, work in _pages(town).items():
                costs[name].append(_p95(work))
        everything = seconds(lambda: _read(town, lambda c, by: case_list.every(c, by, Asked())))
        town.database.close()
    here = f"{most:,} 件未结案（{store.name}）"
    pages = [Figure(f"处罚案件清单：{name} p95，{here}", times[1], "毫秒", times[0], f"{min(LEAST, most):,} 件未结案", AIM)
             for name, times in costs.items()]
    return [*pages, Figure(f"导出全部处罚案件，{here}", everything, "秒")]


def _rows(town: Town) -> list[dict[str, Any]]:
    """One case with its file, its step and a clock of the law, as they are stored."""
    document = xml(ONE_STEP, process="penalty").replace(b'<process id="penalty"', b'<process id="penalty" gl:startRoles="case_officer"')
    town.run(lambda c: definitions.deploy(c, Package("penalty", "行政处罚", document), by=None))
    by = town.person(OFFICER)
    values = {"item": "SR-stall", "item_name": "擅自占用城市道路经营", "act_day": "2026-01-05", "act_place": "东街", "facts": "占道经营。",
              "officer": OFFICER, "assistant": OTHER_OFFICER, "party_name": "当事人", "party_kind": "organisation"}
    case = town.run(lambda c: penalty.begin(c, values, by=by, unit="qs"))["instance"]
    with town.database.reading() as c:
        return [dict(c.execute(select(table).where(key == case)).mappings().one()) for table, key in (
            (process_instance, process_instance.c.id), (work_item, work_item.c.instance_id), (file, file.c.instance_id))]


_numbers = itertools.count(1_000_000)


def _clone(town: Town, rows: list[dict[str, Any]], begin: int, end: int) -> None:
    for first in range(begin, end, CHUNK):
        made = [_case(rows, number) for number in range(first, min(first + CHUNK, end))]
        cases, items, files, clocks = (list(column) for column in zip(*made, strict=True))
        add(town, {process_instance: cases, work_item: items, file: files, deadline_clock: clocks})


def _case(rows: list[dict[str, Any]], number: int) -> tuple[dict[str, Any], ...]:
    instance, item, paper = rows
    key, due = next(_numbers), clock.now() + dt.timedelta(minutes=(number * 7919) % 60_000 - 9_000)
    name, title = f"当事人{number}", f"当事人{number}擅自占用城市道路经营案"
    return (
        instance | {"id": key, "business_key": f"B{number}", "title": title},
        item | {"id": ids.new_key(), "instance_id": key, "name": STEPS[number % 4], "state": "claimed", "assignee": f"p{number % 15}",
                "due_at": due, "warn_at": due - dt.timedelta(hours=8)},
        paper | {"instance_id": key, "number": f"青石镇综执案〔2026〕{number}号", "title": title, "party_name": name, "status": "filed",
                 "item": ITEMS[number % 4], "officer": f"p{number % 15}", "assistant": f"p{(number + 1) % 15}", "filed_on": "2026-01-06"},
        _clock(key, due))


def _clock(case: int, due: dt.datetime) -> dict[str, Any]:
    """A limit of the law that runs."""
    end = due + dt.timedelta(days=40)
    return {"instance_id": case, "key": f"k{case}", "element_id": "u", "name": "立案至决定", "rule": "DL-C6", "rule_set": "RS-CFF",
            "rule_day": clock.now(), "length": 90.0, "unit": "days", "started_at": clock.now(), "opened_at": clock.now(),
            "status": "running", "due_at": end, "warn_at": None, "watch_at": end, "calendar_bound": False, "provisional": False,
            "dated_by": 0, "entries": 1, "unit_id": "qs", "unit_path": "/x/qs/"}


def _settle(town: Town) -> None:
    """What a server's own housekeeping would have done by now."""
    if town.database.dialect == "postgresql":
        with create_engine(town.database.url, isolation_level="AUTOCOMMIT").connect() as c:
            c.execute(text("VACUUM ANALYZE"))
            c.engine.dispose()


def _pages(town: Town) -> dict[str, Callable[[], object]]:
    def page(asked: Asked) -> Callable[[], object]:
        return lambda: _read(town, lambda c, by: case_list.page(c, by, asked))
    return {name: page(asked) for name, asked in LISTS.items()}


def _read(town: Town, work: Callable[[Any, Participant], object]) -> object:
    by = town.person(LEADER)
    with town.database.reading() as c:
        return work(c, by)


def _p95(work: Callable[[], object]) -> float:
    """Of the quieter of two rounds: what else the machine does is not the page's cost."""
    work()
    return min(statistics.quantiles([seconds(work) * 1000 for _ in range(TRIED)], n=20)[-1] for _ in range(2))
