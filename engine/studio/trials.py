"""Trying a draft out: each person has one trial of a draft, kept as its script; running it happens in a process of its own.

What was tried can be kept as an example beside the process, and the examples of a draft are run all at once.
"""

import hashlib
from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from threading import Lock
from typing import Any

from sqlalchemy import Connection, bindparam, delete, insert, select

from engine import clock, forms
from engine.database import Database, canonical
from engine.definitions import Package, read
from engine.errors import EngineError, InvalidValues
from engine.people import Participant
from engine.rehearsal import from_past, past, scenarios, trial
from engine.rehearsal.from_past import Way
from engine.rehearsal.scenarios import Scenario, Step
from engine.rehearsal.trial import Played
from engine.studio import drafts, folder_rights, ways_covered
from engine.studio.drafts import Draft
from engine.studio.folder import SCENARIOS
from engine.studio.trial_tables import trial as table

KEPT = 48
"""Trials whose last picture is remembered in this process."""
REFUSED = "refused"
"""In place of the lines: a draft that cannot begin at all is refused whatever is tried on it."""
LONGEST_NAME = 120
LOOKED_AT, OFFERED = 500, 20
"""Closed cases that are looked at for ways they went, and ways that are offered."""
ACTS = ("上报", "办理", "退回", "消息", "到", "经过")
COUNTED = ("startEvent", "endEvent", "boundaryEvent", "intermediateCatchEvent", "intermediateThrowEvent", "userTask", "manualTask", "task",
           "scriptTask", "businessRuleTask", "serviceTask", "sendTask", "receiveTask", "callActivity", "subProcess", "transaction")

SCRIPT = select(table.c.steps).where(table.c.draft_id == bindparam("d"), table.c.person_id == bindparam("p"))
DROP = delete(table).where(table.c.draft_id == bindparam("d"), table.c.person_id == bindparam("p"))
ADD = insert(table)


@dataclass(frozen=True)
class Trial:
    """A person's trial of a draft. `played`: None when the draft cannot be run, and then `refusal` says why."""

    draft: Draft
    steps: tuple[Step, ...]
    played: Played | None
    refusal: str = ""


@dataclass(frozen=True)
class Coverage:
    """Which elements of the draft the examples passed. `missed`: (id, name) of those that none passed; `elsewhere`: how many examples
    are in a language that a trial does not speak; `ways` out of gateways: id → words, `taken`: those that an example took."""

    examples: tuple[Played, ...]
    passed: frozenset[str]
    missed: tuple[tuple[str, str], ...]
    elements: int
    elsewhere: int
    ways: Mapping[str, str] = field(default_factory=dict)
    taken: frozenset[str] = frozenset()

    @property
    def untaken(self) -> dict[str, str]:
        """The ways that no example took, id → words."""
        return {flow: words for flow, words in self.ways.items() if flow not in self.taken}

    @property
    def holds(self) -> bool:
        """Every example holds."""
        return all(one.holds for one in self.examples)

    @property
    def percent(self) -> int:
        """Elements passed out of all that count, in percent."""
        return 100 * (self.elements - len(self.missed)) // self.elements if self.elements else 0


class _Remembered:
    """The last pictures, by everything they depend on: playing the same lines again gives the same."""

    def __init__(self) -> None:
        self._lock, self._kept = Lock(), OrderedDict[str, Played]()

    def get(self, key: str) -> Played | None:
        with self._lock:
            if key in self._kept:
                self._kept.move_to_end(key)
            return self._kept.get(key)

    def put(self, key: str, one: Played) -> None:
        with self._lock:
            self._kept[key] = one
            while len(self._kept) > KEPT:
                self._kept.popitem(last=False)


_remembered = _Remembered()


def script(c: Connection, by: Participant, draft_id: int) -> tuple[Step, ...]:
    """The lines of a person's trial so far. Raises NotAllowed."""
    folder_rights.must_read(by)
    kept = c.execute(SCRIPT, {"d": draft_id, "p": by.id}).scalar()
    return tuple((str(verb), what) for verb, what in kept or ())


def look(database: Database, by: Participant, draft_id: int) -> Trial:
    """The trial as it stands. Raises NotAllowed, NotFound, Busy."""
    with database.reading() as c:
        draft, steps = drafts.open_draft(c, by, draft_id), script(c, by, draft_id)
    return _shown(database, draft, steps)


