"""LA08: a called process is published, and only its own variables are taken back."""

from collections.abc import Iterator

from engine.definitions.expressions import parsed
from engine.definitions.findings import Problem, Severity, problem
from engine.definitions.library import Called, Library
from engine.definitions.model import Model, Node
from engine.definitions.variables import ALWAYS

CODE = "LA08"
SEVERITY = Severity.ERROR


def check(model: Model, library: Library) -> Iterator[Problem]:
    """Call activities and their outputs."""
    for node in model.each("callActivity"):
        key = node.attributes.get("calledElement", "")
        if library.called is None and key:
            continue
        called = (library.called or {}).get(key)
        if called is None or not _fits(node, called):
            yield problem(node, f"“{node.label}”调用的流程“{key}”未发布，或输入输出不匹配",
                          "请先发布被调用的流程，再核对“传出”里用到的变量在那个流程中是否存在。")


def _fits(node: Node, called: Called) -> bool:
    """What is taken back must be written by the called process or given to it."""
    given = {str(one.get("name")) for one in node.each("input")}
    return all(parsed(str(one.get("expression", ""))).names <= called.variables | given | ALWAYS for one in node.each("output"))
