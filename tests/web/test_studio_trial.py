"""Trying a draft out on its page: the forms of the draft, every role, a clock wound by hand; and keeping what was tried."""

import re

import pytest
from flask import Flask

from engine import definitions
from engine.database import Database
from engine.people import directory
from engine.rehearsal import scenarios
from engine.studio import drafts
from web.aside import finished

DESIGNER = "sheji"
REPORT = {"role": "grid_worker", "category": "0501", "description": "人行道上摆蔬菜摊", "source": "superior",
          "location.address": "柳林路口"}
CORRECTED = {"correction_outcome": "corrected", "correction_measures": "persuade", "correction_words": "劝导后收摊"}


def text(answer: object) -> str:
    return answer.get_data(as_text=True)


@pytest.fixture
def draft(database: Database) -> drafts.Draft:
    with database.reading() as c:
        who = directory.participant(c, DESIGNER)
        loop = definitions.latest(c, "grid_loop")
    return database.run(lambda c: drafts.from_version(c, who, loop.id))


@pytest.fixture
def designer(app: Flask, as_person: object) -> object:
    return as_person(DESIGNER)


def ran(designer: object, draft: drafts.Draft) -> str:
    """The page of examples after all of them have been run."""
    at = f"/studio/models/{draft.id}/examples"
    assert designer.post(at).headers["Location"] == at
    finished()
    return text(designer.get(at))


def item(page: str, name: str) -> str:
    return re.search(rf'item=([^"#&]+)#fill"[^>]*>{name}<', page)[1]


def test_a_draft_is_tried_from_the_report_to_what_is_due(designer: object, draft: drafts.Draft, database: Database) -> None:
    at = f"/studio/models/{draft.id}/trial"
    assert "由谁发起" in text(designer.get(at))
    assert designer.post(f"{at}/start", REPORT).status_code == 302
    page = text(designer.get(at))
    assert "村社纠正" in page and "照片" in page and "由试运行代填" in page

    assert designer.post(f"{at}/do", {"item": item(page, "村社纠正"), **CORRECTED}).status_code == 302
    page = text(designer.get(at))
    assert "网格员复核" in page and "网格员上报" in page and "村社干部办理村社纠正" in page

    assert designer.post(f"{at}/wind", {"length": "30 个工作日"}).status_code == 302
    assert "4月14日" in text(designer.get(at)) or "2026-04-14" in text(designer.get(at))
    with database.reading() as c:
        assert c.exec_driver_sql("select count(*) from process_instance").scalar_one() == 0


def test_what_is_refused_stays_on_the_page_with_the_reason(designer: object, draft: drafts.Draft) -> None:
    at = f"/studio/models/{draft.id}/trial"
    refused = designer.post(f"{at}/start", {**REPORT, "category": ""})
    assert refused.status_code == 422 and "问题类别" in text(refused) and "人行道上摆蔬菜摊" in text(refused)
    designer.post(f"{at}/start", REPORT)
    assert designer.post(f"{at}/wind", {"length": "很久"}).status_code == 422
    assert designer.post(f"{at}/wind", {"until": "2026-02-30T10:00"}).status_code == 422
    assert designer.post(f"{at}/do", {"item": "nobody"}).status_code == 422


def test_a_step_is_sent_back_as_whoever_has_it(designer: object, draft: drafts.Draft) -> None:
    at = f"/studio/models/{draft.id}/trial"
    designer.post(f"{at}/start", REPORT)
    designer.post(f"{at}/do", {"item": item(text(designer.get(at)), "村社纠正"), **CORRECTED})
    asked = item(text(designer.get(at)), "网格员复核")
    assert "<option>村社纠正</option>" in text(designer.get(f"{at}?item={asked}"))
    assert designer.post(f"{at}/send-back", {"item": asked, "to": "网格发现上报"}).status_code == 422
    assert designer.post(f"{at}/send-back", {"item": asked, "to": "村社纠正", "reason": "没拍照"}).status_code == 302
    page = text(designer.get(at))
    assert "网格员退回网格员复核，退到“村社纠正”" in page and item(page, "村社纠正")
    assert designer.post(f"{at}/send-back", {"item": asked, "to": "村社纠正"}).status_code == 422


def test_a_step_back_and_a_new_beginning(designer: object, draft: drafts.Draft) -> None:
    at = f"/studio/models/{draft.id}/trial"
    designer.post(f"{at}/start", REPORT)
    designer.post(f"{at}/wind", {"length": "P1D"})
    assert "3月3日" in text(designer.get(at)) or "03-03" in text(designer.get(at))
    designer.post(f"{at}/back", {"left": "1"})
    page = text(designer.get(at))
    assert "经过P1D" not in page and "网格员上报" in page
    designer.post(f"{at}/back", {"left": "0"})
    assert "由谁发起" in text(designer.get(at))


def test_what_was_tried_is_kept_as_an_example_and_runs(designer: object, draft: drafts.Draft, database: Database) -> None:
    at = f"/studio/models/{draft.id}/trial"
    designer.post(f"{at}/start", REPORT)
    assert designer.post(f"{at}/example", {"name": " "}).status_code == 422
    assert designer.post(f"{at}/example", {"name": "报到村社"}).status_code == 302
    with database.reading() as c:
        saved = drafts.open_draft(c, directory.participant(c, DESIGNER), draft.id)
    kept = next(one for one in scenarios.read(saved.files["scenarios.yaml"]) if one.name == "报到村社")
    assert kept.steps[1:] == (("待办", {"village_cadre": ["村社纠正"]}), ("办结", False))

    lone = scenarios.written(kept)
    who = database.run(lambda c: directory.participant(c, DESIGNER))
    database.run(lambda c: drafts.save(c, who, draft.id, base_revision=saved.revision, files={"scenarios.yaml": lone}))
    page = ran(designer, draft)
    assert "1 个例子全部成立" in page and "没有例子走到" in page


def test_an_example_that_does_not_hold_is_pointed_at(designer: object, draft: drafts.Draft, database: Database) -> None:
    who = database.run(lambda c: directory.participant(c, DESIGNER))
    wrong = "- 场景: 错的\n  步骤:\n    - 上报: {岗位: grid_worker}\n"
    database.run(lambda c: drafts.save(c, who, draft.id, base_revision=draft.revision, files={"scenarios.yaml": wrong}))
    page = ran(designer, draft)
    assert "1 个例子不成立" in page and "第 1 步" in page and "问题类别" in page


@pytest.mark.parametrize("person", ["wg01", "ba1", "jw1", "xitong"])
def test_only_designers_and_approvers_try_drafts_out(as_person: object, draft: drafts.Draft, person: str) -> None:
    assert as_person(person).get(f"/studio/models/{draft.id}/trial").status_code == 403
    assert as_person(person).post(f"/studio/models/{draft.id}/trial/start", REPORT).status_code == 403


def test_examples_in_another_language_are_left_to_the_installation(designer: object, draft: drafts.Draft, database: Database) -> None:
    who = database.run(lambda c: directory.participant(c, DESIGNER))
    other = "- 语言: 办案\n- 场景: 案卷\n  步骤:\n    - 立案: true\n"
    database.run(lambda c: drafts.save(c, who, draft.id, base_revision=draft.revision, files={"scenarios.yaml": other}))
    assert "另有 1 个例子" in ran(designer, draft)
