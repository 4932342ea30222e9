"""LF04: a form that works but will puzzle the person in front of it."""

from collections.abc import Iterator

from engine.definitions.findings import Problem, Severity
from engine.definitions.form_problems import form_problems
from engine.definitions.library import Library
from engine.definitions.model import Model

CODE = "LF04"
SEVERITY = Severity.WARNING


def check(model: Model, library: Library) -> Iterator[Problem]:
    """What the check of forms calls a warning."""
    for key, message in form_problems(model, library, SEVERITY):
        yield Problem("", "", f"表单“{key}”：{message}", "请在表单设计器中打开这张表单看一下；确认无误可以照常发布。")
