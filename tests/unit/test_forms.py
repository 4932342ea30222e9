"""What may enter a case through a form: each type of field, rights, conditions, lists, rules."""

from datetime import UTC, date, datetime

import pytest

from engine import forms
from engine.errors import InvalidValues

A, B = "a" * 32, "b" * 64
NOW = {"now": datetime(2026, 3, 2, 1, 0, tzinfo=UTC), "today": date(2026, 3, 2)}
KINDS = [{"label": "占道经营", "value": "road"}, {"label": "违法建设", "value": "building"}]


def form(*components, access=None):
    return forms.load({"components": list(components), "access": access or {}})


def field(type_, key="x", hide="", **more):
    conditional = {"conditional": {"hide": f"={hide}"}} if hide else {}
    return {"type": type_, "key": key, "label": key, **conditional, **more}


def clean(one, value, **more):
    return forms.validate(form(one), {"x": value}, **more)["x"]


def errors(one, values, **more):
    with pytest.raises(InvalidValues) as refusal:
        forms.validate(one, values, **more)
    return refusal.value.errors


def error(one, value, **more):
    return errors(form(one), {"x": value}, **more)["x"]


TEXT, AREA, MONEY = field("textfield"), field("number"), field("number", unit="yuan")


@pytest.mark.parametrize(
    ("one", "given", "stored"),
    [
        (TEXT, "  王某 ", "王某"),
        (TEXT, " ", None),
        (TEXT, None, None),
        (field("textarea"), "a\r\nb\rc\td", "a\nb\nc\td"),
        (AREA, "12", 12),
        (AREA, "12.50", 12.5),
        (AREA, "１２．５", 12.5),
        (AREA, "-0.1", -0.1),
        (AREA, 7, 7),
        (AREA, 7.0, 7),
        (AREA, "", None),
        (MONEY, "12.5", 1250),
        (MONEY, "0.01", 1),
        (MONEY, "1234567890.12", 123456789012),
        (field("datetime", subtype="date"), "2026-03-02", "2026-03-02"),
        (field("datetime", subtype="time"), "09:05", "09:05"),
        (field("datetime", subtype="datetime"), "2026-03-02T09:05", "2026-03-02T09:05:00+08:00"),
        (field("datetime", subtype="datetime"), "2026-03-02T01:05:00Z", "2026-03-02T09:05:00+08:00"),
        (field("checkbox"), "on", True),
        (field("checkbox"), None, False),
        (field("checkbox"), False, False),
        (field("select", values=KINDS), "road", "road"),
        (field("radio", values=[{"label": "一", "value": 1}, {"label": "是", "value": True}]), "1", 1),
        (field("radio", values=[{"label": "一", "value": 1}, {"label": "是", "value": True}]), "true", True),
        (field("checklist", values=KINDS), ["building", "road"], ["road", "building"]),
        (field("checklist", values=KINDS), "road", ["road"]),
        (field("checklist", values=KINDS), None, []),
        (field("photo"), [A, B, A], [A, B]),
        (field("photo"), A, [A]),
        (field("file"), [], []),
        (field("person"), "zhang.san", "zhang.san"),
        (field("signature"), A, {"image": A}),
        (
            field("signature"),
            {"refused": True, "reason": "拒不配合", "witness": "李某"},
            {"refused": True, "reason": "拒不配合", "witness": "李某"},
        ),
    ],
)
def test_values_are_stored_in_one_shape(one, given, stored):
    value = clean(one, given)

    assert value == stored
    assert type(value) is type(stored)


def test_a_place_has_coordinates_or_an_address():
    full = {"lon": "120.1234567891", "lat": 30.25, "accuracy": 12.34, "source_crs": "GCJ02", "address": "文一路", "more": 1}

    assert clean(field("location"), full) == {
        "lon": 120.1234568,
        "lat": 30.25,
        "accuracy": 12.3,
        "source_crs": "GCJ02",
        "address": "文一路",
    }
    assert clean(field("location"), '{"lon": 120, "lat": 30}')["source_crs"] == "WGS84"
    assert clean(field("location"), {"address": "文一路1号"})["lon"] is None
    assert clean(field("location"), {"lon": "", "lat": "", "address": ""}) is None


