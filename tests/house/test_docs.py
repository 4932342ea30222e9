"""The pages say what is there: every path, link, setting, command, table, rule and name they mention exists, and the other way round."""

import re
from collections.abc import Iterator
from dataclasses import fields
from pathlib import Path

import click

from engine.database import metadata
from engine.definitions.linter import all_rules
from engine.migrations import draft
from engine.people import ROLES
from tests.house.sources import files, text, tracked
from tests.town import ROOT
from web.cli import main
from web.settings import Settings

PAGES = [path for path in files(".md") if not path.startswith("tests/")]
PATH = re.compile(r"\b((?:engine|web|tests|bpmn|forms|docs)/[\w./*-]*[\w/*])")
EXAMPLES = ("bpmn/stall", "forms/F-stall")
"""What the designer's guide makes as its exercise; a test builds it from the guide's own text."""

BUILT = ("web/static/dist", "engine/feel/dist", "web/assets/node_modules")
"""Made by the build, never kept."""


def _paths(page: str) -> Iterator[str]:
    return (found.rstrip("/.") for found in PATH.findall(re.sub(r"https?://\S+", "", text(page))))


def test_every_path_that_a_page_names_is_there():
    missing = {f"{page}: {path}" for page in PAGES for path in _paths(page)
               if not path.startswith((*EXAMPLES, *BUILT)) and not any(True for _ in ROOT.glob(path))}

    assert len(PAGES) > 60
    assert missing == set()


def test_every_link_leads_somewhere():
    links = {(page, link) for page in PAGES for link in re.findall(r"(?:\]\(|src=\")([^)\s\"#]+)", text(page)) if "://" not in link}

    assert links
    assert [f"{page}: {link}" for page, link in sorted(links) if not (ROOT / Path(page).parent / link).exists()] == []


def test_every_picture_is_shown_on_a_page():
    shown = "\n".join(text(page) for page in PAGES)

    assert [path for path in tracked() if path.startswith("docs/pictures/") and Path(path).name not in shown] == []


def test_every_test_that_a_page_names_is_there():
    named = {(page, *found) for page in PAGES for found in re.findall(r"`(tests/[\w/]+\.py)::(test_\w+)`", text(page))}

    assert len(named) > 50
    assert [f"{page}: {path}::{name}" for page, path, name in sorted(named) if f"\ndef {name}(" not in text(path)] == []


def _table(page: str, heading: str) -> set[str]:
    """The words in backticks of the first column below one heading."""
    part = re.search(rf"^## {heading}\n(.*?)(?=^## |\Z)", text(page), re.MULTILINE | re.DOTALL)
    return {word for line in part[1].splitlines() if line.startswith("|") for word in re.findall(r"`([^`]+)`", line.split("|")[1])}


def test_every_setting_is_described_and_no_other():
    assert _table("docs/operator.md", "设置") == {one.name for one in fields(Settings)} - {"source"}


def _commands(group: click.Group) -> Iterator[str]:
    for name, command in group.commands.items():
        yield name
        if isinstance(command, click.Group):
            yield from (f"{name} {inner}" for inner in _commands(command))


def test_every_command_is_named_and_no_other():
    pages = text("README.md") + text("docs/operator.md")
    known = set(_commands(main))
    listed = re.search(r"`gridloop ([\w\-| ]+)`，加", pages)[1].split(" | ")
    used = set(re.findall(r"^gridloop ([a-z][a-z\-]+)", pages, re.MULTILINE)) | set(re.findall(r"`gridloop ([a-z][a-z\-]+)", pages))

    assert set(listed) == {name for name in known if " " not in name}
    assert used <= known
    assert [name for name in known if " " in name and f"gridloop {name}" not in pages] == []


def test_every_table_is_described_and_no_other():
    draft.import_tables()
    listed = set(re.findall(r"^\| `(\w+)` \| \w+ \|", text("docs/tables.md"), re.MULTILINE))

    assert listed == {table.name for table in metadata.sorted_tables}


def test_every_table_is_described_in_its_own_room():
    rooms = dict(re.findall(r"^\| `(\w+)` \| (\w+) \|", text("docs/tables.md"), re.MULTILINE))
    made = {name: files(".py", under=(f"engine/{room}/", f"engine/{room}.py")) for name, room in rooms.items()}

    assert [name for name, modules in made.items() if not any(re.search(rf'Table\(\s*"{name}"', text(path)) for path in modules)] == []


BEFORE_AND_AFTER_THE_RULES = {"safe-file", "engine-accepts"}
"""What the reader refuses before any rule can look, and what the engine refuses when all rules agree."""


def test_every_rule_has_a_page_and_every_page_a_rule():
    pages = {Path(path).stem for path in files(".md", under=("docs/rules/",))}

    assert pages == {rule.page for rule in all_rules()} | BEFORE_AND_AFTER_THE_RULES


def _first_column(page: str) -> set[str]:
    lines = [line for line in text(page).splitlines() if line.startswith("|")]
    return {name for line in lines for name in re.findall(r"`([^`]+)`", line.split("|")[1])}


def test_every_name_of_the_glossary_is_used_in_the_program():
    program = "\n".join(text(path) for path in files(".py", ".bpmn", ".dmn", ".json", under=("engine/", "web/", "bpmn/", "forms/")))
    names = {name: name.split(".")[-1].split("@")[0] for name in _first_column("docs/glossary.md")}
    written = {name: (word.replace(" ", "_"), _camel(word)) for name, word in names.items()}
    unused = [name for name, ways in written.items() if not any(re.search(rf"\b{re.escape(way)}", program) for way in ways)]

    assert len(names) > 40
    assert unused == []


def _camel(word: str) -> str:
    """`boundary event` as BPMN writes it."""
    first, *others = re.split(r"[ \-]", word)
    return first + "".join(one.capitalize() for one in others)


def test_every_role_is_in_the_glossary():
    assert set(ROLES) - _first_column("docs/glossary.md") == set()


def test_every_deviation_from_the_design_has_its_page():
    pages = files(".md", under=("docs/decisions/",))
    numbers = [Path(path).name[:4] for path in pages]

    assert numbers == [f"{number:04}" for number in range(1, len(pages) + 1)]
    assert [path for path in pages if not all(f"## {part}" in text(path) for part in ("情况", "决定", "代价"))] == []
