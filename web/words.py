"""How moments, time limits and files read in Chinese. Times are shown in Asia/Shanghai."""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from flask import Flask

from engine import clock, money
from engine.people import ROLES
from engine.people.roles import LEVEL_NAMES
from engine.runtime.case import STATUS_WORDS as STATUSES
from engine.runtime.worklist import STATE_WORDS as STATES

WEEKDAYS = "一二三四五六日"

SYSTEMS = (("iPhone", "苹果手机"), ("iPad", "苹果平板"), ("HarmonyOS", "鸿蒙手机"), ("Android", "安卓手机"), ("Windows", "Windows 电脑"),
           ("Macintosh", "苹果电脑"), ("Linux", "Linux 电脑"))
BROWSERS = (("wxwork", "企业微信"), ("MicroMessenger", "微信"), ("DingTalk", "浙政钉"), ("Edg/", " Edge"), ("Firefox/", " Firefox"),
            ("Chrome/", " Chrome"), ("Safari/", " Safari"))
LINKS = {"discovery": "网格发现", "correction": "村社纠正", "reporting": "点片上报", "handling": "执法处置", "feedback": "结果反馈"}


@dataclass(frozen=True)
class Chip:
    """A time limit at a glance: shape, words and colour each say the same."""

    level: str
    shape: str
    text: str


def moment(value: dt.datetime | None) -> str:
    """3月2日 周一 09:30, with the year when it is not this one."""
    if value is None:
        return "—"
    local, this = clock.local(value), clock.local(clock.now())
    year = "" if local.year == this.year else f"{local.year}年"
    return f"{year}{local.month}月{local.day}日 周{WEEKDAYS[local.weekday()]} {local:%H:%M}"


def day(value: dt.datetime | dt.date | None) -> str:
    """2026年3月2日."""
    if value is None:
        return "—"
    local = clock.local(value) if isinstance(value, dt.datetime) else value
    return f"{local.year}年{local.month}月{local.day}日"


def iso(value: dt.datetime | None) -> str:
    """For the machine-readable attribute of <time>."""
    return "" if value is None else clock.local(value).isoformat(timespec="minutes")


def span(length: dt.timedelta) -> str:
    """The two largest parts are enough: 3天, 6小时, 25分钟."""
    minutes = max(int(length.total_seconds() // 60), 1)
    if minutes < 60:
        return f"{minutes}分钟"
    if minutes < 60 * 48:
        return f"{minutes // 60}小时"
    return f"{minutes // (60 * 24)}天"


def ago(value: dt.datetime | None) -> str:
    """刚刚, 25分钟前, 3天前."""
    if value is None:
        return "—"
    passed = clock.now() - value
    return "刚刚" if passed < dt.timedelta(minutes=1) else f"{span(passed)}前"


def chip(due: dt.datetime | None, warn: dt.datetime | None = None, state: str = "claimed") -> Chip:
    """Over, soon (past the warning, or today), fine, without a limit, or stopped."""
    if state == "suspended":
        return Chip("none", "‖", "计时已停")
    if due is None:
        return Chip("none", "○", "无时限")
    left = due - clock.now()
    if left < dt.timedelta(0):
        return Chip("late", "■", f"超期{span(-left)}")
    soon = clock.now() >= warn if warn is not None else left <= dt.timedelta(hours=24)
    return Chip("soon", "▲", f"剩{span(left)}") if soon else Chip("fine", "●", f"剩{span(left)}")


def stages(items: Iterable[Any]) -> list[tuple[str, str]]:
    """The five links of the loop as (name, done, now, skipped or later), by a case's work items; empty for a process without links."""
    items = [item for item in items if item.link in LINKS]
    live = {item.link for item in items if item.is_live}
    passed = {"discovery"} | {item.link for item in items}
    order = list(LINKS)
    last = max((order.index(key) for key in passed), default=-1)
    state = {key: "now" if key in live else "done" if key in passed else "skipped" if n < last else "later" for n, key in enumerate(order)}
    return [(name, state[key]) for key, name in LINKS.items()] if items else []


def role_name(key: str | None) -> str:
    """The role as people call it."""
    return ROLES[key].name if key is not None and key in ROLES else (key or "—")


def device(agent: str | None) -> str:
    """安卓手机上的 Chrome, from what a browser says of itself; its own words when they say nothing known."""
    said = agent or ""
    where = next((name for mark, name in SYSTEMS if mark in said), "")
    what = next((name for mark, name in BROWSERS if mark in said), "")
    return f"{where or '未知设备'}上的{what}" if what else where or said[:60] or "未知设备"


def size(length: int) -> str:
    """1.2 MB, 34 KB."""
    return f"{length / 1048576:.1f} MB" if length >= 1048576 else f"{max(length // 1024, 1)} KB"


def input_moment(value: dt.datetime) -> str:
    """A moment as the browser's own input for day and time wants it."""
    return clock.local(value).strftime("%Y-%m-%dT%H:%M")


def install(app: Flask) -> None:
    """Filters for templates."""
    app.jinja_env.filters.update(input_moment=input_moment, yuan=money.yuan)
    app.jinja_env.filters.update(moment=moment, day=day, iso=iso, ago=ago, span=span, role_name=role_name, filesize=size, device=device)
    app.jinja_env.globals.update(chip=chip, stages=stages, STATES=STATES, STATUSES=STATUSES, LEVELS=LEVEL_NAMES)
