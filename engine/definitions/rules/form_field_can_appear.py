"""LF05: a field that is hidden whatever has been filled in is a mistake in its condition. LF03 finds only what is plainly true."""

from collections.abc import Iterator

from engine.definitions.findings import Problem, Severity
from engine.definitions.library import Library
from engine.definitions.model import Model
from engine.definitions.proof.appearing import never_shown

CODE = "LF05"
SEVERITY = Severity.WARNING


def check(model: Model, library: Library) -> Iterator[Problem]:
    """Fields and groups of every form of the diagram."""
    for form in library.forms:
        for _, label, hiding in never_shown(model, library, form):
            yield Problem(form, label, f"表单“{form}”的“{label}”永远不会显示：隐藏条件 {hiding} 总是成立",
                          "请核对条件里的取值和上面字段的选项、前面步骤写出的取值是否一致；不用的字段请删掉。")
