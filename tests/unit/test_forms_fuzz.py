"""Whatever is submitted: the check answers or refuses, and lets through only known, visible, writable fields."""

import json

from hypothesis import given, settings
from hypothesis import strategies as st

from engine import forms
from engine.errors import InvalidDefinition, InvalidValues
from engine.forms import Mode

CHOICES = [{"label": "a", "value": "a"}, {"label": "一", "value": 1}, {"label": "是", "value": True}]
FIELDS = {
    "textfield": {"validate": {"required": True, "maxLength": 5, "pattern": "^a"}},
    "textarea": {},
    "number": {"decimalDigits": 1, "validate": {"min": "=1"}},
    "datetime": {"subtype": "datetime", "validate": {"notFuture": True}},
    "checkbox": {},
    "radio": {"values": CHOICES},
    "select": {"values": CHOICES},
    "checklist": {"values": CHOICES},
    "photo": {},
    "file": {},
    "location": {},
    "person": {},
    "signature": {},
}
COMPONENTS = [{"type": type_, "key": type_, "label": type_, **more} for type_, more in FIELDS.items()]
ROWS = {"type": "dynamiclist", "path": "dynamiclist", "label": "清单", "components": COMPONENTS}
HIDDEN = {"type": "textfield", "key": "hidden", "label": "h", "conditional": {"hide": "=checkbox or number > 5"}}
RIGHTS = {**dict.fromkeys(list(FIELDS)[::3], "read"), "file": "hidden", "dynamiclist": "required"}
FORM = forms.load({"components": [*COMPONENTS, ROWS, HIDDEN], "access": {"some": RIGHTS}})
KEYS = [*FIELDS, "dynamiclist", "hidden", "unknown", "lon", "lat", "address", "refused", "image"]

SCALARS = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text()
    | st.binary(max_size=3)
    | st.sampled_from(["a", "on", "1", "2026-03-02T09:00", "a" * 32, "{}", "[[", '{"lon": NaN, "lat": 1}', "\ud800", "-0", "9" * 400])
)
ANYTHING = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.sampled_from(KEYS) | st.text(max_size=3), inner, max_size=5),
    max_leaves=25,
)
SUBMISSIONS = st.dictionaries(st.sampled_from(KEYS) | st.text(max_size=5) | st.integers(), ANYTHING, max_size=15)


@settings(max_examples=300, deadline=None)
@given(SUBMISSIONS | ANYTHING, st.sampled_from([None, "some"]), st.dictionaries(st.sampled_from(KEYS), ANYTHING, max_size=4))
def test_validate_refuses_or_answers_with_lawful_keys_only(values, access, stored):
    writable = {one.key for one in FORM.inputs()} - ({key for key, right in RIGHTS.items() if right != "required"} if access else set())
    try:
        clean = forms.validate(FORM, values, access=access, stored=stored)
    except InvalidValues as refusal:
        assert all(isinstance(path, str) and message for path, message in refusal.errors.items())
        return
    assert set(clean) <= writable
    assert all(set(row) <= set(FIELDS) for row in clean.get("dynamiclist", []))
    json.dumps(clean, allow_nan=False).encode()


@settings(max_examples=100, deadline=None)
@given(SUBMISSIONS | ANYTHING, st.sampled_from([None, "some", "nobody"]), st.dictionaries(st.sampled_from(KEYS), ANYTHING, max_size=4))
def test_a_page_can_always_be_shown(values, access, stored):
    states = forms.fields(FORM, values, access=access, stored=stored)

    assert len(states) == len(FORM.components)
    assert all(state.value is None for state in states if state.mode is Mode.HIDDEN)


WORDS = st.sampled_from(
    ["components", "type", "key", "validate", "values", "conditional", "hide", "access", "group", "number", "select", "x", "path"]
)
DOCUMENTS = st.recursive(
    SCALARS | WORDS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(WORDS | st.text(max_size=3), inner, max_size=5),
    max_leaves=25,
)


@settings(max_examples=200, deadline=None)
@given(DOCUMENTS | st.builds(lambda inner: {"components": [inner]}, DOCUMENTS) | st.text() | st.binary())
def test_no_document_makes_loading_fail_otherwise_than_by_refusing(content):
    try:
        form = forms.load(content)
    except InvalidDefinition:
        return
    forms.check(form)
