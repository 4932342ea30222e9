"""Checking a submission. Comes out: the values of known fields that this person may write and sees, and nothing else."""

from collections.abc import Iterator, Mapping
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from engine import clock, feel
from engine.errors import ExpressionFailed, InvalidValues
from engine.forms.filling import Filling, Given, Node
from engine.forms.model import Form, Mode

LARGEST = 200_000  # characters in one submission, keys included
MOST_VALUES = 10_000
DEEPEST = 8
AHEAD = timedelta(minutes=5)  # by which a phone's clock may be ahead of ours
_NOTHING: Mapping[str, Any] = {}
_MATCHES = "matches(value, pattern)"
_PLEASE = {
    "radio": "请选择一项", "select": "请选择一项", "checklist": "请至少选择一项", "checkbox": "请勾选此项", "photo": "请拍照或上传照片",
    "file": "请上传文件", "location": "请定位或填写地址", "person": "请选择人员", "signature": "请签名，或注明拒签原因",
    "dynamiclist": "请至少填写一行",
}  # fmt: skip


def validate(
    form: Form, values: Mapping[str, Any], *, access: str | None = None,
    stored: Mapping[str, Any] = _NOTHING, names: Mapping[str, Any] = _NOTHING,
) -> dict[str, Any]:  # fmt: skip
    """The values to store, one for every field that this profile may write and that is visible (None where nothing was given).

    Money comes as integer 分, whole numbers as int, dates as ISO text, moments as ISO text with +08:00. Raises only InvalidValues;
    the path of a field inside a list is "list.row.key", "" stands for the form as a whole.
    """
    if not isinstance(values, Mapping):
        raise InvalidValues({"": "提交的内容不是表单，请刷新页面后重新填写"})
    _refuse_huge(values)
    filling = Filling(form, Given(values, stored, names), _rights(form, access), prefill=False)
    errors = dict(_errors(filling, names))
    if errors:
        raise InvalidValues(errors)
    return {node.field.key: _result(node) for node in filling.inputs() if node.counts}


def _rights(form: Form, access: str | None) -> Mapping[str, str]:
    if access and access not in form.access:
        raise InvalidValues({"": f"表单没有“{access}”这一权限配置，请联系流程设计人员"})
    return form.access[access] if access else {}


def _refuse_huge(values: Any) -> None:
    """Counts what was sent before anything else looks at it."""
    pending: list[tuple[Any, int]] = [(values, 0)]
    letters = count = 0
    while pending:
        value, depth = pending.pop()
        count += 1
        if isinstance(value, str):
            letters += len(value)
        elif isinstance(value, Mapping):
            pending.extend((entry, depth + 1) for pair in value.items() for entry in pair)
        elif isinstance(value, list | tuple):
            pending.extend((entry, depth + 1) for entry in value)
        if count + len(pending) > MOST_VALUES or letters > LARGEST or depth > DEEPEST:
            raise InvalidValues({"": "填写的内容过多，请删减后重新提交"})


def _result(node: Node) -> Any:
    if node.field.type != "dynamiclist":
        return node.value
    return [{one.field.key: one.value for one in row.inputs() if one.counts} for row in node.rows]


