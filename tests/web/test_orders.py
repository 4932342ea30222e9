"""The inspector's pages of supervised matters: rights, the whole way of an order, double submits, pages that are out of date."""

import datetime as dt
import re

import pytest
from sqlalchemy import select

from engine.clock import SHANGHAI
from engine.database import Database
from engine.people import directory
from engine.runtime import jobs, service_registry, timers, worklist
from engine.runtime.tables import work_item
from engine.supervision import ladder as ladder_pass
from engine.supervision.tables import ladder, order, paper
from tests.web import loop

INSPECTOR, FOREIGN_INSPECTOR, GRID_WORKER, JUSTICE = "jw1", "lx-jw1", "wg01", "sfj"


def at(day: int, hour: int, minute: int = 0) -> dt.datetime:
    return dt.datetime(2026, 3, day, hour, minute, tzinfo=SHANGHAI)


class Works:
    """What the worker does, by a clock that jumps."""

    def __init__(self, database: Database) -> None:
        self.database = database

    def drain(self) -> None:
        functions = service_registry.functions()
        while timers.fire_due(self.database) + jobs.perform_due(self.database, functions) + ladder_pass.start_due(self.database):
            pass


@pytest.fixture
def worker(database: Database, clock) -> Works:
    """Monday 09:00: a finding at the village, which has 21 business hours and lets them pass; on Thursday there is a red card."""
    made = Works(database)
    loop.report(database)
    for moment in (at(4, 17, 29), at(5, 9, 1)):
        clock.move_to(moment)
        made.drain()
    return made


def rows(database: Database, table):
    with database.reading() as c:
        return c.execute(select(table).order_by(table.c.id)).all()


def red(database: Database):
    return next(row for row in rows(database, ladder) if row.rung == 2)


def text(answer) -> str:
    return answer.get_data(as_text=True)


def key_of(page: str) -> str:
    return re.search(r'name="key" value="([0-9a-f]+)-?[a-z]*"', page).group(1)


def task(database: Database, person: str, name: str) -> str:
    with database.reading() as c:
        return next(entry.id for entry in worklist.of(c, directory.participant(c, person)).entries if entry.name == name)


def submits(browser, item: str, **values: str):
    page = text(browser.get(f"/tasks/{item}"))
    revision = re.search(r'name="revision" value="(\d+)"', page).group(1)
    return browser.post(f"/tasks/{item}", {"key": key_of(page), "revision": revision, **values})


def test_the_register_lists_what_the_clock_began(as_person, database, worker):
    page = text(as_person(INSPECTOR).get("/supervision/orders"))
    assert red(database).number in page
    assert "催办（红牌）" in page


def test_every_figure_opens_a_list_of_that_length(as_person, database, worker):
    browser = as_person(INSPECTOR)
    figures = re.findall(r'href="(/supervision/orders\?figure=\w+)"[^>]*><strong>(\d+)<', text(browser.get("/supervision/orders")))
    assert len(figures) == 9
    assert any(int(number) for _, number in figures)
    for address, number in figures:
        assert f'<span class="badge-count">{number}</span>' in text(browser.get(address)), address


@pytest.mark.parametrize("person, status", [(GRID_WORKER, 403), ("xitong", 403), (FOREIGN_INSPECTOR, 200)])
def test_the_register_is_for_those_who_supervise(as_person, database, worker, person, status):
    answer = as_person(person).get("/supervision/orders")
    assert answer.status_code == status
    assert red(database).number not in text(answer)


@pytest.mark.parametrize("person", [FOREIGN_INSPECTOR, "xitong"])
def test_a_matter_elsewhere_does_not_exist(as_person, database, worker, person):
    matter = red(database).id
    assert as_person(person).get(f"/supervision/orders/{matter}").status_code == 404
    paper_id = rows(database, paper)[0].id
    assert as_person(person).get(f"/supervision/orders/papers/{paper_id}").status_code == 404


def test_a_paper_says_why_and_can_be_printed(as_person, database, worker):
    one = rows(database, paper)[0]
    page = text(as_person(INSPECTOR).get(f"/supervision/orders/papers/{one.id}"))
    assert one.number in page and one.sha256 in page and "data-print" in page and "校验值不一致" not in page


