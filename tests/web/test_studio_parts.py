"""A draft's decision tables, parameters and examples on pages of their own: begun, changed, taken away, refused in plain words."""

import pytest

from engine.database import Database
from engine.definitions import Severity
from engine.definitions.guard import open_bpmn
from engine.definitions.package import parameters_of
from engine.errors import UnsafeInput
from engine.people import directory
from engine.rehearsal import scenarios
from engine.studio import drafts, folder, inserting, starting

SHEET = """# 时限

[check_days]
default = 3
# 不要太短
unit = "workingDays"
label = "核查时限"
own = "留着"

# 次数
[most]
default = 2
unit = "count"
label = "最多几次"
"""


def text(answer: object) -> str:
    return answer.get_data(as_text=True)


@pytest.fixture
def draft(database: Database) -> drafts.Draft:
    with database.reading() as c:
        who = directory.participant(c, "sheji")
    made = database.run(lambda c: drafts.new(c, who, "stall", "临时摆摊"))
    return database.run(lambda c: drafts.save(c, who, made.id, base_revision=1, files={"parameters.toml": SHEET}))


def now(database: Database, draft: drafts.Draft) -> drafts.Draft:
    with database.reading() as c:
        return drafts.open_draft(c, directory.participant(c, "sheji"), draft.id)


def store(database: Database, draft: drafts.Draft, name: str, said: str) -> None:
    with database.reading() as c:
        who = directory.participant(c, "sheji")
    database.run(lambda c: drafts.save(c, who, draft.id, base_revision=now(database, draft).revision, files={name: said}))


def test_a_decision_table_is_begun_by_its_number_and_name(as_person: object, draft: drafts.Draft, database: Database) -> None:
    at, designer = f"/studio/models/{draft.id}", as_person("sheji")
    asked = designer.get(f"{at}/text?name=triage.dmn")
    assert asked.status_code == 302 and asked.location.endswith("/decisions?table=triage#new")
    assert 'value="triage"' in text(designer.get(asked.location))
    made = designer.post(f"{at}/decisions", {"table": "triage", "name": "分流“去向”<1>"})
    assert made.status_code == 302 and made.location.endswith("/decisions/triage.dmn")
    assert 'data-decisions="triage"' in text(designer.get(made.location))
    assert "分流“去向”&lt;1&gt;" in text(designer.get(f"{at}/decisions"))
    with database.reading() as c:
        errors = [one for one in drafts.check(c, now(database, draft)) if one.severity is Severity.ERROR and "triage" in str(one)]
    assert errors == []


TABLES = (
    ("1a", "表", "编号以英文字母开头"), ("a b", "表", "编号以英文字母开头"), ("", "表", "编号以英文字母开头"), ("kept", "表", "已经有了"),
    ("KEPT", "表", "已经有了"), ("fine", " ", "请写名称"), ("fine", "长" * 81, "请写名称"))


def test_a_table_without_a_proper_number_or_name_is_refused(as_person: object, draft: drafts.Draft, database: Database) -> None:
    at, designer = f"/studio/models/{draft.id}/decisions", as_person("sheji")
    designer.post(at, {"table": "kept", "name": "在"})
    for table, name, why in TABLES:
        refused = designer.post(at, {"table": table, "name": name})
        assert refused.status_code == 422 and why in text(refused), (table, name)
    assert now(database, draft).revision == 3


def test_what_is_no_table_is_refused_as_a_table(as_person: object, draft: drafts.Draft) -> None:
    designer = as_person("sheji")
    for wrong in ("", "  ", "<definitions>", "<!DOCTYPE x><x/>"):
        refused = designer.post(f"/studio/models/{draft.id}/text", {"name": "a.dmn", "text": wrong, "base": "2"})
        assert refused.status_code == 422 and "决策表“a.dmn”" in text(refused) and "重新导出流程图" not in text(refused), wrong


