"""The designers' pages: a new thing from the first line to its publication, by two people, without a line of code."""

import datetime as dt
import io
import re
import zipfile

import pytest

from engine import clock, definitions
from engine.database import Database
from engine.people import directory
from engine.studio import drafts, exchange, publishing
from tests.town import ROOT

DESIGNER, JUDGE, HEAD = "sheji", "fzy1", "xitong"


def text(answer: object) -> str:
    return answer.get_data(as_text=True)


@pytest.fixture
def begun(as_person) -> tuple[object, str]:
    """A designer with a draft made from a pattern, and the draft's address."""
    browser = as_person(DESIGNER)
    answer = browser.post("/studio/models", {"name": "养犬登记", "key": "dog_keeping", "pattern": "escalation"})
    assert answer.status_code == 302, text(answer)
    return browser, answer.headers["Location"]


def asked(begun, **more: object) -> object:
    browser, place = begun
    values = {"revision": "1", "reason": "新增便民事项", "effective_on": clock.today().isoformat(), **more}
    return browser.post(f"{place}/publish", values)


def latest(database: Database) -> int | None:
    with database.reading() as c:
        return next((one.number for one in definitions.list_definitions(c) if one.key == "dog_keeping"), None)


def test_the_first_page_offers_everything(begun) -> None:
    page = text(begun[0].get("/studio"))

    assert all(words in page for words in ("网格闭环", "我的草稿", "养犬登记", "新的一件事", "限时办理，超时升级", "从文件开始"))
    assert begun[0].get("/studio/patterns/escalation.svg").mimetype == "image/svg+xml"
    assert b"escalation" in begun[0].get("/studio/patterns/escalation.bpmn").data
    assert begun[0].get("/studio/patterns/none.bpmn").status_code == 404


def test_a_draft_is_asked_for_by_one_and_approved_by_another(begun, as_person, database: Database) -> None:
    request = asked(begun).headers["Location"]
    judge = as_person(JUDGE)
    page = text(judge.get(request))

    assert "批准发布" in page and "新增人工任务“办理”：办理岗位 “村社干部”" in page and 'name="why"' in page
    assert "批准发布" not in text(begun[0].get(request)) and begun[0].post(f"{request}/approve").status_code == 403
    assert latest(database) is None
    assert judge.post(f"{request}/approve", {"why": "同意"}).status_code == 302
    assert latest(database) == 1
    assert judge.post(f"{request}/approve").status_code == 409


def test_a_version_says_why_it_was_made_and_gives_all_its_files_away(begun, as_person, database: Database) -> None:
    place = asked(begun).headers["Location"]
    assert as_person(JUDGE).post(f"{place}/approve").status_code == 302
    with database.reading() as c:
        version = next(one.id for one in definitions.list_definitions(c) if one.key == "dog_keeping")
    page = text(as_person(DESIGNER).get(f"/studio/definitions/{version}"))
    assert "新增便民事项" in page and "批准，" in page and f'href="{place}"' in page
    answer = as_person(DESIGNER).get(f"/studio/definitions/{version}/package.zip")
    names = zipfile.ZipFile(io.BytesIO(answer.data)).namelist()
    assert any(name.endswith(".bpmn") for name in names) and any("form.json" in name for name in names)
    assert as_person("wg01").get(f"/studio/definitions/{version}/package.zip").status_code in (403, 404)


def test_a_request_is_sent_back_with_a_reason_and_taken_back_by_its_writer(begun, as_person, database: Database) -> None:
    request = asked(begun).headers["Location"]
    judge = as_person(JUDGE)
    judge.post(f"{request}/back", {"why": ""})
    assert "请写明退回理由" in text(judge.get(request))

    judge.post(f"{request}/back", {"why": "时限没有依据"})
    assert "时限没有依据" in text(begun[0].get(begun[1]))
    again = asked(begun).headers["Location"]
    begun[0].post(f"{again}/withdraw")

    assert "编写中" in text(begun[0].get(begun[1])) and latest(database) is None


@pytest.mark.parametrize("more, words", [
    ({"reason": ""}, "请写明发布理由"), ({"effective_on": "昨天"}, "请填写生效日期"), ({"effective_on": "2020-01-01"}, "不能早于今天"),
    ({"revision": "9"}, "又有保存"), ({"revision": "x"}, "又有保存")])
