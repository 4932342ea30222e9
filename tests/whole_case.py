"""A town in which penalty cases run from filing to the archive on the shipped processes: the words for what its people do.

`step` does the step of that name; what its form demands and the test does not say is filled in with the usual answer. The long common
stretches (filing, report and review, notice) are one word each.
"""

import datetime as dt
import io
from collections.abc import Iterator, Mapping
from typing import Any

from PIL import Image
from sqlalchemy import select

from engine import clock, forms
from engine.cases import attachments, evidence, hearing_rooms, hearings, penalty, proposals
from engine.cases.case_file import Penalty
from engine.cases.proposals import Proposal
from engine.clock import SHANGHAI, local
from engine.documents import dossier, register
from engine.documents.register import Issued
from engine.forms import FieldState
from engine.law import sample
from engine.people import qualifications
from engine.runtime import case as cases
from engine.runtime import clocks, desk
from engine.runtime.clocks import Clock
from engine.runtime.tables import process_instance
from tests.penalty_town import citizen, credit_code
from tests.town import BOSS, HEAD, HOST, LAWYER, LEADER, OFFICER, OTHER_OFFICER, Town

VIOLATED, BASIS = "《X省市容条例》第十八条第一款", "《X省市容条例》第十八条第二款"
NATURAL = {"party_kind": "natural", "party_address": "青石镇柳林村1号", "party_phone": "13800001234"}
COMPANY = {"party_kind": "organisation", "party_legal_representative": "赵某", "party_address": "青石镇解放路12号"}


