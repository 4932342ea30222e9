"""When people may be disturbed, and when they get their digest: parameters that an administrator changes, with their defaults."""

import datetime as dt
import logging
import re
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from sqlalchemy import Connection

from engine.clock import UTC, local
from engine.runtime import parameters

NUMBERS = re.compile(r"\d{1,3}(?:[,，]\d{1,3})*")
SHEET: Mapping[str, Mapping[str, Any]] = MappingProxyType({
    "reminder_night_from": {"default": 22, "unit": "时", "min": 18, "max": 24, "label": "夜间不发提醒：从几时起",
                            "basis": "比照夜间不得执行的时段 22:00 至次日 6:00；紧急的除外"},
    "reminder_night_until": {"default": 6, "unit": "时", "min": 5, "max": 9, "label": "夜间不发提醒：到几时止",
                             "basis": "夜里的提醒推迟到这时送出，不会丢失"},
    "reminder_digest_at": {"default": 8.5, "unit": "时（8.5 即 8:30）", "min": 6, "max": 12, "label": "每日摘要的时间",
                           "basis": "工作日上班时"},
    "reminder_leads_long": {"default": "15,7,3", "unit": "日", "label": "60 日以上的期限：提前几日提醒", "basis": "期限提前量"},
    "reminder_leads_middle": {"default": "5,2", "unit": "日", "label": "15 至 59 日的期限：提前几日提醒", "basis": "期限提前量"},
    "reminder_leads_short": {"default": "2,1", "unit": "个工作日", "label": "15 日以内的期限：提前几个工作日提醒", "basis": "期限提前量"},
    "reminder_leads_hours": {"default": "4,1", "unit": "小时", "label": "按小时计的期限：提前几小时提醒", "basis": "期限提前量"},
})
"""What may be changed on the page of parameters, as a published process declares its own (PRM-reminder.leadTimes)."""

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Leads:
    """How long before the end people are told, by the length of the limit: calendar days, working days for short ones, or hours."""

    long: tuple[int, ...] = (15, 7, 3)
    middle: tuple[int, ...] = (5, 2)
    short: tuple[int, ...] = (2, 1)
    hours: tuple[int, ...] = (4, 1)


@dataclass(frozen=True)
class Hours:
    """The night in which only urgent messages go out (whole hours in Shanghai), the time of the digest, and the lead times."""

    night_from: int = 22
    night_until: int = 6
    digest_at: dt.time = dt.time(8, 30)
    leads: Leads = Leads()

    def is_night(self, moment: dt.datetime) -> bool:
        """Whether people sleep then."""
        hour = local(moment).hour
        return hour >= self.night_from or hour < self.night_until

    def free(self, moment: dt.datetime) -> dt.datetime:
        """The moment itself by day, else the end of that night."""
        if not self.is_night(moment):
            return moment
        here = local(moment)
        morning = here.replace(hour=self.night_until, minute=0, second=0, microsecond=0)
        return (morning if here.hour < self.night_until else morning + dt.timedelta(days=1)).astimezone(UTC)

    def digest_moment(self, day: dt.date, zone: dt.tzinfo) -> dt.datetime:
        """When the digest of that day goes out."""
        return dt.datetime.combine(day, self.digest_at, zone)


def in_force(c: Connection) -> Hours:
    """What holds now."""
    changed = parameters.changed(c)
    values = {key: changed.get(key, sheet["default"]) for key, sheet in SHEET.items()}
    minutes = round(float(values["reminder_digest_at"]) * 60)
    leads = Leads(**{name: _numbers(f"reminder_leads_{name}", values) for name in ("long", "middle", "short", "hours")})
    return Hours(int(values["reminder_night_from"]), int(values["reminder_night_until"]), dt.time(minutes // 60, minutes % 60), leads)


def _numbers(key: str, values: Mapping[str, Any]) -> tuple[int, ...]:
    """The list of numbers that a text stands for; one that cannot be read counts as the default, and the log says so."""
    text = str(values[key]).replace(" ", "")
    if not NUMBERS.fullmatch(text):
        log.warning("参数 %s 的值“%s”读不出来，按默认值 %s 提醒", key, text, SHEET[key]["default"])
        text = str(SHEET[key]["default"])
    return tuple(sorted({int(number) for number in re.split("[,，]", text)}, reverse=True))