def act(database: Database, by: Participant, draft_id: int, step: Step, at: int) -> Trial:
    """One more line after the first `at` lines; it stays only when it holds.

    Raises InvalidValues with the reason when it does not (wrong fields, refused, too early), NotAllowed, NotFound, Busy.
    """
    if step[0] not in ACTS:
        raise InvalidValues({"step": f"试运行中不能“{step[0]}”。"})
    with database.reading() as c:
        draft, steps = drafts.open_draft(c, by, draft_id), script(c, by, draft_id)
    grown = (*steps[:at], step)
    if len(grown) > scenarios.MOST_STEPS:
        raise InvalidValues({"step": f"一次试运行最多 {scenarios.MOST_STEPS} 步，请重新开始。"})
    shown = _shown(database, draft, grown)
    if shown.played is None or shown.played.stopped is not None:
        raise InvalidValues({"step": shown.played.stopped[1] if shown.played and shown.played.stopped else shown.refusal})
    keep(database, by, draft_id, grown)
    return shown


def keep(database: Database, by: Participant, draft_id: int, steps: Sequence[Step]) -> None:
    """Make these the lines of the trial; none: it begins anew. Raises NotAllowed."""
    def write(c: Connection) -> None:
        folder_rights.must_read(by)
        drafts.open_draft(c, by, draft_id)
        c.execute(DROP, {"d": draft_id, "p": by.id})
        if steps:
            c.execute(ADD, {"draft_id": draft_id, "person_id": by.id, "steps": [list(one) for one in steps], "changed_at": clock.now()})
    database.run(write)


def keep_as_example(database: Database, by: Participant, draft_id: int, name: str) -> Draft:
    """Add the trial to the draft's examples, with what was on whose list after every act as what is expected.

    Raises InvalidValues (no name, taken, nothing tried), NotAllowed, NotFound, InvalidState, Conflict.
    """
    shown, called = look(database, by, draft_id), _name(name)
    if shown.played is None or not shown.steps or not shown.played.holds:
        raise InvalidValues({"name": "先试运行几步，再存为例子。"})
    return _added(database, by, shown.draft, Scenario(called, _with_expectations(shown.steps, shown.played)), "试运行存为例子")


def _name(name: str) -> str:
    called = " ".join(name.split())
    if not 0 < len(called) <= LONGEST_NAME:
        raise InvalidValues({"name": f"请给例子起个名称，最多 {LONGEST_NAME} 个字，例如“村社超时，自动上报”。"})
    return called


def _added(database: Database, by: Participant, draft: Draft, one: Scenario, how: str) -> Draft:
    text = scenarios.added(draft.files.get(SCENARIOS, ""), one)
    return database.run(lambda c: drafts.save(c, by, draft.id, base_revision=draft.revision, files={SCENARIOS: text},
                                              note=f"{how}“{one.name}”"))


def ways_taken(c: Connection, by: Participant, draft: Draft) -> list[Way]:
    """The ways that the cases closed last went, the most frequent first; nothing in them tells whose they were. Raises NotAllowed."""
    folder_rights.must_read(by)
    return from_past.ways(tuple(past.closed(c, draft.key, LOOKED_AT)))[:OFFERED]


def keep_way_as_example(database: Database, by: Participant, draft_id: int, steps: Sequence[str], name: str) -> Draft:
    """Add an example from the case that went a way last, personal data left out; it is kept only when it holds on the draft.

    Raises InvalidValues (no name, taken, no such way, or the line that does not hold), NotAllowed, NotFound, Conflict.
    """
    with database.reading() as c:
        draft = drafts.open_draft(c, by, draft_id)
        way = next((one for one in ways_taken(c, by, draft) if one.steps == tuple(steps)), None)
        around = trial.shelf(c, leave_out=draft.key)
    called = _name(name)
    if way is None:
        raise InvalidValues({"way": "没有这种走法，请刷新后重新选择。"})
    package = drafts.package_of(draft)
    model = read(package.diagram)
    gl: Mapping[str, Any] = model.executable.gl if model.executable else {}
    shown = {key: forms.load(document) for key, document in package.forms.items()}
    start = (shown.get(gl.get("startForm", "")), (tuple(gl.get("startRoles", ())) or ("grid_worker",))[0])
    by_element = {node.id: shown[node.gl["formRef"]] for node in model.each() if node.gl.get("formRef") in shown}
    told = from_past.example(way, called, start, by_element)
    (played,) = trial.run(package, around, [told], whole=True)
    if played.stopped is not None:
        raise InvalidValues({"way": f"这种走法在草稿上走不通，没有存为例子。第 {played.stopped[0]} 步：{played.stopped[1]}"})
    return _added(database, by, draft, Scenario(called, _with_expectations(told.steps, played)), "由办结的事项生成例子")


