"""A department of the city as a unit: where it may stand, who may hold a post there, and that it is no place of the town tree."""

import pytest
from sqlalchemy import Connection

from engine.database import Database
from engine.errors import InvalidValues
from engine.people import ROLES, directory, importing
from engine.people.roles import ABOVE, LEVEL_NAMES, TREE
from engine.reports import board, places

FILE = """
[[units]]
id = "d1"
name = "市城市管理局"
level = "department"
parent = "c"
[[units]]
id = "t1"
name = "青石镇"
level = "town"
parent = "c"
[[units]]
id = "c"
name = "示例市"
level = "city"
[[people]]
id = "wang"
name = "王局"
posts = [{ role = "empowering_department", unit = "d1" }]
[[people]]
id = "ju"
name = "居中"
posts = [{ role = "empowering_department", unit = "c" }]
[[people]]
id = "si"
name = "司法"
posts = [{ role = "justice_bureau", unit = "c" }]
"""


@pytest.fixture
def city(database: Database) -> Database:
    database.run(lambda c: importing.load(c, FILE.encode()))
    return database


def _refused(database: Database, more: str) -> dict[str, str]:
    with pytest.raises(InvalidValues) as refusal:
        database.run(lambda c: importing.load(c, (FILE + more).encode()))
    return refusal.value.errors


def _unit(unit: str, name: str, level: str, parent: str) -> str:
    return f'[[units]]\nid = "{unit}"\nname = "{name}"\nlevel = "{level}"\nparent = "{parent}"\n'


def _person(role: str, unit: str) -> str:
    return f'[[people]]\nid = "new"\nname = "新人"\nposts = [{{ role = "{role}", unit = "{unit}" }}]\n'


def test_every_level_has_a_name_and_a_place() -> None:
    assert set(LEVEL_NAMES) == {*TREE, "department"} == set(ABOVE)
    assert all(set(role.levels) <= set(LEVEL_NAMES) and role.scope == role.levels[0] for role in ROLES.values())
    assert ROLES["empowering_department"].level_words == "市或部门"


def test_a_department_stands_right_below_its_city(city: Database) -> None:
    with city.reading() as c:
        assert directory.unit_of(c, "d1").path == "/c/d1/"
        assert [one.id for one in directory.units(c, level="department")] == ["d1"]


@pytest.mark.parametrize(("level", "parent", "why"), [
    ("department", "t1", "上级应是市"), ("department", "d1", "上级应是市"), ("town", "d1", "上级应是市"),
    ("grid", "d1", "上级应是市、镇街、片区、村社"), ("bureau", "c", "department"), ("city", "d1", "市没有上级单位")])
def test_a_unit_in_the_wrong_place_is_refused(city: Database, level: str, parent: str, why: str) -> None:
    assert why in _refused(city, _unit("new", "新单位", level, parent))["units.4"]


def test_a_department_has_one_unit_only(city: Database) -> None:
    assert "已经登记（编码 d1）" in _refused(city, _unit("d9", "市城市管理局 ", "department", "c"))["units.4"]
    twins = _unit("d8", "市水利局", "department", "c") + _unit("d9", "市水利局", "department", "c")
    assert "已经登记（编码 d8）" in _refused(city, twins)["units.5"]
    city.run(lambda c: importing.load(c, _unit("d9", "市生态环境局", "department", "c").encode()))
    with pytest.raises(InvalidValues) as refusal:
        city.run(lambda c: directory.save_unit(c, {"id": "d9", "name": "市城市管理局", "level": "department", "parent_id": "c"}))
    assert "已经登记（编码 d1）" in refusal.value.errors["name"]


@pytest.mark.parametrize(("role", "unit", "why"), [
    ("justice_bureau", "d1", "应设在市"), ("empowering_department", "t1", "应设在市或部门"), ("dispatcher", "d1", "应设在镇街")])
def test_a_post_at_the_wrong_level_is_refused(city: Database, role: str, unit: str, why: str) -> None:
    assert why in _refused(city, _person(role, unit))["people.4"]
    with pytest.raises(InvalidValues) as refusal:
        city.run(lambda c: directory.set_posts(c, "si", [(role, unit)]))
    assert why in refusal.value.errors["unit"]


def test_the_post_may_be_held_at_the_city_as_before(city: Database) -> None:
    with city.reading() as c:
        assert [one.id for one in directory.holders(c, "empowering_department", "c")] == ["ju"]
        assert [one.id for one in directory.holders(c, "empowering_department", "d1")] == ["wang"]


@pytest.mark.parametrize(("path", "name", "found"), [
    ("/c/t1/", "市城市管理局", "d1"), ("/c/t1/", " 市城市管理局 ", "d1"), ("/c/t1/", "城市管理局", None), ("/c/t1/", "", None),
    ("/c/t1/", "青石镇", None), ("/elsewhere/", "市城市管理局", None)])
def test_a_department_is_found_by_its_name_in_its_own_city(city: Database, path: str, name: str, found: str | None) -> None:
    with city.reading() as c:
        unit = directory.department(c, path, name)
    assert (unit.id if unit else None) == found


def test_a_department_is_no_place_of_the_tree(city: Database) -> None:
    def look(c: Connection) -> None:
        tree = places.Places(c)
        assert tree.above("/c/d1/") == ["c"]
        assert set(tree.columns("/c/d1/")) == {f"{level}_id" for level in TREE} and tree.columns("/c/d1/")["city_id"] == "c"
        assert [one.id for one in places.choices(c, "/")] == ["c", "t1"]
        assert [one.id for one in places.children(c, "c")] == ["t1"]

    with city.reading() as c:
        look(c)


def test_a_supervisor_of_the_city_is_not_led_into_a_department(city: Database) -> None:
    with city.reading() as c:
        by = directory.participant(c, "si")
        assert [unit.id for unit in board.show(c, by).places] == ["c", "t1"]
        assert board.show(c, by).heat.level in TREE
        nothing = board.show(c, by, "d1")
        assert nothing.units == () and board.listing(c, by, board.Filters(unit="d1")).steps == ()
