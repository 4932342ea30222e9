"""The dossier of a closed case (order, volumes, building, checking, archiving) and the copy of its decision for the public."""

from typing import Any

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for

from engine.documents import archive_desk, contents, pdf, publicity
from engine.errors import EngineError, InvalidState, InvalidValues, NotAllowed
from web.auth import policy
from web.context import database, me, settings
from web.downloads import name_file
from web.errors import status_of

blueprint = Blueprint("dossier", __name__)
SEALED = "sandbox; default-src 'none'"
TYPES = {"main": "application/pdf", "secondary": "application/pdf", "package": "application/zip"}
SAID = {"draft": "公示稿已制作，请核对。", "amend": "已保存，请重新核对。", "check": "已核对，没有发现不能公开的内容。",
        "release": "已公示。", "withdraw": "已撤回公示，请同时公开说明理由。"}
PREFIX = "field_"


def _page(case_id: int, refusal: EngineError | None = None) -> Any:
    with database().reading() as c:
        desk = archive_desk.show(c, case_id, me())
    page = render_template("dossier/show.html", desk=desk, case_id=case_id, refusal=refusal, ORDERS=contents.ORDERS,
                           VOLUMES=contents.VOLUMES, errors=refusal.errors if isinstance(refusal, InvalidValues) else {})
    return page if refusal is None else (page, status_of(refusal)[0])


def _done(case_id: int, work: Any, said: str) -> Any:
    """Do it and come back; a refusal is shown on the page itself."""
    try:
        work()
    except NotAllowed:
        raise
    except (InvalidState, InvalidValues) as refusal:
        return _page(case_id, refusal)
    flash(said)
    return redirect(url_for("dossier.show", case_id=case_id))


@blueprint.get("/cases/<int:case_id>/dossier")
@policy("penalties")
def show(case_id: int) -> Any:
    """What lies in the dossier, in which order, how far it is."""
    return _page(case_id)


@blueprint.post("/cases/<int:case_id>/dossier")
@policy("penalties")
def arrange(case_id: int) -> Any:
    """Compile it, or change order, retention and remarks."""
    person = me()
    values = {key: request.form[key][:2000] for key in ("order", "retention", "remarks") if key in request.form}
    return _done(case_id, lambda: database().run(lambda c: archive_desk.compile_(c, case_id, values, person)), "案卷已保存。请生成案卷。")


@blueprint.post("/cases/<int:case_id>/dossier/part")
@policy("penalties")
def move(case_id: int) -> Any:
    """Put one part into a volume and at a position."""
    person, part = me(), request.form.get("part", "")[:40]
    position = request.form.get("position", "").strip()[:4]
    where = {"volume": request.form.get("volume", "")[:12], "position": int(position) if position.isdigit() else None}
    return _done(case_id, lambda: database().run(lambda c: archive_desk.move(c, case_id, part, where, person)), "已调整，请重新生成案卷。")


@blueprint.post("/cases/<int:case_id>/dossier/build")
@policy("penalties")
def build(case_id: int) -> Any:
    """Put volumes and package together and keep them."""
    person, folder = me(), settings().files

    def work() -> None:
        with database().reading() as c:
            archive_desk.show(c, case_id, person)
        pdf.make_of_case(database(), folder, case_id)
        with database().reading() as c:
            made = archive_desk.build(c, case_id, folder, person)
        database().run(lambda c: archive_desk.keep(c, case_id, made, folder, person))
    return _done(case_id, work, "案卷已生成，请看四性检测结果。")


@blueprint.post("/cases/<int:case_id>/dossier/check")
@policy("penalties")
def check(case_id: int) -> Any:
    """Somebody other than the compiler has looked through it."""
    person = me()
    return _done(case_id, lambda: database().run(lambda c: archive_desk.check(c, case_id, person)), "已检查，可以归档。")


@blueprint.post("/cases/<int:case_id>/dossier/archive")
@policy("penalties")
def archive(case_id: int) -> Any:
    """To the archive; nothing changes any more."""
    person = me()
    return _done(case_id, lambda: database().run(lambda c: archive_desk.archive(c, case_id, person)), "已归档。")


@blueprint.get("/cases/<int:case_id>/dossier/<any(main, secondary, package):which>")
@policy("penalties")
def take(case_id: int, which: str) -> Any:
    """Download a volume or the package."""
    with database().reading() as c:
        body, name = archive_desk.take(c, case_id, which, settings().files, me())
    answer = Response(body, mimetype=TYPES[which])
    name_file(answer, name)
    answer.headers["Content-Security-Policy"] = SEALED
    answer.headers["Cache-Control"] = "private, no-store"
    return answer


def _public_page(case_id: int, refusal: EngineError | None = None, typed: dict[str, str] | None = None) -> Any:
    with database().reading() as c:
        shown = archive_desk.publicity_of(c, case_id, me())
    fields = {**(shown.current.fields if shown.current else {}), **(typed or {})}
    page = render_template("dossier/publicity.html", shown=shown, case_id=case_id, refusal=refusal, FIELDS=publicity.FIELDS, fields=fields,
                           STATES=publicity.STATES, errors=refusal.errors if isinstance(refusal, InvalidValues) else {})
    return page if refusal is None else (page, status_of(refusal)[0])


@blueprint.get("/cases/<int:case_id>/publicity")
@policy("penalties")
def public(case_id: int) -> Any:
    """The copy for the public, as it would be read."""
    return _public_page(case_id)


@blueprint.post("/cases/<int:case_id>/publicity/<any(draft, amend, check, release, withdraw):verb>")
@policy("penalties")
def publish(case_id: int, verb: str) -> Any:
    """Make the copy, change its words, check it, release it, take it back."""
    person = me()
    typed = {key: request.form[PREFIX + key][:4000] for key in publicity.FIELDS if PREFIX + key in request.form}
    values = typed if verb == "amend" else {"reason": request.form.get("reason", "")[:1000]}
    try:
        database().run(lambda c: archive_desk.publish(c, case_id, verb, values, person))
    except NotAllowed:
        raise
    except (InvalidState, InvalidValues) as refusal:
        return _public_page(case_id, refusal, typed if verb == "amend" else None)
    flash(SAID[verb])
    return redirect(url_for("dossier.public", case_id=case_id))
