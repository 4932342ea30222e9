"""Questions about dates: every rule of the book, in every rule set, has an answer that can be drawn, or a plain refusal."""

import pytest

from engine.deadlines import Gate, default_calendar, rulebook
from engine.errors import InvalidValues
from web import date_question, day_grid
from web.date_question import Answer, Typed

CALENDAR = default_calendar()
STARTS = ("2026-02-10", "2026-09-30T10:20", "2028-02-29")


def _drawn(found: Answer) -> bool:
    """Whether every day is there, save in the middle of a long limit; a rule that bars times has none."""
    shown = day_grid.months(found.rule, found.reading)
    cells = [cell for month in shown for week in month.weeks for cell in week if cell is not None and cell.look]
    whole = 0 if found.rule.gate is Gate.BARRED else len(found.reading.days)
    return len(cells) == whole or any(month.skipped for month in shown)


@pytest.mark.parametrize("rule_set", ["", *rulebook.rule_sets()])
def test_every_rule_can_be_asked_about(clock, rule_set):
    wrong, unset = [], set()
    for rule in rulebook.rules(rule_set=rule_set):
        for start in STARTS:
            try:
                found = date_question.answer(Typed(rule.id, start, rule_set), CALENDAR)
            except InvalidValues as refusal:
                unset |= {rule.id}
                wrong += [] if rule.parameter or rule.id in str(refusal.errors) else [(rule.id, start, refusal.errors)]
                continue
            wrong += [] if _drawn(found) else [(rule.id, start)]
            assert found.plain()["explanation"]["sentences"]

    assert wrong == []
    assert len(unset) < 30


def test_the_months_put_every_day_in_its_week(clock):
    found = date_question.answer(Typed("DL-C2", "2026-09-21"), CALENDAR)

    (month,) = day_grid.months(found.rule, found.reading)

    first, second, *_ = [[cell.day if cell else None for cell in week] for week in month.weeks]
    assert (first, second) == ([None, 1, 2, 3, 4, 5, 6], [7, 8, 9, 10, 11, 12, 13])
    by_day = {cell.day: cell for week in month.weeks for cell in week if cell}
    assert [by_day[day].look for day in (20, 21, 22, 25, 28, 29, 30)] == ["", "start", "counted", "off", "counted", "due", ""]
    assert (by_day[22].word, by_day[25].word, by_day[29].word) == ("第1", "中秋节", "届满")


def test_a_limit_of_many_years_shows_its_ends(clock):
    found = date_question.answer(Typed("DL-A1", "2026-03-02"), CALENDAR)

    shown = day_grid.months(found.rule, found.reading)

    assert len(shown) == day_grid.MOST_MONTHS and sum(month.skipped for month in shown) == 25 - day_grid.MOST_MONTHS
    assert (shown[0].title, shown[-1].title) == ("2026年3月", "2028年3月")


def test_working_days_left_turn_negative_when_the_day_has_passed(clock):
    before, after = (date_question.answer(Typed("DL-C2", "2026-09-21", on=day), CALENDAR) for day in ("2026-09-22", "2026-10-09"))

    assert (before.days_left, after.days_left) == (4, -3)
