"""A process as it is uploaded: some files, or one zip of them, checked before anything is read, then read like a process folder."""

import io
import re
import stat
import tempfile
import zipfile
from collections.abc import Iterable, Mapping
from pathlib import Path

from engine import definitions
from engine.definitions import Package
from engine.errors import InvalidDefinition, UnsafeInput

MOST_BYTES = 20 * 1024 * 1024
MOST_FILES = 200
MOST_RATIO = 100
SMALL = 64 * 1024
NAME = re.compile(r"[\w\-.]{1,120}")
KEY = re.compile(r"[A-Za-z_][\w\-]{0,79}")
KINDS = (".bpmn", ".dmn", ".form.json")
PARAMETERS = "parameters.toml"

Files = Mapping[str, bytes]


def unpack(sent: Iterable[tuple[str, bytes]]) -> dict[str, bytes]:
    """Plain files by name. Raises UnsafeInput: nothing sent, foreign kinds, paths, double names, too many, too large, a zip that is no zip
    or holds links, folders or encrypted members, or that unpacks to more than it should."""
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


def package(files: Files) -> Package:
    """What the files say, under the key of the one executable process. Raises UnsafeInput, InvalidDefinition, InvalidValues."""
    diagrams = [name for name in files if name.endswith(".bpmn")]
    if len(diagrams) != 1:
        raise UnsafeInput(f"应当恰好有一个流程图（.bpmn），收到 {len(diagrams)} 个。一次发布一个流程。")
    diagram = files[diagrams[0]]
    process = definitions.read(diagram).executable
    if process is None or not KEY.fullmatch(process.id):
        raise InvalidDefinition((), "流程图中应当恰好有一个可执行的流程（isExecutable=true），且编号只含字母、数字、- 和 _。"
                                    "尚不能运行的流程图可以存为草稿。")
    with tempfile.TemporaryDirectory() as place:
        folder, forms = Path(place) / "process" / process.id, Path(place) / "forms"
        folder.mkdir(parents=True)
        forms.mkdir()
        (folder / f"{process.id}.bpmn").write_bytes(diagram)
        for name, content in files.items():
            if name != diagrams[0]:
                ((forms if name.endswith(".form.json") else folder) / name).write_bytes(content)
        return definitions.read_folder(folder, forms)


def _must_be_plain(name: str, known: Files) -> None:
    if not NAME.fullmatch(name) or name.startswith("."):
        raise UnsafeInput(f"文件名“{name[:60]}”不能使用。文件名只能含文字、数字、- _ .，压缩包里不要有文件夹。")
    if not name.endswith(KINDS) and name != PARAMETERS:
        raise UnsafeInput(f"不接收“{name[:60]}”。可以上传流程图（.bpmn）、决策表（.dmn）、表单（.form.json）和 {PARAMETERS}。")
    if name in known:
        raise UnsafeInput(f"文件“{name}”出现了两次，请只留一份。")
    if len(known) >= MOST_FILES:
        raise UnsafeInput(f"一次最多 {MOST_FILES} 个文件。")


def _members(content: bytes) -> list[tuple[str, bytes]]:
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            entries = archive.infolist()
            if len(entries) > MOST_FILES:
                raise UnsafeInput(f"压缩包里最多 {MOST_FILES} 个文件。")
            for entry in entries:
                _must_be_tame(entry)
            return _read(archive, entries)
    except (zipfile.BadZipFile, RuntimeError, EOFError, OSError, ValueError) as error:
        raise UnsafeInput("压缩包损坏或格式不支持，请重新压缩为普通 zip。", cause=str(error)) from error


def _must_be_tame(entry: zipfile.ZipInfo) -> None:
    if entry.flag_bits & 0x1:
        raise UnsafeInput("压缩包加了密码，无法检查，已拒绝。")
    if entry.is_dir() or stat.S_ISLNK(entry.external_attr >> 16) or "/" in entry.filename or "\\" in entry.filename:
        raise UnsafeInput("压缩包里不能有文件夹或链接。请直接选中文件压缩，不要压缩文件夹。")
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
