"""A process as text files by name, as they lie on the disk: what may be among them, how large, and what they say together.

Names: "<key>.bpmn", "*.dmn", "parameters.toml", "scenarios.yaml", "forms/F-x.form.json".
"""

import json
import re
from collections.abc import Mapping
from typing import Any

import yaml
from lxml import etree

from engine.definitions import Package, read
from engine.definitions.guard import MAX_BYTES, open_bpmn, open_xml
from engine.definitions.package import form_keys, form_of, parameters_of
from engine.errors import InvalidValues, UnsafeInput
from engine.rehearsal.scenarios import LONGEST
from engine.studio.texts import must_be_named, must_be_plain, must_be_seen

PARAMETERS, SCENARIOS = "parameters.toml", "scenarios.yaml"
MOST_BYTES, MOST_FILES = 20 << 20, 200
DEEPEST = 60  # levels of a form or of examples
MOST_FIELDS, MOST_OPTIONS = 500, 5000  # of one form: nobody fills in more, and every page that shows it draws them all
KEY = re.compile(r"[A-Za-z_][A-Za-z0-9_\-]{0,79}")
DECISION = re.compile(r"[\w\-][\w\-.]{0,110}\.dmn")
FORM = re.compile(r"forms/([\w\-][\w\-.]{0,110})\.form\.json")

Files = Mapping[str, str]


def must_be_key(key: str) -> str:
    """The key itself. Raises InvalidValues when it cannot name a process and its folder."""
    if not KEY.fullmatch(key):
        raise InvalidValues({"key": "编号只能用英文字母、数字、- 和 _，以字母开头，最多 80 个字符，例如 stall。"})
    return key


def must_fit(key: str, files: Files) -> None:
    """Raises UnsafeInput (names, size, count, XML that is refused) or InvalidValues (a file that cannot be read), by file."""
    if f"{key}.bpmn" not in files:
        raise InvalidValues({"files": f"缺少流程图“{key}.bpmn”，它不能删除。"})
    if len(files) > MOST_FILES:
        raise UnsafeInput(f"一个流程最多 {MOST_FILES} 个文件。")
    total, known = 0, dict[str, str]()
    for name, text in files.items():
        must_be_name(key, name)
        if known.setdefault(name.casefold(), name) != name:
            raise UnsafeInput(f"文件“{known[name.casefold()]}”和“{name}”只差大小写，在别的电脑上会互相覆盖，请改一个名称。")
        must_be_seen(name, text)
        size = len(text.encode())
        total += size
        if size > MAX_BYTES or total > MOST_BYTES:
            raise UnsafeInput("单个文件不能超过 5 MB，全部文件合计不能超过 20 MB，已拒绝。", file=name)
        must_read(name, text)


def must_be_name(key: str, name: str) -> None:
    """Raises UnsafeInput for a file that does not belong into a process folder."""
    plain = name in (f"{key}.bpmn", PARAMETERS, SCENARIOS) or DECISION.fullmatch(name) or FORM.fullmatch(name)
    if not plain or ".." in name:
        raise UnsafeInput(f"文件名“{name[:60]}”不能使用。流程图叫“{key}.bpmn”，决策表以 .dmn 结尾，表单放在 forms/ 下、以 .form.json 结尾，"
                          f"另外可以有 {PARAMETERS} 和 {SCENARIOS}。")


def must_read(name: str, text: str) -> None:
    """Raises UnsafeInput or InvalidValues when a file is not what its name says."""
    if name.endswith((".bpmn", ".dmn")):
        root = open_bpmn(text.encode()) if name.endswith(".bpmn") else _open_decision(name, text)
        encoding = (root.getroottree().docinfo.encoding or "UTF-8").upper()
        if encoding not in ("UTF-8", "US-ASCII", "ASCII"):
            raise UnsafeInput(f"文件“{name}”第一行写的编码是 {encoding[:20]}，请改为 UTF-8 再保存。")
        must_be_named(name, root, "&#" in text)
    elif name == PARAMETERS:
        must_be_plain(name, parameters_of(name, text))
    elif name == SCENARIOS:
        _must_be_yaml(name, text)
    else:
        found = form_of(name, text)
        if not isinstance(found, dict) or _depth(found) > DEEPEST:
            raise InvalidValues({name: "不是一张表单：最外层应是一个对象，嵌套不超过 60 层。"})
        if (number := _fields(found)) > MOST_FIELDS:
            raise InvalidValues({name: f"这张表单有 {number} 个字段，最多 {MOST_FIELDS} 个，请拆成几张。"})
        if (number := _options(found)) > MOST_OPTIONS:
            raise InvalidValues({name: f"这张表单有 {number} 个选项，最多 {MOST_OPTIONS} 个。选项很多时请分成两级选择。"})
        must_be_plain(name, found)


