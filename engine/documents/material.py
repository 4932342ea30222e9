"""What a dossier is made of, read once: the pages of every part, the originals behind them, and what the remarks must say."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import Connection

from engine.cases import attachments, evidence
from engine.cases.evidence import Item
from engine.documents import contents, pages, register, shown, store
from engine.documents.contents import Part
from engine.documents.receipts import Receipt
from engine.documents.register import Issued
from engine.documents.rendering import DOCX, PDF
from engine.documents.volume import Sheet, transcript
from engine.errors import InvalidState
from engine.people import directory

TRANSCRIPT = "本件是 Word 文书，没有转换成 PDF（需要安装 LibreOffice），此处按文字排印；原文件在归档包的“文书”文件夹内，以原文件为准。"
TRANSCRIBED = "《{title}》在卷内按文字排印，Word 原文件在归档包内。"
NO_PICTURE = "这份材料不是图片，不能排印，原始文件在归档包的“证据”文件夹内。"


@dataclass(frozen=True)
class Original:
    """A file that goes into the package byte for byte. `name` is its path there; digests as they were registered."""

    name: str
    path: Path
    sha256: str
    sm3: str | None
    mime: str


@dataclass(frozen=True)
class Leaf:
    """A part with its pages, the files its pages are made from, and its originals. `remark` "" when there is nothing to say."""

    part: Part
    sheets: tuple[Sheet, ...]
    files: tuple[tuple[str, Path | bytes], ...]
    originals: tuple[Original, ...]
    remark: str = ""


def leaf(c: Connection, part: Part, folder: Path, place: str) -> Leaf:
    """Read a part. `place` is its number in the dossier ("1-003"). Raises InvalidState (not made yet, altered), NotFound (file lost)."""
    if part.receipt is not None:
        return _receipt(part, part.receipt, place)
    return _document(part, part.document, folder, place) if part.document else _item(c, part, folder, place)


def left_out(c: Connection, case_id: int) -> Iterator[str]:
    """What the case has and the dossier has not: void documents and evidence, drafts; for the remarks."""
    for one in register.of_case(c, case_id):
        if one.state != register.ISSUED:
            yield f"《{one.title}》{one.state_words}{'，原因：' + one.end_reason.rstrip('。') if one.end_reason else ''}，不入卷。"
    for piece in evidence.of(c, case_id):
        if piece.state != evidence.VALID:
            yield f"证据“{piece.title}”{evidence.STATES[piece.state]}，原因：{piece.state_reason.rstrip('。')}，不入卷。"


def _document(part: Part, one: Issued, folder: Path, place: str) -> Leaf:
    found = {file.format: file for file in one.files}
    if not found:
        raise InvalidState(f"《{one.title}》的文件还在生成，请稍后再生成案卷。", document=one.id)
    originals = tuple(Original(f"文书/{place}-{_plain(one.name)}.{file.format}", store.path_of(folder, file.sha256), file.sha256, file.sm3,
                               file.format) for file in one.files)
    if PDF in found:
        body, name = store.read(folder, found[PDF].sha256), f"{place}.pdf"
        sheets = tuple(Sheet("pdf", name, number + 1) for number in range(pages.count(body)))
        return Leaf(part, sheets, ((name, store.path_of(folder, found[PDF].sha256)),), originals)
    lines = pages.words(store.read(folder, found[DOCX].sha256))
    return Leaf(part, transcript(lines, TRANSCRIPT), (), originals, TRANSCRIBED.format(title=one.title))


def _receipt(part: Part, one: Receipt, place: str) -> Leaf:
    """Printed now from the record, the same every time; it has no original of its own."""
    body, name = one.pdf(), f"{place}.pdf"
    return Leaf(part, tuple(Sheet("pdf", name, number + 1) for number in range(pages.count(body))), ((name, body),), ())


def _item(c: Connection, part: Part, folder: Path, place: str) -> Leaf:
    piece = part.item
    assert piece is not None
    sheets: list[Sheet] = []
    files: list[tuple[str, Path | bytes]] = []
    originals: list[Original] = []
    rows = _rows(c, piece)
    for number, one in enumerate(piece.files, 1):
        mime = attachments.get(c, one.attachment_id).mime
        originals.append(Original(f"证据/{place}-{number}-{_plain(one.name)}", attachments.original_path(folder, one.sha256), one.sha256,
                                  one.sm3, mime))
        name = f"{place}-{number}.jpg" if mime in attachments.TYPES.values() else ""
        if name:
            files.append((name, attachments.view_path(folder, one.sha256)))
        note = f"原始文件：{one.name}　SHA-256：{one.sha256}"
        sheets.append(Sheet("photo", name, rows=rows, note=note if name else f"{NO_PICTURE}{note}"))
    return Leaf(part, tuple(sheets) or (Sheet("photo", rows=rows, note="没有文件，见实物或者纸质材料。"),), tuple(files), tuple(originals))


def _rows(c: Connection, piece: Item) -> tuple[tuple[str, str], ...]:
    known = directory.names(c, piece.collectors)
    people = "、".join(known.get(one, one) for one in piece.collectors)
    return (("来源", piece.origin), ("取得地点", piece.place), ("取得时间", shown.moment(piece.collected_at)),
            ("取证人", people), ("证明目的", piece.purpose), ("形式", evidence.FORMS[piece.form]))


def _plain(name: str) -> str:
    """A file name without what other systems do not accept."""
    return "".join("_" if sign in '\\/:*?"<>|' or not sign.isprintable() else sign for sign in name)[:80]


def volumes(c: Connection, case_id: int, authority: str, folder: Path, arrangement: contents.Arrangement) -> dict[str, tuple[Leaf, ...]]:
    """Everything by volume, in order. Raises as `leaf` does."""
    found = contents.ordered(contents.parts(c, case_id, authority), arrangement)
    return {volume: tuple(leaf(c, part, folder, f"{book}-{number:03d}") for number, part in enumerate(parts, 1))
            for book, (volume, parts) in enumerate(found.items(), 1)}