class WholeCase:
    """One case and everybody who works at it."""

    def __init__(self, town: Town, at: str) -> None:
        self.town = town
        self.at(at)
        town.publishes_with_called("penalty")
        town.run(lambda c: sample.load(c, "qs"))
        town.run(lambda c: qualifications.sample(c, [OFFICER, OTHER_OFFICER, LAWYER]))

    # ---------------------------------------------------------------------------------------- time and people

    def at(self, when: str) -> None:
        """The time is this day and hour in Shanghai; a day alone is nine in the morning."""
        moment = dt.datetime.fromisoformat(when if "T" in when else f"{when}T09:00").replace(tzinfo=SHANGHAI)
        if moment > self.town.clock():
            self.town.until(moment)
        else:
            self.town.clock.moment = moment

    def step(self, person: str, name: str, **values: Any) -> dict[str, Any]:
        """A person does the step of that name of this case."""
        return self.town.does(person, name, **self._filled(person, name, values))

    def todo(self, person: str) -> list[str]:
        """The steps of this case on a person's list."""
        return [entry.name for entry in self.town.page(person).entries if entry.instance_id == self.town.case]

    # ---------------------------------------------------------------------------------------- common stretches

    def begins(self, **values: Any) -> int:
        """A case is begun with the values of the start form; `rule_set` as the item would bring it."""
        kind = COMPANY if values.get("party_kind") == "organisation" else NATURAL
        number = credit_code() if kind is COMPANY else citizen()
        known = {**kind, "party_id_number": number, "act_place": "青石镇解放路12号", "officer": OFFICER, "assistant": OTHER_OFFICER,
                 **values}
        self.town.case = self.town.run(lambda c: penalty.begin(c, known, by=None, unit="qs"))["instance"]
        self.town.works()
        return self.town.case

    def files(self) -> None:
        """立案审批, up to the leader's approval today."""
        self.step(OFFICER, "核查并申请立案", filing_advice="file")
        self.step(OTHER_OFFICER, "协办人会签立案")
        self.step(LEADER, "队长审核立案", filing_advice="file")
        self.step(BOSS, "批准立案")

    def investigates(self) -> None:
        """Evidence is taken, and the investigation is noted."""
        who = self.town.person(OFFICER)
        said = {"kind": "record", "title": "现场检查笔录", "origin": "现场检查", "place": "解放路12号", "collected_at": clock.now(),
                "collectors": ["卫十", "蒋甲"]}
        self.town.run(lambda c: evidence.add(c, self.town.case, said, (), who))
        self.step(OFFICER, "调查取证")

    def reports(self, **values: Any) -> None:
        """调查终结报告, countersigned and passed by the team's leader."""
        known = {"proposal_kind": "penalty", "report_violated_text": VIOLATED, "report_basis_text": BASIS, **values}
        self.step(OFFICER, "调查终结报告", **known)
        self.step(OTHER_OFFICER, "协办人会签报告")
        self.step(LEADER, "队长审核报告")

    def reviews(self, **values: Any) -> None:
        """法制审核 by the legal reviewer."""
        self.step(LAWYER, "接收审核材料", review_way="direct")
        self.step(LAWYER, "法制审核", **{"review_outcome": "agree", **values})

    def serves(self, **values: Any) -> None:
        """The document that waits for it is handed to the party today."""
        said = {"method": "direct", "service_on": self.today, "receiver": "本人", "relation": "本人", **values}
        self.step(OFFICER, "送达", **said)

    def drafts(self, **values: Any) -> None:
        """决定审批 up to the head."""
        self.step(OFFICER, "决定审批", **values)
        self.step(BOSS, "分管领导审核")

    def discusses(self, outcome: str = "agree") -> None:
        """集体讨论 of the leader and the head."""
        people = [{"member": BOSS}, {"member": HEAD}]
        self.step(LAWYER, "召集讨论", participants=people, chair=HEAD, clerk=LAWYER)
        for person in (BOSS, HEAD):
            self.step(person, "发表讨论意见", discussion_vote="agree")
        self.step(LAWYER, "讨论记录和结论", discussion_result=outcome)

    def hears(self, day: str, at: str) -> None:
        """听证 from the application's acceptance to the report: noticed today, held on that day."""
        self.step(LAWYER, "审查听证申请", hearing_acceptance="accept")
        self.step(BOSS, "受理并指定主持人", host=HOST, clerk=LAWYER)
        self.step(LAWYER, "安排听证并通知", hearing_at=f"{day}T09:00", open="public", host=HOST, clerk=LAWYER)
        self.serves()
        self.books(day)
        self.at(at)
        self.step(HOST, "举行听证", hearing_outcome="held")
        self.step(HOST, "听证报告")

    def books(self, day: str) -> None:
        """The town's room from nine until half past eleven."""
        starts = dt.datetime.combine(dt.date.fromisoformat(day), dt.time(9), SHANGHAI)
        by = self.town.person(LAWYER)
        with self.town.database.reading() as c:
            known, number = hearing_rooms.rooms(c, "qs"), cases.peeked(c, self.town.case).row.business_key
        if not known:
            self.town.run(lambda c: hearing_rooms.save_room(c, {"unit_id": "qs", "name": "听证室", "seats": "20"}, by=by))
            with self.town.database.reading() as c:
                known = hearing_rooms.rooms(c, "qs")
        wanted = {"case": number, "room": known[0].id, "starts_at": starts, "ends_at": starts + dt.timedelta(hours=2.5), "host": HOST,
                  "clerk": LAWYER, "despite": True}
        self.town.run(lambda c: hearings.book(c, wanted, by=by))

    def closes(self, **values: Any) -> None:
        """结案审批; the kind of closing that the process proposes stands unless another is named."""
        self.step(OFFICER, "结案申请", **values)
        self.step(LEADER, "队长审核结案")
        self.step(BOSS, "批准结案", **values)

    def archives(self) -> None:
        """归档: compiled, built, looked through by another, handed over."""
        self.step(OFFICER, "整理案卷")
        town = self.town
        town.works()
        with town.database.reading() as c:
            built = dossier.build(c, town.case, town.files)
        town.run(lambda c: dossier.keep(c, town.case, built, town.files))
        self.step(LAWYER, "检查并归档")

    # ---------------------------------------------------------------------------------------- seeing

    @property
    def today(self) -> str:
        return local(self.town.clock()).date().isoformat()

    @property
    def file(self) -> Penalty:
        with self.town.database.reading() as c:
            return penalty.of(c, self.town.case)

    @property
    def variables(self) -> Mapping[str, Any]:
        with self.town.database.reading() as c:
            query = select(process_instance.c.variables).where(process_instance.c.id == self.town.case)
            return dict(c.execute(query).scalar_one())

    def last(self, stage: str) -> Proposal | None:
        with self.town.database.reading() as c:
            return proposals.last(c, self.town.case, stage)

    def papers(self) -> dict[str, Issued]:
        """The newest document of each kind that stands."""
        with self.town.database.reading() as c:
            return {one.doc_id: one for one in register.of_case(c, self.town.case) if one.state == register.ISSUED}

    def clocks(self) -> dict[str, Clock]:
        """The newest clock of each rule."""
        with self.town.database.reading() as c:
            return {one.rule: one for one in clocks.of_case(c, self.town.case)}

    def due(self, rule: str) -> str:
        """The last day of a period of the law."""
        with self.town.database.reading() as c:
            return f"{local(clocks.reading(c, self.clocks()[rule]).due):%Y-%m-%d}"

    def conservative(self, rule: str) -> str:
        """Its conservative day."""
        with self.town.database.reading() as c:
            found = clocks.reading(c, self.clocks()[rule]).conservative
        assert found is not None
        return f"{local(found):%Y-%m-%d}"

    # ---------------------------------------------------------------------------------------- forms

    def _filled(self, person: str, name: str, given: Mapping[str, Any]) -> dict[str, Any]:
        item, who, values = self.town.item(person, name), self.town.person(person), dict(given)
        with self.town.database.reading() as c:
            page = desk.of(c, item, who)
        if page.form is None:
            return values
        for _ in range(4):
            for state in leaves(forms.fields(page.form, values, access=page.access, stored=page.stored, names=page.names)):
                if state.key not in values and state.mode == "write":
                    answer = self.usual(state, person)
                    if answer is not None:
                        values[state.key] = answer
        return values

    def usual(self, state: FieldState, person: str) -> Any:
        """What is stored, else the first choice, a word, today, a photo; nothing where nothing is demanded."""
        if state.value not in (None, "", []):
            return state.value
        if not state.required:
            return None
        if state.type in ("radio", "select"):
            return state.options[0].value
        if state.type in ("textfield", "textarea"):
            return "属实，同意。"
        if state.type == "checkbox":
            return True
        if state.type == "number":
            return "5"
        if state.type == "datetime":
            moment = local(self.town.clock())
            return moment.date().isoformat() if state.field.subtype == "date" else moment.strftime("%Y-%m-%dT%H:%M")
        if state.type in ("photo", "file"):
            return [self.photo(person)]
        return None

    def photo(self, person: str) -> str:
        buffer = io.BytesIO()
        Image.new("RGB", (32, 24), "green").save(buffer, "JPEG")
        buffer.seek(0)
        stored = attachments.keep(self.town.files, buffer, "现场.jpg", 1 << 20)
        return self.town.run(lambda c: attachments.add(c, stored, person))


def leaves(states: Any) -> Iterator[FieldState]:
    """The fields of a form, groups opened."""
    for state in states:
        yield state
        if state.type == "group":
            yield from leaves(state.children)
