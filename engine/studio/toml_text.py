"""Parameters as TOML text: one section a parameter, in the order given, so that two writings of the same are the same."""

import json
from collections.abc import Mapping
from typing import Any


def written(parameters: Mapping[str, Any]) -> str:
    """Plain values first, then the sheets, as `engine.definitions.package.parameters_of` reads them."""
    plain = [f"{_key(name)} = {_value(value)}" for name, value in parameters.items() if not isinstance(value, Mapping)]
    sheets = [f"[{_key(name)}]\n" + "\n".join(f"{_key(one)} = {_value(value)}" for one, value in sheet.items())
              for name, sheet in parameters.items() if isinstance(sheet, Mapping)]
    return "\n\n".join(["\n".join(plain), *sheets] if plain else sheets) + "\n"


def _key(name: str) -> str:
    return name if name.isascii() and name.replace("_", "").replace("-", "").isalnum() else _text(name)


def _text(text: str) -> str:
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")


def _value(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return repr(value)
    if isinstance(value, list):
        return "[" + ", ".join(map(_value, value)) + "]"
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{_key(name)} = {_value(one)}" for name, one in value.items()) + "}"
    return _text(str(value))
