"""The calendar of hearings: rooms, bookings without overlap, the lawful day, and who may see what."""

import datetime as dt
from concurrent.futures import ThreadPoolExecutor

import pytest

from engine import clock, definitions
from engine.cases import hearing_rooms, hearings
from engine.clock import SHANGHAI
from engine.deadlines import default_calendar
from engine.definitions import Package
from engine.errors import InvalidValues
from engine.people import directory
from engine.runtime import casebook, commands
from tests.town import drawing
from tests.web import penalty

TOWN = "990100101"
HOST, CLERK, REVIEWER = "fgld", "dz1", "fzy1"
REVIEWED = 'start s\nuser u name="法制审核" gl:role="legal_reviewer" gl:scope="town"\nend e\ns -> u -> e'


def who(database, person_id):
    with database.reading() as c:
        return directory.participant(c, person_id)


def room(database, name="一号听证室"):
    by = who(database, REVIEWER)
    return database.run(lambda c: hearing_rooms.save_room(c, {"unit_id": TOWN, "name": name, "seats": "20"}, by=by))["room"]


def number_of(database, case):
    with database.reading() as c:
        return casebook.show(c, case, who(database, REVIEWER)).line.number


def later(days=30):
    return (clock.today() + dt.timedelta(days=days)).isoformat()


def wish(database, case, room_id, **changes):
    return {"key": "k1", "case": number_of(database, case), "room": str(room_id), "day": later(), "begins": "09:00", "ends": "11:00",
            "host": HOST, "clerk": CLERK, **changes}


def opened(database, diagram=penalty.PENALTY):
    """A running case with its investigators and its party."""
    package = Package("p", "行政处罚", drawing(diagram, ruleSet='"RS-SAMR"'))
    database.run(lambda c: definitions.deploy(c, package, by=None))
    given = {"officer": "ba1", "assistant": "ba2", "party_name": "老王面馆"}
    by = who(database, "wg01")
    opening = commands.Opening(by.posts[0].unit_id)
    return database.run(lambda c: commands.open_case(c, definitions.latest(c, "p"), given, opening, by=by))["instance"]


@pytest.fixture
def case(database):
    return opened(database)


def test_a_reviewer_adds_a_room_and_books_it_and_the_case_tells_it(as_person, database, case):
    browser = as_person(REVIEWER)
    browser.post("/hearings/rooms", {"name": "一号听证室", "address": "镇政府一楼", "seats": "20"})
    assert "一号听证室" in browser.get("/hearings/rooms").get_data(as_text=True)

    answer = browser.post("/hearings", wish(database, case, 1))

    assert answer.status_code == 302
    page = browser.get(answer.location).get_data(as_text=True)
    assert "一号听证室" in page and "镇政府一楼" in page and "公开举行" in page
    listed = browser.get(f"/hearings?span=list&day={clock.today()}").get_data(as_text=True)
    assert number_of(database, case) in listed
    assert "安排听证" in browser.get(f"/cases/{case}").get_data(as_text=True)


@pytest.mark.parametrize("span", ["month", "week", "list"])
def test_every_span_shows_the_hearing(as_person, database, case, span):
    browser = as_person(REVIEWER)
    browser.post("/hearings", wish(database, case, room(database)))

    page = browser.get(f"/hearings?span={span}&day={later() if span != 'list' else clock.today()}").get_data(as_text=True)

    assert "/hearings/1" in page and "一号听证室" in page


def test_before_seven_working_days_have_passed_the_day_is_refused_with_the_article(as_person, database, case):
    answer = as_person(REVIEWER).post("/hearings", wish(database, case, room(database), day=later(3)))

    page, first = answer.get_data(as_text=True), default_calendar().add_working_days(clock.today(), 7) + dt.timedelta(days=1)
    assert answer.status_code == 422
    assert "第六十四条第二项" in page and f"听证最早可于 {first} 举行" in page


def test_two_hearings_never_share_a_room_a_host_or_a_clerk(as_person, database, case):
    browser, first, other = as_person(REVIEWER), room(database), room(database, "二号听证室")
    browser.post("/hearings", wish(database, case, first))

    same_room = browser.post("/hearings", wish(database, case, first, key="k2", host="zz", clerk="zhz", begins="10:30", ends="12:00"))
    same_host = browser.post("/hearings", wish(database, case, other, key="k3", clerk="zhz"))
    same_clerk = browser.post("/hearings", wish(database, case, other, key="k4", host="zz"))
    after = browser.post("/hearings", wish(database, case, first, key="k5", begins="11:00", ends="12:00"))

    assert [one.status_code for one in (same_room, same_host, same_clerk, after)] == [422, 422, 422, 302]
    assert "一号听证室" in same_room.get_data(as_text=True) and "已有安排" in same_room.get_data(as_text=True)
    assert "请换人或换时间" in same_host.get_data(as_text=True)


def test_an_investigator_of_the_case_never_hosts(as_person, database, case):
    answer = as_person(REVIEWER).post("/hearings", wish(database, case, room(database), host="ba2"))

    assert answer.status_code == 422 and "第六十四条第四项" in answer.get_data(as_text=True)


