"""PDF of Word documents through LibreOffice, where it is installed: own profile, no macros, killed when it takes too long.

The .docx is the document of record; the PDF is made once, kept under its hash and never made again.
"""

import functools
import os
import shutil
import signal
import subprocess
import tempfile
import threading
from pathlib import Path
from typing import Any

from sqlalchemy import Connection

from engine.database import Database
from engine.documents import fonts, making, register, store
from engine.documents.rendering import DOCX, PDF, Made
from engine.errors import InvalidState, Unavailable

PROGRAM = "soffice"
FILTER = 'pdf:writer_pdf_Export:{"SelectPdfVersion":{"type":"long","value":"2"}}'
"""PDF/A-2b, as the papers that the product typesets: made to be kept for the long term (ISO 19005-2)."""
LONGEST = 60  # seconds for one document
HOW = ("本机没有安装 LibreOffice，只能下载 .docx。"
       "需要 PDF 的，请管理员安装 libreoffice-writer（例如 apt install libreoffice-writer-nogui）。")
ALIASES = {"仿宋_GB2312": "Noto Serif CJK SC", "仿宋": "Noto Serif CJK SC", "FangSong": "Noto Serif CJK SC",
           "方正小标宋简体": "Noto Serif CJK SC", "方正小标宋_GBK": "Noto Serif CJK SC", "小标宋": "Noto Serif CJK SC",
           "楷体_GB2312": "Noto Serif CJK SC", "楷体": "Noto Serif CJK SC", "KaiTi": "Noto Serif CJK SC", "宋体": "Noto Serif CJK SC",
           "SimSun": "Noto Serif CJK SC", "黑体": "Noto Sans CJK SC", "SimHei": "Noto Sans CJK SC"}
"""What stands in for the fonts of Chinese offices; a licensed font in the office's folder goes before."""

_one_at_a_time = threading.Lock()


@functools.cache
def program() -> str | None:
    """Where LibreOffice is, None when it is not installed."""
    return shutil.which(PROGRAM)


def is_possible() -> bool:
    """Whether Word documents can become PDF here."""
    return program() is not None


def version() -> str:
    """For the record of how a file was made."""
    found = program()
    if found is None:
        return ""
    said = subprocess.run([found, "--version"], capture_output=True, timeout=LONGEST, check=False).stdout.decode(errors="replace")
    return said.strip()[:60]


def of(made: Made) -> Made:
    """The same as a PDF. Raises Unavailable without LibreOffice, InvalidState when it fails or takes too long."""
    return made if made.format == PDF else Made(PDF, convert(made.body), made.text)


def convert(body: bytes) -> bytes:
    """A .docx as PDF; one at a time, each with a profile of its own."""
    found = program()
    if found is None:
        raise Unavailable(HOW)
    with _one_at_a_time, tempfile.TemporaryDirectory(prefix="gridloop-pdf-") as place:
        folder = Path(place)
        (folder / "document.docx").write_bytes(body)
        (folder / "fonts.conf").write_text(_font_settings(), "utf-8")
        command = [found, "--headless", "--norestore", "--nolockcheck", f"-env:UserInstallation=file://{folder}/profile",
                   "--convert-to", FILTER, "--outdir", str(folder), str(folder / "document.docx")]
        _run(command, {"PATH": os.environ.get("PATH", ""), "HOME": str(folder), "FONTCONFIG_FILE": str(folder / "fonts.conf"),
                       "LANG": "zh_CN.UTF-8"})
        result = folder / "document.pdf"
        if not result.is_file():
            raise InvalidState("LibreOffice 没有生成 PDF，请下载 .docx；如果反复出现，请管理员检查 LibreOffice 的安装。")
        return result.read_bytes()


def make_of_case(database: Database, folder: Path, case_id: int) -> None:
    """The PDF of every issued Word document of a case that has none yet; nothing where LibreOffice is missing. Raises InvalidState."""
    with database.reading() as c:
        found = [one.id for one in register.of_case(c, case_id) if one.state == register.ISSUED]
    for one in found if is_possible() else ():
        make(database, folder, one)


def make(database: Database, folder: Path, document_id: int) -> None:
    """Make and keep the PDF of an issued Word document, once. Raises as `convert` does."""
    with database.reading() as c:
        found = register.get(c, document_id)
    word = next((one for one in found.files if one.format == DOCX), None)
    if word is None or any(one.format == PDF for one in found.files):
        return
    kept = store.keep(folder, convert(store.read(folder, word.sha256)))
    row: dict[str, Any] = {"document_id": document_id, "format": PDF, "sha256": kept.sha256, "sm3": kept.sm3, "size": kept.size,
                           "made_with": {"libreoffice": version(), "fonts": fonts.fingerprint(), "of": word.sha256}}

    def note(c: Connection) -> None:
        making.note(c, row)

    database.run(note)


def _run(command: list[str], environment: dict[str, str]) -> None:
    """In a session of its own, so that all it started can be ended with it."""
    process = subprocess.Popen(command, env=environment, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                               start_new_session=True)
    try:
        process.wait(LONGEST)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        raise InvalidState(f"转换 PDF 超过 {LONGEST} 秒，已停止。请下载 .docx。") from None


def _font_settings() -> str:
    """fontconfig: the office's folder, the system's, and what stands in for fonts that are not there."""
    own = fonts.families()
    aliases = "".join(f'<match target="pattern"><test name="family"><string>{name}</string></test>'
                      f'<edit name="family" mode="prepend" binding="strong"><string>{other}</string></edit></match>'
                      for name, other in ALIASES.items() if name not in own)
    folders = "".join(f"<dir>{path}</dir>" for path in fonts.folders())
    return f'<?xml version="1.0"?><fontconfig><include ignore_missing="yes">/etc/fonts/fonts.conf</include>{folders}{aliases}</fontconfig>'

