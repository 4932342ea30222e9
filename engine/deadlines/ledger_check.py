"""Whether an entry may be written into a ledger. A refusal names the rule, says what stands in the way, and leaves the ledger as it was.

Who is a leader and who may enter is known elsewhere; `approvers` tells which roles the rule asks for.
"""

import datetime as dt
import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from engine.clock import SHANGHAI
from engine.deadlines.calendar import Calendar
from engine.deadlines.counting import HOURLY, LONGEST, Unit, text
from engine.deadlines.ledger import Entry, EntryKind
from engine.deadlines.ledger_reading import in_force, original, read_ledger
from engine.deadlines.reading import Reading, read
from engine.deadlines.rules import Extension, Rule
from engine.errors import DeadlineRefused

WORDS = {EntryKind.STARTED: "起算", EntryKind.SUSPENDED: "中止", EntryKind.RESUMED: "恢复", EntryKind.EXCLUDED: "扣除",
         EntryKind.EXTENDED: "延长", EntryKind.CORRECTED: "更正", EntryKind.REVOKED: "撤销", EntryKind.STOPPED: "停止",
         EntryKind.REOPENED: "继续计算"}
_MARKS = (EntryKind.SUSPENDED, EntryKind.RESUMED)
_OTHERS = (EntryKind.CORRECTED, EntryKind.REVOKED)
_LEADERS = ("leader", "head")


def check(rule: Rule, entries: Sequence[Entry], entry: Entry, calendar: Calendar, *, now: dt.datetime, decided: bool = False) -> None:
    """Raises DeadlineRefused when `entry` may not be added to `entries`. `decided`: the matter is done, its ledger closed."""
    book = _Book(rule, tuple(entries), entry, calendar, now)
    if decided:
        late = "已经作出决定，不能再更正或撤销以前的登记" if entry.kind in _OTHERS else "已经停止，不能再登记"
        raise book.refused(f"本期限{late}；确有错误的，请依法纠正原决定。")
    book.clock_runs_forward()
    book.moments_make_sense()
    if entry.kind is EntryKind.REVOKED:
        book.may_be_revoked()
    elif entry.kind is EntryKind.CORRECTED:
        book.may_be_corrected()
    else:
        book.may_be_entered()


def approvers(rule: Rule, entries: Iterable[Entry], kind: EntryKind) -> tuple[str, ...]:
    """The roles of which one must approve the next entry of this kind; none when a body outside the town decides, or nobody need."""
    if kind is EntryKind.EXTENDED:
        used = sum(one.kind is EntryKind.EXTENDED for one in in_force(entries))
        return rule.extensions[used].approvers if used < len(rule.extensions) else ()
    return _LEADERS if kind in (EntryKind.SUSPENDED, EntryKind.EXCLUDED) else ()


