"""The gallery: every pattern is a process that passes every rule by itself, and becomes a draft under another name."""

import pytest
from lxml import etree

from engine.definitions import read
from engine.errors import NotFound
from engine.people import Participant, Post
from engine.studio import drafts, folder, picture, starting
from tests.town import ROOT
from web.cli.processes import folders

SHE = Participant("she", "名she", (Post("process_designer", "city", "/", "市", "city"),))
EACH = pytest.mark.parametrize("pattern", starting.patterns(), ids=lambda one: one.name)
SVG = "{http://www.w3.org/2000/svg}"


def problems(c, draft) -> list[tuple[str, str, str]]:
    return [(one.rule, one.element_id, one.message) for one in drafts.check(c, draft) if str(one.severity) != "info"]


def test_there_is_a_gallery_and_it_is_no_matter_of_the_town():
    assert {"escalation", "countersign", "return_loop", "hearing_branch"} <= {one.name for one in starting.patterns()}
    assert {path.name for path in (ROOT / "bpmn/patterns").iterdir() if path.is_dir()} == {one.name for one in starting.patterns()}
    assert not {one.name for one in starting.patterns()} & {one.name for one in folders(ROOT / "bpmn")}


@EACH
def test_a_pattern_passes_every_rule(database, pattern):
    files = starting.pattern_files(pattern.name)
    folder.must_fit(pattern.name, files)
    made = drafts.Draft(1, pattern.name, pattern.title, None, 1, files, "open", None, None)

    with database.reading() as c:
        assert problems(c, made) == []
    assert pattern.what.endswith("。") and pattern.when.endswith("。")


@EACH
def test_a_pattern_becomes_a_draft_under_another_name(database, pattern):
    made = database.run(lambda c: drafts.new(c, SHE, "dog-keeping", '养犬"登记"', pattern.name))

    process = read(made.files["dog-keeping.bpmn"].encode()).executable
    assert (process.id, process.name) == ("dog-keeping", '养犬"登记"')
    assert pattern.name not in "".join(name for name in made.files if name.startswith("forms/"))
    with database.reading() as c:
        assert problems(c, made) == []


@EACH
def test_a_pattern_is_drawn(pattern):
    document = starting.pattern_files(pattern.name)[f"{pattern.name}.bpmn"].encode()
    drawn = etree.fromstring(picture.svg(document).encode())

    said = {one.text for one in drawn.iter(f"{SVG}text")}
    assert {node.name[:7] for node in read(document).each() if node.name} <= {text[:7] for text in said}


def test_a_picture_of_a_hostile_diagram_says_its_names_and_runs_nothing():
    files = starting.empty("x", "x")
    hostile = files["x.bpmn"].replace('name="办理"', 'name="&lt;script&gt;"').replace('x="290"', 'x="nan"')
    hostile = hostile.replace('width="100"', 'width="&quot;/&gt;"')

    drawn = etree.fromstring(picture.svg(hostile.encode()).encode())

    assert not list(drawn.iter(f"{SVG}script"))


@pytest.mark.parametrize("name", ["", "none", "../grid_loop", "gallery.toml"])
def test_a_pattern_that_is_none_is_not_found(name: str):
    with pytest.raises(NotFound):
        starting.pattern_files(name)
