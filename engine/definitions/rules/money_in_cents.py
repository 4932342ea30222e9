"""LX05: 0.1 + 0.2 is not 0.3: money is counted in 分."""

import re
from collections.abc import Iterator

from engine.definitions.expressions import sites
from engine.definitions.findings import Problem, Severity
from engine.definitions.form_fields import form_fields
from engine.definitions.library import Library
from engine.definitions.model import Model
from engine.definitions.tokens import tokens

CODE = "LX05"
SEVERITY = Severity.WARNING
MONEY = re.compile(r"金额|罚款|费用|价款|amount|money|fine|fee|price", re.IGNORECASE)


def check(model: Model, library: Library) -> Iterator[Problem]:
    """Arithmetic with a decimal number in an expression that names money, by its key or by its label on the form."""
    money = {field.key for form in library.forms.values() for field in form_fields(form) if field.yuan or MONEY.search(field.label)}
    for site in sites(model):
        words = tokens(site.text)
        decimal = any(word.kind == "number" and "." in word.value for word in words)
        sums = any(word.kind == "arithmetic" for word in words)
        named = any(word.kind == "name" and (word.value in money or MONEY.search(word.value)) for word in words)
        if decimal and sums and named:
            yield Problem(site.id, site.name, f"“{site.label}”对金额做小数运算，请以分为单位",
                          "金额用整数分计算，例如按 3% 加处：amount * 3 / 100，显示时再换算成元。")
