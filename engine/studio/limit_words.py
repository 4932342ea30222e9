"""What becomes of the limit of a step when its case moves to another version, in words."""

import re
from collections.abc import Iterator

from engine import deadlines
from engine.deadlines import Unit
from engine.definitions import Deployed
from engine.runtime.relimiting import KEEP, RESTART
from engine.spiff import Element

PARAMETER = re.compile(r"param\.([A-Za-z_]\w*)")


def told(old: tuple[Deployed, Element], new: tuple[Deployed, Element | None], choice: str, *, mapped: bool = False) -> tuple[str, ...]:
    """One sentence for each limit that would change; nothing when none would. `mapped`: the step is opened anew on another element."""
    return tuple(_told(old, new, choice, mapped))


def _told(old: tuple[Deployed, Element], new: tuple[Deployed, Element | None], choice: str, mapped: bool) -> Iterator[str]:
    was, now = said(*old), said(new[0], new[1]) if new[1] is not None else ""
    if now and (mapped or not was):
        yield f"从移动时起按 {now} 计算时限。" if not was else f"原来的时限 {was} 不再计算，从移动时起按 {now} 计算。"
    elif was and not now:
        yield f"新版本没有时限，原来的 {was} 不再计算。"
    elif was and choice == RESTART:
        yield f"时限从移动时起重新计算：{now}。" if now == was else f"时限由 {was} 改为 {now}，从移动时起重新计算。"
    elif was != now and choice == KEEP:
        yield f"保持原来的时限 {was}（新版本是 {now}）。"
    elif was != now:
        yield f"时限由 {was} 改为 {now}，仍从这一步开始时算起。"
    yield from _lawful(old[1], new[1])


def _lawful(old: Element, new: Element | None) -> Iterator[str]:
    was, now = old.gl.get("deadline"), new.gl.get("deadline") if new is not None else None
    if now and not was:
        yield f"新版本加了法定期限 {now}，从移动时起计算。"


def said(deployed: Deployed, element: Element) -> str:
    """The diagram's own limit of an element as people say it, parameters with their values; "" without one."""
    text = str(element.gl.get("limit") or "").strip()
    if not text:
        return ""
    unit = Unit(element.gl.get("limitUnit") or Unit.WORKING_DAYS)
    try:
        return deadlines.text(float(text), unit)
    except ValueError:
        names = dict.fromkeys(PARAMETER.findall(text))
        known = "，".join(f"{name}={deployed.parameters[name]}" for name in names if name in deployed.parameters)
        return f"“{text}”{f'（{known}）' if known else ''}{deadlines.text(1, unit)[1:]}"
