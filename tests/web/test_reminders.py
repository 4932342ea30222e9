"""提醒方式 and 消息送达: whose they are, what they keep, and what they never show."""

import dataclasses
import datetime as dt
import re

import pytest

from engine import clock
from engine.notifications import Kind, Message, choices, delivering, overview, post
from engine.notifications.channels import Refused
from engine.people import directory
from web import channels

SECRETS = {"mail_password": "nicht-zeigen-1", "webhook_secret": "nicht-zeigen-auch-nicht"}
CONNECTED = {"mail_host": "mail.example", "mail_sender": "g@town.example", "webhook_url": "https://push.example/?key=geheim", **SECRETS}


@pytest.fixture
def connected(app, settings, database):
    """An installation that can send mail and messages."""
    app.extensions["gridloop"]["settings"] = dataclasses.replace(settings, **CONNECTED)
    database.run(lambda c: choices.offer(c, ["mail", "webhook"]))
    return app


class Wall:
    """A channel that takes nothing."""

    def send(self, letter):
        raise Refused("不接受")


def refused(database, message, person):
    """Send a message by day (at night only what is urgent goes out) over ways that take nothing."""
    with clock.fixed(dt.datetime.combine(clock.today(), dt.time(12), clock.SHANGHAI)):
        database.run(lambda c: post(c, message, [person]))
        delivering.deliver_due(database, {"webhook": Wall(), "mail": Wall()})


def text(answer):
    return answer.get_data(as_text=True)


def chosen(database, person):
    with database.reading() as c:
        return choices.of(c, person)


def checked(page):
    return set(re.findall(r'name="(\w+)" value="(\w+)" checked', page))


def test_without_any_way_out_there_is_only_the_system_itself(as_person, person):
    page = text(as_person(person).get("/account/reminders"))

    assert "目前只在系统内提醒" in page
    assert {way for _, way in checked(page)} <= {"app", "on"}


def test_a_person_chooses_and_finds_the_choice_again(connected, as_person, database, person):
    browser = as_person(person)
    typed = {"email": "wang@example.gov.cn", "work": ["mail"], "soon": ["webhook", "app"], "digest": []}
    answer = browser.post("/account/reminders", typed)

    assert answer.status_code == 302
    page = text(browser.get("/account/reminders"))
    assert {("work", "mail"), ("soon", "webhook"), ("soon", "app"), ("overdue", "app"), ("order", "app")} <= checked(page)
    assert not {("work", "app"), ("digest", "mail"), ("night_urgent", "on")} & checked(page)
    assert "wang@example.gov.cn" in page and chosen(database, person).night_urgent is False


def test_what_could_not_be_seen_was_not_chosen_away(as_person, database, person):
    as_person(person).post("/account/reminders", {"work": ["app"], "email": ""})

    assert chosen(database, person).wants(Kind.WORK, "webhook")


@pytest.mark.parametrize("email", [
    "wang", "wang@", "a@b", "wang@example.gov.cn\r\nBcc: x@y.zz", "<wang@example.gov.cn>", "a..b@example.cn"])
def test_an_address_that_is_none_is_refused_with_the_rest_kept(connected, as_person, database, person, email):
    answer = as_person(person).post("/account/reminders", {"email": email, "work": ["webhook"]})

    assert answer.status_code == 422
    assert "邮箱地址不正确" in text(answer) and ("work", "webhook") in checked(text(answer))
    assert chosen(database, person).email == ""


def test_a_channel_that_nobody_offers_is_not_kept(connected, as_person, database, person):
    as_person(person).post("/account/reminders", {"work": ["pigeon", "mail"], "email": "w@example.cn"})

    assert chosen(database, person).channels[Kind.WORK] == {"mail"}


def test_a_form_without_our_word_changes_nothing(connected, as_person, database, person):
    addresses = ("/account/reminders", "/account/reminders/test")
    answers = [as_person(person).client.post(address, data={"work": "mail"}) for address in addresses]

    assert [answer.status_code for answer in answers] == [400, 400]
    with database.reading() as c:
        assert (chosen(database, person).channels, overview.own(c, person)) == ({}, ())


def test_everybody_sees_their_own_messages_only(connected, as_person, database, person):
    message = Message(Kind.OVERDUE, "k", "x", about={"case_number": "SJ-1"})
    refused(database, message, person)

    assert "不接受" in text(as_person(person).get("/account/reminders"))
    assert "SJ-1" not in text(as_person("wg02").get("/account/reminders"))


def test_a_test_message_goes_out_once_in_five_minutes(connected, as_person, database, person):
    browser = as_person(person)
    first = browser.post("/account/reminders/test", follow_redirects=True)
    second = browser.post("/account/reminders/test", follow_redirects=True)

    assert "测试消息" in text(first) and "五分钟内只能测试一次" in text(second)
    with database.reading() as c:
        assert len(overview.own(c, person)) == 1


def test_an_administrator_sees_failures_and_tries_again(connected, as_person, database, person):
    refused(database, Message(Kind.OVERDUE, "k", "不外传", about={"case_number": "SJ-1"}), person)
    admin = as_person("xitong")
    page = text(admin.get("/admin/messages"))

    assert "不接受" in page and "不外传" not in page and "SJ-1" not in page
    address = re.search(r'action="(/admin/messages/\d+/retry)"', page)[1]
    assert admin.post(address).status_code == 302
    with database.reading() as c:
        assert [one.status for one in overview.listed(c, directory.participant(c, "xitong"), "due")] == ["due"]
    assert admin.post(address).status_code == 409
    assert admin.post("/admin/messages/channels/webhook/retry").status_code == 302
    assert admin.post("/admin/messages/channels/pigeon/retry").status_code == 404


def test_no_page_shows_a_secret(connected, as_person, person):
    pages = [text(as_person("xitong").get(address)) for address in ("/admin/messages", "/admin/check", "/admin/parameters")]
    pages.append(text(as_person(person).get("/account/reminders")))

    assert [page for page in pages if any(secret in page for secret in (*SECRETS.values(), "geheim"))] == []
    assert not any(secret in repr(connected.extensions["gridloop"]["settings"]) for secret in (*SECRETS.values(), "geheim"))
    assert not any(secret in repr(channels.of(connected.extensions["gridloop"]["settings"])) for secret in SECRETS.values())


def test_nobody_else_administers_messages(connected, as_person, person):
    browser = as_person(person)

    assert browser.get("/admin/messages").status_code == 403
    assert browser.post("/admin/messages/1/retry").status_code == 403
    assert browser.post("/admin/messages/channels/mail/retry").status_code == 403


def test_the_hours_are_parameters(connected, as_person):
    admin = as_person("xitong")

    assert "夜间不发提醒：从几时起" in text(admin.get("/admin/parameters"))
    assert admin.post("/admin/parameters/reminder_night_from", {"value": "21"}).status_code == 302
    assert admin.post("/admin/parameters/reminder_night_from", {"value": "3"}).status_code == 422
