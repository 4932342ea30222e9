"""Decision tables: every hit policy, the graph of requirements, and what is refused."""

from datetime import date

import pytest

from engine import feel
from engine.errors import ExpressionFailed, InvalidDefinition, NotFound, UnsafeInput

MODEL = "https://www.omg.org/spec/DMN/20191111/MODEL/"


def column(kind, text, type_, values=""):
    allowed = f"<{kind}Values><text>{escape(values)}</text></{kind}Values>" if values else ""
    if kind == "input":
        return f'<input label="{text}"><inputExpression typeRef="{type_}"><text>{text}</text></inputExpression>{allowed}</input>'
    return f'<output name="{text}" typeRef="{type_}">{allowed}</output>'


def escape(text):
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def row(tests, outputs):
    entries = [f"<inputEntry><text>{escape(cell)}</text></inputEntry>" for cell in tests]
    results = [f"<outputEntry><text>{escape(cell)}</text></outputEntry>" for cell in outputs]
    return f"<rule>{''.join(entries + results)}</rule>"


def table(policy, inputs, outputs, rows, aggregation=""):
    """`inputs` and `outputs` are (text, type[, values]); a row is (tests, outputs)."""
    columns = "".join(column("input", *one) for one in inputs) + "".join(column("output", *one) for one in outputs)
    rules = "".join(row(*one) for one in rows)
    extra = f' aggregation="{aggregation}"' if aggregation else ""
    return f'<decisionTable hitPolicy="{policy}"{extra}>{columns}{rules}</decisionTable>'


def document(body, namespace=MODEL):
    return f'<definitions xmlns="{namespace}" id="d" name="d" namespace="x">{body}</definitions>'.encode()


def decision(logic, id_="grade", name="分级", extra=""):
    return f'<decision id="{id_}" name="{name}">{extra}{logic}</decision>'


def load(policy, inputs, outputs, rows, aggregation=""):
    return feel.load_decisions(document(decision(table(policy, inputs, outputs, rows, aggregation))))


LEVEL = [("级别", "string")]
AREA = [("area", "number")]


@pytest.mark.parametrize("namespace", ["20191111", "20211108", "20230324"])
def test_three_versions_of_the_standard_are_read(namespace):
    body = decision(table("UNIQUE", AREA, LEVEL, [(["> 30"], ['"严重"']), (["<= 30"], ['"一般"'])]))

    decisions = feel.load_decisions(document(body, MODEL.replace("20191111", namespace)))

    assert decisions.ids == {"grade"}
    assert decisions.decide("grade", {"area": 31}) == "严重"


@pytest.mark.parametrize(
    ("cell", "value", "hit"),
    [
        ("-", None, True),
        ("", 5, True),
        ("5", 5, True),
        ("5", "5", False),
        ('"5"', 5, False),
        ("5,7", 7, True),
        ("not(5)", 7, True),
        ("not(5)", 5, False),
        ("not(5)", None, False),
        ("[1..3]", 3, True),
        ("[1..3)", 3, False),
        ("]1..3]", 1, False),
        ("< 5", None, False),
        ("< 5", True, False),
        ("true", True, True),
        ("true", 1, False),
        ("false", None, False),
        ("null", None, True),
        ("not(null)", 3, True),
        ('"a","b,c"', "b,c", True),
        ('"a"', None, False),
        ("? > limit", 8, True),
        ("> limit", 7, False),
        ('starts with(?, "a")', "ab", True),
        ("limit", 7, True),
        ("not(> limit)", 3, True),
        ('"a\\"b"', 'a"b', True),
        ("-5.5", -5.5, True),
        ("<= -5", -6, True),
    ],
)
def test_a_cell_matches_as_feel_has_it(cell, value, hit):
    decisions = load("FIRST", [("x", "")], [("r", "string")], [([cell], ['"hit"']), (["-"], ['"miss"'])])

    assert decisions.decide("grade", {"x": value, "limit": 7}) == ("hit" if hit else "miss")


def test_unique_refuses_two_matching_rows_and_names_them():
    decisions = load("UNIQUE", AREA, LEVEL, [(["> 10"], ['"a"']), (["> 20"], ['"b"'])])

    assert decisions.decide("grade", {"area": 15}) == "a"
    with pytest.raises(ExpressionFailed, match="第 1、2 行同时成立"):
        decisions.decide("grade", {"area": 25})


def test_any_accepts_rows_that_agree_and_refuses_others():
    decisions = load("ANY", AREA, LEVEL, [(["> 10"], ['"a"']), (["> 20"], ['"a"']), (["> 30"], ['"b"'])])

    assert decisions.decide("grade", {"area": 25}) == "a"
    with pytest.raises(ExpressionFailed, match="结果不同"):
        decisions.decide("grade", {"area": 35})


ROWS = [(["> 10"], ['"低"']), (["> 20"], ['"高"']), (["> 30"], ['"中"'])]
RANKED = [("级别", "string", '"高","中","低"')]


