"""What a hostile hand may send: it is refused in words, and never becomes a fault of ours."""

import io
import uuid

import pytest
from PIL import Image

from web.settings import ROOT
from web.views.account import local_address

SCRIPT = "<script>alert(1)</script>"


@pytest.mark.parametrize("address", [
    "///evil.example", "//evil.example", "/\\evil.example", "/\t/evil.example", "\t//evil.example", " //evil.example", "https:evil.example",
    "/a\nb", "/a\r\nSet-Cookie: sid=1", "javascript:alert(1)", "evil.example", "", "/\x00"])
def test_no_address_leads_away_or_splits_a_header(app, address):
    with app.test_request_context():
        assert local_address(address) == "/"


@pytest.mark.parametrize("word", ["é", "\x00", "0" * 64, "x" * 10_000])
def test_a_word_that_is_not_ours_is_refused_whatever_signs_it_has(as_person, person, word):
    browser = as_person(person)

    assert browser.client.post("/sign-out", data={"csrf": word}).status_code == 400
    assert browser.client.post("/sign-out", headers={"X-CSRF-Token": "\xe9"}).status_code == 400


@pytest.mark.parametrize("origin", ["http://evil.example", "null", "http://[::1", "//", ""])
def test_an_origin_that_is_not_ours_is_refused(as_person, person, origin):
    browser = as_person(person)

    assert browser.post("/account/text-size", headers={"Origin": origin}).status_code == 400


@pytest.mark.parametrize("address", ["/tasks/%00", "/files/%00", "/report/done/a%00", "/cases?words=%00", "/tasks?q=%00",
                                     "/cases?words=a&words=%00"])
def test_an_address_with_a_nul_is_refused(as_person, person, address):
    assert as_person(person).get(address).status_code == 400


def test_a_form_with_a_nul_is_refused(as_person, person, visitor):
    browser = as_person(person)

    assert browser.post("/tasks/filters", {"name": "a\0b", "query": ""}).status_code == 400
    assert visitor.client.post("/sign-in", data={"csrf": visitor.token("/sign-in"), "account": "\0", "password": "x"}).status_code == 400


@pytest.mark.parametrize("address", [
    "/cases?started_to=9999-12-31", "/cases?started_from=0001-01-01", "/cases?started_to=9999-99-99", "/tasks?page=9999999999999999999",
    "/cases?page=9999999999999999999", "/tasks?page=-1", "/cases?page=1e999"])
def test_days_and_pages_beyond_all_bounds_give_an_ordinary_page(as_person, person, address):
    assert as_person(person).get(address).status_code == 200


def picture(colour):
    stream = io.BytesIO()
    Image.new("RGB", (40, 30), colour).save(stream, "JPEG")
    return stream.getvalue()


@pytest.mark.parametrize("name", ["../../etc/passwd.jpg", "a\0b.jpg", "\u202egpj.exe", '"><img src=x onerror=alert(1)>.jpg',
                                  "x" * 3000 + ".jpg"])
def test_a_photo_keeps_no_name_that_could_do_harm(as_person, person, name):
    browser = as_person(person)
    answer = browser.post("/files", {"photo": (io.BytesIO(picture("red")), name)})

    file = answer.get_json()["id"]
    header = browser.get(f"/files/{file}").headers["Content-Disposition"]
    page = browser.get(f"/files/{file}/view").get_data(as_text=True)

    assert header.startswith("attachment") and "/" not in header and "\0" not in header
    assert "<img src=x" not in page and "\u202e" not in page


def test_anothers_key_gives_nobody_the_first_ones_answer(as_person):
    key = uuid.uuid4().hex
    values = {"key": key, "category": "0102", "source": "masses", "description": "东街口垃圾堆放", "location.address": "东街 12 号"}
    mine, theirs = as_person("wg01").post("/report", values), as_person("wg02").post("/report", values)

    assert mine.status_code == theirs.status_code == 302
    assert mine.headers["Location"] != theirs.headers["Location"]


def test_what_is_typed_is_shown_as_text(as_person):
    finder = as_person("wg01")
    number = finder.post("/report", {
        "key": uuid.uuid4().hex, "category": "0102", "source": "masses", "description": SCRIPT + "垃圾堆放",
        "location.address": SCRIPT, "party_name": SCRIPT}).headers["Location"].rpartition("/")[2]

    pages = [finder.get(address, follow_redirects=True).get_data(as_text=True)
             for address in (f"/report/done/{number}", "/cases", "/cases/1", "/tasks")]
    assert all(SCRIPT not in page for page in pages) and any("&lt;script&gt;" in page for page in pages)


