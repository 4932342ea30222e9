"""Two versions side by side: both pictures with what was added, taken away and changed, and the same in words."""

import io
from typing import Any

from flask import Response, jsonify, render_template, request, send_file, url_for

from engine.errors import InvalidValues
from engine.studio import arranging, differences, drafts, sources, words
from engine.studio.sides import Side, side
from web.auth import policy
from web.context import database, me
from web.views.studio.published import XML
from web.views.studio.room import blueprint

KINDS = {"before": ("removed", "changed", "moved"), "after": ("added", "changed", "moved")}


def _asked() -> tuple[Side | None, Side]:
    with database().reading() as c:
        before, after = side(c, me(), request.args.get("before", "")), side(c, me(), request.args.get("after", ""))
    if after is None:
        raise InvalidValues({"after": "请选择要比较的版本。"})
    return before, after


def told(before: Side | None, after: Side) -> dict[str, Any]:
    """What the page says of two sides: the sentences by area, and where the pictures are."""
    found = differences.compare(before.package if before else None, after.package)
    areas: dict[str, list[tuple[str, str, str]]] = {}
    for one in found.changes:
        plain = before is None and one.word == "连线" and not any(each.what == "条件" for each in one.details)
        if one.kind != differences.MOVED and not plain:
            shown = one.id if one.area == differences.ELEMENT else ""
            areas.setdefault(words.area_word(one), []).append((one.kind, shown, words.sentence(one)))
    examples = (before.files.get("scenarios.yaml", "") if before else "") != after.files.get("scenarios.yaml", "")
    marks = {name: url_for("studio.compare_marks", before=before.ref if before else "", after=after.ref, which=name) for name in KINDS}
    return {"marks": marks, "areas": areas, "moved": len(found.of(differences.MOVED)), "same": found.is_none, "examples": examples}


@blueprint.get("/compare")
@policy("design", "approve_models")
def compare() -> Any:
    """Both sides of ?before=&after= (v12 a version, d3 a draft, r5 a request)."""
    before, after = _asked()
    with database().reading() as c:
        choices = sources.choices(c, after.key)
        begun = [line for line in drafts.lines(c, me()) if line.key == after.key and line.state in ("open", "submitted")]
    return render_template("studio/compare.html", before=before, after=after, choices=choices, begun=begun, **told(before, after))


@blueprint.get("/compare/marks")
@policy("design", "approve_models")
def compare_marks() -> Response:
    """Which elements to mark in one of the pictures."""
    before, after = _asked()
    kinds = KINDS.get(request.args.get("which", ""), KINDS["after"])
    found = differences.compare(before.package if before else None, after.package)
    marks = [{"id": one.id, "kind": kind} for kind in kinds for one in found.of(kind)]
    return jsonify(done=[], flows=[], now=[], marks=marks)


@blueprint.get("/compare/<ref>.bpmn")
@policy("design", "approve_models")
def compare_diagram(ref: str) -> Response:
    """The diagram of one side as it runs, with a picture made for it when it has none."""
    with database().reading() as c:
        found = side(c, me(), ref)
    document = arranging.drawn(found.package.diagram.decode("utf-8-sig")).encode() if found is not None else b""
    return send_file(io.BytesIO(document), XML, as_attachment=True, download_name=f"{ref}.bpmn")