@pytest.mark.parametrize(
    ("one", "given", "message"),
    [
        (TEXT, 5, "请填写文字"),
        (TEXT, ["a"], "请填写文字"),
        (TEXT, "a\x00b", "控制字符"),
        (TEXT, "a\ud800", "控制字符"),
        (TEXT, "a\nb", "一行"),
        (TEXT, "字" * 4001, "最多 4000 字"),
        (field("textfield", validate={"maxLength": 3}), "一二三四", "最多 3 字，现在有 4 字"),
        (field("textfield", validate={"minLength": 3}), "一二", "至少 3 字"),
        (field("textfield", validate={"pattern": "^1[0-9]{10}$"}), "138", "格式不正确"),
        (field("textfield", validate={"pattern": "^1", "patternErrorMessage": "请填手机号"}), "2", "请填手机号"),
        (field("textfield", validate={"pattern": "("}), "2", "格式不正确"),
        (field("textfield", validate={"pattern": "^(a+)+$"}), "a" * 60 + "!", "格式不正确"),
        (AREA, "NaN", "请填写数字"),
        (AREA, float("nan"), "请填写数字"),
        (AREA, "Infinity", "请填写数字"),
        (AREA, "1e5", "请填写数字"),
        (AREA, "1,000", "请填写数字"),
        (AREA, True, "请填写数字"),
        (AREA, "٣", "请填写数字"),
        (AREA, "9" * 16, "位数过多"),
        (AREA, 10**30, "数字过大"),
        (field("number", decimalDigits=1), "1.25", "最多 1 位小数"),
        (field("number", decimalDigits=0), "1.5", "请填写整数"),
        (field("number", validate={"min": 0.1}), "0", "不能小于 0.1"),
        (field("number", validate={"max": 10}), "10.1", "不能大于 10"),
        (field("number", validate={"max": "=limit * 2"}), "21", "不能大于 20"),
        (MONEY, "1.001", "最多 2 位小数"),
        (field("number", unit="yuan", validate={"max": 5}), "5.01", "不能大于 5 元"),
        (field("datetime", subtype="date"), "2026-02-30", "例如 2026-03-02"),
        (field("datetime", subtype="date"), "1026-02-03", "例如 2026-03-02"),
        (field("datetime", subtype="datetime"), "昨天", "例如"),
        (field("datetime", subtype="time"), "25:00", "例如 09:30"),
        (field("datetime", subtype="date", validate={"notFuture": True}), "2026-03-03", "不能晚于今天"),
        (field("datetime", subtype="datetime", validate={"notFuture": True}), "2026-03-02T09:10", "不能晚于现在"),
        (field("checkbox"), "perhaps", "请勾选"),
        (field("checkbox", validate={"required": True}), False, "请勾选此项"),
        (field("select", values=KINDS), "burn", "请从列表中选择"),
        (field("select", values=KINDS), {"value": "road"}, "请从列表中选择"),
        (field("radio", values=[{"label": "一", "value": 1}]), True, "请从列表中选择"),
        (field("checklist", values=KINDS), ["road", "burn"], "请从列表中选择"),
        (field("checklist", values=KINDS), ["road", "road", "road"], "不要重复"),
        (field("checklist", values=KINDS, validate={"minCount": 2}), ["road"], "至少 2 项"),
        (field("photo"), ["../etc/passwd"], "没有上传成功"),
        (field("photo", validate={"minCount": 2}), [A], "至少 2 张，现在有 1 张"),
        (field("photo", validate={"maxCount": 1}), [A, B], "最多 1 张"),
        (field("photo", validate={"required": True}), [], "请拍照"),
        (field("location"), {"lon": 181, "lat": 30}, "坐标不对"),
        (field("location"), {"lon": 120}, "坐标不对"),
        (field("location"), {"lon": float("nan"), "lat": 1}, "坐标不对"),
        (field("location"), {"lon": 120, "lat": 30, "accuracy": -1}, "精度不对"),
        (field("location"), {"lon": 120, "lat": 30, "source_crs": "<b>"}, "坐标系"),
        (field("location"), "文一路", "点选位置"),
        (field("location", validate={"required": True}), {"address": " "}, "请定位"),
        (field("person"), "<script>", "人员列表"),
        (field("signature"), {"refused": True, "reason": "", "witness": ""}, "见证人"),
        (field("signature"), {"image": "x"}, "请签名"),
        (field("textfield", validate={"required": True}), "  ", "此项必填"),
        (field("textfield", validate={"required": "=limit > 5"}), None, "此项必填"),
    ],
)
def test_wrong_values_are_refused_with_what_to_do(one, given, message):
    assert message in error(one, given, names={**NOW, "limit": 10})


