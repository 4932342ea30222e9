"""The documents of one case: the list, one of them, its file, its service, and the documents of a step before it is submitted."""

from typing import Any

from flask import Response, flash, redirect, render_template, request, url_for

from engine import clock
from engine.documents import catalogue, citations, desk, issuing, pdf, register, rendering, store
from engine.documents.issuing import Occasion
from engine.documents.register import METHODS
from engine.documents.rendering import Made
from engine.documents.signing import ROLE_WORDS
from engine.errors import InvalidState, InvalidValues, NotFound
from engine.people import directory
from engine.runtime import desk as steps
from engine.runtime import outlook
from web import submission
from web.auth import policy
from web.context import database, me, settings
from web.views.documents.room import blueprint, sent

SERVICE = ("method", "on", "received_on", "receiver", "relation", "place", "witness", "reason", "tracking", "days")


@blueprint.get("/cases/<int:case_id>/documents")
@policy("penalties")
def of_case(case_id: int) -> Any:
    """The documents of a case, as a piece of its page."""
    with database().reading() as c:
        found = desk.papers(c, case_id, me())
        writes = desk.may_write(c, case_id, me())
    return render_template("documents/_case.html", papers=found, case_id=case_id, kinds=desk.page_made() if writes else ())


@blueprint.get("/documents/step")
@policy("penalties")
def of_step() -> Any:
    """The documents of an open step: which there are, and what is still missing for those it will make."""
    item = request.args.get("item", "")[:64]
    with database().reading() as c:
        step = outlook.of_item(c, item, me())
        opened = steps.of(c, item, me())
        typed = {**opened.stored, **(opened.draft or {})}
        found = desk.papers(c, step.item.instance_id, me())
        rows = [_wanted(c, step, one, typed, found) for one in step.documents if one.template]
    return render_template("documents/_step.html", rows=rows, step=step, case_id=step.item.instance_id)


def _wanted(c: Any, step: Any, one: Any, typed: dict[str, Any], found: tuple[desk.Paper, ...]) -> dict[str, Any]:
    """A document the step asks for: its newest copy, else what is missing before it can be made."""
    newest = next((paper for paper in reversed(found) if paper.one.doc_id == one.template and paper.one.state in ("draft", "issued")), None)
    row = {"wanted": one, "kind": catalogue.of(one.template), "paper": newest, "missing": (), "unset": ()}
    if row["kind"].made == "act":
        try:
            ready = issuing.prepare(c, step.item.instance_id, one.template, Occasion(typed, step.variables, step.item.element_id))
            row |= {"missing": ready.missing, "unset": ready.unset}
        except InvalidState as refusal:
            row["missing"] = (refusal.message,)
    return row


@blueprint.get("/documents/step/preview/<doc_id>")
@policy("penalties")
def preview(doc_id: str) -> Response:
    """A document as the step would make it now, marked 预览."""
    item = request.args.get("item", "")[:64]
    with database().reading() as c:
        step = outlook.of_item(c, item, me())
        opened = steps.of(c, item, me())
        occasion = Occasion({**opened.stored, **(opened.draft or {})}, step.variables, step.item.element_id)
        made = desk.preview(c, step.item.instance_id, doc_id, occasion, by=me())
    return sent(pdf.of(made) if pdf.is_possible() else made, f"预览-{catalogue.of(doc_id).name}", inline=True)


@blueprint.get("/documents/<int:document_id>")
@policy("penalties")
def show(document_id: int) -> Any:
    """One document: who signed, how it was served, which file belongs to it."""
    return page(document_id)


def page(document_id: int, errors: dict[str, str] | None = None, status: int = 200, drawn: str | None = None) -> Any:
    """Its page, with what is wrong after a refusal; `drawn`: the signature that was refused, kept for the next try."""
    with database().reading() as c:
        found = desk.paper(c, document_id, me())
        writes = desk.may_write(c, found.one.case_id, me())
        known = directory.names(c, [found.one.made_by, *found.one.officers, *(one.taken_by for one in found.signatures)])
        older = register.get(c, found.one.replaces) if found.one.replaces else None
        cited = citations.of_document(c, found.kind, found.one.data)
    return render_template("documents/show.html", paper=found, one=found.one, writes=writes, names=known, older=older, errors=errors or {},
                           typed=request.form, ROLES=ROLE_WORDS, METHODS=METHODS, pdf_possible=pdf.is_possible(), today=clock.today(),
                           is_officer=me().id in found.one.officers, cited=cited, drawn=drawn), status


@blueprint.get("/documents/<int:document_id>/file")
@policy("penalties")
def download(document_id: int) -> Response:
    """The document itself, byte for byte."""
    with database().reading() as c:
        found = desk.may_take(c, document_id, me())
    return _sent(found, next(iter(found.files), None))


@blueprint.get("/documents/<int:document_id>/file.pdf")
@policy("penalties")
def download_pdf(document_id: int) -> Response:
    """The PDF of a document; of a Word document where LibreOffice is installed."""
    with database().reading() as c:
        found = desk.may_take(c, document_id, me())
    made = next((one for one in found.files if one.format == rendering.PDF), None)
    if made is None and found.files:
        pdf.make(database(), settings().files, document_id)
        with database().reading() as c:
            found = register.get(c, document_id)
        made = next((one for one in found.files if one.format == rendering.PDF), None)
    return _sent(found, made)


def _sent(found: register.Issued, file: register.File | None) -> Response:
    if file is None:
        raise NotFound("文书正在制作，请过几秒再打开。", document=found.id)
    return sent(Made(file.format, store.read(settings().files, file.sha256)), found.title)


@blueprint.post("/documents/<int:document_id>/end")
@policy("penalties")
def end(document_id: int) -> Any:
    """Give a draft up, or make an unserved document void."""
    person, reason = me(), request.form.get("reason", "")[:400]
    return act(document_id, lambda c: desk.end(c, document_id, reason, by=person), "已登记，原因和文号保留在案卷里。")


@blueprint.post("/documents/<int:document_id>/serve")
@policy("penalties")
def serve(document_id: int) -> Any:
    """Write down an attempt at serving it."""
    person = me()
    values: dict[str, Any] = {key: request.form.get(key, "").strip()[:400] for key in SERVICE}
    values |= {"returned": request.form.get("returned") == "on", "photos": submission.with_uploads({}).get("photos", [])}
    return act(document_id, lambda c: desk.serve(c, document_id, values, by=person), "送达情况已登记。")


def act(document_id: int, work: Any, said: str) -> Any:
    """Do one thing and come back to the document; what is wrong is said there."""
    try:
        database().run(work)
    except InvalidValues as refusal:
        return page(document_id, refusal.errors, 422)
    flash(said)
    return redirect(url_for("documents.show", document_id=document_id))
