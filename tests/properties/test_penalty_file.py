"""Whatever officers, reviewers and leaders try with a file, in whatever order: the law's order holds and nothing is lost from it."""

import datetime as dt
import itertools
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule, run_state_machine_as_test

from engine import clock as engine_clock
from engine.cases import case_file, custody, evidence, officers, parties, proposals, step_acts
from engine.cases.custody import Move
from engine.cases.duties import Change
from engine.clock import Simulated
from engine.database import connect
from engine.errors import EngineError
from engine.people import directory
from engine.runtime import history
from tests.conftest import START
from tests.penalty_town import Docket, certify, citizen, sign, stall
from tests.town import BOSS, INSPECTOR, LAWYER, LEADER, OFFICER, OTHER_OFFICER, Town

THIRD = "tao"
PEOPLE = st.sampled_from([OFFICER, OTHER_OFFICER, LEADER, BOSS, LAWYER, INSPECTOR, THIRD])
LEADS = st.sampled_from([BOSS, LEADER, OFFICER, INSPECTOR])
FINES = st.sampled_from([100_000, 500_000, 800_000])
TERMS = st.sampled_from([(["fine"], 500_000), (["warning"], 0), (["fine", "suspension"], 300_000), (["fine"], 0)])
BASIS = st.sampled_from([["XSR:18"], ["XSR:16"]])
OUTCOMES = st.sampled_from(["agree", "correct"])
PARTIES = (lambda: stall(), lambda: sign(), lambda: sign(), lambda: stall(party_id_number=citizen("20130101"), party_guardian="吴父"))


