"""The table of dates: each row was derived from the reference by hand, and the program must come to the same date for the same reasons."""

import datetime as dt
import re
from collections import Counter
from typing import Any

import pytest
import yaml

from engine.clock import SHANGHAI
from engine.deadlines import default_calendar, read, rulebook
from engine.deadlines.counting import HOURLY
from engine.deadlines.explain import explain
from engine.deadlines.ledger_check import check
from tests.clock_words import NOW, ledger, rule_of
from tests.town import ROOT

ROWS: list[dict[str, Any]] = yaml.load((ROOT / "tests" / "golden" / "deadlines.yaml").read_text("utf-8"), yaml.CSafeLoader)
CALENDAR = default_calendar()


def shown(moment: dt.datetime | None, hourly: bool) -> str | None:
    return moment and moment.astimezone(SHANGHAI).strftime("%Y-%m-%d %H:%M" if hourly else "%Y-%m-%d")


def computed(row: dict[str, Any]) -> dict[str, Any]:
    """The dates of a row as the program has them, and what it says about them."""
    rule, entries = rule_of(row), ledger(row["start"], row.get("events", ()), row.get("conservative_from"))
    reading, hourly = read(rule, entries, CALENDAR, NOW), rule.unit in HOURLY
    dates = {"due": shown(reading.due, hourly), "conservative": shown(reading.conservative, hourly),
             "earliest": shown(reading.earliest, False), "provisional": reading.provisional or None}
    return {**dates, "text": explain(rule, reading, entries, CALENDAR).text(), "reading": reading}


@pytest.mark.parametrize("row", ROWS, ids=lambda row: f"{row['rule'] or row['limit']} {row.get('set', '')} {row['start']} {row['due']}")
def test_a_date_is_what_the_law_says_and_so_are_its_reasons(row: dict[str, Any]) -> None:
    found = computed(row)

    assert {key: found[key] for key in ("due", "conservative", "earliest", "provisional")} == {
        key: row.get(key) for key in ("due", "conservative", "earliest", "provisional")}, row["why"]
    assert [reason for reason in row["says"] if reason not in found["text"]] == [], found["text"]


def test_the_lines_of_every_date_add_up_to_its_length() -> None:
    days = {row_id: reading for row_id, reading in ((n, computed(row)["reading"]) for n, row in enumerate(ROWS)) if reading.days}
    wrong = [n for n, reading in days.items() if ROWS[n]["rule"] and reading.course.rule.unit.value in ("days", "workingDays")
             and sum(line.counted for line in reading.days) != reading.amount]

    assert len(days) > 300
    assert wrong == []


def test_every_entry_of_the_table_may_lawfully_be_made() -> None:
    made = 0
    for row in ROWS:
        entries = ledger(row["start"], row.get("events", ()))
        for number in range(1, len(entries)):
            check(rule_of(row), entries[:number], entries[number], CALENDAR, now=NOW)
            made += 1

    assert made > 60


def test_the_table_covers_every_rule_and_rule_set_over_both_years() -> None:
    told = Counter(row["rule"] for row in ROWS)
    sets = {row.get("set") for row in ROWS} - {None}
    text = " ".join(row["why"] for row in ROWS)
    holidays = {f"{year}{name}" for year in (2025, 2026) for name in ("春节", "清明节", "劳动节", "端午节", "国庆节")}

    assert len(ROWS) >= 300
    assert [rule.id for rule in rulebook.rules() if told[rule.id] < 2] == []
    assert set(rulebook.rule_sets()) - {"RS-FIRE", "RS-PROV"} <= sets
    assert {word for word in holidays if not any(word[:4] in row["due"] + row["start"] and word[4:] in row["why"] for row in ROWS)} == set()
    scenarios = (1, 2, 3, 5, 6, 7, 9, 10, 12, 14, 15, 17, 19, 21, 23)
    assert [number for number in scenarios if not re.search(rf"场景 S{number:02}\b", text)] == []
    assert all(len(row["why"]) > 12 for row in ROWS)
