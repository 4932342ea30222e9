"""Reminders: who is told what and when, once each, and what is not told any more."""

import datetime as dt

import pytest
from sqlalchemy import func, select

from engine.clock import SHANGHAI
from engine.notifications import choices, delivering, following, inbox, limits, reminders, watching
from engine.notifications.choices import Choice
from engine.notifications.kinds import Kind
from engine.notifications.tables import delivery, notice, reminder
from engine.runtime import commands, parameters
from tests.conftest import START
from tests.town import ADMIN, AREA, CADRE, FINDER, LEADER, OTHER_CADRE, TICK

STEP = """
start s
user fix name="村社纠正" gl:role="village_cadre" gl:scope="village" gl:limit="{limit}" gl:limitUnit="{unit}" {more}
end e
s -> fix -> e
"""
SETTLED = dt.timedelta(minutes=2)


def draws(town, limit=3, unit="workingDays", more=""):
    town.draws(STEP.format(limit=limit, unit=unit, more=more))
    plan(town)


def plan(town):
    """The worker looks, after the record has come to rest."""
    while reminders.plan_due(town.database):
        pass


def later(town, **length):
    town.waits(**length)
    plan(town)


def at(town, text):
    town.until(dt.datetime.strptime(text, "%Y-%m-%d %H:%M").replace(tzinfo=SHANGHAI))
    plan(town)


def told(town, person, *kinds):
    """What a person was told, oldest first, as kinds and texts."""
    query = select(notice.c.kind, notice.c.text).where(notice.c.person_id == person).order_by(notice.c.id)
    with town.database.reading() as c:
        return [(row.kind, row.text) for row in c.execute(query) if not kinds or row.kind in kinds]


def kinds(town, person, *wanted):
    return [kind for kind, _ in told(town, person, *wanted)]


def test_a_step_is_told_before_its_end_and_when_it_is_over_once_each(town):
    draws(town)
    town.report()  # Monday 9:00; three working days end on Thursday 5 March

    at(town, "2026-03-03 08:29")
    assert kinds(town, CADRE, "soon", "overdue") == []
    at(town, "2026-03-03 08:31")
    assert "2026-03-05 23:59" in told(town, CADRE, "soon")[0][1]
    at(town, "2026-03-04 08:31")
    at(town, "2026-03-06 00:01")
    at(town, "2026-03-09 12:00")

    assert kinds(town, CADRE, "soon", "overdue") == ["soon", "soon", "overdue"]
    assert kinds(town, OTHER_CADRE, "soon", "overdue") == ["soon", "soon", "overdue"]
    assert kinds(town, LEADER, "soon", "overdue") == []


def test_a_warning_that_the_diagram_names_goes_before_our_own_lead_times(town):
    draws(town, 2, "workingHours", 'gl:warnBefore="50%"')
    town.report()

    later(town, minutes=55)
    assert kinds(town, CADRE, "soon") == []
    later(town, minutes=10)

    assert kinds(town, CADRE, "soon") == ["soon"]
    assert town.story()


def test_what_is_done_is_not_told_any_more_and_what_waits_is_dropped(town):
    opens_webhook(town)
    draws(town, 4, "hours", 'gl:warnBefore="25%"')
    at(town, "2026-03-02 20:00")
    town.report()
    at(town, "2026-03-02 23:30")
    assert statuses(town) == {"due"}

    town.does(CADRE, "村社纠正")
    later(town, minutes=3)
    at(town, "2026-03-03 09:00")

    assert statuses(town) == {"dropped"}
    assert "overdue" not in kinds(town, CADRE)
    with town.database.reading() as c:
        assert c.execute(select(func.count()).select_from(reminder)).scalar_one() == 0


def test_what_somebody_else_took_over_in_the_night_is_not_said_in_the_morning(town):
    opens_webhook(town)
    draws(town, 4, "hours", 'gl:warnBefore="25%"')
    at(town, "2026-03-02 20:00")
    town.report()
    town.claims(CADRE, "村社纠正")
    at(town, "2026-03-02 23:30")
    town.acts(commands.transfer, CADRE, town.item(CADRE, "村社纠正"), to=OTHER_CADRE, reason="轮班")
    later(town, minutes=3)
    at(town, "2026-03-03 06:00")
    with town.database.reading() as c:
        waiting = c.execute(select(delivery).where(delivery.c.status == "due", delivery.c.person_id == CADRE)).all()
    assert waiting

    row = town.run(delivering.lease)
    assert row.person_id == OTHER_CADRE
    with town.database.reading() as c:
        ended = select(delivery.c.status).where(delivery.c.person_id == CADRE, delivery.c.id < row.id)
        assert set(c.execute(ended).scalars()) == {"dropped"}


def opens_webhook(town):
    town.run(lambda c: choices.offer(c, ["webhook"]))


def statuses(town, kind="soon"):
    query = select(delivery.c.status).join(notice, notice.c.id == delivery.c.notice_id).where(notice.c.kind == kind)
    with town.database.reading() as c:
        return set(c.execute(query).scalars())


def test_when_the_end_moves_nobody_hears_the_same_again(town):
    draws(town)
    case = town.report()
    at(town, "2026-03-04 09:00")
    assert kinds(town, CADRE, "soon") == ["soon"]

    town.acts(commands.suspend, "han", case, reason="等待鉴定")
    at(town, "2026-03-09 09:00")
    assert kinds(town, CADRE, "soon", "overdue") == ["soon"]
    town.acts(commands.resume, "han", case)
    at(town, "2026-03-20 09:00")

    assert kinds(town, CADRE, "soon", "overdue").count("overdue") == 1
    assert len(set(told(town, CADRE, "soon", "overdue"))) == len(told(town, CADRE, "soon", "overdue"))


