"""What an expression names and calls, and how its mistakes are explained."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from engine import feel
from engine.feel.syntax import parse_unary_tests


@pytest.mark.parametrize(
    ("expression", "names", "inner", "functions"),
    [
        ("a.b.c + 当事人类型", {"a", "当事人类型"}, set(), set()),
        ("=a", {"a"}, set(), set()),
        ("witnesses[name != limit].tel", {"witnesses"}, {"name", "limit"}, set()),
        ("for i in xs, j in i.ys return i + j + k", {"xs", "k"}, set(), set()),
        ("for i in 1..n return partial", {"n"}, set(), set()),
        ("some p in photos satisfies p.gps != null", {"photos"}, set(), set()),
        ("{a: x, b: a + y}.b", {"x", "y"}, set(), set()),
        ('{"a b": x}', {"x"}, set(), set()),
        ("function(a, b) a + c", {"c"}, set(), set()),
        ("count(rows) > 1", {"rows"}, set(), {"count"}),
        ("string join(names, sep)", {"names", "sep"}, set(), {"string join"}),
        ("date(due) - duration(wait)", {"due", "wait"}, set(), set()),
        ("substring(string: a, start position: n)", {"a", "n"}, set(), {"substring"}),
        ("days left + 1", {"days left"}, set(), set()),
        ("x in (a, > b)", {"x", "a", "b"}, set(), set()),
        ('if a then "b" else c', {"a", "c"}, set(), set()),
        ('"a" + "b"', set(), set(), set()),
    ],
)
def test_free_names_and_functions_are_found(expression, names, inner, functions):
    parsed = feel.parse(expression)

    assert (parsed.error, set(parsed.names), set(parsed.inner), set(parsed.functions)) == (None, names, inner, functions)


def test_unknown_and_refused_functions_are_told_apart():
    parsed = feel.parse("today() > due and foo(1) and count(x) = 1")

    assert parsed.refused == {"today"}
    assert parsed.unknown == {"foo"}


@pytest.mark.parametrize(
    ("expression", "position", "hint"),
    [
        ("${amount > 5}", 0, "不使用 ${…}"),
        ("a == b", 2, "一个等号"),
        ("a && b", 2, "写 and"),
        ("a || b", 2, "写 or"),
        ("!a", 0, "not(…)"),
        ("a = None", 4, "写 null"),
        ("a = True", 4, "写 true"),
        ("False", 0, "写 false"),
        ("a = '企业'", 4, "双引号"),
        ("a = “企业”", 4, "双引号"),
        ("a > 5，b", 5, "半角"),
        ("days(", 5, "没有写完整"),
        ("(a", 2, "没有写完整"),
        ("  = a +", 7, "没有写完整"),
        ("if a then b", 11, "else"),
        ("", 0, "空的"),
        ("  ", 0, "空的"),
        ("a" * 2001, 2000, "改用决策表"),
        ("x instance of string", 0, "instance of"),
        ("a > 1 b c)", 6, "无法理解"),
    ],
)
def test_mistakes_are_explained_at_their_place(expression, position, hint):
    error = feel.parse(expression).error

    assert error is not None
    assert error[0] == position
    assert hint in error[1]


def test_a_hint_is_not_taken_from_inside_a_text():
    assert feel.parse('a = "x == y && ${z}，None"').error is None


def test_cells_of_tables_are_parsed_by_their_own_grammar():
    assert parse_unary_tests("> limit, [1..3]").names == {"limit"}
    assert parse_unary_tests("not(a)").error is None
    assert parse_unary_tests("> ").error is not None


@given(st.text(max_size=200))
@example("(" * 2000)
@example("[" * 1999)
@example("a." * 900)
@example("\ud800")
def test_no_text_makes_the_parser_fail(text):
    parsed = feel.parse(text)

    assert parsed.error is None or 0 <= parsed.error[0] <= len(text)
