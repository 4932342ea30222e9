"""The job that makes a document's bytes after the commit: at least once, and done once however often it is tried."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, insert, select

from engine import clock
from engine.cases import attachments
from engine.cases.attachments import original_path
from engine.database import Database
from engine.documents import catalogue, issuing, register, rendering, store, templates
from engine.documents.register import Issued
from engine.documents.rendering import Made
from engine.documents.tables import file
from engine.documents.templates import Template
from engine.errors import InvalidState, NotFound
from engine.runtime.service_registry import Function

ADD = insert(file)



def functions(database: Database, folder: Path) -> dict[str, Function]:
    """The job under its name, for a worker that keeps files in `folder`."""
    return {issuing.TOPIC: Function(issuing.TOPIC, lambda payload: make(database, folder, int(payload["document"])), in_turn=False)}


def make(database: Database, folder: Path, document_id: int) -> dict[str, Any]:
    """Make, keep and note the bytes of a document; answers their hash. What was made before is left as it is."""
    with database.reading() as c:
        found = register.get(c, document_id)
        template = template_of(c, found)
        pictures = pictures_of(c, folder, found)
    if found.files:
        return {"sha256": found.sha256}
    made = again(found, template, pictures)
    _check_words(found, made)
    kept = store.keep(folder, made.body)
    row = {"document_id": document_id, "format": made.format, "sha256": kept.sha256, "sm3": kept.sm3, "size": kept.size,
           "made_with": rendering.made_with(template)}
    database.run(lambda c: note(c, row))
    return {"sha256": kept.sha256}


def note(c: Connection, row: Mapping[str, Any]) -> None:
    """Write down a file, once."""
    known = c.execute(select(file.c.sha256).where(file.c.document_id == row["document_id"], file.c.format == row["format"])).first()
    if known is None:
        c.execute(ADD, {**row, "made_at": clock.now()})


def again(found: Issued, template: Template, pictures: Mapping[str, bytes]) -> Made:
    """The bytes of a document from its record: the same every time, with the same programs and fonts."""
    if found.issued_at is None:
        raise InvalidState(f"《{found.name}》还没有完成，没有正式文本。", document=found.id)
    return rendering.render(template, rendering.Job(found.data, found.issued_at, pictures))


def template_of(c: Connection, found: Issued) -> Template:
    """The very template a document was made from."""
    owner = catalogue.of(found.doc_id).owner if found.template_version == 0 else templates.WORD
    return Template(found.doc_id, found.template_version, owner, found.template_sha256, templates.body(c, found.template_sha256))


def pictures_of(c: Connection, folder: Path, found: Issued) -> dict[str, bytes]:
    """The handwriting on a record, by attachment id. Raises NotFound for one that is gone."""
    pictures = {}
    for signed in register.signatures(c, found.id):
        if signed.image and signed.content_hash == found.content_hash:
            path = original_path(folder, attachments.get(c, signed.image).sha256)
            if not path.exists():
                raise NotFound("签名图片不在存储目录中，请联系管理员检查。", attachment=signed.image)
            pictures[signed.image] = path.read_bytes()
    return pictures


def _check_words(found: Issued, made: Made) -> None:
    """Raises InvalidState for a finished text with words that this document must not hold."""
    for word in catalogue.of(found.doc_id).forbidden:
        if word in made.text:
            raise InvalidState(f"《{found.title}》的正文中出现了不允许的“{word}”，请法制人员改正模板后重新制作。", document=found.id)


def differs(c: Connection, folder: Path, found: Issued) -> str:
    """Make a document again and compare: "" when the bytes are the same and lie in the store as recorded, else what is wrong, in Chinese.

    With other programs or fonts than it was made with, nothing can be said about the bytes; the file in the store is then compared alone.
    """
    original = next((one for one in found.files if one.sha256 == found.sha256), None)
    if original is None:
        return "" if found.state == register.DRAFT else "还没有生成文件"
    try:
        store.read(folder, original.sha256)
        template = template_of(c, found)
        if rendering.made_with(template) != dict(original.made_with):
            return ""
        made = again(found, template, pictures_of(c, folder, found))
    except (InvalidState, NotFound) as refusal:
        return refusal.message
    return "" if templates.digest(made.body) == original.sha256 else "按登记的内容重新制作，结果与存档的文件不同"
