"""LA17: a limit of the law is named by its rule; a name that is in no rule book stops every case that comes there."""

import re
from collections.abc import Iterator

from engine.deadlines import rulebook
from engine.definitions.expressions import sites
from engine.definitions.findings import Problem, Severity, problem
from engine.definitions.library import Library
from engine.definitions.model import Model, Node, Process

CODE = "LA17"
SEVERITY = Severity.ERROR
ASKED = re.compile(r'\bdeadline\(\s*"([^"]*)"\s*\)')


def check(model: Model, library: Library) -> Iterator[Problem]:
    """Rules named by gl:deadline, by gates, and by deadline("…") in expressions."""
    known = {rule.id for rule in rulebook.rules()}
    limited: list[Node | Process] = [*model.processes, *model.each()]
    named = [(one, str(one.gl["deadline"])) for one in limited if one.gl.get("deadline")]
    named += [(node, str(gate.get("rule", ""))) for node in model.each() for gate in node.each("gate")]
    for element, rule in named:
        if rule not in known:
            yield problem(element, f"“{element.label}”用到的期限规则“{rule}”不存在", HINT)
    for site in sites(model):
        for rule in ASKED.findall(site.text):
            if rule not in known:
                yield Problem(site.id, site.name, f"“{site.label}”的{site.where}用到的期限规则“{rule}”不存在", HINT)


HINT = "请从期限规则表中选择编号，例如 DL-C6（立案至处罚决定）。"