def test_the_whole_way_of_an_order(as_person, database, worker):
    browser, matter = as_person(INSPECTOR), red(database).id
    page = text(browser.get(f"/supervision/orders/{matter}"))
    answer = browser.post(f"/supervision/orders/{matter}/order", {"key": key_of(page), "reason": "久拖不决", "demand": "三日内办结"})
    assert answer.status_code == 302
    worker.drain()
    submits(browser, task(database, INSPECTOR, "签发督办文书"), issue_outcome="issue")
    worker.drain()
    (issued,) = rows(database, order)
    holder = issued.person_id or next(p.id for p in holders(database, issued.person_key))
    theirs = as_person(holder)
    submits(theirs, task(database, holder, "签收督办文书"), receive_confirmed="on")
    worker.drain()
    submits(theirs, task(database, holder, "书面说明"), answer_text="已经办结")
    worker.drain()
    submits(browser, task(database, INSPECTOR, "审查书面说明"), review_outcome="accept", review_note="属实")
    worker.drain()
    assert [(one.state, one.in_time) for one in rows(database, order)] == [("closed", True)]
    page = text(browser.get(f"/supervision/orders/{matter}"))
    assert "已销号" in page and "已经办结" in page


def holders(database: Database, key: str):
    role, _, unit = key.partition("@")
    with database.reading() as c:
        return directory.holders(c, role, unit)


def test_the_same_page_sent_twice_does_it_once(as_person, database, worker):
    browser, matter = as_person(INSPECTOR), red(database).id
    sent = {"key": key_of(text(browser.get(f"/supervision/orders/{matter}"))), "words": "请尽快"}
    before = len(rows(database, paper))
    for _ in range(2):
        assert browser.post(f"/supervision/orders/{matter}/remind", sent).status_code == 302
    assert len(rows(database, paper)) == before + 1


def test_a_page_that_is_out_of_date_is_refused_in_words(as_person, database, worker):
    browser, matter = as_person(INSPECTOR), red(database).id
    page = text(browser.get(f"/supervision/orders/{matter}"))
    browser.post(f"/supervision/orders/{matter}/close", {"key": key_of(page), "note": "核实无误"})
    worker.drain()
    stale = browser.post(f"/supervision/orders/{matter}/order", {"key": key_of(page), "reason": "又来", "demand": "办结"})
    assert stale.status_code == 409
    assert "已经结束" in text(stale)


def test_what_is_missing_is_said_beside_its_field(as_person, database, worker):
    browser, matter = as_person(INSPECTOR), red(database).id
    page = text(browser.get(f"/supervision/orders/{matter}"))
    answer = browser.post(f"/supervision/orders/{matter}/close", {"key": key_of(page), "note": " "})
    assert answer.status_code == 422
    assert "请写明销号的理由" in text(answer)


@pytest.mark.parametrize("person", ["zhz", "fgld"])
def test_leaders_read_and_do_not_act(as_person, database, worker, person):
    browser, matter = as_person(person), red(database).id
    assert browser.get(f"/supervision/orders/{matter}").status_code == 200
    assert browser.post(f"/supervision/orders/{matter}/close", {"key": "k", "note": "算了"}).status_code == 403


def test_one_line_does_not_act_for_the_other(as_person, database, worker):
    browser, matter = as_person(JUSTICE), red(database).id
    assert browser.post(f"/supervision/orders/{matter}/close", {"key": "k", "note": "算了"}).status_code == 403


def test_a_case_says_how_it_is_supervised_to_those_who_may_see_it(as_person, database, worker):
    matter = red(database)
    address = f"/supervision/orders/of-case/{matter.case_id}"
    assert "催办（红牌）" in text(as_person("wg01").get(address))
    assert as_person(FOREIGN_INSPECTOR).get(address).status_code == 404


def test_leads_are_for_their_own_line(as_person, database, worker):
    assert as_person(GRID_WORKER).get("/supervision/orders/leads").status_code == 403
    assert "没有问责线索" in text(as_person(JUSTICE).get("/supervision/orders/leads"))


def test_an_order_by_hand_about_any_open_step(as_person, database, worker):
    browser = as_person(INSPECTOR)
    with database.reading() as c:
        item = c.execute(select(work_item).where(work_item.c.state.in_(("open", "claimed")))).first()
    assert item is not None
    page = text(browser.get(f"/supervision/orders/new?item={item.id}"))
    assert 'name="line" value="discipline"' in page
    sent = {"key": key_of(page), "item": item.id, "line": "discipline", "reason": "群众反映", "demand": "说明进展"}
    made = browser.post("/supervision/orders/new", sent)
    assert made.status_code == 302
    worker.drain()
    assert "群众反映" in text(browser.get(made.headers["Location"]))
    assert browser.post("/supervision/orders/new", {**sent, "item": "none", "key": "other"}).status_code == 404
