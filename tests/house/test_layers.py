"""The floors of the house: who may import whom, and what stands in one place only."""

import ast
import re

import pytest
from importlinter import api, cli

from tests.house.sources import files, text, tree, using
from tests.town import ROOT

PROGRAM = files(".py", under=("engine/", "web/"))
ALL = [path for path in files(".py") if not path.startswith("tests/house/")]
BANNED = {
    "service", "services", "manager", "managers", "helper", "helpers", "util", "utils", "common", "core", "misc", "data", "info", "base",
}

ONLY_IN = {
    r"\bdatetime\.now\(|\butcnow\(|\btime\.time\(|\bdate\.today\(|\btime_ns\(|(?<!clock\.)\bmonotonic\(": {"engine/clock.py"},
    r"\.commit\(": {"engine/database.py", "engine/sqlite_writer.py"},
    r"(?<![.\w])(eval|exec|compile|__import__)\(": set(),
    r"\.eval\(": {"engine/feel/isolate.py"},
    r"\bpickle\b|\bmarshal\b|\bshelve\b|yaml\.(load|unsafe_load)\(|shell=True|os\.system\(": set(),
    r"render_template_string": set(),
    r"\bMarkup\(": {"web/views/studio/rule_pages.py"},
}


def test_every_import_contract_holds():
    contracts = api.read_configuration(str(ROOT / "pyproject.toml"))["contracts_options"]

    assert len(contracts) >= 5
    assert cli.lint_imports(config_filename=str(ROOT / "pyproject.toml"), no_logo=True, cache_dir=None) == 0


@pytest.mark.parametrize("pattern", ONLY_IN)
def test_it_stands_in_its_one_place(pattern: str):
    assert using(pattern, PROGRAM) <= ONLY_IN[pattern]


def test_a_place_that_no_longer_needs_its_exception_loses_it():
    idle = {place for pattern, places in ONLY_IN.items() for place in places if not using(pattern, [place])}

    assert idle == set()


def test_no_module_has_a_name_that_fits_everything():
    parts = {part.removesuffix(".py") for path in ALL for part in path.split("/")}

    assert parts & BANNED == set()


def test_imports_stand_at_the_top():
    inner = [
        f"{path}:{found.lineno}"
        for path in ALL
        for function in ast.walk(tree(path))
        if isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef)
        for found in ast.walk(function)
        if isinstance(found, ast.Import | ast.ImportFrom)
    ]

    assert inner == []


def test_templates_never_switch_escaping_off():
    pages = files(".html", under=("web/templates/",))
    bare = [path for path in pages if re.search(r"\|\s*safe\b|autoescape\s+false", text(path))]

    assert pages
    assert bare == []
