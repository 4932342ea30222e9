"""LA07: a service task calls a registered operation with parameters it knows."""

from collections.abc import Iterator

from engine.definitions.findings import Problem, Severity, problem
from engine.definitions.library import Function, Library
from engine.definitions.model import Model, Node

CODE = "LA07"
SEVERITY = Severity.ERROR


def check(model: Model, library: Library) -> Iterator[Problem]:
    """Names, and inputs where the operation declares them; and the checks of user tasks."""
    for node in model.each("serviceTask"):
        name = str(node.gl.get("function", ""))
        if not name:
            yield problem(node, f"“{node.label}”调用的操作“”未注册或参数不符", "请在属性面板的“系统操作”中选择一个操作。")
        elif library.functions is not None and not _fits(node, library.functions.get(name)):
            yield problem(node, f"“{node.label}”调用的操作“{name}”未注册或参数不符",
                          "请核对操作名称和传入的参数，可用的操作见设计器的下拉列表。")
        elif library.functions is not None:
            missing = "、".join(_missing(node, library.functions[name]))
            if missing:
                yield problem(node, f"“{node.label}”没有传入{missing}，这个操作做不成",
                              "请在“传入”里逐项添加，值写表达式，例如 case.number。")
    for node in model.each("userTask"):
        for attribute, what in (("check", "提交前的核对"), ("act", "提交时的办理")):
            for name in node.gl.get(attribute) or ():
                if library.functions is not None and name not in library.functions:
                    yield problem(node, f"“{node.label}”{what}“{name}”未注册", f"请核对名称，或去掉 gl:{attribute}。")


def _fits(node: Node, function: Function | None) -> bool:
    given = {str(one.get("name")) for one in node.each("input")}
    return function is not None and (function.inputs is None or given <= function.inputs)


def _missing(node: Node, function: Function) -> Iterator[str]:
    given = {str(one.get("name")) for one in node.each("input") if str(one.get("expression") or "").strip()}
    for name, meaning in function.needs.items():
        if not given & set(name.split("|")):
            yield f"{name.replace('|', ' 或者 ')}（{meaning}）"