@pytest.mark.parametrize(
    ("policy", "expected"),
    [
        ("FIRST", "低"),
        ("PRIORITY", "高"),
        ("RULE ORDER", ["低", "高", "中"]),
        ("OUTPUT ORDER", ["高", "中", "低"]),
        ("COLLECT", ["低", "高", "中"]),
    ],
)
def test_policies_with_several_matching_rows(policy, expected):
    assert load(policy, AREA, RANKED, ROWS).decide("grade", {"area": 40}) == expected


@pytest.mark.parametrize(("aggregation", "expected", "without"), [("SUM", 60, None), ("MIN", 10, None), ("MAX", 30, None), ("COUNT", 3, 0)])
def test_collecting_with_an_aggregate(aggregation, expected, without):
    decisions = load("COLLECT", AREA, [("分", "number")], [(["> 0"], ["10"]), (["> 1"], ["20"]), (["> 2"], ["30"])], aggregation)

    assert decisions.decide("grade", {"area": 5}) == expected
    assert decisions.decide("grade", {"area": -5}) == without


def test_several_outputs_are_a_context():
    decisions = load("UNIQUE", AREA, [("级别", "string"), ("天数", "number")], [(["> 0"], ['"高"', "area * 2"])])

    assert decisions.decide("grade", {"area": 4}) == {"级别": "高", "天数": 8}


def test_without_a_match_the_result_is_null_or_the_default():
    default = '<output name="级别" typeRef="string"><defaultOutputEntry><text>"一般"</text></defaultOutputEntry></output>'
    plain = table("UNIQUE", AREA, LEVEL, [(["> 0"], ['"高"'])])
    with_default = plain.replace('<output name="级别" typeRef="string"></output>', default)

    assert feel.load_decisions(document(decision(plain))).decide("grade", {"area": None}) is None
    assert feel.load_decisions(document(decision(with_default))).decide("grade", {"area": None}) == "一般"


def test_required_decisions_are_evaluated_first():
    requires = '<informationRequirement id="r"><requiredDecision href="#grade"/></informationRequirement>'
    first = decision(table("UNIQUE", AREA, LEVEL, [(["> 30"], ['"严重"']), (["<= 30"], ['"一般"'])]))
    second = decision(
        '<literalExpression><text>if 分级 = "严重" then base * 2 else base</text></literalExpression>', "days", "天数", requires
    )

    decisions = feel.load_decisions(document(second + first))

    assert decisions.decide("days", {"area": 31, "base": 5}) == 10
    assert decisions.decide("days", {"area": 3, "base": 5}) == 5
    assert decisions.names("days") == {"area", "base", "分级"}


def test_dates_written_as_text_are_read_by_the_columns_type():
    decisions = load("FIRST", [("due", "date")], LEVEL, [(['< date("2026-03-02")'], ['"早"']), (["-"], ['"晚"'])])

    assert decisions.decide("grade", {"due": "2026-03-01"}) == "早"
    assert decisions.decide("grade", {"due": date(2026, 3, 2)}) == "晚"


def test_decimals_written_as_text_are_read_by_the_columns_type():
    decisions = load("FIRST", AREA, LEVEL, [(["> 30"], ['"大"']), (["-"], ['"小"'])])

    assert decisions.decide("grade", {"area": "31.5"}) == "大"


def test_an_unknown_decision_is_not_found():
    with pytest.raises(NotFound):
        load("UNIQUE", AREA, LEVEL, [(["-"], ['"a"'])]).decide("nothing", {})


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ("", "没有决策"),
        (decision("<context/>"), "暂不支持"),
        (decision("<literalExpression><text>a == 1</text></literalExpression>"), "等号"),
        (decision("<literalExpression><text>today()</text></literalExpression>"), "改用变量 today"),
        (decision("<literalExpression><text>nonsense(1)</text></literalExpression>"), "不存在的函数"),
        (decision(table("UNIQUE", AREA, LEVEL, [(["> "], ['"a"'])])), "没有写完整"),
        (decision(table("UNIQUE", AREA, LEVEL, [(["> today()"], ['"a"'])])), "改用变量 today"),
        (decision(table("WORST", AREA, LEVEL, [])), "命中策略"),
        (decision(table("PRIORITY", AREA, LEVEL, [])), "先后顺序"),
        (decision(table("COLLECT", AREA, LEVEL * 2, [], "SUM")), "不能汇总"),
        (decision(table("UNIQUE", AREA, LEVEL, [([], ['"a"'])])), "格数与列数不符"),
        (decision(table("UNIQUE", AREA, LEVEL, []).replace("<text>area", "<text>")), "没有填写表达式"),
        (decision('<literalExpression expressionLanguage="python"><text>1</text></literalExpression>'), "只支持 FEEL"),
        (decision("<literalExpression><text>1</text></literalExpression>", extra="<knowledgeRequirement/>"), "业务知识模型"),
        (
            decision(
                "<literalExpression><text>1</text></literalExpression>",
                extra='<informationRequirement><requiredDecision href="#grade"/></informationRequirement>',
            ),
            "绕成了圈",
        ),
        (
            decision(
                "<literalExpression><text>1</text></literalExpression>",
                extra='<informationRequirement><requiredDecision href="#gone"/></informationRequirement>',
            ),
            "不在这个文件里",
        ),
    ],
)
def test_what_cannot_run_is_refused_with_the_reason(body, message):
    with pytest.raises(InvalidDefinition) as refusal:
        feel.load_decisions(document(body))

    assert any(message in problem.message for problem in refusal.value.findings), refusal.value.findings


