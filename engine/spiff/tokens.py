"""The tokens of one case: what the runtime calls. Every move only marks what changed; `settle` runs the case to rest."""

import datetime as dt
from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import Any

from SpiffWorkflow.task import Task

from engine.errors import InvalidState, JumpRefused
from engine.spiff import actions, codec, events, jump, multi_instance, timers
from engine.spiff.compaction import compact
from engine.spiff.events import Catching
from engine.spiff.expressions import FeelEngine
from engine.spiff.nodes import complete, note
from engine.spiff.run import to_rest
from engine.spiff.scopes import names, take, variables, write
from engine.spiff.snapshot import (
    Element,
    Failure,
    Host,
    JobWait,
    MessageWait,
    Snapshot,
    Span,
    TimerWait,
    UserTaskWait,
    Wait,
)
from engine.spiff.specification import Specification
from engine.spiff.tree import FAILED, FAILURE, ITEM, KEY, READY, SCOPE, STARTED, WAITING, Log, Tree, live, plant, withdraw

BUDGET = 1000
WHOLE, CALLED = "process", "p:"
TOO_LATE = "这个环节已经结束或已被收回，请刷新后查看最新情况。"


class Tokens:
    """Moves of one case. Keys come from the waits of a snapshot; a key that waits no longer is refused (InvalidState)."""

    def __init__(self, spec: Specification, tree: Tree) -> None:
        self.spec, self._tree = spec, tree
        self._told: set[str] = set()
        self._timers: dict[str, tuple[str, int | None, TimerWait]] = {}

    @classmethod
    def start(cls, spec: Specification, host: Host, variables: dict[str, Any]) -> "Tokens":
        tree = Tree(spec.process, spec.specs, FeelEngine(host), variables)
        plant(tree)
        return cls(spec, tree)

    @classmethod
    def load(cls, spec: Specification, host: Host, state: str, variables: dict[str, Any]) -> "Tokens":
        tokens = cls(spec, codec.decode(state, spec.process, spec.specs, FeelEngine(host), variables))
        tokens._told = {key for key, _ in tokens._spans()}
        return tokens

    def dump(self) -> str:
        """The state without the variables of the case. What is open now is no longer fresh."""
        self._told = {key for key, _ in self._spans()}
        return codec.encode(self._tree)

    @property
    def variables(self) -> dict[str, Any]:
        found: dict[str, Any] = self._tree.data[SCOPE]
        return found

    def names(self, key: str) -> dict[str, Any]:
        """All names an expression may use at a wait or a span: its scope read outwards, its item, and the host's."""
        return names(self._task(key))

    def _task(self, key: str) -> Task:
        """By the key of a wait or of a span."""
        if key == WHOLE:
            return self._tree.task_tree
        if key.startswith(CALLED):
            return self._tree.subprocesses[key.removeprefix(CALLED)].task_tree
        return self._tree.get_task_from_id(key)

    @property
    def limited(self) -> dict[str, Element]:
        """Everything open that has a limit, by the key of its span."""
        return dict(self._spans())

    @property
    def waits(self) -> tuple[Wait, ...]:
        """What is waited for now, before anything runs."""
        return tuple(wait for tree in self._tree.trees for task in live(tree) for wait in _waits(task))

    def is_told(self, keys: Iterable[str]) -> None:
        """The limits of these have begun before."""
        self._told |= set(keys)

    def knows(self, key: str) -> bool:
        """Whether the limits of a span have begun before."""
        return key in self._told

    def visible(self, key: str) -> dict[str, Any]:
        """The variables and the item that a wait can see, for filling its form."""
        return variables(self._tree.get_task_from_id(key))

    # ---------------------------------------------------------------------------------------- moves

    def finish(self, key: str, values: Mapping[str, Any]) -> None:
        """Complete a user task. One participant's values go to the countersign's results, else to the scope."""
        task = self._find(key, READY)
        write(task, values)
        complete(task)

    def fire(self, key: str) -> None:
        """A timer is due. Occurrences of a repetition that were missed count as this one."""
        events.happen(self._waiting(key, "timer"))

    def deliver(self, key: str, payload: Mapping[str, Any]) -> None:
        """A message or signal for one waiting subscription."""
        events.happen(self._waiting(key, "message", "signal"), payload)

    def finish_job(self, key: str, result: Any) -> None:
        task = self._job(key)
        take(task, task.task_spec.element, result)
        complete(task)

    def fail_job(self, key: str, code: str | None, message: str = "") -> None:
        """With the code of a BPMN error it goes to whoever handles it; without a code, or unhandled, the token stands as failed."""
        task = self._job(key)
        if code is None:
            actions.fail(task, None, message or f"“{task.task_spec.element.name}”没有执行成功。")
        else:
            actions.raise_error(task, code, message)

    def retry(self, key: str) -> None:
        actions.revive(self._find(key, FAILED))

    def send_back(self, key: str, element_id: str) -> str:
        """Withdraw the token `key` and put a new one on an element; its key. Refuses with JumpRefused."""
        element = self.spec.elements.get(element_id)
        if element is None:
            raise JumpRefused("要退回的环节不在这个流程中，请重新选择。", element=element_id)
        return jump.send(self._tree, jump.plan(self._open(key), element))

    def passed(self) -> list[str]:
        """The elements passed by the main flow, oldest first: what may be gone back to."""
        return list(self._tree.visited)

    def must_lead_to(self, key: str, element_id: str) -> None:
        """Raises JumpRefused where the token `key` could not be put on that element."""
        jump.plan(self._open(key), self.spec.elements[element_id])

    def return_to(self, key: str, values: Mapping[str, Any], element_id: str, passed: Iterable[str]) -> str:
        """Finish a user task, and go straight to an element instead of along its flow; its key. `passed` are the steps left out,
        which stay passed. Refuses with JumpRefused."""
        task = self._find(key, READY)
        write(task, values)
        plan = jump.plan(task, self.spec.elements[element_id])
        note(task)
        token = jump.send(self._tree, plan)
        for name in passed:
            self._tree.visited.setdefault(name, None)
        return token

    def targets(self, key: str) -> tuple[Element, ...]:
        return jump.targets(self._tree, self._open(key), self.spec.elements)

    def cancel(self) -> None:
        """Withdraw everything."""
        for task in live(self._tree):
            withdraw(task)

    def add_signer(self, key: str, item: Any) -> None:
        """加签, for the countersign to which the open task `key` belongs."""
        multi_instance.add_signer(self._open(key), item)

    def remove_signer(self, key: str) -> None:
        """减签. Refused (InvalidState) for the last open signer while nobody has signed."""
        multi_instance.remove_signer(self._open(key))

    def move_timer(self, key: str, due: dt.datetime) -> None:
        task = self._waiting(key, "timer")
        task.internal_data.update(timers.moved(task.internal_data, due))

    def date_again(self, of: Collection[str] | None = None) -> None:
        """Limits have moved, all or those `of` these elements: every timer whose expression hangs on one is computed anew. Those that
        wait for something else stay."""
        asked: list[tuple[Task, list[Any]]] = []
        for task in events.waits(self._tree, "timer"):
            limited = task.task_spec.limited
            jobs = task.task_spec.date_again(task) if of is None or limited is not None and limited.id in of else []
            if jobs:
                asked.append((task, jobs))
        if not asked:
            return
        host = self._tree.script_engine.host
        answers = host.evaluate([job for _, jobs in asked for job in jobs])
        for (task, _), value in zip(asked, answers, strict=True):
            task.internal_data.update(timers.wait(value, task.task_spec.event.form, host.now(), task.task_spec.element.name))

    def settle(self, budget: int = BUDGET) -> Snapshot:
        """Run to rest and look. Refuses (StepBudgetExceeded, ExpressionFailed) halfway: throw the tokens away and load them again."""
        to_rest(self._tree, budget)
        compact(self._tree)
        log, self._tree.log = self._tree.log, Log()
        open_tasks = [task for tree in self._tree.trees for task in live(tree)]
        return Snapshot(
            waits=tuple(self._waits(open_tasks)),
            failures=tuple(_failure(task) for task in open_tasks if task._state & FAILED),
            thrown=tuple(log.thrown),
            passed=tuple(log.passed),
            entered=tuple(log.entered),
            completed=not open_tasks,
            variables=self.variables,
            size=sum(len(tree.tasks) for tree in self._tree.trees),
            spans=tuple(Span(key, element, key not in self._told) for key, element in self._spans()),
        )

    def _spans(self) -> Iterator[tuple[str, Element]]:
        """Everything open that has a limit. Of a countersign each signer's task, not the whole; timers on the edge only with their own."""
        timed = self.spec.timed
        for key, tree in self._trees() if timed else ():
            open_tasks = live(tree)
            if tree.spec.element is not None and tree.spec.element.id in timed and open_tasks:
                yield key, tree.spec.element
            for task in open_tasks:
                element = task.task_spec.element
                if element is not None and element.id in timed and not isinstance(task.task_spec, multi_instance.Repeating):
                    yield task.id, element

    def _trees(self) -> Iterator[tuple[str, Any]]:
        yield WHOLE, self._tree
        for holder, tree in self._tree.subprocesses.items():
            yield CALLED + holder, tree

    def _waits(self, tasks: Iterable[Task]) -> Iterator[Wait]:
        """A timer that nothing touched is told by the same object as before."""
        told, self._timers = self._timers, {}
        for task in tasks:
            known, internal = told.get(task.id), task.internal_data
            if known and task._state & WAITING and (internal[timers.DUE], internal.get(timers.LEFT, 1)) == known[:2]:
                self._timers[task.id] = known
                yield known[2]
                continue
            for wait in _waits(task):
                if isinstance(wait, TimerWait):
                    self._timers[task.id] = (internal[timers.DUE], wait.repeats_left, wait)
                yield wait

    # ---------------------------------------------------------------------------------------- finding

    def _find(self, key: str, state: int) -> Task:
        task = self._tree.get_task_from_id(key)
        if not task._state & state:
            raise InvalidState(TOO_LATE, key=key)
        return task

    def _open(self, key: str) -> Task:
        return self._find(key, READY | WAITING | STARTED | FAILED)

    def _waiting(self, key: str, *kinds: str) -> Task:
        task = self._find(key, WAITING)
        if not isinstance(task.task_spec, Catching) or task.task_spec.event.kind not in kinds:
            raise InvalidState(TOO_LATE, key=key)
        return task

    def _job(self, key: str) -> Task:
        task = self._find(key, STARTED | FAILED)
        if not isinstance(task.task_spec, actions.Job):
            raise InvalidState(TOO_LATE, key=key)
        return task


