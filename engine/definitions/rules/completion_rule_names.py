"""LA04: a completion rule uses counters, results and variables that exist."""

from collections.abc import Iterator

from engine.definitions.expressions import parsed, sites
from engine.definitions.findings import Problem, Severity
from engine.definitions.library import Library
from engine.definitions.model import Model
from engine.definitions.variables import fields_of, variables

CODE = "LA04"
SEVERITY = Severity.ERROR
COUNTED = "可用：nrOfInstances 总数、nrOfCompletedInstances 已办数、nrOfActiveInstances 未办数、results 已有结果、本表单字段和流程变量。"


def check(model: Model, library: Library) -> Iterator[Problem]:
    """Completion rules of multi-instance activities."""
    known = frozenset(variables(model, library))
    for site in sites(model):
        if site.use == "completion":
            answers = {field.key for field in fields_of(model.nodes[site.id], library)}
            for name in sorted(parsed(site.text).names - known - site.known - answers):
                yield Problem(site.id, site.name, f"会签“{site.label}”的通过规则使用了未知名称“{name}”",
                              COUNTED)
