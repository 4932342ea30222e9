"""The door through which Word files of strangers come in: a plain .docx and nothing hidden in it.

Size, then structure, then parse; every refusal is an UnsafeInput that says what was found. Nothing is unpacked to the disk.
"""

import io
import zipfile

from lxml import etree

from engine.definitions.guard import open_xml
from engine.errors import UnsafeInput

MOST, MOST_UNPACKED, MOST_MEMBERS, MOST_RATIO, SMALL = 2 << 20, 20 << 20, 500, 100, 64 << 10
"""Bytes of the file, bytes unpacked, members, how much smaller packed than unpacked, bytes below which that does not matter."""
CHUNK = 1 << 16
TYPES = "[Content_Types].xml"
MAIN = "word/document.xml"
DOCX = b"wordprocessingml.document.main+xml"
EMBEDDED = ("word/embeddings/", "word/activex/", "word/afchunk")
XML = (".xml", ".rels")
HARMLESS = ("/hyperlink",)
FIELDS = ("DDE", "DDEAUTO", "INCLUDETEXT", "INCLUDEPICTURE", "IMPORT", "MACROBUTTON", "LINK", "DATABASE")
WORD = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"


def check(body: bytes) -> None:
    """Raises UnsafeInput for whatever is no plain Word document: macros, embedded objects, references to the outside, archive bombs,
    DTDs, encrypted or doubled members, fields that fetch or run something."""
    if len(body) > MOST:
        raise UnsafeInput(f"模板超过 {MOST >> 20} MB，请去掉嵌入的图片后重新上传。")
    try:
        with zipfile.ZipFile(io.BytesIO(body)) as archive:
            _members(archive)
            parts = {one.filename: _read(archive, one) for one in archive.infolist()}
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, ValueError, EOFError, OSError) as error:
        raise UnsafeInput("这不是 Word 文档（.docx）。旧的 .doc 文件请先另存为 .docx。", cause=str(error)) from error
    if TYPES not in parts or MAIN not in parts:
        raise UnsafeInput("这不是 Word 文档（.docx）：缺少正文。")
    if DOCX not in parts[TYPES]:
        raise UnsafeInput("只接受普通的 .docx 文档，不接受启用宏的文档（.docm）或者 Word 模板（.dotx）。")
    for name, content in parts.items():
        if name.lower().endswith(XML):
            _part(name, content)


def _members(archive: zipfile.ZipFile) -> None:
    members = archive.infolist()
    names = [one.filename.lower() for one in members]
    if len(members) > MOST_MEMBERS or len(set(names)) != len(names):
        raise UnsafeInput("文档内部结构异常（部件过多或者重名），已拒绝。请在 Word 中另存后重新上传。")
    for one in members:
        _member(one)


def _member(one: zipfile.ZipInfo) -> None:
    name = one.filename.lower()
    if one.flag_bits & 1:
        raise UnsafeInput("文档加了密码，请去掉密码后重新上传。")
    if name.startswith("/") or ".." in name.split("/") or "\\" in name:
        raise UnsafeInput("文档内部路径异常，已拒绝。")
    if "vbaproject" in name or name.endswith(".bin") and "printersettings" not in name:
        raise UnsafeInput("文档含有宏或者二进制对象，已拒绝。请去掉宏后另存为 .docx。", member=one.filename)
    if name.startswith(EMBEDDED) or name.endswith((".exe", ".dll", ".zip", ".docm", ".xlsm")):
        raise UnsafeInput("文档中嵌入了其他文件，已拒绝。请去掉嵌入的对象后重新上传。", member=one.filename)
    if one.file_size > SMALL and one.file_size > MOST_RATIO * max(one.compress_size, 1):
        raise UnsafeInput("文档解压后过大，可能是压缩炸弹，已拒绝。")


def _read(archive: zipfile.ZipFile, one: zipfile.ZipInfo) -> bytes:
    """The real bytes, counted: what a header claims is not believed."""
    parts, size = [], 0
    with archive.open(one) as member:
        while chunk := member.read(CHUNK):
            size += len(chunk)
            if size > MOST_UNPACKED or size > max(SMALL, MOST_RATIO * max(one.compress_size, 1)):
                raise UnsafeInput("文档解压后过大，可能是压缩炸弹，已拒绝。")
            parts.append(chunk)
    return b"".join(parts)


def _part(name: str, content: bytes) -> None:
    root = open_xml(content)
    if name.lower().endswith(".rels"):
        for one in root:
            _relation(one)
    for one in root.iter(f"{WORD}instrText", f"{WORD}fldSimple"):
        words = (one.text or one.get(f"{WORD}instr") or "").split()
        if words and words[0].upper() in FIELDS:
            raise UnsafeInput(f"文档中有会读取外部内容的域（{words[0].upper()}），已拒绝。请删除后重新上传。")
    if next(root.iter(f"{WORD}altChunk", f"{WORD}attachedTemplate"), None) is not None:
        raise UnsafeInput("文档引用了其他文件或者外部模板，已拒绝。请在 Word 中取消引用后重新上传。")


def _relation(one: etree._Element) -> None:
    kind, mode = str(one.get("Type") or ""), str(one.get("TargetMode") or "")
    if mode.lower() == "external" and not kind.endswith(HARMLESS):
        raise UnsafeInput("文档引用了外部文件或者网址，已拒绝。请在 Word 中断开链接后重新上传。", relation=kind)
    if kind.endswith(("/vbaProject", "/oleObject", "/aFChunk", "/attachedTemplate", "/control")):
        raise UnsafeInput("文档含有宏、嵌入对象或者外部模板，已拒绝。", relation=kind)