def test_the_diagram_of_a_case_is_never_a_page(as_person):
    finder = as_person("wg01")
    finder.post("/report", {"key": uuid.uuid4().hex, "category": "0102", "source": "masses", "description": "东街口垃圾堆放",
                            "location.address": "东街"})

    headers = finder.get("/cases/1/diagram.bpmn").headers

    assert "sandbox" in headers["Content-Security-Policy"] and headers["Content-Disposition"] == "attachment"


def test_an_organisation_file_that_is_empty_or_a_well_is_refused(as_person):
    browser = as_person("xitong")
    for content in (b"", b"  ", b"a=" + b"[" * 5000 + b"]" * 5000):
        assert browser.post("/admin/organisation", {"file": (io.BytesIO(content), "a.toml")}).status_code == 422


@pytest.mark.parametrize("value", ["1e999999999", "1e-999999999", "9" * 10_000, "NaN", "Infinity", "0x10"])
def test_no_parameter_becomes_a_number_beyond_all_bounds(as_person, value):
    assert as_person("xitong").post("/admin/parameters/accept_hours", {"value": value}).status_code == 422


@pytest.mark.parametrize("file", ["F-report.form.json", "parameters.toml"])
def test_a_published_file_that_is_a_well_is_refused(as_person, file):
    diagram = (ROOT / "bpmn/grid_loop/grid_loop.bpmn").read_bytes()
    well = b"a=" + b"[" * 5000 + b"]" * 5000 if file.endswith(".toml") else b"[" * 100_000

    answer = as_person("sheji").post("/studio/models/upload", {
        "files": [(io.BytesIO(diagram), "grid_loop.bpmn"), (io.BytesIO(well), file)]})

    assert answer.status_code == 422


def test_a_list_that_is_gone_back_to_by_a_crooked_address_is_an_ordinary_list(as_person, person):
    answer = as_person(person).post("/tasks/batch", {"act": "evil", "back": "view=evil&order=x&page=1e9&q=%00&link=%00"})

    assert answer.status_code == 200


def test_a_reason_is_no_place_for_a_book(as_person):
    finder = as_person("wg01")
    finder.post("/report", {"key": uuid.uuid4().hex, "category": "0102", "source": "masses", "description": "东街口垃圾堆放",
                            "location.address": "东街"})

    assert as_person("zhz").post("/cases/1/suspend", {"reason": "长" * 501}).status_code == 422


def test_a_form_without_its_key_is_out_of_date(as_person):
    answer = as_person("wg01").post("/report", {"category": "0102", "source": "masses", "description": "东街口垃圾堆放",
                                                "location.address": "东街"})

    assert answer.status_code == 400


@pytest.mark.parametrize("key", ["k" * 10_000, "é：'", "a\tb"])
def test_a_key_may_be_anything_and_still_counts_once(as_person, key):
    browser = as_person("wg01")
    values = {"key": key, "category": "0102", "source": "masses", "description": "东街口垃圾堆放", "location.address": "东街"}

    first, again = browser.post("/report", values), browser.post("/report", values)

    assert first.status_code == 302 and first.headers["Location"] == again.headers["Location"]


def test_the_current_password_cannot_be_tried_out_for_ever(as_person, person):
    browser = as_person(person)
    wanted = {"password": "一句容易记住的比较长的密码!"}
    answers = [browser.post("/account/password", {"current": str(n), **wanted}).status_code for n in range(6)]

    assert answers == [422] * 5 + [429]


LISTS = ("/supervision", "/supervision/signs", "/supervision/orders", "/time/standing", "/time/units", "/time/diagrams")


@pytest.mark.parametrize("path", LISTS)
def test_what_stands_in_an_address_is_no_order_to_whoever_writes_links(as_person, path):
    page = as_person("jw1").get(f"{path}?_scheme=javascript&_external=1&endpoint=x&key=y&_anchor=z&values=1&page=1")

    assert page.status_code in (200, 302) and b"javascript:" not in page.data.lower()
