"""A case in a test: the real tokens on the real FEEL, a clock that moves, and a save and load after every move."""

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any

from engine import feel
from engine.deadlines import Deadline, Unit, default_calendar, due
from engine.spiff import Element, JobWait, MessageWait, Snapshot, Specification, TimerWait, Tokens, UserTaskWait, build

BEGIN = dt.datetime(2026, 3, 2, 1, 0, tzinfo=dt.UTC)  # Monday 09:00 in Shanghai


class Host:
    """Answers what a case asks, and counts the crossings into FEEL."""

    def __init__(self) -> None:
        self.moment, self.crossings, self.decisions = BEGIN, 0, dict[str, Any]()
        self.seen: list[str] = []

    def now(self) -> dt.datetime:
        return self.moment

    def names(self) -> Mapping[str, Any]:
        return {"now": self.moment, "param": {"days": 3}}

    def evaluate(self, jobs: Sequence[tuple[str, Mapping[str, Any]]]) -> list[Any]:
        self.crossings += 1
        self.seen += [expression for expression, _ in jobs]
        return feel.evaluate_many(jobs)

    def decide(self, decision: str, names: Mapping[str, Any]) -> Any:
        return self.decisions[decision](names)

    def deadline(self, element: Element, names: Mapping[str, Any]) -> Deadline | None:
        length, unit = float(element.gl["limit"]), Unit(element.gl.get("limitUnit", "days"))
        end = due(self.moment, length, unit, default_calendar())
        return Deadline(due=end, warn=end - dt.timedelta(days=1), length=length, unit=unit, text="")


class Case:
    """`do`, `fire`, `send`... act on what is open by the id of its element, and save and load the tokens afterwards."""

    saved = True  # save and load after every move, or go on with the live tokens

    def __init__(self, document: bytes, called: Mapping[str, bytes] | None = None, process: str = "p", **variables: Any) -> None:
        self.host = Host()
        self.spec: Specification = build(document, process, called or {})
        self.tokens = Tokens.start(self.spec, self.host, variables)
        self.history: list[str] = []
        self.after()

    def after(self) -> None:
        self.now: Snapshot = self.tokens.settle()
        self.history += [element.id for element in self.now.passed]
        if self.saved:
            self.tokens = Tokens.load(self.spec, self.host, self.tokens.dump(), self.tokens.variables)

    @property
    def vars(self) -> dict[str, Any]:
        return self.tokens.variables

    @property
    def people(self) -> list[str]:
        return sorted(wait.element.id for wait in self.now.waits if isinstance(wait, UserTaskWait))

    @property
    def timers(self) -> dict[str, dt.datetime]:
        return {wait.element.id: wait.due_at for wait in self.now.waits if isinstance(wait, TimerWait)}

    @property
    def messages(self) -> list[str]:
        return sorted(wait.element.id for wait in self.now.waits if isinstance(wait, MessageWait))

    @property
    def jobs(self) -> list[JobWait]:
        return [wait for wait in self.now.waits if isinstance(wait, JobWait)]

    def wait(self, element: str, **item: Any) -> Any:
        found = [wait for wait in self.now.waits if wait.element.id == element]
        return next(wait for wait in found if not item or getattr(wait, "item", None) == item)

    def do(self, element: str, item: Mapping[str, Any] | None = None, **values: Any) -> "Case":
        self.tokens.finish(self.wait(element, **(item or {})).key, values)
        self.after()
        return self

    def fire(self, element: str) -> "Case":
        self.tokens.fire(self.wait(element).key)
        self.after()
        return self

    def send(self, element: str, **payload: Any) -> "Case":
        self.tokens.deliver(self.wait(element).key, payload)
        self.after()
        return self

    def answer(self, element: str, result: Any) -> "Case":
        self.tokens.finish_job(self.wait(element).key, result)
        self.after()
        return self

    def fail(self, element: str, code: str | None) -> "Case":
        self.tokens.fail_job(self.wait(element).key, code)
        self.after()
        return self

    def back(self, source: str, target: str) -> "Case":
        self.tokens.send_back(self.wait(source).key, target)
        self.after()
        return self

    def targets(self, source: str) -> list[str]:
        return [element.id for element in self.tokens.targets(self.wait(source).key)]

    def rest(self) -> list[str]:
        """Do what is open, first by name, until nothing is; the order."""
        order = list[str]()
        while self.people and len(order) < 50:
            order.append(self.people[0])
            self.do(self.people[0])
        return order
