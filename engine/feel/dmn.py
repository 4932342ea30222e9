"""Reading a DMN file (1.3 to 1.5): size first, then structure, then meaning. Nothing outside the file is ever read."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from lxml import etree

from engine.errors import InvalidDefinition, UnsafeInput
from engine.feel import cells
from engine.feel.cells import Cell

LARGEST = 5 * 1024 * 1024  # bytes
MOST_ELEMENTS = 100_000
MOST_ROWS, MOST_VALUES = 1000, 5000  # of one table: every two rows are compared, at every value that is named
LONGEST_CELL = 4000  # characters
NAMESPACES = {
    "https://www.omg.org/spec/DMN/20191111/MODEL/": "1.3",
    "https://www.omg.org/spec/DMN/20211108/MODEL/": "1.4",
    "https://www.omg.org/spec/DMN/20230324/MODEL/": "1.5",
}
POLICIES = frozenset({"UNIQUE", "ANY", "FIRST", "PRIORITY", "RULE ORDER", "OUTPUT ORDER", "COLLECT"})
AGGREGATIONS = frozenset({"SUM", "MIN", "MAX", "COUNT"})
_TYPES = {
    "integer": "number", "long": "number", "double": "number", "date and time": "dateTime",
    "days and time duration": "dayTimeDuration", "years and months duration": "yearMonthDuration",
}


@dataclass(frozen=True)
class Problem:
    """Something wrong with a decision: `rule` is the check's number, `severity` "error" or "warning"."""

    rule: str
    severity: str
    decision: str
    message: str


@dataclass(frozen=True)
class Input:
    label: str
    text: str
    type: str
    values: Cell = field(default_factory=lambda: Cell("", ()))


@dataclass(frozen=True)
class Output:
    """`values` are the allowed results, the most important first; `default` is FEEL text or empty."""

    name: str
    type: str
    values: Cell
    default: str


@dataclass(frozen=True)
class Rule:
    tests: tuple[Cell, ...]
    outputs: tuple[str, ...]


@dataclass(frozen=True)
class Table:
    policy: str
    aggregation: str
    inputs: tuple[Input, ...]
    outputs: tuple[Output, ...]
    rules: tuple[Rule, ...]


@dataclass(frozen=True)
class Decision:
    """A table, or one FEEL text. `requires` pairs the id of a required decision with a name its result is known by."""

    id: str
    name: str
    type: str
    requires: tuple[tuple[str, str], ...]
    table: Table | None = None
    text: str = ""


class _Refused(Exception):
    """A decision that cannot be read; the message is for the designer."""


def read(document: bytes) -> dict[str, Decision]:
    """All decisions of a file by id. Refuses with UnsafeInput before and with InvalidDefinition after parsing."""
    root = _root(document)
    decisions: dict[str, Decision] = {}
    problems: list[Problem] = []
    names = {_id(element): _names(element) for element in _all(root, "decision")}
    for element in _all(root, "decision"):
        try:
            decisions[_id(element)] = _decision(element, names)
        except _Refused as refusal:
            problems.append(Problem("LD06", "error", _id(element), f"决策“{element.get('name') or _id(element)}”{refusal}"))
    if not names:
        problems.append(Problem("LD06", "error", "", "文件里没有决策，请检查是否选错了文件"))
    problems.extend(_cycles(decisions))
    if problems:
        raise InvalidDefinition(problems)
    return decisions


def _parser() -> etree.XMLParser:
    return etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, dtd_validation=False, huge_tree=False,
        remove_comments=True, remove_pis=True,
    )  # fmt: skip


def _root(document: bytes) -> etree._Element:
    if len(document) > LARGEST:
        raise UnsafeInput("决策文件超过 5 MB，已拒绝。请删减后重新上传。")
    try:
        root = etree.fromstring(document, _parser())
    except (etree.XMLSyntaxError, ValueError) as reason:
        problem = Problem("LD06", "error", "", "文件不是完整的 XML，请重新导出后上传")
        raise InvalidDefinition([problem], cause=str(reason)) from reason
    if root.getroottree().docinfo.internalDTD is not None:
        raise UnsafeInput("决策文件带有 DOCTYPE 声明，已拒绝。请用决策表编辑器重新导出。")
    if sum(1 + len(element.attrib) for element in root.iter("*")) > MOST_ELEMENTS:
        raise UnsafeInput("决策文件的元素过多，已拒绝。请拆分后重新上传。")
    if etree.QName(root).namespace not in NAMESPACES or etree.QName(root).localname != "definitions":
        raise InvalidDefinition([Problem("LD06", "error", "", "只支持 DMN 1.3、1.4、1.5 的决策文件，请重新导出")])
    return root


def _all(element: etree._Element, name: str) -> Iterator[etree._Element]:
    return element.iterchildren(f"{{{etree.QName(element).namespace}}}{name}")


def _one(element: etree._Element, name: str) -> etree._Element | None:
    return next(_all(element, name), None)


