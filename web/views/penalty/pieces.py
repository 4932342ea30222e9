"""Evidence: taking a piece in, its custody, voiding or excluding it, and whether its originals are still what was taken in."""

from collections.abc import Iterator
from typing import Any

from flask import abort, flash, redirect, render_template, request, url_for
from sqlalchemy import Connection

from engine.cases import attachments, case_file, custody, evidence, evidence_files
from engine.cases.attachments import Stored
from engine.cases.custody import Move
from engine.errors import NotFound, UnsafeInput
from engine.people import directory
from web.auth import policy
from web.context import database, me, settings
from web.views.penalty import whole
from web.views.penalty.room import blueprint
from web.views.penalty.show import act, shown

MEGABYTE = 1024 * 1024
FIELDS = ("kind", "title", "form", "derived_from", "origin", "place", "purpose", "collected_at", "device")
ENDS = {"void": evidence.void, "exclude": evidence.exclude}
MOVES = {key: words for key, words in custody.WORDS.items() if key in custody.BY_HAND}


def _values() -> dict[str, Any]:
    """A piece as it was typed; the two who took it are ids or names."""
    typed: dict[str, Any] = {name: request.form.get(name, "").strip()[:2000] for name in FIELDS}
    collectors = [request.form.get(name, "").strip()[:80] for name in ("collector", "collector2")]
    return {**typed, "collectors": collectors, "camera": request.form.get("camera") == "on"}


@blueprint.post("/<int:case_id>/evidence")
@policy("penalties")
def add_evidence(case_id: int) -> Any:
    """Take a piece into the file with its originals."""
    values = _values()
    try:
        stored = list(_originals())
    except UnsafeInput as refusal:
        return shown(case_id, 422, errors={"files": refusal.message}, typed=request.form, open="evidence-add")
    return act(lambda c: _add(c, case_id, values, stored), case_id, "证据已登记，原件的校验值已保存。", "evidence-add")


def _originals() -> Iterator[Stored]:
    """The files of this request, pictures, recordings and papers alike, safely on the disk. Raises UnsafeInput, Unavailable."""
    for upload in (one for name in request.files for one in request.files.getlist(name) if one.filename):
        yield evidence_files.keep(settings().files, upload.stream, upload.filename or "原件", settings().upload_mb * MEGABYTE)


def _add(c: Connection, case_id: int, values: dict[str, Any], stored: list[Stored]) -> evidence.Item:
    by = me()
    return evidence.add(c, case_id, values, [attachments.add(c, one, by.id) for one in stored], by)


def _piece(c: Connection, case_id: int, piece_id: int) -> evidence.Item:
    """A piece of this case. Raises NotFound for another's, or for whoever may not open evidence."""
    file = case_file.seen(c, case_id, me())
    found = next((one for one in evidence.of(c, case_id) if one.id == piece_id), None)
    if found is None or not whole.opens_evidence(me(), file):
        raise NotFound("没有这份证据。", evidence=piece_id)
    return found


@blueprint.get("/<int:case_id>/evidence/<int:piece_id>")
@policy("penalties")
def piece(case_id: int, piece_id: int) -> Any:
    """One piece: its originals, its hashes, and where it has been."""
    with database().reading() as c:
        found, file = _piece(c, case_id, piece_id), case_file.of(c, case_id)
        names = directory.names(c, [found.added_by, *found.collectors, *(link.by for link in found.chain)])
        writable = file.frozen_at is None and case_file.may_write(file, me())
    return render_template("penalty/piece.html", piece=found, file=file, names=names, MOVES=MOVES, FORMS=evidence.FORMS,
                           STATES=evidence.STATES, may_write=writable, broken=custody.broken(found.chain), WAYS=custody.WORDS)


@blueprint.post("/<int:case_id>/evidence/<int:piece_id>/move")
@policy("penalties")
def move_piece(case_id: int, piece_id: int) -> Any:
    """Note what is done with it: handed over, stored, sent, returned, examined."""
    person, form = me(), request.form
    what = Move(form.get("kind", ""), *(form.get(name, "").strip()[:500] for name in ("holder", "place", "note")))
    return _done(lambda c: evidence.move(c, _piece(c, case_id, piece_id).id, what, person), (case_id, piece_id), "已登记。")


@blueprint.post("/<int:case_id>/evidence/<int:piece_id>/<way>")
@policy("penalties")
def end_piece(case_id: int, piece_id: int, way: str) -> Any:
    """Void it, or exclude it as unlawfully obtained; with a reason, and it stays in the file."""
    person, reason = me(), request.form.get("reason", "")[:500]
    end = ENDS.get(way) or abort(404)
    return _done(lambda c: end(c, _piece(c, case_id, piece_id).id, reason, person), (case_id, piece_id), "已登记，证据仍保留在案卷里。")


@blueprint.post("/<int:case_id>/evidence/<int:piece_id>/review")
@policy("penalties")
def review_piece(case_id: int, piece_id: int) -> Any:
    """One of the two reviews of camera evidence."""
    person, kind, note = me(), request.form.get("kind", ""), request.form.get("note", "")[:500]
    return _done(lambda c: evidence.review(c, _piece(c, case_id, piece_id).id, kind, note, person), (case_id, piece_id), "审核已登记。")


def _done(work: Any, where: tuple[int, int], said: str) -> Any:
    database().run(work)
    flash(said)
    return redirect(url_for("penalty.piece", case_id=where[0], piece_id=where[1]))


@blueprint.get("/<int:case_id>/evidence/check")
@policy("penalties")
def check_evidence(case_id: int) -> Any:
    """Compare every original on the disk with the hashes of its piece."""
    with database().reading() as c:
        file = case_file.seen(c, case_id, me())
        if not whole.opens_evidence(me(), file):
            raise NotFound("没有这件处罚案件。", instance=case_id)
        altered, pieces = evidence.check_hashes(c, case_id, settings().files), evidence.of(c, case_id)
    return render_template("penalty/checked.html", file=file, altered=altered, total=sum(len(one.files) for one in pieces))
