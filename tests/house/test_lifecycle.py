"""`docs/lifecycle.md` and its picture say what the program does: the same states, and every change that a statement makes."""

import importlib
import pkgutil
import re
from collections.abc import Iterator
from typing import Any
from xml.etree import ElementTree

import pytest
from sqlalchemy import Update

from engine import runtime
from engine.runtime import case, commands, jobs, statements, timers, turn, worklist
from tests.house.sources import text

MACHINES = {"案件": "process_instance", "待办": "work_item", "时限": "timer", "后台任务": "job"}
ROOMS = {"commands": commands, "jobs": jobs, "timers": timers, "turn": turn}
SVG = "{http://www.w3.org/2000/svg}"
LIVE = {"timer": statements.LIVE_TIMER, "job": statements.LIVE_JOB, "work_item": statements.LIVE_ITEM, "process_instance": ()}


def tables(machine: str) -> list[list[list[str]]]:
    """The tables below one heading, as rows of cells without the heading line."""
    part = re.search(rf"^## {machine}\n(.*?)(?=^## |\Z)", text("docs/lifecycle.md"), re.MULTILINE | re.DOTALL)
    blocks = re.findall(r"(?:^\|.*\n)+", part[1], re.MULTILINE)
    return [[[cell.strip().strip("`") for cell in line.strip("|").split("|")] for line in block.splitlines()[2:]] for block in blocks]


def states(machine: str) -> dict[str, str]:
    """State to what stands beside it."""
    return {row[0]: row[1] for row in tables(machine)[0]}


def changes(machine: str) -> set[tuple[str, str]]:
    """From and to of every documented change."""
    return {(row[0], row[1]) for row in tables(machine)[1]}


def updates(table: str) -> Iterator[dict[str, Any]]:
    """What every update of that table in `engine.runtime` asks for and sets, by parameter name."""
    for found in pkgutil.walk_packages(runtime.__path__, "engine.runtime."):
        for value in vars(importlib.import_module(found.name)).values():
            for one in value.values() if isinstance(value, dict) else (value,):
                if isinstance(one, Update) and one.table.name == table:
                    yield {name: said for name, said in one.compile().params.items() if re.match(r"(status|state)(_\d+)?$", name)}


def _texts(value: Any) -> set[str]:
    return {value} if isinstance(value, str) else set(value) if isinstance(value, list) else set()


def _from(update: dict[str, Any]) -> set[str]:
    return set().union(*(_texts(value) for name, value in update.items() if "_" in name))


def _to(update: dict[str, Any]) -> set[str]:
    return set().union(*(_texts(value) for name, value in update.items() if "_" not in name))


def test_cases_and_work_items_have_the_documented_states_and_words():
    assert states("案件") == case.STATUS_WORDS
    assert states("待办") == worklist.STATE_WORDS


@pytest.mark.parametrize("machine", MACHINES)
def test_every_state_that_a_statement_names_is_documented(machine: str):
    table = MACHINES[machine]
    named = set(LIVE[table]).union(*(_from(one) | _to(one) for one in updates(table)))

    assert named <= set(states(machine))
    if table in ("timer", "job"):
        assert named == set(states(machine))


@pytest.mark.parametrize("machine", ["待办", "时限", "后台任务"])
def test_every_change_that_a_statement_makes_is_documented(machine: str):
    made = {(before, after) for one in updates(MACHINES[machine]) for before in _from(one) for after in _to(one)}

    assert len(made) >= 2  # most changes are written by statements whose states are bound when they run
    assert made <= changes(machine)


@pytest.mark.parametrize("machine", MACHINES)
def test_the_page_joins_known_states_by_code_that_exists(machine: str):
    known = set(states(machine))
    code = [row[3].split(".") for row in tables(machine)[1]]

    assert {state for change in changes(machine) for state in change} == known
    assert [name for room, name in code if not callable(getattr(ROOMS[room], name, None))] == []


@pytest.mark.parametrize("machine", MACHINES)
def test_the_picture_shows_what_the_page_says(machine: str):
    group = next(one for one in ElementTree.fromstring(text("docs/pictures/lifecycle.svg")).iter(f"{SVG}g") if one.get("id") == machine)
    drawn = {one.text for one in group.iter(f"{SVG}text") if one.get("class") == "w"}
    arrows = {tuple(one.get("data-edge").split()) for one in group.iter(f"{SVG}path")}

    assert drawn == set(states(machine))
    assert arrows == changes(machine)
    if machine in ("案件", "待办"):
        assert {one.text for one in group.iter(f"{SVG}text") if one.get("class") == "c"} == set(states(machine).values())
