"""One table of the rule book read strictly: every field has its type, and none is there that nobody reads."""

import datetime as dt
from collections.abc import Mapping
from typing import Any


class BookError(ValueError):
    """The rule book has a mistake; the message says in which file, at which row, and what to change."""


class Fields:
    """The fields of one table. `where` names it in messages."""

    def __init__(self, where: str, table: Any) -> None:
        if not isinstance(table, Mapping):
            raise BookError(f"{where}：应为一段字段")
        self.where, self._table, self._read = where, table, set[str]()

    def has(self, key: str) -> bool:
        """Whether the field is there."""
        return key in self._table

    def text(self, key: str, *, required: bool = False, choices: tuple[str, ...] = (), default: str = "") -> str:
        """A text, one of `choices` if there are any."""
        found = self._get(key, str, "文字", default)
        if required and not found:
            raise BookError(f"{self.where}：缺少 {key}")
        if choices and found and found not in choices:
            raise BookError(f"{self.where}：{key} = “{found}”，只能是 {'、'.join(choices)}")
        return str(found)

    def number(self, key: str) -> float | None:
        """A number that is not negative."""
        found = self._get(key, (int, float), "数字", None)
        if isinstance(found, bool) or (found is not None and not found >= 0):
            raise BookError(f"{self.where}：{key} 应为不小于零的数字")
        return found if found is None else float(found)

    def numbers(self, key: str) -> tuple[float, ...]:
        """A list of numbers above nought."""
        found = self._get(key, list, "数字列表", [])
        if any(isinstance(one, bool) or not isinstance(one, int | float) or one <= 0 for one in found):
            raise BookError(f"{self.where}：{key} 应为大于零的数字列表")
        return tuple(map(float, found))

    def texts(self, key: str) -> tuple[str, ...]:
        """A list of texts."""
        found = self._get(key, list, "文字列表", [])
        if any(not isinstance(one, str) for one in found):
            raise BookError(f"{self.where}：{key} 应为文字列表")
        return tuple(found)

    def day(self, key: str) -> dt.date | None:
        """A date."""
        found = self._get(key, dt.date, "日期（不加引号，如 2026-02-01）", None)
        return found if found is None else dt.date(found.year, found.month, found.day)

    def yes(self, key: str) -> bool:
        """True or false; false when it is not there."""
        return bool(self._get(key, bool, "true 或 false", False))

    def tables(self, key: str) -> list[Any]:
        """A list of tables."""
        return list(self._get(key, list, "列表", []))

    def table(self, key: str) -> dict[str, Any]:
        """A table of fields."""
        return dict(self._get(key, Mapping, "一组字段", {}))

    def close(self) -> None:
        """Refuse whatever was not read: most likely a misspelt name."""
        left = sorted(set(self._table) - self._read)
        if left:
            raise BookError(f"{self.where}：不认识的字段 {'、'.join(left)}")

    def _get(self, key: str, kind: Any, name: str, default: Any) -> Any:
        self._read.add(key)
        found = self._table.get(key, default)
        if found is not default and not isinstance(found, kind):
            raise BookError(f"{self.where}：{key} 应为{name}")
        return found
