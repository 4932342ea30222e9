"""The designers' corner."""

import io
import re
import zipfile
from pathlib import Path

import pytest

from engine import definitions
from engine.database import Database
from engine.definitions.linter import all_rules
from web.views.studio import rule_pages

ROOT = Path(__file__).resolve().parents[2]
LOOP = ROOT / "bpmn/grid_loop"
DESIGNER = "sheji"
DIAGRAM = (LOOP / "grid_loop.bpmn").read_bytes()


def text(answer: object) -> str:
    return answer.get_data(as_text=True)


def package() -> dict[str, bytes]:
    forms = definitions.read_folder(LOOP, ROOT / "forms").forms
    return ({path.name: path.read_bytes() for path in LOOP.iterdir() if path.suffix in (".bpmn", ".dmn", ".toml")}
            | {f"{key}.form.json": (ROOT / "forms" / f"{key}.form.json").read_bytes() for key in forms})


def renamed(name: str) -> bytes:
    """The diagram with another name, so that it is new."""
    return re.sub(rb'(<[^>]*process id="grid_loop"[^>]* name=")[^"]*', rb"\g<1>" + name.encode(), DIAGRAM, count=1)


def versions(database: Database) -> list[int]:
    with database.reading() as c:
        return [one.id for one in definitions.versions_of(c, "grid_loop")]


def zipped(files: dict[str, bytes]) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return stream.getvalue()


def upload(files: dict[str, bytes], **more: str) -> dict[str, object]:
    return {"files": [(io.BytesIO(content), name) for name, content in files.items()], **more}


@pytest.fixture
def published(database: Database) -> definitions.Version:
    loop = definitions.read_folder(LOOP, ROOT / "forms")
    return database.run(lambda c: definitions.deploy(c, loop, by=None))


@pytest.mark.parametrize("person", ["xitong", "jw1", "wg01"])
@pytest.mark.parametrize("page", ["/studio", "/studio/definitions/1", "/studio/definitions/1/diagram.bpmn", "/studio/drafts/1",
                                  "/studio/rules"])
def test_only_designers_come_in(as_person, published, person: str, page: str) -> None:
    assert as_person(person).get(page).status_code == 403


def test_the_list_and_one_version(as_person, published) -> None:
    browser = as_person(DESIGNER)

    assert "grid_loop" in text(browser.get("/studio"))
    page = text(browser.get(f"/studio/definitions/{published.id}"))
    assert f'data-xml="/studio/definitions/{published.id}/diagram.bpmn"' in page and "F-report" in page
    file = browser.get(f"/studio/definitions/{published.id}/diagram.bpmn")
    assert file.data.startswith(b"<?xml") and "attachment" in file.headers["Content-Disposition"]
    assert browser.get(f"/studio/definitions/{published.id}/standing").get_json() == {"done": [], "flows": [], "now": []}
    assert browser.get("/studio/definitions/99").status_code == 404


@pytest.mark.parametrize("as_zip", [False, True])
def test_files_or_a_zip_become_the_next_version(as_person, database: Database, as_zip: bool) -> None:
    files = package() | {"grid_loop.bpmn": renamed("全新的闭环")}

    answer = as_person(DESIGNER).post("/studio/publish", upload({"all.zip": zipped(files)} if as_zip else files))

    assert answer.status_code == 302, text(answer)
    with database.reading() as c:
        [one] = [found for found in definitions.list_definitions(c) if found.key == "grid_loop"]
    assert (one.key, one.name, one.deployed_by) == ("grid_loop", "全新的闭环", DESIGNER)


def test_a_diagram_alone_keeps_the_rest_of_the_version_before(as_person, published, database: Database) -> None:
    answer = as_person(DESIGNER).post("/studio/publish", upload({"grid_loop.bpmn": renamed("改名的闭环")}, keep_rest="1"))

    assert answer.status_code == 302, text(answer)
    with database.reading() as c:
        [one] = [found for found in definitions.list_definitions(c) if found.key == "grid_loop"]
        assert one.number == published.number + 1
        assert definitions.latest(c, "grid_loop").forms.keys() == definitions.load(c, published.id).forms.keys()


def test_a_faulty_diagram_is_refused_with_every_finding(as_person, database: Database) -> None:
    before = versions(database)

    answer = as_person(DESIGNER).post("/studio/publish", upload({"grid_loop.bpmn": DIAGRAM}))

    page = text(answer)
    assert answer.status_code == 422 and "流程定义有错误" in page
    assert "F-report" in page and 'href="/studio/rules/known-form"' in page
    assert versions(database) == before


@pytest.mark.parametrize("files, words", [
    ({}, "没有收到文件"),
    ({"run.exe": b"MZ"}, "不接收"),
    ({"../grid_loop.bpmn": DIAGRAM}, "文件名"),
    ({"a.bpmn": DIAGRAM, "b.bpmn": DIAGRAM}, "恰好有一个流程图"),
    ({"a.zip": b"not a zip"}, "压缩包损坏"),
    ({"a.zip": zipped({"folder/grid_loop.bpmn": DIAGRAM})}, "文件夹"),
    ({"a.zip": zipped({"grid_loop.bpmn": b" " * 10_000_000})}, "异常巨大"),
    ({"a.bpmn": b"<!DOCTYPE x><definitions/>"}, "DOCTYPE"),
    ({"a.bpmn": b"<html/>"}, "不是 BPMN"),
], ids=lambda value: value if isinstance(value, str) else "")
def test_unsafe_files_are_refused_in_words(as_person, files: dict[str, bytes], words: str) -> None:
    answer = as_person(DESIGNER).post("/studio/publish", upload(files))

    assert answer.status_code == 422 and words in text(answer)


def test_a_foreign_diagram_is_kept_and_cannot_run(as_person, database: Database) -> None:
    foreign = (b'<?xml version="1.0"?><definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL" targetNamespace="x">'
               b'<process id="p"><startEvent id="s"/></process></definitions>')
    browser, before = as_person(DESIGNER), versions(database)

    answer = browser.post("/studio/drafts", upload({"foreign.bpmn": foreign}, name="外来"))

    page = text(browser.get(answer.headers["Location"]))
    assert "外来" in page and "错误" in page
    assert browser.get(f"{answer.headers['Location']}/original.bpmn").data == foreign
    assert versions(database) == before


def test_every_rule_has_its_page_in_the_application(as_person) -> None:
    browser = as_person(DESIGNER)

    missing = [rule.page for rule in all_rules() if browser.get(f"/studio/rules/{rule.page}").status_code != 200]

    assert missing == []
    assert browser.get("/studio/rules/no-such-rule").status_code == 404
    assert browser.get("/studio/rules/..%2Fglossary").status_code == 404


def test_a_page_cannot_bring_in_tags_of_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rule_pages, "FOLDER", tmp_path)
    page = "# 标题 <script>\n\n- **粗** `<b>`\n- [另](fake-join.md)\n\n```\n<i>\n```\n\n| a | b |\n|---|---|\n| <u> | 2 |\n"
    (tmp_path / "x.md").write_text(page, "utf-8")

    html = str(rule_pages.rendered("x"))

    assert "<h2>标题 &lt;script&gt;</h2>" in html and "<code>&lt;b&gt;</code>" in html and '<a href="fake-join">另</a>' in html
    assert "<pre>&lt;i&gt;</pre>" in html and "<td>&lt;u&gt;</td>" in html
