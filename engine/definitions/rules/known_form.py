"""LF01: a form that is referred to is there, and so is the access profile."""

from collections.abc import Collection, Iterator, Mapping

from engine.definitions.findings import Problem, Severity, problem
from engine.definitions.library import Library
from engine.definitions.model import Model, Node, Process

CODE = "LF01"
SEVERITY = Severity.ERROR


def check(model: Model, library: Library) -> Iterator[Problem]:
    """Forms of user tasks and the start form."""
    elements: tuple[Process | Node, ...] = (*model.processes, *model.each())
    for element in elements:
        start = isinstance(element, Process)
        key, profile = element.gl.get("startForm" if start else "formRef"), element.gl.get("startAccess" if start else "access")
        if key and key not in library.forms:
            yield problem(element, f"“{element.label}”引用的表单“{key}”不存在", f"请在表单设计器中新建“{key}”，或改选已有的表单。")
        elif profile and profile not in _profiles(library, str(key or "")):
            yield problem(element, f"“{element.label}”采用的权限方案“{profile}”在表单“{key or ''}”中不存在",
                          "请在表单的权限表中加一列，或改选已有的方案。")


def _profiles(library: Library, key: str) -> Collection[str]:
    form = library.forms.get(key)
    access = form.get("access") if isinstance(form, Mapping) else None
    return access if isinstance(access, Mapping) else ()