def _text(element: etree._Element | None) -> str:
    """The <text> of an expression, stripped; refuses other expression languages than FEEL."""
    if element is None:
        return ""
    language = element.get("expressionLanguage", "feel")
    if "feel" not in language.lower():
        raise _Refused(f"使用了“{language}”语言，只支持 FEEL")
    found = _one(element, "text")
    text = "" if found is None else (found.text or "").strip()
    if len(text) > LONGEST_CELL:
        raise _Refused(f"有一格写了 {len(text)} 个字，最多 {LONGEST_CELL} 个，请拆成几行")
    return text


def _type(element: etree._Element | None) -> str:
    name = ("" if element is None else element.get("typeRef", "")).split(":")[-1].strip()
    return _TYPES.get(name, name)


def _id(element: etree._Element) -> str:
    return element.get("id", "")


def _names(element: etree._Element) -> tuple[str, ...]:
    variable = _one(element, "variable")
    found = (element.get("name"), None if variable is None else variable.get("name"))
    return tuple(dict.fromkeys(name for name in found if name))


def _decision(element: etree._Element, names: dict[str, tuple[str, ...]]) -> Decision:
    variable, table, literal = _one(element, "variable"), _one(element, "decisionTable"), _one(element, "literalExpression")
    if not _id(element):
        raise _Refused("没有编号（id），请补上")
    common = (_id(element), element.get("name") or _id(element), _type(variable), tuple(_required(element, names)))
    if table is not None:
        return Decision(*common, table=_table(table))
    if literal is None:
        raise _Refused("不是决策表也不是单个表达式，暂不支持")
    text = _text(literal)
    if not text:
        raise _Refused("的表达式是空的，请填写")
    return Decision(*common, text=text)


def _required(element: etree._Element, names: dict[str, tuple[str, ...]]) -> Iterator[tuple[str, str]]:
    if _one(element, "knowledgeRequirement") is not None:
        raise _Refused("引用了业务知识模型，暂不支持")
    for requirement in _all(element, "informationRequirement"):
        reference = _one(requirement, "requiredDecision")
        if reference is None:
            continue
        target = reference.get("href", "").lstrip("#")
        if target not in names:
            raise _Refused(f"引用的决策“{target}”不在这个文件里")
        yield from ((target, name) for name in names[target])


def _table(element: etree._Element) -> Table:
    policy, aggregation = element.get("hitPolicy", "UNIQUE"), element.get("aggregation", "")
    if policy not in POLICIES or aggregation not in AGGREGATIONS | {""}:
        raise _Refused(f"的命中策略“{policy} {aggregation}”无法识别")
    if (count := sum(1 for _ in _all(element, "rule"))) > MOST_ROWS:
        raise _Refused(f"有 {count} 行，最多 {MOST_ROWS} 行，请拆成几张决策表")
    inputs = tuple(_input(one) for one in _all(element, "input"))
    outputs = tuple(_output(one) for one in _all(element, "output"))
    rules = tuple(_rule(one, len(inputs), len(outputs)) for one in _all(element, "rule"))
    if sum(len(cell.parts or ()) for rule in rules for cell in rule.tests) > MOST_VALUES:
        raise _Refused(f"里写的值超过 {MOST_VALUES} 个，请拆成几张决策表")
    if not outputs:
        raise _Refused("没有输出列，请补上")
    if len(outputs) > 1 and (aggregation or not all(output.name for output in outputs)):
        raise _Refused("有多个输出列：每列都要有名称，并且不能汇总")
    if policy in ("PRIORITY", "OUTPUT ORDER") and not any(output.values.parts for output in outputs):
        raise _Refused("按优先级取结果，但没有给出输出值的先后顺序")
    return Table(policy, aggregation if policy == "COLLECT" else "", inputs, outputs, rules)


def _input(element: etree._Element) -> Input:
    expression = _one(element, "inputExpression")
    text = _text(expression)
    if not text:
        raise _Refused("有一个输入列没有填写表达式")
    return Input(element.get("label") or text, text, _type(expression), cells.read(_text(_one(element, "inputValues"))))


def _output(element: etree._Element) -> Output:
    values = cells.read(_text(_one(element, "outputValues")))
    return Output(element.get("name", ""), _type(element), values, _text(_one(element, "defaultOutputEntry")))


def _rule(element: etree._Element, inputs: int, outputs: int) -> Rule:
    tests = tuple(cells.read(_text(one)) for one in _all(element, "inputEntry"))
    results = tuple(_text(one) for one in _all(element, "outputEntry"))
    if len(tests) != inputs or len(results) != outputs:
        raise _Refused("有一行的格数与列数不符")
    return Rule(tests, results)


def _cycles(decisions: dict[str, Decision]) -> Iterator[Problem]:
    """Decisions that need themselves, directly or through others."""
    solved: set[str] = set()
    while ready := [d for d in decisions.values() if d.id not in solved and {r for r, _ in d.requires} <= solved]:
        solved.update(decision.id for decision in ready)
    for decision in decisions.values():
        broken = any(required not in decisions for required, _ in decision.requires)
        if decision.id not in solved and not broken:
            yield Problem("LD06", "error", decision.id, f"决策“{decision.name}”的依赖绕成了圈，请断开其中一处")
