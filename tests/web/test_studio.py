"""The designers' corner."""

import io
import zipfile
from pathlib import Path

import pytest

from engine import definitions
from engine.database import Database
from engine.definitions.linter import all_rules
from engine.people import directory
from engine.studio import drafts
from web.views.studio import rule_pages

ROOT = Path(__file__).resolve().parents[2]
LOOP = ROOT / "bpmn/grid_loop"
DESIGNER = "sheji"
DIAGRAM = (LOOP / "grid_loop.bpmn").read_bytes()


def text(answer: object) -> str:
    return answer.get_data(as_text=True)


def package() -> dict[str, bytes]:
    forms = definitions.read_folder(LOOP, ROOT / "forms").forms
    return ({path.name: path.read_bytes() for path in LOOP.iterdir() if path.suffix in (".bpmn", ".dmn", ".toml", ".yaml")}
            | {f"{key}.form.json": (ROOT / "forms" / f"{key}.form.json").read_bytes() for key in forms})


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
@pytest.mark.parametrize("page", ["/studio", "/studio/definitions/1", "/studio/definitions/1/diagram.bpmn", "/studio/models/1",
                                  "/studio/models/1/files", "/studio/rules"])
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


@pytest.fixture
def draft(database: Database) -> drafts.Draft:
    """Begun by a designer of the sample town."""
    with database.reading() as c:
        by = directory.participant(c, DESIGNER)
    return database.run(lambda c: drafts.new(c, by, "stall", "临时摆摊"))


def send(browser, address: str, body: object) -> object:
    return browser.client.post(address, json=body, headers={"X-CSRF-Token": browser.token(), "Accept": "application/json"})


def test_an_editor_reads_saves_checks_and_is_told_who_was_before(as_person, draft) -> None:
    browser, place = as_person(DESIGNER), f"/studio/models/{draft.id}"
    began = browser.get(f"{place}/files").get_json()
    broken = began["files"]["stall.bpmn"].replace(' gl:role="village_cadre"', "")

    checked = send(browser, f"{place}/check", {"files": {"stall.bpmn": broken}}).get_json()
    saved = send(browser, f"{place}/files", {"base": 1, "files": {"stall.bpmn": broken}})
    late = send(browser, f"{place}/files", {"base": 1, "files": {"stall.bpmn": began["files"]["stall.bpmn"]}})
    bad = send(browser, f"{place}/files", {"base": 2, "files": {"parameters.toml": "a = "}})

    assert (began["key"], began["revision"], began["may_edit"], began["changed_by"]) == ("stall", 1, True, "柳玉兰")
    assert ("handle", "error") in {(one["element_id"], one["severity"]) for one in checked["findings"]}
    assert (saved.status_code, saved.get_json()["revision"]) == (200, 2)
    assert saved.get_json()["findings"] == checked["findings"]
    assert (late.status_code, late.get_json()["revision"], late.get_json()["by"]) == (409, 2, began["changed_by"])
    assert (bad.status_code, "parameters.toml" in bad.get_json()["message"]) == (422, True)


@pytest.mark.parametrize("body", [None, [], {"base": "1", "files": {}}, {"base": True, "files": {}}, {"base": 1, "files": []},
                                  {"base": 1, "files": {"parameters.toml": 3}}])
def test_a_request_that_is_none_is_refused_in_words(as_person, draft, body: object) -> None:
    answer = send(as_person(DESIGNER), f"/studio/models/{draft.id}/files", body)

    assert answer.status_code == 422 and "刷新" in answer.get_json()["message"]


def test_a_second_person_is_told_of_the_first(as_person, draft) -> None:
    address = f"/studio/models/{draft.id}/presence"
    assert send(as_person("fzy1"), address, {"element": "handle"}).get_json() == {"people": []}

    [seen] = send(as_person(DESIGNER), address, {"element": ""}).get_json()["people"]

    assert (seen["id"], seen["element"]) == ("fzy1", "handle")


@pytest.mark.parametrize("as_zip", [False, True])
def test_files_or_a_zip_become_a_draft_with_nothing_lost(as_person, published, database: Database, as_zip: bool) -> None:
    files, before = package(), versions(database)

    answer = as_person(DESIGNER).post("/studio/models/upload", upload({"all.zip": zipped(files)} if as_zip else files))

    assert answer.status_code == 302, text(answer)
    with database.reading() as c:
        made = drafts.open_draft(c, directory.participant(c, DESIGNER), int(answer.headers["Location"].rsplit("/", 1)[1]))
    assert made.base == published.id and versions(database) == before
    assert {name.removeprefix("forms/"): one.encode() for name, one in made.files.items()} == files


def test_what_is_taken_out_can_be_put_in_again(as_person, draft) -> None:
    browser = as_person(DESIGNER)
    taken = browser.get(f"/studio/models/{draft.id}/package.zip").data

    answer = browser.post("/studio/models/upload", upload({"again.zip": taken}))

    again = browser.get(f"{answer.headers['Location']}/files").get_json()
    assert again["files"] == dict(draft.files)


@pytest.mark.parametrize("files, words", [
    ({}, "没有收到文件"),
    ({"run.exe": b"MZ"}, "不接收"),
    ({"../grid_loop.bpmn": DIAGRAM}, "文件名"),
    ({"a.bpmn": DIAGRAM, "b.bpmn": DIAGRAM}, "恰好有一个流程图"),
    ({"a.zip": b"not a zip"}, "压缩包损坏"),
    ({"a.zip": zipped({"../grid_loop.bpmn": DIAGRAM})}, "文件名"),
    ({"a.zip": zipped({"grid_loop.bpmn": b" " * 10_000_000})}, "异常巨大"),
    ({"a.bpmn": b"<!DOCTYPE x><definitions/>"}, "DOCTYPE"),
    ({"a.bpmn": b"<html/>"}, "不是 BPMN"),
], ids=lambda value: value if isinstance(value, str) else "")
def test_unsafe_files_are_refused_in_words(as_person, files: dict[str, bytes], words: str) -> None:
    answer = as_person(DESIGNER).post("/studio/models/upload", upload(files))

    assert answer.status_code == 422 and words in text(answer)


def test_a_foreign_diagram_is_kept_as_it_came(as_person, database: Database) -> None:
    foreign = ('<?xml version="1.0"?><definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL" xmlns:v="urn:v" targetNamespace="x">'
               '<process id="p" isExecutable="false"><startEvent id="s" v:colour="red"><v:own a="1"/></startEvent></process></definitions>')
    browser, before = as_person(DESIGNER), versions(database)

    refused = browser.post("/studio/models/upload", upload({"foreign.bpmn": foreign.encode()}))
    answer = browser.post("/studio/models/upload", upload({"foreign.bpmn": foreign.encode()}, key="foreign"))

    assert refused.status_code == 422 and "英文编号" in text(refused)
    assert "错误" in text(browser.get(answer.headers["Location"]))
    assert text(browser.get(f"{answer.headers['Location']}/diagram.bpmn")) == foreign
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
