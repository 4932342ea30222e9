"""What is in the way of moving one running case to another version of its process, in plain Chinese. Changes nothing."""

from collections.abc import Iterable, Iterator, Mapping

from sqlalchemy import bindparam, exists, literal, select

from engine.definitions import Deployed
from engine.runtime import ledgers
from engine.runtime.case import STATUS_WORDS, SUSPENDED, Case
from engine.runtime.statements import LIVE_ITEM
from engine.runtime.tables import delegation, return_ticket, work_item
from engine.spiff import Blocker, Specification, Tokens, blockers, element_after, is_withdrawn

Moves = Mapping[str, str | None]

BOUND = (
    select(work_item.c.id, work_item.c.element_id, work_item.c.name, return_ticket.c.element_id.label("back"),
           exists(select(literal(1)).where(delegation.c.work_item_id == work_item.c.id)).label("lent"))
    .select_from(work_item.outerjoin(return_ticket, return_ticket.c.work_item_id == work_item.c.id))
    .where(work_item.c.instance_id == bindparam("i"), work_item.c.state.in_(LIVE_ITEM))
    .order_by(work_item.c.id)
)


def of(case: Case, tokens: Tokens, new: Deployed, moves: Moves) -> list[Blocker]:
    """Every obstacle, each once; nothing means that the case can move."""
    return list(dict.fromkeys([*_of_whole(case, new), *blockers(tokens, new.spec, moves), *_of_clocks(case, tokens, new.spec, moves),
                               *_of_items(case, tokens, new.spec, moves)]))


def _of_whole(case: Case, new: Deployed) -> Iterator[Blocker]:
    if case.row.process_key != new.key:
        yield Blocker("", f"该事项按“{case.row.process_key}”办理，不能移到另一个流程“{new.name}”。")
    if case.row.definition_id == new.id:
        yield Blocker("", f"该事项已经按第 {new.number} 版办理，不需要移动。")
    if case.row.status == SUSPENDED:
        yield Blocker("", f"该事项{STATUS_WORDS[SUSPENDED]}，请先恢复办理再移动。")


def _of_clocks(case: Case, tokens: Tokens, new: Specification, moves: Moves) -> Iterator[Blocker]:
    """Limits of the law run on: what they run for has to go on, with the same rule, in the new version."""
    for row in (one.row for one in ledgers.of_case(case.c, case.id) if one.is_open and one.row.rule):
        target = element_after(tokens, row.key, new, moves)
        if target is None or target.gl.get("deadline") != row.rule:
            yield Blocker(row.element_id, f"法定期限“{row.rule} {row.name}”正在计算，新版本的对应步骤没有这个期限，"
                          "不能丢掉或重算，请先办完这一步。")


def _of_items(case: Case, tokens: Tokens, new: Specification, moves: Moves) -> Iterator[Blocker]:
    for row in case.c.execute(BOUND, {"i": case.id}):
        leaves = (row.lent or row.back) and is_withdrawn(tokens, row.id, moves)
        if row.lent and leaves:
            yield Blocker(row.element_id, f"“{row.name}”已委派他人准备，请先收回委派再换到别的步骤。")
        if row.back and leaves:
            yield Blocker(row.element_id, f"“{row.name}”改好后要直接返回，换到别的步骤会丢掉这个约定，请先办完它。")
        elif row.back and (row.back not in new.elements or row.back in moves):
            yield Blocker(row.element_id, f"“{row.name}”改好后要直接返回的步骤在新版本中没有了，请先办完它。")


def told(found: Iterable[Blocker]) -> str:
    """All in one sentence."""
    return "".join(one.text for one in found)