def _open_decision(name: str, text: str) -> etree._Element:
    """The root of a decision table; what cannot be read is said of a table, not of a diagram. Raises UnsafeInput."""
    if not text.strip():
        raise UnsafeInput(f"决策表“{name}”是空的。请在“决策表”页新建，或者把整张表的内容贴进来。", file=name)
    try:
        return open_xml(text.encode())
    except UnsafeInput as refusal:
        said = refusal.message
        for word, own in (("流程设计器", "决策表编辑页"), ("流程图", "决策表"), ("流程拆成几个较小的流程", "决策表拆成几张")):
            said = said.replace(word, own)
        raise UnsafeInput(f"决策表“{name}”无法保存：{said}", **refusal.detail) from refusal


def package_of(key: str, name: str, files: Files) -> Package:
    """What is sealed together: the diagram, its tables, its parameters and the forms it names. Raises UnsafeInput, InvalidValues."""
    diagram = files[f"{key}.bpmn"].encode()
    named = {f"forms/{one}.form.json": one for one in form_keys(read(diagram))}
    return Package(
        key, name, diagram, {one: text.encode() for one, text in sorted(files.items()) if one.endswith(".dmn")},
        {named[one]: form_of(one, text) for one, text in files.items() if one in named},
        parameters_of(PARAMETERS, files.get(PARAMETERS, "")))


def forms_of(diagram: str) -> tuple[str, ...]:
    """The forms that a diagram names, in order. Raises UnsafeInput."""
    return form_keys(read(diagram.encode()))


def label_of(key: str, diagram: str, otherwise: str) -> str:
    """What the diagram calls the process."""
    found = next((one for one in read(diagram.encode()).processes if one.id == key), None)
    return " ".join(found.name.split())[:200] if found is not None and found.name.strip() else otherwise


def _must_be_yaml(name: str, text: str) -> None:
    """Aliases are refused: a few lines of them would unfold to gigabytes. So is what no examples could be, before it is read."""
    if len(text) > LONGEST:
        raise InvalidValues({name: f"例子文件有 {len(text)} 个字，最多 {LONGEST} 个，请删减或拆成几个流程。"})
    try:
        if any(isinstance(one, yaml.AliasEvent) for one in yaml.parse(text, yaml.SafeLoader)):
            raise InvalidValues({name: "例子里不要用 & 和 * 引用，请把内容写全。"})
        loaded = yaml.safe_load(text)
    except (yaml.YAMLError, RecursionError, ValueError) as error:
        raise InvalidValues({name: f"例子的写法有误，请检查缩进和冒号：{_place(error)}"}, cause=str(error)) from error
    if loaded is not None and not isinstance(loaded, list):
        raise InvalidValues({name: "例子应是一列“- 场景: …”。"})
    must_be_plain(name, loaded)


def _place(error: Exception) -> str:
    mark = getattr(error, "problem_mark", None)
    return f"第 {mark.line + 1} 行" if mark is not None else "无法读取"


def _depth(value: object, level: int = 0) -> int:
    if level > DEEPEST or not isinstance(value, dict | list):
        return level
    inside = value.values() if isinstance(value, dict) else value
    return max((_depth(one, level + 1) for one in inside), default=level + 1)


def _fields(form: Mapping[str, Any]) -> int:
    """How many components there are in a form, groups and what is in them counted."""
    inside = form.get("components")
    return sum(1 + _fields(one) for one in inside if isinstance(one, dict)) if isinstance(inside, list) else 0


def _options(value: object) -> int:
    """How many options are written in a form, whatever group they are in."""
    if isinstance(value, list):
        return sum(_options(one) for one in value)
    if not isinstance(value, dict):
        return 0
    listed = value.get("values")
    return (len(listed) if isinstance(listed, list) else 0) + _options(value.get("components"))


def form_text(document: object) -> str:
    """A form as it is written: two spaces, Chinese as it is, the order of its fields kept."""
    return json.dumps(document, ensure_ascii=False, indent=2) + "\n"
