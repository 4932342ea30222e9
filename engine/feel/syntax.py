"""What a FEEL text names and calls, and what is wrong with it, told to somebody who does not program."""

import json
import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from engine.errors import ExpressionFailed
from engine.feel.isolate import shared

LONGEST = 2000  # characters of one expression
CLOCK = frozenset({"now", "today"})  # as functions they read the machine's clock; as variables they are the turn's moment
OURS = frozenset({"deadline"})
"""Functions that a diagram has beside those of FEEL: deadline("DL-C6") is the clock of that rule in the case."""

_HINTS: tuple[tuple[str, str], ...] = (
    (r"\$\{|#\{", "FEEL 不使用 ${…}，请直接写表达式"),
    (r"==", "判断相等请用一个等号 ="),
    (r"&&", "“并且”请写 and"),
    (r"\|\|", "“或者”请写 or"),
    (r"<>|!==", "判断不相等请写 !="),
    (r"!(?!=)", "“不是”请写 not(…)"),
    (r"[“”‘’]|'", "文字请用英文双引号 \"…\" 括起来"),
    (r"[，。；：（）＝＞＜！＋－【】]", "请使用英文标点和半角符号"),
    (r"\?\s*.+:", "请写成 if 条件 then 值 else 值"),
    (r"^\s*if\b(?!.*\belse\b)", "if … then … 后面还要写 else …"),
)
_PYTHON = {"None": "空值请写 null", "True": "“真”请写 true", "False": "“假”请写 false"}


@dataclass(frozen=True)
class Parsed:
    """`names` are free for certain; `inner` stand inside a filter and may also be entries of the filtered list.

    `functions` are all that are called, `unknown` those that FEEL does not have, `refused` those that must not be used.
    `error` is (position from 0, what to do) or None.
    """

    names: frozenset[str] = frozenset()
    functions: frozenset[str] = frozenset()
    error: tuple[int, str] | None = None
    inner: frozenset[str] = frozenset()
    unknown: frozenset[str] = frozenset()
    refused: frozenset[str] = frozenset()


def bare(expression: str) -> str:
    """The expression without the leading "=" that form editors write."""
    text = expression.strip()
    return text[1:].strip() if text.startswith("=") else text


def parse(expression: str) -> Parsed:
    """Names, functions and the first mistake of an expression. Never raises for a wrong text."""
    return _parse(expression, "Expression")


def parse_unary_tests(cell: str) -> Parsed:
    """The same for a cell of a decision table, such as `> 5, [1..3]`."""
    return _parse(cell, "UnaryTests")


def _parse(expression: str, top: str) -> Parsed:
    text = bare(expression) if top == "Expression" else expression.strip()
    offset = expression.find(text)
    if not text:
        return Parsed(error=(0, "表达式是空的，请填写"))
    if len(text) > LONGEST:
        return Parsed(error=(LONGEST, f"表达式超过 {LONGEST} 个字符，请改用决策表"))
    try:
        parsed = _analysed(text, top)
    except ExpressionFailed as refusal:
        return Parsed(error=(0, refusal.message.rstrip("。")))
    if parsed.error is None:
        return parsed
    return Parsed(error=(parsed.error[0] + offset, parsed.error[1]))


@lru_cache(maxsize=4096)
def _analysed(text: str, top: str) -> Parsed:
    answer = json.loads(shared.call("gridloopParse", json.dumps([[text, top]]), weight=10))
    if "e" in answer:
        return Parsed(error=(0, "表达式过于复杂，请简化"))
    return _parsed(text, answer["v"][0])


def _parsed(text: str, found: dict[str, Any]) -> Parsed:
    if "error" in found:
        return Parsed(error=(_position(text, found["error"]["at"]), _explain(text, found["error"])))
    names, calls = frozenset(found["names"]), frozenset(found["calls"])
    for word in sorted(names & _PYTHON.keys()):
        return Parsed(error=(text.find(word), _PYTHON[word]))
    if found["unsupported"]:
        return Parsed(error=(0, f"暂不支持 {found['unsupported'][0]}"))
    return Parsed(names, calls, None, frozenset(found["inner"]), frozenset(found["unknown"]) - OURS, calls & CLOCK)


def _position(text: str, units: int) -> int:
    """Characters before a place that JavaScript counts in UTF-16 units: rare characters count twice there."""
    return len(text.encode("utf-16-le", "surrogatepass")[: units * 2].decode("utf-16-le", "replace"))


def _explain(text: str, error: dict[str, Any]) -> str:
    outside = re.sub(r'"(?:[^"\\]|\\.)*"', '""', text)
    for pattern, hint in _HINTS:
        if re.search(pattern, outside):
            return hint
    if error["at"] >= len(text.rstrip()):
        return "表达式没有写完整"
    return f"从“{error['found']}”起无法理解，请检查括号、引号和运算符"


def require(expression: str) -> str:
    """The bare text of an expression that may be run; refuses others with ExpressionFailed naming the position."""
    parsed = parse(expression)
    if parsed.error is not None:
        position, hint = parsed.error
        raise ExpressionFailed(f"表达式“{shorten(expression)}”第 {position + 1} 个字符有误：{hint}。")
    if parsed.refused:
        name = min(parsed.refused)
        raise ExpressionFailed(f"表达式“{shorten(expression)}”不能使用 {name}()，请改用变量 {name}。")
    return bare(expression)


def shorten(expression: str, length: int = 60) -> str:
    """An expression as a message quotes it."""
    return expression if len(expression) <= length else expression[:length] + "…"
