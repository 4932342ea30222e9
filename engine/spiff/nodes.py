"""What every node does with a token: let it arrive, run, leave. Our half of SpiffWorkflow's task specs.

Nothing here predicts; a task's children are made when the task is done. A node may be interrupted by what it throws itself,
so leaving is decided after running.
"""

from typing import Any

from SpiffWorkflow.bpmn.specs import BpmnTaskSpec
from SpiffWorkflow.bpmn.specs.bpmn_process_spec import BpmnProcessSpec
from SpiffWorkflow.bpmn.specs.control import BoundaryEventSplit, BpmnStartTask
from SpiffWorkflow.bpmn.specs.defaults import ManualTask, NoneTask, StartEvent, UserTask
from SpiffWorkflow.specs import WorkflowSpec
from SpiffWorkflow.task import Task

from engine.spiff.drawing import Event
from engine.spiff.expressions import answer
from engine.spiff.snapshot import Element
from engine.spiff.tree import CANCELLED, COMPLETED, FAILED, STARTED, WAITING, grow, siblings, withdraw


class Node(BpmnTaskSpec):
    """In front of every task spec. `element` is what was drawn, None for inner nodes; `logged` says whether it is history."""

    element: Element | None = None
    logged = True
    instance: str | None = None
    """The name of the spec of which this node makes several tasks."""
    leads_aside = False
    """Whether what follows is no part of the main flow."""
    holds_open = True
    """Whether a live task here keeps its scope open. The waiting start of an event sub-process does not."""

    def _predict(self, my_task: Task, *arguments: Any, **options: Any) -> None:
        """Children are made when the task is done, not before."""

    def _update(self, my_task: Task) -> None:
        if self._update_hook(my_task):
            my_task._ready()

    def _update_hook(self, my_task: Task) -> bool:
        """True lets the token pass; a node that waits sets the state by itself."""
        return True

    def _on_ready(self, my_task: Task) -> None:
        """The stock checks belong to the linter."""

    def _run_hook(self, my_task: Task) -> bool | None:
        """True when done, None to wait for the answer of somebody outside."""
        return True

    def successors(self, my_task: Task) -> list[Any]:
        return list(self.outputs)

    def _on_complete(self, my_task: Task) -> None:
        children = [grow(my_task.workflow, spec, my_task) for spec in self.successors(my_task)]
        note(my_task)
        arrive(children)
        parent = my_task.parent
        if parent is not None and made_by(parent, my_task):
            parent.task_spec.child_done(parent, my_task)

    def child_done(self, my_task: Task, child: Task) -> None:
        """A task that this one made has finished."""


def made_by(parent: Task, task: Task) -> bool:
    """Whether a task follows its parent as drawn: after compaction it may hang under an older one of its branch."""
    return task.task_spec.name in parent.task_spec._outputs or parent.task_spec.instance == task.task_spec.name


def note(task: Task) -> None:
    """Remember that an element was passed."""
    element, top = task.task_spec.element, task.workflow.top_workflow
    if element is None or not task.task_spec.logged:
        return
    top.log.passed.append(element)
    if element.kind == "userTask":
        top.visited.pop(element.id, None)
        top.visited[element.id] = None


def arrive(tasks: list[Task]) -> None:
    """Let tokens arrive; what all their waits need to know is asked in one crossing."""
    for task in tasks:
        spec = task.task_spec
        if spec.element is not None and spec.logged:
            task.workflow.top_workflow.log.entered.append(spec.element)
    waits = [task for task in tasks if isinstance(task.task_spec, Waiting)]
    questions = [task.task_spec.questions(task) for task in waits]
    host_jobs = [job for jobs in questions for job in jobs]
    answers = iter(answer(waits[0].workflow.top_workflow.script_engine.host, host_jobs) if host_jobs else ())
    for task, jobs in zip(waits, questions, strict=True):
        task.task_spec.begin(task, [next(answers) for _ in jobs])
        task._set_state(WAITING)
    for task in tasks:
        if not isinstance(task.task_spec, Waiting):
            task.task_spec._update(task)


def advance(task: Task) -> None:
    """Run one ready task and, unless it was interrupted meanwhile or waits, let its token go on."""
    done = task.task_spec._run_hook(task)
    if task._state & CANCELLED:
        note(task)
    elif not task._state & FAILED:
        if done:
            complete(task)
        else:
            task._set_state(STARTED)


def complete(task: Task) -> None:
    task._set_state(COMPLETED)
    task.task_spec._on_complete(task)


class Waiting(Node):
    """A node that waits for an event. `questions` are asked when the wait begins; `begin` keeps the answers."""

    event: Event

    def questions(self, my_task: Task) -> list[Any]:
        return []

    def begin(self, my_task: Task, answers: list[Any]) -> None:
        """Keep what the wait needs in the task's internal data."""


class Start(Node, BpmnStartTask):
    """The inner start of a process: its start event, and the triggers of its event sub-processes."""


class Pass(Node, StartEvent):
    """An event that lets the token pass at once: start events, plain intermediate events, link events."""


class Person(Node, UserTask):
    """Work for a person."""


class ByHand(Node, ManualTask):
    """Work for a person outside the system, confirmed here."""


class Untyped(Node, NoneTask):
    """A plain task: treated as work for a person."""


class BoundarySplit(Node, BoundaryEventSplit):
    """Stands before an activity with boundary events, so that they wait beside it."""

    def child_done(self, my_task: Task, child: Task) -> None:
        """The activity is over: its boundary events stop waiting."""
        if not isinstance(child.task_spec, Waiting):
            for event in siblings(child):
                if event._state & WAITING:
                    withdraw(event)


class Process(BpmnProcessSpec):
    """The specification of one process or sub-process. `closed` means that its variables are its own; then `element` is the process."""

    element: Element | None = None

    def __init__(self, name: str, title: str, closed: bool) -> None:
        WorkflowSpec.__init__(self, name=name)
        self.description = title
        self.closed = closed
        self.data_objects: dict[str, Any] = {}
        self.bpmn_start_events: list[Any] = []
        self.start = Start(self, "Start")
        self.branches: dict[str, frozenset[tuple[str, str]]] = {}
        self.main: frozenset[str] = frozenset()
