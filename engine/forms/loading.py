"""From a form document (a subset of form-js's JSON, with types and keys of our own) to a Form."""

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

from engine import feel
from engine.errors import InvalidDefinition
from engine.forms.model import INPUTS, RIGHTS, STATIC, Field, Form, FormProblem, Option, Rules

LARGEST = 1024 * 1024  # characters of a document
MOST_FIELDS = 500
DEEPEST = 5
_KEY = re.compile(r"[^\W\d]\w*")
_SUBTYPES = frozenset({"date", "time", "datetime"})
_RENAMED = {"filepicker": "file"}
_WORDS = frozenset(
    [
        "if",
        "then",
        "else",
        "for",
        "return",
        "some",
        "every",
        "satisfies",
        "and",
        "or",
        "not",
        "in",
        "between",
        "null",
        "true",
        "false",
        "function",
        "instance",
        "of",
        "date",
        "time",
        "duration",
        "now",
        "today",
        "partial",
    ]
)


class _Wrong(Exception):
    """What is wrong with one component, for the designer."""


def load(document: Mapping[str, Any] | str | bytes) -> Form:
    """Refuses with InvalidDefinition whatever has not the shape of a form; `findings` are FormProblems, the message names the first."""
    content = _content(document)
    try:
        components = tuple(_Reader().components(content.get("components"), depth=1))
        access = _access(content.get("access", {}))
        title = _text(content, "title") or _text(content, "name")
        return Form(_text(content, "id"), title, components, access)
    except _Wrong as wrong:
        raise _refusal(str(wrong)) from wrong


def _refusal(message: str) -> InvalidDefinition:
    return InvalidDefinition([FormProblem("", message)], message)


def _content(document: Mapping[str, Any] | str | bytes) -> Mapping[str, Any]:
    if isinstance(document, Mapping):
        return document
    if not isinstance(document, str | bytes):
        raise _refusal("表单文件的内容不是一个表单，请重新导出。")
    if len(document) > LARGEST:
        raise _refusal("表单文件超过 1 MB，请拆成几个表单。")
    try:
        content = json.loads(document)
    except (ValueError, RecursionError) as reason:
        raise _refusal("表单文件不是完整的 JSON，请重新导出。") from reason
    if not isinstance(content, dict):
        raise _refusal("表单文件的内容不是一个表单，请重新导出。")
    return content


class _Reader:
    """Reads components, counting them."""

    def __init__(self) -> None:
        self._count = 0
        self._in_rows = False

    def components(self, listed: Any, depth: int) -> Iterator[Field]:
        if not isinstance(listed, list):
            raise _Wrong("表单没有组件列表（components），请补上。")
        if depth > DEEPEST:
            raise _Wrong(f"表单嵌套超过 {DEEPEST} 层，请减少分组。")
        for one in listed:
            self._count += 1
            if not isinstance(one, Mapping) or self._count > MOST_FIELDS:
                raise _Wrong(f"表单的组件格式不对，或多于 {MOST_FIELDS} 个，请检查。")
            yield self._field(one, depth)

    def _field(self, one: Mapping[str, Any], depth: int) -> Field:
        type_ = _RENAMED.get(_text(one, "type"), _text(one, "type"))
        if type_ not in INPUTS | STATIC | {"group"}:
            raise _Wrong(f"暂不支持“{type_ or '没有类型'}”组件，请换成支持的组件。")
        if type_ == "dynamiclist" and self._in_rows:
            raise _Wrong("列表里不能再放列表，请分成两个列表。")
        return Field(
            id=_text(one, "id"), type=type_, key=_key(one, type_), label=_text(one, "label") or _text(one, "dateLabel"),
            description=_text(one, "description"), text=_text(one, "text"),
            readonly=_flag(one, "readonly") or _flag(one, "disabled"),
            hide=_hide(one), rules=_rules(one), options=tuple(_options(one)), options_from=_options_from(one),
            default=one.get("defaultValue"), subtype=_subtype(one, type_), digits=_count(one, "decimalDigits"), unit=_text(one, "unit"),
            children=self._children(one, type_, depth),
            properties={key: value for key, value in one.items() if key not in _READ},
        )  # fmt: skip

    def _children(self, one: Mapping[str, Any], type_: str, depth: int) -> tuple[Field, ...]:
        if type_ not in ("group", "dynamiclist"):
            return ()
        around, self._in_rows = self._in_rows, self._in_rows or type_ == "dynamiclist"
        children = tuple(self.components(one.get("components"), depth + 1))
        self._in_rows = around
        return children


_READ = frozenset(
    [
        "id",
        "type",
        "key",
        "path",
        "label",
        "description",
        "text",
        "readonly",
        "disabled",
        "conditional",
        "validate",
        "values",
        "valuesKey",
        "valuesExpression",
        "defaultValue",
        "subtype",
        "decimalDigits",
        "unit",
        "components",
    ]
)


def _text(one: Mapping[str, Any], key: str) -> str:
    value = one.get(key, "")
    if value is None:
        return ""
    if not isinstance(value, str):
        raise _Wrong(f"表单的“{key}”应是文字，请检查。")
    return value.strip()


