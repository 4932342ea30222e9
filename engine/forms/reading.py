"""Reading what a person submitted, one value at a time: from anything at all to a value of the field's type, or to a sentence
that says what to do. Rules that need other fields are not looked at here."""

import json
import math
import re
import unicodedata
from collections.abc import Callable, Mapping
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any

from engine.clock import SHANGHAI
from engine.forms.model import Field, Option

LONGEST_TEXT = 4000  # characters, unless the field says otherwise
MOST_FILES = 50
MOST_DIGITS = 15  # so that a number survives every reader of JSON unchanged
_NUMBER = re.compile(r"[+-]?\d{1,20}(\.\d{1,10})?")
_ATTACHMENT = re.compile(r"[0-9a-f]{32,64}")
_PERSON = re.compile(r"[\w.@-]{1,64}")
_SYSTEM = re.compile(r"[A-Za-z0-9:_-]{1,20}")
_TRUE = frozenset({"on", "true", "1", "yes"})
_FALSE = frozenset({"off", "false", "0", "no", ""})
_LAYOUT = frozenset("\n\t")


class Wrong(ValueError):
    """The value cannot be taken; the text tells the person what to do."""


def is_empty(raw: Any) -> bool:
    """Whether nothing was given."""
    return raw is None or raw == [] or raw == {} or (isinstance(raw, str) and not raw.strip())


def read(field: Field, raw: Any, options: tuple[Option, ...]) -> Any:
    """The value to store. Empty input gives None, a checkbox false, a list of things an empty list. Raises Wrong."""
    if field.type == "checkbox":
        return _checkbox(raw)
    if is_empty(raw):
        return [] if field.type in ("photo", "file", "checklist", "dynamiclist") else None
    if field.type in ("radio", "select"):
        return _choice(raw, options)
    if field.type == "checklist":
        return _choices(raw, options)
    return _READERS[field.type](field, raw)


def text(raw: Any, longest: int = LONGEST_TEXT, lines: bool = True) -> str:
    """Text without control characters, line ends made one kind, blanks around it removed."""
    if not isinstance(raw, str):
        raise Wrong("请填写文字")
    value = raw.replace("\r\n", "\n").replace("\r", "\n").strip()
    if any(unicodedata.category(letter) in ("Cc", "Cs") and letter not in _LAYOUT for letter in value):
        raise Wrong("含有不能显示的控制字符，请删除后重新填写")
    if not lines and "\n" in value:
        raise Wrong("只能填写一行，请删除换行")
    if len(value) > longest:
        raise Wrong(f"最多 {longest} 字，现在有 {len(value)} 字，请删减")
    return value


def decimal(raw: Any) -> Decimal:
    """An exact number from text or from JSON; full-width digits are taken, NaN and infinity are not."""
    if isinstance(raw, float) and not math.isfinite(raw) or isinstance(raw, bool) or not isinstance(raw, str | int | float):
        raise Wrong("请填写数字，例如 12.5")
    if isinstance(raw, int) and abs(raw) > 10**MOST_DIGITS:
        raise Wrong(f"数字过大，最多 {MOST_DIGITS} 位")
    plain = unicodedata.normalize("NFKC", raw).strip() if isinstance(raw, str) else format(Decimal(str(raw)), "f")
    if len(plain) > 40 or not plain.isascii() or not _NUMBER.fullmatch(plain):
        raise Wrong("请填写数字，例如 12.5")
    value = Decimal(plain)
    if len(value.as_tuple().digits) > MOST_DIGITS:
        raise Wrong(f"数字位数过多，最多 {MOST_DIGITS} 位")
    return value


def places(value: Decimal) -> int:
    """Decimal places that carry something: 1.50 has one."""
    exponent = value.normalize().as_tuple().exponent
    return max(0, -exponent) if isinstance(exponent, int) else 0


def moment(value: Any, subtype: str) -> date | datetime | str | None:
    """What an expression sees of a stored date or moment; other things are no date."""
    if not isinstance(value, str):
        return None
    try:
        if subtype == "date":
            return date.fromisoformat(value)
        return datetime.fromisoformat(value) if subtype == "datetime" else value
    except ValueError:
        return None


def _line(field: Field, raw: Any) -> str:
    return _text(field, raw, lines=False)


def _paragraphs(field: Field, raw: Any) -> str:
    return _text(field, raw, lines=True)


def _text(field: Field, raw: Any, lines: bool) -> str:
    longest = field.rules.max_length
    value = text(raw, LONGEST_TEXT if longest is None else min(longest, LONGEST_TEXT), lines)
    if len(value) < (field.rules.min_length or 0):
        raise Wrong(f"至少 {field.rules.min_length} 字，请补充")
    return value


def _number(field: Field, raw: Any) -> int | float:
    value = decimal(raw)
    digits = 2 if field.is_money and field.digits is None else field.digits
    if digits is not None and places(value) > digits:
        raise Wrong(f"最多 {digits} 位小数，请修改" if digits else "请填写整数")
    if field.is_money:
        value *= 100
    return int(value) if places(value) == 0 else float(value)


def _datetime(field: Field, raw: Any) -> str:
    value = text(raw, 40, lines=False)
    try:
        if field.subtype == "date":
            return _in_reach(date.fromisoformat(value)).isoformat()
        if field.subtype == "time":
            return time.fromisoformat(value).replace(tzinfo=None).isoformat(timespec="minutes")
        at = datetime.fromisoformat(value)
        at = at.astimezone(SHANGHAI) if at.tzinfo else at.replace(tzinfo=SHANGHAI)
        _in_reach(at.date())
        return at.isoformat(timespec="seconds")
    except (ValueError, OverflowError) as reason:
        raise Wrong(_EXAMPLES[field.subtype]) from reason


