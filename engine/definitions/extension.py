"""The gl: namespace: one table of attributes and child elements from which schema, editor description and guide are made.

Everything that knows a gl: name reads it from here; `schema/gl.xsd`, `schema/gl-moddle.json` and `docs/extension.md` are generated
(`python -m engine.definitions.extension_files`) and a test proves that they are up to date.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from lxml import etree

from engine.definitions.guard import local_name, namespace

NAMESPACE = "https://gridloop.dev/schema/bpmn/1.0"


class Kind(StrEnum):
    """How a value is written and what reading gives: text and feel stay text, words become a tuple."""

    TEXT = "text"
    NAME = "name"
    WORDS = "words"
    INTEGER = "integer"
    BOOLEAN = "boolean"
    FEEL = "feel"
    CHOICE = "choice"


@dataclass(frozen=True)
class Attribute:
    """One attribute: `owners` are BPMN types as the editor names them; they include their subtypes."""

    name: str
    owners: tuple[str, ...]
    kind: Kind
    title: str
    meaning: str
    example: str
    choices: tuple[str, ...] = ()
    required: bool = False


@dataclass(frozen=True)
class Child:
    """One element inside extensionElements; it may occur many times."""

    name: str
    owners: tuple[str, ...]
    title: str
    meaning: str
    attributes: tuple[Attribute, ...]


UNITS = ("minutes", "hours", "workingHours", "days", "workingDays")
LEVELS = ("grid", "village", "area", "town", "city")
LINKS = ("discovery", "correction", "reporting", "handling", "feedback")
TYPES = ("text", "number", "boolean", "date", "dateTime", "list", "context")

_TIMED = ("Activity", "CatchEvent")
_RESULT = ("UserTask", "ScriptTask", "BusinessRuleTask", "ServiceTask", "ReceiveTask", "CatchEvent")

ATTRIBUTES: tuple[Attribute, ...] = (
    Attribute("category", ("Process",), Kind.TEXT, "类别", "发起页和统计中的分组", "市容环卫"),
    Attribute("startForm", ("Process",), Kind.NAME, "发起表单", "发起时填写的表单，对应 forms/<名称>.form.json", "finding"),
    Attribute("startAccess", ("Process",), Kind.NAME, "发起表单权限", "发起表单采用的字段权限方案", "report"),
    Attribute("startRoles", ("Process",), Kind.WORDS, "可发起岗位", "可以发起的岗位，空格分开；不写则不能由人发起",
              "grid_worker village_cadre"),
    Attribute("title", ("Process",), Kind.FEEL, "标题", "案件标题的表达式", "place + \"：\" + problem"),
    Attribute("role", ("UserTask",), Kind.NAME, "办理岗位", "由哪个岗位办理", "village_cadre"),
    Attribute("scope", ("UserTask",), Kind.CHOICE, "岗位层级", "取案件所在单位的哪一级的该岗位；不写则用岗位自身的层级",
              "village", LEVELS),
    Attribute("assignee", ("UserTask",), Kind.FEEL, "指定办理人", "结果为人员编号；不为空时优先于岗位", "case.reporter"),
    Attribute("roleFrom", ("UserTask",), Kind.FEEL, "岗位由表达式决定", "结果为岗位编号；不为空时优先于办理岗位", "desk"),
    Attribute("unitFrom", ("UserTask",), Kind.FEEL, "单位由表达式决定",
              "结果为单位编码；不为空时由该单位的办理岗位办理，不再看岗位层级。用于不在案件所在镇街、村社这条线上的单位，例如市里的部门",
              "department_unit"),
    Attribute("check", ("UserTask",), Kind.WORDS, "提交前核对", "已登记的核对，空格分开；它可以拒绝提交，例如应当回避的人",
              "supervision.may_handle"),
    Attribute("act", ("UserTask",), Kind.WORDS, "提交时办理",
              "已登记的办理，空格分开，按先后办；与提交同时成功或同时不成功，可以拒绝，结果存入结果变量",
              "cases.file_case documents.issue"),
    Attribute("formRef", ("UserTask",), Kind.NAME, "办理表单", "对应 forms/<名称>.form.json", "correction"),
    Attribute("access", ("UserTask",), Kind.NAME, "表单权限", "表单采用的字段权限方案", "leader"),
    Attribute("priority", ("UserTask",), Kind.FEEL, "优先级", "整数或表达式，越大越靠前", "50"),
    Attribute("sendBack", ("UserTask",), Kind.CHOICE, "允许退回",
              "any 可退回到此前的步骤，process 只在本流程（被调用的流程）之内，none 不允许；不写为 any", "none",
              ("any", "process", "none")),
    Attribute("withdraw", ("UserTask",), Kind.CHOICE, "允许撤回", "提交后、下一步未办理前能否撤回；不写为 yes", "no", ("yes", "no")),
    Attribute("limit", _TIMED, Kind.FEEL, "办理时限", "数字或表达式，单位见“时限单位”", "3"),
    Attribute("limitUnit", _TIMED, Kind.CHOICE, "时限单位", "分钟、小时、工作小时、自然日、工作日", "workingDays", UNITS),
    Attribute("warnBefore", _TIMED, Kind.FEEL, "提前预警", "到期前多久变黄，单位与时限相同，或写百分比", "20%"),
    Attribute("deadline", (*_TIMED, "Process"), Kind.NAME, "法定期限", "期限规则的编号；依据、单位、起算和中止都在规则里，图里不写数字",
              "DL-C6"),
    Attribute("deadlineStart", (*_TIMED, "Process"), Kind.FEEL, "期限起算",
              "起算的日期或时刻；不写则从环节开始时起算；从另一期限届满之日起算的写 deadline(\"规则\")", "served_on"),
    Attribute("ruleSet", ("Process",), Kind.FEEL, "规则集", "本流程的期限采用哪个规则集；不写或结果为空则用处罚法默认", "rule_set"),
    Attribute("supervised", ("Process",), Kind.CHOICE, "纳入督办", "本流程的时限是否由监督自动盯办；不写为 yes", "no", ("yes", "no")),
    Attribute("steered", ("Process",), Kind.CHOICE, "可以统筹", "no 表示本流程的事项不能由统筹岗位挂起、终止；不写为 yes", "no",
              ("yes", "no")),
    Attribute("legalBasis", _TIMED, Kind.TEXT, "时限依据", "时限来自哪部法规、哪一条", "《行政处罚法》第六十条"),
    Attribute("waitsFor", ("UserTask", "ReceiveTask", "CatchEvent"), Kind.CHOICE, "在等谁",
              "等当事人行使权利或履行义务时填 party；到期限为止的时间不算在承办人名下", "party", ("party",)),
    Attribute("link", _TIMED, Kind.CHOICE, "所属环节", "发现、纠正、上报、处置、反馈", "correction", LINKS),
    Attribute("legalAct", (*_TIMED, "Process"), Kind.WORDS, "法律行为",
              "本步骤在法律上做的是什么，可以写几个，空格分开；写在流程上表示走完本流程就一定做过。名称见 lawful.md", "notice"),
    Attribute("order", ("SequenceFlow",), Kind.INTEGER, "判断顺序", "同一网关各条件按此从小到大判断，取第一个成立的", "1"),
    Attribute("resultVariable", _RESULT, Kind.NAME, "结果变量", "结果存入哪个变量", "score"),
    Attribute("decisionRef", ("BusinessRuleTask",), Kind.NAME, "决策表", "同目录 .dmn 文件中的决策编号", "triage", required=True),
    Attribute("function", ("ServiceTask",), Kind.NAME, "系统操作", "已登记的操作，形如 房间.操作", "cases.link_duplicate", required=True),
)


def _input(name: str, owners: tuple[str, ...], title: str, meaning: str) -> Child:
    return Child(name, owners, title, meaning, (
        Attribute("name", (), Kind.NAME, "名称", "对方看到的名称", "number", required=True),
        Attribute("expression", (), Kind.FEEL, "表达式", "取值的表达式", "case.number", required=True)))


CHILDREN: tuple[Child, ...] = (
    Child("variable", ("Process",), "声明变量", "说明由调用方或外部传入的变量，或声明几张表单共用一个变量", (
        Attribute("name", (), Kind.NAME, "名称", "变量名", "opinion", required=True),
        Attribute("type", (), Kind.CHOICE, "类型", "变量的类型", "text", TYPES),
        Attribute("label", (), Kind.TEXT, "中文名", "给人看的名称", "处理意见"),
        Attribute("shared", (), Kind.BOOLEAN, "共用", "几张表单有意写同一个变量时填 true", "true"))),
    Child("document", ("UserTask",), "文书", "本步骤要制作的文书", (
        Attribute("template", (), Kind.TEXT, "模板", "文书模板编号", "rectification-notice", required=True),
        Attribute("name", (), Kind.TEXT, "名称", "文书名称", "责令改正通知书"),
        Attribute("required", (), Kind.BOOLEAN, "必须", "不做此文书就不能提交", "true"),
        Attribute("when", (), Kind.FEEL, "何时制作", "结果为 true 时才制作；不写则每次都制作", 'rectify_kind = "within"'))),
    Child("evidence", ("UserTask",), "证据材料", "本步骤应取得的证据", (
        Attribute("name", (), Kind.TEXT, "名称", "材料名称", "现场照片", required=True),
        Attribute("kind", (), Kind.TEXT, "种类", "photo、document、audio、video、record", "photo"),
        Attribute("min", (), Kind.INTEGER, "最少份数", "至少几份", "2"))),
    Child("gate", ("UserTask",), "法定关口", "期限不允许时本步骤不能提交", (
        Attribute("rule", (), Kind.NAME, "期限规则", "期限规则的编号", "DL-E7", required=True),
        Attribute("moment", (), Kind.FEEL, "以何时为准", "拟办的日期或时刻；不写则以提交时为准", "hearing_on"),
        Attribute("waived", (), Kind.FEEL, "可以不等", "结果为 true 时不受此关口限制，例如当事人书面放弃", "waiver = true"))),
    _input("input", ("ServiceTask", "CallActivity", "SendTask", "ThrowEvent"), "传入", "交给操作、被调用流程或消息的值"),
    _input("output", ("CallActivity", "ReceiveTask", "CatchEvent"), "传出", "从被调用流程或消息取回、存入本流程的值"),
    _input("correlation", ("ReceiveTask", "SendTask", "Event"), "关联键", "消息凭哪些值找到这一件；全部相等才算匹配"),
)

_ATTRIBUTE = {one.name: one for one in ATTRIBUTES}
_CHILD = {one.name: one for one in CHILDREN}

_GATEWAYS = ("ExclusiveGateway", "InclusiveGateway", "ParallelGateway", "ComplexGateway", "EventBasedGateway")
_PARENTS: dict[str, tuple[str, ...]] = {
    **dict.fromkeys(("UserTask", "ManualTask", "Task", "ScriptTask", "BusinessRuleTask", "ServiceTask", "SendTask", "ReceiveTask",
                     "CallActivity", "SubProcess", "Transaction", "AdHocSubProcess"), ("Activity",)),
    **dict.fromkeys(("StartEvent", "IntermediateCatchEvent", "BoundaryEvent"), ("CatchEvent", "Event")),
    **dict.fromkeys(("EndEvent", "IntermediateThrowEvent"), ("ThrowEvent", "Event")),
    **dict.fromkeys(_GATEWAYS, ()),
}


def belongs(owners: tuple[str, ...], tag: str) -> bool:
    """True when an element with this local tag is, or derives from, one of the owning types."""
    kind = tag[:1].upper() + tag[1:]
    return kind in owners or any(parent in owners for parent in _PARENTS.get(kind, ()))


@dataclass(frozen=True)
class Misuse:
    """A gl: name that is unknown, stands on the wrong element, misses, or holds a value that does not fit."""

    name: str
    message: str


@dataclass(frozen=True)
class Extensions:
    """What one element carries: `values` typed by attribute name, `children` as (child name, typed attributes), `misuses`."""

    values: dict[str, Any]
    children: tuple[tuple[str, dict[str, Any]], ...]
    misuses: tuple[Misuse, ...]


def convert(attribute: Attribute, text: str) -> Any:
    """The typed value. Raises ValueError, in Chinese, when the text does not fit."""
    text = text.strip()
    if attribute.kind is Kind.INTEGER:
        if not re.fullmatch(r"-?\d{1,9}", text):
            raise ValueError(f"应填整数，现在是“{text}”")
        return int(text)
    if attribute.kind is Kind.BOOLEAN:
        if text not in ("true", "false"):
            raise ValueError(f"应填 true 或 false，现在是“{text}”")
        return text == "true"
    if attribute.kind is Kind.CHOICE and text not in attribute.choices:
        raise ValueError(f"应填 {'、'.join(attribute.choices)} 之一，现在是“{text}”")
    if attribute.kind is Kind.WORDS:
        return tuple(text.split())
    if attribute.kind is Kind.NAME and not re.fullmatch(r"[^\s\"'<>&]{1,120}", text):
        raise ValueError("不能为空，也不能含空格、引号或尖括号")
    return text


def read(element: etree._Element) -> Extensions:
    """All gl: attributes and extension children of one BPMN element, typed; what does not fit is reported, never raised."""
    tag, misuses = local_name(element), []
    values: dict[str, Any] = {}
    for name, text in _own_attributes(element):
        attribute = _ATTRIBUTE.get(name)
        if attribute is None or not belongs(attribute.owners, tag):
            misuses.append(Misuse(name, f"不能写扩展属性 gl:{name}" if attribute else f"含有未知的扩展属性 gl:{name}"))
        else:
            _take(attribute, text, values, misuses)
    children = []
    for child in _own_children(element):
        children.append((local_name(child), _read_child(child, tag, misuses)))
    return Extensions(values, tuple(children), tuple(misuses))


def _take(attribute: Attribute, text: str, values: dict[str, Any], misuses: list[Misuse]) -> None:
    try:
        values[attribute.name] = convert(attribute, text)
    except ValueError as error:
        misuses.append(Misuse(attribute.name, f"的“{attribute.title}”（gl:{attribute.name}）{error}"))


def _read_child(child: etree._Element, owner: str, misuses: list[Misuse]) -> dict[str, Any]:
    known = _CHILD.get(local_name(child))
    if known is None or not belongs(known.owners, owner):
        misuses.append(Misuse(local_name(child), f"不能含扩展元素 gl:{local_name(child)}"))
        return {}
    allowed = {one.name: one for one in known.attributes}
    values: dict[str, Any] = {}
    for key, text in child.attrib.items():
        name = str(key)
        if name in allowed:
            _take(allowed[name], str(text), values, misuses)
        else:
            misuses.append(Misuse(known.name, f"的 gl:{known.name} 含有未知的属性 {name}"))
    for one in known.attributes:
        if one.required and one.name not in child.attrib:
            misuses.append(Misuse(known.name, f"的 gl:{known.name} 缺少属性 {one.name}（{one.title}）"))
    return values


def _own_attributes(element: etree._Element) -> Iterator[tuple[str, str]]:
    for key, value in element.attrib.items():
        name = etree.QName(str(key))
        if name.namespace == NAMESPACE:
            yield name.localname, str(value)


def _own_children(element: etree._Element) -> Iterator[etree._Element]:
    for holder in element:
        if local_name(holder) == "extensionElements":
            yield from (child for child in holder if namespace(child) == NAMESPACE)
