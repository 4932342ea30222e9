"""Closing a penalty case (结案): the ten kinds, what each needs, and the freezing of the file."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, bindparam, select

from engine import clock
from engine.cases import case_file, dues, filing, first_case, goods, proposals
from engine.cases.case_file import Penalty
from engine.cases.proposals import Proposal
from engine.errors import InvalidState, InvalidValues
from engine.money import yuan
from engine.runtime.case import RUNNING, SUSPENDED
from engine.runtime.tables import process_instance

KINDS = {
    "fulfilled": "① 处罚执行完毕", "no_penalty": "② 不予处罚决定", "not_established": "③ 违法事实不成立", "withdrawn": "③ 撤案",
    "transferred": "④ 移送其他机关", "transferred_police": "⑤ 移送司法", "enforced": "⑥ 强制执行到位", "terminated": "⑦ 终结执行",
    "revoked": "⑧ 决定被撤销或者变更", "not_filed": "⑨ 不予立案", "lapsed": "⑩ 中止满三年不再执行"}
WORDS = {**KINDS, "converted": "转普通程序办理", "let_off": "当场教育，不予处罚"}
"""With the ways in which a case on the spot ends without a decision."""

PAID, DECIDED = ("fulfilled", "enforced"), ("fulfilled", "enforced", "terminated", "revoked", "lapsed")
LAPSE_YEARS = 3  # 行政强制法第三十九条第二款
MEASURES = ("compulsory_measure", "evidence_preservation", "appraisal", "crime_transfer", "case_transfer", "remedy", "enforcement_stop")
"""Processes that an officer starts from a case; a case cannot close while one is open."""
GUIDANCE_NEEDED = "penalty_first_case_needed"
"""Parameter: whether a first case closes only after the department has answered."""
BESIDE = ("supervision", "publicity_term")
"""Watching over a late step, and the term for which a decision stays public, are processes under the case as well: they hinder nothing and
may outlast it."""
CHILDREN = (select(process_instance.c.id, process_instance.c.business_key, process_instance.c.title, process_instance.c.process_key)
            .where(process_instance.c.parent_id == bindparam("i"), process_instance.c.status.in_((RUNNING, SUSPENDED)),
                   process_instance.c.process_key.not_in(BESIDE))
            .order_by(process_instance.c.id))


@dataclass(frozen=True)
class Measure:
    """A process that still runs under a case."""

    id: int
    number: str
    title: str
    process: str


def open_measures(c: Connection, instance_id: int) -> tuple[Measure, ...]:
    """What still runs under a case, its supervision apart."""
    return tuple(Measure(*row) for row in c.execute(CHILDREN, {"i": instance_id}))


def hindering_measures(c: Connection, instance_id: int) -> tuple[Measure, ...]:
    """Of those, what has to be finished first: guidance of a first case only where the town's parameter says so."""
    found = open_measures(c, instance_id)
    if any(one.process == first_case.PROCESS for one in found) and not case_file.param(c, instance_id).get(GUIDANCE_NEEDED):
        return tuple(one for one in found if one.process != first_case.PROCESS)
    return found


def hindrances(c: Connection, instance_id: int, kind: str, values: Mapping[str, Any]) -> tuple[str, ...]:
    """Why a case may not be closed in this way; empty when it may. Raises NotFound."""
    one = case_file.of(c, instance_id)
    return (*_measures(c, instance_id), *_needs(c, one, kind, values))


def close(c: Connection, instance_id: int, kind: str, values: Mapping[str, Any]) -> dict[str, Any]:
    """Close a case today and freeze its file. Answers {"closure_kind", "closed_on"}.

    Raises InvalidValues (unknown kind), InvalidState (closed already, or what still hinders it).
    """
    one = case_file.open_file(c, instance_id)
    if kind not in KINDS:
        raise InvalidValues({"closure_kind": "请选择结案种类。"})
    reasons = hindrances(c, instance_id, kind, values)
    if reasons:
        raise InvalidState("".join(f"{reason}。" for reason in reasons), instance=one.instance_id)
    day = clock.today().isoformat()
    case_file.change(c, instance_id, status=case_file.CLOSED, closure_kind=kind, closed_on=day, frozen_at=clock.now())
    first_case.end(c, instance_id)
    return {"closure_kind": kind, "closed_on": day}


def archive(c: Connection, instance_id: int) -> dict[str, Any]:
    """The frozen file goes to the archive: the only change that it still takes. Raises InvalidState unless it is closed."""
    one = case_file.of(c, instance_id)
    if one.status != case_file.CLOSED:
        raise InvalidState("案件还没有结案，或者已经归档，不能归档。", instance=instance_id)
    case_file.change(c, instance_id, status=case_file.ARCHIVED)
    return {"archived_on": clock.today().isoformat()}


def _measures(c: Connection, instance_id: int) -> Iterator[str]:
    for one in hindering_measures(c, instance_id):
        yield f"“{one.title}”（{one.number}）还没有办结，请先办结"


def _money(c: Connection, instance_id: int, decided: Proposal) -> Iterator[str]:
    """What was imposed is in the ledger, and paid with its surcharge. A payment is not entered without its receipt; a fine that a
    reconsideration or a judgment lowered is paid as it was left."""
    if not decided.fine:
        return
    now = dues.of(c, instance_id)
    if now.fine < decided.fine and not now.lowered_by:
        yield "罚款还没有登记应缴，不能按执行完毕结案"
    elif now.unpaid > 0:
        yield f"还有 {yuan(now.unpaid)} 元没有缴清（其中加处罚款 {yuan(now.surcharge_unpaid)} 元），不能按执行完毕结案"


def _refund(c: Connection, instance_id: int) -> Iterator[str]:
    """What a reconsideration or a judgment left to be paid back is paid back while the file is open."""
    now = dues.of(c, instance_id)
    if now.lowered_by and now.overpaid:
        yield f"按{now.lowered_by}应退当事人 {yuan(now.overpaid)} 元，请财务人员退款并登记以后结案"


def _goods(c: Connection, instance_id: int) -> Iterator[str]:
    """Nothing that was taken in the case lies about."""
    for item in goods.of(c, instance_id):
        if item.stored or item.waits:
            yield f"涉案物品“{item.name}”（{item.number}）还没有处理完毕，请先退还、移交或者按批准处理"


def _needs(c: Connection, one: Penalty, kind: str, values: Mapping[str, Any]) -> Iterator[str]:
    decided = proposals.last(c, one.instance_id, proposals.DECISION)
    if kind in DECIDED and decided is None:
        yield "案件没有处罚决定，不能这样结案"
    if kind in PAID and decided is not None:
        yield from _money(c, one.instance_id, decided)
    yield from _refund(c, one.instance_id)
    if kind == "lapsed" and decided is not None and not filing.is_late(decided.day, clock.today(), LAPSE_YEARS):
        yield "行政强制法第三十九条：中止执行满三年未恢复执行的，才不再执行"
    yield from _goods(c, one.instance_id)
    if kind in ("no_penalty", "not_established", "withdrawn") and proposals.last(c, one.instance_id, proposals.NO_PENALTY) is None \
            and proposals.last(c, one.instance_id, proposals.WITHDRAWAL) is None:
        yield "案件没有不予处罚或者撤案的决定，不能这样结案"
    if kind == "not_filed" and one.status != case_file.PREPARING:
        yield "案件已经立案，不能按不予立案结案"
    if kind in ("transferred", "transferred_police") and not values.get("receipt"):
        yield "移送以后收到回执或者公安机关立案通知才能结案，请登记回执"
