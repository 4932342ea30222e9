"""Texts of a draft's files: what a reader sees must be what is there, and no single text may fill every page that shows it."""

import re
from collections.abc import Iterator
from typing import Any

from lxml import etree

from engine.errors import UnsafeInput

UNREADABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff\ud800-\udfff]")
TURNING = re.compile("[\u202a-\u202e\u2066-\u2069]")
"""Signs that turn the direction of writing around: a condition looks like another one to whoever approves it."""
LONGEST_NAME, LONGEST_WORDS = 1000, 20_000
"""Characters of a name in a diagram or table, and of any one text of a form."""


def must_be_seen(file: str, text: str) -> None:
    """The raw text of a file. Raises UnsafeInput for control characters and signs that turn the writing around."""
    if UNREADABLE.search(text):
        raise UnsafeInput(f"文件“{file}”里有不能使用的控制字符，请用 UTF-8 重新保存后再试。")
    if found := TURNING.search(text):
        near = TURNING.sub("", text[max(0, found.start() - 12):found.end() + 12]).replace("\n", " ")
        raise UnsafeInput(f"文件“{file}”第 {text.count(chr(10), 0, found.start()) + 1} 行“{near}”处有看不见的文字方向控制字符，"
                          "显示出来的会与实际不同，请删掉这一处重新输入。")


def must_be_plain(file: str, value: Any) -> None:
    """The same for what a form, parameters or examples say once their escapes are read; and no text longer than LONGEST_WORDS.

    Raises UnsafeInput.
    """
    for one in _texts(value):
        must_be_seen(file, one)
        if len(one) > LONGEST_WORDS:
            raise UnsafeInput(f"文件“{file}”里“{one[:20]}…”这段文字有 {len(one)} 个字，最多 {LONGEST_WORDS} 个，请删减。")


def must_be_named(file: str, root: etree._Element, escaped: bool) -> None:
    """The same for a diagram or a table: names no longer than LONGEST_NAME. `escaped`: characters are written by their numbers.

    Raises UnsafeInput.
    """
    for one in root.iter(etree.Element):
        name = str(one.get("name", ""))
        if len(name) > LONGEST_NAME:
            raise UnsafeInput(f"文件“{file}”里名称“{name[:20]}…”有 {len(name)} 个字，最多 {LONGEST_NAME} 个。长的说明请写在“说明”里。")
        for said in (*map(str, one.attrib.values()), one.text or "", one.tail or "") if escaped else ():
            must_be_seen(file, str(said))


def _texts(value: Any) -> Iterator[str]:
    """Every text of a value, keys too."""
    pending = [value]
    while pending:
        one = pending.pop()
        if isinstance(one, str):
            yield one
        elif isinstance(one, dict):
            pending += [*one.keys(), *one.values()]
        elif isinstance(one, list):
            pending += one
