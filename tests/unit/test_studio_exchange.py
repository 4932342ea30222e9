"""Out into a folder and back: nothing is lost, nothing strange comes in, and the same is written the same."""

import io
import zipfile
from pathlib import Path

import pytest
from click.testing import CliRunner
from lxml import etree

from engine import definitions, migrations
from engine.database import connect
from engine.definitions.package import parameters_of
from engine.errors import NotFound, UnsafeInput
from engine.people import Participant, Post, importing
from engine.studio import arriving, drafts, exchange, sources, toml_text
from tests.town import ROOT
from web.cli import main

SHE = Participant("she", "名she", (Post("process_designer", "city", "/", "市", "city"),))
FOREIGN = sorted((ROOT / "tests/rules").glob("*/*.bpmn"))
SHIPPED = sorted(path.parent for path in (ROOT / "bpmn").glob("*/*.bpmn"))


def every_part(document: bytes) -> list[tuple[str, tuple[tuple[str, str], ...], str]]:
    """Each element in order with its attributes and text: what must not get lost."""
    return [(str(one.tag), tuple(sorted((str(k), str(v)) for k, v in one.attrib.items())), (one.text or "").strip())
            for one in etree.fromstring(document).iter()]


@pytest.mark.parametrize("path", FOREIGN, ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_a_foreign_file_comes_out_with_every_element_and_attribute(sqlite_database, path: Path):
    original = path.read_bytes()

    draft, _ = sqlite_database.run(lambda c: arriving.arrive(c, SHE, {path.name: original}, "foreign"))
    saved = sqlite_database.run(lambda c: drafts.save(c, SHE, draft.id, base_revision=1, files={"parameters.toml": "a = 1\n"}))
    with zipfile.ZipFile(io.BytesIO(arriving.packed(saved.files))) as archive:
        out = archive.read(f"{draft.key}.bpmn")

    assert every_part(out) == every_part(original)
    assert out.decode() == original.decode("utf-8-sig")


def test_a_file_in_another_encoding_keeps_its_words(sqlite_database):
    text = '<?xml version="1.0" encoding="GB18030"?><definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL" ' \
        'xmlns:v="urn:v"><process id="p" name="外来" isExecutable="true"><startEvent id="s" v:颜色="红"/></process></definitions>'

    draft, notes = sqlite_database.run(lambda c: arriving.arrive(c, SHE, {"x.bpmn": text.encode("gb18030")}))

    assert draft.files["p.bpmn"] == text.replace("GB18030", "UTF-8")
    assert every_part(draft.files["p.bpmn"].encode()) == every_part(text.encode("gb18030"))
    assert "UTF-8" in notes[0]


@pytest.mark.parametrize("home", SHIPPED, ids=lambda home: home.name)
def test_a_shipped_process_goes_out_and_comes_back_the_same(home: Path, tmp_path: Path):
    key, files = exchange.read(home, ROOT / "forms")

    written = exchange.write(tmp_path, key, files)

    assert exchange.read(tmp_path / "bpmn" / key, tmp_path / "forms") == (key, files)
    assert all(path.read_bytes() == (ROOT / path.relative_to(tmp_path)).read_bytes() for path in written)


@pytest.mark.parametrize("home", SHIPPED, ids=lambda home: home.name)
def test_parameters_written_anew_say_the_same(home: Path):
    sealed = parameters_of("parameters.toml", (home / "parameters.toml").read_bytes())

    assert parameters_of("again", toml_text.written(sealed)) == sealed


@pytest.mark.parametrize("value", ['"', "\\", "\n", "\t", "\x7f", "a.b", "长", True, 0, -1.5, [], [1, "x"], {"a b": {"c": [True]}}])
def test_any_parameter_can_be_written_as_toml(value: object):
    sealed = {"plain": value, "sheet": {"default": value, "label": "x"}, "odd name": 1}

    assert parameters_of("again", toml_text.written(sealed)) == sealed


def test_a_version_remembers_the_text_it_was_written_as(database):
    home = ROOT / "bpmn/grid_loop"

    version = database.run(lambda c: exchange.seal(c, home, ROOT / "forms"))

    with database.reading() as c:
        assert dict(sources.version(c, version.id).files) == exchange.read(home, ROOT / "forms")[1]
        assert definitions.latest(c, "grid_loop").id == version.id


def test_what_is_gone_from_a_process_goes_from_its_folder(tmp_path: Path):
    _, files = exchange.read(ROOT / "bpmn/grid_loop", ROOT / "forms")
    exchange.write(tmp_path, "grid_loop", files)
    foreign = tmp_path / "bpmn/grid_loop/notes.md"
    foreign.write_text("mine", "utf-8")

    exchange.write(tmp_path, "grid_loop", {name: text for name, text in files.items() if not name.endswith(".dmn")})

    assert not list((tmp_path / "bpmn/grid_loop").glob("*.dmn")) and foreign.exists()


def test_a_folder_without_a_diagram_or_with_a_bad_file_is_refused(tmp_path: Path):
    home = tmp_path / "bpmn" / "x"
    home.mkdir(parents=True)
    with pytest.raises(NotFound):
        exchange.read(home, tmp_path)

    (home / "x.bpmn").write_text("<!DOCTYPE x><x/>", "utf-8")

    with pytest.raises(UnsafeInput):
        exchange.read(home, tmp_path)


def test_the_command_line_takes_out_and_brings_in(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("GRIDLOOP_DATABASE_URL", f"sqlite:///{tmp_path}/a.db")
    monkeypatch.setenv("GRIDLOOP_DATA", str(tmp_path))
    opened = connect(f"sqlite:///{tmp_path}/a.db")
    migrations.upgrade(opened)
    opened.run(lambda c: importing.load(c, (ROOT / "bpmn/organisation/town.toml").read_bytes(), by=None))
    opened.close()
    runner, home = CliRunner(), tmp_path / "out/bpmn/service"

    said = [runner.invoke(main, words) for words in (
        ["deploy", str(ROOT / "bpmn/service")], ["studio", "export", "service", str(tmp_path / "out")],
        ["studio", "import", str(home), "--by", "sheji"], ["studio", "import", str(home), "--by", "wg01"],
        ["studio", "export", "none", str(tmp_path / "out")])]

    assert [one.exit_code for one in said] == [0, 0, 0, 1, 1], [one.output for one in said]
    assert (home / "service.bpmn").read_bytes() == (ROOT / "bpmn/service/service.bpmn").read_bytes()
    assert "已存为草稿 1" in said[2].output and "设计流程" in said[3].output and "没有已发布的流程" in said[4].output