def test_a_parameter_is_added_changed_and_taken_away(as_person: object, draft: drafts.Draft, database: Database) -> None:
    at, designer = f"/studio/models/{draft.id}/parameters", as_person("sheji")
    page = text(designer.get(at))
    assert "核查时限" in page and "工作日" in page and "还没有用到" in page
    fresh = {"act": "add", "base": "2", "name": "fine_yuan", "label": "限额", "default": "50.5", "unit": "yuan", "min": "10", "max": "200"}
    assert designer.post(at, fresh).status_code == 302
    changed = {"act": "set", "base": "3", "at": "check_days", "label": "核查“时限”", "default": "5", "unit": "days", "basis": "本地\\规定"}
    assert designer.post(at, changed).status_code == 302
    kept = now(database, draft).files["parameters.toml"]
    read = parameters_of("parameters.toml", kept)
    assert read["fine_yuan"] == {"default": 50.5, "unit": "yuan", "label": "限额", "min": 10, "max": 200}
    assert read["check_days"] == {"default": 5, "unit": "days", "label": "核查“时限”", "basis": "本地\\规定", "own": "留着"}
    assert list(read) == ["check_days", "most", "fine_yuan"] and all(one in kept for one in ("# 时限", "# 不要太短", "# 次数"))
    assert designer.post(at, {"act": "drop", "base": "4", "at": "check_days"}).status_code == 302
    kept = now(database, draft).files["parameters.toml"]
    assert list(parameters_of("parameters.toml", kept)) == ["most", "fine_yuan"] and "# 次数" in kept
    for base, name in ((5, "most"), (6, "fine_yuan")):
        designer.post(at, {"act": "drop", "base": str(base), "at": name})
    assert parameters_of("parameters.toml", now(database, draft).files["parameters.toml"]) == {}


WRONG = (
    ({"name": "Ä"}, "编号以英文字母开头"), ({"name": "most"}, "已经有了"), ({"label": ""}, "请写名称"),
    ({"default": "三"}, "默认值请填数字"), ({"default": ""}, "默认值请填数字"), ({"default": "9"}, "不在允许的范围里（1 至 5）"),
    ({"min": "x"}, "“最小”请填数字"), ({"min": "6"}, "比最小 6 还小"), ({"unit": "moons"}, "选择单位"),
    ({"unit": "share", "default": "0.2"}, "20%"), ({"unit": "flag", "default": "3"}, "“是”或“否”"),
    ({"unit": "text", "default": "甲"}, "请把它们清空"), ({"base": "1"}, "保存了这份草稿"), ({"act": "fly"}, "不认识"),
    ({"act": "set", "at": "none"}, "没有这个参数"), ({"act": "drop", "at": "none"}, "没有这个参数"))


def test_a_wrong_parameter_is_said_and_nothing_is_kept(as_person: object, draft: drafts.Draft, database: Database) -> None:
    designer = as_person("sheji")
    for typed, why in WRONG:
        sent = {"act": "add", "base": "2", "name": "new_one", "label": "新的", "default": "3", "unit": "days", "min": "1",
                "max": "5"} | typed
        refused = designer.post(f"/studio/models/{draft.id}/parameters", sent)
        assert refused.status_code == 422 and why in text(refused), typed
    assert now(database, draft).files["parameters.toml"] == SHEET


def test_a_parameter_in_use_stays_and_the_places_are_named(as_person: object, draft: drafts.Draft, database: Database) -> None:
    form = draft.files["forms/F-stall.form.json"].replace('"情况说明"', '"情况说明 =param.most"')
    store(database, draft, "forms/F-stall.form.json", form)
    refused = as_person("sheji").post(f"/studio/models/{draft.id}/parameters", {"act": "drop", "base": "3", "at": "most"})
    assert refused.status_code == 422 and "表单“临时摆摊登记”" in text(refused)
    assert "most" in now(database, draft).files["parameters.toml"]


