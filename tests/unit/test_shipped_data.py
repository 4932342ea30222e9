"""The shipped organisation, categories, mapping, forms and parameters fit together."""

import csv
import json
import re
import tomllib
from typing import Any

from engine.people import ROLES
from tests.town import ROOT

ORGANISATION, GRID_LOOP = ROOT / "bpmn" / "organisation", ROOT / "bpmn" / "grid_loop"


def toml(name: str) -> dict[str, Any]:
    return tomllib.loads((ORGANISATION / name).read_text("utf-8"))


def report_field(key: str) -> dict[str, Any]:
    form = json.loads((ROOT / "forms" / "F-report.form.json").read_text("utf-8"))
    return next(field for field in form["components"] if field.get("key") == key)


CODES = [category["code"] for category in toml("categories.toml")["categories"]]


def test_the_report_form_offers_every_category() -> None:
    assert [option["value"] for option in report_field("category")["values"]] == CODES


def test_every_rule_of_the_mapping_names_a_category() -> None:
    assert {rule["code"] for rule in toml("sf311_mapping.toml")["rules"]} <= set(CODES)


def test_every_source_of_the_mapping_is_one_of_the_report_form() -> None:
    source = toml("sf311_mapping.toml")["source"]

    assert {source["default"], *source["values"].values()} <= {option["value"] for option in report_field("source")["values"]}


def test_the_sample_has_the_columns_that_the_mapping_reads() -> None:
    mapping = toml("sf311_mapping.toml")
    with (ORGANISATION / mapping["file"]["name"]).open(encoding="utf-8", newline="") as stream:
        columns = next(csv.reader(stream))

    read = {mapping["file"]["key"], mapping["file"]["created"], mapping["source"]["column"], *mapping["place"]["without_coordinates"]}
    assert read <= set(columns)


def test_every_post_that_the_main_town_needs_is_held() -> None:
    people = toml("town.toml")["people"]
    roles = {post["role"] for person in people for post in person["posts"]}

    assert roles == set(ROLES)


def test_every_grid_has_somebody_and_a_closed_border() -> None:
    town = toml("town.toml")
    grids = {unit["id"]: unit["polygon"] for unit in town["units"] if unit["level"] == "grid"}
    staffed = {post["unit"] for person in town["people"] for post in person["posts"] if post["role"] == "grid_worker"}

    assert staffed == set(grids)
    assert all(border[0] == border[-1] and len(border) >= 4 for border in grids.values())


def test_every_parameter_is_read_by_something_and_lies_in_its_range() -> None:
    parameters = tomllib.loads((GRID_LOOP / "parameters.toml").read_text("utf-8"))
    sources = [*GRID_LOOP.glob("*.bpmn"), *GRID_LOOP.glob("*.dmn"), *(ROOT / "engine" / "cases").glob("*.py")]
    text = "\n".join(path.read_text("utf-8") for path in sources)

    unread = [key for key in parameters if not re.search(rf"\b{key}\b", text)]
    outside = [key for key, one in parameters.items() if "min" in one and not one["min"] <= one["default"] <= one["max"]]
    assert (unread, outside) == ([], [])
