"""Writing and reading the number of an article: "60(1)(五)" is 第六十条第一款第五项."""

import re

NUMBER = re.compile(r"(\d{1,4})((?:\([一二三四五六七八九十]{1,3}\)|\(\d{1,2}\)){0,3})")
PART = re.compile(r"\(([^)]+)\)")
DIGITS = "零一二三四五六七八九"
PLACES = ("", "十", "百", "千")


def is_number(text: str) -> bool:
    """Whether it is the number of an article as this room writes them."""
    return NUMBER.fullmatch(text) is not None


def words(number: str) -> str:
    """第六十条第一款第五项. Raises ValueError for what is no number of an article."""
    found = NUMBER.fullmatch(number)
    if found is None:
        raise ValueError(number)
    parts = "".join(f"第{chinese(int(part))}款" if part.isdigit() else f"第{part}项" for part in PART.findall(found[2]))
    return f"第{chinese(int(found[1]))}条{parts}"


def chinese(number: int) -> str:
    """1 to 9999 as laws number their articles: 一百零六, 十八, 一千一百三十二."""
    said, gap = "", False
    for place in range(3, -1, -1):
        digit = number // 10**place % 10
        if digit == 0:
            gap = True
            continue
        said += ("零" if gap and said else "") + DIGITS[digit] + PLACES[place]
        gap = False
    return said.removeprefix("一") if 10 <= number < 20 else said
