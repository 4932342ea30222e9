"""The lines of an example, one function a verb: what somebody does, how time passes, what is to be seen.

Only the commands that people use move a case here. A line that is refused, or that expects what is not there, stops the example with
a sentence that says why.
"""

import datetime as dt
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Connection, select

from engine import definitions
from engine.cases import findings, handling, penalty
from engine.clock import SHANGHAI, local
from engine.deadlines import default_calendar
from engine.errors import EngineError, InvalidValues
from engine.forms import Form
from engine.notifications import inbox
from engine.people import ROLES, Participant, directory
from engine.rehearsal import sample_town, stand_in
from engine.rehearsal.scenarios import Step
from engine.rehearsal.stage import Answering, Expected, Stage, plain, told, with_labels
from engine.runtime import commands, desk, messages, parameters
from engine.runtime.tables import subscription

LENGTH = re.compile(r"P(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)S)?)?$")
REASON = "试运行退回"
WORKING_DAYS = re.compile(r"(\d+)\s*个?工作日$")


class Stopped(Exception):
    """An example cannot go on. `number` is the line, counted from 1; `why` what to tell the designer."""

    def __init__(self, number: int, why: str) -> None:
        super().__init__(f"第 {number} 步：{why}")
        self.number, self.why = number, why


def play(stage: Stage, steps: Iterable[Step], after: Callable[[Stage], None] | None = None) -> None:
    """Every line in order; `after` looks at the stage after each. Raises Stopped at the first that does not hold."""
    for number, (verb, what) in enumerate(steps, 1):
        act = VERBS.get(verb)
        if act is None:
            raise Stopped(number, f"不认识动作“{verb}”。可以写：{'、'.join(VERBS)}。")
        try:
            act(stage, what)
        except Expected as error:
            raise Stopped(number, str(error)) from error
        except EngineError as refusal:
            raise Stopped(number, told(refusal)) from refusal
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            raise Stopped(number, f"“{verb}”这一行写法不对（{type(error).__name__}：{error}），请对照手册检查。") from error
        if after is not None:
            after(stage)


# ---------------------------------------------------------------------------------------------- doing

def _report(stage: Stage, what: Mapping[str, Any]) -> None:
    who = stage.person(what["岗位"], what.get("人", "wu" if what.get("网格") == "另一网格" else ""))
    unit = sample_town.people()[who.id][2]
    with stage.database.reading() as c:
        deployed = definitions.latest(c, stage.key)
        known = parameters.in_force(c, deployed.parameters, directory.unit_of(c, unit).path)
    names = {"param": known, "case": {}, "now": stage.time(), "today": local(stage.time()).date()}
    form = deployed.forms.get(deployed.start_form or "")
    values = stage.fill(form, what.get("表单") or {}, Answering(who.id, deployed.start_access, {}, names))
    with _labels(form):
        stage.case = stage.database.run(lambda c: begin(c, stage.key, values, who, unit))
    stage.works()


@contextmanager
def _labels(form: Form | None) -> Iterator[None]:
    try:
        yield
    except InvalidValues as refusal:
        raise with_labels(form, refusal) from refusal


def begin(c: Connection, key: str, values: Mapping[str, Any], who: Participant, unit: str) -> int:
    """Open a case as the room that owns the process does; answers its id."""
    if key == findings.PROCESS:
        return int(findings.report(c, values, by=who, unit_id=unit)["instance"])
    if key in (penalty.PROCESS, penalty.SUMMARY):
        return int(penalty.begin(c, values, by=who, unit=unit, process=key)["instance"])
    return int(commands.start(c, key, values, by=who, unit=unit)["instance"])


def _do(stage: Stage, what: Mapping[str, Any]) -> None:
    row, person = _at_hand(stage, what)
    with stage.database.reading() as c:
        found = desk.of(c, row.id, person)
    values = stage.fill(found.form, what.get("表单") or {}, Answering(person.id, found.access, found.stored, found.names))
    with _labels(found.form):
        _submitted(stage, row, values, person)
    stage.works()


def _send_back(stage: Stage, what: Mapping[str, Any]) -> None:
    row, person = _at_hand(stage, what)
    with stage.database.reading() as c:
        targets = commands.targets(c, row.id, by=person)
    to = next((one.element_id for one in targets if one.name == what["到"]), None)
    if to is None:
        raise Expected(f"“{row.name}”不能退回到“{what['到']}”。可以退回到：{'、'.join(one.name for one in targets) or '没有'}。")
    stage.database.run(lambda c: commands.send_back(c, row.id, to, reason=str(what.get("理由") or REASON), by=person))
    stage.works()


def _at_hand(stage: Stage, what: Mapping[str, Any]) -> tuple[Any, Participant]:
    """The step that the line names, and who of that post has it. Raises Expected when nobody has."""
    wanted, role = what["事项"], what["岗位"]
    mine = [(row, [who for who in stage.holders(row) if holds(who, role) and what.get("人", who) == who])
            for row in stage.items() if row.name == wanted]
    row, who = next(((row, people[0]) for row, people in mine if people), (None, ""))
    if row is None:
        others = "、".join(dict.fromkeys(one.name for one in stage.items())) or "没有待办"
        raise Expected(f"{ROLES[role].name if role in ROLES else role}没有待办“{wanted}”。此刻的待办：{others}。")
    return row, stage.person(role, who)