def test_values_outside_of_sections_become_sheets(as_person: object, draft: drafts.Draft, database: Database) -> None:
    store(database, draft, "parameters.toml", 'plain = 3\nmany = [1, 2]\n"odd" = {default = true, label = "旗"}\n')
    at, designer = f"/studio/models/{draft.id}/parameters", as_person("sheji")
    assert "many" in text(designer.get(at))
    designer.post(at, {"act": "set", "base": "3", "at": "plain", "label": "平的", "default": "4", "unit": "count"})
    designer.post(at, {"act": "set", "base": "4", "at": "odd", "label": "旗", "default": "否", "unit": "flag"})
    read = parameters_of("parameters.toml", now(database, draft).files["parameters.toml"])
    assert read == {"plain": {"default": 4, "unit": "count", "label": "平的"}, "many": [1, 2],
                    "odd": {"default": False, "unit": "flag", "label": "旗"}}


EXAMPLES = """# 开头
- 场景: 甲 # 注
  步骤:
    - 上报: {岗位: grid_worker}
    # 甲的尾巴

# 乙的开头
- 步骤: [{经过: 3 天}]
  场景: "乙"
- {场景: 丙, 步骤: [常]}
- 常用: {常: {经过: 1 天}}
"""


def test_examples_are_renamed_and_deleted_and_the_rest_stays(as_person: object, draft: drafts.Draft, database: Database) -> None:
    store(database, draft, "scenarios.yaml", EXAMPLES)
    at, designer = f"/studio/models/{draft.id}/examples", as_person("sheji")
    page = text(designer.get(at))
    assert "在第 2 行" in page and "在第 8 行" in page and "确定删除" in page
    told = {"name": "乙", "fresh": " 乙: “新” # ' \"", "act": "rename", "base": "3"}
    assert designer.post(f"{at}/change", told).status_code == 302
    kept = now(database, draft).files["scenarios.yaml"]
    assert [one.name for one in scenarios.read(kept)] == ["甲", "乙: “新” # ' \"", "丙"] and "# 乙的开头" in kept
    assert designer.post(f"{at}/change", {"name": "甲", "act": "drop", "base": "4"}).status_code == 302
    kept = now(database, draft).files["scenarios.yaml"]
    assert "甲 " not in kept and kept.startswith("# 开头\n") and "# 乙的开头" in kept
    assert designer.post(f"{at}/change", {"name": "丙", "act": "drop", "base": "5"}).status_code == 302
    assert len(scenarios.read(now(database, draft).files["scenarios.yaml"])) == 1
    designer.post(f"/studio/models/{draft.id}/restore", {"revision": "3"})
    assert now(database, draft).files["scenarios.yaml"] == EXAMPLES


def test_an_example_that_cannot_be_changed_stays(as_person: object, draft: drafts.Draft, database: Database) -> None:
    store(database, draft, "scenarios.yaml", EXAMPLES)
    designer = as_person("sheji")
    for typed, why in (({"fresh": "乙"}, "已经有叫“乙”"), ({"fresh": " "}, "请写例子名称"), ({"fresh": "长" * 81}, "请写例子名称"),
                       ({"name": "无"}, "没有这个例子"), ({"act": "drop", "name": "无"}, "没有这个例子"), ({"act": "x"}, "不认识"),
                       ({"base": "1"}, "保存了这份草稿")):
        sent = {"act": "rename", "name": "甲", "fresh": "丁", "base": "3", **typed}
        refused = designer.post(f"/studio/models/{draft.id}/examples/change", sent)
        assert refused.status_code == 422 and why in text(refused), typed
    assert now(database, draft).files["scenarios.yaml"] == EXAMPLES


FIELDS = (
    {"type": "radio", "id": "a", "key": "kind", "label": "类别", "values": [{"label": "甲", "value": "a"}]},
    {"type": "dynamiclist", "id": "b", "path": "rows", "label": "各项",
     "components": [{"type": "textfield", "id": "c", "key": "inner", "label": "里面"}]},
    {"type": "textfield", "id": "d", "key": "about", "label": "说明"}, {"type": "textfield", "id": "e", "key": "below", "label": "下面的"})