def examples(database: Database, draft: Draft, progress: Callable[[int], bool] | None = None) -> Coverage:
    """Run every example of a draft. Raises InvalidValues (the file, or a draft that cannot run), Busy."""
    with database.reading() as c:
        around = trial.shelf(c, leave_out=draft.key)
    return proved(drafts.package_of(draft), around, draft.files.get(SCENARIOS, ""), progress)


def not_holding(found: Coverage) -> InvalidValues:
    """The refusal to publish that names the examples which do not hold."""
    wrong = [one for one in found.examples if one.stopped is not None]
    said = "；".join(f"“{one.name}”第 {one.stopped[0]} 步：{one.stopped[1]}" for one in wrong[:3] if one.stopped)
    more = f"等 {len(wrong)} 个" if len(wrong) > 3 else ""
    return InvalidValues({"examples": f"有例子不成立，不能申请发布：{said}{more}。请改流程，或者在“例子”中核对后修改例子。"})


def told(refusal: EngineError) -> str:
    """A refusal in one line, with what is wrong with each field; a draft that cannot run says so in its own words."""
    is_fields = isinstance(refusal, InvalidValues) and "draft" not in refusal.errors
    return "；".join(refusal.errors.values()) if is_fields and isinstance(refusal, InvalidValues) else refusal.message


def proved(package: Package, around: Sequence[Mapping[str, Any]], text: str, progress: Callable[[int], bool] | None = None) -> Coverage:
    """The examples of a file on a package, and which elements they pass."""
    told = scenarios.read(text)
    here = [one for one in told if not one.language]
    found = trial.run(package, around, here, progress=progress) if here else ()
    model = read(package.diagram).alone()
    wanted = {node.id: node.label for node in model.each(*COUNTED)}
    passed = frozenset(one for play in found for one in play.passed)
    return Coverage(found, passed, tuple((key, name) for key, name in wanted.items() if key not in passed), len(wanted),
                    len(told) - len(here), ways_covered.ways(model), ways_covered.taken(model, (play.trail for play in found)))


def _shown(database: Database, draft: Draft, steps: tuple[Step, ...]) -> Trial:
    with database.reading() as c:
        around = trial.shelf(c, leave_out=draft.key)
    about = [dict(draft.files), [(one["id"], one["content_hash"]) for one in around]]
    refused, key = (hashlib.sha256(canonical([*about, what]).encode()).hexdigest() for what in (REFUSED, steps))
    played = _remembered.get(key)
    if played is None and (known := _remembered.get(refused)):
        return Trial(draft, steps, None, known.name)
    if played is None:
        try:
            (played,) = trial.run(drafts.package_of(draft), around, [Scenario("试运行", steps)], whole=True)
        except InvalidValues as refusal:
            if "draft" in refusal.errors and not steps:
                _remembered.put(refused, Played(refusal.message, None, (), (), {}))
            return Trial(draft, steps, None, refusal.message)
        _remembered.put(key, played)
    return Trial(draft, steps, played)


def _with_expectations(steps: Sequence[Step], played: Played) -> tuple[Step, ...]:
    """The lines with the lists after each, where they changed, and whether the case has ended at last."""
    lines: list[Step] = []
    before: Mapping[str, list[str]] = {}
    for step, lists in zip(steps, played.lists, strict=True):
        lines.append(step)
        if lists != before:
            gone: dict[str, list[str]] = {role: [] for role in before if role not in lists}
            lines.append(("待办", {**lists, **gone}))
        before = lists
    ended = any(one["id"] == played.picture["case"] and one["status"] == "completed" for one in played.picture["cases"])
    return (*lines, ("办结", ended))


def shelf_forms(database: Database, leave_out: str) -> dict[str, Any]:
    """Forms of the processes that a draft may call, by key: those of a later version win."""
    with database.reading() as c:
        around = trial.shelf(c, leave_out=leave_out)
    return {key: form for one in around for key, form in one["forms"].items()}
