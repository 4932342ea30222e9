"""The pages of the three administrators."""

import io
import re
from pathlib import Path

import pytest

from engine.database import Database
from engine.people import directory, register, sessions
from engine.runtime import parameters
from tests.web import loop

SYSTEM, SECURITY, AUDIT = "xitong", "anquan", "shenji"
PAGES = {
    SYSTEM: ("/admin/people", "/admin/people/new", "/admin/people/wg01", "/admin/units", "/admin/organisation", "/admin/parameters",
             "/admin/incidents", "/admin/check"),
    SECURITY: ("/admin/accounts", "/admin/tokens"),
    AUDIT: ("/admin/records",),
}
TOWN = Path(__file__).parents[2] / "bpmn/organisation/town.toml"


def text(answer: object) -> str:
    return answer.get_data(as_text=True)


@pytest.mark.parametrize("page", [page for pages in PAGES.values() for page in pages])
@pytest.mark.parametrize("person", [SYSTEM, SECURITY, AUDIT, "jw1", "wg01"])
def test_each_administrator_has_their_own_pages(as_person, person: str, page: str) -> None:
    assert as_person(person).get(page).status_code == (200 if page in PAGES.get(person, ()) else 403)


def test_a_person_is_registered_changed_disabled_and_enabled(as_person, database: Database) -> None:
    browser = as_person(SYSTEM)

    added = browser.post("/admin/people/new", {"id": "new1", "name": "新人", "role": ["dispatcher", ""], "unit": ["990100101", ""]})
    changed = browser.post("/admin/people/new1", {"name": "新人", "role": "case_officer", "unit": "990100101", "phone": "123"})
    browser.post("/admin/people/new1/active", {"active": ""})

    assert (added.status_code, changed.status_code) == (302, 302)
    with database.reading() as c:
        card = register.card(c, "new1")
    assert (card.active, card.phone, [post.role for post in card.posts]) == (False, "123", ["case_officer"])
    browser.post("/admin/people/new1/active", {"active": "1"})
    with database.reading() as c:
        assert register.card(c, "new1").active


def test_disabling_throws_the_person_out_at_once(as_person) -> None:
    worker, browser = as_person("wg01"), as_person(SYSTEM)
    assert worker.get("/account").status_code == 200

    browser.post("/admin/people/wg01/active", {"active": ""})

    assert worker.get("/account").status_code == 302


def test_faulty_input_is_shown_beside_the_field_and_kept(as_person) -> None:
    answer = as_person(SYSTEM).post("/admin/people/new", {"id": "bad id", "name": "王某"})

    assert answer.status_code == 422
    assert 'value="王某"' in text(answer) and "请至少选择一个岗位" in text(answer) and 'href="#f-id"' in text(answer)


def test_nobody_can_give_themselves_other_posts(as_person) -> None:
    answer = as_person(SYSTEM).post(f"/admin/people/{SYSTEM}", {"name": "苗延年", "role": "head", "unit": "990100101"})

    assert answer.status_code == 422 and "不能修改自己的岗位" in text(answer)


def test_an_organisation_file_is_taken_in_or_refused_row_by_row(as_person) -> None:
    browser = as_person(SYSTEM)
    good = {"file": (io.BytesIO(TOWN.read_bytes()), "town.toml")}
    bad = {"file": (io.BytesIO(TOWN.read_bytes().replace(b'"area_head"', b'"emperor"')), "town.toml")}

    assert browser.post("/admin/organisation", good).status_code == 302
    refused = browser.post("/admin/organisation", bad)
    assert refused.status_code == 422 and "emperor" in text(refused)
    assert browser.post("/admin/organisation", {"file": (io.BytesIO(b"\xff"), "x")}).status_code == 422


def test_units_are_added_and_renamed(as_person, database: Database) -> None:
    browser = as_person(SYSTEM)

    browser.post("/admin/units", {"id": "v77", "name": "七七村", "level": "village", "parent_id": "990100101"})
    browser.post("/admin/units/v77", {"name": "新七村", "level": "city"})

    with database.reading() as c:
        unit = directory.unit_of(c, "v77")
    assert (unit.name, unit.level) == ("新七村", "village")
    assert browser.post("/admin/units", {"id": "v77", "name": "重复", "level": "village", "parent_id": "990100101"}).status_code == 422
    assert browser.post("/admin/units/nowhere", {"name": "没有"}).status_code == 404


