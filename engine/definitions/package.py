"""A process as files: one folder of `bpmn/` with its diagram, decision tables and parameters, and the forms the diagram names."""

import json
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from engine.database import canonical
from engine.definitions.model import Model
from engine.definitions.reader import read
from engine.errors import InvalidValues, NotFound

LINE = re.compile(r"at line (\d+)")


@dataclass(frozen=True)
class Package:
    """Everything that is sealed together. `key` is the process id, `decisions` file name → DMN, `forms` key → document,
    `parameters` name → value, or a sheet {default, unit, label, basis, source, min, max}."""

    key: str
    name: str
    diagram: bytes
    decisions: Mapping[str, bytes] = field(default_factory=dict)
    forms: Mapping[str, Any] = field(default_factory=dict)
    parameters: Mapping[str, Any] = field(default_factory=dict)


def read_folder(folder: Path, forms: Path) -> Package:
    """The package in `folder`; `forms` is the folder of all form documents. What is missing is left to the linter.

    Raises NotFound (no diagram), UnsafeInput, InvalidValues (a form or parameter file that is no JSON or TOML).
    """
    key = folder.name
    path = folder / f"{key}.bpmn"
    if not path.is_file():
        raise NotFound(f"目录“{key}”中没有流程图“{key}.bpmn”，请把流程图放在同名目录下。")
    diagram = path.read_bytes()
    model = read(diagram)
    decisions = {one.name: one.read_bytes() for one in sorted(folder.glob("*.dmn"))}
    name = next((process.name for process in model.processes if process.id == key and process.name), key)
    sheet = folder / "parameters.toml"
    parameters = parameters_of(sheet.name, sheet.read_bytes()) if sheet.is_file() else {}
    return Package(key, name, diagram, decisions, _forms(model, forms), parameters)


def form_keys(model: Model) -> tuple[str, ...]:
    """The forms that a diagram names, in order."""
    named = [process.gl.get("startForm") for process in model.processes] + [node.gl.get("formRef") for node in model.each()]
    return tuple(dict.fromkeys(str(key) for key in named if key))


def defaults(parameters: Mapping[str, Any]) -> dict[str, Any]:
    """The value of every parameter as expressions see it."""
    return {name: sheet["default"] if isinstance(sheet, Mapping) and "default" in sheet else sheet for name, sheet in parameters.items()}


def _forms(model: Model, folder: Path) -> dict[str, Any]:
    """A name that leads out of the folder finds nothing."""
    known = {path.name: path for path in folder.glob("*.form.json")}
    return {key: _json(known[f"{key}.form.json"]) for key in form_keys(model) if f"{key}.form.json" in known}


def _json(path: Path) -> Any:
    return form_of(path.name, path.read_bytes())


def form_of(name: str, text: str | bytes) -> Any:
    """A form document. Raises InvalidValues under the name of the file."""
    try:
        return _sealable(json.loads(text))
    except (ValueError, RecursionError) as error:
        raise InvalidValues({name: "不是有效的 JSON，请在表单设计器中重新保存。"}, cause=str(error)) from error


def parameters_of(name: str, text: str | bytes) -> dict[str, Any]:
    """Values as TOML gives them; dates become ISO text, because everything that is sealed is JSON. Raises InvalidValues."""
    try:
        plain = text.decode("utf-8-sig") if isinstance(text, bytes) else text
        found: dict[str, Any] = _sealable({key: _plain(value) for key, value in tomllib.loads(plain).items()})
        return found
    except (ValueError, RecursionError) as error:
        line = LINE.search(str(error))
        where = f"第 {line[1]} 行附近" if line else "末尾" if "end of document" in str(error) else ""
        words = f"参数文件{where}的写法有误：每行应是“名称 = 值”，文字要加英文引号，参数名写在方括号里且不能重复。"
        raise InvalidValues({name: words}, cause=str(error)) from error


def _sealable(value: Any) -> Any:
    """The value, when it can be written as JSON text. Raises ValueError (no numbers, halves of characters) and RecursionError."""
    canonical(value).encode()
    return value


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _plain(one) for key, one in value.items()}
    if isinstance(value, list):
        return [_plain(one) for one in value]
    return value if isinstance(value, str | int | float | bool) else value.isoformat()