def test_a_field_is_told_its_problems_beside_its_settings_and_the_names_above(as_person: object, draft: drafts.Draft,
                                                                              database: Database) -> None:
    form = {"schemaVersion": 19, "type": "default", "id": "F-stall", "name": "登记", "components": FIELDS}
    store(database, draft, "forms/F-stall.form.json", folder.form_text(form))
    at, designer = f"/studio/models/{draft.id}/forms/F-stall", as_person("sheji")
    sent = {"act": "set", "at": "2", "base": "3", "key": "about", "label": "说明", "hide": "below = 1"}
    page = text(designer.post(at, sent, follow_redirects=True))
    panel = page[page.index('id="settings"'):page.index('id="preview"')]
    assert "below" in panel and 'class="wrong"' in panel and 'class="wrong"' not in page[:page.index('id="settings"')]
    names = panel[panel.index("<datalist"):panel.index("</datalist")]
    assert 'value="kind"' in names and 'value="rows"' in names
    assert not any(f'value="{name}"' in names for name in ("inner", "about", "below"))
    inside = text(designer.get(f"{at}?at=1.0"))
    assert 'value="kind"' in inside[inside.index("<datalist"):]
    assert 'class="wrong"' in text(designer.get(at))
    refused = text(designer.post(at, {**sent, "base": "4", "maxLength": "x"}))
    assert "没有保存" in refused[refused.index('id="settings"'):] and "没有保存" not in refused[:refused.index('id="settings"')]


def test_patterns_are_put_below_the_picture_and_nothing_is_overwritten(draft: drafts.Draft) -> None:
    for pattern in starting.patterns():
        made = inserting.with_pattern(draft, pattern.name)
        old, root = open_bpmn(draft.files["stall.bpmn"].encode()), open_bpmn(made["stall.bpmn"].encode())
        ids = [one.get("id") for one in root.iter() if one.get("id")]
        assert len(ids) == len(set(ids)) > len([one for one in old.iter() if one.get("id")]), pattern
        drawn = {one.get("bpmnElement") for one in root.iter() if one.get("bpmnElement")}
        assert {one.get(end) for one in root.iter() for end in ("sourceRef", "targetRef") if one.get(end)} <= set(ids)
        assert drawn <= set(ids) and len(list(root.iter("{*}startEvent"))) == 1
        read = drafts.with_files(draft, made)
        folder.must_fit("stall", read.files)
        package = folder.package_of("stall", "摆", read.files)
        named = {one.get("{https://gridloop.dev/schema/bpmn/1.0}formRef") for one in root.iter()} - {None}
        assert named <= set(package.forms) and made["parameters.toml"].startswith(SHEET.rstrip())
        assert not any(name in draft.files for name in made if name.startswith("forms/"))


def test_a_picture_without_places_takes_no_pattern(draft: drafts.Draft) -> None:
    diagram = draft.files["stall.bpmn"]
    for before, after in (('x="290"', 'x="nan"'), ('x="290"', 'x="left"'), ("BPMNPlane", "Plane")):
        wrong = diagram.replace(before, after)
        assert wrong != diagram
        with pytest.raises(UnsafeInput, match="位置"):
            inserting.with_pattern(drafts.with_files(draft, {"stall.bpmn": wrong}), "escalation")


def test_a_pattern_goes_in_once_and_then_its_fields_would_meet(as_person: object, draft: drafts.Draft, database: Database) -> None:
    at, designer = f"/studio/models/{draft.id}", as_person("sheji")
    assert "已放在图的下方" in text(designer.post(f"{at}/pattern", {"pattern": "escalation", "base": "2"}, follow_redirects=True))
    assert "同样的字段名" in text(designer.post(f"{at}/pattern", {"pattern": "escalation", "base": "3"}, follow_redirects=True))
    assert "保存了这份草稿" in text(designer.post(f"{at}/pattern", {"pattern": "countersign", "base": "1"}, follow_redirects=True))
    assert designer.post(f"{at}/pattern", {"pattern": "none", "base": "3"}).status_code == 404
    assert now(database, draft).revision == 3


def test_approvers_read_the_parts_and_do_not_touch(as_person: object, draft: drafts.Draft) -> None:
    reader = as_person("fzy1")
    for part, button in (("parameters", "添加参数"), ("decisions", "新建并打开")):
        page = reader.get(f"/studio/models/{draft.id}/{part}")
        assert page.status_code == 200 and button not in text(page)
