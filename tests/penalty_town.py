"""A town that punishes: a small penalty process on the real engine, and the words for its file.

A step is submitted by its act with the payload that the engine gives it; `file` and the others are what people do.
"""

import datetime as dt
import itertools
from collections.abc import Mapping
from typing import Any

from sqlalchemy import Connection

from engine import clock
from engine.cases import evidence, payments, penalty, step_acts
from engine.cases.case_file import Penalty
from engine.cases.evidence import Item
from engine.cases.identity import CREDIT_SIGNS, ID_CHECKS, ID_WEIGHTS
from engine.definitions import Package
from engine.law import sample
from engine.people import qualifications
from tests.notation import xml
from tests.town import BOSS, LEADER, OFFICER, OTHER_OFFICER, Town

DRAWING = """
    start s
    <userTask id="filing" name="立案" gl:role="team_leader" gl:scope="town" gl:act="cases.file_case" gl:resultVariable="filed"/>
    <userTask id="work" name="办理" gl:role="case_officer" gl:scope="town"/>
    end e
    s -> filing -> work -> e
"""
serial = itertools.count(100)


def citizen(birth: str = "19900307", order: int | None = None) -> str:
    """A citizen's number with that day of birth and a right check digit."""
    body = f"110101{birth}{(next(serial) if order is None else order) % 1000:03d}"
    return body + ID_CHECKS[sum(int(sign) * weight for sign, weight in zip(body, ID_WEIGHTS, strict=True)) % 11]


def credit_code(order: int | None = None) -> str:
    """An organisation's code with a right check sign."""
    body = f"91410100MA{next(serial) if order is None else order:07d}"
    total = sum(CREDIT_SIGNS.index(sign) * pow(3, place, 31) for place, sign in enumerate(body))
    return body + CREDIT_SIGNS[-total % 31]


def stall(**more: Any) -> dict[str, Any]:
    """The start form of a case against a street vendor; each call another person."""
    return {"item": "SR-stall", "act_day": "2026-02-27", "act_place": "青石镇解放路12号门前", "facts": "占道摆摊，经责令改正拒不改正。",
            "officer": OFFICER, "assistant": OTHER_OFFICER, "party_kind": "natural", "party_name": "吴某甲",
            "party_id_number": citizen(), "party_address": "青石镇柳林村1号", "party_phone": "13800001234", **more}


def sign(**more: Any) -> dict[str, Any]:
    """The start form of a case against a company."""
    return {**stall(), "item": "SR-sign", "party_kind": "organisation", "party_name": "青石甲公司", "party_id_number": credit_code(),
            "party_legal_representative": "赵某", "facts": "门头广告破损，逾期未改。", **more}


def certify(c: Connection, person: str, number: str, **more: Any) -> None:
    """An enforcement certificate for 2026, or what else is given."""
    qualifications.add(c, {"person_id": person, "kind": "enforcement", "number": number, "issuer": "X省人民政府", "region": "青石镇",
                           "fields": [], "issued_on": day("2022-01-01"), "valid_to": day("2026-12-31"), **more}, None)


class Docket:
    """One penalty case and what is done with its file."""

    def __init__(self, town: Town) -> None:
        self.town, self.case = town, 0
        for key, name in (("summary_penalty", "行政处罚简易程序"), ("penalty", "行政处罚普通程序")):
            head = f'<process id="{key}"'.encode()
            drawn = xml(DRAWING, key).replace(head, head + b' gl:startRoles="case_officer team_leader"')
            town.publishes(Package(key, name, drawn))

        town.run(lambda c: sample.load(c, "qs"))
        town.run(lambda c: [certify(c, person, f"41-{person}") for person in (OFFICER, OTHER_OFFICER)])

    def begins(self, values: Mapping[str, Any] | None = None, by: str | None = OFFICER, **how: Any) -> int:
        who = self.town.person(by) if by else None
        self.case = self.town.run(lambda c: penalty.begin(c, values or stall(), by=who, unit="qs", **how))["instance"]
        self.town.case = self.case
        return self.case

    def file(self, by: str = LEADER, **values: Any) -> dict[str, Any]:
        return self.acts(step_acts.file_case, by, **values)

    def begins_filed(self, values: Mapping[str, Any] | None = None) -> int:
        self.begins(values)
        self.file()
        return self.case

    def acts(self, act: Any, by: str = BOSS, variables: Mapping[str, Any] | None = None, **values: Any) -> dict[str, Any]:
        payload = {"case": self.case, "person": by, "element": "x", "values": values, "variables": variables or {}, "documents": []}
        return self.town.run(lambda c: act(c, payload))

    def checks(self, check: Any, by: str = BOSS, **values: Any) -> None:
        self.acts(lambda c, payload: check(c, payload) or {}, by, **values)

    def takes(self, by: str = OFFICER, files: tuple[str, ...] = (), **values: Any) -> Item:
        """A piece of evidence is taken into the file."""
        said = {"kind": "record", "title": "现场检查笔录", "origin": "现场检查", "place": "解放路12号门前", "collected_at": clock.now(),
                "collectors": ["卫十", "蒋甲"], **values}
        who = self.town.person(by)
        return self.town.run(lambda c: evidence.add(c, self.case, said, files, who))

    def pays(self, amount: int, receipt: str = "豫财 00012345") -> None:
        """The fine is entered as due and paid at the bank."""
        self.acts(step_acts.impose_fine, OFFICER)
        self.acts(lambda c, payload: payments.record(c, self.case, payload["values"], OFFICER), amount=amount,
                  day=clock.today().isoformat(), channel="bank", receipt=receipt, payer="当事人")

    def does(self, work: Any, *what: Any, by: str = OFFICER) -> Any:
        """Any command of the file whose last argument is the person."""
        who = self.town.person(by)
        return self.town.run(lambda c: work(c, *what, who))

    @property
    def one(self) -> Penalty:
        return self.reads(penalty.of, self.case)

    def reads(self, question: Any, *what: Any) -> Any:
        with self.town.database.reading() as c:
            return question(c, *what)


def day(text: str) -> dt.date:
    return dt.date.fromisoformat(text)
