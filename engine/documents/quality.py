"""Nine checks of the papers of a case (documents.md section 5): what a reviewer of files would mark, found before the court finds it.

1 order of time; 2 people and certificates; 3 the party's name; 4 articles in force; 5 amounts; 6 capitals; 7 remedies; 8 signatures;
9 numbers. Each is a function of `Facts`; `check` gathers the facts of one case.
"""

import datetime as dt
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from itertools import combinations, pairwise
from typing import Any

from engine import money
from engine.documents.catalogue import Document
from engine.documents.register import ISSUED

NOTICES, DECISIONS = ("DOC-20", "DOC-21"), ("DOC-27",)
FINAL = ("DOC-27", "DOC-28", "DOC-29")
INTERVIEW, ON_SITE = "DOC-07", ("DOC-06", "DOC-07", "DOC-09", "DOC-12b", "DOC-16", "DOC-17")
NAMES = {1: "时间顺序", 2: "人员和证件", 3: "当事人名称", 4: "条款有效", 5: "金额幅度", 6: "大写金额", 7: "复议机关和法院", 8: "签名",
         9: "文号连续"}
TWO = 2
FIGURE = re.compile(r"[\d,]+(?:\.\d{1,2})?")


@dataclass(frozen=True)
class Problem:
    """What is wrong: the number of the check, which document (its title, "" for the case), and what, in Chinese."""

    check: int
    where: str
    words: str

    @property
    def name(self) -> str:
        """What the check is called."""
        return NAMES[self.check]


@dataclass(frozen=True)
class Paper:
    """One issued document or draft. `served_on` the day it took effect; `unsigned` who has not signed yet; `officers` ids;
    `began`, `ended`: what a record says of its own time."""

    id: int
    doc_id: str
    title: str
    state: str
    at: dt.datetime
    data: Mapping[str, Any]
    officers: tuple[str, ...] = ()
    served_on: dt.date | None = None
    unsigned: tuple[str, ...] = ()
    began: dt.datetime | None = None
    ended: dt.datetime | None = None
    place: str = ""
    requires: tuple[str, ...] = ()

    def text(self, path: str) -> str:
        """The words at a dotted name; "" where there are none."""
        return text_at(self.data, path)


@dataclass(frozen=True)
class Facts:
    """One case. fines in 分; `certificate(person, day)` answers why somebody had no valid certificate, "" when they had; `articles` are
    refs that could not be cited, with the reason; `span` the least and the most fine of the basis; `gaps` series of numbers with one
    missing."""

    party: str
    officers: tuple[str, ...]
    papers: tuple[Paper, ...]
    notified: int | None = None
    decided: int | None = None
    span: tuple[int, int] | None = None
    articles: tuple[tuple[str, str], ...] = ()
    remedy: tuple[str, str] = ("", "")
    gaps: tuple[str, ...] = ()
    certificate: Callable[[str, dt.date], str] = lambda person, day: ""

    def issued(self, *kinds: str) -> tuple[Paper, ...]:
        """Issued papers of these kinds, oldest first."""
        return tuple(one for one in self.papers if one.doc_id in kinds and one.state == ISSUED)


def problems(facts: Facts) -> tuple[Problem, ...]:
    """Everything the nine checks find."""
    return tuple(one for work in CHECKS.values() for one in work(facts))


def order_of_time(facts: Facts) -> Iterator[Problem]:
    """1: filing before notice before decision; the notice served before the decision; interviews one after the other, nobody in two
    places at once."""
    steps = [("立案", facts.issued("DOC-03")[:1]), ("告知", facts.issued(*NOTICES)[-1:]), ("决定", facts.issued(*DECISIONS)[-1:]),
             ("结案", facts.issued("DOC-47")[-1:])]
    known = [(name, found[0]) for name, found in steps if found]
    for (before, first), (after, second) in pairwise(known):
        if first.at > second.at:
            yield Problem(1, second.title, f"{after}早于{before}")
    for decision in facts.issued(*DECISIONS)[-1:]:
        for notice in facts.issued(*NOTICES)[-1:]:
            if notice.served_on is None or notice.served_on > decision.at.date():
                yield Problem(1, decision.title, f"{notice.title}在作出决定时还没有送达")
    yield from _overlaps(facts)


def _overlaps(facts: Facts) -> Iterator[Problem]:
    timed = [one for one in facts.papers if one.doc_id in ON_SITE and one.began and one.ended]
    for one in timed:
        if one.began and one.ended and one.began >= one.ended:
            yield Problem(1, one.title, "结束时间不晚于开始时间")
    for one, other in combinations(timed, 2):
        meets = one.began < other.ended and other.began < one.ended  # type: ignore[operator]
        shared = set(one.officers) & set(other.officers)
        if meets and shared and (one.doc_id == other.doc_id == INTERVIEW or one.place != other.place):
            yield Problem(1, other.title, f"与{one.title}时间重叠，同一执法人员不能同时在两处")


