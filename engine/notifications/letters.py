"""What leaves the system: a short text about a case by its number, title, step and due time, and nothing else.

The words that a person wrote, names, addresses and photos stay inside; whoever wants to know more signs in.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from engine.notifications.kinds import KIND_WORDS, Kind

LINES = (("case_number", "编号"), ("title", "事项"), ("step", "环节"), ("due", "截止"))
LONGEST, TITLE = 120, 40
SAID = ("level", "case_number", "title", "step", "due")
"""All that is ever said about a case outside."""


@dataclass(frozen=True)
class Letter:
    """One message to one person through one channel. `key` is the same at every attempt; `to` is an address, or the person's account."""

    key: str
    person_id: str
    to: str
    kind: Kind
    urgent: bool
    about: Mapping[str, Any] = field(default_factory=dict)
    site: str = ""

    @property
    def subject(self) -> str:
        """One line that says what it is about."""
        parts = [KIND_WORDS[self.kind], *(_short(self.about[name]) for name in ("case_number", "step") if self.about.get(name))]
        return ("【网格闭环】" + ("紧急 " if self.urgent else "") + " ".join(parts))[:LONGEST]

    @property
    def text(self) -> str:
        """The whole message in plain words."""
        lines = [f"{name}：{_short(self.about[key])}" for key, name in LINES if self.about.get(key)]
        lines += [_row(one) for one in self.about.get("lines", ())]
        where = f"请登录系统查看和办理：{self.site}" if self.site else "请登录系统查看和办理。"
        return "\n".join([KIND_WORDS[self.kind], *lines, "", where, "此消息由系统自动发出，请勿回复；在“我的账号”的“提醒方式”中可以调整。"])


def outgoing(about: Mapping[str, Any]) -> dict[str, Any]:
    """What of this may leave: of a title only what stands before the colon, for what follows it is what somebody reported."""
    said: dict[str, Any] = {name: _short(about[name]) for name in SAID if about.get(name)}
    if "title" in said:
        said["title"] = said["title"].partition("：")[0][:TITLE]
    if "counts" in about:
        said["counts"] = {str(level): int(number) for level, number in about["counts"].items()}
    if "lines" in about:
        said["lines"] = [outgoing(line) for line in about["lines"]]
    return said


def _row(one: Mapping[str, Any]) -> str:
    parts = [str(one.get("level", "")), str(one.get("case_number", "")), _short(one.get("step", "")), str(one.get("due", ""))]
    return " ".join(part for part in parts if part)


def _short(value: object) -> str:
    said = "".join(letter for letter in " ".join(str(value).split()) if letter.isprintable())
    return said if len(said) <= LONGEST else said[: LONGEST - 1] + "…"
