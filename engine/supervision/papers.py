"""Papers that supervision issues: yellow and red cards, letters, orders. Each has a number without gaps, its legal basis, facts computed
from the clock, an addressee, and a text that is fixed by its SHA-256. A paper is never changed; a void one is said to be void.
"""

import datetime as dt
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Row, bindparam, func, insert, select

from engine import clock, definitions
from engine.clock import local
from engine.deadlines import calendars
from engine.errors import NotFound
from engine.people import directory
from engine.runtime import clocks, parameters
from engine.supervision import diary, lateness, numbers
from engine.supervision.addressees import Addressee
from engine.supervision.lines import LINES
from engine.supervision.tables import event_, paper

DECISION = "papers"
ADD = insert(paper).returning(paper.c.id)
ONE = select(paper).where(paper.c.id == bindparam("i"))
OF = select(paper).where(paper.c.ladder_id == bindparam("i")).order_by(paper.c.id)
VOID = select(event_.c.paper_id, event_.c.at, event_.c.text).where(event_.c.ladder_id == bindparam("i"), event_.c.kind == "voided")
REDS = select(func.count()).select_from(paper).where(
    paper.c.kind == "red", paper.c.person_id == bindparam("person"), paper.c.line == bindparam("on"), paper.c.issued_at >= bindparam(
        "since", type_=paper.c.issued_at.type))


@dataclass(frozen=True)
class Content:
    """What a paper says beside the computed facts. `reply_by` None: no answer is asked for."""

    reason: str
    demand: str
    reply_by: dt.datetime | None = None
    by: str | None = None


@dataclass(frozen=True)
class Paper:
    """An issued paper as people read it. `voided` is why it no longer counts."""

    id: int
    ladder_id: int
    kind: str
    name: str
    number: str
    addressee: str
    basis: str
    facts: Mapping[str, Any]
    reason: str
    demand: str
    reply_by: dt.datetime | None
    body: str
    sha256: str
    issued_at: dt.datetime
    issued_by: str | None
    unit_name: str
    voided: str | None = None

    @property
    def is_genuine(self) -> bool:
        """Whether the text is still the one that was issued."""
        return digest(self.body) == self.sha256


def digest(body: str) -> str:
    """What fixes a text."""
    return hashlib.sha256(body.encode()).hexdigest()


def sheet(c: Connection, matter: Row[Any], kind: str) -> dict[str, Any]:
    """The row of the published table of documents for a ladder's line, with the parameters of its unit."""
    deployed = definitions.latest(c, "supervision")
    names = {"param": parameters.in_force(c, deployed.parameters, matter.unit_path), "line": matter.line, "sheet": kind}
    found = next(one for one in deployed.decisions.values() if DECISION in one.ids)
    return dict(found.decide(DECISION, names))


def issue(c: Connection, matter: Row[Any], form: Mapping[str, Any], to: Addressee, content: Content) -> Row[Any]:
    """Give a paper the next number of its unit, line and year, fix its text and file it. `form` is a row of the table of documents."""
    unit = directory.ancestor(c, matter.unit_path, LINES[matter.line].level) or directory.unit_of(c, matter.unit_id)
    year, serial = numbers.take(c, unit.id, matter.line)
    said = f"{unit.name}{form['mark']}〔{year}〕{serial}号"
    facts = facts_of(c, matter)
    body = _text({**form, "number": said}, to, content, facts)
    row = {"ladder_id": matter.id, "line": matter.line, "kind": form["kind"], "name": form["name"], "unit_id": unit.id,
           "unit_path": unit.path, "year": year, "serial": serial, "number": said, "person_id": to.person, "person_key": to.key,
           "addressee": to.name, "basis": form["basis"], "facts": facts, "reason": content.reason, "demand": content.demand,
           "reply_by": content.reply_by, "body": body, "sha256": digest(body), "issued_at": clock.now(), "issued_by": content.by}
    issued = c.execute(ONE, {"i": c.execute(ADD, row).scalar_one()}).one()
    diary.note(c, matter.id, "paper", f"发出{issued.name} {issued.number}，送{issued.addressee}。", by=content.by, paper=issued.id)
    return issued


