"""Messages leave the system at least once under one key, never by night unless urgent, and what cannot leave is seen."""

import datetime as dt
from dataclasses import dataclass, field

import pytest
from sqlalchemy import select

from engine.clock import SHANGHAI
from engine.errors import InvalidState, NotAllowed, NotFound
from engine.notifications import Kind, Message, choices, delivering, inbox, overview, post
from engine.notifications.channels import Down, Refused
from engine.notifications.choices import Choice
from engine.notifications.letters import Letter
from engine.notifications.tables import delivery
from engine.notifications.webhook import Webhook
from tests.house.test_lifecycle import states
from tests.post.receiver import SECRET, Receiver, verified
from tests.town import ADMIN, CADRE, LEADER, OTHER_CADRE

DAY, NIGHT = dt.datetime(2026, 3, 2, 10, 0, tzinfo=SHANGHAI), dt.datetime(2026, 3, 2, 23, 0, tzinfo=SHANGHAI)
MORNING = dt.datetime(2026, 3, 3, 6, 0, tzinfo=SHANGHAI)
ABOUT = {"case_number": "SJ20260302-000001", "title": "占道经营", "step": "村社纠正", "due": "2026-03-05 23:59"}
WORDS = "张三的电话是 13800000000"


@dataclass
class Way:
    """A channel that the test is the other side of: it raises what it is told to, once each, then takes everything."""

    raises: list[BaseException] = field(default_factory=list)
    got: list[Letter] = field(default_factory=list)

    def send(self, letter: Letter) -> None:
        self.got.append(letter)
        if self.raises:
            raise self.raises.pop(0)


def tells(town, *people, kind=Kind.OVERDUE, key="k", **more):
    message = Message(kind, key, WORDS, about=ABOUT, **more)
    return town.run(lambda c: post(c, message, people))


def offers(town, *channels):
    town.run(lambda c: choices.offer(c, channels))


def delivers(town, way, **more):
    return delivering.deliver_due(town.database, {"webhook": way, **more}, "https://gridloop.example")


def rows(town):
    with town.database.reading() as c:
        return c.execute(select(delivery).order_by(delivery.c.id)).all()


def statuses(town):
    return [row.status for row in rows(town)]


def inbox_of(town, person):
    with town.database.reading() as c:
        return [notice.text for notice in inbox.of(c, person)]


def only_outside(town, person):
    """A person who wants results by push alone."""
    town.run(lambda c: choices.choose(c, person, Choice({Kind.RESULT: frozenset({"webhook"})})))


def test_a_message_goes_out_once_signed_and_with_nothing_but_the_case(town):
    offers(town, "webhook")
    tells(town, CADRE, OTHER_CADRE)
    with Receiver() as other:
        assert delivers(town, Webhook(other.url, SECRET)) == 2
        assert delivers(town, Webhook(other.url, SECRET)) == 0

    assert statuses(town) == ["sent", "sent"]
    assert {one.content["person"] for one in other.got} == {CADRE, OTHER_CADRE}
    assert all(verified(SECRET, one.headers, one.body, town.clock().timestamp()) for one in other.got)
    assert other.got[0].content["about"] == ABOUT
    assert "13800000000" not in other.got[0].body.decode() and "张三" not in other.got[0].body.decode()
    assert other.got[0].content["key"] == other.got[0].key


def test_what_somebody_reported_stays_inside_even_where_it_stands_in_a_title(town):
    offers(town, "webhook")
    more = {"reporter": "李四", "title": "占道经营：李四，电话 13900000000，在门口摆摊"}
    message = Message(Kind.DIGEST, "k", WORDS, about={"counts": {"overdue": 1}, "lines": [{**ABOUT, **more}], **more})
    town.run(lambda c: post(c, message, [CADRE]))
    with Receiver() as other:
        delivers(town, Webhook(other.url, SECRET))

    assert other.got[0].content["about"] == {"title": "占道经营", "counts": {"overdue": 1}, "lines": [ABOUT]}
    assert "李四" not in other.got[0].body.decode()


def test_a_changed_body_a_changed_time_and_an_old_message_are_told_apart(town):
    offers(town, "webhook")
    tells(town, CADRE)
    with Receiver() as other:
        delivers(town, Webhook(other.url, SECRET))
    (one,), now = other.got, town.clock().timestamp()

    assert not verified(SECRET, one.headers, one.body + b" ", now)
    assert not verified("ein anderes Geheimnis", one.headers, one.body, now)
    assert not verified(SECRET, one.headers, one.body, now + 301)
    one.headers.replace_header("X-Gridloop-Timestamp", str(int(now) + 1))
    assert not verified(SECRET, one.headers, one.body, now)


