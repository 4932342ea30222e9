"""Money in 分: as written, as read, in capitals."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine import money
from engine.errors import InvalidValues

CAPITALS = {
    0: "零元整", 5: "伍分", 10: "壹角整", 150: "壹元伍角整", 105: "壹元零伍分", 5_000_00: "伍仟元整", 10_000_00: "壹万元整",
    100_100_00: "壹拾万零壹佰元整", 1_000_005_00: "壹佰万零伍元整", 100_000_000_00: "壹亿元整", 100_000_001_00: "壹亿零壹元整",
    123_456_789_01: "壹亿贰仟叁佰肆拾伍万陆仟柒佰捌拾玖元零壹分", 40_000_00: "肆万元整",
    10_010_00: "壹万零壹拾元整", 2_000_10: "贰仟元壹角整",
}


@pytest.mark.parametrize(("fen", "words"), CAPITALS.items())
def test_capitals(fen: int, words: str) -> None:
    assert money.capital(fen) == words


@given(st.integers(0, money.MOST - 1))
def test_what_is_written_reads_back(fen: int) -> None:
    assert money.read(money.yuan(fen)) == fen
    assert "零零" not in money.capital(fen)


@pytest.mark.parametrize("text", ["", "五百", "1.234", "nan", "inf", "1e40", "--3"])
def test_no_amount_is_refused(text: str) -> None:
    with pytest.raises(InvalidValues):
        money.read(text)


@pytest.mark.parametrize("fen", [-1, money.MOST])
def test_capitals_know_their_bounds(fen: int) -> None:
    with pytest.raises(ValueError, match=str(fen)):
        money.capital(fen)
