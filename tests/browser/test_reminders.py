"""A person chooses on the phone how to be told, tries it, and the message arrives; what does not arrive is seen by the administrator."""

import dataclasses

import pytest
from playwright.sync_api import expect

from tests.browser.people import DESK, PHONE
from tests.browser.test_every_page import ASK, AXE, RULES, SPILL
from tests.post.mailbox import Mailbox
from tests.post.receiver import SECRET, Receiver
from web import channels
from web.scheduler import Worker

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]


@pytest.fixture
def connected(town):
    """The town's settings name a receiver and a mail server, both real, and its worker carries messages to them when asked."""
    with Receiver() as push, Mailbox(tls=False, refuses={"niemand@example.gov.cn": 550}) as box:
        settings = dataclasses.replace(
            town.settings, webhook_url=push.url, webhook_secret=SECRET, mail_host="127.0.0.1", mail_port=box.port, mail_security="none",
            mail_sender="gridloop@town.example", site=town.address)
        town.app.extensions["gridloop"]["settings"] = settings
        town._worker.stop()
        yield Worker(town.database, channels=channels.of(settings), site=settings.site), push, box


def clean(page):
    page.evaluate(AXE.read_text("utf-8"))
    return page.evaluate(ASK, RULES), page.evaluate(SPILL)


def test_chosen_on_the_phone_tried_and_seen(connected, people):
    worker, push, box = connected
    worker.drain()
    finder = people.enter("wg01", PHONE)
    page = finder.goes("/account")
    page.get_by_role("link", name="提醒方式").click()
    page.get_by_label("接收提醒的邮箱").fill("niemand@example.gov.cn")
    page.get_by_role("group", name="新任务").get_by_label("消息推送").uncheck()
    expect(page.get_by_role("group", name="已超期").get_by_label("系统内（一定有）")).to_be_disabled()
    page.get_by_role("button", name="保存").click()
    expect(page.locator("#notices")).to_contain_text("提醒方式已保存")
    expect(page.get_by_role("group", name="新任务").get_by_label("消息推送")).not_to_be_checked()

    page.get_by_role("button", name="给自己发一条测试").click()
    worker.drain()
    page = finder.goes("/account/reminders")
    finder.snaps("reminders")

    assert clean(page) == ([], [])
    expect(page.locator("tbody tr").filter(has_text="消息推送")).to_contain_text("已送出")
    expect(page.locator("tbody tr").filter(has_text="电子邮件")).to_contain_text("没有送到")
    assert [one.content["person"] for one in push.got] == ["wg01"] and box.got == []

    admin = people.enter("xitong", DESK)
    page = admin.goes("/admin/messages")
    admin.snaps("messages")
    assert clean(page) == ([], [])
    box.refuses.clear()
    page.get_by_role("button", name="重试", exact=True).click()
    worker.drain()

    assert [mail["To"] for mail in box.got] == ["niemand@example.gov.cn"]
    expect(admin.goes("/admin/messages?status=sent").locator("tbody").last).to_contain_text("电子邮件")
