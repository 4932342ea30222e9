"""The kinds of messages that people choose channels for, the channels, and what is chosen before anybody chooses."""

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType


class Kind(StrEnum):
    """What a message is."""

    WORK = "work"
    SOON = "soon"
    OVERDUE = "overdue"
    ORDER = "order"
    RESULT = "result"
    DIGEST = "digest"
    TEST = "test"  # what a person sends to themselves, to see whether it arrives


APP, MAIL, WEBHOOK = "app", "mail", "webhook"
CHANNEL_WORDS: Mapping[str, str] = MappingProxyType({APP: "系统内", MAIL: "电子邮件", WEBHOOK: "消息推送"})
KIND_WORDS: Mapping[Kind, str] = MappingProxyType({
    Kind.WORK: "新任务", Kind.SOON: "即将到期", Kind.OVERDUE: "已超期", Kind.ORDER: "催办和督办", Kind.RESULT: "办理结果",
    Kind.DIGEST: "每日摘要", Kind.TEST: "测试消息"})
CHOSEN = tuple(kind for kind in Kind if kind is not Kind.TEST)
"""The kinds that a person chooses channels for."""

ALWAYS_IN_APP = frozenset({Kind.OVERDUE, Kind.ORDER})
"""Nobody can say afterwards that they were not told: these stand in the inbox whatever was chosen."""

DEFAULTS: Mapping[Kind, frozenset[str]] = MappingProxyType({
    Kind.WORK: frozenset({APP, WEBHOOK}),
    Kind.SOON: frozenset({APP, WEBHOOK}),
    Kind.OVERDUE: frozenset({APP, WEBHOOK, MAIL}),
    Kind.ORDER: frozenset({APP, WEBHOOK, MAIL}),
    Kind.RESULT: frozenset({APP}),
    Kind.DIGEST: frozenset({APP, WEBHOOK, MAIL}),
    Kind.TEST: frozenset({APP, WEBHOOK, MAIL}),
})
