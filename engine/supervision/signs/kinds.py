"""The kinds of signs: what each is called, what it may mean and what may be innocent in it, and the function that looks for it."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

from sqlalchemy import Connection

from engine.supervision.signs import (
    backdated,
    late_send_backs,
    late_transfers,
    quick_approvals,
    reopened,
    reused_photos,
    same_day_suspensions,
)
from engine.supervision.signs.sign import Limits, Period, Sign

Find = Callable[[Connection, Period, Sequence[str], Limits], tuple[Sign, ...]]


@dataclass(frozen=True)
class Kind:
    """One kind. `thresholds` is what the keys of its thresholds begin with."""

    key: str
    name: str
    asks: str
    innocent: str
    thresholds: str
    find: Find


KINDS: Mapping[str, Kind] = MappingProxyType({kind.key: kind for kind in (
    Kind(late_transfers.KIND, "到期前转办", "是否为了不让超期记在自己名下而转出？", "换班、请假、岗位调整也会转办，请看理由和转出时间。",
         "transfer.", late_transfers.find),
    Kind(late_send_backs.KIND, "到期前退回", "是否为了让计时落到别人名下而退回？", "材料确实不全也要退回，请看退回理由和补交的内容。",
         "return.", late_send_backs.find),
    Kind(same_day_suspensions.KIND, "挂起当天办结", "是否为了避开到期而停止计时？", "当天就等到了当事人或检测结果，也会这样，请看文书。",
         "suspend.", same_day_suspensions.find),
    Kind(quick_approvals.KIND, "几秒内连续决定", "是否没有看材料就作了决定？", "事先集体研究过、当场集中录入的，也会这样，请看会议记录。",
         "approve.", quick_approvals.find),
    Kind(backdated.KIND, "倒填和事后更正", "登记的日期是否与实际相符？", "停电、断网、下乡后补录也会晚，请看文书上的日期。",
         "backdate.", backdated.find),
    Kind(reopened.KIND, "办结后同地又新立", "是否为了重新计时而办结再立？", "流动摊点等问题本来就会反复，请看两次的照片。",
         "reopen.", reopened.find),
    Kind(reused_photos.KIND, "照片重复使用", "照片是否真的拍于这一次？", "一次检查发现几个问题时，一张照片可能说明两件事，请比对照片。",
         "photo.", reused_photos.find),
)})