def test_what_does_not_fit_is_said_on_the_same_page(begun, more: dict, words: str) -> None:
    answer = asked(begun, **more)

    assert answer.status_code == 422 and words in text(answer)


@pytest.mark.parametrize("values, words", [
    ({"name": "", "key": "a"}, "请写名称"), ({"name": "x", "key": "中文"}, "编号只能用英文"),
    ({"name": "x", "key": "grid_loop"}, "在此版基础上修改"), ({"name": "x" * 81, "key": "a"}, "最多 80 个字")])
def test_a_draft_that_cannot_begin_is_told_why(as_person, values: dict, words: str) -> None:
    answer = as_person(DESIGNER).post("/studio/models", values)

    assert answer.status_code == 422 and words in text(answer)


def test_a_file_is_edited_as_text_and_a_bad_one_is_not_stored(begun) -> None:
    browser, place = begun
    page = f"{place}/text"
    assert "escalation" not in text(browser.get(f"{page}?name=parameters.toml"))

    bad = browser.post(page, {"name": "parameters.toml", "base": "1", "text": "a = "})
    good = browser.post(page, {"name": "scenarios.yaml", "base": "1", "text": "- 场景: 一\r\n"})
    late = browser.post(page, {"name": "scenarios.yaml", "base": "1", "text": "- 场景: 二\n"})
    gone = browser.post(page, {"name": "scenarios.yaml", "base": "2", "text": "", "drop": "1"})

    assert (bad.status_code, good.status_code, late.status_code, gone.status_code) == (422, 302, 422, 302)
    assert "参数文件末尾的写法有误" in text(bad) and "柳玉兰" in text(late)
    assert "scenarios.yaml" not in browser.get(f"{place}/files").get_json()["files"]


def test_hostile_text_stays_text(begun) -> None:
    browser, place = begun
    nasty = '- 场景: "</textarea><script>alert(1)</script>"\n'
    browser.post(f"{place}/text", {"name": "scenarios.yaml", "base": "1", "text": nasty})
    diagram = browser.get(f"{place}/files").get_json()["files"]["dog_keeping.bpmn"]
    named = diagram.replace('name="办理"', 'name="&lt;img src=x onerror=alert(1)&gt;"').replace(' gl:role="village_cadre"', "", 1)
    browser.post(f"{place}/text", {"name": "dog_keeping.bpmn", "base": "2", "text": named})

    pages = [text(browser.get(address)) for address in (place, f"{place}/text?name=scenarios.yaml", f"/studio/compare?after=d{place[-1]}")]

    assert all("<script>alert" not in page and "<img src=x" not in page for page in pages)
    assert "&lt;img src=x onerror=alert(1)&gt;" in pages[0]


def test_an_earlier_save_comes_back_and_a_draft_rests(begun) -> None:
    browser, place = begun
    browser.post(f"{place}/text", {"name": "scenarios.yaml", "base": "1", "text": "- 场景: 一\n"})

    assert browser.post(f"{place}/restore", {"revision": "1"}).status_code == 302
    assert [browser.post(f"{place}/restore", {"revision": odd}).status_code for odd in ("9", "x", "0", "9" * 30)] == [404] * 4
    browser.post(f"{place}/abandon")
    assert "重新打开草稿" in text(browser.get(place))
    assert browser.post(f"{place}/text", {"name": "scenarios.yaml", "base": "3", "text": ""}).status_code == 409
    browser.post(f"{place}/reopen")
    assert browser.get(f"{place}/files").get_json()["may_edit"] is True


def test_two_versions_stand_side_by_side(as_person, database: Database) -> None:
    browser = as_person(DESIGNER)
    with database.reading() as c:
        [loop] = [one for one in definitions.list_definitions(c) if one.key == "grid_loop"]
    place = browser.post(f"/studio/definitions/{loop.id}/drafts").headers["Location"]
    number = place.rsplit("/", 1)[1]
    files = browser.get(f"{place}/files").get_json()["files"]
    assert files == exchange.read(ROOT / "bpmn/grid_loop", ROOT / "forms")[1]
    changed = files["grid_loop.bpmn"].replace('name="村社纠正"', 'name="村社先行纠正"', 1)
    browser.post(f"{place}/text", {"name": "grid_loop.bpmn", "base": "1", "text": changed})

    page = text(browser.get(f"/studio/compare?before=v{loop.id}&after=d{number}"))
    marks = browser.get(f"/studio/compare/marks?before=v{loop.id}&after=d{number}&which=before").get_json()["marks"]

    assert "名称由 “村社纠正” 改为 “村社先行纠正”" in page and 'data-element="village_correction"' in page
    assert marks == [{"id": "village_correction", "kind": "changed"}]
    assert browser.get(f"/studio/compare/d{number}.bpmn").data.decode() == changed
    odd = ("", "x", "v999", "d9", "r9", "v" + "9" * 40)
    assert [browser.get(f"/studio/compare?after={one}").status_code for one in odd] == [422] + [404] * 5


