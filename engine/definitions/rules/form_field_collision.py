"""LF02: two forms that write one variable overwrite each other silently."""

from collections.abc import Iterator

from engine.definitions.findings import Problem, Severity, problem
from engine.definitions.form_fields import written
from engine.definitions.library import Library
from engine.definitions.model import Model, Node, Process

CODE = "LF02"
SEVERITY = Severity.WARNING


def check(model: Model, library: Library) -> Iterator[Problem]:
    """Writable fields of different forms, unless the process declares the variable shared."""
    shared = {one.get("name") for process in model.processes for one in process.each("variable") if one.get("shared")}
    first: dict[str, tuple[str, str]] = {}
    for element, key, profile in _uses(model):
        for field in written(library.forms.get(key), profile):
            owner, before = first.setdefault(field.key, (key, element.label))
            if owner != key and field.key not in shared:
                yield problem(element, f"“{before}”和“{element.label}”的表单都会写入“{field.label}”（{field.key}），后填的会覆盖先填的",
                              f"请改其中一个字段的标识；确实要共用时，在流程上声明变量 {field.key} 为“共用”。")


def _uses(model: Model) -> Iterator[tuple[Process | Node, str, str | None]]:
    for process in model.processes:
        if process.gl.get("startForm"):
            yield process, str(process.gl["startForm"]), process.gl.get("startAccess")
    for node in model.each():
        if node.gl.get("formRef") and not (node.loop is not None and node.loop.multiple):
            yield node, str(node.gl["formRef"]), node.gl.get("access")