def _waits(task: Task) -> Iterator[Wait]:
    spec, internal = task.task_spec, task.internal_data
    if task._state & READY and spec.manual:
        yield UserTaskWait(task.id, spec.element, internal.get(ITEM, {}), internal.get(KEY))
    elif task._state & STARTED and isinstance(spec, actions.Job):
        yield JobWait(task.id, spec.element, spec.element.gl["function"], internal[actions.PAYLOAD])
    elif task._state & WAITING and isinstance(spec, Catching):
        yield from _event_wait(task, spec)


def _event_wait(task: Task, spec: Catching) -> Iterator[Wait]:
    kind, internal = spec.event.kind, task.internal_data
    if kind == "timer":
        due = dt.datetime.fromisoformat(internal[timers.DUE])
        left = internal.get(timers.LEFT, 1)
        limited = spec.limited.id if spec.limited and timers.STEP not in internal else None
        yield TimerWait(task.id, spec.element, internal[timers.FORM], due, left, spec.activity, limited)
    elif kind in ("message", "signal"):
        yield MessageWait(task.id, spec.element, kind, spec.event.name or "", internal.get(events.CORRELATION, {}))


def _failure(task: Task) -> Failure:
    kept = task.internal_data[FAILURE]
    return Failure(task.id, task.task_spec.element, kept["code"], kept["message"])
