"""Files that come in to become a draft: some files, or one zip of them, checked before anything is read, kept as they came."""

import io
import re
import stat
import zipfile
from collections.abc import Iterable, Mapping

from sqlalchemy import Connection

from engine.definitions import read, rewrite
from engine.definitions.guard import open_xml
from engine.errors import InvalidValues, UnsafeInput
from engine.people import Participant
from engine.studio import drafts, folder, folder_rights, sources

MOST_BYTES, MOST_FILES = folder.MOST_BYTES, folder.MOST_FILES
MOST_RATIO = 100
SMALL = 64 * 1024
NAME = re.compile(r"(?:[\w\-]{1,80}/){0,3}[\w\-][\w\-.]{0,119}")
DECLARED = re.compile(r'^(\s*<\?xml[^>]*?encoding=["\'])[A-Za-z0-9._\-]+')
EPOCH = (2020, 1, 1, 0, 0, 0)
NOTES_SHOWN = 3

Files = Mapping[str, bytes]


def unpack(sent: Iterable[tuple[str, bytes]]) -> dict[str, bytes]:
    """Plain files by name; folders of a zip stay in the names. Raises UnsafeInput: nothing sent, foreign kinds, paths that lead out,
    double names, too many, too large, a zip that is no zip or holds links or encrypted members, or that unpacks to more than it should."""
    files: dict[str, bytes] = {}
    left = MOST_BYTES
    for name, content in sent:
        inside = _members(content) if name.lower().endswith(".zip") else [(name, content)]
        for member, document in inside:
            _must_be_plain(member, files)
            files[member], left = document, left - len(document)
            if left < 0:
                raise UnsafeInput("文件合计超过 20 MB，已拒绝。")
    if not files:
        raise UnsafeInput("没有收到文件。请选择流程图（.bpmn），需要时一并选择决策表和表单，或把它们压缩成一个 zip。")
    return files


def arrive(c: Connection, by: Participant, files: Files, key: str = "") -> tuple[drafts.Draft, tuple[str, ...]]:
    """A new draft of these files, and what an import will read otherwise when it runs. A process that is published already: the draft
    goes on from its newest version. `key`: taken when the diagram has none that fits.

    Raises NotAllowed, UnsafeInput, InvalidValues, Conflict.
    """
    folder_rights.must(by, "design")
    diagrams = [name for name in files if name.endswith(".bpmn")]
    if len(diagrams) != 1:
        raise UnsafeInput(f"应当恰好有一个流程图（.bpmn），收到 {len(diagrams)} 个。一份草稿写一个流程。")
    rewritten = rewrite(files[diagrams[0]])
    process = read(rewritten.document).executable
    found = process.id if process is not None and folder.KEY.fullmatch(process.id) else key
    if not found:
        raise InvalidValues({"key": "流程图里没有恰好一个可执行的流程，或它的编号不能用。请在“编号”里写一个英文编号，再上传一次。"})
    folder_rights.must_hold(c, by, folder.must_be_key(found), folder_rights.EDIT)
    texts = {_placed(name, found): _text(name, content) for name, content in files.items()}
    base = sources.newest(c, found)
    kept = dict(sources.version(c, base).files) if base is not None else {}
    draft = drafts.begin(c, by, found, process.label if process else found, {**kept, **texts}, base=base, note="由上传的文件新建")
    said = [f"{note.message}（运行时）。" for note in rewritten.notes]
    more = (f"另有 {len(said) - NOTES_SHOWN} 处，见检查结果。",) if len(said) > NOTES_SHOWN else ()
    return draft, (*said[:NOTES_SHOWN], *more)


def packed(files: folder.Files) -> bytes:
    """One zip of the files. The same files give the same bytes."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in sorted(files.items()):
            archive.writestr(zipfile.ZipInfo(name, EPOCH), text.encode(), zipfile.ZIP_DEFLATED)
    return stream.getvalue()


def _placed(name: str, key: str) -> str:
    """Where a file belongs in the folder, whatever folder it came from."""
    plain = name.rpartition("/")[2]
    if plain.endswith(".bpmn"):
        return f"{key}.bpmn"
    return f"forms/{plain}" if plain.endswith(".form.json") else plain


def _text(name: str, content: bytes) -> str:
    """Text as it came. XML in another encoding is kept in UTF-8 and says so. Raises UnsafeInput."""
    try:
        if not name.endswith((".bpmn", ".dmn")):
            return content.decode("utf-8-sig")
        encoding = (open_xml(content).getroottree().docinfo.encoding or "UTF-8").upper()
        text = content.decode("utf-8-sig" if encoding in ("UTF-8", "US-ASCII", "ASCII") else encoding)
    except (UnicodeDecodeError, LookupError) as error:
        raise UnsafeInput(f"文件“{name[:60]}”的编码无法识别，请用 UTF-8 重新保存后再上传。", cause=str(error)) from error
    return text if encoding in ("UTF-8", "US-ASCII", "ASCII") else DECLARED.sub(r"\g<1>UTF-8", text, count=1).removeprefix("\ufeff")


def _must_be_plain(name: str, known: Files) -> None:
    if not NAME.fullmatch(name) or ".." in name:
        raise UnsafeInput(f"文件名“{name[:60]}”不能使用。文件名只能含文字、数字、- _ .，不能以点开头。")
    plain = name.rpartition("/")[2]
    if not plain.endswith((".bpmn", ".dmn", ".form.json")) and plain not in (folder.PARAMETERS, folder.SCENARIOS):
        raise UnsafeInput(f"不接收“{name[:60]}”。可以上传流程图（.bpmn）、决策表（.dmn）、表单（.form.json）、{folder.PARAMETERS} 和 "
                          f"{folder.SCENARIOS}。")
    if plain in {one.rpartition("/")[2] for one in known}:
        raise UnsafeInput(f"文件“{plain}”出现了两次，请只留一份。")
    if len(known) >= MOST_FILES:
        raise UnsafeInput(f"一次最多 {MOST_FILES} 个文件。")


def _members(content: bytes) -> list[tuple[str, bytes]]:
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            entries = [one for one in archive.infolist() if not one.is_dir()]
            if len(archive.infolist()) > 2 * MOST_FILES:
                raise UnsafeInput(f"压缩包里最多 {MOST_FILES} 个文件。")
            for entry in entries:
                _must_be_tame(entry)
            return _read(archive, entries)
    except (zipfile.BadZipFile, RuntimeError, EOFError, OSError, ValueError) as error:
        raise UnsafeInput("压缩包损坏或格式不支持，请重新压缩为普通 zip。", cause=str(error)) from error


def _must_be_tame(entry: zipfile.ZipInfo) -> None:
    if entry.flag_bits & 0x1:
        raise UnsafeInput("压缩包加了密码，无法检查，已拒绝。")
    if stat.S_ISLNK(entry.external_attr >> 16):
        raise UnsafeInput("压缩包里不能有链接。")
    if entry.file_size > SMALL and entry.file_size > MOST_RATIO * max(1, entry.compress_size):
        raise UnsafeInput("压缩包解开后异常巨大，已拒绝。")


def _read(archive: zipfile.ZipFile, entries: list[zipfile.ZipInfo]) -> list[tuple[str, bytes]]:
    """Counts the real bytes: what an archive says about itself may be a lie."""
    left, found = MOST_BYTES, []
    for entry in entries:
        with archive.open(entry) as stream:
            document = stream.read(left + 1)
        left -= len(document)
        if left < 0:
            raise UnsafeInput("压缩包解开后超过 20 MB，已拒绝。")
        found.append((entry.filename, document))
    return found
