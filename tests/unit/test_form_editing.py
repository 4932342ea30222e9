"""Changing a form piece by piece."""

import copy

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine import forms
from engine.errors import InvalidDefinition, InvalidValues, NotFound
from engine.studio import form_editing
from engine.studio.form_editing import Document

FORM: Document = {
    "schemaVersion": 19, "type": "default", "id": "F-x", "name": "检查", "access": {"check": {"kind": "read", "note": "hidden"}},
    "components": [
        {"type": "radio", "id": "a", "key": "kind", "label": "种类",
         "values": [{"label": "犬", "value": "dog"}, {"label": "一", "value": 1}]},
        {"type": "group", "id": "g", "label": "分组", "components": [
            {"type": "textfield", "id": "b", "key": "note", "label": "说明",
             "validate": {"required": "=kind = \"dog\"", "maxLength": 20}}]},
        {"type": "number", "id": "c", "key": "fine", "label": "金额", "unit": "yuan"}],
}  # fmt: skip


def keys(document: Document) -> list[str]:
    return [f"{line.at} {line.key or line.type}" for line in form_editing.lines(document)]


def test_fields_are_listed_with_their_places():
    assert keys(FORM) == ["0 kind", "1 group", "1.0 note", "2 fine"]


def test_a_field_is_added_behind_another_or_into_an_empty_group():
    made, at = form_editing.added(FORM, "textarea", "0")
    assert at == "1" and keys(made)[1] == "1 field_1"
    made, at = form_editing.added(FORM, "group", "")
    assert at == "3"
    inside, at = form_editing.added(made, "photo", "3")
    assert at == "3.0" and keys(inside)[-1] == "3.0 field_1"
    forms.load(inside)


def test_moving_stays_among_brothers():
    down, at = form_editing.moved(FORM, "0", 1)
    assert at == "1" and keys(down) == ["0 group", "0.0 note", "1 kind", "2 fine"]
    assert form_editing.moved(FORM, "1.0", 1) == (FORM, "1.0")


def test_removing_takes_its_rights_away_too():
    made = form_editing.removed(FORM, "1")
    assert keys(made) == ["0 kind", "1 fine"] and made["access"] == {"check": {"kind": "read"}}


def test_what_is_typed_is_put_where_it_belongs():
    typed = {"label": "罚款", "min": "0", "max": "5000.5", "hide": "kind != \"dog\"", "required": "on", "unit": "yuan"}
    made = form_editing.changed(FORM, "2", typed)
    assert made["components"][2] == {"type": "number", "id": "c", "key": "fine", "label": "罚款", "unit": "yuan", "conditional": {
        "hide": "=kind != \"dog\""}, "validate": {"min": 0, "max": 5000.5, "required": True}}
    again = form_editing.changed(made, "2", {"min": "", "max": "", "hide": ""})
    assert "conditional" not in again["components"][2] and "validate" not in again["components"][2]


def test_what_was_not_touched_stays_as_it_was():
    typed = {setting.name: value for setting, value in form_editing.settings(FORM["components"][0])}
    assert form_editing.changed(FORM, "0", typed) == FORM, "numbers among the options stay numbers"
    note = {setting.name: value for setting, value in form_editing.settings(FORM["components"][1]["components"][0])}
    assert form_editing.changed(FORM, "1.0", note) == FORM, "a condition for being required stays"


def test_another_name_takes_its_rights_along():
    assert form_editing.changed(FORM, "0", {"key": "sort"})["access"] == {"check": {"sort": "read", "note": "hidden"}}


@pytest.mark.parametrize(("at", "typed", "why"), [
    ("0", {"values": "a = 甲\na = 乙"}, "重复"), ("0", {"values": ""}, "至少要有一个"), ("0", {"key": "1x"}, "以字母或汉字开头"),
    ("1.0", {"maxLength": "很多"}, "整数"), ("2", {"unit": "dollar"}, "列表"),
])
def test_what_cannot_be_is_refused_by_setting(at: str, typed: dict[str, str], why: str):
    with pytest.raises(InvalidValues) as refusal:
        form_editing.changed(FORM, at, typed)
    assert why in next(iter(refusal.value.errors.values()))


@pytest.mark.parametrize("at", ["9", "0.0", "1.7", "x", "", "-1"])
def test_a_place_that_is_not_there(at: str):
    with pytest.raises(NotFound):
        form_editing.component(FORM, at)


def test_profiles_are_columns_of_a_matrix():
    made = form_editing.with_rights(form_editing.with_profile(FORM, "lead"), "lead", {"fine": "required", "kind": "", "gone": "read"})
    assert made["access"]["lead"] == {"fine": "required"}
    assert "access" not in form_editing.without_profile(form_editing.without_profile(made, "lead"), "check")
    for wrong in ("check", "", "a b", "x" * 41):
        with pytest.raises(InvalidValues):
            form_editing.with_profile(FORM, wrong)
    with pytest.raises(InvalidValues):
        form_editing.with_rights(FORM, "check", {"kind": "everything"})


ACTS = st.tuples(st.sampled_from(["add", "remove", "up", "down"]), st.integers(0, 20), st.sampled_from(sorted(form_editing.TYPES)))


@given(st.lists(ACTS, max_size=12))
def test_whatever_is_done_it_stays_a_form_and_the_old_one_stays_too(acts: list[tuple[str, int, str]]):
    document, untouched = FORM, copy.deepcopy(FORM)
    for act, number, kind in acts:
        places = [line.at for line in form_editing.lines(document)]
        at = places[number % len(places)] if places else ""
        try:
            if act == "add":
                document, _ = form_editing.added(document, kind, at)
                forms.load(document)
            elif at and act == "remove":
                document = form_editing.removed(document, at)
            elif at:
                document, _ = form_editing.moved(document, at, -1 if act == "up" else 1)
        except InvalidDefinition as refusal:
            assert "列表" in refusal.message or "嵌套" in refusal.message
            return
    forms.load(document)
    assert untouched == FORM
