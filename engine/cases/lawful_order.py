"""What stands in the way of a notice or a decision, in the order of the law; each reason names its article.

Pages show the same reasons before anybody tries, and a step that tries anyway is refused with them.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection

from engine.cases import case_file, cash, evidence, parties, proposals
from engine.cases.case_file import Penalty
from engine.cases.evidence import Item
from engine.cases.proposals import Proposal, Terms
from engine.errors import InvalidState

AGREED = frozenset({"agree", "agreed", "approve", "approved", "pass", "passed"})
"""Outcomes of a legal review that let a case go on."""
HEAVY = frozenset({"suspension", "licence_suspension", "licence_revocation", "restriction", "closure"})
"""Kinds that always give a right to a hearing (行政处罚法第六十三条)."""
REVIEWS = {"legal_review": "法制审核", "technical_review": "技术审核"}


@dataclass(frozen=True)
class Standing:
    """A case about to be notified or decided: its file, its evidence, the newest notice, the case's variables."""

    file: Penalty
    pieces: tuple[Item, ...]
    notice: Proposal | None
    variables: Mapping[str, Any]
    review: Proposal | None = None


def standing(c: Connection, instance_id: int, variables: Mapping[str, Any]) -> Standing:
    """How a case stands now. Raises NotFound, InvalidState when its file is frozen."""
    return Standing(case_file.open_file(c, instance_id), evidence.of(c, instance_id),
                    proposals.last(c, instance_id, proposals.NOTICE), variables, proposals.last(c, instance_id, proposals.REVIEW))


def before_notice(now: Standing, terms: Terms) -> tuple[str, ...]:
    """Why a penalty on these terms may not be notified; empty when it may."""
    return (*_filed(now), *_responsible(now), *_founded(now, terms))


def before_decision(now: Standing, terms: Terms) -> tuple[str, ...]:
    """Why a penalty on these terms may not be decided; empty when it may."""
    return (*before_notice(now, terms), *_notified(now, terms), *_reviewed(now), *_heard(now), *_discussed(now))


def on_the_spot(now: Standing, terms: Terms, param: Mapping[str, Any]) -> tuple[str, ...]:
    """Why this may not be decided on the spot; empty when it may."""
    party = now.file.party
    return (*_responsible(now), *_small(terms, cash.summary_limit(party.kind, param), party.kind_words))


def refuse(reasons: tuple[str, ...], instance_id: int) -> None:
    """Raises InvalidState with every reason, if there are any."""
    if reasons:
        raise InvalidState("".join(f"{reason.rstrip('。')}。" for reason in reasons), instance=instance_id)


def _filed(now: Standing) -> Iterator[str]:
    if now.file.status == case_file.PREPARING:
        yield "行政处罚法第五十四条：案件还没有立案，请先办理立案审批"
    if now.file.status == case_file.EXTERNAL:
        yield "案件已移送其他机关，收到退回以前不能告知或者决定处罚"


def _responsible(now: Standing) -> Iterator[str]:
    day = now.file.act_day
    if day is None or parties.responsibility(now.file.party, day) != parties.NONE:
        return
    age = now.file.party.age_on(day)
    if age is not None and age < parties.CHILD:
        yield f"行政处罚法第三十条：当事人违法时{age}周岁，不满十四周岁，不予行政处罚，责令监护人加以管教"
    else:
        yield "行政处罚法第三十一条：当事人在不能辨认或者不能控制自己行为时有违法行为，不予行政处罚，责令监护人严加看管和治疗"


def _small(terms: Terms, most: int, who: str) -> Iterator[str]:
    if not terms.basis:
        yield "行政处罚法第五十二条：请写明处罚依据的条款"
    if not terms.kinds or set(terms.kinds) - {"warning", "fine"}:
        yield "行政处罚法第五十一条：当场只能给予警告或者罚款，其他处罚请转普通程序"
    if terms.fine > most:
        yield f"行政处罚法第五十一条：对{who}当场罚款不得超过 {most // 100} 元，请转普通程序"


def _founded(now: Standing, terms: Terms) -> Iterator[str]:
    if not terms.kinds:
        yield "行政处罚法第九条：请写明给予哪种行政处罚"
    if not terms.basis:
        yield "行政处罚法第四十四条：请写明处罚依据的条款"
    if not any(piece.is_usable for piece in now.pieces):
        yield "行政处罚法第四十六条：没有经查证属实的证据，不能作为认定案件事实的根据，请先登记证据"
    for piece in now.pieces:
        if piece.camera and piece.state == evidence.VALID and not piece.is_usable:
            missing = [words for kind, words in REVIEWS.items() if kind not in piece.reviews]
            yield f"行政处罚法第四十一条：监控证据“{piece.title}”还没有经过{'和'.join(missing)}，不得作为处罚的证据"


def _notified(now: Standing, terms: Terms) -> Iterator[str]:
    notice = now.notice
    if notice is None:
        yield "行政处罚法第四十四条、第六十二条：作出处罚决定前没有告知当事人拟处罚的内容及事实、理由、依据，不得作出处罚决定"
        return
    if not now.variables.get("notice_served_on"):
        yield "行政处罚法第四十四条：处罚事先告知书还没有送达，不得作出处罚决定"
    if terms.fine > notice.fine:
        yield (f"行政处罚法第四十五条第二款：决定的罚款 {terms.fine / 100:.2f} 元高于告知的 {notice.fine / 100:.2f} 元，"
               "不得因当事人陈述、申辩而给予更重的处罚；确需加重的先重新告知")
    if added := [proposals.KINDS[kind] for kind in terms.kinds if kind not in notice.kinds]:
        yield f"行政处罚法第四十四条：决定的{'、'.join(added)}没有告知过，请先重新告知"
    if set(terms.basis) != set(notice.basis):
        yield "行政处罚法第四十四条：决定的依据与告知的依据不同，请先重新告知"
    if terms.facts and _plain(terms.facts) != _plain(notice.facts) and not terms.more.get("facts_same"):
        yield "行政处罚法第四十四条：决定认定的事实与告知的不同，请先重新告知；只是文字调整的请注明"


def _reviewed(now: Standing) -> Iterator[str]:
    """All ordinary cases are reviewed; a summary one is decided on the spot."""
    said = now.review.more.get("outcome") if now.review else now.variables.get("review_outcome")
    if said not in AGREED:
        yield "行政处罚法第五十八条：未经法制审核或者审核未通过，不得作出决定"
    elif now.review and now.notice and now.variables.get("hearing_held") and now.review.id < now.notice.id:
        yield "行政处罚法第五十八条第一款第二项：经过听证的案件，听证以后应当再作法制审核"


def _heard(now: Standing) -> Iterator[str]:
    asked = now.variables.get("hearing_requested") or now.variables.get("hearing_outcome") == "requested"
    if asked and not now.variables.get("hearing_held"):
        yield "行政处罚法第六十三条、第六十五条：当事人要求听证，听证结束前不得作出决定"


def _discussed(now: Standing) -> Iterator[str]:
    if now.variables.get("discussion_needed") and not now.variables.get("discussion_held"):
        yield "行政处罚法第五十七条第二款：情节复杂或者重大违法行为，应当由行政机关负责人集体讨论决定"


def _plain(text: str) -> str:
    return "".join(text.split())
