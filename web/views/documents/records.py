"""Records written and signed on the spot: beginning one, changing it, signing it on the officer's phone."""

from collections.abc import Mapping
from typing import Any

from flask import flash, make_response, redirect, render_template, request, url_for

from engine import clock, forms
from engine.documents import catalogue, desk, draft_forms, register
from engine.documents.register import Issued
from engine.documents.signing import Mark
from engine.errors import InvalidState, InvalidValues, NotAllowed
from engine.people import directory
from web import submission
from web.auth import policy
from web.context import database, me
from web.views.documents import papers
from web.views.documents.room import blueprint, picture

MOST_PAGES = 200


@blueprint.get("/cases/<int:case_id>/documents/new")
@policy("penalties")
def new(case_id: int) -> Any:
    """An empty record."""
    doc_id = request.args.get("document", "")[:20]
    with database().reading() as c:
        desk.papers(c, case_id, me())
    return _page(case_id, doc_id, {"officers": [{"person": me().id}, {"person": ""}], "participants": [{"person": ""}]})


@blueprint.post("/cases/<int:case_id>/documents/new")
@policy("penalties")
def begin(case_id: int) -> Any:
    """Begin it; what is missing may still be missing."""
    doc_id, person = request.form.get("document", "")[:20], me()
    return _saved(case_id, doc_id, None, lambda c, values: desk.draft(c, case_id, doc_id, values, by=person))


@blueprint.get("/documents/<int:document_id>/edit")
@policy("penalties")
def edit(document_id: int) -> Any:
    """A record that is not complete, to be changed."""
    found = _draft(document_id)
    return _page(found.case_id, found.doc_id, draft_forms.typed_of(dict(found.values)), found)


@blueprint.post("/documents/<int:document_id>/edit")
@policy("penalties")
def change(document_id: int) -> Any:
    """Change it; signatures made before are void."""
    found, person = _draft(document_id), me()
    return _saved(found.case_id, found.doc_id, found, lambda c, values: desk.redraft(c, document_id, values, by=person))


@blueprint.post("/documents/<int:document_id>/sign")
@policy("penalties")
def sign(document_id: int) -> Any:
    """One signature: of the officer who is signed in, or of somebody on the officer's phone; or that somebody refuses.
    A refusal keeps what was drawn."""
    pages, drawn = request.form.get("pages", 1, int), picture("image")
    mark = Mark(request.form.get("role", "")[:40], drawn, request.form.get("name", "").strip()[:80],
                min(max(pages, 1), MOST_PAGES), request.form.get("refused") == "on", request.form.get("reason", "").strip()[:400],
                request.form.get("witness", "").strip()[:80], picture("video"))
    person = me()
    try:
        database().run(lambda c: desk.sign(c, document_id, mark, by=person))
    except InvalidValues as refusal:
        return papers.page(document_id, refusal.errors, 422, drawn=drawn)
    except (InvalidState, NotAllowed) as refusal:
        return papers.page(document_id, {"signing": refusal.message}, 409 if isinstance(refusal, InvalidState) else 403, drawn=drawn)
    flash("签名已保存。")
    return redirect(url_for("documents.show", document_id=document_id))


def _draft(document_id: int) -> Issued:
    with database().reading() as c:
        found = desk.paper(c, document_id, me()).one
    if found.state != register.DRAFT:
        raise InvalidState(f"《{found.title}》{found.state_words}，不能再修改。")
    return found


def _saved(case_id: int, doc_id: str, found: Issued | None, work: Any) -> Any:
    """Check what was typed against the record's own form, save it, and go on to the signatures."""
    form = draft_forms.of(doc_id)
    typed = submission.values(form, request.form)
    if "list_add" in request.form or "list_remove" in request.form:
        return _page(case_id, doc_id, typed, found)
    try:
        values = draft_forms.values_of(forms.validate(form, submission.with_uploads(typed), names=_names()))
        made = database().run(lambda c: work(c, values))
    except InvalidValues as refusal:
        return _page(case_id, doc_id, typed, found, (refusal.errors, 422))
    except InvalidState as refusal:
        return _page(case_id, doc_id, typed, found, ({"record": refusal.message}, 409))
    flash("已保存。核对无误后由有关人员签名；签名后再修改，已有的签名全部失效。")
    return redirect(url_for("documents.show", document_id=made.id))


def _page(case_id: int, doc_id: str, typed: Mapping[str, Any], found: Issued | None = None,
          refused: tuple[Mapping[str, str], int] = ({}, 200)) -> Any:
    """The record's form. `refused`: what is wrong with what was typed, and the answer's status."""
    errors, status = refused
    form = draft_forms.of(doc_id)
    with database().reading() as c:
        people = directory.people(c, below=me().seen_paths("read_cases") or tuple(post.unit_path for post in me().posts))
    names = {one.id: one.name for one in people}
    shown = {"states": forms.fields(form, typed, names=_names()), "errors": dict(errors), "kind": catalogue.of(doc_id),
             "case_id": case_id, "found": found, "people_for": lambda state: [(one.id, one.name) for one in people],
             "person_name": lambda value: names.get(value, value or "—")}
    return make_response(render_template("documents/record.html", **shown), status)


def _names() -> dict[str, Any]:
    return {"now": clock.now(), "today": clock.today(), "param": {}}
