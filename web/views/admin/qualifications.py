"""The register of certificates: who holds what until when, what happened to it, tables taken in."""

import datetime as dt
from typing import Any

from flask import flash, make_response, redirect, render_template, request, url_for

from engine import clock
from engine.administration import qualifications as administration
from engine.errors import Conflict, InvalidState, InvalidValues
from engine.people import directory
from engine.people.certificate_register import STATES, Wanted
from engine.people.qualifications import EVENT_WORDS, ISSUED, KINDS, Happening
from web.auth import policy
from web.context import database, me
from web.views.admin import blueprint

FIELDS = ("person_id", "kind", "number", "issuer", "region", "fields", "issued_on", "valid_to", "document")
LABELS = {"person_id": "持证人登录名", "kind": "种类", "number": "证号", "issuer": "发证机关", "region": "执法区域", "fields": "执法类别",
          "issued_on": "发证日期", "valid_to": "有效期至", "document": "文件", "reason": "理由", "day": "起始日期"}
CHANGES = {kind: words for kind, words in EVENT_WORDS.items() if kind != ISSUED}


def _day(name: str) -> dt.date | None:
    try:
        return dt.date.fromisoformat(request.form.get(name, ""))
    except ValueError:
        return None


def _typed() -> dict[str, str]:
    return {name: request.form.get(name, "").strip()[:200] for name in FIELDS}


@blueprint.get("/qualifications")
@policy("administer")
def qualifications() -> Any:
    """Every certificate, those that end first before others."""
    asked = {name: request.args.get(name, "").strip()[:40] for name in ("q", "kind", "state")}
    with database().reading() as c:
        wanted = Wanted(asked["q"], asked["kind"], asked["state"])
        found = administration.listed(c, me(), wanted, request.args.get("page", 1, int))
    return render_template("admin/qualifications.html", found=found, asked=asked, KINDS=KINDS, STATES=STATES)


@blueprint.get("/qualifications/new")
@policy("administer")
def new_certificate() -> Any:
    """An empty form."""
    return _form({name: request.args.get(name, "") for name in FIELDS}, {})


def _form(typed: dict[str, str], errors: dict[str, str]) -> Any:
    page = render_template("admin/qualifications_new.html", typed=typed, errors=errors, KINDS=KINDS, LABELS=LABELS)
    return make_response(page, 422 if errors else 200)


@blueprint.post("/qualifications/new")
@policy("administer")
def add_certificate() -> Any:
    """Register a certificate."""
    by, typed = me(), _typed()
    fields = [part.strip() for part in typed["fields"].replace("，", "、").split("、") if part.strip()]
    values = {**typed, "fields": fields, "issued_on": _day("issued_on"), "valid_to": _day("valid_to")}
    try:
        made = database().run(lambda c: administration.add(c, by, values))
    except InvalidValues as refusal:
        return _form(typed, dict(refusal.errors))
    except Conflict as refusal:
        return _form(typed, {"number": refusal.message})
    flash("证件已登记。")
    return redirect(url_for("admin.certificate", certificate_id=made))


@blueprint.get("/qualifications/<int:certificate_id>")
@policy("administer")
def certificate(certificate_id: int) -> Any:
    """One certificate, its history, and what is known of its holder."""
    return _shown(certificate_id, {})


def _shown(certificate_id: int, errors: dict[str, str]) -> Any:
    with database().reading() as c:
        line, standing = administration.shown(c, me(), certificate_id)
        names = directory.names(c, [event.by for event in line.certificate.events if event.by])
    page = render_template("admin/qualifications_one.html", line=line, standing=standing, names=names, errors=errors, KINDS=KINDS,
                           CHANGES=CHANGES, LABELS=LABELS, ESTABLISHMENTS=administration.ESTABLISHMENTS, today=clock.today())
    return make_response(page, 422 if errors else 200)


@blueprint.post("/qualifications/<int:certificate_id>")
@policy("administer")
def change_certificate(certificate_id: int) -> Any:
    """Renew, suspend, resume or revoke it."""
    by, form = me(), request.form
    what = Happening(form.get("kind", ""), _day("day") or clock.today(), _day("valid_to"), form.get("reason", "")[:300],
                     form.get("document", "")[:120])
    try:
        database().run(lambda c: administration.happened(c, by, certificate_id, what))
    except InvalidValues as refusal:
        return _shown(certificate_id, dict(refusal.errors))
    except InvalidState as refusal:
        return _shown(certificate_id, {"kind": refusal.message})
    flash("证件的变化已登记。不能再签名的人员，其在办案件会标为待复核。")
    return redirect(url_for("admin.certificate", certificate_id=certificate_id))


@blueprint.post("/qualifications/<int:certificate_id>/person")
@policy("administer")
def describe_person(certificate_id: int) -> Any:
    """Establishment, hours of training, first review."""
    by, said = me(), {name: request.form.get(name, "").strip()[:20] for name in ("establishment", "training_hours", "first_review_on")}
    with database().reading() as c:
        person_id = administration.shown(c, by, certificate_id)[0].certificate.person_id
    try:
        database().run(lambda c: administration.describe(c, by, person_id, said))
    except InvalidValues as refusal:
        return _shown(certificate_id, dict(refusal.errors))
    flash("人员资格已保存。")
    return redirect(url_for("admin.certificate", certificate_id=certificate_id))


@blueprint.get("/qualifications/import")
@policy("administer")
def certificates_file() -> Any:
    """Where a table of certificates is taken in."""
    return render_template("admin/qualifications_import.html", errors={})


@blueprint.post("/qualifications/import")
@policy("administer")
def import_certificates() -> Any:
    """Take a table in, or show what is wrong with each row."""
    by, sent = me(), request.files.get("file")
    document = sent.read() if sent else b""
    try:
        found = database().run(lambda c: administration.take_in(c, by, document))
    except InvalidValues as refusal:
        page = render_template("admin/qualifications_import.html", errors=refusal.errors, message=refusal.message)
        return make_response(page, 422)
    flash(f"导入完成：新增 {found['added']} 本，换证 {found['renewed']} 本，未变 {found['unchanged']} 本。")
    return redirect(url_for("admin.qualifications"))
