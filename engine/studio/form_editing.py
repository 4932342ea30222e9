"""Changing a form document piece by piece: fields added, moved, taken away, set; access profiles as a matrix.

A field is named by its place: "2" is the third component, "2.0" the first inside that group or list. Every change answers a new document
and leaves the old one alone; whether the result is a form is asked of `engine.forms.load` before it is kept.
"""

import copy
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from engine.errors import InvalidValues, NotFound

Document = dict[str, Any]
TYPES = {
    "textfield": "单行文字", "textarea": "多行文字", "number": "数字、金额", "datetime": "日期时间", "radio": "单选", "select": "下拉选择",
    "checklist": "多选", "checkbox": "勾选", "photo": "照片", "file": "文件", "location": "位置", "person": "人员", "signature": "签名",
    "text": "说明文字", "group": "分组", "dynamiclist": "可增减的列表",
}  # fmt: skip
HOLDERS = ("group", "dynamiclist")
CHOICES = ("radio", "select", "checklist")
RIGHTS = {"": "默认", "hidden": "隐藏", "read": "只读", "write": "可填", "required": "必填"}
PROFILE = re.compile(r"[\w\-]{1,40}")
KEY = re.compile(r"[^\W\d]\w*")
NUMBER = re.compile(r"-?\d+(\.\d+)?")
LONGEST = 4000


@dataclass(frozen=True)
class Setting:
    """One thing that can be set on a field: where it stands in the document, how it is written, for which types (none: all)."""

    name: str
    label: str
    place: str = ""
    kind: str = "text"  # text, words (several lines), feel, flag, number, count, options, one of `choices`
    types: tuple[str, ...] = ()
    choices: Mapping[str, str] | None = None
    hint: str = ""


_TYPED = ("textfield", "textarea")
_INPUTS = tuple(kind for kind in TYPES if kind not in ("text", "group"))
SETTINGS = (
    Setting("label", "标题"), Setting("key", "字段名", types=_INPUTS, hint="流程和条件里用这个名称，用英文或汉字，不能有空格"),
    Setting("description", "提示", kind="words", types=_INPUTS), Setting("text", "文字", kind="words", types=("text",)),
    Setting("required", "必填", "validate", "flag", _INPUTS), Setting("readonly", "只读", kind="flag", types=_INPUTS),
    Setting("hide", "什么时候隐藏", "conditional", "feel", hint='写条件，例如 kind != "other"；只能用上面的字段'),
    Setting("values", "选项", kind="options", types=CHOICES, hint="一行一个：值 = 文字"),
    Setting("valuesExpression", "选项来自", kind="feel", types=CHOICES, hint="选项不写在这里、由流程给出时，写变量名，例如 candidates"),
    Setting("minLength", "最少字数", "validate", "count", _TYPED), Setting("maxLength", "最多字数", "validate", "count", _TYPED),
    Setting("pattern", "格式（正则）", "validate", types=_TYPED, hint="整段文字要符合的写法，例如 ^1\\d{10}$ 是十一位手机号"),
    Setting("patternErrorMessage", "格式不对时提示", "validate", types=_TYPED),
    Setting("min", "最小", "validate", "number", ("number",)), Setting("max", "最大", "validate", "number", ("number",)),
    Setting("decimalDigits", "小数位", kind="count", types=("number",)),
    Setting("unit", "单位", kind="choice", types=("number",), choices={"": "无", "yuan": "元（金额）"}),
    Setting("subtype", "精确到", kind="choice", types=("datetime",), choices={"date": "日期", "datetime": "日期和时间", "time": "时间"}),
    Setting("notFuture", "不能晚于现在", "validate", "flag", ("datetime",)),
    Setting("minCount", "最少几项", "validate", "count", ("photo", "file", "checklist")),
    Setting("maxCount", "最多几项", "validate", "count", ("photo", "file", "checklist")),
    Setting("minRows", "最少几行", "validate", "count", ("dynamiclist",)),
    Setting("maxRows", "最多几行", "validate", "count", ("dynamiclist",)),
    Setting("role", "从哪个岗位选", types=("person",), hint="岗位编号，例如 case_officer；不写就从所有人里选"),
    Setting("expression", "还要满足", "validate", "feel", _INPUTS, hint="写条件，例如 until >= begin；不成立就不能提交"),
    Setting("expressionMessage", "不满足时提示", "validate", types=_INPUTS),
)  # fmt: skip


@dataclass(frozen=True)
class Line:
    """A field in the list of a form: its place, how deep it stands, and whether it can go up or down."""

    at: str
    depth: int
    type: str
    key: str
    label: str
    first: bool
    last: bool


