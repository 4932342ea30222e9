"""Word templates: filling one, and reading what it asks for. Runs locked in; whatever it raises is told to the program by its kind.

Templates may print values, loop and choose; they may not call, import, include or define anything.
"""

import io
import json
import os
import socket
import zipfile
from collections.abc import Iterator
from datetime import datetime
from typing import Any

import docx
import jinja2.debug  # noqa: F401  wanted the moment something goes wrong, when it can no longer be imported
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls
from docx.parts.hdrftr import HeaderPart
from docxtpl import DocxTemplate
from jinja2 import StrictUndefined, nodes
from jinja2.sandbox import ImmutableSandboxedEnvironment

FIXED = (1980, 1, 1, 0, 0, 0)
FILTERS = frozenset({"default", "d", "join", "length", "count", "first", "last", "replace", "trim", "e", "escape"})
NODES = (nodes.Template, nodes.Output, nodes.TemplateData, nodes.For, nodes.If, nodes.Name, nodes.Getattr, nodes.Getitem, nodes.Const,
         nodes.Filter, nodes.Test, nodes.Compare, nodes.Operand, nodes.Not, nodes.And, nodes.Or, nodes.CondExpr, nodes.Concat, nodes.Add,
         nodes.Sub, nodes.Keyword, nodes.Slice, nodes.Tuple, nodes.List, nodes.Neg)
FOOTNOTES = "footnotes"
PROPERTIES = ("author", "title", "subject", "keywords", "comments", "category")
MARK = """<w:p {ns} xmlns:v="urn:schemas-microsoft-com:vml" xmlns:o="urn:schemas-microsoft-com:office:office"><w:r><w:pict>
<v:shapetype id="mark" coordsize="21600,21600" o:spt="136" adj="10800" path="m@7,l@8,m@5,21600l@6,21600e">
<v:formulas><v:f eqn="sum #0 0 10800"/><v:f eqn="prod #0 2 1"/><v:f eqn="sum 21600 0 @1"/><v:f eqn="sum 0 0 @2"/>
<v:f eqn="sum 21600 0 @3"/><v:f eqn="if @0 @3 0"/><v:f eqn="if @0 21600 @1"/><v:f eqn="if @0 0 @2"/><v:f eqn="if @0 @4 21600"/></v:formulas>
<v:path textpathok="t" o:connecttype="rect"/><v:textpath on="t" fitshape="t"/></v:shapetype>
<v:shape id="preview" type="#mark" style="position:absolute;width:360pt;height:180pt;rotation:315;z-index:-1;
mso-position-horizontal:center;mso-position-horizontal-relative:margin;mso-position-vertical:center;mso-position-vertical-relative:margin"
fillcolor="silver" stroked="f"><v:fill opacity=".5"/><v:textpath style="font-family:'SimHei'" string="{words}"/></v:shape>
</w:pict></w:r></w:p>"""


class Refused(Exception):
    """The template asks for something that templates may not do."""


class Sandbox(ImmutableSandboxedEnvironment):
    """Nothing private, nothing that changes values, names of a mapping before its methods."""

    def __init__(self) -> None:
        super().__init__(autoescape=True, undefined=StrictUndefined)
        self.globals.clear()

    def getattr(self, obj: Any, attribute: str) -> Any:
        """`form.items` is what the form holds under "items", never a method."""
        if isinstance(obj, dict):
            return obj[attribute] if attribute in obj else self.undefined(obj=obj, name=attribute)
        return super().getattr(obj, attribute)


def render(order: dict[str, Any], body: bytes) -> tuple[dict[str, Any], bytes]:
    """The filled document and its text. order: data, date (ISO), mark (words across each page, "" for none)."""
    template = _opened(body)
    for source in _sources(template):
        _allowed(source)
    template.render(order["data"], Sandbox())
    made = template.docx
    _fix_properties(made, datetime.fromisoformat(order["date"]))
    if order["mark"]:
        _mark(made, order["mark"])
    out = io.BytesIO()
    template.save(out)
    return {"text": "\n".join(_texts(made))}, normal(out.getvalue())


def inspect(order: dict[str, Any], body: bytes) -> tuple[dict[str, Any], bytes]:
    """The names the template asks for, in order, and its own words."""
    template = _opened(body)
    found: dict[str, None] = {}
    for source in _sources(template):
        for name in _names(_allowed(source)):
            found[name] = None
    return {"variables": list(found), "text": "\n".join(_texts(template.docx))}, b""


def probe(order: dict[str, Any], body: bytes) -> tuple[dict[str, Any], bytes]:
    """Try to break out in one named way: for the check of the installation and for tests. Answers only when it could."""
    return {"done": PROBES[order["way"]]()}, b""


