"""The language of `bpmn/*/scenarios.yaml`, played on the real engine: each step is one line of a designer's example."""

import datetime as dt
import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import yaml
from sqlalchemy import select

from engine import definitions, forms
from engine.cases import attachments, findings
from engine.cases.attachments import Stored
from engine.clock import SHANGHAI, local
from engine.forms import FieldState
from engine.notifications import inbox
from engine.people import qualifications
from engine.runtime import commands, messages
from engine.runtime.tables import process_instance, subscription, work_item
from tests.town import (
    AREA,
    BOSS,
    CADRE,
    COMMANDER,
    DISPATCHER,
    FINDER,
    GRID,
    INSPECTOR,
    LAWYER,
    LEADER,
    OFFICER,
    OTHER_FINDER,
    OTHER_OFFICER,
    Town,
)  # fmt: skip

BEGIN = dt.datetime(2026, 3, 2, 8, 40, tzinfo=SHANGHAI)
ELSEWHERE = {"另一网格": (OTHER_FINDER, "qs-e-l-2")}
HOLDERS = {
    "grid_worker": FINDER, "village_cadre": CADRE, "area_head": AREA, "dispatcher": DISPATCHER, "team_leader": LEADER,
    "case_officer": OFFICER, "legal_reviewer": LAWYER, "commander": COMMANDER, "leader": BOSS, "inspector": INSPECTOR,
}  # fmt: skip
POINTS = {FINDER: (120.0, 30.0), OTHER_FINDER: (120.02, 30.0)}
DURATION = re.compile(r"P(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)S)?)?$")
PHOTO = Stored("现场.jpg", "image/jpeg", 1, 1, 1, "0" * 64, None)


def scenarios(folder: Path) -> dict[str, list[Any]]:
    """Name → steps, with the steps that stand under 常用 put in where they are named."""
    entries = yaml.safe_load((folder / "scenarios.yaml").read_text("utf-8"))
    usual: dict[str, Any] = {}
    for entry in entries:
        usual.update(entry.get("常用", {}))
    told = [entry for entry in entries if "场景" in entry]
    return {entry["场景"]: [usual[step] if isinstance(step, str) else step for step in entry["步骤"]] for entry in told}


