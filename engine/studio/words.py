"""Differences in sentences, for whoever approves and for the record."""

from engine.studio.differences import ADDED, CHANGED, DECISION, ELEMENT, FORM, MOVED, REMOVED, Change, Detail, Differences

LONGEST = 160
KINDS = {ADDED: "新增", REMOVED: "删除", CHANGED: "修改", MOVED: "移动"}
SHOWN_WHEN_NEW = ("办理岗位", "岗位层级", "办理时限", "时限单位", "法定期限", "办理表单", "条件", "默认值", "必填")


def words(found: Differences) -> tuple[str, ...]:
    """One sentence a change; what was only moved is counted."""
    if found.is_none:
        return ("没有差异。",)
    moved = found.of(MOVED)
    said = [sentence(one) for one in found.changes if one.kind != MOVED]
    return (*said, *((f"另有 {len(moved)} 处只是移动了位置。",) if moved else ()))


def sentence(change: Change) -> str:
    """One change as a person would say it."""
    what = f"{change.word}{change.label}"
    if change.area in (FORM, DECISION) and change.place:
        what = f"“{change.place}”的{what}"
    if change.kind == CHANGED:
        return f"{what}：{'；'.join(map(detail, change.details))}。"
    if change.kind == ADDED:
        told = [f"{one.what} {_short(one.after)}" for one in change.details if one.what in SHOWN_WHEN_NEW]
        return f"新增{what}{'：' + '，'.join(told) if told else ''}。"
    return f"{KINDS[change.kind]}{what}。"


def detail(one: Detail) -> str:
    """One fact before and after."""
    if not one.before:
        return f"增加{one.what} {_short(one.after)}"
    if not one.after:
        return f"去掉{one.what}（原为 {_short(one.before)}）"
    return f"{one.what}由 {_short(one.before)} 改为 {_short(one.after)}"


def area_word(change: Change) -> str:
    """Under which heading a change is listed."""
    return {ELEMENT: "流程图", FORM: "表单", DECISION: "决策表"}.get(change.area, "参数")


def _short(text: str) -> str:
    return f"“{text if len(text) <= LONGEST else text[:LONGEST] + '…'}”"
