"""What a form designer should mend before the form is published."""

from collections import Counter
from collections.abc import Collection, Iterator, Mapping
from itertools import chain
from typing import Any

from engine import feel
from engine.feel import Parsed
from engine.forms.model import CHOICES, REQUIRED, STATIC, Field, Form, FormProblem, opened

ALWAYS = frozenset({"case", "param", "now", "today"})
_MATCHES = 'matches("", pattern)'
_Constants = Mapping[tuple[str, str], Any]
"""What conditions without names, and patterns asked of the empty text, come to: (text, pattern) → value or refusal."""


def check(form: Form, known: Collection[str] | None = None) -> list[FormProblem]:
    """Everything found. `known`: names that the process provides besides `case`, `param`, `now` and `today`; with None, any other
    name passes, because a form alone cannot know which variables earlier steps have written.
    """
    reach = _Reach(frozenset(), known, _keys(form.components), _constants(form.components))
    return [*_walk(form.components, reach), *_access(form)]


class _Reach:
    """What an expression at one place may name."""

    def __init__(self, above: frozenset[str], known: Collection[str] | None, own: frozenset[str], constants: "_Constants") -> None:
        self.above = above
        self.known = known
        self.own = own
        self.constants = constants

    def past(self, one: Field) -> "_Reach":
        """After a component: its keys lie above."""
        return _Reach(self.above | {one.key} | _keys(one.children if one.type == "group" else ()), self.known, self.own,
                      self.constants)

    def inside(self, one: Field) -> "_Reach":
        """Within the rows of a list: the row's fields count as the form's own."""
        return _Reach(self.above, self.known, self.own | _keys(one.children), self.constants)


def _keys(components: tuple[Field, ...]) -> frozenset[str]:
    return frozenset(one.key for one in opened(components))


def _walk(components: tuple[Field, ...], reach: _Reach, hidden: bool = False) -> Iterator[FormProblem]:
    yield from _duplicates(components) if not hidden else ()
    for one in components:
        never = hidden or reach.constants.get((one.hide, "")) is True
        yield from _expressions(one, reach)
        yield from _shape(one, reach.constants)
        if never and one.rules.required is True:
            yield _problem(one, "必填但永远隐藏，请修改隐藏条件或取消必填")
        if one.type == "group":
            yield from _nested(one, reach, never)
        elif one.type == "dynamiclist":
            yield from _walk(one.children, reach.inside(one), never)
        reach = reach.past(one)


def _nested(one: Field, reach: _Reach, never: bool) -> Iterator[FormProblem]:
    """A group's keys belong to the form around it, so doubles are counted there."""
    for child in _walk(one.children, reach, never):
        if "重复" not in child.message:
            yield child


def _problem(one: Field, message: str, severity: str = "error") -> FormProblem:
    return FormProblem(one.key or one.id, f"“{one.title}”{message}", severity)


def _duplicates(components: tuple[Field, ...]) -> Iterator[FormProblem]:
    counted = Counter(one.key for one in opened(components))
    for one in opened(components):
        if counted[one.key] > 1:
            yield _problem(one, f"的字段名“{one.key}”重复，请改成不同的名称")
            counted[one.key] = 1


def _constants(components: tuple[Field, ...]) -> _Constants:
    """All in one crossing: one by one, a form full of runaways would keep everybody else waiting."""
    fields = list(_every(components))
    jobs = dict.fromkeys([(one.hide, "") for one in fields if one.hide and _is_constant(one.hide)]
                         + [(_MATCHES, one.rules.pattern) for one in fields if one.rules.pattern])
    outcomes = feel.outcomes_of([(text, {"pattern": pattern}) for text, pattern in jobs])
    return dict(zip(jobs, outcomes, strict=True))


def _every(components: tuple[Field, ...]) -> Iterator[Field]:
    for one in components:
        yield one
        yield from _every(one.children)


def _is_constant(expression: str) -> bool:
    parsed = feel.parse(expression)
    return parsed.error is None and not parsed.names and not parsed.refused


def _expressions(one: Field, reach: _Reach) -> Iterator[FormProblem]:
    for what, expression in one.expressions():
        parsed = feel.parse(expression)
        allowed = reach.above | ({one.key} if what == "校验表达式" else frozenset())
        for complaint in chain(_texts(parsed), _names(parsed, reach, allowed)):
            yield _problem(one, f"的{what}{complaint}")


def _texts(parsed: Parsed) -> Iterator[str]:
    if parsed.error is not None:
        yield f"第 {parsed.error[0] + 1} 个字符有误：{parsed.error[1]}"
    for name in sorted(parsed.refused):
        yield f"不能使用 {name}()，请改用变量 {name}"
    for name in sorted(parsed.unknown - parsed.refused):
        yield f"使用了不存在的函数“{name}”，请改用 FEEL 的函数"


def _names(parsed: Parsed, reach: _Reach, allowed: frozenset[str]) -> Iterator[str]:
    for name in sorted(parsed.names - allowed - ALWAYS):
        if name in reach.own:
            yield f"用到了下面的字段“{name}”，条件只能使用上面的字段，请调整顺序"
        elif reach.known is not None and name not in reach.known:
            yield f"使用了未定义的名称“{name}”，请检查拼写"


def _shape(one: Field, constants: _Constants) -> Iterator[FormProblem]:
    rules = one.rules
    if one.type in CHOICES and not one.options and not one.options_from:
        yield _problem(one, "没有选项，请补上")
    if len({str(option.value) for option in one.options}) < len(one.options):
        yield _problem(one, "有两个选项的值相同，请改成不同的值")
    pairs = ((rules.min, rules.max), (rules.min_length, rules.max_length), (rules.min_count, rules.max_count))
    if any(isinstance(low, int | float) and isinstance(high, int | float) and low > high for low, high in pairs):
        yield _problem(one, "的最小值大于最大值，请修改")
    if rules.pattern and constants[_MATCHES, rules.pattern] not in (True, False):
        yield _problem(one, "的格式规则（正则表达式）有误，请修改")
    if one.unit and not (one.type == "number" and one.unit == "yuan"):
        yield _problem(one, f"的单位“{one.unit}”不能识别，金额请写 yuan", "warning")
    if not one.label and one.type not in STATIC | {"group"}:
        yield _problem(one, "没有标题，填表人无法辨认，请补上", "warning")


def _access(form: Form) -> Iterator[FormProblem]:
    fields = {one.key: one for one in form.inputs()}
    for profile, rights in form.access.items():
        for key, right in rights.items():
            if key not in fields:
                yield FormProblem(key, f"权限配置“{profile}”里的字段“{key}”不在表单中，请检查拼写")
            elif right in (REQUIRED, "write") and fields[key].readonly:
                yield FormProblem(key, f"权限配置“{profile}”要填写只读字段“{key}”，请取消只读")
