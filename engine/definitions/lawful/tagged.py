"""Which legal acts are in a process: those its own steps say, and those of the processes it calls."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property

from engine.definitions.lawful.vocabulary import Property, acts
from engine.definitions.library import Library
from engine.definitions.model import Model, Node, Process

SERVES, ISSUES = "documents.serve", "documents.issue"


def acts_of(node: Node) -> frozenset[str]:
    """The legal acts a step says it is."""
    return frozenset(node.gl.get("legalAct", ()))


@dataclass(frozen=True)
class Tagged:
    """A diagram with what it may call."""

    model: Model
    library: Library

    @cached_property
    def root(self) -> str:
        """The id of its executable process, "" when there is none."""
        return self.model.executable.id if self.model.executable else ""

    @cached_property
    def steps(self) -> tuple[Node, ...]:
        """Its own steps that are legal acts."""
        return tuple(node for node in self.model.each() if acts_of(node))

    @cached_property
    def own(self) -> frozenset[str]:
        """The acts of its own steps."""
        return frozenset(act for node in self.steps for act in acts_of(node))

    @cached_property
    def begun_by_people(self) -> bool:
        """Whether somebody starts it, so that everything a case needs must be in it."""
        return bool(self.model.executable and (self.model.executable.gl.get("startRoles") or self.model.executable.gl.get("startForm")))

    @cached_property
    def everywhere(self) -> frozenset[str]:
        """The acts of its own steps and of all it calls, directly or not."""
        return self.own | frozenset(act for key in self.reached for act in self.within(key))

    @cached_property
    def reached(self) -> frozenset[str]:
        """Every known process it calls, directly or not."""
        found, pending = set[str](), [*_calls(self.model)]
        while pending:
            key = pending.pop()
            called = self.called(key)
            if key not in found and called is not None:
                found.add(key)
                pending += _calls(called)
        return frozenset(found)

    def within(self, key: str) -> frozenset[str]:
        """The acts of the own steps of a called process."""
        called = self.called(key)
        return frozenset(act for node in called.each() for act in acts_of(node)) if called else frozenset()

    def does(self, key: str) -> frozenset[str]:
        """The acts of a called process and of all it calls."""
        called = self.called(key)
        return Tagged(called, self.library).everywhere if called else frozenset()

    def is_known(self, key: str) -> bool:
        """Whether the diagram of a called process is here."""
        return self.called(key) is not None

    def entered(self, wanted: frozenset[str]) -> frozenset[str]:
        """The called processes that lead to one of these acts."""
        return frozenset(key for key in self.reached if self.does(key) & wanted)

    def applies(self, asked: Property) -> bool:
        """Whether a property is asked of this process."""
        if asked.pattern == "links":
            return bool(self.own) and any(node.gl.get("link") for node in self.model.each())
        if asked.pattern == "papers":
            return any(node.gl.get("role") in asked.roles for node in self.model.each())
        if asked.whole:
            return self.begun_by_people and bool(self.everywhere & asked.about) and (not asked.needs or bool(self.everywhere & asked.needs))
        return bool(self.own & asked.about) and (not asked.needs or bool(self.own & asked.needs))

    def around(self, node: Node) -> Iterator[Node]:
        """The step itself, then the sub-processes it stands in, from the inside out."""
        yield node
        for scope in self.model.around(node.scope):
            if scope.id in self.model.nodes:
                yield self.model.nodes[scope.id]

    def called(self, key: str) -> Model | None:
        """The diagram of a called process; None when it is not here."""
        if key in self.model.scopes and key != self.root and self.library.called is None:
            return None
        found = (self.library.called or {}).get(key)
        return found.model.alone() if found else None


def _calls(model: Model) -> Iterable[str]:
    return (str(node.attributes.get("calledElement", "")) for node in model.each("callActivity"))


def given_away(node: Node) -> frozenset[str]:
    """The acts that what a step does and issues gives away, whatever it says. A step that serves papers names those of another step."""
    does = set(node.gl.get("act", ()))
    papers = set[str]() if SERVES in does and ISSUES not in does else {str(one.get("template", "")) for one in node.each("document")}
    return frozenset(act.id for act in acts().values() if does & set(act.operations) or papers & set(act.papers))


def stray(model: Model) -> Iterator[tuple[Node | Process, str]]:
    """Tags that name no legal act, of steps and of processes."""
    elements: tuple[Node | Process, ...] = (*model.processes, *model.each())
    for element in elements:
        yield from ((element, act) for act in element.gl.get("legalAct", ()) if act not in acts())
