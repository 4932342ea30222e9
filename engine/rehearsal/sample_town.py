"""A small town for trying things out: one place of every level, somebody in every role, nobody real.

Trials and the examples beside a process are played here, so what they show depends on the process alone.
"""

import tomllib
from pathlib import Path

from sqlalchemy import Connection

from engine.cases import categories
from engine.law import sample
from engine.people import ROLES, directory, qualifications

CITY, TOWN, AREA, VILLAGE, GRID, OTHER_GRID = "x", "qs", "qs-e", "qs-e-l", "qs-e-l-1", "qs-e-l-2"
UNITS = (
    (CITY, "示例市", "city", None),
    (TOWN, "青石镇", "town", CITY),
    (AREA, "东片区", "area", TOWN),
    (VILLAGE, "柳林村", "village", AREA),
    (GRID, "柳林一网格", "grid", VILLAGE),
    (OTHER_GRID, "柳林二网格", "grid", VILLAGE),
    ("qs-e-t", "桃园村", "village", AREA),
    ("qs-e-t-1", "桃园一网格", "grid", "qs-e-t"),
)
NAMED = {
    "zhou": ("周一", "grid_worker", GRID), "wu": ("吴二", "grid_worker", OTHER_GRID), "qian": ("钱四", "village_cadre", VILLAGE),
    "feng": ("冯七", "area_head", AREA), "chen": ("陈八", "dispatcher", TOWN), "chu": ("褚九", "team_leader", TOWN),
    "wei": ("卫十", "case_officer", TOWN), "jiang": ("蒋甲", "case_officer", TOWN), "shen": ("沈乙", "legal_reviewer", TOWN),
    "han": ("韩丙", "commander", TOWN), "yang": ("杨丁", "leader", TOWN), "zhu": ("朱戊", "inspector", TOWN),
    "head1": ("吕壬", "head", TOWN), "shi": ("施癸", "hearing_host", TOWN),
}  # fmt: skip
PLACES = {"city": CITY, "town": TOWN, "area": AREA, "village": VILLAGE, "grid": GRID}
OFFICERS, REVIEWER = ("wei", "jiang"), "shen"
POINTS = {GRID: (120.0, 30.0), OTHER_GRID: (120.02, 30.0)}
"""Longitude and latitude (WGS84) of the two grids in which something may be reported."""


def people() -> dict[str, tuple[str, str, str]]:
    """Everybody: person id → (name, role, unit). Roles without a name of their own are held by one who is called like the role."""
    held = {role for _, role, _ in NAMED.values()}
    others = {key: (role.name, key, PLACES[role.scope]) for key, role in ROLES.items() if key not in held}
    return {**NAMED, **others}


def settle(c: Connection) -> None:
    """Units, people, and the certificates of the officers and of the legal reviewer."""
    for unit_id, name, level, parent in UNITS:
        directory.save_unit(c, {"id": unit_id, "name": name, "level": level, "parent_id": parent})
    for person_id, (name, role, unit_id) in people().items():
        directory.save_person(c, person_id, {"name": name}, None)
        directory.set_posts(c, person_id, [(role, unit_id)])
    qualifications.sample(c, (*OFFICERS, REVIEWER))


def furnish(c: Connection, organisation: Path) -> None:
    """The categories of findings of the folder `organisation`, the shipped statutes and the sample power list."""
    categories.load(c, tomllib.loads((organisation / "categories.toml").read_text("utf-8")))
    sample.load(c, TOWN)