def _flag(one: Mapping[str, Any], key: str) -> bool:
    value = one.get(key, False)
    if not isinstance(value, bool):
        raise _Wrong(f"“{_text(one, 'label')}”的“{key}”只能是是或否，请改用权限配置。")
    return value


def _key(one: Mapping[str, Any], type_: str) -> str:
    if type_ not in INPUTS:
        return ""
    key = _text(one, "key") or _text(one, "path")
    if not _KEY.fullmatch(key):
        raise _Wrong(f"“{_text(one, 'label') or type_}”的字段名“{key}”不能用，请以字母或汉字开头，只用字母、汉字、数字和下划线。")
    if key in _WORDS:
        raise _Wrong(f"字段名“{key}”是表达式的保留字，请换一个。")
    return key


def _hide(one: Mapping[str, Any]) -> str:
    conditional = one.get("conditional") or {}
    if not isinstance(conditional, Mapping):
        raise _Wrong("组件的显示条件（conditional）格式不对，请检查。")
    return _bare(_text(conditional, "hide"))


def _bare(expression: str) -> str:
    return expression[1:].strip() if expression.startswith("=") else expression


def _rules(one: Mapping[str, Any]) -> Rules:
    listed = one.get("validate") or {}
    if not isinstance(listed, Mapping):
        raise _Wrong("组件的校验规则（validate）格式不对，请检查。")
    least, most = ("minRows", "maxRows") if one.get("type") == "dynamiclist" else ("minCount", "maxCount")
    return Rules(
        required=_flag_or_feel(listed, "required"), min=_number_or_feel(listed, "min"), max=_number_or_feel(listed, "max"),
        min_length=_count(listed, "minLength"), max_length=_count(listed, "maxLength"),
        pattern=_text(listed, "pattern"), pattern_message=_text(listed, "patternErrorMessage"),
        min_count=_count(listed, least), max_count=_count(listed, most),
        not_future=listed.get("notFuture") is True,
        expression=_bare(_text(listed, "expression")), expression_message=_text(listed, "expressionMessage"),
    )  # fmt: skip


def _flag_or_feel(listed: Mapping[str, Any], key: str) -> bool | str:
    value = listed.get(key, False)
    return _bare(value) if isinstance(value, str) else value is True


def _number_or_feel(listed: Mapping[str, Any], key: str) -> int | float | str | None:
    value = listed.get(key)
    if value is None or value == "":
        return None
    if isinstance(value, str):
        return _bare(value)
    if isinstance(value, bool) or not isinstance(value, int | float) or not abs(value) <= 1e15:
        raise _Wrong(f"校验规则“{key}”应是数字或表达式，请检查。")
    return value


def _count(listed: Mapping[str, Any], key: str) -> int | None:
    value = listed.get(key)
    if value is None or value == "":
        return None
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value <= 100_000:
        raise _Wrong(f"“{key}”应是不小于零的整数，请检查。")
    return value


def _options(one: Mapping[str, Any]) -> Iterator[Option]:
    listed = one.get("values")
    if listed is None:
        return
    if not isinstance(listed, list):
        raise _Wrong("选项列表（values）格式不对，请检查。")
    for option in listed:
        value = option.get("value") if isinstance(option, Mapping) else None
        if not isinstance(value, str | int | float) or value == "":
            raise _Wrong(f"“{_text(one, 'label')}”有一个选项没有值，请补上。")
        yield Option(_text(option, "label") or str(value), value)


def _options_from(one: Mapping[str, Any]) -> str:
    return _bare(_text(one, "valuesExpression")) or _text(one, "valuesKey")


def _subtype(one: Mapping[str, Any], type_: str) -> str:
    subtype = _text(one, "subtype")
    if type_ == "datetime" and (subtype or "date") not in _SUBTYPES:
        raise _Wrong(f"“{_text(one, 'label')}”的时间类型“{subtype}”不能识别，请选日期、时间或日期时间。")
    return subtype or ("date" if type_ == "datetime" else "")


def _access(profiles: Any) -> dict[str, dict[str, str]]:
    if not isinstance(profiles, Mapping):
        raise _Wrong("表单的权限配置（access）格式不对，请检查。")
    for name, rights in profiles.items():
        if not isinstance(rights, Mapping) or not set(map(str, rights.values())) <= RIGHTS:
            raise _Wrong(f"权限配置“{name}”只能使用 hidden、read、write、required，请检查。")
    return {str(name): {str(key): str(right) for key, right in rights.items()} for name, rights in profiles.items()}


def options_of(value: Any) -> tuple[Option, ...]:
    """Choices from a list that the server holds: texts, numbers, or entries with `value` and `label`."""
    found: list[Option] = []
    for entry in value if isinstance(value, list) else ():
        own = entry.get("value") if isinstance(entry, Mapping) else entry
        label = entry.get("label") if isinstance(entry, Mapping) else None
        if isinstance(own, str | int | float) and own != "":
            found.append(Option(label if isinstance(label, str) and label else str(own), own))
    return tuple(found)


def names_in(expression: str) -> frozenset[str]:
    """Names an expression may read; none when it is wrong."""
    parsed = feel.parse(expression)
    return parsed.names | parsed.inner
