"""The yearly notice of days off: what is read, and that whatever is wrong is refused in words and as a whole."""

import datetime as dt
import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.deadlines import notices
from engine.deadlines.notices import Notice
from engine.errors import EngineError, InvalidValues, UnsafeInput

FILES = Path(__file__).parents[1] / "notices"
JSON, CSV = (FILES / "2027.json").read_bytes(), (FILES / "2027.csv").read_bytes()


def plain(**changes: object) -> dict[str, object]:
    return {**json.loads(JSON), **changes}


def encoded(value: object) -> bytes:
    return json.dumps(value, ensure_ascii=False).encode()


def with_day(**fields: object) -> bytes:
    """The notice with one more day."""
    return encoded(plain(days=[*plain()["days"], {"date": "2027-12-31", "name": "补充", "isOffDay": True, **fields}]))


def refusal(document: bytes, year: int | None = None) -> str:
    """What a person reads."""
    with pytest.raises((InvalidValues, UnsafeInput)) as caught:
        notices.read(document, year)
    return "\n".join([caught.value.message, *getattr(caught.value, "errors", {}).values()])


def test_both_forms_of_the_file_say_the_same():
    read = notices.read(JSON)

    assert (read.year, len(read.days)) == (2027, 36)
    assert "虚构" in read.source
    assert notices.read(CSV).days == read.days
    assert notices.read(CSV).digest == read.digest
    assert Notice.of_plain(read.plain()) == read


def test_a_notice_may_name_days_of_the_december_before():
    named = [day.date for day in notices.read(JSON).days if day.date.year == 2026]

    assert named == [dt.date(2026, 12, 27), dt.date(2026, 12, 31)]


def test_the_shipped_notices_are_those_of_2025_and_2026():
    assert [(one.year, len(one.days)) for one in notices.shipped()] == [(2025, 33), (2026, 39)]


def test_a_byte_order_mark_and_windows_lines_do_no_harm():
    assert notices.read(b"\xef\xbb\xbf" + JSON.replace(b"\n", b"\r\n")).digest == notices.read(JSON).digest
    assert notices.read(b"\xef\xbb\xbf" + CSV.replace(b"\n", b"\r\n")).digest == notices.read(JSON).digest


@pytest.mark.parametrize(("document", "words"), [
    (b"", "没有收到文件"),
    (b" " * 70_000, "超过 64 KB"),
    (CSV.decode().encode("gb18030"), "不是 UTF-8"),
    (b"\xff\xd8\xff\xe0picture", "不是 UTF-8"),
    (b"a\0b", "不是文本"),
    (b"<html></html>", "既不是 JSON"),
    (b"{", "不是正确的 JSON"),
    (b"[" * 30_000, "不是正确的 JSON"),
    (b'{"year":2027,"year":2028,"days":[]}', "重复的名称"),
    (b"[]", "年份（year）和日期列表（days）"),
    (encoded(plain(extra=1)), "年份（year）和日期列表（days）"),
    (encoded(plain(days=[])), "应有 1 至 120 天"),
    (encoded(plain(days=plain()["days"] * 10)), "应有 1 至 120 天"),
    (encoded(plain(year="2027")), "看不出是哪一年"),
    (encoded(plain(year=True)), "看不出是哪一年"),
    (encoded(plain(year=20270)), "看不出是哪一年"),
    (encoded(plain(source=1)), "来源"),
    (with_day(date="2027-02-30"), "没有这一天"),
    (with_day(date="2027-12-3"), "应写明日期"),
    (with_day(date=20271231), "应写明日期"),
    (with_day(date="2026-11-30"), "不在 2027 年内"),
    (with_day(date="2028-02-01"), "不在 2027 年内"),
    (with_day(name=""), "名称应为"),
    (with_day(name="长" * 21), "名称应为"),
    (with_day(name="换\n行"), "名称应为"),
    (with_day(isOffDay=1), "应写明是放假"),
    (with_day(isOffDay=False), "本来就上班"),
    (with_day(more=1), "应写明日期"),
    (with_day(date="2027-10-01"), "出现了两次"),
    (with_day(date="2027-10-02", isOffDay=False), "既写成放假又写成上班"),
    (b"2027-01-01,a,off\n2026-01-01,b,off", "看不出是哪一年"),
    (b"2027-01-01,a,off\n2027-01-02,b,perhaps", "应写明是放假"),
    (b"2027-01-01,a,off\n2027-01-02,b", "应写明日期"),
    (b'2027-01-01,"a,off', "不是正确的 CSV"),
])
def test_what_is_wrong_is_said_in_words(document: bytes, words: str):
    assert words in refusal(document)


def test_every_faulty_line_is_named():
    lines = refusal("2027-01-01,元旦,off\n2027-13-01,错,off\n2027-01-02,,off\n2027-01-03,x,y".encode())

    assert "3 处" in lines
    assert all(f"第 {number} 行" in lines for number in (2, 3, 4))


def test_the_wrong_year_is_refused():
    assert "不是 2028 年的" in refusal(JSON, 2028)
    assert "没有一天是 2028 年" in refusal(encoded({"year": 2028, "days": [{"date": "2027-12-31", "name": "元旦", "isOffDay": True}]}))


@st.composite
def mutated(draw: st.DrawFn) -> bytes:
    """A good notice with bytes put in, taken out or turned round."""
    document = bytearray(draw(st.sampled_from([JSON, CSV])))
    for _ in range(draw(st.integers(1, 6))):
        at = draw(st.integers(0, len(document) - 1))
        match draw(st.sampled_from("put take turn swap")):
            case "put":
                document[at:at] = draw(st.sampled_from([b'"', b",", b"\n", b"}", b"0", b"2", "休".encode(), b"true", b"\xff"]))
            case "take":
                del document[at:at + draw(st.integers(1, 30))]
            case "turn":
                document[at] = draw(st.integers(0, 255))
            case _:
                there = draw(st.integers(0, len(document) - 1))
                document[at], document[there] = document[there], document[at]
    return bytes(document)


@given(mutated())
def test_a_damaged_file_is_read_soundly_or_refused(document: bytes):
    try:
        found = notices.read(document)
    except EngineError as refused:
        assert isinstance(refused, InvalidValues | UnsafeInput)
        assert not refused.message.isascii()
        return
    days = [day.date for day in found.days]
    assert days == sorted(set(days))
    assert all(abs(day.year - found.year) <= 1 for day in days)
    assert all(day.off or day.date.weekday() >= 5 for day in found.days)
    assert Notice.of_plain(found.plain()) == found


@given(st.lists(st.sampled_from(json.loads(JSON)["days"]), min_size=1, max_size=40, unique_by=lambda day: day["date"]))
def test_the_order_of_lines_does_not_matter(days: list[dict[str, object]]):
    if not any(day["isOffDay"] and day["date"].startswith("2027") for day in days):
        assert "没有一天是 2027 年的放假日" in refusal(encoded({"year": 2027, "days": days}))
        return
    forward, backward = (notices.read(encoded({"year": 2027, "days": order})) for order in (days, days[::-1]))

    assert forward == backward
