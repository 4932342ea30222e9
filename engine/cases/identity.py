"""Numbers that identify people and organisations: their check digits, and what a number says of its holder."""

import datetime as dt

from engine.errors import InvalidValues

ID_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
ID_CHECKS = "10X98765432"
CREDIT_SIGNS = "0123456789ABCDEFGHJKLMNPQRTUWXY"
"""GB 32100: no I, O, S, V, Z."""

ID_CARD, CREDIT_CODE = "id_card", "credit_code"
KINDS = {ID_CARD: "居民身份证", CREDIT_CODE: "统一社会信用代码", "passport": "护照", "permit": "通行证或居留证件", "other": "其他证件",
         "none": "没有证件"}
WRONG_ID = "身份证号码不对：应为18位，且最后一位校验码要相符。请对照证件重新填写；证件确实特殊的，写明核对身份的方法。"
WRONG_CODE = "统一社会信用代码不对：应为18位，且最后一位校验码要相符（GB 32100）。请对照营业执照重新填写；确实没有的，写明核对身份的方法。"


def is_id_card(number: str) -> bool:
    """Whether an 18-digit number of a citizen is possible: digits, a real day of birth, the check digit (GB 11643)."""
    if len(number) != 18 or not number[:17].isascii() or not number[:17].isdigit() or birth_of(number) is None:
        return False
    return ID_CHECKS[sum(int(sign) * weight for sign, weight in zip(number, ID_WEIGHTS, strict=False)) % 11] == number[17]


def is_credit_code(code: str) -> bool:
    """Whether an 18-sign code of an organisation or sole trader is possible: allowed signs and the check sign (GB 32100)."""
    if len(code) != 18 or any(sign not in CREDIT_SIGNS for sign in code):
        return False
    total = sum(CREDIT_SIGNS.index(sign) * pow(3, place, 31) for place, sign in enumerate(code[:17]))
    return CREDIT_SIGNS[-total % 31] == code[17]


def birth_of(number: str) -> dt.date | None:
    """The day of birth within a citizen's number; None when it holds no day."""
    try:
        return dt.datetime.strptime(number[6:14], "%Y%m%d").date()
    except ValueError:
        return None


def gender_of(number: str) -> str:
    """男 or 女, by the last digit but one of a citizen's number."""
    return "男" if int(number[16]) % 2 else "女"


def checked(kind: str, number: str, reason: str) -> str:
    """The number in one way of writing. Raises InvalidValues when its check digit is wrong and no `reason` says how the identity was
    checked otherwise (a foreign or missing document)."""
    clean = "".join(number.split()).upper()
    if kind not in KINDS:
        raise InvalidValues({"party_id_kind": "请选择证件种类。"})
    if reason.strip() or not clean:
        return clean
    if kind == ID_CARD and not is_id_card(clean):
        raise InvalidValues({"party_id_number": WRONG_ID})
    if kind == CREDIT_CODE and not is_credit_code(clean):
        raise InvalidValues({"party_id_number": WRONG_CODE})
    return clean


def age_on(birth: dt.date, day: dt.date) -> int:
    """Full years on that day. A year is full from the day after the birthday on, as courts count 周岁."""
    years = day.year - birth.year
    return years if (day.month, day.day) > (birth.month, birth.day) else years - 1
