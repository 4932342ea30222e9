"""The test language: a small town with real people, a real database and a clock that moves.

A case is made by reporting it; people see what is on their list and do it; time passes, and what is due happens at its own moment.
Nothing of ours is patched. `functions` are the registered service tasks; a test adds its own beside them.
"""

import atexit
import datetime as dt
import shutil
import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, TypeVar

from sqlalchemy import Connection

from engine import definitions
from engine.clock import Simulated
from engine.database import Database
from engine.definitions import Package
from engine.documents import making
from engine.people import Participant, directory
from engine.runtime import commands, history, jobs, service_registry, timers, worklist
from engine.runtime.service_registry import Function
from tests.notation import xml

T = TypeVar("T")
ROOT = Path(__file__).resolve().parents[1]
TICK = dt.timedelta(milliseconds=1)
FILES = Path(tempfile.mkdtemp(prefix="gridloop-town-"))
"""Where documents and photos of all towns of this process are kept: under their hash, so that they do not get in each other's way."""
atexit.register(shutil.rmtree, FILES, ignore_errors=True)

UNITS = (
    ("x", "示例市", "city", None),
    ("qs", "青石镇", "town", "x"),
    ("qs-e", "东片区", "area", "qs"),
    ("qs-e-l", "柳林村", "village", "qs-e"),
    ("qs-e-l-1", "柳林一网格", "grid", "qs-e-l"),
    ("qs-e-l-2", "柳林二网格", "grid", "qs-e-l"),
    ("qs-e-t", "桃园村", "village", "qs-e"),
    ("qs-e-t-1", "桃园一网格", "grid", "qs-e-t"),
)
GRID = "qs-e-l-1"
FINDER, OTHER_FINDER, FAR_FINDER = "zhou", "wu", "zheng"
CADRE, OTHER_CADRE, FAR_CADRE = "qian", "sun", "li"
AREA, DISPATCHER, LEADER, OFFICER, OTHER_OFFICER = "feng", "chen", "chu", "wei", "jiang"
LAWYER, COMMANDER, BOSS, INSPECTOR, ADMIN, HEAD, HOST = "shen", "han", "yang", "zhu", "qin", "head1", "shi"
PEOPLE = {
    FINDER: ("周一", "grid_worker", "qs-e-l-1"),
    OTHER_FINDER: ("吴二", "grid_worker", "qs-e-l-2"),
    FAR_FINDER: ("郑三", "grid_worker", "qs-e-t-1"),
    CADRE: ("钱四", "village_cadre", "qs-e-l"),
    OTHER_CADRE: ("孙五", "village_cadre", "qs-e-l"),
    FAR_CADRE: ("李六", "village_cadre", "qs-e-t"),
    AREA: ("冯七", "area_head", "qs-e"),
    DISPATCHER: ("陈八", "dispatcher", "qs"),
    LEADER: ("褚九", "team_leader", "qs"),
    OFFICER: ("卫十", "case_officer", "qs"),
    OTHER_OFFICER: ("蒋甲", "case_officer", "qs"),
    LAWYER: ("沈乙", "legal_reviewer", "qs"),
    COMMANDER: ("韩丙", "commander", "qs"),
    BOSS: ("杨丁", "leader", "qs"),
    INSPECTOR: ("朱戊", "inspector", "qs"),
    HEAD: ("吕壬", "head", "qs"),
    HOST: ("施癸", "hearing_host", "qs"),
    ADMIN: ("秦己", "system_admin", "x"),
}


def settle_people(c: Connection) -> None:
    for unit_id, name, level, parent in UNITS:
        directory.save_unit(c, {"id": unit_id, "name": name, "level": level, "parent_id": parent})
    for person_id, (name, role, unit_id) in PEOPLE.items():
        directory.save_person(c, person_id, {"name": name}, None)
        directory.set_posts(c, person_id, [(role, unit_id)])


