"""The page of one penalty case, and what its officers correct and add about the act and its parties."""

from collections.abc import Callable
from typing import Any

from flask import flash, make_response, redirect, render_template, request, url_for
from sqlalchemy import Connection

from engine import clock
from engine.cases import case_file, identity, officers, parties, proposals
from engine.cases.duties import Change
from engine.cases.evidence import FORMS, KINDS
from engine.errors import InvalidValues
from web.auth import policy
from web.context import database, me
from web.views.penalty import whole
from web.views.penalty.room import blueprint

PARTY = ("name", "kind", "id_kind", "id_number", "identity_reason", "birth", "capacity", "guardian", "legal_representative", "operator",
         "address", "phone")
LABELS = {"name": "姓名或名称", "kind": "种类", "id_kind": "证件种类", "id_number": "证件号码", "identity_reason": "核对身份的方法",
          "birth": "出生日期", "capacity": "行为能力", "guardian": "监护人", "legal_representative": "法定代表人或负责人",
          "operator": "经营者", "address": "住址或住所", "phone": "电话"}
CHOICES = {"kind": parties.KINDS, "capacity": parties.CAPACITIES, "id_kind": identity.KINDS}
WORDS = {"LABELS": LABELS, "CHOICES": CHOICES, "EVIDENCE_KINDS": KINDS, "EVIDENCE_FORMS": FORMS, "PENALTIES": proposals.KINDS}
ERRORS = {**{f"party_{key}": words for key, words in LABELS.items()}, "title": "证据名称", "kind": "证据种类", "collectors": "取证人",
          "collected_at": "取得时间", "form": "形式", "reason": "理由", "relation": "与本案的关系", "derived_from": "原件", "files": "文件"}


def shown(case_id: int, status: int = 200, **more: Any) -> Any:
    """The page, with what was typed and what is wrong with it after a refusal."""
    with database().reading() as c:
        found = whole.page(c, case_id, me())
    given = {"errors": {}, "typed": {}, "open": "", "now": clock.now(), "ERRORS": ERRORS, **WORDS, **found, **more}
    return make_response(render_template("penalty/show.html", **given), status)


def act(work: Callable[[Connection], Any], case_id: int, said: str, section: str) -> Any:
    """Do one thing and come back to its section; what is wrong is said there, with everything typed kept."""
    try:
        database().run(work)
    except InvalidValues as refusal:
        return shown(case_id, 422, errors=refusal.errors, typed=request.form, open=section)
    flash(said)
    return redirect(url_for("penalty.show", case_id=case_id, _anchor=section.partition("-")[0]))


@blueprint.get("/<int:case_id>")
@policy("penalties")
def show(case_id: int) -> Any:
    """One penalty case, whole."""
    return shown(case_id)


def _party() -> dict[str, str]:
    """The party's fields that were filled in, as forms name them."""
    return {f"party_{key}": request.form[f"party_{key}"].strip()[:300] for key in PARTY if request.form.get(f"party_{key}", "").strip()}


@blueprint.post("/<int:case_id>/amend")
@policy("penalties")
def amend(case_id: int) -> Any:
    """Correct what the file says of the act or the party; after filing with a reason."""
    person = me()
    values = {key: request.form.get(key, "").strip()[:4000] for key in ("act_day", "act_place", "facts", "reason")} | _party()
    return act(lambda c: case_file.amend(c, case_id, values, person), case_id, "已更正，办理经过里已记录。", "party-amend")


@blueprint.post("/<int:case_id>/party")
@policy("penalties")
def add_party(case_id: int) -> Any:
    """Somebody else who has to do with the case: a guardian, a third party …"""
    person, values = me(), {"relation": request.form.get("relation", ""), **_party()}
    return act(lambda c: case_file.add_party(c, case_id, values, person), case_id, "已登记。", "party-add")


@blueprint.post("/<int:case_id>/officers")
@policy("penalties")
def change_officer(case_id: int) -> Any:
    """A leader approves that somebody else takes an officer's place."""
    person = me()
    duty, new, reason = (request.form.get(name, "").strip()[:500] for name in ("duty", "person", "officer_reason"))
    return act(lambda c: officers.change(c, case_id, Change(duty, new, reason), person), case_id, "已更换，待办随之转交。", "party-officer")