def people(facts: Facts) -> Iterator[Problem]:
    """2: two officers on the file, the same on each record or told why; certificates valid on the day (行政处罚法第四十二条)."""
    if len(set(facts.officers)) < TWO:
        yield Problem(2, "", "执法人员少于两人（行政处罚法第四十二条）")
    for paper in facts.papers:
        if paper.state != ISSUED or paper.doc_id not in (*ON_SITE, *FINAL, *NOTICES):
            continue
        if paper.officers and len(set(paper.officers)) < TWO:
            yield Problem(2, paper.title, "执法人员少于两人（行政处罚法第四十二条）")
        for person in sorted(set(paper.officers)):
            if why := facts.certificate(person, paper.at.date()):
                yield Problem(2, paper.title, why)


def party_name(facts: Facts) -> Iterator[Problem]:
    """3: the party is called on every paper as in the file."""
    for paper in facts.papers:
        said = paper.text("party.name")
        if paper.state == ISSUED and said and said != facts.party:
            yield Problem(3, paper.title, f"当事人写作“{said}”，案卷中是“{facts.party}”")


def articles_in_force(facts: Facts) -> Iterator[Problem]:
    """4: what the decision is based on was in force and reviewed."""
    for ref, why in facts.articles:
        yield Problem(4, "", f"{ref}：{why}")


def amounts(facts: Facts) -> Iterator[Problem]:
    """5: the fine lies within its basis and is not above the one notified (行政处罚法第四十五条第二款)."""
    if facts.decided is None:
        return
    if facts.span is not None and not facts.span[0] <= facts.decided <= facts.span[1]:
        least, most = (money.yuan(one) for one in facts.span)
        yield Problem(5, "", f"罚款 {money.yuan(facts.decided)} 元，不在依据规定的 {least} 元至 {most} 元之内")
    if facts.notified is not None and facts.decided > facts.notified:
        said, told = money.yuan(facts.decided), money.yuan(facts.notified)
        yield Problem(5, "", f"决定罚款 {said} 元，高于告知的 {told} 元（行政处罚法第四十五条第二款）")


def capitals(facts: Facts) -> Iterator[Problem]:
    """6: the amount in capitals says the same as the figures."""
    for paper in facts.papers:
        if paper.state == ISSUED:
            yield from (Problem(6, paper.title, words) for words in wrong_capitals(paper.data))


def remedies(facts: Facts) -> Iterator[Problem]:
    """7: reconsideration body and court as the town has them (a wrong one prolongs the time limit to a year, P-28)."""
    for paper in facts.papers:
        if paper.state != ISSUED or "remedy.review_body" not in paper.requires:
            continue
        said = (paper.text("remedy.review_body"), paper.text("remedy.court"))
        if said != facts.remedy:
            yield Problem(7, paper.title, f"复议机关、法院写作“{'、'.join(said)}”，本镇街配置是“{'、'.join(facts.remedy)}”")


def signatures(facts: Facts) -> Iterator[Problem]:
    """8: every record is signed by all who must."""
    for paper in facts.papers:
        if paper.unsigned:
            yield Problem(8, paper.title, f"没有签名：{'、'.join(paper.unsigned)}")


def numbers(facts: Facts) -> Iterator[Problem]:
    """9: no number is missing in the town's series."""
    yield from (Problem(9, "", f"文号不连续：{one}") for one in facts.gaps)


CHECKS: Mapping[int, Callable[[Facts], Iterator[Problem]]] = {
    1: order_of_time, 2: people, 3: party_name, 4: articles_in_force, 5: amounts, 6: capitals, 7: remedies, 8: signatures, 9: numbers}


def of_document(document: Document, data: Mapping[str, Any]) -> tuple[str, ...]:
    """What would be wrong with one document, before it is issued: capitals that say another amount; remedies that are half filled in."""
    found = list(wrong_capitals(data))
    wanted = [path for path in ("remedy.review_body", "remedy.court") if path in document.required]
    if wanted and text_at(data, "remedy.review_body") == text_at(data, "remedy.court") != "":
        found.append("复议机关和法院不能是同一个机关")
    return tuple(found)


def wrong_capitals(data: Mapping[str, Any]) -> Iterator[str]:
    """Every room with an amount in figures and in capitals that differ."""
    for room, fields in data.items():
        if not isinstance(fields, Mapping):
            continue
        for key, figures in fields.items():
            stem, _, kind = str(key).rpartition("_")
            words = fields.get(f"{stem}_capital")
            if kind == "text" and figures and words and (amount := _amount(str(figures))) is not None and money.capital(amount) != words:
                yield f"大写金额“{words}”与“{figures}”不一致（{room}.{stem}）"


def _amount(text: str) -> int | None:
    found = FIGURE.search(text)
    return None if found is None else round(float(found.group().replace(",", "")) * 100)


def text_at(data: Mapping[str, Any], path: str) -> str:
    """Words at a dotted name; "" where there are none."""
    here: Any = data
    for step in path.split("."):
        here = here.get(step) if isinstance(here, Mapping) else None
    return here if isinstance(here, str) else ""