@dataclass(frozen=True)
class _Book:
    """One entry beside the ledger it wants to join."""

    rule: Rule
    entries: tuple[Entry, ...]
    entry: Entry
    calendar: Calendar
    now: dt.datetime

    def refused(self, why: str) -> DeadlineRefused:
        return DeadlineRefused(f"{self.rule.title}：{why}", rule=self.rule.id)

    def clock_runs_forward(self) -> None:
        """What is entered later carries a later time; else somebody has set the clock of the server back."""
        made = [one.recorded_at for one in self.entries if one.kind is not EntryKind.STARTED]
        begun = [one.recorded_at for one in self.entries if one.kind is EntryKind.STARTED and one.recorded_at > self.now]
        last = max((*made, *begun), default=self.entry.recorded_at)
        if self.entry.recorded_at < last:
            raise self.refused(f"登记时刻早于上一条登记（{_said(last)}），服务器时间可能被往回拨过。请联系管理员校准时间后再登记。")

    def moments_make_sense(self) -> None:
        """Moments with a zone, neither before the law nor in the far future, the end not before the begin."""
        told = [one for one in (self.entry.from_at, self.entry.to_at, self.entry.conservative_from) if one is not None]
        if any(one.tzinfo is None for one in (*told, self.entry.recorded_at)):
            raise self.refused("登记的时刻没有时区，无法判断是哪一刻。")
        for one in told:
            if _day(one) < self.rule.valid_from:
                raise self.refused(f"{_day(one)} 早于《{self.rule.law}》这一版本的施行日 {self.rule.valid_from}，请核对日期。")
            if one > self.now + LONGEST:
                raise self.refused(f"{_day(one)} 离现在超过十年，请核对年份。")
        if self.entry.from_at is not None and self.entry.to_at is not None and self.entry.to_at < self.entry.from_at:
            raise self.refused(f"止 {_said(self.entry.to_at)} 早于起 {_said(self.entry.from_at)}，起止颠倒了，请核对。")

    def may_be_entered(self) -> None:
        """An entry of its own, or what a correction makes of an older one."""
        kind = self.entry.kind
        if kind is EntryKind.STARTED:
            self._starts()
        elif kind is EntryKind.EXTENDED:
            self._extends()
        elif kind in (EntryKind.SUSPENDED, EntryKind.RESUMED, EntryKind.EXCLUDED):
            self._takes_out()
        elif self.entry.from_at is None:
            raise self.refused(f"{WORDS[kind]}须写明日期。")
        self._known_years(read(self.rule, (*self.entries, self.entry), self.calendar, self.now))

    def may_be_revoked(self) -> None:
        """The entry is there, counts, and is not the start; what is left still makes sense."""
        target = self._target()
        if target.kind in (EntryKind.STARTED, EntryKind.STOPPED, EntryKind.REOPENED, EntryKind.REVOKED):
            raise self.refused(f"第 {target.seq} 条是{WORDS[target.kind]}，不能撤销；起算日有误的请更正，撤销有误的请重新登记。")
        self._needs_reason()
        self._alternate(in_force((*self.entries, self.entry)))

    def may_be_corrected(self) -> None:
        """The entry is there, was entered by a person, and what it should have said could have been entered."""
        target = self._target()
        if target.kind is EntryKind.REVOKED:
            raise self.refused(f"第 {target.seq} 条是撤销，不能更正；撤销有误的请重新登记。")
        self._needs_reason()
        known = {one.seq: one for one in self.entries}
        root = known[original(known, target.seq)]
        if root.kind in (EntryKind.STOPPED, EntryKind.REOPENED):
            raise self.refused(f"第 {target.seq} 条是{WORDS[root.kind]}，由系统按办理的时刻登记，不能更正。")
        others = tuple(one for one in in_force(self.entries) if one.seq != root.seq)
        told = replace(self.entry, seq=root.seq, kind=root.kind, corrects=None)
        _Book(self.rule, others, told, self.calendar, self.now).may_be_entered()

    def _target(self) -> Entry:
        """The entry that a correction or revocation is about."""
        known = {one.seq: one for one in self.entries}
        target = known.get(self.entry.corrects or 0)
        if target is None or target.seq >= self.entry.seq:
            raise self.refused(f"没有第 {self.entry.corrects} 条登记，不能{WORDS[self.entry.kind]}。请从登记清单中选择。")
        counts = {one.seq for one in in_force(self.entries)}
        if original(known, target.seq) not in counts and target.kind is not EntryKind.REVOKED:
            raise self.refused(f"第 {target.seq} 条登记已经撤销，不能再{WORDS[self.entry.kind]}。")
        if any(one.kind is EntryKind.REVOKED and one.corrects == target.seq for one in self.entries):
            raise self.refused(f"第 {target.seq} 条登记已经撤销，不能再{WORDS[self.entry.kind]}。")
        return target

    def _needs_reason(self) -> None:
        if not (self.entry.reason or self.entry.document):
            raise self.refused(f"{WORDS[self.entry.kind]}须写明理由。")

    def _starts(self) -> None:
        if self.entry.from_at is None:
            raise self.refused("没有写起算的日期。")
        if any(one.kind is EntryKind.STARTED for one in in_force(self.entries)):
            raise self.refused("已经起算，不能再登记一次起算；起算日有误的请更正。")
        if self.rule.valid_to is not None and _day(self.entry.from_at) > self.rule.valid_to:
            raise self.refused(f"《{self.rule.law}》这一版本已于 {self.rule.valid_to} 失效，请改用现行版本的规则。")
        early = [one for one in in_force(self.entries) if one.from_at is not None and _day(one.from_at) < _day(self.entry.from_at)]
        if early:
            raise self.refused(f"第 {early[0].seq} 条登记的日期 {_day(early[0].from_at)} 会早于新的起算日，请先更正或撤销它。")

    def _takes_out(self) -> None:
        """A suspension, its end, or an excluded period."""
        entry, kind = self.entry, self.entry.kind
        if entry.from_at is None or (kind is EntryKind.EXCLUDED and entry.to_at is None):
            raise self.refused(f"{WORDS[kind]}须写明{'起止日期' if kind is EntryKind.EXCLUDED else '日期'}。")
        if kind is not EntryKind.RESUMED:
            self._on_lawful_ground()
        self._within_the_limit(entry.from_at)
        if kind in _MARKS and entry.to_at is None:
            self._alternate((*in_force(self.entries), entry))
        else:
            self._takes_something()

    def _on_lawful_ground(self) -> None:
        rule, entry = self.rule, self.entry
        if not rule.grounds:
            source = f"规则集 {rule.rule_set}" if rule.rule_set else f"《{rule.law}》" if rule.law else "本期限"
            raise self.refused(f"{source}没有规定可以中止或者扣除的事由，不能停表。")
        ground = rule.ground(entry.ground)
        if ground is None:
            names = "、".join(f"{one.name}（{one.id}）" for one in rule.grounds)
            raise self.refused(f"“{entry.ground[:40]}”不是法定的中止或者扣除事由，可选：{names}。")
        if not entry.document:
            raise self.refused(f"以“{ground.name}”停表须有{ground.document}，请填写文书名称和文号。")
        self._approved()

    def _approved(self) -> None:
        if not self.entry.approver:
            raise self.refused(f"{WORDS[self.entry.kind]}须经批准，请选择批准人（分管领导或机关负责人）。")
        if self.entry.approver == self.entry.by:
            raise self.refused(f"批准人与登记人是同一人，{WORDS[self.entry.kind]}须由他人批准。")

    def _within_the_limit(self, begin: dt.datetime) -> None:
        """Not before the start, and not after the end, where there is nothing left to stop."""
        started, reading = read_ledger(self.rule, self.entries).started, self._before()
        hourly = self.rule.unit in HOURLY
        if begin < started if hourly else _day(begin) < _day(started):
            raise self.refused(f"{WORDS[self.entry.kind]}的日期 {_said(begin)} 早于起算 {_said(started)}，请核对。")
        if self.entry.kind is not EntryKind.RESUMED and (begin >= reading.due if hourly else _day(begin) >= _day(reading.due)):
            raise self.refused(f"期限已于 {_said(reading.due)} 届满，届满之后的时间不能再中止或者扣除。")

    def _takes_something(self) -> None:
        """An excluded period takes out at least a day, or a moment, that still counted."""
        before, after = self._before(), read(self.rule, (*self.entries, self.entry), self.calendar, self.now)
        if _taken(before) != _taken(after):
            return
        begin, end = self.entry.from_at or self.now, self.entry.to_at or self.now
        if self.rule.unit not in HOURLY and _day(begin) == _day(end):
            raise self.refused(f"起止都是 {_day(begin)}：首日不算，同一天没有可以扣除的日子。")
        raise self.refused(f"{_said(begin)} 至 {_said(end)} 没有落在正在计算的时间里（已经扣除过，或者都不计入），不必重复登记。")

    def _before(self) -> Reading:
        return read(self.rule, self.entries, self.calendar, self.now)

    def _alternate(self, valid: Sequence[Entry]) -> None:
        """Suspensions and their ends take turns in time."""
        marks = [one for one in valid if one.kind in _MARKS and one.to_at is None and one.from_at is not None]
        marks.sort(key=lambda one: (one.from_at or self.now, one.seq))
        for number, one in enumerate(marks):
            if one.kind is _MARKS[number % 2]:
                continue
            if one.kind is EntryKind.RESUMED:
                raise self.refused(f"{_said(one.from_at)} 时期限没有中止，不能恢复；要撤销中止的，请先撤销它的恢复。")
            raise self.refused(f"{_said(one.from_at)} 时期限已经中止，或者其后已有中止，不能再中止；补登过去的一段请用扣除，写明起止。")

    def _extends(self) -> None:
        entry, used = self.entry, [one for one in in_force(self.entries) if one.kind is EntryKind.EXTENDED]
        if not self.rule.extensions:
            source = f"规则集 {self.rule.rule_set}" if self.rule.rule_set else f"《{self.rule.law}》" if self.rule.law else "本期限"
            raise self.refused(f"{source}没有规定可以延长，不能延长。")
        if len(used) >= len(self.rule.extensions):
            raise self.refused(f"依法只能延长 {len(self.rule.extensions)} 次，已经延长过 {len(used)} 次，不能再延长。")
        earlier = sum(one.seq < entry.seq for one in used)
        self._fits(self.rule.extensions[earlier], sum(one.length or 0 for one in used))
        if entry.from_at is not None and _day(entry.from_at) > _day(self._before().due):
            raise self.refused(f"期限已于 {_day(self._before().due)} 届满，届满之后不能再延长。")

    def _fits(self, extension: Extension, before: float) -> None:
        entry, rule = self.entry, self.rule
        length = entry.length
        if length is None or not math.isfinite(length) or length <= 0:
            raise self.refused("延长的长度应大于零。")
        if rule.unit not in HOURLY and length != int(length):
            raise self.refused("延长的长度应为整数。")
        most = min(extension.length, math.inf if rule.cap is None else rule.cap - before)
        if length > most:
            raise self.refused(f"最多可以延长{text(most, rule.unit)}，不能延长{text(length, rule.unit)}。")
        if length > LONGEST.days:
            raise self.refused("延长超过十年，请核对。")
        if not entry.document:
            raise self.refused(f"延长须有{extension.document}，请填写文书名称和文号。")
        if extension.approvers:
            self._approved()
        elif entry.approver and entry.approver == entry.by:
            raise self.refused("批准人与登记人是同一人，延长须由他人批准。")

    def _known_years(self, reading: Reading) -> None:
        """Working days of a year that is over are counted by its notice, never by guess."""
        if self.rule.unit not in (Unit.WORKING_DAYS, Unit.WORKING_HOURS):
            return
        first, last = _day(reading.started).year, min(_day(reading.due).year, _day(self.now).year - 1)
        missing = [year for year in range(first, last + 1) if year not in self.calendar.years]
        if missing:
            raise self.refused(f"没有导入 {missing[0]} 年放假通知，无法确定哪些是工作日。请管理员先导入这一年的通知。")


def _taken(reading: Reading) -> tuple[object, ...]:
    """What is taken out of a limit, as far as it goes."""
    if reading.spans:
        return (reading.due, *(one.length for one in reading.spans if one.counted))
    return tuple(line.date for line in reading.days if line.counted)


def _day(moment: dt.datetime | None) -> dt.date:
    return dt.date.min if moment is None else moment.astimezone(SHANGHAI).date()


def _said(moment: dt.datetime | None) -> str:
    """A moment as people write it; midnight and the last second of a day stand for the day."""
    if moment is None:
        return "（没有日期）"
    local = moment.astimezone(SHANGHAI)
    return f"{local:%Y-%m-%d}" if local.time() in (dt.time(0), dt.time(23, 59, 59)) else f"{local:%Y-%m-%d %H:%M}"
