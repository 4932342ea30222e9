"""Examples of a draft renamed and taken away in their file; the other examples and their comments stay as written."""

from typing import Any

import yaml

from engine.errors import InvalidValues, NotFound
from engine.rehearsal import scenarios

LONGEST_NAME = 80


def renamed(text: str, name: str, fresh: str) -> str:
    """The file with one example under another name. Raises NotFound, InvalidValues (the name is empty, too long or taken)."""
    called = " ".join(fresh.split())
    if not 0 < len(called) <= LONGEST_NAME:
        raise InvalidValues({"fresh": f"请写例子名称，最多 {LONGEST_NAME} 个字。"})
    if called != name and called in [one.name for one in scenarios.read(text)]:
        raise InvalidValues({"fresh": f"已经有叫“{called}”的例子，请换一个名称。"})
    at = _value_of(_entry(text, name), scenarios.NAME)
    written = yaml.safe_dump(called, allow_unicode=True, default_style='"', width=10_000).strip()
    made = text[:at.start_mark.index] + written + text[at.end_mark.index:]
    scenarios.read(made)
    return made


def without(text: str, name: str) -> str:
    """The file without one example. Raises NotFound, InvalidValues."""
    entry = _entry(text, name)
    begin = text.rindex("\n", 0, entry.start_mark.index) + 1 if "\n" in text[:entry.start_mark.index] else 0
    made = text[:begin] + text[_end(text, entry):]
    left = [one.name for one in scenarios.read(text) if one.name != name]
    if [one.name for one in scenarios.read(made)] != left:
        raise InvalidValues({"scenarios": "这个例子和别的写在同一行，请用“改文字”删除。"})
    return made


def places(text: str) -> dict[str, int]:
    """Example → the line of the file, from 1, on which it begins. Raises InvalidValues."""
    told = scenarios.read(text)
    return {one.name: int(entry.start_mark.line) + 1 for one, entry in zip(told, _entries(text), strict=True)}


def _end(text: str, entry: Any) -> int:
    """Where the lines of an entry end: the comments before the next entry belong to that one."""
    lines = text[entry.start_mark.index:entry.end_mark.index].splitlines(keepends=True)
    while len(lines) > 1 and (not lines[-1].strip() or lines[-1].startswith("#")):
        lines.pop()
    return int(entry.start_mark.index) + sum(map(len, lines))


def _entry(text: str, name: str) -> Any:
    """The node of an example, with its places in the text."""
    found = next((entry for one, entry in zip(scenarios.read(text), _entries(text), strict=True) if one.name == name), None)
    if found is None:
        raise NotFound("草稿里没有这个例子，请刷新后重新选择。")
    return found


def _entries(text: str) -> list[Any]:
    """The nodes of all examples, in the order of `scenarios.read`."""
    listed = yaml.compose(text, yaml.SafeLoader)
    return [] if listed is None else [one for one in listed.value if _value_of(one, scenarios.NAME) is not None]


def _value_of(entry: Any, key: str) -> Any:
    return next((value for named, value in entry.value if named.value == key), None)