def test_a_worker_that_dies_after_sending_sends_again_with_the_same_key(town):
    offers(town, "webhook")
    tells(town, CADRE)
    way = Way([KeyboardInterrupt()])
    with pytest.raises(KeyboardInterrupt):
        delivers(town, way)
    assert delivers(town, way) == 0, "somebody else still has it"

    town.waits(seconds=61)
    assert delivers(town, way) == 1

    assert len(way.got) == 2 and len({letter.key for letter in way.got}) == 1
    assert statuses(town) == ["sent"] and rows(town)[0].attempts == 2


def test_a_worker_whose_lease_ran_out_changes_nothing(town):
    offers(town, "webhook")
    tells(town, CADRE)

    @dataclass
    class Slow(Way):
        def send(self, letter: Letter) -> None:
            super().send(letter)
            if len(self.got) == 1:
                town.waits(seconds=61)
                delivers(town, self)
                raise Refused("zu spät")

    way = Slow()
    delivers(town, way)

    assert len(way.got) == 2 and len({letter.key for letter in way.got}) == 1
    assert statuses(town) == ["sent"]


def test_what_can_wait_waits_for_the_morning_and_what_is_urgent_does_not(town):
    offers(town, "webhook")
    town.until(NIGHT)
    tells(town, CADRE, key="calm")
    tells(town, OTHER_CADRE, key="urgent", urgent=True)
    town.run(lambda c: choices.choose(c, LEADER, Choice({}, night_urgent=False)))
    tells(town, LEADER, key="asleep", urgent=True)
    way = Way()

    delivers(town, way)
    assert [letter.person_id for letter in way.got] == [OTHER_CADRE]
    assert len(inbox_of(town, CADRE)) == 1, "in the system nobody is woken"
    with town.database.reading() as c:
        assert overview.own(c, CADRE)[0].words == "等到 06:00 送出"
        assert delivering.next_due(c) == MORNING
    town.until(MORNING - dt.timedelta(milliseconds=1))
    assert delivers(town, way) == 0
    town.until(MORNING)
    delivers(town, way)

    assert sorted(letter.person_id for letter in way.got) == sorted([OTHER_CADRE, CADRE, LEADER])


@pytest.mark.parametrize(("moment", "goes"), [("05:59", "06:00"), ("06:00", "06:00"), ("21:59", "21:59"), ("22:00", "06:00")])
def test_the_night_begins_and_ends_to_the_minute(town, moment, goes):
    offers(town, "webhook")
    town.until(dt.datetime.strptime(f"2026-03-03 {moment}", "%Y-%m-%d %H:%M").replace(tzinfo=SHANGHAI))
    tells(town, CADRE)

    assert f"{rows(town)[0].due_at.astimezone(SHANGHAI):%H:%M}" == goes


def test_a_channel_that_is_down_is_asked_once_then_rests_and_nothing_is_lost(town):
    offers(town, "webhook")
    tells(town, CADRE, OTHER_CADRE, LEADER)
    way = Way([Down("用不了"), Down("还是用不了")])

    assert delivers(town, way) == 1
    assert delivers(town, way) == 0
    town.waits(seconds=13)
    assert delivers(town, way) == 1
    with town.database.reading() as c:
        state, = overview.channels(c, town.person(ADMIN))
    assert (state.error, dict(state.counts)) == ("还是用不了", {"waiting": 3, "sent": 0, "failed": 0})
    town.waits(seconds=60)
    delivers(town, way)

    assert statuses(town) == ["sent"] * 3
    with town.database.reading() as c:
        assert overview.channels(c, town.person(ADMIN))[0].error == ""


def test_administrators_hear_once_that_a_channel_has_been_down_for_long(town):
    offers(town, "webhook")
    tells(town, CADRE)
    way = Way([Down("没有回应。")] * 8)
    for _ in range(4):
        delivers(town, way)
        town.waits(hours=1, minutes=15)
    assert inbox_of(town, ADMIN) == []
    for _ in range(4):
        delivers(town, way)
        town.waits(hours=1, minutes=15)

    assert inbox_of(town, ADMIN) == ["消息渠道“消息推送”连续 5 次送不出去：没有回应。请在“消息送达”中查看。"]


def test_one_message_that_the_other_side_stumbles_over_does_not_hold_up_the_rest(town):
    offers(town, "webhook")
    tells(town, CADRE)
    tells(town, OTHER_CADRE, key="next")

    @dataclass
    class Stumbles(Way):
        def send(self, letter: Letter) -> None:
            super().send(letter)
            if letter.person_id == CADRE:
                raise Down("HTTP 500")

    way = Stumbles()
    for _ in range(40):
        delivers(town, way)
        town.waits(minutes=30)

    assert {row.person_id: row.status for row in rows(town)} == {CADRE: "failed", OTHER_CADRE: "sent", ADMIN: "sent"}
    assert [letter.person_id for letter in way.got].count(CADRE) <= 12