def test_a_process_kept_for_named_people_is_closed_to_others(begun, as_person, database: Database) -> None:
    head = as_person(HEAD)
    assert "养犬登记" in text(head.get("/studio/rights"))
    head.post("/studio/rights", {"key": "dog_keeping", "kind": "edit", "people": [DESIGNER]})
    head.post("/studio/rights", {"key": "dog_keeping", "kind": "approve", "people": ["wg01"]})
    assert "只能选择有“批准流程发布”权限的人员" in text(head.get("/studio/rights"))
    with database.reading() as c:
        others = [one for one in directory.people(c) if one.may("approve_models") and one.id != JUDGE]
    head.post("/studio/rights", {"key": "dog_keeping", "kind": "approve", "people": [others[0].id]})

    request = asked(begun).headers["Location"]

    assert as_person(JUDGE).post(f"{request}/approve").status_code == 403
    assert as_person(others[0].id).post(f"{request}/approve").status_code == 302
    assert latest(database) == 1
    assert begun[0].post("/studio/rights", {"key": "dog_keeping", "kind": "edit"}).status_code == 403


def test_a_stale_request_is_refused_when_its_day_comes(begun, as_person, database: Database) -> None:
    tomorrow = (clock.today() + dt.timedelta(days=1)).isoformat()
    request = asked(begun, effective_on=tomorrow).headers["Location"]
    judge = as_person(JUDGE)
    judge.post(f"{request}/approve")
    with database.reading() as c:
        by = directory.participant(c, DESIGNER)
        package = drafts.package_of(drafts.open_draft(c, by, int(begun[1].rsplit("/", 1)[1])))
    database.run(lambda c: definitions.deploy(c, package, by=None))

    database.run(lambda c: publishing.take_effect(c, int(request.rsplit("/", 1)[1])) and None)

    assert "已有更新的第 1 版" in text(judge.get(request)) and latest(database) == 1
    page = text(begun[0].get(f"{begun[1]}/publish"))
    newest = re.search(r'name="newest" value="(\d+)"', page)[1]
    assert "草稿不是在最新版上写的" in page
    assert begun[0].post(f"{begun[1]}/rebase", {"newest": "x"}).status_code == 404
    assert begun[0].post(f"{begun[1]}/rebase", {"newest": newest}).status_code == 302
    assert asked(begun).status_code == 302


def test_one_upload_twice_makes_two_drafts_that_do_not_meet(as_person) -> None:
    browser = as_person(DESIGNER)
    diagram = (ROOT / "bpmn/patterns/escalation/escalation.bpmn").read_bytes()

    places = [browser.post("/studio/models/upload", {"files": [(io.BytesIO(diagram), "a.bpmn")]}).headers["Location"] for _ in range(2)]

    assert len(set(places)) == 2


def test_a_diagram_without_a_picture_is_drawn_and_the_picture_is_kept_when_asked(as_person) -> None:
    browser = as_person(DESIGNER)
    bare = re.sub(r"<bpmndi:BPMNDiagram.*</bpmndi:BPMNDiagram>", "", (ROOT / "bpmn/patterns/escalation/escalation.bpmn").read_text("utf-8"),
                  flags=re.DOTALL)
    place = browser.post("/studio/models/upload", {"files": [(io.BytesIO(bare.encode()), "a.bpmn")]}).headers["Location"]

    assert "没有画出位置" in text(browser.get(place)) and "BPMNShape" in text(browser.get(f"{place}/picture.bpmn"))
    assert text(browser.get(f"{place}/diagram.bpmn")) == bare
    browser.post(f"{place}/arrange")

    assert "BPMNShape" in text(browser.get(f"{place}/diagram.bpmn")) and "没有画出位置" not in text(browser.get(place))