@pytest.mark.parametrize(
    "xml", [b"", b"<a", b"<definitions/>", "决策".encode(), document("x", "http://www.omg.org/spec/DMN/20151101/dmn.xsd")]
)
def test_what_is_no_dmn_is_refused(xml):
    with pytest.raises(InvalidDefinition):
        feel.load_decisions(xml)


BOMB = b'<!DOCTYPE d [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;">]>'


@pytest.mark.parametrize(
    "xml",
    [
        BOMB + document(decision("<literalExpression><text>1</text></literalExpression>")),
        b'<!DOCTYPE d SYSTEM "file:///etc/passwd">' + document(""),
        ("<!DOCTYPE d><definitions/>").encode("utf-16"),
        b" " * (5 * 1024 * 1024 + 1),
        document("<x/>" * 100_001),
    ],
    ids=["entities", "external", "utf-16", "too large", "too many elements"],
)
def test_dangerous_files_are_refused(xml):
    with pytest.raises(UnsafeInput):
        feel.load_decisions(xml)


def rules_found(decisions):
    return [(problem.rule, problem.message) for problem in decisions.check()]


def test_a_sound_table_has_no_findings():
    rows = [(['"a"', "<= 5"], ["1"]), (['"a"', "> 5"], ["2"]), (['not("a")', "-"], ["3"])]

    assert rules_found(load("UNIQUE", [("kind", "string"), ("n", "number")], [("r", "number")], rows)) == []


def test_overlapping_rows_of_a_unique_table_are_found():
    found = rules_found(load("UNIQUE", AREA, LEVEL, [(["<= 10"], ['"a"']), ([">= 10"], ['"b"'])]))

    assert found == [("LD02", "决策表“分级”第 1、2 行同时成立，请改到互不重叠")]


def test_rows_of_an_any_table_may_overlap_with_the_same_result():
    assert rules_found(load("ANY", AREA, LEVEL, [(["<= 10"], ['"a"']), (["-"], ['"a"'])])) == []


@pytest.mark.parametrize(
    ("inputs", "rows", "example"),
    [
        (AREA, [(["< 10"],), (["> 10"],)], "area = 10"),
        (AREA, [(["<= 10"],), ([">= 11"],)], "area = 10.5"),
        ([("kind", "string")], [(['"a"'],), (['"b"'],)], "kind = 其他值"),
        ([("kind", "string", '"a","b","c"')], [(['"a"'],), (['"b"'],)], "kind = c"),
        ([("ok", "boolean")], [(["true"],)], "ok = false"),
        ([("kind", "string"), ("n", "number")], [(['"a"', "-"],), (['not("a")', "> 0"],)], "kind = 其他值，n = -1"),
    ],
)
def test_gaps_are_found_with_an_example(inputs, rows, example):
    found = rules_found(load("UNIQUE", inputs, LEVEL, [(tests, ['"r"']) for (tests,) in rows]))

    assert [rule for rule, _ in found] == ["LD03"]
    assert example in found[0][1]


def test_declared_values_close_a_table():
    kinds = [("kind", "string", '"a","b"')]

    assert rules_found(load("UNIQUE", kinds, LEVEL, [(['"a"'], ['"x"']), (['"b"'], ['"y"'])])) == []


def test_rows_that_never_match_are_found():
    first = load("FIRST", AREA, LEVEL, [(["< 10"], ['"a"']), ([">= 10"], ['"b"']), (["5"], ['"c"'])])
    empty = load("FIRST", AREA, LEVEL, [(["[9..3]"], ['"a"']), (["-"], ['"b"'])])

    assert rules_found(first) == [("LD04", "决策表“分级”第 3 行永远不会命中，请删除或调整")]
    assert rules_found(empty) == [("LD04", "决策表“分级”第 1 行永远不会命中，请删除或调整")]


def test_values_of_the_wrong_type_are_found():
    found = rules_found(load("FIRST", [*AREA, ("due", "date")], LEVEL, [(['"big"', '"2026-01-01"'], ["5"]), (["-", "-"], ['"x"'])]))

    assert [message for _, message in found] == [f"决策表“分级”第 1 行第 {place} 列的值类型不符，请按该列的类型填写" for place in (1, 2, 3)]


def test_cells_that_only_feel_can_judge_are_not_reported():
    rows = [(["> limit"], ['"a"']), (["<= limit"], ['"b"'])]

    assert rules_found(load("UNIQUE", AREA, LEVEL, rows)) == []


def test_a_large_table_is_checked_within_bounds():
    inputs = [(f"x{i}", "number") for i in range(8)]
    rows = [([f"> {(i * j) % 17}" for j in range(8)], ['"r"']) for i in range(1, 40)]

    assert load("FIRST", inputs, LEVEL, rows).check() is not None