def test_investigators_and_party_in_another_hearing_are_shown_and_may_be_confirmed(as_person, database, case):
    browser, first, other = as_person(REVIEWER), room(database), room(database, "二号听证室")
    browser.post("/hearings", wish(database, case, first))
    second = wish(database, opened(database), other, key="k2", host="zz", clerk="zhz")

    asked = browser.post("/hearings", second)
    confirmed = browser.post("/hearings", {**second, "key": "k3", "despite": "on"})

    page = asked.get_data(as_text=True)
    assert asked.status_code == 422 and "要参加另一场听证" in page and "当事人老王面馆" in page and "仍然安排" in page
    assert confirmed.status_code == 302


def test_who_books_at_the_same_moment_gets_one_room_once(database, case):
    first, by, number = room(database), who(database, REVIEWER), number_of(database, case)
    day = dt.datetime.combine(clock.today() + dt.timedelta(days=30), dt.time(9), SHANGHAI)
    values = {"case": number, "room": first, "starts_at": day, "ends_at": day + dt.timedelta(hours=2), "host": HOST, "clerk": CLERK}

    def book(_):
        try:
            return database.run(lambda c: hearings.book(c, values, by=by))["booking"]
        except InvalidValues as refusal:
            return refusal.errors
    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(book, range(4)))

    assert sum(isinstance(one, int) for one in answers) == 1
    assert all("room" in one for one in answers if not isinstance(one, int))


def test_moving_frees_the_old_time_and_says_why(as_person, database, case):
    browser, first = as_person(REVIEWER), room(database)
    made = browser.post("/hearings", wish(database, case, first)).location
    form = browser.get(f"{made}/move").get_data(as_text=True)

    unreasoned = browser.post(f"{made}/move", wish(database, case, first, key="k2", begins="10:00", ends="12:00"))
    moved = browser.post(f"{made}/move", wish(database, case, first, key="k3", begins="10:00", ends="12:00", reason="主持人出差"))

    assert "听证改期" in form and unreasoned.status_code == 422 and moved.status_code == 302
    assert "主持人出差" in browser.get(made).get_data(as_text=True)
    assert "10:00—12:00" in browser.get(moved.location).get_data(as_text=True)


def test_cancelling_needs_a_reason_and_frees_the_room(as_person, database, case):
    browser, first = as_person(REVIEWER), room(database)
    made = browser.post("/hearings", wish(database, case, first)).location

    silent, done = browser.post(f"{made}/cancel"), browser.post(f"{made}/cancel", {"reason": "当事人撤回申请"})
    again = browser.post(f"{made}/cancel", {"reason": "再取消"})

    assert [silent.status_code, done.status_code, again.status_code] == [422, 302, 409]
    assert browser.post("/hearings", wish(database, case, first, key="k2")).status_code == 302


def test_who_may_not_see_the_case_reads_only_that_the_room_is_taken(as_person, database):
    case = opened(database, REVIEWED)
    as_person(REVIEWER).post("/hearings", wish(database, case, room(database)))

    page = as_person("ba1").get(f"/hearings?span=list&day={clock.today()}").get_data(as_text=True)

    assert "一号听证室" in page and "其他人的案件" in page and "老王面馆" not in page


def test_another_town_neither_sees_nor_books(as_person, database, case):
    first = room(database)
    made = as_person(REVIEWER).post("/hearings", wish(database, case, first)).location
    foreigner = as_person("lx-fgld")

    assert foreigner.get(made).status_code == 404
    assert foreigner.post(f"{made}/cancel", {"reason": "x"}).status_code == 404
    assert "没有编号" in foreigner.post("/hearings", wish(database, case, first, key="k9")).get_data(as_text=True)
    assert foreigner.post("/hearings/rooms/1", {"name": "占用", "seats": "3"}).status_code == 403


@pytest.mark.parametrize(("changes", "said"), [
    ({"case": "没有"}, "没有编号为"), ({"case": ""}, "请填写案件编号"), ({"room": "99"}, "请选择听证室"),
    ({"day": "2020-01-02"}, "已经过去"), ({"day": "x"}, "请填写听证的日期"), ({"ends": "09:10"}, "至少半小时"),
    ({"host": ""}, "请选择听证主持人"), ({"clerk": HOST}, "不能由听证主持人兼任")])
def test_what_is_wrong_is_said_beside_its_field_and_nothing_is_booked(as_person, database, case, changes, said):
    browser = as_person(REVIEWER)

    answer = browser.post("/hearings", wish(database, case, room(database)) | changes)

    assert answer.status_code == 422 and said in answer.get_data(as_text=True)
    assert "没有听证" in browser.get(f"/hearings?span=list&day={clock.today()}").get_data(as_text=True)


def test_a_room_of_the_same_name_is_refused_and_one_out_of_use_is_not_offered(as_person, database, case):
    browser, first = as_person(REVIEWER), room(database)

    twice = browser.post("/hearings/rooms", {"name": "一号听证室", "seats": "5"})
    browser.post(f"/hearings/rooms/{first}", {"name": "一号听证室", "seats": "5"})

    assert twice.status_code == 422 and "已有名为" in twice.get_data(as_text=True)
    assert browser.post("/hearings", wish(database, case, first)).status_code == 422