def test_a_department_is_added_below_its_city_and_staffed(as_person, database: Database) -> None:
    browser = as_person(SYSTEM)
    new = {"id": "b77", "name": "市水利局", "level": "department", "parent_id": "990100"}

    below = browser.post("/admin/units", {**new, "parent_id": "990100101"})
    assert below.status_code == 422 and "部门不能设在上级单位“990100101”下面，上级应是市" in text(below)
    assert browser.post("/admin/units", new).status_code == 302
    page = text(browser.get("/admin/units"))
    assert "市水利局" in page and '<option value="department"' in page and '<option value="b77"' not in page
    again = browser.post("/admin/units/990100B1", {"name": "市水利局"})
    assert again.status_code == 422 and "已经登记（编码 b77）" in text(again)

    person = {"id": "shuili1", "name": "水某", "role": "empowering_department", "unit": "b77"}
    assert "赋权部门（市或部门）" in text(browser.get("/admin/people/new"))
    assert browser.post("/admin/people/new", {**person, "unit": "990100101"}).status_code == 422
    assert browser.post("/admin/people/new", person).status_code == 302
    with database.reading() as c:
        assert [one.id for one in directory.holders(c, "empowering_department", "b77")] == ["shuili1"]


def test_a_department_reads_the_power_lists_of_its_city_but_no_case(as_person) -> None:
    browser = as_person("fq1")

    page = text(browser.get("/law/powers"))
    assert "青石镇" in page and "户外广告设施" in page
    assert "没有登记为单位" not in page
    assert text(as_person("fzy1").get("/law/powers")).count("没有登记为单位，首案指导派给市一级的赋权部门岗位") == 5
    assert browser.get("/penalty").status_code == 200 and browser.get("/tasks").status_code == 200


def test_a_password_is_issued_by_security_and_works(as_person, visitor, database: Database) -> None:
    browser = as_person(SECURITY)

    short = browser.post("/admin/accounts/wg01/password", {"password": "short"})
    done = browser.post("/admin/accounts/wg01/password", {"password": "a long enough word"})

    assert (short.status_code, done.status_code) == (422, 302)
    assert visitor.post("/sign-in", 
        {"account": "wg01", "password": "a long enough word", "csrf": visitor.token("/sign-in")}).status_code == 302
    browser.post("/admin/accounts/wg01/sessions/end")
    with database.reading() as c:
        assert sessions.sessions_of(c, "wg01") == ()


def test_a_token_is_shown_once_and_revoked(as_person) -> None:
    browser = as_person(SECURITY)

    made = browser.post("/admin/tokens", {"person": "dd1", "name": "平台", "scopes": ["read", "report"], "days": "30"})

    assert re.search(r"glp_[\w-]{43}", text(made))
    listed = text(browser.get("/admin/tokens"))
    assert "平台" in listed and "glp_" not in listed
    number = re.search(r"/admin/tokens/(\d+)/revoke", listed).group(1)
    assert browser.post(f"/admin/tokens/{number}/revoke").status_code == 302
    assert "已停用" in text(browser.get("/admin/tokens"))
    assert browser.post("/admin/tokens", {"person": "nobody", "name": "x", "scopes": "read", "days": "3"}).status_code == 422


def test_a_parameter_shows_its_meaning_and_changes_within_its_range(as_person, database: Database) -> None:
    loop.publish(database)
    browser = as_person(SYSTEM)

    page = text(browser.get("/admin/parameters"))
    assert "村社纠正时限（简单事项）" in page and "工作时" in page and "1 – 7" in page
    assert browser.post("/admin/parameters/village_correction_simple", {"value": "3.5"}).status_code == 302
    for value in ("0", "8", "NaN", "一", "1e400"):
        assert browser.post("/admin/parameters/village_correction_simple", {"value": value}).status_code == 422
    assert in_force(database)["village_correction_simple"] == 3.5
    browser.post("/admin/parameters/village_correction_simple", {"value": ""})
    assert "village_correction_simple" not in in_force(database)
    assert browser.post("/admin/parameters/nothing", {"value": "1"}).status_code == 404


def test_a_parameter_may_be_changed_for_one_unit_alone(as_person, database: Database) -> None:
    loop.publish(database)
    browser = as_person(SYSTEM)

    browser.post("/admin/parameters/village_correction_simple", {"value": "5", "unit": "990100101"})
    with database.reading() as c:
        here, there = (parameters.in_force(c, {"village_correction_simple": 2}, path)["village_correction_simple"]
                       for path in ("/990100/990100101/990100101A1/", "/990100/990100102/"))
    assert (here, there) == (5, 2)
    assert "<strong>5</strong>" in text(browser.get("/admin/parameters"))
    assert browser.post("/admin/parameters/village_correction_simple", {"value": "9", "unit": "990100101"}).status_code == 422
    assert browser.post("/admin/parameters/village_correction_simple", {"value": "5", "unit": "nowhere"}).status_code == 404


def in_force(database: Database) -> dict[str, object]:
    with database.reading() as c:
        return parameters.changed(c)


def test_the_auditor_reads_who_did_what(as_person) -> None:
    as_person(SYSTEM).post("/admin/people/wg02/active", {"active": ""})

    page = text(as_person(AUDIT).get("/admin/records"))

    assert "停用汤宏伟（wg02）的账号" in page and SYSTEM in page
