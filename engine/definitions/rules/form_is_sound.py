"""LF03: a form is published with the diagram, so its own mistakes are the diagram's."""

from collections.abc import Iterator

from engine.definitions.findings import Problem, Severity
from engine.definitions.form_problems import form_problems
from engine.definitions.library import Library
from engine.definitions.model import Model

CODE = "LF03"
SEVERITY = Severity.ERROR


def check(model: Model, library: Library) -> Iterator[Problem]:
    """Every form that came along: doubled keys, conditions that look down, names that nobody writes."""
    for key, message in form_problems(model, library, SEVERITY):
        yield Problem("", "", f"表单“{key}”：{message}", "请在表单设计器中打开这张表单，按提示修改。")