def test_a_phone_that_is_a_few_minutes_ahead_is_believed():
    found_at = field("datetime", subtype="datetime", validate={"notFuture": True})

    assert clean(found_at, "2026-03-02T09:04", names=NOW)


def test_unknown_keys_are_dropped():
    assert forms.validate(form(TEXT), {"x": "a", "status": "closed", "case": {}}) == {"x": "a"}


def test_what_is_no_form_at_all_is_refused():
    assert errors(form(TEXT), ["x"]) == {"": "提交的内容不是表单，请刷新页面后重新填写"}
    assert "过多" in errors(form(TEXT), {"y": "x" * 200_001})[""]
    assert "过多" in errors(form(TEXT), {"y": [[0] * 100] * 200})[""]


CHECK = form(
    field("select", "kind", values=KINDS, validate={"required": True}),
    field("number", "area", hide='kind != "building"', validate={"required": True}),
    field("textarea", "why", hide="area = null or area < 100", validate={"required": True}),
    access={
        "leader": {"kind": "read"},
        "guest": {"kind": "hidden", "area": "read", "why": "required"},
        "strict": {"why": "required"},
    },
)


def test_a_hidden_field_is_dropped_and_not_required():
    assert forms.validate(CHECK, {"kind": "road", "area": "500", "why": "x"}) == {"kind": "road"}


def test_a_condition_sees_the_values_above_it():
    assert errors(CHECK, {"kind": "building", "area": "500"}) == {"why": "此项必填，请填写"}
    assert forms.validate(CHECK, {"kind": "building", "area": "50"}) == {"kind": "building", "area": 50}


def test_a_forged_read_only_value_hides_nothing_and_is_not_taken():
    assert errors(CHECK, {"kind": "road"}, access="leader", stored={"kind": "building"}) == {"area": "此项必填，请填写"}
    assert forms.validate(CHECK, {"kind": "road", "area": "5"}, access="leader", stored={"kind": "building"}) == {"area": 5}


def test_a_profile_may_hide_and_oblige():
    assert errors(CHECK, {}, access="guest", stored={"kind": "building", "area": 200}) == {"why": "此项必填，请填写"}
    assert forms.validate(CHECK, {"why": "x", "area": "1"}, access="guest", stored={"kind": "building", "area": 200}) == {"why": "x"}


def test_a_profile_that_does_not_exist_lets_nothing_through():
    assert "权限配置" in errors(CHECK, {"kind": "road"}, access="nobody")[""]
    assert {state.mode for state in forms.fields(CHECK, access="nobody", stored={"kind": "building", "area": 200})} == {forms.Mode.READ}


def test_a_condition_never_sees_a_field_below_nor_its_stored_value():
    upside = form(field("textfield", "first", hide="second = 1"), field("number", "second"))

    assert forms.validate(upside, {"first": "a", "second": "1"}, stored={"second": 1}) == {"first": "a", "second": 1}


def test_a_broken_condition_counts_as_not_true():
    assert forms.validate(form(field("textfield", hide="1 +")), {"x": "a"}) == {"x": "a"}
    assert forms.validate(form(field("textfield", validate={"required": "=1 +"})), {}) == {"x": None}


def test_conditions_see_names_of_the_case_and_stored_variables():
    one = form(field("textfield", hide='case.level = "村" or severity = "高"'))

    assert forms.validate(one, {"x": "a"}, names={"case": {"level": "镇"}}, stored={"severity": "低"}) == {"x": "a"}
    assert forms.validate(one, {"x": "a"}, names={"case": {"level": "村"}}) == {}
    assert forms.validate(one, {"x": "a"}, stored={"severity": "高"}) == {}


def test_dates_are_compared_with_each_other():
    rule = {"expression": "=until >= since", "expressionMessage": "结束日期不能早于开始日期"}
    span = form(field("datetime", "since", subtype="date"), field("datetime", "until", subtype="date", validate=rule))

    assert errors(span, {"since": "2026-03-02", "until": "2026-03-01"}) == {"until": "结束日期不能早于开始日期"}
    assert forms.validate(span, {"since": "2026-03-02", "until": "2026-03-02"})
    assert forms.validate(span, {"until": "2026-03-01"}) == {"since": None, "until": "2026-03-01"}