class Paper(RuleBasedStateMachine):
    """One case from its beginning; every rule may be refused, none may leave the file unlawful."""

    docket: Docket
    names = itertools.count()

    def __init__(self) -> None:
        super().__init__()
        self.served: str | None = None
        self.held = False
        self.pieces: dict[int, int] = {}
        self.frozen: Any = None
        self.done: set[str] = set()

    @initialize(which=st.integers(0, 3), ahead=st.sampled_from([0, 1, 2, 3, 4, 6, 6, 6]))
    def begins(self, which: int, ahead: int) -> None:
        """A case at some point of its way: the walk need not find the whole way by chance."""
        self.docket.begins(PARTIES[which]())
        steps: list[Callable[[], None]] = [
            lambda: self.files(LEADER), lambda: self.takes(OFFICER, False), lambda: self.proposes(OFFICER, (["fine"], 500_000), ["XSR:18"]),
            lambda: self.notifies(OFFICER, None), self.serves, lambda: self.reviews(LAWYER, "agree")]
        for step in steps[:ahead]:
            step()

    def _tries(self, name: str, work: Callable[[], Any]) -> None:
        try:
            work()
            self.done.add(name)
        except EngineError as refused:
            assert refused.message

    def _act(self, name: str, by: str, **values: Any) -> None:
        known = {"notice_served_on": self.served, "hearing_held": self.held}
        self._tries(name, lambda: self.docket.acts(getattr(step_acts, name), by, known, **values))

    @rule(by=PEOPLE)
    def files(self, by: str) -> None:
        self._act("file_case", by)

    @rule(by=PEOPLE, camera=st.sampled_from([False, False, False, True]))
    def takes(self, by: str, camera: bool) -> None:
        self._tries("takes", lambda: self.docket.takes(by, camera=camera))

    @precondition(lambda self: self.pieces)
    @rule(by=PEOPLE, what=st.sampled_from(["void", "exclude", "move", "legal_review", "technical_review"]), pick=st.integers(0, 9))
    def handles(self, by: str, what: str, pick: int) -> None:
        piece = sorted(self.pieces)[pick % len(self.pieces)]
        work: dict[str, Callable[..., Any]] = {
            "void": lambda c, who: evidence.void(c, piece, "取证程序有误", who),
            "exclude": lambda c, who: evidence.exclude(c, piece, "违法取得", who),
            "move": lambda c, who: evidence.move(c, piece, Move("stored", "物品室"), who)}
        review = lambda c, who: evidence.review(c, piece, what, "", who)  # noqa: E731
        self._tries(what, lambda: self.docket.does(work.get(what, review), by=by))

    @rule(by=PEOPLE, terms=TERMS, basis=BASIS)
    def proposes(self, by: str, terms: tuple[list[str], int], basis: list[str]) -> None:
        self._act("propose", by, proposal_kinds=terms[0], proposal_fine=terms[1], proposal_basis=basis, proposal_grade="ordinary")

    @rule(by=PEOPLE, fine=st.none() | FINES)
    def notifies(self, by: str, fine: int | None) -> None:
        rows = len(self.docket.reads(proposals.of, self.docket.case))
        self._act("notify", by, **({"notice_fine": fine} if fine is not None else {}))
        if len(self.docket.reads(proposals.of, self.docket.case)) > rows:
            self.served, self.held = None, False

    @rule()
    def serves(self) -> None:
        self.served = engine_clock.today().isoformat()

    @rule()
    def hears(self) -> None:
        self.held = True

    @rule(by=PEOPLE, outcome=OUTCOMES)
    def reviews(self, by: str, outcome: str) -> None:
        self._act("record_review", by, review_outcome=outcome)

    @rule(by=LEADS, fine=st.none() | FINES, basis=st.none() | BASIS, kind=st.sampled_from(["penalty", "penalty", "no_penalty"]))
    def decides(self, by: str, fine: int | None, basis: list[str] | None, kind: str) -> None:
        said = {"decision_fine": fine, "decision_basis": basis, "decision_kind": kind, "reasons": "同意"}
        self._act("decide", by, **{key: value for key, value in said.items() if value is not None})

    @rule(more=st.sampled_from([1, 300_000]))
    def decides_above_the_notice(self, more: int) -> None:
        notice = self.docket.reads(proposals.last, self.docket.case, "notice")
        self._act("decide", BOSS, decision_fine=more + (notice.fine if notice else 0))

    @rule(by=LEADS, what=st.sampled_from(["officer", "assistant"]), new=st.sampled_from([THIRD, THIRD, OFFICER, OTHER_OFFICER]))
    def changes_officer(self, by: str, what: str, new: str) -> None:
        change = Change(what, new, "调离")
        self._tries("change", lambda: self.docket.does(lambda c, who: officers.change(c, self.docket.case, change, who), by=by))

    @rule(by=PEOPLE)
    def amends(self, by: str) -> None:
        said = {"facts": f"更正后的事实{next(self.names)}", "reason": "笔误"}
        self._tries("amend", lambda: self.docket.does(lambda c, who: case_file.amend(c, self.docket.case, said, who), by=by))

    @rule()
    def closes(self) -> None:
        for kind in ("transferred", "fulfilled", "no_penalty"):
            self._act("close_case", BOSS, closure_kind=kind)

    # -------------------------------------------------------------------------------------------- what always holds

    @invariant()
    def nothing_is_decided_above_or_beside_its_notice(self) -> None:
        notice = None
        for row in self.docket.reads(proposals.of, self.docket.case) if self.docket.case else ():
            if row.stage == "notice":
                notice = row
            if row.stage == "decision":
                assert notice is not None
                assert row.fine <= notice.fine and set(row.kinds) <= set(notice.kinds) and set(row.basis) == set(notice.basis)
                assert row.by not in (OFFICER, OTHER_OFFICER)

    @invariant()
    def nobody_below_fourteen_is_punished(self) -> None:
        one = self.docket.one
        if one.act_day and parties.responsibility(one.party, one.act_day) == parties.NONE:
            assert {row.stage for row in self.docket.reads(proposals.of, one.instance_id)} <= {"no_penalty", "review"}

    @invariant()
    def evidence_never_disappears_and_its_custody_is_whole(self) -> None:
        now = {piece.id: len(piece.chain) for piece in self.docket.reads(evidence.of, self.docket.case)}
        assert all(now.get(piece, 0) >= links for piece, links in self.pieces.items())
        assert all(custody.broken(piece.chain) is None for piece in self.docket.reads(evidence.of, self.docket.case))
        self.pieces = now

    @invariant()
    def a_frozen_file_stays_as_it_is(self) -> None:
        one = self.docket.one
        if one.frozen_at is None:
            return
        whole = (one, self.docket.reads(evidence.of, one.instance_id), self.docket.reads(proposals.of, one.instance_id))
        self.frozen = self.frozen or whole
        assert whole == self.frozen

    @invariant()
    def the_record_holds(self) -> None:
        assert self.docket.reads(history.verify, f"case:{self.docket.case}") == []


@pytest.fixture
def docket(sqlite_url: str) -> Iterator[Docket]:
    database = connect(sqlite_url)
    with engine_clock.use(Simulated(START)):
        town = Town(database, Simulated(START))
        town.run(lambda c: directory.save_person(c, THIRD, {"name": "陶戊"}, None))
        town.run(lambda c: directory.set_posts(c, THIRD, [("case_officer", "qs")]))
        made = Docket(town)
        town.run(lambda c: [certify(c, person, f"A-{person}", kind="legal", valid_to=None) for person in (LAWYER, OFFICER)])
        town.run(lambda c: certify(c, THIRD, "41-3", valid_to=dt.date(2027, 1, 1)))
        yield made
    database.close()


def test_whatever_is_tried_the_file_stays_lawful(docket: Docket) -> None:
    seen: set[str] = set()

    class Here(Paper):
        def teardown(self) -> None:
            seen.update(self.done)

    Here.docket = docket
    run_state_machine_as_test(Here, settings=settings(
        max_examples=50, stateful_step_count=30, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True))
    assert {"file_case", "takes", "propose", "notify", "record_review", "decide", "close_case", "void", "change", "amend"} <= seen
