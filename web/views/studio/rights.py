"""Which process only named people may change or approve."""

from typing import Any

from flask import flash, redirect, render_template, request, url_for

from engine.errors import InvalidValues
from engine.studio import folder_rights
from web.auth import policy
from web.context import database, me
from web.views.studio.room import blueprint


@blueprint.get("/rights")
@policy("administer")
def rights() -> Any:
    """Every process with the people named for it."""
    with database().reading() as c:
        folders, able = folder_rights.folders(c), folder_rights.candidates(c)
    return render_template("studio/rights.html", folders=folders, able=able, WORDS=folder_rights.WORDS)


@blueprint.post("/rights")
@policy("administer")
def set_rights() -> Any:
    """Name people for one process, or nobody: then everybody with the capability."""
    by, sent = me(), request.form
    key, kind, people = sent.get("key", ""), sent.get("kind", ""), tuple(sent.getlist("people"))
    try:
        database().run(lambda c: folder_rights.restrict(c, by, key, kind, people))
        flash(f"流程“{key}”的权限已保存。")
    except InvalidValues as refusal:
        flash("；".join(refusal.errors.values()), "error")
    return redirect(url_for("studio.rights"))