def facts_of(c: Connection, matter: Row[Any]) -> dict[str, Any]:
    """What the clock says: case, step, rule with law and article, start, end, why that end, and how late in business time."""
    facts: dict[str, Any] = {"case": matter.case_number, "title": matter.title, "step": matter.step}
    standing = lateness.of(c, matter.case_id, matter.element_id, matter.rule, clock.now())
    if standing.newest is None:
        return facts
    known = clocks.one(c, standing.newest.row.id)
    rule = clocks.rule(c, known)
    late = standing.worked(calendars.of(c))
    return {**facts, "rule": rule.id, "rule_name": rule.name, "law": rule.law, "article": rule.article, "limit": known.limit_text,
            "started": known.started_at.isoformat(), "due": known.due_at.isoformat(), "status": standing.status,
            "why": clocks.explanation(c, known).text(), "late_minutes": int(late.total_seconds() // 60), "late": working(late)}


def working(length: dt.timedelta) -> str:
    """3 工作时 20 分钟 — a working day has seven."""
    minutes = int(length.total_seconds() // 60)
    return "" if minutes <= 0 else f"{minutes // 60} 工作时 {minutes % 60} 分钟" if minutes >= 60 else f"{minutes} 分钟（工作时间）"


def shown(moment: str | dt.datetime) -> str:
    """2026年3月2日 10:40, Asia/Shanghai."""
    here = local(dt.datetime.fromisoformat(moment) if isinstance(moment, str) else moment)
    return f"{here.year}年{here.month}月{here.day}日 {here:%H:%M}"


def _text(form: Mapping[str, Any], to: Addressee, content: Content, facts: Mapping[str, Any]) -> str:
    lines = [str(form["name"]), str(form["number"]), f"{to.name}：", f"事项：{facts['case']} {facts['title']}", f"环节：{facts['step']}"]
    if "due" in facts:
        law = f"依据{facts['law']}{facts['article']}，" if facts["law"] else ""
        lines.append(f"期限：{law}{facts['limit']}，自{shown(facts['started'])}起算，于{shown(facts['due'])}届满。")
        lines.append(f"至本文书发出时{'已超过期限 ' + facts['late'] if facts['late'] else '尚未超过期限'}。")
        lines.append(f"期限的计算：{facts['why']}")
    lines += [f"事由：{content.reason}", f"要求：{content.demand}"]
    if content.reply_by is not None:
        lines.append(f"请于{shown(content.reply_by)}前书面说明。")
    return "\n".join([*lines, f"依据：{form['basis']}", f"发出时间：{shown(clock.now())}"])


def red_cards(c: Connection, person: str, line: str) -> int:
    """Red cards of a person in the present month (Asia/Shanghai), void ones included: voiding is looked at by people."""
    month = local(clock.now()).replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    return int(c.execute(REDS, {"person": person, "on": line, "since": month}).scalar_one())


def one(c: Connection, paper_id: int) -> Paper:
    """One paper. Raises NotFound. Whoever shows it asks first whether its ladder may be seen."""
    row = c.execute(ONE, {"i": paper_id}).first()
    if row is None:
        raise NotFound("没有这份文书。")
    return next(found for found in of(c, row.ladder_id) if found.id == paper_id)


def of(c: Connection, ladder_id: int) -> tuple[Paper, ...]:
    """All papers of a ladder, oldest first."""
    rows, void = c.execute(OF, {"i": ladder_id}).all(), {row.paper_id: row.text for row in c.execute(VOID, {"i": ladder_id})}
    units = directory.unit_names(c, {row.unit_id for row in rows})
    fields = [name for name in Paper.__dataclass_fields__ if name not in ("unit_name", "voided")]
    return tuple(Paper(**{name: getattr(row, name) for name in fields}, unit_name=units.get(row.unit_id, ""), voided=void.get(row.id))
                 for row in rows)
