"""The vocabulary and the properties are whole, and the page about them names every one."""

from pathlib import Path

import pytest

from engine.definitions.deploy import library_of
from engine.definitions.importer import rewrite
from engine.definitions.lawful import acts, properties
from engine.definitions.lawful.monitors import Event, monitor
from engine.definitions.lawful.vocabulary import PATTERNS, Property
from engine.definitions.linter import lint
from engine.definitions.reader import read
from tests.legal_defects import CALLED, PACKAGES, changed, library

PAGE = (Path(__file__).parents[2] / "docs" / "lawful.md").read_text("utf-8")
ONE = Property("x", "", "precedence", "", "", "", first=frozenset({"a"}), then=frozenset({"b"}), reset=frozenset({"c"}))


@pytest.mark.parametrize("asked", properties().values(), ids=lambda asked: asked.id)
def test_a_property_is_whole_and_on_the_page(asked: Property) -> None:
    assert asked.pattern in PATTERNS
    assert asked.named <= set(acts())
    assert all((asked.title, asked.law, asked.message, asked.hint))
    assert f"| {asked.title} | {asked.law} | `{asked.id}` |" in PAGE


def test_every_act_has_a_name_and_a_law_and_is_on_the_page() -> None:
    assert [act.id for act in acts().values() if not act.name or not act.law or f"`{act.id}`" not in PAGE] == []


def test_every_act_a_shipped_process_names_is_known() -> None:
    said = {act for package in PACKAGES.values() for node in read(package.diagram).each() for act in node.gl.get("legalAct", ())}

    assert said <= set(acts())
    assert len(said) > 100


@pytest.mark.parametrize(("way", "wrong"), [
    ("ab", ""), ("b", "violated"), ("acb", "violated"), ("acab", ""), ("ub", "unproved"), ("xb", "")])
def test_precedence_counts_from_the_last_time_it_was_taken_back(way: str, wrong: str) -> None:
    watching = monitor(ONE)
    state, said = watching.start, ""
    for letter in way:
        event = Event(frozenset({letter}), excused=letter == "x", unknown=letter == "u")
        state, found = watching.step(state, event)
        said = said or found

    assert said == wrong


def test_a_finding_names_the_article_and_shows_the_way() -> None:
    model = changed("legal_review", "drop", ("review",))
    found = [one for one in lint(model, library(PACKAGES["legal_review"])) if one.rule == "LL01"]

    assert [one.severity for one in found] == ["error"]
    assert "行政处罚法第五十八条" in found[0].message
    assert found[0].path[0] == "review_begun"


def test_a_process_checked_without_those_it_calls_is_told_what_is_not_proved() -> None:
    package = PACKAGES["summary_penalty"]
    alone = lint(read(package.diagram), library_of(package, rewrite(package.diagram), None, None))
    together = lint(read(package.diagram), library_of(package, rewrite(package.diagram), None, CALLED))

    assert [one.rule for one in alone if one.rule.startswith("LL")] == ["LL05"]
    assert [one.rule for one in together if one.rule.startswith("LL")] == []
