"""Processes and forms as data: what a diagram names exists, and nothing lies about unused."""

import json
import re
import tomllib
from pathlib import Path
from typing import Any

import pytest

from engine import definitions, feel
from engine.definitions.package import form_keys
from engine.people import ROLES
from engine.runtime import service_registry
from tests.house.sources import files, text
from tests.town import ROOT

FOLDERS = sorted({path.parent for path in (ROOT / "bpmn").glob("*/*.bpmn")})
FORMS = {path.name.removesuffix(".form.json"): path for path in sorted((ROOT / "forms").glob("*.form.json"))}
SPARE = {"documents.served"}
"""Checks that stand ready for processes of a town's own."""
each_folder = pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.name)


def models(folder: Path) -> list[definitions.Model]:
    """The diagrams of one folder."""
    return [definitions.read(path.read_bytes()) for path in sorted(folder.glob("*.bpmn"))]


def named(folder: Path, attribute: str) -> set[str]:
    """Every value of one gl: attribute in the folder's diagrams, each name where it holds several."""
    values = [node.gl[attribute] for model in models(folder) for node in model.each() if node.gl.get(attribute)]
    return {str(one) for value in values for one in ((value,) if isinstance(value, str) else value)}


def exemplified() -> set[str]:
    """Processes with examples of a designer, those that tests of scenarios name, and what any of them calls."""
    played = "".join(text(path) for path in files(".py", under=("tests/scenarios/",)))
    known = {folder.name for folder in FOLDERS if (folder / "scenarios.yaml").exists() or f'"{folder.name}"' in played}
    return {folder.name for folder in definitions.called_first(FOLDERS, sorted(known))}


def form(key: str) -> dict[str, Any]:
    """One form as it is kept."""
    return json.loads(FORMS[key].read_text("utf-8"))


def test_there_are_processes():
    assert FOLDERS


@each_folder
def test_a_folder_holds_one_process_of_its_own_name_with_examples_and_parameters(folder: Path):
    assert {path.name for path in folder.glob("*.bpmn")} == {f"{folder.name}.bpmn"}
    assert folder.name in exemplified()
    assert (folder / "parameters.toml").exists()


def test_every_form_that_is_asked_for_exists_and_every_form_is_asked_for():
    asked = {key for folder in FOLDERS for model in models(folder) for key in form_keys(model)}

    assert asked == set(FORMS)


def test_every_access_profile_that_is_asked_for_exists_and_every_one_is_asked_for():
    asked = {(str(node.gl.get("formRef")), str(node.gl.get("access"))) for folder in FOLDERS for model in models(folder)
             for node in model.each() if node.gl.get("access")}
    asked |= {(str(p.gl.get("startForm")), str(p.gl.get("startAccess"))) for folder in FOLDERS for model in models(folder)
              for p in model.processes if p.gl.get("startAccess")}
    declared = {(key, profile) for key in FORMS for profile in form(key).get("access", {})}

    assert asked == declared


def test_a_form_is_kept_under_its_own_id():
    assert {key: form(key).get("id") for key in FORMS} == {key: key for key in FORMS}


@each_folder
def test_every_decision_exists_and_every_decision_is_taken(folder: Path):
    kept = {one for path in folder.glob("*.dmn") for one in feel.load_decisions(path.read_bytes()).ids}

    assert named(folder, "decisionRef") == kept


@each_folder
def test_every_function_exists(folder: Path):
    assert named(folder, "function") <= set(service_registry.functions())


def test_every_function_that_is_offered_is_used():
    assert set(service_registry.functions()) == {one for folder in FOLDERS for one in named(folder, "function")}
    assert set(service_registry.checks()) - SPARE == {one for folder in FOLDERS for one in named(folder, "check")}
    assert {one for folder in FOLDERS for one in named(folder, "act")} <= set(service_registry.acts())


@each_folder
def test_every_role_exists(folder: Path):
    starters = {role for model in models(folder) for process in model.processes for role in process.gl.get("startRoles", ())}

    assert starters | named(folder, "role") <= set(ROLES)


@each_folder
def test_every_parameter_that_is_read_is_declared_with_its_reason(folder: Path):
    declared = tomllib.loads((folder / "parameters.toml").read_text("utf-8"))
    drawn = "\n".join(path.read_text("utf-8") for ending in ("*.bpmn", "*.dmn") for path in sorted(folder.glob(ending)))
    said = set(re.findall(r"\bparam\.(\w+)", drawn + "".join(path.read_text("utf-8") for path in FORMS.values())))

    assert said
    assert said <= set(declared)
    assert [key for key, one in declared.items() if not {"default", "unit", "label", "basis"} <= set(one)] == []


def test_designers_folders_hold_data_alone():
    data = (".bpmn", ".dmn", ".yaml", ".toml", ".csv", ".md", ".json", ".docx", ".typ")

    assert [path for path in files(under=("bpmn/", "forms/")) if not path.endswith(data)] == []
