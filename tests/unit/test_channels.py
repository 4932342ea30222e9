"""The two ways out, against real servers: what they send, whom they believe, and what they make of every answer."""

import datetime as dt

import pytest

from engine.notifications.channels import Down, Refused, Trust
from engine.notifications.kinds import Kind
from engine.notifications.letters import Letter
from engine.notifications.mail import MailServer
from engine.notifications.webhook import LARGEST_ANSWER, Webhook
from tests.post.mailbox import PASSWORD, USER, Mailbox
from tests.post.receiver import CERTIFICATE, SECRET, Receiver, verified

ABOUT = {"case_number": "SJ20260302-000001", "title": "占道\n经营", "step": "村社纠正", "due": "2026-03-05 23:59"}
LETTER = Letter("k1", "qian", "qian@example.gov.cn", Kind.OVERDUE, True, ABOUT, "https://gridloop.example")
OURS = Trust(str(CERTIFICATE))


def server(box: Mailbox, **more: object) -> MailServer:
    return MailServer("localhost", box.port, "gridloop@town.example", **{"trust": OURS, "timeout": 5, **more})


def test_a_mail_is_plain_text_over_tls_with_the_case_and_nothing_else(clock):
    with Mailbox(login=True) as box:
        server(box, user=USER, password=PASSWORD).send(LETTER)
    mail, = box.got

    assert box.secured == [True]
    assert mail["Subject"] == "【网格闭环】紧急 已超期 SJ20260302-000001 村社纠正"
    assert mail.get_content_type() == "text/plain"
    text = mail.get_content()
    assert all(words in text for words in ("SJ20260302-000001", "占道 经营", "村社纠正", "2026-03-05 23:59", "https://gridloop.example"))
    assert (mail["To"], mail["From"]) == ("qian@example.gov.cn", "gridloop@town.example")


def test_the_same_letter_makes_the_same_message_id(clock):
    with Mailbox() as box:
        server(box).send(LETTER)
        clock.advance(dt.timedelta(hours=1))
        server(box).send(LETTER)

    assert len({mail["Message-ID"] for mail in box.got}) == 1
    assert {mail["X-Gridloop-Key"] for mail in box.got} == {"k1"}


def test_a_line_break_in_a_step_adds_no_header(clock):
    hostile = Letter("k2", "qian", "qian@example.gov.cn", Kind.SOON, False, {"step": "x\r\nBcc: all@example.org", "case_number": "1"})
    with Mailbox() as box:
        server(box).send(hostile)
    mail, = box.got

    assert mail["Bcc"] is None
    assert mail["Subject"].endswith("x Bcc: all@example.org")


@pytest.mark.parametrize(("more", "words"), [
    ({"trust": Trust()}, "SSL"), ({"user": USER, "password": "geraten"}, "mail_password"), ({"host": "127.0.0.1"}, "SSL")])
def test_a_server_that_cannot_be_believed_or_does_not_know_us_gets_nothing(clock, more, words):
    with Mailbox(login=True) as box, pytest.raises(Down, match=words) as fault:
        MailServer(**{"host": "localhost", "port": box.port, "sender": "g@town.example", "trust": OURS, "timeout": 5, **more}).send(LETTER)

    assert box.got == []
    assert "geraten" not in str(fault.value)


def test_a_server_without_tls_gets_no_mail_unless_the_settings_say_so(clock):
    with Mailbox(tls=False) as box:
        with pytest.raises(Down):
            server(box).send(LETTER)
        server(box, security="none").send(LETTER)

    assert box.secured == [False]


@pytest.mark.parametrize(("code", "kind"), [(550, Refused), (451, Down)])
def test_an_unknown_recipient_is_refused_and_a_busy_server_is_asked_again(clock, code, kind):
    with Mailbox(refuses={"qian@example.gov.cn": code}) as box, pytest.raises(kind, match=str(code)):
        server(box).send(LETTER)

    assert box.got == []


def test_nobody_there_is_a_fault_of_the_channel(clock):
    with Mailbox() as box:
        port = box.port
    with pytest.raises(Down, match="mail.example:|127.0.0.1:"):
        MailServer("127.0.0.1", port, "g@town.example", "none", timeout=2).send(LETTER)


def test_a_push_goes_over_checked_tls_to_the_configured_address(clock):
    with Receiver(secure=True) as other:
        Webhook(other.url, SECRET, OURS).send(LETTER)
        with pytest.raises(Down, match="CERTIFICATE"):
            Webhook(other.url, SECRET).send(LETTER)
        with pytest.raises(Down, match="CERTIFICATE|mismatch"):
            Webhook(other.url.replace("localhost", "127.0.0.1"), SECRET, OURS).send(LETTER)
    one, = other.got

    assert verified(SECRET, one.headers, one.body, clock().timestamp())
    assert one.content == {
        "format": 1, "key": "k1", "person": "qian", "kind": "overdue", "urgent": True, "subject": LETTER.subject, "text": LETTER.text,
        "about": ABOUT, "link": "https://gridloop.example"}


def test_no_redirect_is_followed(clock):
    with Receiver() as elsewhere, Receiver(answers=[307], location=elsewhere.url) as other:
        with pytest.raises(Down, match="跳转"):
            Webhook(other.url, SECRET).send(LETTER)

    assert (len(other.got), elsewhere.got) == (1, [])


@pytest.mark.parametrize(("status", "kind"), [
    (500, Down), (503, Down), (404, Down), (401, Down), (429, Down), (400, Refused), (422, Refused)])
def test_every_answer_has_its_meaning(clock, status, kind):
    with Receiver(answers=[status]) as other, pytest.raises(kind, match=str(status)):
        Webhook(other.url, SECRET).send(LETTER)

    assert len(other.got) == 1


def test_an_endless_answer_is_cut_short(clock):
    with Receiver(answer=b"x" * (LARGEST_ANSWER * 40)) as other, pytest.raises(Down, match="过大"):
        Webhook(other.url, SECRET).send(LETTER)

    assert len(other.got) == 1


def test_a_missing_certificate_file_is_named(clock, tmp_path):
    with Receiver(secure=True) as other, pytest.raises(Down, match="tls_authority"):
        Webhook(other.url, SECRET, Trust(str(tmp_path / "none.pem"))).send(LETTER)

    assert other.got == []


def test_passwords_do_not_show_when_an_object_is_printed():
    assert PASSWORD not in repr(MailServer("h", 25, "a@b", password=PASSWORD))
    assert SECRET not in repr(Webhook("https://h/", SECRET))
