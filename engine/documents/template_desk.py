"""Legal staff and their Word templates: uploading, checking, approving by a second person, taking out of use.

A template that fails its check is not stored, so a bad one changes nothing; one that passes counts from a day on, once somebody else has
approved it. Documents made before keep the template they were made from.
"""

import datetime as dt
import functools
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Connection, bindparam, func, insert, select, update

from engine import clock
from engine.database import UTCDateTime
from engine.documents import box, catalogue, fields, rendering, template_guard, templates
from engine.documents.catalogue import FOLDER, Document
from engine.documents.rendering import Job, Made
from engine.documents.tables import template
from engine.documents.templates import APPROVED, DRAFT, STATE_WORDS, WITHDRAWN, WORD, Template
from engine.errors import InvalidState, InvalidValues, NotAllowed, NotFound
from engine.people import Participant

KEEPERS = ("legal_reviewer", "leader", "head", "system_admin")
"""Posts that may upload, approve and take back templates (documents.md: whose wording legal staff change)."""
SAMPLE = FOLDER / "sample.json"
NEXT = select(func.coalesce(func.max(template.c.version), 0) + 1).where(template.c.doc_id == bindparam("doc"))
ADD = insert(template).returning(template.c.id)
OF_ID = select(template).where(template.c.id == bindparam("i"))
ALL = select(template).order_by(template.c.doc_id, template.c.version.desc())
APPROVE = (update(template).where(template.c.id == bindparam("i"), template.c.state == DRAFT)
           .values(state=APPROVED, approved_by=bindparam("person"), approved_at=bindparam("at", type_=UTCDateTime),
                   in_force_from=bindparam("day")))
WITHDRAW = update(template).where(template.c.id == bindparam("i")).values(state=WITHDRAWN)
REASONS = {"tag": "模板里用了不允许的语句（{0}）。模板只能显示字段、循环和判断", "filter": "模板里用了不允许的函数“{0}”",
           "private": "模板里用了不允许的名称“{0}”"}


@dataclass(frozen=True)
class Report:
    """What the check of a template found. `unknown`: names no document has, with suggestions; `unused`: required fields that the
    template never shows; `problems`: why it cannot be used."""

    variables: tuple[str, ...] = ()
    unknown: tuple[tuple[str, tuple[str, ...]], ...] = ()
    unused: tuple[str, ...] = ()
    problems: tuple[str, ...] = ()

    def stored(self) -> dict[str, Any]:
        """As JSON."""
        return {"variables": list(self.variables), "unused": list(self.unused)}


@dataclass(frozen=True)
class Version:
    """One uploaded version of a template."""

    id: int
    doc_id: str
    version: int
    sha256: str
    name: str
    state: str
    note: str
    uploaded_by: str
    uploaded_at: dt.datetime
    approved_by: str | None
    approved_at: dt.datetime | None
    in_force_from: dt.date | None
    variables: tuple[str, ...] = field(default=())
    unused: tuple[str, ...] = field(default=())

    @property
    def state_words(self) -> str:
        """待批准, 已批准 or 已撤下."""
        return STATE_WORDS[self.state]


def check(document: Document, body: bytes) -> Report:
    """Look at a file without storing anything. Raises UnsafeInput for one that is no plain .docx, Unavailable where uploaded templates
    cannot be opened safely."""
    box.must_be_closed()
    template_guard.check(body)
    try:
        found, _ = box.run("inspect", {}, body)
    except box.BoxRefused as refusal:
        return Report(problems=(reason(refusal),))
    variables = tuple(found["variables"])
    unknown = tuple((one, fields.suggestions(one)) for one in variables if not fields.is_known(one))
    problems = [f"没有“{one}”这个字段" + (f"，是不是“{'”“'.join(near)}”" if near else "") for one, near in unknown]
    problems += [f"模板正文中不能出现“{word}”" for word in document.forbidden if word in found["text"]]
    unused = tuple(one for one in document.required if not any(_shows(used, one) for used in variables))
    if not problems:
        problems += _tried(document, Template(document.id, 1, WORD, templates.digest(body), body, variables))
    return Report(variables, unknown, unused, tuple(problems))


def reason(refusal: box.BoxRefused) -> str:
    """Why the box refused, in words for whoever wrote the template."""
    key, _, what = refusal.why.partition(":")
    if refusal.kind == "Refused" and key in REASONS:
        return REASONS[key].format(what)
    if refusal.kind == "TemplateSyntaxError":
        return f"模板的标记写错了：{refusal.why}。请检查 {{{{ }}}} 和 {{% %}} 是否成对、引号是否是英文引号"
    if refusal.kind == "SecurityError":
        return "模板试图使用不允许的功能，已拒绝"
    return refusal.message


