"""Plays a scenario written for designers (`bpmn/<process>/scenarios.yaml`) in a town; the steps are explained in the grid loop's file."""

import datetime as dt
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml
from sqlalchemy import select

from engine.cases import categories, findings
from engine.clock import SHANGHAI
from engine.notifications import inbox
from engine.runtime import messages
from engine.runtime.tables import process_instance
from tests.town import GRID, PEOPLE, ROOT, Town

GRIDS = {"另一网格": "qs-e-l-2"}
BY_ROLE = {role: person for person, (_, role, _) in reversed(PEOPLE.items())}


@dataclass(frozen=True)
class Scenario:
    """One example: `steps` are single-key mappings in order."""

    process: str
    name: str
    steps: tuple[Mapping[str, Any], ...]


def scenarios(folder: Path = ROOT / "bpmn") -> Iterator[Scenario]:
    """Every scenario of every process folder; a step given by its name alone is looked up among the usual ones."""
    for path in sorted(folder.glob("*/scenarios.yaml")):
        entries = yaml.safe_load(path.read_text("utf-8"))
        usual = {name: step for entry in entries for name, step in entry.get("常用", {}).items()}
        for entry in entries:
            if "场景" in entry:
                steps = tuple(usual[step] if isinstance(step, str) else step for step in entry["步骤"])
                yield Scenario(path.parent.name, entry["场景"], steps)


class Play:
    """A scenario under way."""

    def __init__(self, town: Town, scenario: Scenario) -> None:
        self.town, self.scenario = town, scenario
        self.remembered: dict[str, str] = {}
        town.publishes_folder(scenario.process)
        document = tomllib.loads((ROOT / "bpmn" / "organisation" / "categories.toml").read_text("utf-8"))
        town.run(lambda c: categories.load(c, document))

    def run(self) -> None:
        actions = {"到": self.until, "上报": self.report, "办理": self.does, "待办": self.todo, "提醒": self.told, "期限": self.due,
                   "消息": self.message, "结果": self.result, "办结": self.closed, "记住": self.remember}
        for step in self.scenario.steps:
            (name, what), = step.items()
            actions[name](what)

    def until(self, moment: str) -> None:
        self.town.until(_moment(moment))

    def report(self, what: Mapping[str, Any]) -> None:
        unit = GRIDS.get(what.get("网格", ""), GRID)
        by = self.town.person(BY_ROLE[what["岗位"]])
        self.town.case = self.town.run(lambda c: findings.report(c, what["表单"], by=by, unit_id=unit))["instance"]
        self.town.works()

    def does(self, what: Mapping[str, Any]) -> None:
        values = {key: self.remembered.get(value, value) if isinstance(value, str) else value for key, value in what["表单"].items()}
        self.town.does(BY_ROLE[what["岗位"]], what["事项"], **values)

    def todo(self, expected: Mapping[str, list[str]]) -> None:
        assert {role: self._names(role) for role in expected} == {role: sorted(names) for role, names in expected.items()}

    def _names(self, role: str) -> list[str]:
        return sorted(entry.name for entry in self.town.page(BY_ROLE[role]).entries if entry.instance_id == self.town.case)

    def told(self, expected: Mapping[str, str]) -> None:
        with self.town.database.reading() as c:
            latest = {role: [notice.text for notice in inbox.of(c, BY_ROLE[role])][:1] for role in expected}
        for role, words in expected.items():
            assert latest[role] and words in latest[role][0], latest

    def due(self, what: Mapping[str, str]) -> None:
        found = self.town.entry(BY_ROLE[what["岗位"]], what["事项"]).due_at
        assert found is not None and found.astimezone(SHANGHAI).strftime("%Y-%m-%d %H:%M") == what["到"]

    def message(self, what: Mapping[str, Any]) -> None:
        correlation = {"case_number": self._row().business_key}
        self.town.run(lambda c: messages.correlate(c, what["名称"], correlation, what["内容"]))
        self.town.works()

    def result(self, expected: Mapping[str, Any]) -> None:
        variables = self._row().variables
        assert {name: variables.get(name) for name in expected} == expected

    def closed(self, expected: bool) -> None:
        assert (self._row().status == "completed") is expected

    def remember(self, name: str) -> None:
        self.remembered[name] = self._row().business_key

    def _row(self) -> Any:
        with self.town.database.reading() as c:
            return c.execute(select(process_instance).where(process_instance.c.id == self.town.case)).one()


def _moment(text: str) -> dt.datetime:
    return dt.datetime.strptime(text, "%Y-%m-%d %H:%M").replace(tzinfo=SHANGHAI)