def empty(form_id: str, name: str) -> Document:
    """A form without fields."""
    return {"schemaVersion": 19, "type": "default", "id": form_id, "name": name, "components": []}


def text(document: Document) -> str:
    """As it lies on the disk."""
    return json.dumps(document, ensure_ascii=False, indent=2) + "\n"


def lines(document: Mapping[str, Any]) -> list[Line]:
    """Every field in order, groups opened."""
    return list(_lines(document.get("components") or [], "", 0))


def _lines(listed: list[Any], above: str, depth: int) -> list[Line]:
    found: list[Line] = []
    for number, one in enumerate(listed):
        at = f"{above}.{number}" if above else str(number)
        words = one.get("label") or one.get("dateLabel") or one.get("text") or ""
        found.append(Line(at, depth, one.get("type", ""), one.get("key") or one.get("path") or "", words, number == 0,
                          number == len(listed) - 1))
        found += _lines(one.get("components") or [], at, depth + 1) if one.get("type") in HOLDERS else []
    return found


def above(document: Mapping[str, Any], at: str) -> list[Line]:
    """The fields that a condition of the one at `at` may name: those before it, of other lists only the list itself."""
    found: list[Line] = []
    rows: list[str] = []
    for line in lines(document):
        if line.at == at:
            return found
        rows += [f"{line.at}."] if line.type == "dynamiclist" and not at.startswith(f"{line.at}.") else []
        if line.key and not line.at.startswith(tuple(rows)) and not at.startswith(f"{line.at}."):
            found.append(line)
    return []


def component(document: Mapping[str, Any], at: str) -> dict[str, Any]:
    """The field at a place. Raises NotFound."""
    listed, number = _siblings(document, at)
    found: dict[str, Any] = listed[number]
    return found


def added(document: Document, type_: str, after: str) -> tuple[Document, str]:
    """A new field after the one at `after` ("" for the end); into it when that is an empty group or list. Answers its place too.

    Raises InvalidValues (no such kind), NotFound.
    """
    if type_ not in TYPES:
        raise InvalidValues({"type": "请选择字段的种类。"})
    made = copy.deepcopy(document)
    fresh = _fresh(made, type_)
    holder = component(made, after) if after else None
    if holder is not None and holder.get("type") in HOLDERS and not holder.get("components"):
        holder["components"] = [fresh]
        return made, f"{after}.0"
    listed, number = _siblings(made, after) if after else (made.setdefault("components", []), len(made["components"]) - 1)
    listed.insert(number + 1, fresh)
    return made, ".".join((*after.split(".")[:-1], str(number + 1)))


def removed(document: Document, at: str) -> Document:
    """Without the field, and without what the access profiles say of it. Raises NotFound."""
    made = copy.deepcopy(document)
    listed, number = _siblings(made, at)
    gone = {line.key for line in _lines([listed[number]], "", 0) if line.key}
    del listed[number]
    for rights in (made.get("access") or {}).values():
        for key in gone:
            rights.pop(key, None)
    return made


def moved(document: Document, at: str, by: int) -> tuple[Document, str]:
    """One place up (-1) or down (1) among its siblings; at the border nothing changes. Raises NotFound."""
    made = copy.deepcopy(document)
    listed, number = _siblings(made, at)
    to = number + by
    if not 0 <= to < len(listed):
        return made, at
    listed[number], listed[to] = listed[to], listed[number]
    return made, ".".join((*at.split(".")[:-1], str(to)))


def settings(one: Mapping[str, Any]) -> list[tuple[Setting, str]]:
    """What can be set on a field, with what stands there now, as it is typed."""
    return [(setting, _shown(one, setting)) for setting in SETTINGS if not setting.types or one.get("type") in setting.types]


def changed(document: Document, at: str, typed: Mapping[str, str]) -> Document:
    """With what was typed for the field; settings that were not sent stay. Raises NotFound, InvalidValues by setting."""
    made = copy.deepcopy(document)
    one = component(made, at)
    before = one.get("key")
    wrong: dict[str, str] = {}
    for setting, shown in settings(one):
        said = typed.get(setting.name, "").strip()[:LONGEST]
        if (setting.name in typed or setting.kind == "flag") and said != shown:
            try:
                _put(one, setting, said)
            except ValueError as reason:
                wrong[setting.name] = f"{setting.label}：{reason}"
    if wrong:
        raise InvalidValues(wrong)
    for rights in (made.get("access") or {}).values():
        if before in rights and one.get("key") != before:
            rights[one["key"]] = rights.pop(before)
    return made


