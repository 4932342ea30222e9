"""What a page shows of a form: modes, values, rows."""

from engine import forms
from engine.forms import Mode

FORM = forms.load(
    {
        "components": [
            {"type": "text", "id": "t", "text": "# 核查"},
            {
                "type": "radio",
                "key": "ok",
                "label": "结果",
                "values": [{"label": "好", "value": "y"}, {"label": "差", "value": "n"}],
                "defaultValue": "y",
            },
            {
                "type": "textfield",
                "key": "why",
                "label": "原因",
                "conditional": {"hide": '=ok = "y"'},
                "validate": {"required": '=ok = "n"'},
            },
            {"type": "number", "key": "fine", "label": "罚款", "unit": "yuan", "description": "元"},
            {"type": "group", "label": "人员", "components": [{"type": "textfield", "key": "who", "label": "姓名"}]},
            {"type": "dynamiclist", "path": "rows", "label": "清单", "components": [{"type": "textfield", "key": "name", "label": "名称"}]},
        ],
        "access": {"reader": {"ok": "read", "fine": "read", "rows": "read", "who": "hidden"}, "strict": {"who": "required"}},
    }
)


def shown(values=None, **more):
    return {state.key or state.type: state for state in forms.fields(FORM, values or {}, **more)}


def test_an_empty_form_shows_its_defaults_and_one_blank_row():
    states = shown()

    assert states["text"].field.text == "# 核查"
    assert (states["ok"].value, states["ok"].mode, len(states["ok"].options)) == ("y", Mode.WRITE, 2)
    assert states["why"].mode is Mode.HIDDEN
    assert [(row.path, row.children[0].path, row.children[0].value) for row in states["rows"].children] == [("rows.0", "rows.0.name", None)]


def test_what_was_typed_decides_what_is_shown_and_is_kept_as_typed():
    states = shown({"ok": "n", "fine": "abc", "rows": [{"name": "a"}, {"name": ""}]})

    assert (states["why"].mode, states["why"].required) == (Mode.WRITE, True)
    assert states["fine"].value == "abc"
    assert [row.children[0].value for row in states["rows"].children] == ["a", ""]


def test_stored_values_are_shown_and_money_reads_in_yuan():
    states = shown(stored={"ok": "n", "fine": 1250, "why": "乱", "rows": [{"name": "b"}]})

    assert (states["ok"].value, states["why"].value, states["fine"].value) == ("n", "乱", "12.50")
    assert [row.children[0].value for row in states["rows"].children] == ["b"]


def test_a_profile_makes_fields_readable_hidden_or_required():
    states = shown({"ok": "y"}, access="reader", stored={"ok": "n", "fine": 5, "rows": [{"name": "b"}], "who": "甲"})

    assert (states["ok"].mode, states["ok"].value) == (Mode.READ, "n")
    assert (states["fine"].mode, states["fine"].value) == (Mode.READ, "0.05")
    assert states["why"].mode is Mode.WRITE
    assert [(row.mode, row.children[0].mode, row.children[0].value) for row in states["rows"].children] == [(Mode.READ, Mode.READ, "b")]
    (who,) = states["group"].children
    assert (who.mode, who.value) == (Mode.HIDDEN, None)
    (who,) = shown(access="strict")["group"].children
    assert (who.mode, who.required, who.label) == (Mode.WRITE, True, "姓名")
