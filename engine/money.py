"""Money in 分 (integers): written in 元, read from 元, and in the capital characters that documents ask for."""

from decimal import Decimal, InvalidOperation

from engine.errors import InvalidValues

DIGITS = "零壹贰叁肆伍陆柒捌玖"
PLACES = ("", "拾", "佰", "仟")
GROUPS = ("", "万", "亿")
MOST = 10**14
"""Twelve digits of 元: more than any fine."""


def yuan(fen: int) -> str:
    """As people write it: 5000 分 is “50”, 5050 分 is “50.50”."""
    whole, rest = divmod(abs(fen), 100)
    return f"{'-' if fen < 0 else ''}{whole:,}{f'.{rest:02d}' if rest else ''}"


def read(text: str) -> int:
    """An amount in 元 as typed, in 分. Raises InvalidValues for what is no amount of money, or has parts of a 分."""
    try:
        amount = Decimal(text.replace(",", "").strip()) * 100
    except InvalidOperation:
        raise InvalidValues({"amount": "请填写金额，例如 5000 或 5000.50。"}) from None
    if not amount.is_finite() or amount != amount.to_integral_value() or abs(amount) >= MOST:
        raise InvalidValues({"amount": "金额最多两位小数，且不超过一万亿元。"})
    return int(amount)


def capital(fen: int) -> str:
    """人民币大写: 500000 分 is 伍仟元整. Raises ValueError for a negative amount or one too large to write."""
    if not 0 <= fen < MOST:
        raise ValueError(fen)
    whole, rest = divmod(fen, 100)
    jiao, cents = divmod(rest, 10)
    words = f"{_whole(whole)}元" if whole else ""
    if not rest:
        return f"{words or '零元'}整"
    small = (f"{DIGITS[jiao]}角" if jiao else "零" if whole else "") + (f"{DIGITS[cents]}分" if cents else "整")
    return words + small


def _whole(number: int) -> str:
    words = ""
    for group in range(len(GROUPS) - 1, -1, -1):
        part = number // 10 ** (4 * group) % 10000
        if part:
            gap = "零" if words and (part < 1000 or words.endswith("…")) else ""
            words = words.rstrip("…") + gap + _four(part) + GROUPS[group]
        elif words and not words.endswith("…"):
            words += "…"
    return words.rstrip("…")


def _four(number: int) -> str:
    words, gap = "", False
    for place in range(3, -1, -1):
        digit = number // 10**place % 10
        if digit:
            words += ("零" if gap and words else "") + DIGITS[digit] + PLACES[place]
            gap = False
        else:
            gap = True
    return words