def with_profile(document: Document, name: str) -> Document:
    """With one more access profile. Raises InvalidValues."""
    if not PROFILE.fullmatch(name) or name in (document.get("access") or {}):
        raise InvalidValues({"profile": "权限方案的名称用英文、汉字或数字，最多 40 个字，不能与已有的重名。"})
    return {**document, "access": {**(document.get("access") or {}), name: {}}}


def without_profile(document: Document, name: str) -> Document:
    """Without an access profile."""
    left = {key: rights for key, rights in (document.get("access") or {}).items() if key != name}
    return {key: value for key, value in {**document, "access": left}.items() if key != "access" or left}


def with_rights(document: Document, name: str, rights: Mapping[str, str]) -> Document:
    """A profile as its column of the matrix says. Raises InvalidValues."""
    keys = {line.key for line in lines(document) if line.key}
    if name not in (document.get("access") or {}) or not set(rights.values()) <= set(RIGHTS):
        raise InvalidValues({"profile": "没有这个权限方案，或者权限不对，请刷新后重试。"})
    kept = {key: right for key, right in rights.items() if right and key in keys}
    return {**document, "access": {**document["access"], name: kept}}


def _siblings(document: Mapping[str, Any], at: str) -> tuple[list[Any], int]:
    listed: Any = document.get("components")
    *above, last = at.split(".")
    for step in above:
        if not step.isdecimal() or not isinstance(listed, list) or int(step) >= len(listed):
            raise NotFound("没有这个字段，请刷新后重新选择。")
        listed = listed[int(step)].get("components")
    if not last.isdecimal() or not isinstance(listed, list) or int(last) >= len(listed):
        raise NotFound("没有这个字段，请刷新后重新选择。")
    return listed, int(last)


def _fresh(document: Mapping[str, Any], type_: str) -> dict[str, Any]:
    keys = {line.key for line in lines(document)}
    number = next(n for n in range(1, 1000) if f"field_{n}" not in keys)
    one: dict[str, Any] = {"type": type_, "id": f"field_{number}", "label": TYPES[type_]}
    if type_ in _INPUTS:
        one["key"] = f"field_{number}"
    if type_ in CHOICES:
        one["values"] = [{"label": "是", "value": "yes"}, {"label": "否", "value": "no"}]
    if type_ in HOLDERS:
        one["components"] = []
    if type_ == "text":
        one = {"type": "text", "id": f"field_{number}", "text": "说明"}
    return {**one, "subtype": "date"} if type_ == "datetime" else one


def _shown(one: Mapping[str, Any], setting: Setting) -> str:
    value = (one.get(setting.place) or {}).get(setting.name) if setting.place else one.get(setting.name)
    if setting.kind == "options":
        return "\n".join(f"{option.get('value')} = {option.get('label', '')}" for option in value or [])
    if setting.kind == "flag":
        return "on" if value is True else ""
    return "" if value is None else str(value).removeprefix("=").strip() if setting.kind == "feel" else str(value)


def _put(one: dict[str, Any], setting: Setting, typed: str) -> None:
    """Raises ValueError with what is wrong."""
    place = one.setdefault(setting.place, {}) if setting.place else one
    if setting.kind == "flag" and isinstance(place.get(setting.name), str):
        return  # a condition, written by hand: the tick does not take it away
    value = _value(setting, typed)
    if value is None or value is False or value == "":
        place.pop(setting.name, None)
    else:
        place[setting.name] = value
    if setting.place and not place:
        one.pop(setting.place)


def _value(setting: Setting, typed: str) -> Any:
    if setting.kind == "options":
        return _options(typed)
    if setting.kind == "flag":
        return typed == "on"
    if setting.kind == "feel":
        return f"={typed.removeprefix('=').strip()}" if typed else ""
    if setting.kind == "count" and typed and not typed.isdecimal():
        raise ValueError("请填不小于零的整数。")
    if setting.kind == "choice" and typed not in (setting.choices or {}):
        raise ValueError("请从列表中选择。")
    if setting.name == "key" and not KEY.fullmatch(typed):
        raise ValueError("以字母或汉字开头，只用字母、汉字、数字和下划线。")
    if setting.kind == "count":
        return int(typed) if typed else None
    if setting.kind == "number" and NUMBER.fullmatch(typed):
        return float(typed) if "." in typed else int(typed)
    return typed.replace("\r\n", "\n")


def _options(typed: str) -> list[dict[str, str]]:
    found: list[dict[str, str]] = []
    for line in filter(None, (line.strip() for line in typed.splitlines())):
        value, _, label = (part.strip() for part in line.partition("="))
        if not value or value in [one["value"] for one in found]:
            raise ValueError(f"选项“{line}”没有值，或者值重复，请写成：值 = 文字。")
        found.append({"label": label or value, "value": value})
    if not found:
        raise ValueError("至少要有一个选项。")
    return found
