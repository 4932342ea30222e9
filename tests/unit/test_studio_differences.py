"""Differences: by element and attribute, by field, by row; the same thing written otherwise is the same."""

from dataclasses import replace

import pytest
from lxml import etree

from engine import definitions
from engine.studio import differences, words
from engine.studio.differences import ADDED, CHANGED, DECISION, FORM, MOVED, PARAMETER, REMOVED
from tests.town import ROOT

LOOP = definitions.read_folder(ROOT / "bpmn/grid_loop", ROOT / "forms")
FOLDERS = sorted({path.parent for path in (ROOT / "bpmn").glob("*/*.bpmn")})


def changed(*pairs: tuple[str, str]) -> definitions.Package:
    text = LOOP.diagram.decode()
    for before, after in pairs:
        assert before in text
        text = text.replace(before, after, 1)
    return replace(LOOP, diagram=text.encode())


def told(after: definitions.Package, before: definitions.Package = LOOP) -> tuple[str, ...]:
    return words.words(differences.compare(before, after))


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.name)
def test_a_process_does_not_differ_from_itself_however_it_is_spelt(folder):
    one = definitions.read_folder(folder, ROOT / "forms")
    spelt = etree.tostring(etree.fromstring(one.diagram), method="c14n2")

    assert differences.compare(one, replace(one, diagram=spelt, forms=dict(reversed(one.forms.items())))).is_none
    assert told(one, one) == ("没有差异。",)


@pytest.mark.parametrize("pairs, sentence", [
    ([('gl:limit="param.sign_hours"', 'gl:limit="3"')], "人工任务“执法队签收”：办理时限由 “param.sign_hours” 改为 “3”。"),
    ([("area_outcome = ", "area_outcome != ")],
     "连线“退村社纠正”：条件由 “area_outcome = \"village\"” 改为 “area_outcome != \"village\"”。"),
    ([('name="村社纠正"', 'name="村社先行纠正"')], "人工任务“村社先行纠正”：名称由 “村社纠正” 改为 “村社先行纠正”。"),
], ids=["limit", "condition", "name"])
def test_one_change_is_one_sentence(pairs, sentence):
    assert told(changed(*pairs)) == (sentence,)


def test_an_element_that_is_only_moved_is_no_change():
    found = differences.compare(LOOP, changed(('<dc:Bounds x="', '<dc:Bounds x="1')))

    [moved] = found.changes
    assert moved.kind == MOVED
    assert words.words(found) == ("另有 1 处只是移动了位置。",)


def test_elements_come_and_go_by_their_ids():
    text = LOOP.diagram.decode().replace('id="village_correction"', 'id="village_other"')

    found = differences.compare(LOOP, replace(LOOP, diagram=text.encode()))

    assert [one.id for one in found.of(ADDED)] == ["village_other"]
    assert [one.id for one in found.of(REMOVED)] == ["village_correction"]


def test_what_strangers_wrote_counts_too():
    after = changed(('id="village_correction"', 'id="village_correction" xmlns:v="urn:v" v:colour="red"'))

    assert told(after) == ("人工任务“村社纠正”：增加v:colour “red”。",)


def test_a_document_of_a_step_is_told_by_its_name():
    before = changed(('id="village_correction"', 'id="village_correction"'))
    text = before.diagram.decode()
    place = text.index(">", text.index('id="village_correction"')) + 1
    extended = text[:place] + '<bpmn:extensionElements><gl:document template="DOC-99" name="劝导单" required="true"/>' \
        '</bpmn:extensionElements>' + text[place:]

    found = differences.compare(before, replace(LOOP, diagram=extended.encode()))

    assert any("增加文书 劝导单 “必须=是，模板=DOC-99”" in one for one in words.words(found))


def form(key: str, change) -> definitions.Package:
    document = LOOP.forms[key]
    return replace(LOOP, forms={**LOOP.forms, key: {**document, "components": change(list(document["components"]))}})


def test_forms_are_compared_by_field():
    key = "F-grid-check"
    first, second, *rest = LOOP.forms[key]["components"]

    found = differences.compare(LOOP, form(key, lambda all: [{**first, "label": "新标签"}, *rest]))
    turned = differences.compare(LOOP, form(key, lambda all: [second, first, *rest]))

    assert [(one.kind, one.id) for one in found.changes if one.place] == [(REMOVED, second["key"]), (CHANGED, first["key"])]
    assert [(one.kind, one.word, one.details[0].what) for one in turned.changes] == [(CHANGED, "表单", "字段次序")]


def test_decision_tables_are_compared_by_row():
    [file] = [name for name in LOOP.decisions if b"<rule" in LOOP.decisions[name]][:1]
    root = etree.fromstring(LOOP.decisions[file])
    rule = next(one for one in root.iter() if etree.QName(one).localname == "rule")
    rule.getparent().remove(rule)

    found = differences.compare(LOOP, replace(LOOP, decisions={**LOOP.decisions, file: etree.tostring(root)}))

    [change] = [one for one in found.changes if one.area == DECISION]
    assert change.kind == CHANGED
    assert [(one.what[:2], one.after) for one in change.details] == [("当 ", "")]


def test_parameters_are_compared_by_name():
    name = next(iter(LOOP.parameters))
    after = {**LOOP.parameters, name: {**LOOP.parameters[name], "default": 99}, "new": 1}

    found = differences.compare(LOOP, replace(LOOP, parameters=after))

    assert [(one.kind, one.area) for one in found.changes] == [(ADDED, PARAMETER), (CHANGED, PARAMETER)]


def test_against_nothing_everything_is_new():
    found = differences.compare(None, LOOP)

    assert {one.kind for one in found.changes} == {ADDED}
    assert {one.id for one in found.of(ADDED, FORM)} >= set(LOOP.forms)


def test_hostile_names_are_cut_and_stay_text():
    sentence = told(changed(('name="村社纠正"', 'name="&lt;script&gt;' + "长" * 5000 + '"')))[0]

    assert "<script>" in sentence and len(sentence) < 6000 and "…" in sentence
