"""The gl: namespace: one table, and files made from it that are never out of date."""

import json
from pathlib import Path

import pytest
from lxml import etree

from engine.definitions import extension, extension_files, read
from engine.definitions.extension import ATTRIBUTES, CHILDREN, NAMESPACE, Kind

FRAME = """<bpmn:definitions xmlns:bpmn="http://www.omg.org/spec/BPMN/20100524/MODEL" xmlns:gl="https://gridloop.dev/schema/bpmn/1.0">
<bpmn:process id="p" gl:startRoles="grid_worker  village_cadre" gl:title='"第" + case.number + "号"'>%s</bpmn:process></bpmn:definitions>"""


def node(element: str):
    return next(read((FRAME % element).encode()).each())


def inside(kind: str, child: str) -> str:
    return f'<bpmn:{kind} id="u"><bpmn:extensionElements>{child}</bpmn:extensionElements></bpmn:{kind}>'


@pytest.mark.parametrize("path", list(extension_files.FILES), ids=lambda path: path.name)
def test_generated_files_are_up_to_date(path: Path) -> None:
    assert path.read_text("utf-8") == extension_files.FILES[path](), "run python -m engine.definitions.extension_files"


def test_the_schema_is_a_schema_and_knows_every_name() -> None:
    schema = etree.XMLSchema(etree.fromstring(extension_files.schema().encode()))
    good = etree.fromstring(f'<gl:evidence xmlns:gl="{NAMESPACE}" name="现场照片" min="2"/>')
    bad = etree.fromstring(f'<gl:evidence xmlns:gl="{NAMESPACE}" min="two"/>')

    assert schema.validate(good)
    assert not schema.validate(bad)


def test_the_editor_description_has_no_name_twice_on_one_type() -> None:
    package = json.loads(extension_files.moddle())
    seen = [(owner, one["name"]) for kind in package["types"] for owner in kind.get("extends", ()) for one in kind["properties"]]

    assert package["uri"] == NAMESPACE
    assert len(seen) == len(set(seen))
    assert len({kind["name"] for kind in package["types"]}) == len(package["types"])
    assert {one.name for one in ATTRIBUTES} == {name for _, name in seen}
    assert {child.name.capitalize() for child in CHILDREN} <= {kind["name"] for kind in package["types"]}


def test_examples_of_the_guide_fit_their_own_types() -> None:
    for attribute in (*ATTRIBUTES, *(one for child in CHILDREN for one in child.attributes)):
        assert extension.convert(attribute, attribute.example) is not None


def test_values_are_read_by_their_types() -> None:
    model = read((FRAME % '<bpmn:sequenceFlow id="f" sourceRef="a" targetRef="b" gl:order="2"/>').encode())

    assert model.processes[0].gl == {"startRoles": ("grid_worker", "village_cadre"), "title": '"第" + case.number + "号"'}
    assert model.flows["f"].gl == {"order": 2}


def test_children_are_read_by_their_types() -> None:
    task = node('<bpmn:userTask id="u"><bpmn:extensionElements><gl:document template="t" name="文书" required="true"/>'
                '<gl:evidence name="照片" min="2"/></bpmn:extensionElements></bpmn:userTask>')

    assert list(task.each("document")) == [{"template": "t", "name": "文书", "required": True}]
    assert list(task.each("evidence")) == [{"name": "照片", "min": 2}]


@pytest.mark.parametrize(("element", "words"), [
    ('<bpmn:userTask id="u" gl:limti="3"/>', "未知的扩展属性 gl:limti"),
    ('<bpmn:endEvent id="u" gl:role="x"/>', "不能写扩展属性 gl:role"),
    ('<bpmn:userTask id="u" gl:limitUnit="weeks"/>', "现在是“weeks”"),
    ('<bpmn:userTask id="u" gl:formRef="a b"/>', "不能为空，也不能含空格"),
    (inside("userTask", "<gl:evidence/>"), "缺少属性 name"),
    (inside("userTask", '<gl:evidence name="x" max="1"/>'), "未知的属性 max"),
    (inside("userTask", "<gl:photo/>"), "不能含扩展元素 gl:photo"),
    (inside("serviceTask", '<gl:evidence name="x"/>'), "不能含扩展元素"),
])
def test_misuse_is_told_and_hides_nothing_else(element: str, words: str) -> None:
    model = read((FRAME % element).encode())

    assert words in next(model.found("misuse")).about
    assert "u" in model.nodes


def test_values_of_other_namespaces_are_left_alone() -> None:
    task = node('<bpmn:userTask id="u" xmlns:x="https://example.org" x:role="y"/>')

    assert task.gl == {}


def test_every_kind_of_value_is_used() -> None:
    used = {one.kind for one in (*ATTRIBUTES, *(one for child in CHILDREN for one in child.attributes))}

    assert used == set(Kind)
