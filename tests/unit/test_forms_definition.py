"""Form documents: what is refused, and what a designer is told to mend."""

import json

import pytest

from engine import forms
from engine.errors import InvalidDefinition


def document(*components, **more):
    return {"components": list(components), **more}


def one(type_="textfield", key="x", **more):
    return {"type": type_, "key": key, "label": "栏目", **more}


def nested(depth):
    component = one()
    for _ in range(depth):
        component = {"type": "group", "components": [component]}
    return component


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("{", "不是完整的 JSON"),
        (b"\xff\xfe", "不是完整的 JSON"),
        ("[" * 100_000, "不是完整的 JSON"),
        ("[]", "不是一个表单"),
        (" " * (1024 * 1024 + 1), "超过 1 MB"),
        ({}, "没有组件列表"),
        (document("x"), "组件格式不对"),
        (document(*[one(key=f"k{i}") for i in range(501)]), "多于 500 个"),
        (document(nested(6)), "嵌套超过 5 层"),
        (document(one("iframe")), "暂不支持“iframe”"),
        (document({}), "没有类型"),
        (document(one(key="")), "不能用"),
        (document(one(key="a-b")), "不能用"),
        (document(one(key="1a")), "不能用"),
        (document(one(key="today")), "保留字"),
        (document(one(key="if")), "保留字"),
        (document(one(label=5)), "应是文字"),
        (document(one(readonly="=true")), "权限配置"),
        (document(one(conditional="x")), "conditional"),
        (document(one(validate=[])), None),
        (document(one(validate=["x"])), "validate"),
        (document(one(validate={"maxLength": "x"})), "整数"),
        (document(one(validate={"min": [1]})), "数字或表达式"),
        (document(one("select", values={})), "values"),
        (document(one("select", values=[{"label": "a"}])), "没有值"),
        (document(one("datetime", subtype="year")), "时间类型"),
        (
            document({"type": "dynamiclist", "path": "a", "components": [{"type": "dynamiclist", "path": "b", "components": []}]}),
            "不能再放列表",
        ),
        (document(one(), access=[]), "access"),
        (document(one(), access={"a": {"x": "admin"}}), "只能使用"),
    ],
)
def test_a_document_that_is_no_form_is_refused_with_the_reason(content, message):
    if message is None:
        forms.load(content)
        return
    with pytest.raises(InvalidDefinition, match=message) as refusal:
        forms.load(content)
    assert refusal.value.findings


def test_text_bytes_and_mappings_are_read_alike():
    content = document(one(placeholder="p"), id="F-X", title="表")

    read = [forms.load(content), forms.load(json.dumps(content)), forms.load(json.dumps(content).encode())]

    assert read[0] == read[1] == read[2]
    assert (read[0].id, read[0].title) == ("F-X", "表")
    assert read[0].components[0].properties == {"placeholder": "p"}


CHOICES = [{"label": "a", "value": "a"}]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (document(one(), one()), "重复"),
        (document(one(), {"type": "group", "components": [one()]}), "重复"),
        (document(one(conditional={"hide": "=y = 1"}), one(key="y")), "下面的字段“y”"),
        (document({"type": "group", "components": [one(conditional={"hide": "=y = 1"}), one(key="y")]}), "下面的字段“y”"),
        (document(one(conditional={"hide": "=x = 1"})), "下面的字段“x”"),
        (document(one(conditional={"hide": "=a =="})), "有误"),
        (document(one(conditional={"hide": "=today() > d"})), "改用变量 today"),
        (document(one(validate={"expression": "=foo(x)"})), "不存在的函数"),
        (document(one(conditional={"hide": "=true"}, validate={"required": True})), "永远隐藏"),
        (document({"type": "group", "conditional": {"hide": "=1 = 1"}, "components": [one(validate={"required": True})]}), "永远隐藏"),
        (document(one("select")), "没有选项"),
        (document(one("select", values=CHOICES * 2)), "值相同"),
        (document(one("number", validate={"min": 5, "max": 1})), "最小值大于最大值"),
        (document(one(validate={"pattern": "("})), "正则表达式"),
        (document(one("number", unit="fen")), "yuan"),
        (document(one(label="")), "没有标题"),
        (document(one(), access={"a": {"y": "read"}}), "不在表单中"),
        (document(one(readonly=True), access={"a": {"x": "required"}}), "取消只读"),
        (
            document(
                {"type": "dynamiclist", "path": "rows", "label": "清单", "components": [one(conditional={"hide": "=y = 1"}), one(key="y")]}
            ),
            "下面的字段“y”",
        ),
    ],
)
def test_a_designer_is_told_what_to_mend(content, message):
    problems = forms.check(forms.load(content))

    assert len(problems) == 1, problems
    assert message in problems[0].message


def test_a_sound_form_has_no_problems():
    rows = {
        "type": "dynamiclist",
        "path": "rows",
        "label": "清单",
        "components": [one(key="n"), one(key="m", conditional={"hide": "=n = x"})],
    }
    content = document(
        one(validate={"expression": '=x != "a"', "required": "=case.urgent"}),
        rows,
        one(key="z", conditional={"hide": "=count(rows[n != x]) > 0 or today > date(2026, 1, 1) or param.limit = 1"}),
        access={"a": {"x": "required", "rows": "read"}},
    )

    assert forms.check(forms.load(content), known=()) == []


def test_other_names_are_checked_only_against_a_known_list():
    form = forms.load(document(one(conditional={"hide": "=severity = 1"})))

    assert forms.check(form) == []
    assert forms.check(form, known={"severity"}) == []
    assert "未定义的名称“severity”" in forms.check(form, known=())[0].message