class Player:
    """Plays the steps of one scenario in a town."""

    def __init__(self, town: Town, process: str) -> None:
        self.town, self.remembered = town, dict[str, str]()
        self.town.publishes_folder(process)
        self.town.run(lambda c: qualifications.sample(c, [OFFICER, OTHER_OFFICER]))

    def play(self, steps: list[Mapping[str, Any]]) -> None:
        for number, step in enumerate(steps, 1):
            (verb, what), = step.items()
            try:
                self.verbs[verb](self, what)
            except Exception as error:
                error.add_note(f"第 {number} 步：{verb} {what}")
                raise

    # ---------------------------------------------------------------------------------------- doing

    def _report(self, what: Mapping[str, Any]) -> None:
        person, unit = ELSEWHERE.get(what.get("网格", ""), (HOLDERS[what["岗位"]], GRID))
        who = self.town.person(person)
        with self.town.database.reading() as c:
            deployed = definitions.latest(c, self.town.process)
        form = deployed.forms.get(deployed.start_form or "")
        values = self._filled(form, what.get("表单", {}), deployed.start_access, {}, person)
        start = findings.report if deployed.key == findings.PROCESS else commands.start
        where = {"unit_id": unit} if start is findings.report else {"unit": unit}
        first = (values,) if start is findings.report else (deployed.key, values)
        self.town.case = self.town.run(lambda c: start(c, *first, by=who, **where))["instance"]
        self.town.works()

    def _complete(self, what: Mapping[str, Any]) -> None:
        person = self._holder(what["岗位"], what["事项"])
        item = self.town.item(person, what["事项"])
        with self.town.database.reading() as c:
            row = c.execute(select(work_item).where(work_item.c.id == item)).one()
            form = definitions.load(c, row.definition_id).forms.get(row.form_key or "")
        given = what.get("表单", {})
        values = {key: self.remembered.get(value, value) if isinstance(value, str) else value for key, value in given.items()}
        self.town.does(person, what["事项"], **self._filled(form, values, row.access, self._variables(), person))

    def _holder(self, role: str, step: str) -> str:
        """Whoever holds the post; of several, the one who has the step."""
        return HOLDERS[role] if step in self._names(HOLDERS[role]) or role != "grid_worker" else OTHER_FINDER

    def _filled(self, form: Any, given: Mapping[str, Any], access: str | None, stored: Mapping[str, Any], person: str) -> dict[str, Any]:
        """What the scenario says; photos, places and moments that the form demands besides are filled in."""
        values = dict(given)
        if form is None:
            return values
        names = {"param": self._parameters(), "case": {}, "now": self.town.clock(), "today": local(self.town.clock()).date()}
        for _ in range(3):
            for state in forms.fields(form, values, access=access, stored=stored, names=names):
                self._fill(state, values, person)
        return values

    def _fill(self, state: FieldState, values: dict[str, Any], person: str) -> None:
        for child in state.children if state.type == "group" else ():
            self._fill(child, values, person)
        if state.mode != "write" or not state.required:
            return
        if state.type == "photo" and not values.get(state.key):
            count = state.field.rules.min_count or 1
            values[state.key] = [self.town.run(lambda c: attachments.add(c, PHOTO, person)) for _ in range(count)]
        elif state.type == "location" and "lon" not in (values.get(state.key) or {}):
            lon, lat = POINTS.get(person, POINTS[FINDER])
            values[state.key] = {"lon": lon, "lat": lat, **(values.get(state.key) or {})}
        elif state.type == "datetime" and not values.get(state.key):
            values[state.key] = local(self.town.clock()).strftime("%Y-%m-%d" if state.field.subtype == "date" else "%Y-%m-%dT%H:%M")

    def _parameters(self) -> dict[str, Any]:
        with self.town.database.reading() as c:
            deployed = definitions.latest(c, self.town.process)
        return {key: one.get("default", one) if isinstance(one, dict) else one for key, one in deployed.parameters.items()}

    def _message(self, what: Mapping[str, Any]) -> None:
        with self.town.database.reading() as c:
            query = select(subscription.c.correlation).where(subscription.c.instance_id == self.town.case)
            correlation = c.execute(query.where(subscription.c.name == what["名称"])).scalar_one()
        self.town.run(lambda c: messages.correlate(c, what["名称"], correlation, what.get("内容", {})))
        self.town.works()

    def _until(self, what: Any) -> None:
        moment = what if isinstance(what, dt.datetime) else dt.datetime.strptime(str(what), "%Y-%m-%d %H:%M")
        self.town.until(moment.replace(tzinfo=SHANGHAI))

    def _pass(self, what: str) -> None:
        found = DURATION.match(what)
        assert found, f"“{what}”不是时长"
        days, hours, minutes, seconds = (int(part or 0) for part in found.groups())
        self.town.waits(days=days, hours=hours, minutes=minutes, seconds=seconds)

    def _remember(self, name: str) -> None:
        self.remembered[name] = self._case().business_key

    def _publish(self, process: str) -> None:
        """A further process is there."""
        mine = self.town.process
        self.town.publishes_with_called(process)
        self.town.process = mine

    # ---------------------------------------------------------------------------------------- expecting

    def _todo(self, what: Mapping[str, list[str]]) -> None:
        for role, steps in what.items():
            assert sorted(self._names(HOLDERS[role])) == sorted(steps), role

    def _names(self, person: str) -> list[str]:
        return [entry.name for entry in self.town.page(person).entries if entry.instance_id == self.town.case]

    def _reminded(self, what: Mapping[str, str]) -> None:
        for role, words in what.items():
            with self.town.database.reading() as c:
                told = [notice.text for notice in inbox.of(c, HOLDERS[role])]
            assert told and words in told[0], (role, told)

    def _due(self, what: Mapping[str, Any]) -> None:
        due = self.town.entry(self._holder(what["岗位"], what["事项"]), what["事项"]).due_at
        assert due is not None
        wanted = what["到"]
        assert f"{local(due):%Y-%m-%d %H:%M}" == (f"{wanted:%Y-%m-%d %H:%M}" if isinstance(wanted, dt.datetime) else wanted)

    def _result(self, what: Mapping[str, Any]) -> None:
        variables = self._variables()
        assert {key: variables.get(key) for key in what} == dict(what)

    def _ended(self, what: bool) -> None:
        assert (self._case().status == "completed") is what, self.town.story()

    def _variables(self) -> dict[str, Any]:
        return dict(self._case().variables)

    def _case(self) -> Any:
        with self.town.database.reading() as c:
            return c.execute(select(process_instance).where(process_instance.c.id == self.town.case)).one()

    verbs: Mapping[str, Callable[["Player", Any], None]] = {
        "上报": _report, "办理": _complete, "待办": _todo, "提醒": _reminded, "期限": _due, "消息": _message, "结果": _result,
        "办结": _ended, "到": _until, "经过": _pass, "记住": _remember, "发布": _publish,
    }  # fmt: skip