def warm_up() -> None:
    """Do everything once before the door is locked: late imports and files would be refused there."""
    empty = HeaderPart._default_header_xml()  # type: ignore[no-untyped-call]
    setattr(HeaderPart, "_default_header_xml", classmethod(lambda cls: empty))  # noqa: B010  a method of the library, kept as it answered
    blank = docx.Document()
    blank.add_paragraph("{{ name }}")
    blank.sections[0].header.paragraphs[0].text = "{{ name|default('样') }}"
    out = io.BytesIO()
    blank.save(out)
    order = {"data": {"name": "样"}, "date": "2026-01-01T00:00:00", "mark": "样"}
    render(order, out.getvalue())
    inspect(order, out.getvalue())
    json.dumps(order, ensure_ascii=False)


def normal(body: bytes) -> bytes:
    """The same archive with fixed times and order: equal documents are equal bytes."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(body)) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for name in sorted(old.namelist(), key=lambda one: (one != "[Content_Types].xml", one)):
            about = zipfile.ZipInfo(name, FIXED)
            about.compress_type, about.external_attr, about.create_system = zipfile.ZIP_DEFLATED, 0o600 << 16, 3
            new.writestr(about, old.read(name))
    return out.getvalue()


def _opened(body: bytes) -> DocxTemplate:
    template = DocxTemplate(io.BytesIO(body))
    template.render_init()
    return template


def _sources(template: DocxTemplate) -> Iterator[str]:
    """Every text that is a template: body, headers, footers, footnotes, properties."""
    yield template.patch_xml(template.get_xml())
    for uri in (template.HEADER_URI, template.FOOTER_URI):
        for _, part in template.get_headers_footers(uri):
            yield template.patch_xml(template.get_part_xml(part))
    for part in template.docx.part.package.parts:
        if FOOTNOTES in part.content_type:
            yield template.patch_xml(part.blob.decode())
    yield from (str(getattr(template.docx.core_properties, name) or "") for name in PROPERTIES)


def _allowed(source: str) -> nodes.Template:
    """The parsed source. Raises Refused for anything but printing, loops and choices."""
    tree = Sandbox().parse(source)
    for node in tree.find_all(nodes.Node):
        if isinstance(node, nodes.Filter) and node.name not in FILTERS:
            raise Refused(f"filter:{node.name}")
        if isinstance(node, nodes.Getattr | nodes.Name) and getattr(node, "attr", getattr(node, "name", "")).startswith("_"):
            raise Refused(f"private:{getattr(node, 'attr', getattr(node, 'name', ''))}")
        if not isinstance(node, NODES):
            raise Refused(f"tag:{type(node).__name__}")
    return tree


def _names(tree: nodes.Template) -> Iterator[str]:
    """Dotted names from outside; those a loop gives its rows are left out."""
    own = {"loop"}
    for loop in tree.find_all(nodes.For):
        own |= {one.name for one in [loop.target, *loop.target.find_all(nodes.Name)] if isinstance(one, nodes.Name)}
    yield from _walk(tree, own)


def _walk(node: nodes.Node, own: set[str]) -> Iterator[str]:
    path = _path(node)
    if path is not None:
        if path[0] not in own:
            yield ".".join(path)
        return
    for child in node.iter_child_nodes():
        yield from _walk(child, own)


def _path(node: nodes.Node) -> list[str] | None:
    if isinstance(node, nodes.Name):
        return [node.name] if node.ctx == "load" else None
    if isinstance(node, nodes.Getattr):
        before = _path(node.node)
        return None if before is None else [*before, node.attr]
    if isinstance(node, nodes.Getitem):
        before = _path(node.node)
        key = node.arg.value if isinstance(node.arg, nodes.Const) else None
        return None if before is None else [*before, key] if isinstance(key, str) else before
    return None


def _fix_properties(made: Any, moment: datetime) -> None:
    about = made.core_properties
    about.created = about.modified = about.last_printed = moment
    about.author = about.last_modified_by = ""
    about.revision = 1


def _mark(made: Any, words: str) -> None:
    for section in made.sections:
        section.header._element.append(parse_xml(MARK.format(ns=nsdecls("w"), words=words)))


def _texts(made: Any) -> Iterator[str]:
    others = [part._element for section in made.sections for part in (section.header, section.footer) if not part.is_linked_to_previous]
    for part in (made.element.body, *others):
        for paragraph in part.iter("{http://schemas.openxmlformats.org/wordprocessingml/2006/main}p"):
            words = "".join(one.text or "" for one in paragraph.iter("{http://schemas.openxmlformats.org/wordprocessingml/2006/main}t"))
            if words:
                yield words


def _read_file() -> str:
    with open("/etc/passwd", encoding="utf-8") as file:
        return file.readline()


def _spin() -> str:
    while True:
        pass


def _swell() -> str:
    return str(len("a" * 10**10))


def _fork() -> str:
    return str(os.fork())


def _connect() -> str:
    return str(socket.socket())


PROBES = {"read": _read_file, "spin": _spin, "swell": _swell, "fork": _fork, "connect": _connect}
