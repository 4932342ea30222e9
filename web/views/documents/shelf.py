"""The templates of documents: which counts, which versions there were; uploading, trying, approving, taking back."""

import datetime as dt
from typing import Any

from flask import Response, flash, redirect, render_template, request, url_for

from engine import clock
from engine.documents import box, catalogue, pdf, template_desk, templates
from engine.documents.rendering import DOCX, Made
from engine.documents.templates import WORD
from engine.errors import InvalidValues, NotFound, Unavailable
from engine.people import directory
from web.auth import policy
from web.context import database, me
from web.views.documents.room import blueprint, sent

LARGEST = 4 << 20


@blueprint.get("/templates")
@policy("penalties")
def shelf() -> Any:
    """All documents of the catalogue with their templates."""
    return _page()


def _page(errors: dict[str, str] | None = None, status: int = 200, doc_id: str = "") -> Any:
    with database().reading() as c:
        versions = template_desk.listing(c)
        known = directory.names(c, [one for rows in versions.values() for row in rows for one in (row.uploaded_by, row.approved_by) if one])
    return render_template("documents/templates.html", documents=catalogue.everything().values(), versions=versions, names=known,
                           keeps=me().has(*template_desk.KEEPERS), errors=errors or {}, tried=doc_id, today=clock.today(), WORD=WORD,
                           closed=_closed()), status


def _closed() -> bool:
    try:
        return box.is_closed()
    except Unavailable:
        return False


@blueprint.post("/templates/<doc_id>")
@policy("penalties")
def upload(doc_id: str) -> Any:
    """Take a version in; one that fails its check changes nothing."""
    sent_file, person = request.files.get("template"), me()
    if sent_file is None or not sent_file.filename:
        return _page({"template": "请选择一个 .docx 文件。"}, 422, doc_id)
    name, body = sent_file.filename, sent_file.stream.read(LARGEST)
    note = request.form.get("note", "")[:400]
    try:
        made = database().run(lambda c: template_desk.upload(c, doc_id, name, body, by=person, note=note))
    except InvalidValues as refusal:
        return _page(refusal.errors, 422, doc_id)
    flash(f"第 {made.version} 版已通过检查。请另一名法制人员或者负责人核对样例后批准。")
    return redirect(url_for("documents.shelf", _anchor=doc_id))


@blueprint.post("/templates/versions/<int:template_id>/approve")
@policy("penalties")
def approve(template_id: int) -> Any:
    """Let it count from a day on."""
    person, day = me(), request.form.get("in_force_from", "")
    try:
        since = dt.date.fromisoformat(day) if day else clock.today()
        made = database().run(lambda c: template_desk.approve(c, template_id, since, by=person))
    except ValueError:
        return _page({"in_force_from": "启用日期写法不对，例如 2026-03-02。"}, 422)
    except InvalidValues as refusal:
        return _page(refusal.errors, 422)
    flash(f"第 {made.version} 版自 {made.in_force_from} 起启用。")
    return redirect(url_for("documents.shelf", _anchor=made.doc_id))


@blueprint.post("/templates/versions/<int:template_id>/withdraw")
@policy("penalties")
def withdraw(template_id: int) -> Any:
    """Take it out of use."""
    person = me()
    made = database().run(lambda c: template_desk.withdraw(c, template_id, by=person))
    flash(f"第 {made.version} 版已撤下，改用上一版。")
    return redirect(url_for("documents.shelf", _anchor=made.doc_id))


@blueprint.get("/templates/<doc_id>/file")
@policy("penalties")
def template_file(doc_id: str) -> Response:
    """The Word file as shipped, or one version of it, to be changed in Word."""
    one = _chosen(doc_id)
    if one.owner != WORD:
        raise NotFound("这种文书由系统排版，没有 Word 模板。")
    return sent(Made(DOCX, one.body), f"{catalogue.of(doc_id).name}-模板")


@blueprint.get("/templates/<doc_id>/sample")
@policy("penalties")
def sample(doc_id: str) -> Response:
    """A template filled with the sample case."""
    document = catalogue.of(doc_id)
    made = template_desk.sample_of(_chosen(doc_id), document)
    return sent(pdf.of(made) if pdf.is_possible() else made, f"样例-{document.name}", inline=True)


def _chosen(doc_id: str) -> templates.Template:
    document, version = catalogue.of(doc_id), request.args.get("version", 0, int)
    with database().reading() as c:
        if not version:
            return templates.shipped(document)
        found = next((one for one in template_desk.listing(c).get(doc_id, ()) if one.version == version), None)
        if found is None:
            raise NotFound("没有这一版模板。")
        return templates.Template(doc_id, version, WORD, found.sha256, template_desk.body_of(c, found), found.variables)