def test_a_stored_date_is_a_date_for_conditions():
    one = form(field("datetime", "since", subtype="datetime", readonly=True), field("textfield", hide="since < now"))

    assert forms.validate(one, {"x": "a"}, stored={"since": "2026-03-02T08:00:00+08:00"}, names=NOW) == {}
    assert forms.validate(one, {"x": "a"}, stored={"since": "2026-03-02T10:00:00+08:00"}, names=NOW) == {"x": "a"}


def test_a_hidden_group_hides_what_is_in_it():
    group = {
        "type": "group",
        "label": "详情",
        "conditional": {"hide": "=kind = 1"},
        "components": [field("textfield", validate={"required": True})],
    }
    one = form(field("number", "kind"), group, field("textfield", "y", hide="x = null"))

    assert forms.validate(one, {"kind": "1", "x": "a", "y": "b"}) == {"kind": 1}
    assert forms.validate(one, {"kind": "2", "x": "a", "y": "b"}) == {"kind": 2, "x": "a", "y": "b"}


WITNESSES = form(
    {
        "type": "dynamiclist", "path": "witnesses", "label": "见证人", "validate": {"maxRows": 3},
        "components": [
            field("textfield", "name", validate={"required": True}),
            field("textfield", "tel", hide='name = "匿名"', validate={"required": True, "pattern": "^1[0-9]{10}$"}),
        ],
    },
    field("textfield", "many", hide="count(witnesses) < 2"),
    access={"reader": {"witnesses": "read"}},
)  # fmt: skip
TEL = "13800000000"


def test_rows_are_checked_one_by_one_with_the_path_of_the_field():
    rows = [{"name": "甲", "tel": TEL}, {"name": "", "tel": "138"}, {"name": "匿名", "tel": "x"}]

    assert errors(WITNESSES, {"witnesses": rows}) == {"witnesses.1.name": "此项必填，请填写", "witnesses.1.tel": "格式不正确，请检查后修改"}


def test_blank_rows_and_hidden_or_unknown_cells_are_dropped():
    rows = [{"name": "", "tel": " "}, {"name": "匿名", "tel": "x", "role": "admin"}, {"name": "甲", "tel": TEL}]

    assert forms.validate(WITNESSES, {"witnesses": rows, "many": "m"}) == {
        "witnesses": [{"name": "匿名"}, {"name": "甲", "tel": TEL}],
        "many": "m",
    }
    assert forms.validate(WITNESSES, {"witnesses": rows[:2], "many": "m"}) == {"witnesses": [{"name": "匿名"}]}


@pytest.mark.parametrize("rows", ["x", 5, {"0": {}}, [1], ["a"], [{"name": "甲"}] * 101])
def test_rows_of_the_wrong_shape_are_refused(rows):
    assert "请逐行填写" in errors(WITNESSES, {"witnesses": rows})["witnesses"]


def test_the_number_of_rows_is_limited():
    assert "最多 3 行" in errors(WITNESSES, {"witnesses": [{"name": "匿名"}] * 4})["witnesses"]


def test_read_only_rows_are_those_stored():
    stored = {"witnesses": [{"name": "甲"}, {"name": "乙"}]}

    assert forms.validate(WITNESSES, {"witnesses": [], "many": "m"}, access="reader", stored=stored) == {"many": "m"}


def test_choices_may_come_from_the_server():
    one = form(field("select", valuesKey="teams"), field("select", "y", valuesExpression="=for t in teams return t.value"))
    teams = {"teams": [{"label": "一中队", "value": "t1"}, {"label": "二中队", "value": "t2"}]}

    assert forms.validate(one, {"x": "t1", "y": "t2"}, names=teams) == {"x": "t1", "y": "t2"}
    assert set(errors(one, {"x": "t3", "y": "t3"}, names=teams)) == {"x", "y"}
    assert [option.label for option in forms.fields(one, names=teams)[0].options] == ["一中队", "二中队"]


def test_a_limit_that_feel_computes_for_money_is_in_cents():
    assert "不能大于 50 元" in error(field("number", unit="yuan", validate={"max": "=most"}), "50.01", names={"most": 5000})


def test_keys_that_a_profile_may_write():
    assert forms.may_write(CHECK, "guest") == {"why"}
    assert forms.may_write(CHECK, None) == {"kind", "area", "why"}
