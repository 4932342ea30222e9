"""What may not stand in a text for the public, taken out by rule; and a second look of another make that finds what was missed (NT-19).

行政处罚法第四十八条、个人信息保护法: identity numbers, homes, phones, accounts; minors wholly; names of third persons.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

GONE = "（略）"
MINOR = "某未成年人"
ID_CARD = re.compile(r"(?<![0-9A-Za-z])\d{6}(?:18|19|20)\d{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])\d{3}[0-9Xx](?![0-9A-Za-z])")
OLD_ID_CARD = re.compile(r"(?<!\d)\d{8}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])\d{3}(?!\d)")
MOBILE = re.compile(r"(?<!\d)1[3-9]\d[- ]?\d{4}[- ]?\d{4}(?!\d)")
LANDLINE = re.compile(r"(?<!\d)0\d{2,3}[-－ ]?\d{7,8}(?!\d)")
ACCOUNT = re.compile(r"(?<!\d)\d{4}[ -]?\d{4}[ -]?\d{4}[ -]?\d{4}(?:[ -]?\d{1,3})?(?!\d)")
MAIL = re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+", re.ASCII)
HOME = re.compile(r"(?:住址|住所|家庭地址|户籍地|现住|居住地|住于|家住)[:：]?\s*[^，。；、\s]{2,40}")
BIRTH = re.compile(r"(?:出生日期|出生于|生于)[:：]?\s*\d{4}[年.-]\d{1,2}[月.-]\d{1,2}日?")
PATTERNS = (ID_CARD, OLD_ID_CARD, MOBILE, LANDLINE, ACCOUNT, MAIL, HOME, BIRTH)
SHORTEST = 4
"""Known values shorter than this are not searched for: they stand in every text."""
SEPARATORS = re.compile(r"(?<=\d)[\s\-－—·.,，、]+(?=[\dXx])")
LONG = re.compile(r"\d{15,19}[Xx]?|\d{17}[Xx]")
ELEVEN = re.compile(r"(?<!\d)1[3-9]\d{9}(?!\d)")
LABELS = ("身份证", "证件号", "住址", "家庭地址", "户籍", "手机", "电话", "银行卡", "账号", "出生")


@dataclass(frozen=True)
class Known:
    """What the case file knows. secrets: values that may not appear (numbers, homes, phones); names: third persons; minors: names that
    vanish wholly; allowed: numbers that are public (统一社会信用代码, 文号)."""

    secrets: frozenset[str] = frozenset()
    names: frozenset[str] = frozenset()
    minors: frozenset[str] = frozenset()
    allowed: frozenset[str] = field(default_factory=frozenset)


@dataclass(frozen=True)
class Leak:
    """Something personal in a text. `field` is where, `what` in Chinese, `excerpt` only its beginning."""

    field: str
    what: str
    excerpt: str


def redact(text: str, known: Known) -> str:
    """The text without what is personal. Public numbers stay."""
    clean = text
    for name in sorted(known.minors, key=len, reverse=True):
        clean = clean.replace(name, MINOR)
    for value in sorted(known.secrets, key=len, reverse=True):
        clean = clean.replace(value, GONE) if len(value) >= SHORTEST else clean
    for name in sorted(known.names, key=len, reverse=True):
        clean = clean.replace(name, masked(name))
    for pattern in PATTERNS:
        clean = pattern.sub(lambda found: found.group() if found.group() in known.allowed else GONE, clean)
    return clean


def masked(name: str) -> str:
    """张某: the family name stays, that of two signs too."""
    double = name[:2] if len(name) > 2 and name[:2] in DOUBLE else name[:1]
    return f"{double}某"


DOUBLE = frozenset({"欧阳", "司马", "上官", "诸葛", "东方", "皇甫", "尉迟", "公孙", "慕容", "令狐", "司徒", "夏侯", "长孙", "宇文", "端木"})


def leaks(fields: Mapping[str, str], known: Known) -> tuple[Leak, ...]:
    """The second look: everything made comparable (full width, spaces and dashes inside numbers), then searched for known values, long
    numbers and telling labels. Finds more than is wrong rather than less."""
    return tuple(leak for name, text in fields.items() for leak in _of_field(name, text, known))


def _of_field(name: str, text: str, known: Known) -> Iterator[Leak]:
    plain = comparable(text)
    for value in sorted(known.allowed, key=len, reverse=True):
        plain = plain.replace(comparable(value), "")
    yield from (_leak(name, "未成年人姓名", one) for one in _inside(plain, known.minors, 2))
    yield from (_leak(name, "案卷中的证件号、住址、电话或者账号", one) for one in _inside(plain, known.secrets, SHORTEST))
    yield from (_leak(name, "他人姓名", one) for one in _inside(plain, known.names, 2))
    yield from (_leak(name, "像证件号或者银行账号的长数字", one) for one in LONG.findall(plain))
    yield from (_leak(name, "手机号码", one) for one in ELEVEN.findall(plain))
    yield from (_leak(name, "提示个人信息的字样", one) for one in _telling(plain))


def _telling(plain: str) -> Iterator[str]:
    """Labels after which something still stands: “电话（略）” and “身份证号码（略）” tell nothing."""
    bare = re.sub(rf"({'|'.join(LABELS)})(号码|号)?[:：]?{re.escape(comparable(GONE))}", "", plain)
    yield from (one for one in LABELS if one in bare)


def comparable(text: str) -> str:
    """One way of writing: half width, nothing between the digits of a number, no spaces."""
    half = unicodedata.normalize("NFKC", text)
    return "".join(SEPARATORS.sub("", half).split())


def _inside(plain: str, values: Iterable[str], shortest: int) -> Iterator[str]:
    for value in sorted(values):
        sought = comparable(value)
        if len(sought) >= shortest and sought.lower() in plain.lower():
            yield value


def _leak(name: str, what: str, found: str) -> Leak:
    return Leak(name, what, f"{found[:3]}…")
