"""What the drawing page asks the server for, and the manual of a process."""

import pytest

from engine import definitions
from engine.database import Database
from engine.people import directory
from engine.runtime import service_registry
from engine.studio import choices, drafts, manual, value_words
from tests.town import ROOT


def text(answer: object) -> str:
    return answer.get_data(as_text=True)


@pytest.fixture
def draft(database: Database) -> drafts.Draft:
    with database.reading() as c:
        who = directory.participant(c, "sheji")
        loop = definitions.latest(c, "grid_loop")
    return database.run(lambda c: drafts.from_version(c, who, loop.id))


def test_the_panel_offers_instead_of_free_text(as_person: object, draft: drafts.Draft) -> None:
    told = as_person("sheji").get(f"/studio/models/{draft.id}/choices").get_json()
    lists = ("roles", "forms", "documents", "deadlines", "decisions", "processes")
    offered = {key: {one["value"] for one in told["pickers"][key]} for key in lists}
    assert "case_officer" in offered["roles"] and "F-visit" in offered["forms"] and "DOC-20" in offered["documents"]
    assert "DL-C6" in offered["deadlines"] and "penalty" in offered["processes"] and offered["decisions"]
    assert "grid_loop" not in offered["processes"], "a process does not call itself"
    assert {"correction_outcome", "case.reporter", "param.sign_hours"} <= {one["name"] for one in told["variables"]}
    shown = {field["name"] for group in told["groups"] for field in group["fields"]}
    assert shown >= {one.name for one in choices.ATTRIBUTES}, "every attribute can be set"


def test_every_registered_operation_has_a_chinese_name() -> None:
    named = value_words.operations()
    assert set(named["operations"]) == set(service_registry.functions())
    assert set(named["checks"]) == set(service_registry.checks())
    assert set(named["acts"]) == set(service_registry.acts())


def test_the_manual_names_every_step_with_who_and_until_when(as_person: object, draft: drafts.Draft) -> None:
    page = text(as_person("fzy1").get(f"/studio/models/{draft.id}/manual"))
    assert "村社纠正" in page and "村社干部" in page and "工作时" in page and "接下来" in page and "问题类别" in page
    assert "data:image/svg+xml;base64," in page
    version = text(as_person("sheji").get(f"/studio/definitions/{draft.base}/manual"))
    assert "第 1 版" in version


def test_a_table_that_is_not_there_is_told(as_person: object, draft: drafts.Draft) -> None:
    designer = as_person("sheji")
    assert designer.get(f"/studio/models/{draft.id}/decisions/relapse_level.dmn").status_code == 200
    assert designer.get(f"/studio/models/{draft.id}/decisions/none.dmn").status_code == 404
    assert designer.get(f"/studio/models/{draft.id}/decisions/grid_loop.bpmn").status_code == 404


@pytest.mark.parametrize("key", ["grid_loop", "penalty"])
def test_the_manual_speaks_of_kinds_forms_and_limits_as_people_do(key: str) -> None:
    made = manual.of(definitions.read_folder(ROOT / "bpmn" / key, ROOT / "forms"))
    facts = [(word, text) for one in (*made.people, *made.system) for word, text in one.facts]
    said = "".join(f"{word}{text}" for word, text in facts) + "".join(text for one in made.people for _, text in one.fields)
    assert not [raw for raw in ("EventDefinition", "isExecutable", "xsi:", "textarea", "textfield", "checklist", "case_officer，",
                                "notifications.remind", "workingDays") if raw in said]
    assert ("触发", "定时") in facts and any(word == "系统操作" and text == "提醒某个岗位" for word, text in facts)
    assert any(word == "办理时限" and "（现为 " in text and text.endswith("工作日") for word, text in facts)
    assert not any(word == "时限单位" or text.startswith("F-") for word, text in facts)


@pytest.mark.parametrize("page", ["draw", "choices", "manual"])
def test_only_designers_and_approvers_come_in(as_person: object, draft: drafts.Draft, page: str) -> None:
    assert as_person("ba1").get(f"/studio/models/{draft.id}/{page}").status_code == 403
