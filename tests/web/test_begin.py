"""Beginning a matter that a designer published: who is offered it, where, its form, once only, what is refused and kept."""

import pytest
from sqlalchemy import func, select

from engine import definitions
from engine.cases import beginning
from engine.definitions import Package
from engine.people import directory
from engine.runtime.tables import process_instance
from tests.town import ROOT, drawing

VILLAGE, GRID, FOREIGN = "990100101001", "99010010100101", "99010010200101"
ABOUT = "<documentation>养犬人办理登记，\n村社上门核对。</documentation>"
STEPS = ABOUT + """
    start s
    user check name="上门核对" gl:role="village_cadre" gl:scope="village"
    end e
    s -> check -> e
"""
FORM = {"schemaVersion": 19, "type": "default", "id": "F-dogs", "name": "犬只登记", "components": [
    {"type": "textfield", "id": "a", "key": "owner", "label": "养犬人", "validate": {"required": True, "maxLength": 20}},
    {"type": "radio", "id": "b", "key": "large", "label": "大型犬",
     "values": [{"label": "是", "value": "y"}, {"label": "否", "value": "n"}]},
    {"type": "textfield", "id": "c", "key": "licence", "label": "免疫证号", "conditional": {"hide": '=large != "y"'}}]}
ROLES = "grid_worker village_cadre"


@pytest.fixture
def dogs(database):
    """Published: grid workers and village cadres may begin it."""
    text = drawing(STEPS.replace(ABOUT, ""), startRoles=ROLES, startForm="F-dogs", title='"犬只登记：" + owner')
    text = text.replace(b"<startEvent", ABOUT.encode() + b"<startEvent", 1).replace("流程".encode(), "犬只登记".encode())
    package = Package("p", "犬只登记", text, forms={"F-dogs": FORM})
    database.run(lambda c: definitions.deploy(c, package, by=None))


def said(answer, status=200):
    assert answer.status_code == status, answer.get_data(as_text=True)
    return answer.get_data(as_text=True)


def begun(database):
    with database.reading() as c:
        return c.execute(select(func.count()).select_from(process_instance)).scalar_one()


def test_it_is_in_the_menu_of_those_who_may_begin_it_and_of_nobody_else(as_person, dogs):
    assert "发起事项" in said(as_person("wg01").get("/tasks"))
    assert "发起事项" not in said(as_person("fzy1").get("/tasks"))
    page = said(as_person("wg01").get("/start"))
    assert "犬只登记" in page and "养犬人办理登记， 村社上门核对。" in page
    assert "没有可以由您发起的事项" in said(as_person("fzy1").get("/start"))
    assert said(as_person("fzy1").get("/start/p"), 404)


def test_before_anything_is_published_there_is_nothing_to_begin(as_person):
    assert "发起事项" not in said(as_person("wg01").get("/tasks"))
    assert said(as_person("wg01").get("/start/p"), 404)


def test_what_has_a_page_of_its_own_is_not_offered_twice(database, as_person):
    folders = ("bpmn/grid_loop", "bpmn/joint_operation")
    for folder in folders:
        package = definitions.read_folder(ROOT / folder, ROOT / "forms")
        database.run(lambda c, package=package: definitions.deploy(c, package, by=None))
    with database.reading() as c:
        assert beginning.keys(c, directory.participant(c, "dd1")) == ("joint_operation",)
    whistle = {"key": "k1", "unit": "990100101", "joint_title": "夜间烧烤", "joint_place": "东街", "joint_reason": "涉及三家",
               "arrive_by": "2026-03-03T20:00", "joint_plan": "分头检查"}
    for number, person in enumerate(("pcs", "scs")):
        whistle |= {f"departments.{number}.name": f"单位{number}", f"departments.{number}.person": person}
    assert "潘一鸣（青石镇 派驻机构）" in said(as_person("dd1").post("/start/joint_operation/fields", whistle))
    answer = as_person("dd1").post("/start/joint_operation", whistle)
    assert answer.status_code == 302, said(answer, 302)
    assert "审批方案和检查通知" in said(as_person("fgld").get(answer.location))


def test_begun_once_however_often_it_is_sent_it_goes_to_the_village(as_person, database, dogs):
    browser = as_person("wg01")
    values = {"key": "k1", "unit": GRID, "owner": "何大壮", "large": "n"}

    first, again = browser.post("/start/p", values), browser.post("/start/p", values)

    assert first.status_code == 302 and again.location == first.location and begun(database) == 1
    page = said(browser.get(first.location))
    assert "犬只登记：何大壮" in page and "上门核对" in page
    assert "犬只登记：何大壮" in said(as_person("cs01").get("/tasks"))


def test_whoever_has_the_first_step_is_led_to_it(as_person, dogs):
    answer = as_person("cs01").post("/start/p", {"key": "k1", "unit": VILLAGE, "owner": "何大壮", "large": "n"})
    assert "/tasks/" in answer.location


@pytest.mark.parametrize(("values", "words"), [({"owner": ""}, "养犬人"), ({"owner": "何" * 21}, "养犬人")])
def test_what_is_wrong_is_said_beside_its_field_and_what_was_typed_stays(as_person, database, dogs, values, words):
    typed = {"key": "k1", "unit": GRID, "owner": "何大壮", "large": "y", "licence": "留着的证号", **values}
    answer = as_person("wg01").post("/start/p", typed)
    assert words in said(answer, 422) and "留着的证号" in answer.get_data(as_text=True)
    assert begun(database) == 0


def test_a_choice_that_the_form_does_not_offer_is_refused(as_person, database, dogs):
    answer = as_person("wg01").post("/start/p", {"key": "k1", "unit": GRID, "owner": "何大壮", "large": "perhaps"})
    assert "大型犬" in said(answer, 422) and begun(database) == 0


def test_a_place_that_is_not_theirs_or_does_not_exist_is_refused(as_person, database, dogs):
    values = {"key": "k1", "owner": "何大壮", "large": "n"}
    assert as_person("wg01").post("/start/p", {**values, "unit": FOREIGN}).status_code == 403
    assert as_person("wg01").post("/start/p", {**values, "unit": "nowhere"}).status_code == 404
    assert as_person("fzy1").post("/start/p", {**values, "unit": GRID}).status_code == 404
    assert begun(database) == 0


def test_fields_that_depend_on_others_appear(as_person, dogs):
    browser = as_person("wg01")
    assert "免疫证号" in said(browser.post("/start/p/fields", {"large": "y"}))
    assert "免疫证号" not in said(browser.post("/start/p/fields", {"large": "n"}))


def test_a_new_version_is_the_one_that_is_begun(as_person, database, dogs):
    text = drawing(STEPS.replace(ABOUT, ""), startRoles="village_cadre", startForm="F-dogs")
    database.run(lambda c: definitions.deploy(c, Package("p", "犬只登记", text, forms={"F-dogs": FORM}), by=None))
    assert said(as_person("wg01").get("/start/p"), 404)
    assert "第 2 版" in said(as_person("cs01").get("/start"))
