"""Filing a penalty case (立案): what must be known, what the law asks to be answered, and the 案号."""

import datetime as dt
from collections.abc import Iterator, Mapping
from typing import Any

from sqlalchemy import Connection

from engine import clock
from engine.cases import case_file, case_numbers, duties, first_case, history_of_party, legal_basis, parties
from engine.cases.case_file import Penalty
from engine.errors import InvalidState, InvalidValues
from engine.people import directory

LIMIT_YEARS, GRAVE_YEARS = 2, 5  # 行政处罚法第三十六条
LATE = "late_reason"
DUPLICATE = "duplicate_reason"
GRAVE = "limit_is_five_years"


def file_case(c: Connection, instance_id: int, values: Mapping[str, Any], approver: str | None) -> dict[str, Any]:
    """File a case today: its 案号 is given, its period to decide begins; of a town's first case of an item the department that handed the
    power down is asked to guide it. Answers {"number", "filed_on", "responsibility", "first_case", …}.

    values: late_reason (more than two years after the act), limit_is_five_years (life, health or financial safety harmed),
    duplicate_reason (the same act may have been fined already). approver: None in the summary procedure, where the officers decide.
    Raises InvalidState (filed already, by its own officer, power not held), InvalidValues (what is missing).
    """
    one = case_file.open_file(c, instance_id)
    if one.status != case_file.PREPARING:
        raise InvalidState(f"案件已于 {one.filed_on} 立案，案号 {one.number}，不能再次立案。", instance=instance_id)
    if approver is not None:
        duties.must_be_apart(c, instance_id, approver, duties.APPROVER)
    today = clock.today()
    wrong = dict(_missing(one, today))
    wrong |= _unanswered(c, one, values, today)
    if wrong:
        raise InvalidValues(wrong, "；".join(wrong.values()))
    duties.must_be_two(c, one.officers, today)
    power = legal_basis.must_be_held(c, one, today)
    number = case_numbers.take(c, directory.unit_of(c, one.unit_id), today, case_file.param(c, instance_id))
    answers = {key: str(values[key]).strip() for key in (LATE, DUPLICATE) if values.get(key)}
    case_file.change(c, instance_id, number=number, filed_on=today.isoformat(), status=case_file.FILED, answers=answers,
                     item_name=power.name, rule_set=power.rule_set)
    assert one.act_day is not None
    return {"number": number, "filed_on": today.isoformat(), "responsibility": parties.responsibility(one.party, one.act_day),
            "first_case": first_case.begin(c, one, power, number), **answers}


def is_late(act_day: dt.date, day: dt.date, years: int) -> bool:
    """More than so many years after the act, or after the end of a continuous one."""
    try:
        last = act_day.replace(year=act_day.year + years)
    except ValueError:  # 29 February
        last = act_day.replace(year=act_day.year + years, day=28)
    return day > last


def _missing(one: Penalty, today: dt.date) -> Iterator[tuple[str, str]]:
    if one.party.name == parties.UNKNOWN:
        yield "party_name", "当事人还没有查明，不能立案。请先在案卷中登记当事人"
    if not one.item:
        yield "item", "请选择赋权清单中的事项（行政处罚法第二十四条）"
    if not one.facts.strip() or not one.act_place.strip():
        yield "facts", "请写明案情和违法行为发生的地点"
    if one.act_day is None or one.act_day > today:
        yield "act_day", "请填写违法行为发生（终了）的日期，不能晚于今天"
    if len(set(one.officers)) < 2:
        yield "assistant", "行政处罚法第四十二条：执法人员不得少于两人，请确定承办人和协办人"
    yield from _age(one)


def _age(one: Penalty) -> Iterator[tuple[str, str]]:
    if one.party.kind != parties.NATURAL or one.act_day is None:
        return
    if one.party.birth is None and not one.party.identity_reason:
        yield "party_birth", "行政处罚法第三十条：立案前必须查明当事人的年龄，请填写出生日期；查不到的写明核对身份的方法"
    elif parties.responsibility(one.party, one.act_day) != parties.FULL and not one.party.guardian:
        yield "party_guardian", "行政处罚法第三十条、第三十一条：当事人未成年或者不能完全辨认、控制自己的行为，请登记监护人"


def _unanswered(c: Connection, one: Penalty, values: Mapping[str, Any], today: dt.date) -> dict[str, str]:
    wrong = {}
    years = GRAVE_YEARS if values.get(GRAVE) else LIMIT_YEARS
    if one.act_day and is_late(one.act_day, today, years) and not str(values.get(LATE) or "").strip():
        wrong[LATE] = (f"行政处罚法第三十六条：违法行为已超过{years}年未被发现的，不再给予行政处罚。"
                       "有连续或者继续状态、已在期限内被发现等情形的，请写明理由")
    alike = history_of_party.same_act(c, one)
    if alike and not str(values.get(DUPLICATE) or "").strip():
        known = "、".join(case.number or case.title for case in alike)
        wrong[DUPLICATE] = (f"行政处罚法第二十九条：对同一违法行为不得给予两次以上罚款。同一当事人已有案件：{known}。"
                            "请核对，确属不同违法行为的写明理由")
    return wrong