class Town:
    """What people in a town do, and what they see. Steps are named as people name them."""

    def __init__(self, database: Database, clock: Simulated) -> None:
        self.database, self.clock = database, clock
        self.files = FILES
        self.functions: dict[str, Function] = {**service_registry.functions(), **making.functions(database, FILES)}
        self.case = 0
        self.process = "p"
        database.run(settle_people)

    # ---------------------------------------------------------------------------------------- diagrams

    def draws(self, text: str, more: str = "", **attributes: str) -> None:
        """Deploy a process written in the notation of `tests.notation`; it may be started by grid workers."""
        self.publishes(Package("p", "流程", drawing(text, more, **attributes)))

    def publishes(self, package: Package) -> None:
        """Deploy a package; what is reported from now on runs on it."""
        self.process = package.key
        self.run(lambda c: definitions.deploy(c, package, by=None))

    def publishes_folder(self, name: str) -> None:
        self.publishes(definitions.read_folder(ROOT / "bpmn" / name, ROOT / "forms"))

    def publishes_with_called(self, *names: str) -> None:
        """Deploy shipped processes after everything that they call."""
        shipped = [path for path in (ROOT / "bpmn").iterdir() if (path / f"{path.name}.bpmn").exists()]
        for path in definitions.called_first(shipped, names):
            self.publishes_folder(path.name)

    # ---------------------------------------------------------------------------------------- acting

    def run(self, work: Callable[[Connection], T]) -> T:
        return self.database.run(work)

    def person(self, person_id: str) -> Participant:
        with self.database.reading() as c:
            return directory.participant(c, person_id)

    def report(self, by: str = FINDER, unit: str = GRID, **values: Any) -> int:
        """A person starts the process; the case becomes the one that everything else is about."""
        who = self.person(by)
        self.case = self.run(lambda c: commands.start(c, self.process, values, by=who, unit=unit))["instance"]
        self.works()
        return self.case

    def opens(self, values: Mapping[str, Any], unit: str = GRID, by: str | None = FINDER) -> int:
        """A case is opened with values that some room has checked already."""
        who = self.person(by) if by else None
        opening = commands.Opening(unit)
        self.case = self.run(
            lambda c: commands.open_case(c, definitions.latest(c, self.process), values, opening, by=who)
        )["instance"]
        self.works()
        return self.case

    def does(self, person: str, step: str, **values: Any) -> dict[str, Any]:
        """A person does the step of that name on their list."""
        return self.acts(commands.complete, person, self.item(person, step), values)

    def claims(self, person: str, step: str) -> dict[str, Any]:
        return self.acts(commands.claim, person, self.item(person, step))

    def acts(self, command: Callable[..., dict[str, Any]], person: str, *what: Any, **how: Any) -> dict[str, Any]:
        """Any command by a person, then whatever it left to be done."""
        who = self.person(person)
        answer = self.run(lambda c: command(c, *what, by=who, **how))
        self.works()
        return answer

    # ---------------------------------------------------------------------------------------- time

    def waits(self, **length: float) -> None:
        """Time passes; every timer that falls due in between fires a moment after its own time."""
        self.until(self.clock() + dt.timedelta(**length))

    def until(self, moment: dt.datetime) -> None:
        while (due := self._next_due()) is not None and due < moment:
            self.clock.move_to(due + TICK)
            timers.fire_due(self.database)
            self.works()
        self.clock.move_to(moment)

    def _next_due(self) -> dt.datetime | None:
        with self.database.reading() as c:
            return timers.next_due(c)

    def works(self) -> None:
        """The worker performs every job that is due."""
        jobs.perform_due(self.database, self.functions)

    # ---------------------------------------------------------------------------------------- seeing

    def page(self, person: str, view: str = "all", **filters: str) -> worklist.Page:
        with self.database.reading() as c:
            return worklist.of(c, self.person(person), view, filters)

    def todo(self, person: str, view: str = "all") -> list[str]:
        """Names of the steps on a person's list."""
        return [entry.name for entry in self.page(person, view).entries]

    def entry(self, person: str, step: str) -> worklist.Entry:
        found = [entry for entry in self.page(person).entries if entry.name == step and entry.instance_id == self.case]
        assert found, f"{PEOPLE[person][0]} has no {step} but {self.todo(person)}"
        return found[0]

    def item(self, person: str, step: str) -> str:
        return self.entry(person, step).id

    def story(self) -> list[str]:
        """The sentences of the case's history."""
        with self.database.reading() as c:
            return [event.text for event in history.of(c, self.case)]

    def faults(self) -> list[history.Fault]:
        with self.database.reading() as c:
            return history.verify(c)


def drawing(text: str, more: str = "", **attributes: str) -> bytes:
    """A document whose process grid workers may start; `attributes` are further gl: attributes of the process."""
    wanted = {"startRoles": "grid_worker", "title": '"占道经营"', **attributes}
    extra = " ".join(f"gl:{name}='{value}'" for name, value in wanted.items())
    return xml(text, more=more).replace(b'<process id="p"', f'<process id="p" {extra}'.encode())
