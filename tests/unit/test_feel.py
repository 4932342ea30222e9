"""FEEL as diagrams and forms use it: values in and out, dates, null, the cost of many at once."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine import feel
from engine.clock import SHANGHAI
from engine.errors import ExpressionFailed, Unavailable
from engine.feel.isolate import Isolate

EARLY = datetime(2026, 3, 1, 23, 30, tzinfo=UTC)  # 07:30 on 2 March in Shanghai
NAMES = {"amount": 6000, "当事人类型": "企业", "now": EARLY, "today": date(2026, 3, 2), "rows": [{"p": 1}, {"p": 3}], "limit": 2}


@pytest.mark.parametrize(
    ("expression", "value"),
    [
        ('amount > 5000 and 当事人类型 = "企业"', True),
        ("= amount + 1", 6001),
        ("=amount", 6000),
        ('if amount > 1 then "多" else "少"', "多"),
        ("rows[p > limit]", [{"p": 3}]),
        ("some r in rows satisfies r.p = 3", True),
        ("for r in rows return r.p * limit", [2, 6]),
        ("count(rows)", 2),
        ("{a: limit, b: a + 1}", {"a": 2, "b": 3}),
        ("amount in [5000..7000]", True),
        ("case.unit", None),
        ('matches("13800000000", "^1[0-9]{10}$")', True),
        ("1/0", None),
        ("missing > 5000", None),
        ("missing = null", True),
        ('amount + "x"', None),
        ("x.constructor", None),
        ("[]", []),
    ],
)
def test_expressions_have_the_value_that_feel_gives_them(expression, value):
    assert feel.evaluate(expression, NAMES) == value


@pytest.mark.parametrize(
    ("expression", "value"),
    [
        ("today", date(2026, 3, 2)),
        ('today + duration("P5D")', date(2026, 3, 7)),
        ('date("2026-10-01") + duration("P5D")', date(2026, 10, 6)),
        ("date(now)", date(2026, 3, 2)),
        ("date(now) = today", True),
        ("now.hour", 7),
        ("day of week(now)", "Monday"),
        ("string(now)", "2026-03-02T07:30:00+08:00"),
        ("now", EARLY),
        ('now + duration("PT2H")', EARLY + timedelta(hours=2)),
        ('date and time("2026-03-02T07:30:00")', EARLY),
        ('date and time("2026-03-02T07:30:00") = now', True),
        ('date and time("2026-03-01T23:30:00Z") = now', True),
        ('date and time("2026-03-02T07:30:00+08:00") <= now', True),
        ('duration("P2DT1H")', timedelta(days=2, hours=1)),
        ('duration("P2M")', "P2M"),
        ("now - start", timedelta(hours=3)),
        ("date(2026, 3, 2) = today", True),
        ('time("10:30:00")', "10:30:00"),
        ("wait > short", True),
        ("[today, {a: now}]", [date(2026, 3, 2), {"a": EARLY}]),
    ],
)
def test_dates_cross_in_both_directions_and_local_time_is_shanghai(expression, value):
    names = {**NAMES, "start": EARLY - timedelta(hours=3), "wait": timedelta(days=2), "short": timedelta(hours=3)}

    assert feel.evaluate(expression, names) == value


def test_a_moment_without_zone_counts_as_shanghai():
    assert feel.evaluate("m", {"m": datetime(2026, 3, 2, 7, 30)}) == EARLY
    assert feel.evaluate("m", {"m": EARLY.astimezone(SHANGHAI)}) == EARLY


def test_decimals_and_tuples_are_taken():
    assert feel.evaluate("[a, b, sum(c)]", {"a": Decimal("5"), "b": Decimal("1.5"), "c": (1, 2)}) == [5, 1.5, 3]


@pytest.mark.parametrize("value", [float("nan"), float("inf"), object(), {1: object()}])
def test_what_is_no_value_of_a_case_is_refused(value):
    with pytest.raises(ExpressionFailed):
        feel.evaluate("x", {"x": value})


@pytest.mark.parametrize(
    ("expression", "message"),
    [
        ("a == 1", "第 3 个字符有误：判断相等请用一个等号"),
        ("today()", "改用变量 today"),
        ("now() > due", "改用变量 now"),
        ("function(a) a", "不是可以保存的值"),
        ("[1..3]", "不是可以保存的值"),
        ("", "空的"),
        ("a +", "没有写完整"),
        ("1" * 2001, "超过 2000 个字符"),
        ("a external {}", "有误"),
        ("a, b", "有误"),
    ],
)
def test_what_cannot_be_evaluated_is_refused_with_the_reason(expression, message):
    with pytest.raises(ExpressionFailed, match=message):
        feel.evaluate(expression, {"a": 1})


def test_many_are_evaluated_together_in_order():
    assert feel.evaluate_many([("a + 1", {"a": n}) for n in range(200)]) == [n + 1 for n in range(200)]
    assert feel.evaluate_many([]) == []


def test_one_broken_expression_does_not_stop_the_others():
    outcomes = feel.outcomes_of([("1 + 1", {}), ("1 +", {}), ("x", {"x": float("nan")}), ("2 + 2", {})])

    assert [outcomes[0], outcomes[3]] == [2, 4]
    assert isinstance(outcomes[1], ExpressionFailed) and isinstance(outcomes[2], ExpressionFailed)
    with pytest.raises(ExpressionFailed, match="没有写完整"):
        feel.evaluate_many([("1 + 1", {}), ("1 +", {})])


def test_the_same_text_keeps_no_value_of_an_earlier_evaluation():
    assert feel.evaluate("a = null", {"a": 1}) is False
    assert feel.evaluate("a = null", {}) is True
    assert feel.evaluate("a", {"a": "x"}) == "x"


def test_a_name_may_shadow_a_function_or_stand_in_a_filter():
    assert feel.evaluate("count + 1", {"count": 2}) == 3
    assert feel.evaluate("rows[name = wanted]", {"rows": [{"name": "a"}, {"name": "b"}], "wanted": "b", "name": "z"}) == [{"name": "b"}]


def test_preview_tells_feels_warnings_each_time():
    for _ in range(2):
        value, warnings = feel.preview("missing + 1", {})
        assert value is None
        assert any("missing" in warning for warning in warnings)
    assert feel.preview("1 + 1", {}) == (2, ())


def test_without_the_built_bundle_the_message_says_what_to_do(tmp_path):
    with pytest.raises(Unavailable, match="请先运行 make setup"):
        Isolate(tmp_path / "feel.js").call("gridloopParse", "[]")


JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.text() | st.dates() | st.floats(-1e15, 1e15),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)


@given(JSON)
def test_every_value_comes_back_as_it_went(value):
    assert feel.evaluate("x", {"x": value}) == value