def test_after_half_a_day_it_is_given_up_and_stands_in_the_inbox(town):
    offers(town, "webhook")
    only_outside(town, CADRE)
    tells(town, CADRE, kind=Kind.RESULT)
    assert inbox_of(town, CADRE) == []
    way = Way([Down("用不了")] * 100)
    for _ in range(80):
        delivers(town, way)
        town.waits(minutes=30)

    assert set(statuses(town)) == {"failed"}
    assert inbox_of(town, CADRE) == [WORDS]
    with town.database.reading() as c:
        assert (overview.own(c, CADRE)[0].words, overview.own(c, CADRE)[0].why) == ("没有送到", "用不了")
    assert [letter.person_id for letter in way.got].count(CADRE) <= 12


def test_what_the_other_side_refuses_is_not_tried_again(town):
    offers(town, "webhook")
    only_outside(town, CADRE)
    tells(town, CADRE, kind=Kind.RESULT)
    with Receiver(answers=[422]) as other:
        delivers(town, Webhook(other.url, SECRET))
        town.waits(hours=2)
        assert delivers(town, Webhook(other.url, SECRET)) == 0

    assert statuses(town) == ["failed"] and inbox_of(town, CADRE) == [WORDS]


def test_a_fault_of_our_own_is_tried_twelve_times(town):
    offers(town, "webhook")
    tells(town, CADRE)
    way = Way([ValueError("kaputt")] * 100)
    for _ in range(20):
        delivers(town, way)
        town.waits(hours=1, minutes=15)

    assert len(way.got) == 12 and statuses(town) == ["failed"]


def test_a_channel_that_was_closed_gives_everything_back_to_the_inbox(town):
    offers(town, "webhook")
    only_outside(town, CADRE)
    tells(town, CADRE, kind=Kind.RESULT)

    delivering.deliver_due(town.database, {})

    assert inbox_of(town, CADRE) == [WORDS]
    tells(town, CADRE, key="later")
    assert len(rows(town)) == 1, "what is not offered is not chosen either"


def test_an_administrator_tries_again_and_nobody_else_may(town):
    offers(town, "webhook")
    tells(town, CADRE, OTHER_CADRE)
    way = Way([Refused("不要"), Refused("不要")])
    delivers(town, way)
    admin, cadre, first = town.person(ADMIN), town.person(CADRE), rows(town)[0].id
    with pytest.raises(NotAllowed):
        town.run(lambda c: overview.retry(c, cadre, first))
    with pytest.raises(NotFound):
        town.run(lambda c: overview.retry(c, admin, 4711))

    town.run(lambda c: overview.retry(c, admin, first))
    with pytest.raises(InvalidState):
        town.run(lambda c: overview.retry(c, admin, first))
    assert delivers(town, way) == 1
    assert town.run(lambda c: overview.retry_channel(c, admin, "webhook")) == {"retried": 1}
    delivers(town, way)

    assert statuses(town) == ["sent", "sent"]
    with town.database.reading() as c, pytest.raises(NotAllowed):
        overview.listed(c, cadre, "failed")


def test_the_list_of_an_administrator_names_people_and_reasons_but_no_case(town):
    offers(town, "webhook")
    tells(town, CADRE)
    delivers(town, Way([Refused("不要")]))

    with town.database.reading() as c:
        one, = overview.listed(c, town.person(ADMIN), "failed")
    assert (one.person_name, one.why, one.case_number) == ("钱四", "不要", "")


def test_no_mail_goes_out_without_an_address_and_the_choice_counts_from_the_next_message(town):
    offers(town, "webhook", "mail")
    tells(town, CADRE)
    town.run(lambda c: choices.choose(c, CADRE, Choice({Kind.OVERDUE: frozenset({"mail"})}, "qian@example.gov.cn")))
    tells(town, CADRE, key="next")
    mail, web = Way(), Way()
    delivers(town, web, mail=mail)

    assert [letter.to for letter in web.got] == [CADRE]
    assert [letter.to for letter in mail.got] == ["qian@example.gov.cn"]
    town.run(lambda c: choices.choose(c, CADRE, Choice({Kind.OVERDUE: frozenset({"mail"})}, "")))
    assert tells(town, CADRE, key="third") == 1
    assert len(rows(town)) == 2


def test_the_page_of_states_names_them_all():
    assert states("送出的消息") == overview.STATUS_WORDS
