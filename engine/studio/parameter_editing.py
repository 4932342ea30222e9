"""The parameters of a draft one by one: shown, added, changed, taken away. What stands around the one that changes stays as written.

A section of the file is rewritten line by line; where a file is written in some other way, so that this would not give what is wanted,
the whole file is written anew by `toml_text`.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from engine.definitions.package import parameters_of
from engine.errors import InvalidValues, NotFound
from engine.studio import toml_text
from engine.studio.folder import PARAMETERS

UNITS = {"workingDays": "工作日", "days": "日", "workingHours": "工作时", "hours": "小时", "minutes": "分钟", "months": "月", "years": "年",
         "count": "次", "yuan": "元", "fen": "分", "metres": "米", "share": "百分比", "flag": "是或否", "text": "文字", "": "没有单位"}
"""The units that the files of the product use; those before "share" are counted in numbers."""
COUNTED = tuple(UNITS)[:list(UNITS).index("share")]
WORDS = {"label": "名称", "default": "默认值", "unit": "单位", "basis": "取值依据", "source": "来源", "min": "最小", "max": "最大"}
ORDER = ("default", "unit", "label", "basis", "source", "min", "max")
NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,79}")
NUMBER = re.compile(r"-?(0|[1-9]\d{0,14})(\.\d{1,6})?")
SHARE = re.compile(r"[1-9]\d?%")
HEADER = re.compile(r"\s*\[")
TRUTHS = {"是": True, "否": False}
LONGEST = 200


@dataclass(frozen=True)
class Row:
    """One parameter as it is typed; `simple`: its value can be typed in one field."""

    name: str
    typed: Mapping[str, str]
    simple: bool

    @property
    def unit(self) -> str:
        """The unit in words."""
        return UNITS.get(self.typed["unit"], self.typed["unit"]) if self.typed["unit"] else ""


def rows(text: str) -> list[Row]:
    """Every parameter of the file, in its order. Raises InvalidValues."""
    return [Row(name, {key: _shown(_sheet(value).get(key)) for key in ORDER}, not isinstance(_sheet(value).get("default"), list | dict))
            for name, value in parameters_of(PARAMETERS, text).items()]


def put(text: str, name: str, typed: Mapping[str, str], *, fresh: bool) -> str:
    """The file with a parameter added (`fresh`) or changed as typed. Raises InvalidValues by field, NotFound."""
    known = parameters_of(PARAMETERS, text)
    if not fresh and name not in known:
        raise NotFound("草稿里没有这个参数，请刷新后重新选择。")
    before = {} if fresh else _sheet(known[name])
    wrong = _wrong_name(name, known) if fresh else {}
    sheet = _read(typed, before, wrong)
    if wrong:
        raise InvalidValues(wrong)
    lines = text.splitlines()
    changed = _with_section(lines, name, sheet) if name in known else [*lines, *([""] if lines else []), *_section(name, sheet)]
    return _settled(changed, {**known, name: sheet})


def without(text: str, name: str) -> str:
    """The file without a parameter; comments of other parameters stay. Raises NotFound, InvalidValues."""
    known = parameters_of(PARAMETERS, text)
    if name not in known:
        raise NotFound("草稿里没有这个参数，请刷新后重新选择。")
    lines = text.splitlines()
    begin, end = _span(lines, name)
    return _settled(lines[:begin] + lines[end:], {key: value for key, value in known.items() if key != name})


def _wrong_name(name: str, known: Mapping[str, Any]) -> dict[str, str]:
    if not NAME.fullmatch(name):
        return {"name": "编号以英文字母开头，只用英文字母、数字和下划线，最多 80 个字符，例如 check_days。"}
    return {"name": f"编号“{name}”已经有了，请换一个，或者修改已有的那个。"} if name in known else {}


def _read(typed: Mapping[str, str], before: Mapping[str, Any], wrong: dict[str, str]) -> dict[str, Any]:
    """The sheet as typed, on top of what the page does not show; what is wrong goes into `wrong` by field."""
    said = {key: " ".join(typed.get(key, "").split()) for key in ORDER}
    for key in ("label", "basis", "source"):
        if len(said[key]) > LONGEST:
            wrong[key] = f"“{WORDS[key]}”最多 {LONGEST} 个字。"
    if not said["label"]:
        wrong["label"] = "请写名称，管理员按它找这个参数，例如：核查时限。"
    if said["unit"] not in UNITS and said["unit"] != before.get("unit"):
        wrong["unit"] = "请从列表中选择单位。"
    value = _value(said, before, wrong)
    limits = {key: _limit(said, key, wrong) for key in ("min", "max") if said[key]}
    if not wrong:
        wrong |= _outside(value, limits)
    kept = {key: one for key, one in before.items() if key not in ORDER}
    told = {"default": value, "unit": said["unit"], "label": said["label"], "basis": said["basis"], "source": said["source"], **limits}
    return {**{key: one for key, one in told.items() if one != "" or key in ("default", "unit")}, **kept}


def _value(said: Mapping[str, str], before: Mapping[str, Any], wrong: dict[str, str]) -> Any:
    text, unit = said["default"], said["unit"]
    old = before.get("default")
    if isinstance(old, list | dict):
        return old  # not one value: only the text of the file can change it
    if unit == "flag" or isinstance(old, bool):
        if text not in TRUTHS:
            wrong["default"] = "这个单位的默认值请填“是”或“否”。"
        return TRUTHS.get(text)
    if unit == "share" and not SHARE.fullmatch(text) and not (isinstance(old, int | float) and NUMBER.fullmatch(text)):
        wrong["default"] = "百分比请写成 1% 至 99%，例如 20%。"
    if unit in COUNTED and not NUMBER.fullmatch(text):
        wrong["default"] = f"单位是“{UNITS[unit]}”，默认值请填数字，例如 3。"
    if not text and unit not in ("text", ""):
        wrong.setdefault("default", "请填默认值。")
    if len(text) > LONGEST:
        wrong["default"] = f"默认值最多 {LONGEST} 个字。"
    as_text = unit == "text" or isinstance(old, str) and unit not in COUNTED
    return _number(text) if NUMBER.fullmatch(text) and not as_text else text


def _limit(said: Mapping[str, str], key: str, wrong: dict[str, str]) -> Any:
    if not NUMBER.fullmatch(said[key]):
        wrong[key] = f"“{WORDS[key]}”请填数字，没有限制就空着。"
        return said[key]
    return _number(said[key])


def _outside(value: Any, limits: Mapping[str, Any]) -> dict[str, str]:
    """Why the default and its limits do not fit together."""
    low, high = limits.get("min"), limits.get("max")
    if limits and (isinstance(value, bool) or not isinstance(value, int | float)):
        return {"default": "默认值不是数字，不能写最小和最大，请把它们清空。"}
    if low is not None and high is not None and low > high:
        return {"max": f"最大 {high} 比最小 {low} 还小，请改其中一个。"}
    if low is not None and value < low or high is not None and value > high:
        return {"default": f"默认值 {value} 不在允许的范围里（{_range(low, high)}）。"}
    return {}


def _range(low: Any, high: Any) -> str:
    return f"{low} 至 {high}" if low is not None and high is not None else f"至少 {low}" if high is None else f"至多 {high}"


def _number(text: str) -> int | float:
    return float(Decimal(text)) if "." in text else int(text)


def _sheet(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) and "default" in value else {"default": value}


def _shown(value: Any) -> str:
    if isinstance(value, bool):
        return "是" if value else "否"
    return "" if value is None else str(value)


def _section(name: str, sheet: Mapping[str, Any]) -> list[str]:
    return toml_text.written({name: sheet}).splitlines()


def _span(lines: list[str], name: str) -> tuple[int, int]:
    """Where a parameter stands: [its header, the next header, comments before that one left out); (0, 0) when it has no header."""
    heads = [number for number, line in enumerate(lines) if HEADER.match(line)]
    begin = next((number for number in heads if lines[number].split("#")[0].strip() in (f"[{name}]", f'["{name}"]')), None)
    if begin is None:
        return 0, 0
    end = next((number for number in heads if number > begin), len(lines))
    own = end
    while own > begin + 1 and lines[own - 1].lstrip().startswith("#"):
        own -= 1
    return begin, own if own == end or not lines[own - 1].strip() else end


def _with_section(lines: list[str], name: str, sheet: Mapping[str, Any]) -> list[str]:
    """The section with its own lines changed in place: comments between them stay."""
    begin, end = _span(lines, name)
    wanted = dict(zip(sheet, _section(name, sheet)[1:], strict=False))
    body = []
    for line in lines[begin + 1:end]:
        key = line.split("=")[0].strip() if "=" in line and not line.lstrip().startswith("#") else ""
        if key in sheet or key in ORDER:
            body += [wanted.pop(key)] if key in wanted else []
        else:
            body.append(line)
    while body and not body[-1].strip():
        body.pop()
    return [*lines[:begin + 1], *body, *wanted.values(), *([""] if end < len(lines) else []), *lines[end:]]


def _settled(lines: list[str], wanted: Mapping[str, Any]) -> str:
    """The lines as a file when they say what is wanted, else what is wanted written anew. Raises InvalidValues."""
    text = "\n".join(lines).strip("\n") + "\n" if any(map(str.strip, lines)) else ""
    try:
        if parameters_of(PARAMETERS, text) == dict(wanted):
            return text
    except InvalidValues:
        return toml_text.written(wanted)
    return toml_text.written(wanted)
