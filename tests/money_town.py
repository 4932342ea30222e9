"""A town that collects fines: a penalty case with a decision and the clock of its payment, and the words for its money."""

import datetime as dt
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from engine.cases import dues, payments, proposals
from engine.cases.dues import Dues, Entry
from engine.clock import SHANGHAI, UTC
from engine.definitions import Package
from engine.errors import InvalidState, InvalidValues
from engine.people import directory
from tests.notation import extension, xml
from tests.penalty_town import Docket, sign
from tests.town import Town

HEAD, CLERK, KEEPER, COUNSEL, OTHER_COUNSEL, HOST = "head2", "cw", "wp", "ls", "ls2", "tz"
MORE = {HEAD: ("吕壬", "head"), CLERK: ("钱财", "finance_clerk"), KEEPER: ("吴物", "property_keeper"), COUNSEL: ("罗律", "lawyer"),
        OTHER_COUNSEL: ("马律", "lawyer"), HOST: ("沈听", "hearing_host")}
SERVED = extension('<gl:variable name="served" type="text"/>')
PAYING = f"""
    {SERVED}
    start s
    <userTask id="serving" name="送达" gl:role="case_officer" gl:scope="town"/>
    <userTask id="pay" name="登记缴款" gl:role="case_officer" gl:scope="town" gl:deadline="DL-E1"/>
    end e
    s -> serving -> pay -> e
"""


@contextmanager
def refused(words: str) -> Iterator[None]:
    """What is done within is refused, and the refusal or one of its fields says these words."""
    with pytest.raises((InvalidState, InvalidValues)) as found:
        yield
    said = found.value.message + "".join(getattr(found.value, "errors", {}).values())
    assert words in said, said


class Till(Docket):
    """One penalty case and its money. Amounts in 元 for those who read; the ledger holds 分."""

    def __init__(self, town: Town) -> None:
        super().__init__(town)
        for key in ("penalty", "summary_penalty"):
            head = f'<process id="{key}"'.encode()
            drawn = xml(PAYING, key).replace(head, head + b' gl:startRoles="case_officer team_leader"')
            town.publishes(Package(key, "行政处罚程序", drawn))
        town.run(self._settle)

    def _settle(self, c: Any) -> None:
        for person, (name, role) in MORE.items():
            directory.save_person(c, person, {"name": name}, None)
            directory.set_posts(c, person, [(role, "qs")])

    def decided(self, fine: int, process: str = "penalty", served: bool = True, **party: Any) -> int:
        """A case in which so many 元 are imposed today and, unless it waits, the decision is served today."""
        self.begins({**sign(), **party}, process=process)
        terms = proposals.Terms(kinds=("fine",), fine=fine * 100, basis=("CFF-1",))
        self.town.run(lambda c: proposals.write(c, self.case, proposals.DECISION, terms, "head2") and None)
        self.town.run(lambda c: payments.impose(c, self.case, {}, None))
        if served:
            self.town.does("wei", "送达")
        return self.case

    def pays(self, yuan: float, day: str = "", **values: Any) -> dict[str, Any]:
        said = {"amount": round(yuan * 100), "day": day, "channel": "bank", "receipt": f"P{self.number()}", **values}
        return self.town.run(lambda c: payments.record(c, self.case, said, CLERK))

    def number(self) -> int:
        return len(self.entries) + 1000 * self.case

    @property
    def entries(self) -> tuple[Entry, ...]:
        return self.reads(dues.entries, self.case)

    @property
    def dues(self) -> Dues:
        return self.reads(dues.of, self.case)

    def on(self, day: str) -> Dues:
        """How the case stands on a day."""
        moment = dt.datetime.combine(dt.date.fromisoformat(day), dt.time(12), SHANGHAI).astimezone(UTC)
        return self.reads(lambda c: dues.of(c, self.case, now=moment))

    def passes_to(self, day: str) -> None:
        """It is noon of a later day."""
        self.town.until(dt.datetime.combine(dt.date.fromisoformat(day), dt.time(12), SHANGHAI))
