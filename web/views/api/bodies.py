"""What a request to the interface may contain: closed descriptions that check a request and describe it in OpenAPI, from one source."""

import json
import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from engine.errors import EngineError, InvalidValues

LARGEST = 1024 * 1024
DEEPEST = 20
LARGEST_INTEGER = 2**53
NAMES = {"string": "文字", "integer": "整数", "object": "对象"}


class Malformed(EngineError):
    """The request is not JSON at all, or lacks a header that every write needs."""

    default = "请求内容不是正确的 JSON。"


@dataclass(frozen=True)
class Part:
    """One member of a request. `longest` counts characters of a string; an object's members are not described further."""

    kind: str
    about: str
    required: bool = False
    longest: int = 2000
    choices: tuple[str, ...] = ()

    def schema(self) -> dict[str, Any]:
        """As JSON Schema."""
        described: dict[str, Any] = {"type": self.kind, "description": self.about}
        if self.choices:
            described["enum"] = list(self.choices)
        elif self.kind == "string":
            described |= {"minLength": 1 if self.required else 0, "maxLength": self.longest}
        elif self.kind == "integer":
            described |= {"minimum": 0, "maximum": LARGEST_INTEGER}
        return described

    def fault(self, value: Any) -> str | None:
        """What is wrong with a value, in words."""
        kinds = {"string": str, "integer": int, "object": dict}
        if not isinstance(value, kinds[self.kind]) or isinstance(value, bool):
            return f"应为{NAMES[self.kind]}。"
        if self.choices and value not in self.choices:
            return f"应为 {'、'.join(self.choices)} 之一。"
        if isinstance(value, str) and not self.choices and not (1 if self.required else 0) <= len(value) <= self.longest:
            return f"应为 1 至 {self.longest} 个字。"
        if isinstance(value, int) and not 0 <= value <= LARGEST_INTEGER:
            return "数字超出范围。"
        return None


@dataclass(frozen=True)
class Body:
    """The members a request may have, and no others."""

    name: str
    parts: Mapping[str, Part] = field(default_factory=dict)

    def schema(self) -> dict[str, Any]:
        """As JSON Schema."""
        required = [name for name, part in self.parts.items() if part.required]
        described: dict[str, Any] = {"type": "object", "additionalProperties": False,
                                     "properties": {name: part.schema() for name, part in self.parts.items()}}
        return described | ({"required": required} if required else {})

    def checked(self, given: Mapping[str, Any]) -> dict[str, Any]:
        """The members that were sent. Raises InvalidValues naming every unknown, missing or wrong one."""
        errors = {name: "不认识的内容，请对照接口文档。" for name in given if name not in self.parts}
        errors |= {name: "缺少这一项。" for name, part in self.parts.items() if part.required and name not in given}
        for name, value in given.items():
            fault = self.parts[name].fault(value) if name in self.parts else None
            if fault or _unstorable(value):
                errors[name] = fault or "含有不能保存的字符或数字。"
        if errors:
            raise InvalidValues({name[:60].encode("ascii", "backslashreplace").decode(): text for name, text in errors.items()},
                                "请求内容需要更正。")
        return dict(given)


def read(document: bytes) -> dict[str, Any]:
    """The JSON object of a request; nothing sent is an empty one. Raises Malformed."""
    if not document.strip():
        return {}
    try:
        value = json.loads(document, parse_constant=_refuse)
    except (ValueError, RecursionError) as error:
        raise Malformed(cause=str(error)) from error
    if not isinstance(value, dict):
        raise Malformed("请求内容应为一个 JSON 对象。")
    if _depth(value) > DEEPEST:
        raise Malformed(f"请求内容嵌套超过 {DEEPEST} 层。")
    return value


def _refuse(constant: str) -> None:
    raise ValueError(constant)


def _depth(value: Any) -> int:
    """Level by level, so that depth costs no recursion."""
    depth, level = 0, [value]
    while level:
        depth, level = depth + 1, [inner for one in level for inner in _inside(one)]
    return depth


def _inside(value: Any) -> Iterator[Any]:
    if isinstance(value, dict):
        yield from value.values()
    elif isinstance(value, list):
        yield from value


def _unstorable(value: Any) -> bool:
    """A lone surrogate, a control character, a number that is none: nothing of that may reach a database."""
    if isinstance(value, str):
        return any(("\ud800" <= sign <= "\udfff") or (sign < " " and sign not in "\n\r\t") for sign in value)
    if isinstance(value, float):
        return not math.isfinite(value)
    if isinstance(value, int):
        return abs(value) > LARGEST_INTEGER
    return any(map(_unstorable, _inside(value))) or (isinstance(value, dict) and any(map(_unstorable, value)))
