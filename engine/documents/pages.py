"""How many pages a PDF has, and the words of a .docx: of files that this program made itself."""

import io
import re
import zipfile
import zlib

from lxml import etree

from engine.errors import InvalidState

STREAM = re.compile(rb"stream\r?\n")
PAGES = re.compile(rb"/Type\s*/Pages\b")
COUNT = re.compile(rb"/Count\s+(\d+)")
AROUND = 400
"""Bytes around a tree of pages in which its count stands."""
W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
MOST = 30 << 20


def count(pdf: bytes) -> int:
    """Pages of a PDF, read from its tree of pages, packed or not. Raises InvalidState for bytes that are no PDF."""
    best = 0
    if pdf.startswith(b"%PDF-"):
        for part in (pdf, *_unpacked(pdf)):
            for tree in PAGES.finditer(part):
                near = part[max(0, tree.start() - AROUND): tree.end() + AROUND]
                best = max([best, *(int(number) for number in COUNT.findall(near))])
    if best == 0:
        raise InvalidState("这个 PDF 文件打不开，可能已损坏，请重新生成。")
    return best


def unpacked(pdf: bytes) -> list[bytes]:
    """The bytes of a PDF and of every stream in it that can be unpacked: what a search for active content must look at."""
    return [pdf, *_unpacked(pdf)]


def words(docx: bytes) -> list[str]:
    """Paragraphs of a .docx in reading order; a row of a table is one line. Raises InvalidState for bytes that are no .docx."""
    try:
        with zipfile.ZipFile(io.BytesIO(docx)) as packed:
            if packed.getinfo("word/document.xml").file_size > MOST:
                raise InvalidState("这个 Word 文件过大，打不开。")
            body = packed.read("word/document.xml")
        tree = etree.fromstring(body, etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False))
    except (zipfile.BadZipFile, KeyError, etree.XMLSyntaxError) as error:
        raise InvalidState("这个 Word 文件打不开，可能已损坏，请重新生成。", cause=str(error)) from error
    found = tree.find(f"{W}body")
    return [] if found is None else [line for block in found for line in _lines(block)]


def _lines(block: etree._Element) -> list[str]:
    if block.tag == f"{W}p":
        return [_text(block)]
    if block.tag == f"{W}tbl":
        rows = block.iterfind(f"{W}tr")
        return ["　|　".join(" ".join(_text(one) for one in cell.iter(f"{W}p")).strip() for cell in row.iterfind(f"{W}tc")) for row in rows]
    return []


def _text(paragraph: etree._Element) -> str:
    parts = [("\t" if one.tag == f"{W}tab" else one.text or "") for one in paragraph.iter(f"{W}t", f"{W}tab")]
    return "".join(parts).replace("\t", "　　")


def _unpacked(pdf: bytes) -> list[bytes]:
    found = []
    for begin in STREAM.finditer(pdf):
        try:
            found.append(zlib.decompressobj().decompress(pdf[begin.end():], MOST))
        except zlib.error:
            continue  # not packed this way: pictures and fonts
    return found
