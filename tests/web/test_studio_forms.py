"""The form designer on its pages: every change is a save of the draft, and can be taken back."""

import pytest

from engine import definitions
from engine.database import Database
from engine.people import directory
from engine.studio import drafts


def text(answer: object) -> str:
    return answer.get_data(as_text=True)


@pytest.fixture
def draft(database: Database) -> drafts.Draft:
    with database.reading() as c:
        who = directory.participant(c, "sheji")
        loop = definitions.latest(c, "grid_loop")
    return database.run(lambda c: drafts.from_version(c, who, loop.id))


def now(database: Database, draft: drafts.Draft) -> drafts.Draft:
    with database.reading() as c:
        return drafts.open_draft(c, directory.participant(c, "sheji"), draft.id)


def test_forms_are_listed_with_the_steps_that_show_them(as_person: object, draft: drafts.Draft) -> None:
    page = text(as_person("sheji").get(f"/studio/models/{draft.id}/forms"))
    assert "F-visit" in page and "回访" in page and "发起" in page


def test_a_field_is_added_set_moved_and_taken_back(as_person: object, draft: drafts.Draft, database: Database) -> None:
    at, designer = f"/studio/models/{draft.id}/forms/F-visit", as_person("sheji")
    before = draft.files["forms/F-visit.form.json"]
    assert designer.post(at, {"act": "add", "type": "textfield", "at": "1", "base": "1"}).status_code == 302
    page = text(designer.get(f"{at}?at=2"))
    assert "单行文字" in page and "保存这个字段" in page
    changed = {"act": "set", "at": "2", "base": "2", "label": "联系电话", "key": "phone", "maxLength": "20"}
    assert designer.post(at, changed).status_code == 302
    assert "联系电话" in text(designer.get(at))
    designer.post(at, {"act": "up", "at": "2", "base": "3"})
    assert now(database, draft).revision == 4

    for undo in (4, 3, 2):
        designer.post(f"{at}/undo", {"undo": str(undo)})
    assert now(database, draft).files["forms/F-visit.form.json"] == before


def test_the_preview_is_by_the_profile_and_follows_conditions(as_person: object, draft: drafts.Draft) -> None:
    at, designer = f"/studio/models/{draft.id}/forms/F-correction", as_person("sheji")
    assert designer.get(at).status_code == 200
    shown = text(designer.post(f"{at}/preview", {"correction_outcome": "refused"}))
    assert "correction_reason" in shown
    assert "correction_reason" not in text(designer.post(f"{at}/preview", {"correction_outcome": "corrected"}))


@pytest.mark.parametrize(("sent", "why"), [
    ({"act": "fly", "base": "1"}, "不认识"), ({"act": "remove", "at": "99", "base": "1"}, "没有这个字段"),
    ({"act": "add", "type": "virus", "base": "1"}, "种类"), ({"act": "set", "at": "1", "key": "a b", "base": "1"}, "字段名"),
    ({"act": "add", "type": "text", "base": "0"}, "保存了这份草稿"), ({"act": "rights", "name": "nobody", "base": "1"}, "没有这个权限方案"),
])
def test_bad_input_changes_nothing_and_says_why(as_person: object, draft: drafts.Draft, database: Database, sent: dict, why: str) -> None:
    refused = as_person("sheji").post(f"/studio/models/{draft.id}/forms/F-visit", sent)
    assert refused.status_code == 422 and why in text(refused)
    assert now(database, draft).revision == 1


def test_a_new_form_wants_a_name_of_its_own(as_person: object, draft: drafts.Draft, database: Database) -> None:
    at, designer = f"/studio/models/{draft.id}/forms", as_person("sheji")
    for wrong in ({"form": "F-visit", "name": "又一个"}, {"form": "../x", "name": "坏"}, {"form": "F-dog", "name": ""}):
        designer.post(at, wrong)
        assert now(database, draft).revision == 1
    assert designer.post(at, {"form": "F-dog", "name": "养犬检查"}).status_code == 302
    assert "养犬检查" in now(database, draft).files["forms/F-dog.form.json"]


def test_approvers_look_and_do_not_touch(as_person: object, draft: drafts.Draft) -> None:
    at = f"/studio/models/{draft.id}/forms/F-visit"
    assert "保存这个字段" not in text(as_person("fzy1").get(f"{at}?at=1"))
    assert as_person("fzy1").post(at, {"act": "remove", "at": "0", "base": "1"}).status_code == 403
    assert as_person("ba1").get(at).status_code == 403
