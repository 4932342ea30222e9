"""LX02: an unknown name is null, and null silently chooses the wrong way."""

import re
from collections.abc import Iterator

from engine.definitions.expressions import Site, parsed, sites
from engine.definitions.findings import Problem, Severity
from engine.definitions.iso import is_bare
from engine.definitions.library import Library
from engine.definitions.model import Model
from engine.definitions.variables import variables

CODE = "LX02"
SEVERITY = Severity.ERROR
WRITERS = "请检查拼写；变量由表单、脚本、决策表、系统任务或消息写入，由调用方传入的请在流程上声明（gl:variable）。"
PARAMETER = re.compile(r"(?<![\w.])param\.([^\W\d]\w*)")


def check(model: Model, library: Library) -> Iterator[Problem]:
    """Names nobody writes, parameters the process does not have, functions FEEL does not have or that read the machine's clock."""
    known = frozenset(variables(model, library))
    for site in sites(model):
        if site.use == "timer" and is_bare(site.text):
            continue
        text = parsed(site.text)
        if site.use != "completion" and not site.foreign:
            for name in sorted(text.names - known - site.known):
                yield _unknown(site, name, WRITERS)
        for name in PARAMETER.findall(site.text):
            if name not in library.parameters:
                yield _unknown(site, f"param.{name}", "请在 parameters.toml 中加上这个参数。")
        for name in sorted(text.refused):
            yield _unknown(site, f"{name}()", f"请直接写变量 {name}，不加括号。")
        for name in sorted(text.unknown - text.refused):
            yield _unknown(site, f"{name}()", "没有这个函数，请从编辑器的函数列表中选择。")


def _unknown(site: Site, name: str, hint: str) -> Problem:
    return Problem(site.id, site.name, f"“{site.label}”使用了未定义的名称“{name}”", hint)