def test_whoever_gets_a_late_step_hears_that_it_is_late(town):
    draws(town)
    town.report()
    town.claims(CADRE, "村社纠正")
    at(town, "2026-03-06 00:01")
    assert kinds(town, OTHER_CADRE, "overdue") == []

    town.acts(commands.transfer, CADRE, town.item(CADRE, "村社纠正"), to=OTHER_CADRE, reason="轮班")
    later(town, minutes=3)

    assert kinds(town, OTHER_CADRE, "overdue") == ["overdue"]
    assert kinds(town, CADRE, "overdue") == ["overdue"]


def test_new_work_is_told_to_whom_it_is_offered_or_given_but_not_to_whoever_took_it(town):
    draws(town)
    town.report()
    later(town, minutes=3)
    assert kinds(town, CADRE, "work") == kinds(town, OTHER_CADRE, "work") == ["work"]

    town.claims(CADRE, "村社纠正")
    later(town, minutes=3)
    assert len(told(town, CADRE, "work")) == 1

    town.acts(commands.transfer, CADRE, town.item(CADRE, "村社纠正"), to=OTHER_CADRE, reason="轮班")
    later(town, minutes=3)
    assert [text for _, text in told(town, OTHER_CADRE, "work")][-1].endswith("交给您办理。")


def test_the_result_is_told_to_whoever_reported(town):
    draws(town)
    town.report()
    town.does(CADRE, "村社纠正")
    later(town, minutes=3)

    assert [text for _, text in told(town, FINDER, "result")][0].endswith("已办结。")
    assert kinds(town, CADRE, "result") == []


def test_who_is_urged_hears_by_whom_and_why(town):
    draws(town)
    town.report()
    town.claims(CADRE, "村社纠正")
    town.acts(commands.urge, AREA, town.entry(CADRE, "村社纠正").id, reason="群众等着")
    later(town, minutes=3)

    (_, text), = told(town, CADRE, "order")
    assert "冯七催办" in text and "群众等着" in text


def test_what_was_open_before_reminders_existed_is_watched_but_not_announced(town):
    town.draws(STEP.format(limit=3, unit="workingDays", more=""))
    town.report()
    later(town, minutes=3)
    assert kinds(town, CADRE) == []

    at(town, "2026-03-06 00:01")

    assert kinds(town, CADRE, "overdue") == ["overdue"]


def test_a_long_stop_tells_only_what_holds_now(town):
    draws(town)
    town.report()
    town.until(dt.datetime(2026, 3, 20, 9, 0, tzinfo=SHANGHAI))
    plan(town)

    assert kinds(town, CADRE, "soon", "overdue") == ["overdue"]


def test_an_idle_pass_does_nothing_and_touches_no_open_case(town):
    draws(town)
    for _ in range(3):
        town.report()
    later(town, minutes=3)

    assert reminders.plan_due(town.database) == 0
    with town.database.reading() as c:
        assert reminders.next_due(c) <= dt.datetime(2026, 3, 3, 0, 30, tzinfo=dt.UTC) + TICK


def test_a_pass_is_bounded(town):
    draws(town)
    for _ in range(4):
        town.report()
    town.until(dt.datetime(2026, 3, 6, 0, 1, tzinfo=SHANGHAI))

    while reminders.plan_due(town.database, limit=1):
        with town.database.reading() as c:
            assert c.execute(select(func.count()).select_from(notice)).scalar_one() <= 40
    assert len(told(town, CADRE, "overdue")) == 4


@pytest.mark.parametrize(("value", "stage"), [("3", "T-3wd"), ("读不出来", "T-1wd")])
def test_lead_times_are_a_parameter_and_nonsense_counts_as_the_default(town, value, stage):
    draws(town, 5)
    admin = town.person(ADMIN)
    town.run(lambda c: parameters.change(c, "reminder_leads_short", value, by=admin))
    town.report()  # ends on Monday 9 March

    at(town, "2026-03-09 12:00")

    with town.database.reading() as c:
        keys = c.execute(select(notice.c.key).where(notice.c.kind == "soon", notice.c.person_id == CADRE)).scalars().all()
    assert [key.rpartition(":")[2] for key in keys] == [stage]


def test_whoever_wants_no_notice_of_new_work_gets_none_but_cannot_shut_out_what_is_late(town):
    draws(town)
    nothing = Choice({kind: frozenset() for kind in Kind if kind is not Kind.TEST})
    town.run(lambda c: choices.choose(c, CADRE, nothing))
    town.report()
    at(town, "2026-03-06 00:01")

    with town.database.reading() as c:
        assert [one.kind for one in inbox.of(c, CADRE)] == ["overdue"]
        assert inbox.unread(c, CADRE) == 1


def test_a_pass_finds_what_is_due_by_indexes_alone(sqlite_database):
    asked = (watching.DUE, watching.NEXT, watching.KNOWN, watching.WAITING, following.FEED, delivering.READY, delivering.EXPIRED,
             delivering.NEXT_DUE, limits.LIVE, limits.CLOCKS)
    values = {"now": START, "n": 1, "ids": [1], "after": 0, "resting": ["-"], "until": START, "token": "x"}
    plans = []
    with sqlite_database.reading() as c:
        for statement in asked:
            wanted = {name: value for name, value in values.items() if name in statement.compile().params}
            said = statement.params(**wanted).compile(dialect=c.dialect, compile_kwargs={"render_postcompile": True}).string
            plans += [row.detail for row in c.exec_driver_sql(f"EXPLAIN QUERY PLAN {said}", (None,) * said.count("?"))]

    assert len(plans) >= len(asked)
    assert [plan for plan in plans if plan.startswith("SCAN")] == []