def _errors(filling: Filling, names: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    counted = [node for node in filling.everything() if node.counts and node.field.is_input]
    computed = _Computed(filling, counted)
    for node in counted:
        message = node.wrong or _missing(node) or _counts(node) or _bounds(node, computed) or _future(node, names)
        message = message or computed.refusal(node)
        if message:
            yield node.path, message


def _has_value(node: Node) -> bool:
    if node.field.type == "dynamiclist":
        return bool(node.rows)
    return not (node.value is None or node.value is False or node.value == [])


def _missing(node: Node) -> str:
    return _PLEASE.get(node.field.type, "此项必填，请填写") if node.required and not _has_value(node) else ""


def _counts(node: Node) -> str:
    rules, type_ = node.field.rules, node.field.type
    count = len(node.rows) if type_ == "dynamiclist" else len(node.value) if isinstance(node.value, list) else None
    if count is None or (count == 0 and not node.required):
        return ""
    unit = {"photo": "张", "dynamiclist": "行", "checklist": "项"}.get(type_, "个")
    if rules.min_count is not None and count < rules.min_count:
        return f"至少 {rules.min_count} {unit}，现在有 {count} {unit}，请补充"
    if rules.max_count is not None and count > rules.max_count:
        return f"最多 {rules.max_count} {unit}，现在有 {count} {unit}，请删减"
    return ""


def _bounds(node: Node, computed: "_Computed") -> str:
    if node.field.type != "number" or node.value is None:
        return ""
    value = Decimal(str(node.value))
    least, most = computed.bound(node, "min"), computed.bound(node, "max")
    if least is not None and value < least:
        return f"不能小于 {_shown(node, least)}，请修改"
    if most is not None and value > most:
        return f"不能大于 {_shown(node, most)}，请修改"
    return ""


def _shown(node: Node, bound: Decimal) -> str:
    return f"{bound / 100:f} 元" if node.field.is_money else f"{bound:f}"


def _future(node: Node, names: Mapping[str, Any]) -> str:
    if not node.field.rules.not_future or not node.value:
        return ""
    given, now = node.seen(), names.get("now")
    now = now if isinstance(now, datetime) and now.tzinfo else clock.now()
    if isinstance(given, datetime):
        return "时间不能晚于现在，请修改" if given > now + AHEAD else ""
    if isinstance(given, date):
        return "日期不能晚于今天，请修改" if given > clock.local(now).date() else ""
    return ""


class _Computed:
    """The rules that are FEEL, evaluated for all fields in one crossing."""

    def __init__(self, filling: Filling, nodes: list[Node]) -> None:
        filled = [node for node in nodes if not node.wrong and _has_value(node)]
        asked = [((node.number, what), (text, context)) for node in filled for what, text, context in self._jobs(filling, node)]
        outcomes = feel.outcomes_of([job for _, job in asked])
        self._answers = {place: outcome for (place, _), outcome in zip(asked, outcomes, strict=True)}

    @staticmethod
    def _jobs(filling: Filling, node: Node) -> Iterator[tuple[str, str, Mapping[str, Any]]]:
        rules = node.field.rules
        for what, bound in (("min", rules.min), ("max", rules.max)):
            if isinstance(bound, str):
                yield what, bound, filling.context(node, bound)
        if rules.expression:
            yield "expression", rules.expression, filling.context(node, rules.expression, itself=True)
        if rules.pattern and isinstance(node.value, str):
            yield "pattern", _MATCHES, {"value": node.value, "pattern": rules.pattern}

    def bound(self, node: Node, what: str) -> Decimal | None:
        """A limit in the unit in which the value is stored; a computed one that is no number limits nothing."""
        fixed = node.field.rules.min if what == "min" else node.field.rules.max
        if isinstance(fixed, int | float):
            return Decimal(str(fixed)) * (100 if node.field.is_money else 1)
        computed = self._answers.get((node.number, what))
        return Decimal(str(computed)) if isinstance(computed, int | float) and not isinstance(computed, bool) else None

    def refusal(self, node: Node) -> str:
        """A pattern must match; a rule must not be false. A rule is null while the other field is empty: that is no refusal."""
        if self._answers.get((node.number, "pattern"), True) is not True:
            return node.field.rules.pattern_message or "格式不正确，请检查后修改"
        outcome = self._answers.get((node.number, "expression"))
        if outcome is False or isinstance(outcome, ExpressionFailed):
            return node.field.rules.expression_message or "不符合要求，请检查后修改"
        return ""


def may_write(form: Form, access: str | None) -> frozenset[str]:
    """Keys that a profile lets a person write, conditions left aside."""
    rights = form.access.get(access or "", {})
    readable = {Mode.HIDDEN.value, Mode.READ.value}
    return frozenset(one.key for one in form.inputs() if not one.readonly and rights.get(one.key) not in readable)
