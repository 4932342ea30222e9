"""The library as it comes, in a process of its own: ours changes it while it is imported. Prints steps per second."""

import io

from lxml import etree
from SpiffWorkflow.bpmn.parser import BpmnParser
from SpiffWorkflow.bpmn.workflow import BpmnWorkflow
from SpiffWorkflow.util.task import TaskState

from tests.bench import big
from tests.bench.figure import seconds

CASES = 12


def steps_per_second() -> float:
    parser = BpmnParser()
    parser.add_bpmn_xml(etree.parse(io.BytesIO(big.stock())))
    spec, subs = parser.get_spec("p"), parser.get_subprocess_specs("p")
    steps = 0

    def run() -> None:
        nonlocal steps
        for _ in range(CASES):
            workflow = BpmnWorkflow(spec, subs)
            workflow.task_tree.data.update(big.variables())
            workflow.do_engine_steps()
            while ready := workflow.get_tasks(state=TaskState.READY):
                ready[0].data["f1"] = "x"
                ready[0].run()
                workflow.do_engine_steps()
                steps += 1

    return 1 / (seconds(run) / steps)


if __name__ == "__main__":
    print(max(steps_per_second() for _ in range(3)))
