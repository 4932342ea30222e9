"""The people of the rehearsal: who takes a work item, and how they fill in a form they have never seen."""

import random
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from engine import clock, forms
from engine.cases import handling
from engine.cases.handling import DUPLICATE
from engine.database import Database
from engine.errors import InvalidValues
from engine.forms import FieldState, Mode
from engine.people import Participant, directory
from engine.rehearsal.album import Album
from engine.rehearsal.report import Report
from engine.runtime import commands, desk
from engine.runtime.desk import Desk
from engine.runtime.overview import OpenItem, numbers, still_open

ATTEMPTS, PATIENCE = 20, 3
FILING, NO_FILE = "filing_advice", "no_file"
"""Nobody files a penalty case in a rehearsal: it wants evidence, signatures and service, which nobody here can give."""
PHRASES = ("已到现场处理，情况属实。", "当事人表示配合。", "已拍照留存，请下一步核实。", "已按要求完成。", "与群众反映一致，已说明政策。")


class Shares(Protocol):
    """The shares of a plan that people look at."""

    @property
    def wrong(self) -> float: ...
    @property
    def sent_back(self) -> float: ...


@dataclass
class People:
    """Who may do what, looked up once."""

    database: Database
    album: Album | None = None
    by_key: dict[str, tuple[Participant, ...]] = field(default_factory=dict)
    by_id: dict[str, Participant] = field(default_factory=dict)

    def for_item(self, item: OpenItem, dice: random.Random) -> Participant:
        """The assignee, or one of those to whom the item is offered. Raises InvalidValues when nobody holds the post."""
        if item.assignee:
            return self.person(item.assignee)
        key = item.candidate_key or ""
        if key not in self.by_key:
            role, _, unit_id = key.partition("@")
            with self.database.reading() as c:
                self.by_key[key] = directory.holders(c, role, unit_id)
        if not self.by_key[key]:
            raise InvalidValues({"role": f"“{item.name}”没有人可以办理：岗位 {key} 无人担任。"})
        return dice.choice(self.by_key[key])

    def person(self, person_id: str) -> Participant:
        """One person."""
        if person_id not in self.by_id:
            with self.database.reading() as c:
                self.by_id[person_id] = directory.participant(c, person_id)
        return self.by_id[person_id]

    def some_number(self, dice: random.Random) -> str:
        """The number of a case, as somebody would name a main finding."""
        with self.database.reading() as c:
            return dice.choice(numbers(c))

    def with_role(self, role: str, unit_path: str) -> Sequence[Participant]:
        """Everybody who holds a role at a unit that contains the place."""
        with self.database.reading() as c:
            return [p for p in directory.people(c) if any(post.role == role and unit_path.startswith(post.unit_path) for post in p.posts)]


def look(database: Database, item_id: str) -> OpenItem | None:
    """The item as it is now; None once somebody finished it or the case moved on."""
    with database.reading() as c:
        return still_open(c, item_id)


def act(people: People, dice: random.Random, item_id: str, plan: Shares, report: Report) -> None:
    """Take the item, fill in its form, submit. Raises the engine's refusals: whoever calls counts them.

    Whoever was refused a few times gives the usual answers.
    """
    database = people.database
    item = look(database, item_id)
    if item is None:
        return
    report.tries[item.id] += 1
    person = people.for_item(item, dice)
    if item.state == "open":
        database.run(lambda c: commands.claim(c, item.id, by=person))
    if dice.random() < plan.sent_back and _send_back(database, dice, item, person):
        report.sent_back += 1
        return
    with database.reading() as c:
        page = desk.of(c, item.id, person)
    values = fill(page, people, USUAL if report.attempts(item.id) > PATIENCE else dice, person)
    if dice.random() < plan.wrong and _submit_wrong(database, item, person, values):
        report.wrong += 1
    database.run(lambda c: handling.complete(c, item.id, values, by=person))
    report.completed += 1


def _send_back(database: Database, dice: random.Random, item: OpenItem, person: Participant) -> bool:
    with database.reading() as c:
        targets = commands.targets(c, item.id, by=person)
    if not targets:
        return False
    target = dice.choice(targets)
    database.run(lambda c: commands.send_back(c, item.id, target.element_id, reason="材料不全，请补充后再报。", by=person))
    return True


def _submit_wrong(database: Database, item: OpenItem, person: Participant, values: Mapping[str, Any]) -> bool:
    """Leave everything out; True when the form refused it, as it must if anything is required."""
    try:
        database.run(lambda c: _refused_only(c, item, person))
    except InvalidValues:
        return bool(values)
    return False


def _refused_only(c: Any, item: OpenItem, person: Participant) -> None:
    commands.complete(c, item.id, {}, by=person)
    raise InvalidValues({}, "这份空表没有必填项，撤销这次提交。")


def fill(page: Desk, people: People, dice: random.Random, by: Participant) -> dict[str, Any]:
    """Values for every field that is shown, found by looking again after each choice, as conditions open further fields."""
    values: dict[str, Any] = {}
    if page.form is None:
        return values
    for _ in range(4):
        before = dict(values)
        for state in _shown(forms.fields(page.form, values, access=page.access, stored=page.stored, names=page.names)):
            if state.mode == Mode.WRITE and state.key and state.key not in values:
                value = _value(state, people, dice, by)
                if value is not None:
                    values[state.key] = value
        if values == before:
            break
    return values


def _shown(states: Iterable[FieldState]) -> Iterator[FieldState]:
    for state in states:
        yield state
        if state.type == "group":
            yield from _shown(state.children)


def _value(state: FieldState, people: People, dice: random.Random, by: Participant) -> Any:
    match state.type:
        case "radio" if state.key == FILING:
            return NO_FILE
        case "radio" | "select":
            return _option(state, dice)
        case "checklist":
            return [_option(state, dice)] if state.options else None
        case "checkbox":
            return True if state.required else dice.random() < 0.3
        case "textfield" if state.key == DUPLICATE:
            return people.some_number(dice)
        case "textfield" | "textarea":
            return dice.choice(PHRASES) if state.required else None
        case "number":
            return "1" if state.required else None
        case "datetime":
            return _day(state) if state.required else None
        case "photo":
            return people.album.take(dice, state.field.rules.min_count or 1, by.id) if people.album is not None else None
        case "person":
            return dice.choice(people.with_role("case_officer", by.posts[0].unit_path)).id
        case _:
            return None


def _day(state: FieldState) -> str:
    moment = clock.local(clock.now())
    return moment.date().isoformat() if state.field.subtype == "date" else moment.isoformat(timespec="minutes")


class _Usual(random.Random):
    """Dice that always show the first answer."""

    def choices(self, population: Any, *args: Any, **named: Any) -> list[Any]:
        """The first."""
        return [population[0]]


USUAL = _Usual(1)


def _option(state: FieldState, dice: random.Random) -> Any:
    """The first answer is the usual one; the others come up now and then."""
    options = [option.value for option in state.options]
    weights = [0.7, *([0.3 / max(len(options) - 1, 1)] * (len(options) - 1))]
    return dice.choices(options, weights)[0] if options else None
