"""The form on which a record is written: made from the catalogue, so that a document needs no form of its own."""

import functools
from typing import Any

from engine import forms
from engine.documents import catalogue, fields
from engine.documents.catalogue import Document
from engine.forms import Form

MOMENTS = frozenset({"form.started_at", "form.ended_at"})
DAYS = frozenset({"form.applied_on", "form.received_on", "form.person_birth"})
LONG = frozenset({"findings", "statement", "minutes", "claims", "reason", "conclusion", "sketch", "refusal", "comment", "evidence",
                  "materials", "last_words", "votes", "disposal", "seal_state", "result"})
ROWS = {
    "dialogue": (("question", "问", "textarea"), ("answer", "答", "textarea")),
    "inventory": (("name", "名称", "textfield"), ("spec", "规格型号", "textfield"), ("count", "数量（含单位）", "textfield"),
              ("state", "状态", "textfield"), ("note", "备注", "textfield")),
    "results": (("item", "整改内容", "textfield"), ("result", "复查结果", "textfield"), ("note", "备注", "textfield")),
    "opinions": (("name", "姓名", "textfield"), ("opinion", "意见", "textarea")),
    "plan": (("number", "期次", "textfield"), ("amount", "金额", "textfield"), ("due", "缴款日期", "textfield")),
    "participants": (("person", "参加人员", "person"),),
}
OFFICERS = {"id": "officers", "type": "dynamiclist", "key": "officers", "label": "执法人员（不少于两人）",
            "components": [{"id": "officer", "type": "person", "key": "person", "label": "执法人员"}]}
PEOPLE = ("officers", "participants")
CHOICE = {"electronic": (("yes", "同意电子送达"), ("no", "不同意电子送达"))}


@functools.cache
def of(doc_id: str) -> Form:
    """The form of a record. Raises NotFound."""
    one = catalogue.of(doc_id)
    wanted = [*one.required, *(path for path in one.optional if path not in one.required)]
    components = [_component(one, path) for path in wanted if path.startswith("form.")]
    return forms.load({"id": f"draft-{doc_id}", "title": one.name, "components": [*_people(one), *components]})


def values_of(typed: dict[str, Any]) -> dict[str, Any]:
    """Checked answers as a record keeps them: lists of people as ids."""
    people: dict[str, Any] = {
        key: [str(row["person"]) for row in typed.get(key) or () if row.get("person")] for key in PEOPLE if key in typed}
    return {**typed, **people}


def typed_of(values: dict[str, Any]) -> dict[str, Any]:
    """The other way round, for the form."""
    people: dict[str, Any] = {key: [{"person": one} for one in values.get(key) or ()] for key in PEOPLE if key in values}
    return {**values, **people}


def _people(one: Document) -> list[dict[str, Any]]:
    return [OFFICERS] if "officers" in one.signers else []


def _component(one: Document, path: str) -> dict[str, Any]:
    key = path.removeprefix("form.")
    common: dict[str, Any] = {"id": key, "key": key, "label": fields.name_of(path),
                              "validate": {"required": path in one.required and key not in ROWS}}
    if path in MOMENTS:
        return {**common, "type": "datetime", "subtype": "datetime", "dateLabel": common["label"]}
    if path in DAYS:
        return {**common, "type": "datetime", "subtype": "date", "dateLabel": common["label"]}
    if key in ROWS:
        inside = [{"id": f"{key}-{name}", "type": kind, "key": name, "label": label} for name, label, kind in ROWS[key]]
        return {**common, "type": "dynamiclist", "components": inside}
    if key in CHOICE:
        return {**common, "type": "radio", "values": [{"value": value, "label": label} for value, label in CHOICE[key]]}
    return {**common, "type": "textarea" if key in LONG else "textfield"}
