"""Cases on the spot, and what runs beside a case: measures, transfers, remedies, joint operations, on the shipped processes."""

import datetime as dt
from collections.abc import Mapping
from typing import Any

from engine.cases import dues, measures, penalty
from engine.cases.dues import Dues
from engine.documents import making, pages, register
from engine.documents.register import Issued
from engine.law import discretion
from engine.people import directory
from engine.runtime import parameters
from tests.penalty_town import citizen, credit_code
from tests.town import ADMIN, HEAD, OFFICER, OTHER_OFFICER, Town
from tests.whole_case import COMPANY, NATURAL, WholeCase

FINANCE, KEEPER = "cai1", "wuguan1"
MARKET, FIRE, POLICE = "shijian1", "xiaofang1", "paichu1"
MORE_PEOPLE = {
    FINANCE: ("财一", "finance_clerk"), KEEPER: ("物一", "property_keeper"), MARKET: ("市监一", "stationed_office"),
    FIRE: ("消防一", "stationed_office"), POLICE: ("派出一", "stationed_office"),
}


class SideCase(WholeCase):
    """A case with everything that may run beside it. `main` is the penalty case; `town.case` is whatever is being worked at."""

    def __init__(self, town: Town, at: str, *processes: str) -> None:
        super().__init__(town, at)
        town.publishes_with_called(*processes)
        town.run(settle_more)
        self.main = 0

    def begins(self, **values: Any) -> int:
        self.main = super().begins(**values)
        return self.main

    def begins_on_the_spot(self, finding: int | None = None, **values: Any) -> int:
        """A case of the summary procedure, from a finding where one is given."""
        kind = COMPANY if values.get("party_kind") == "organisation" else NATURAL
        number = credit_code() if kind is COMPANY else citizen()
        known = {**kind, "party_id_number": number, "act_place": "青石镇解放路12号", "officer": OFFICER, "assistant": OTHER_OFFICER,
                 **values}
        answer = self.town.run(lambda c: penalty.begin(c, known, by=None, unit="qs", finding=finding, process="summary_penalty"))
        self.main = self.town.case = answer["instance"]
        self.town.works()
        return self.main

    def starts(self, key: str, by: str = OFFICER, **values: Any) -> int:
        """A measure is started from the case, and is worked at from now on."""
        who, case_id = self.town.person(by), self.main or self.town.case
        answer = self.town.run(lambda c: measures.begin(c, case_id, key, values, who))
        self.town.case = answer["instance"]
        self.town.works()
        return self.town.case

    def back(self) -> None:
        """The case itself is worked at again."""
        self.town.case = self.main

    def sets(self, values: Mapping[str, Any]) -> None:
        """The administrator enters local parameters."""
        by = self.town.person(ADMIN)
        for key, value in values.items():
            self.town.run(lambda c, key=key, value=value: parameters.change(c, key, value, by=by))

    def owes(self) -> Dues:
        """The money of the case at this moment."""
        with self.town.database.reading() as c:
            return dues.of(c, self.main, now=self.town.clock())

    def papers(self) -> dict[str, Issued]:
        """The newest document of each kind in the file of the case, whichever process made it."""
        with self.town.database.reading() as c:
            return {one.doc_id: one for one in register.of_case(c, self.main or self.town.case) if one.state == register.ISSUED}

    def reads(self, doc_id: str) -> str:
        """The words of a document of the case as it is printed."""
        paper = self.papers()[doc_id]
        with self.town.database.reading() as c:
            return "\n".join(pages.words(making.again(paper, making.template_of(c, paper), {}).body))

    def has(self, person: str, *steps: str) -> bool:
        """These and no other steps of this case are on the person's list."""
        return sorted(self.todo(person)) == sorted(steps)


def settle_more(c: Any) -> None:
    """The clerks and stationed offices that only these processes need."""
    for person_id, (name, role) in MORE_PEOPLE.items():
        directory.save_person(c, person_id, {"name": name}, None)
        directory.set_posts(c, person_id, [(role, "qs")])


def day(text: str) -> dt.date:
    return dt.date.fromisoformat(text)


def grade(item: str, on: str, fine: str) -> str:
    """The grade of discretion that a fine in 元 lies in; "" where the matter has no table."""
    amount = int(fine) * 100
    found = discretion.shipped(item, day(on))
    return next((one.key for one in found.grades if one.fine_min <= amount <= one.fine_max), "") if found else ""


def spot(**more: Any) -> Mapping[str, Any]:
    """The decision on the spot as its form takes it."""
    return {"decision_kinds": ["fine"], "decision_fine": "50", "decision_basis": "XSR:16",
            "decision_violated_text": "《X省市容条例》第十六条", "decision_basis_text": "《X省市容条例》第十六条",
            "collection": "electronic", **more}


def decided(case: SideCase, *, filed: str, noticed: str, decided_on: str, fine: str, basis: str = "XSR:18",
            kinds: tuple[str, ...] = ("fine",), **begin: Any) -> None:
    """A case of the ordinary procedure up to the decision, which is handed over on its day; `fine` "" where none is imposed."""
    case.at(filed)
    case.begins(**begin)
    case.files()
    case.step(OFFICER, "是否责令改正", correction_choice="before")
    case.investigates()
    money = {"proposal_fine": fine, "proposal_grade": grade(begin["item"], filed, fine)} if fine else {}
    case.reports(proposal_kinds=list(kinds), proposal_basis=basis, **money)
    case.reviews()
    case.at(noticed)
    case.step(OFFICER, "事先告知")
    case.serves()
    case.at(decided_on)
    case.step(OFFICER, "听取陈述申辩", statement_outcome="none")
    case.drafts(decision_kind="penalty")
    case.step(HEAD, "负责人决定处罚")
    case.serves()