_EXAMPLES = {
    "date": "请填写日期，例如 2026-03-02", "time": "请填写时间，例如 09:30", "datetime": "请填写日期和时间，例如 2026-03-02 09:30",
}  # fmt: skip


def _in_reach(day: date) -> date:
    if not 1900 <= day.year <= 2200:
        raise ValueError(day)
    return day


def _checkbox(raw: Any) -> bool:
    if isinstance(raw, bool) or raw is None:
        return bool(raw)
    if isinstance(raw, str) and raw.strip().lower() in _TRUE | _FALSE:
        return raw.strip().lower() in _TRUE
    raise Wrong("请勾选或不勾选")


def _choice(raw: Any, options: tuple[Option, ...]) -> Any:
    if isinstance(raw, str | int | float):
        for option in options:
            if isinstance(raw, str) and raw == _written(option.value) or type(raw) is type(option.value) and raw == option.value:
                return option.value
    raise Wrong("请从列表中选择一项")


def _written(value: Any) -> str:
    """A choice's value as a page writes it."""
    return json.dumps(value) if isinstance(value, bool) else str(value)


def _choices(raw: Any, options: tuple[Option, ...]) -> list[Any]:
    listed = raw if isinstance(raw, list) else [raw]
    if len(listed) > len(options):
        raise Wrong("请从列表中选择，不要重复")
    chosen = [_choice(one, options) for one in listed]
    return [option.value for option in options if any(option.value is one for one in chosen)]


def _attachments(field: Field, raw: Any) -> list[str]:
    listed = raw if isinstance(raw, list) else [raw]
    if len(listed) > MOST_FILES:
        raise Wrong(f"最多 {MOST_FILES} 个，请删减")
    if not all(isinstance(one, str) and _ATTACHMENT.fullmatch(one) for one in listed):
        raise Wrong("有文件没有上传成功，请删除后重新上传")
    return list(dict.fromkeys(listed))


def _person(field: Field, raw: Any) -> str:
    value = text(raw, 64, lines=False)
    if not _PERSON.fullmatch(value):
        raise Wrong("请从人员列表中选择")
    return value


def _location(field: Field, raw: Any) -> dict[str, Any] | None:
    """Longitude and latitude in degrees, accuracy in metres; without coordinates a typed address will do."""
    place = _entry(raw, "请在地图上点选位置，或填写地址")
    address = text(place.get("address") or "", 200, lines=False)
    system = text(place.get("source_crs") or "WGS84", 20, lines=False)
    if not _SYSTEM.fullmatch(system):
        raise Wrong("位置的坐标系无法识别，请重新定位")
    if is_empty(place.get("lon")) and is_empty(place.get("lat")):
        return {"lon": None, "lat": None, "accuracy": None, "source_crs": system, "address": address} if address else None
    longitude, latitude = _degrees(place.get("lon"), 180), _degrees(place.get("lat"), 90)
    accuracy = None if is_empty(place.get("accuracy")) else _metres(place.get("accuracy"))
    return {"lon": longitude, "lat": latitude, "accuracy": accuracy, "source_crs": system, "address": address}


def _entry(raw: Any, otherwise: str) -> Mapping[str, Any]:
    if isinstance(raw, str) and len(raw) <= LONGEST_TEXT:
        try:
            raw = json.loads(raw)
        except (ValueError, RecursionError) as reason:
            raise Wrong(otherwise) from reason
    if not isinstance(raw, Mapping):
        raise Wrong(otherwise)
    return raw


def _coordinate(raw: Any) -> float:
    if isinstance(raw, str):
        raw = float(raw) if re.fullmatch(r"-?\d{1,6}(\.\d{1,20})?", raw.strip(), re.ASCII) else None
    if isinstance(raw, bool) or not isinstance(raw, int | float) or not abs(raw) <= 1e6:
        raise Wrong("位置的坐标不对，请重新定位")
    return float(raw)


def _degrees(raw: Any, most: int) -> float:
    value = _coordinate(raw)
    if abs(value) > most:
        raise Wrong("位置的坐标不对，请重新定位")
    return round(value, 7)


def _metres(raw: Any) -> float:
    value = _coordinate(raw)
    if value < 0:
        raise Wrong("位置的精度不对，请重新定位")
    return round(value, 1)


def _signature(field: Field, raw: Any) -> dict[str, Any]:
    """The picture's attachment id, or a refusal to sign with its reason and a witness."""
    given: Any = {"image": raw} if isinstance(raw, str) and _ATTACHMENT.fullmatch(raw) else raw
    signed = _entry(given, "请签名，或注明拒签原因")
    if signed.get("refused") is True:
        reason, witness = text(signed.get("reason") or "", 200), text(signed.get("witness") or "", 60, lines=False)
        if not reason or not witness:
            raise Wrong("拒签时请填写原因和见证人")
        return {"refused": True, "reason": reason, "witness": witness}
    image = signed.get("image")
    if not isinstance(image, str) or not _ATTACHMENT.fullmatch(image):
        raise Wrong("请签名，或注明拒签原因")
    return {"image": image}


_READERS: dict[str, Callable[[Field, Any], Any]] = {
    "textfield": _line, "textarea": _paragraphs, "number": _number, "datetime": _datetime, "photo": _attachments, "file": _attachments,
    "location": _location, "person": _person, "signature": _signature,
}  # fmt: skip