def upload(c: Connection, doc_id: str, name: str, body: bytes, *, by: Participant, note: str = "") -> Version:
    """Store a checked template as a draft. Raises NotAllowed, UnsafeInput, InvalidValues (each problem in words), Unavailable."""
    _must_keep(by)
    document = catalogue.of(doc_id)
    report = check(document, body)
    if report.problems:
        raise InvalidValues({"template": "；".join(report.problems)}, f"模板没有通过检查，原来的模板不变：{'；'.join(report.problems)}。")
    one = Template(doc_id, int(c.execute(NEXT, {"doc": doc_id}).scalar_one()), WORD, templates.digest(body), body, report.variables)
    templates.keep(c, one)
    row = {"doc_id": doc_id, "version": one.version, "sha256": one.sha256, "name": name[:200] or document.template, "state": DRAFT,
           "report": report.stored(), "note": note.strip(), "uploaded_by": by.id, "uploaded_at": clock.now()}
    return get(c, int(c.execute(ADD, row).scalar_one()))


def approve(c: Connection, template_id: int, day: dt.date, *, by: Participant) -> Version:
    """Let a draft count from a day on, not earlier than today. Raises NotAllowed for whoever uploaded it, InvalidState, InvalidValues."""
    _must_keep(by)
    found = get(c, template_id)
    if found.uploaded_by == by.id:
        raise NotAllowed("模板要由上传人以外的另一个人批准，请换一名法制人员或者负责人批准。")
    if day < clock.today():
        raise InvalidValues({"in_force_from": "启用日期不能早于今天。"})
    changed = c.execute(APPROVE, {"i": template_id, "person": by.id, "at": clock.now(), "day": day.isoformat()})
    if changed.rowcount != 1:
        raise InvalidState(f"这一版模板{found.state_words}，不需要批准。")
    return get(c, template_id)


def withdraw(c: Connection, template_id: int, *, by: Participant) -> Version:
    """Take a version out of use; the one before it, or the shipped one, counts again. Raises NotAllowed, InvalidState."""
    _must_keep(by)
    found = get(c, template_id)
    if found.state == WITHDRAWN:
        raise InvalidState("这一版模板已经撤下。")
    c.execute(WITHDRAW, {"i": template_id})
    return get(c, template_id)


def get(c: Connection, template_id: int) -> Version:
    """One version. Raises NotFound."""
    row = c.execute(OF_ID, {"i": template_id}).first()
    if row is None:
        raise NotFound("没有这个模板。", template=template_id)
    return _version(row)


def listing(c: Connection) -> Mapping[str, tuple[Version, ...]]:
    """Every uploaded version by document, newest first."""
    found: dict[str, list[Version]] = {}
    for row in c.execute(ALL):
        found.setdefault(row.doc_id, []).append(_version(row))
    return {key: tuple(rows) for key, rows in found.items()}


def body_of(c: Connection, found: Version) -> bytes:
    """The file as it was uploaded."""
    return templates.body(c, found.sha256)


def sample_of(one: Template, document: Document) -> Made:
    """A template filled with the sample case, marked 预览. Raises InvalidState for a template that does not fit."""
    data = fields.blanks(document, sample(), one.variables)
    data["document"] = {**data["document"], "id": document.id, "name": document.name}
    return rendering.render(one, Job(data, clock.now(), mark=rendering.PREVIEW))


def sample() -> dict[str, Any]:
    """The sample case; every call its own copy."""
    found: dict[str, Any] = json.loads(_sample_text())
    return found


@functools.cache
def _sample_text() -> str:
    return SAMPLE.read_text("utf-8")


def _tried(document: Document, one: Template) -> list[str]:
    try:
        made = sample_of(one, document)
    except InvalidState as refusal:
        return [refusal.message]
    return [f"用样例填写后，正文出现了不允许的“{word}”" for word in document.forbidden if word in made.text]


def _shows(used: str, wanted: str) -> bool:
    return used == wanted or used.startswith(f"{wanted}.") or (wanted.startswith("party.") and used == "party.lines")


def _must_keep(by: Participant) -> None:
    if not by.has(*KEEPERS):
        raise NotAllowed("文书模板由法制人员和负责人管理，您可以查看。")


def _version(row: Any) -> Version:
    day = dt.date.fromisoformat(row.in_force_from) if row.in_force_from else None
    return Version(row.id, row.doc_id, row.version, row.sha256, row.name, row.state, row.note, row.uploaded_by, row.uploaded_at,
                   row.approved_by, row.approved_at, day, tuple(row.report.get("variables", ())), tuple(row.report.get("unused", ())))
