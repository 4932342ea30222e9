"""Every rule accepts its valid examples and names its invalid ones; every rule has both, and a page for the designer."""

import json
from pathlib import Path

import pytest

from engine.definitions import Finding, Function, Library, lint, read, rewrite
from engine.definitions.library import Called
from engine.definitions.linter import Rule, all_rules
from engine.definitions.variables import variables

HERE = Path(__file__).parent
PAGES = HERE.parents[1] / "docs" / "rules"
EXAMPLES = sorted(path for path in HERE.glob("*/*valid*.*") if path.suffix in (".bpmn", ".dmn", ".json"))
RULES = {rule.page: rule for rule in all_rules()}
PLAIN = (HERE / "reserved-id" / "valid.bpmn").read_bytes()


def library(folder: Path) -> dict:
    """What `library.json` beside the examples says, as arguments of Library."""
    path = folder / "library.json"
    found = json.loads(path.read_text("utf-8")) if path.exists() else {}
    if "roles" in found:
        found["roles"] = frozenset(found["roles"])
    if "functions" in found:
        needs = found.pop("needs", {})
        found["functions"] = {name: Function(None if inputs is None else frozenset(inputs), needs.get(name, {}))
                              for name, inputs in found["functions"].items()}
    found["decisions"] = {name: (folder / name).read_bytes() for name in found.get("decisions", ())}
    models = {key: read((folder / name).read_bytes()) for key, name in found.pop("called", {}).items()}
    found["called"] = {key: Called(model, frozenset(variables(model, Library()))) for key, model in models.items()}
    return found


def findings(path: Path, rule: Rule) -> list[Finding]:
    """What the rule says about one example: a diagram, a decision table or a form."""
    known, document = library(path.parent), PLAIN
    if path.suffix == ".bpmn":
        document = path.read_bytes()
        known["notes"] = rewrite(document).notes
    elif path.suffix == ".dmn":
        known["decisions"] = {path.name: path.read_bytes()}
    else:
        known["forms"] = {path.name: json.loads(path.read_text("utf-8"))}
    return lint(read(document), Library(**known), (rule,))


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_a_rule_judges_its_examples(path: Path) -> None:
    found = findings(path, RULES[path.parent.name])

    assert bool(found) == path.name.startswith("invalid"), [one.message for one in found]
    assert all(one.message and one.hint and one.page == path.parent.name for one in found)
    assert not [one for one in found if "没有执行完" in one.message]


@pytest.mark.parametrize("page", sorted(RULES))
def test_every_rule_has_examples_of_both_kinds_and_a_page(page: str) -> None:
    names = [path.name for path in EXAMPLES if path.parent.name == page]

    assert any(name.startswith("valid") for name in names)
    assert any(name.startswith("invalid") for name in names)
    text = (PAGES / f"{page}.md").read_text("utf-8")
    assert RULES[page].code in text
    assert all(f"## {part}" in text for part in ("什么问题", "为什么", "怎么改", "例子"))


def test_no_example_belongs_to_no_rule() -> None:
    folders = {path.name for path in HERE.iterdir() if path.is_dir() and not path.name.startswith("_")}

    assert folders == set(RULES)


def test_codes_are_unique() -> None:
    codes = [rule.code for rule in RULES.values()]

    assert len(set(codes)) == len(codes)


def test_a_rule_that_fails_is_a_finding_and_hides_no_other() -> None:
    def broken(model: object, known: object) -> list:
        raise RuntimeError("unexpected")

    rules = (Rule("broken", "LZ99", RULES["element-has-name"].severity, broken), RULES["element-has-name"])
    found = lint(read((HERE / "element-has-name" / "invalid.bpmn").read_bytes()), Library(), rules)

    assert [one.rule for one in found] == ["LZ99", "LN03"]


def test_examples_are_safe_files() -> None:
    for path in EXAMPLES:
        if path.suffix == ".bpmn":
            assert read(path.read_bytes()).processes, path
