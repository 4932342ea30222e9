"""The morning digest: on working days at half past eight, once, with what is late, due today and due soon."""

import datetime as dt

import pytest
from sqlalchemy import select

from engine.clock import SHANGHAI
from engine.notifications import choices, digest, reminders
from engine.notifications.choices import Choice
from engine.notifications.digest import Line
from engine.notifications.kinds import Kind
from engine.notifications.tables import delivery, notice
from engine.runtime import parameters
from tests.town import ADMIN, CADRE, FINDER, LEADER, OTHER_CADRE
from tests.unit.test_reminders import at, draws, plan, told


def digests(town, person):
    return [text for _, text in told(town, person, "digest")]


def days(town, person):
    query = select(notice.c.key).where(notice.c.kind == "digest", notice.c.person_id == person).order_by(notice.c.id)
    with town.database.reading() as c:
        return [key.removeprefix("digest:2026-") for key in c.execute(query).scalars()]


def mornings(town, first, last, clock_time="08:31"):
    day = dt.date.fromisoformat(f"2026-{first}")
    while day <= dt.date.fromisoformat(f"2026-{last}"):
        at(town, f"{day} {clock_time}")
        day += dt.timedelta(days=1)


def test_it_says_what_is_late_due_today_and_due_soon(town):
    draws(town, 3)
    town.report()  # due on Thursday 5 March
    at(town, "2026-03-03 08:29")
    town.report()  # due on Friday 6 March
    at(town, "2026-03-04 10:00")
    town.report()  # due on Monday 9 March
    at(town, "2026-03-06 08:31")

    text = digests(town, CADRE)[-1]
    assert text.startswith("3月6日：已超期 1 件，今日到期 1 件，即将到期 1 件。")
    assert [line.partition("：")[0] for line in text.splitlines()[1:]] == ["已超期", "今日到期", "即将到期"]
    assert digests(town, LEADER) == []


def test_it_comes_at_half_past_eight_and_once(town):
    draws(town, 1)
    town.report()
    at(town, "2026-03-03 08:29")
    assert digests(town, CADRE) == []
    with town.database.reading() as c:
        assert digest.due_at(c) == dt.datetime(2026, 3, 3, 8, 30, tzinfo=SHANGHAI)

    at(town, "2026-03-03 08:30")
    at(town, "2026-03-03 12:00")

    assert len(digests(town, CADRE)) == 1
    with town.database.reading() as c:
        assert digest.due_at(c) == dt.datetime(2026, 3, 4, 8, 30, tzinfo=SHANGHAI)


def test_not_on_a_holiday_but_on_a_saturday_that_is_worked(town):
    draws(town, 1)
    town.report()
    mornings(town, "04-03", "04-07")
    mornings(town, "04-30", "05-11")

    assert days(town, CADRE) == ["04-03", "04-07", "04-30", "05-06", "05-07", "05-08", "05-09", "05-11"]


def test_one_that_was_missed_comes_later_that_day_but_not_by_night(town):
    draws(town, 1)
    town.report()
    at(town, "2026-03-03 15:00")
    at(town, "2026-03-04 22:30")

    assert days(town, CADRE) == ["03-03"]


def test_nobody_without_anything_to_do_gets_one(town):
    draws(town, 3)
    town.report()
    at(town, "2026-03-03 08:31")

    assert digests(town, CADRE) == digests(town, FINDER) == []


def test_everybody_is_gone_through_piece_by_piece_and_a_stop_in_between_loses_nobody(town):
    draws(town, 1)
    town.report()
    town.until(dt.datetime(2026, 3, 3, 8, 31, tzinfo=SHANGHAI))

    passes = 1
    while reminders.plan_due(town.database, limit=3):
        passes += 1

    assert passes > 5
    assert len(digests(town, CADRE)) == len(digests(town, OTHER_CADRE)) == 1


def test_another_room_adds_its_lines(town):
    draws(town, 3)
    town.until(dt.datetime(2026, 3, 3, 8, 31, tzinfo=SHANGHAI))

    def orders(c, person):
        waiting = Line("order", {"case_number": "督〔2026〕1号", "step": "等待答复", "due": "2026-03-03 23:59"})
        return [waiting] if person.id == "zhu" else []

    while reminders.plan_due(town.database, [orders]):
        pass

    assert digests(town, "zhu") == ["3月3日：督办 1 件。\n督办：督〔2026〕1号“等待答复”，截止 2026-03-03 23:59"]
    assert digests(town, CADRE) == []


def test_ten_lines_are_enough(town):
    draws(town, 1)
    for _ in range(12):
        town.report()
    at(town, "2026-03-03 08:31")

    lines = digests(town, CADRE)[0].splitlines()
    assert lines[0] == "3月3日：今日到期 12 件。" and lines[-1] == "另有 2 件，请在待办中查看。" and len(lines) == 12


def test_who_wants_it_by_mail_alone_does_not_find_it_in_the_inbox(town):
    town.run(lambda c: choices.offer(c, ["mail"]))
    town.run(lambda c: choices.choose(c, CADRE, Choice({Kind.DIGEST: frozenset({"mail"})}, "qian@example.gov.cn")))
    draws(town, 1)
    town.report()
    at(town, "2026-03-03 08:31")

    with town.database.reading() as c:
        assert c.execute(select(notice.c.shown).where(notice.c.kind == "digest", notice.c.person_id == CADRE)).scalar_one() is False
        query = select(delivery.c.channel).where(delivery.c.person_id == CADRE, delivery.c.subject.is_(None))
        assert c.execute(query).scalars().all() == ["mail"]


@pytest.mark.parametrize(("value", "clock_time"), [(7, "07:00"), (9.75, "09:45")])
def test_the_time_is_a_parameter(town, value, clock_time):
    admin = town.person(ADMIN)
    town.run(lambda c: parameters.change(c, "reminder_digest_at", value, by=admin))
    draws(town, 1)
    town.report()
    moment = dt.datetime.strptime(f"2026-03-03 {clock_time}", "%Y-%m-%d %H:%M").replace(tzinfo=SHANGHAI)
    town.until(moment - dt.timedelta(minutes=1))
    plan(town)
    assert digests(town, CADRE) == []

    town.until(moment)
    plan(town)

    assert len(digests(town, CADRE)) == 1
