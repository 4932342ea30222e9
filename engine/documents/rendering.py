"""Making the bytes of a document from what is recorded of it: equal records give equal bytes.

typst sources see their data as `json(bytes(sys.inputs.data))` and pictures under /pictures/<attachment id>; Word templates see the same
names. Nothing here reads the database.
"""

import datetime as dt
import importlib.metadata
import json
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import typst

from engine import clock
from engine.database import canonical
from engine.documents import box, fonts
from engine.documents.templates import WORD, Template
from engine.errors import InvalidState

PDF, DOCX = "pdf", "docx"
MIME = {PDF: "application/pdf", DOCX: "application/vnd.openxmlformats-officedocument.wordprocessingml.document"}
PREVIEW = "预览"
WATERMARK = """#set page(foreground: rotate(-35deg, text(size: 90pt, fill: rgb(150, 150, 150, 90), [{words}])))
"""


@dataclass(frozen=True)
class Made:
    """Bytes in a format, and the words in them where these are known ("" for a PDF)."""

    format: str
    body: bytes
    text: str = ""


@dataclass(frozen=True)
class Job:
    """What is printed: data (JSON), the moment that stands for the time of making, pictures by attachment id, words across each page."""

    data: Mapping[str, Any]
    moment: dt.datetime
    pictures: Mapping[str, bytes] = field(default_factory=dict)
    mark: str = ""


def render(template: Template, job: Job) -> Made:
    """Fill a template. Raises InvalidState for one that does not fit the data, UnsafeInput and Unavailable as `box.run` does."""
    return _word(template, job) if template.owner == WORD else Made(PDF, _typst(template, job))


def made_with(template: Template) -> dict[str, str]:
    """The programs and fonts that shape the bytes."""
    if template.owner == WORD:
        return {name: importlib.metadata.version(name) for name in ("docxtpl", "python-docx")}
    return {"typst": importlib.metadata.version("typst"), "fonts": fonts.fingerprint()}


def _word(template: Template, job: Job) -> Made:
    if template.is_uploaded:
        box.must_be_closed()
    local = clock.local(job.moment).replace(tzinfo=None, microsecond=0)
    try:
        about, body = box.run("render", {"data": job.data, "date": local.isoformat(), "mark": job.mark}, template.body)
    except box.BoxRefused as refusal:
        raise InvalidState(f"模板 {template.doc_id} 第 {template.version} 版不能填写：{refusal.why}。请法制人员检查模板。",
                           kind=refusal.kind) from refusal
    return Made(DOCX, body, about["text"])


def _typst(template: Template, job: Job) -> bytes:
    bundle = json.loads(template.body)
    with tempfile.TemporaryDirectory(prefix="gridloop-paper-") as place:
        root = Path(place)
        for name, source in bundle["files"].items():
            _write(root / name, source.encode())
        for name, body in job.pictures.items():
            _write(root / "pictures" / name, body)
        main = root / bundle["main"]
        if job.mark:
            main.write_text(WATERMARK.format(words=job.mark) + main.read_text("utf-8"), "utf-8")
        return _compiled(template, main, root, job)


def _compiled(template: Template, main: Path, root: Path, job: Job) -> bytes:
    compiler = typst.Compiler(str(main), root=str(root), font_paths=fonts.loaded(), ignore_system_fonts=True,
                              sys_inputs={"data": canonical(job.data)}, package_path=str(root / "none"),
                              package_cache_path=str(root / "none"))
    try:
        made = compiler.compile(format="pdf", timestamp=int(job.moment.timestamp()), pdf_standards=["a-2b"])
    except typst.TypstError as error:
        raise InvalidState(f"模板 {template.doc_id} 不能排版：{error.message}。请联系管理员。", cause=error.diagnostic) from error
    if not isinstance(made, bytes):
        raise InvalidState(f"模板 {template.doc_id} 排版没有结果。", document=template.doc_id)
    return made


def _write(path: Path, body: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(body)