def _submitted(stage: Stage, row: Any, values: Mapping[str, Any], person: Participant) -> None:
    """Submit a step; evidence that it asks for is put into the file first."""
    try:
        stage.database.run(lambda c: handling.complete(c, row.id, values, by=person))
    except stand_in.EvidenceLacking:
        stand_in.take_evidence(stage, row.instance_id)
        stage.database.run(lambda c: handling.complete(c, row.id, values, by=person))


def holds(person_id: str, role: str) -> bool:
    """Whether somebody of the town holds a role."""
    return person_id in sample_town.people() and sample_town.people()[person_id][1] == role


def _refused(stage: Stage, what: Mapping[str, Any]) -> None:
    try:
        _do(stage, what)
    except EngineError as refusal:
        if what.get("因为", "") not in told(refusal):
            raise Expected(f"被拒绝了，但理由不同：{told(refusal)}") from refusal
        return
    raise Expected(f"“{what['事项']}”应当被拒绝，却办成了。")


def _message(stage: Stage, what: Mapping[str, Any]) -> None:
    query = select(subscription.c.correlation).where(subscription.c.instance_id == stage.row().id, subscription.c.name == what["名称"])
    with stage.database.reading() as c:
        correlation = c.execute(query).scalar()
    if correlation is None:
        raise Expected(f"此刻没有步骤在等消息“{what['名称']}”。")
    stage.database.run(lambda c: messages.correlate(c, what["名称"], correlation, what.get("内容") or {}))
    stage.works()


def _until(stage: Stage, what: Any) -> None:
    moment = what if isinstance(what, dt.datetime) else dt.datetime.strptime(str(what), "%Y-%m-%d %H:%M")
    stage.until(moment.replace(tzinfo=SHANGHAI))


def _pass(stage: Stage, what: str) -> None:
    days = WORKING_DAYS.match(str(what))
    if days is not None:
        stage.until(working_days_later(stage.time(), int(days[1])))
        return
    found = LENGTH.match(str(what))
    if found is None:
        raise Expected(f"“{what}”不是时长，请写 P3D（3 日）、PT4H（4 小时）或“30 个工作日”。")
    day, hour, minute, second = (int(part or 0) for part in found.groups())
    stage.until(stage.time() + dt.timedelta(days=day, hours=hour, minutes=minute, seconds=second))


def working_days_later(moment: dt.datetime, count: int) -> dt.datetime:
    """The same time of day after so many working days of the official calendar."""
    day = default_calendar().add_working_days(local(moment).date(), count)
    return local(moment).replace(year=day.year, month=day.month, day=day.day)


def _remember(stage: Stage, name: str) -> None:
    stage.remembered[name] = stage.row().business_key


def _published(stage: Stage, key: str) -> None:
    """Another process is there to be started beside this one."""
    with stage.database.reading() as c:
        definitions.latest(c, key)


# ---------------------------------------------------------------------------------------------- expecting

def _todo(stage: Stage, what: Mapping[str, list[str]]) -> None:
    for role, steps in what.items():
        found = stage.on_list(role)
        if sorted(found) != sorted(steps or []):
            name = ROLES[role].name if role in ROLES else role
            raise Expected(f"{name}的待办应是“{'、'.join(steps or []) or '空'}”，实际是“{'、'.join(found) or '空'}”。")


def _reminded(stage: Stage, what: Mapping[str, str]) -> None:
    for role, words in what.items():
        with stage.database.reading() as c:
            last = next((notice.text for notice in inbox.of(c, stage.person(role).id)), "")
        if words not in last:
            raise Expected(f"{ROLES[role].name}最近一条提醒应含有“{words}”，实际是“{last or '没有提醒'}”。")


def _due(stage: Stage, what: Mapping[str, Any]) -> None:
    row = next((one for one in stage.items() if one.name == what["事项"]), None)
    if row is None or row.due_at is None:
        raise Expected(f"“{what['事项']}”此刻没有待办，或者没有办理期限。")
    wanted, due = what["到"], f"{local(row.due_at):%Y-%m-%d %H:%M}"
    if due != (f"{wanted:%Y-%m-%d %H:%M}" if isinstance(wanted, dt.datetime) else str(wanted)):
        raise Expected(f"“{what['事项']}”的期限应到 {wanted}，实际到 {due}。")


def _result(stage: Stage, what: Mapping[str, Any]) -> None:
    variables = stage.row().variables
    wrong = [f"{key} 应是 {value!r}，实际是 {variables.get(key)!r}" for key, value in what.items() if variables.get(key) != plain(value)]
    if wrong:
        raise Expected("；".join(wrong) + "。")


def _ended(stage: Stage, what: bool) -> None:
    if (stage.row().status == "completed") is not what:
        raise Expected("事项应当已经办结，实际还在办。" if what else "事项应当还在办，实际已经办结。")


VERBS: Mapping[str, Callable[[Stage, Any], None]] = {
    "上报": _report, "办理": _do, "退回": _send_back, "不许": _refused, "消息": _message, "到": _until, "经过": _pass, "记住": _remember,
    "发布": _published,
    "待办": _todo, "提醒": _reminded, "期限": _due, "结果": _result, "办结": _ended,
}  # fmt: skip
