"""The package that goes to the archive: both volumes, every original byte for byte, metadata in XML, digests, the report. Equal input,
equal bytes: times and order inside the archive are fixed.
"""

import hashlib
import io
import zipfile
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from xml.etree import ElementTree as XML

from engine.documents import store
from engine.documents.contents import VOLUMES
from engine.documents.four_properties import Report
from engine.documents.material import Leaf
from engine.errors import InvalidState

MOMENT = (1980, 1, 1, 0, 0, 0)
METADATA, DIGESTS, REPORT, README = "元数据.xml", "摘要清单.csv", "四性检测报告.xml", "说明.txt"
NEEDED = ("档号", "全宗单位", "题名", "案号", "当事人", "立案日期", "结案日期", "结案类型", "保管期限", "立卷人", "立卷日期")
"""Metadata elements that must have a value (DA/T 46 speaks of such elements; the archive in charge sets the list)."""
MAY_LACK = {"not_filed": ("案号", "立案日期"), "summary_penalty": ("案号", "立案日期")}
STORED = (".jpg", ".jpeg", ".png", ".webp", ".mp4", ".docx", ".zip", ".mp3", ".pdf")
WORDS = """本归档包由系统生成。
正卷.pdf、副卷.pdf：排印好的案卷，有封面、目录、页号和备考表。副卷不对外。
文书：每份文书的原文件。证据：证据的原始文件，与取证时逐字节相同。
元数据.xml：案卷和每件材料的说明。四性检测报告.xml：真实、完整、可用、安全逐项检测的结果。
摘要清单.csv：包内每个文件的 SHA-256 和 SM3；没有 SM3 的是生成时系统不能计算。
"""


def lacking(about: Mapping[str, str], *kinds: str) -> tuple[str, ...]:
    """Required metadata that have no value; `kinds` are the way of closing and the process, which excuse some."""
    excused = {name for kind in kinds for name in MAY_LACK.get(kind, ())}
    return tuple(name for name in NEEDED if not about.get(name) and name not in excused)


def metadata(about: Mapping[str, str], leaves: Mapping[str, Sequence[Leaf]]) -> bytes:
    """What the dossier and each of its parts are, in XML."""
    root = XML.Element("案卷")
    for name, value in about.items():
        XML.SubElement(root, name).text = value
    for key, found in leaves.items():
        book = XML.SubElement(root, "册", {"名称": VOLUMES[key]})
        for number, one in enumerate(found, 1):
            part = XML.SubElement(book, "件", {"序号": str(number), "页数": str(len(one.sheets))})
            for name, value in (("题名", one.part.title), ("文号", one.part.number), ("责任者", one.part.maker),
                                ("日期", one.part.day.isoformat())):
                XML.SubElement(part, name).text = value
            for original in one.originals:
                XML.SubElement(part, "文件", {"路径": original.name, "SHA256": original.sha256, "SM3": original.sm3 or ""})
    return _written(root)


def report(found: Report) -> bytes:
    """The report on the four properties in XML."""
    root = XML.Element("四性检测报告", {"结论": "通过" if found.passed else "不通过"})
    for one in found.checks:
        row = XML.SubElement(root, "检测项", {"性质": one.property, "结果": "通过" if one.passed else "不通过"})
        XML.SubElement(row, "内容").text = one.name
        XML.SubElement(row, "情况").text = one.found
    for note in found.notes:
        XML.SubElement(root, "文书质量提示").text = note
    return _written(root)


def pack(volumes: Mapping[str, bytes], leaves: Iterable[Leaf], papers: Mapping[str, bytes]) -> bytes:
    """The zip. Raises InvalidState when an original is missing or differs from its digest."""
    members: dict[str, bytes] = {f"{VOLUMES[key]}.pdf": body for key, body in volumes.items()}
    for one in leaves:
        for original in one.originals:
            members[original.name] = _original(original.path, original.sha256, original.name)
    members |= {README: WORDS.encode(), **papers}
    members[DIGESTS] = _digests(members)
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as packed:
        for name in sorted(members):
            entry = zipfile.ZipInfo(name, MOMENT)
            entry.external_attr = 0o644 << 16
            entry.create_system = 3
            entry.compress_type = zipfile.ZIP_STORED if name.lower().endswith(STORED) else zipfile.ZIP_DEFLATED
            packed.writestr(entry, members[name])
    return out.getvalue()


def _original(path: Path, sha256: str, name: str) -> bytes:
    try:
        body = path.read_bytes()
    except FileNotFoundError:
        raise InvalidState(f"原始文件“{name}”不在存储目录中，不能生成归档包。请联系管理员从备份恢复。") from None
    if hashlib.sha256(body).hexdigest() != sha256:
        raise InvalidState(f"原始文件“{name}”与登记的摘要不符，可能被改动过，不能生成归档包。请联系管理员从备份恢复。")
    return body


def _digests(members: Mapping[str, bytes]) -> bytes:
    """A table of every member but itself."""
    rows = ["文件,大小（字节）,SHA-256,SM3"]
    rows += [f'"{name}",{len(body)},{hashlib.sha256(body).hexdigest()},{store.sm3(body) or ""}' for name, body in sorted(members.items())]
    return ("\ufeff" + "\r\n".join(rows) + "\r\n").encode()


def _written(root: XML.Element) -> bytes:
    XML.indent(root)
    return bytes(XML.tostring(root, encoding="utf-8", xml_declaration=True)) + b"\n"
