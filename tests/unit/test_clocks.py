"""Clocks of cases: they begin, stand, go on and stop with the tokens; what the law grants moves them, and nothing else does."""

import datetime as dt

import pytest

from engine.clock import SHANGHAI
from engine.deadlines.ledger import EntryKind
from engine.errors import DeadlineRefused, NotAllowed, TooEarly
from engine.runtime import casebook, clocks, commands, desk
from engine.runtime.commands import Paper, Stretch
from tests.notation import boundary, extension, many, timer
from tests.town import BOSS, COMMANDER, LEADER, OFFICER, OTHER_OFFICER

LAB = Paper(document="检测委托书〔2026〕3号", approver=BOSS, ground="testing", reason="送检")
STEP = 'gl:role="case_officer" gl:scope="town"'
PENALTY = f"""
    start s
    user inquiry name="调查取证" {STEP} gl:limit="5" gl:limitUnit="workingDays"
    {boundary("late", "inquiry", timer("Date", "deadline.due"), False, 'name="调查超时"')}
    user urged name="督促调查" gl:role="team_leader" gl:scope="town"
    <subProcess id="whole" name="立案至决定" gl:deadline="DL-C6">
    <startEvent id="ws"/><userTask id="decide" name="作出决定" {STEP}/><endEvent id="we"/>
    <sequenceFlow id="w1" sourceRef="ws" targetRef="decide"/><sequenceFlow id="w2" sourceRef="decide" targetRef="we"/>
    </subProcess>
    {boundary("expired", "whole", timer("Date", "deadline.due"), False, 'name="期限届满"')}
    user warned name="超期说明" gl:role="legal_reviewer" gl:scope="town"
    end e
    end f
    end g
    s -> inquiry -> whole -> e
    late -> urged -> f
    expired -> warned -> g
"""


def clock_of(town, rule: str = "", element: str | None = None):
    with town.database.reading() as c:
        found = [one for one in clocks.of_case(c, town.case) if one.rule == rule and element in (None, one.element_id)]
    return found[-1]


def local_day(moment: dt.datetime) -> str:
    return f"{moment.astimezone(SHANGHAI):%Y-%m-%d %H:%M}"


@pytest.fixture
def penalty(town):
    town.draws(PENALTY, ruleSet='"RS-SAMR"')
    town.report()
    return town


@pytest.fixture
def filed(penalty):
    penalty.does(OFFICER, "调查取证")
    return penalty


def test_a_limit_of_the_diagram_is_a_clock_that_stops_when_the_step_is_done(penalty):
    running = clock_of(penalty)
    assert (running.element_id, running.status, running.limit_text) == ("inquiry", "running", "5个工作日")
    assert running.due_at == penalty.entry(OFFICER, "调查取证").due_at

    penalty.waits(hours=3)
    penalty.does(OFFICER, "调查取证")

    stopped = clock_of(penalty)
    assert (stopped.status, stopped.stop_reason, stopped.stopped_at) == ("stopped", "done", penalty.clock())


def test_a_rule_named_by_a_sub_process_runs_as_long_as_it(filed):
    running = clock_of(filed, "DL-C6")
    assert running.rule_set == "RS-SAMR" and running.status == "running"
    assert local_day(running.due_at) == "2026-05-31 23:59"  # 3月2日起90日，周日，不顺延
    assert local_day(running.conservative_at) == "2026-05-29 23:59"
    assert any("DL-C6" in text and "2026-05-31" in text for text in filed.story())

    filed.does(OFFICER, "作出决定")

    assert clock_of(filed, "DL-C6").stop_reason == "done"


def test_a_lawful_suspension_moves_the_date_and_its_timer(filed):
    number = clock_of(filed, "DL-C6").id
    filed.until(dt.datetime(2026, 3, 10, 1, tzinfo=dt.UTC))
    filed.acts(commands.suspend_clock, OFFICER, number, None, LAB)

    filed.until(dt.datetime(2026, 6, 20, 1, tzinfo=dt.UTC))  # past the old end: the clock stands, and so does its timer
    assert filed.todo("shen") == [] and clock_of(filed, "DL-C6").status == "suspended"
    filed.acts(commands.resume_clock, OFFICER, number, None, Paper(document="检测报告", approver=BOSS, ground="testing"))

    running = clock_of(filed, "DL-C6")
    assert running.status == "running" and local_day(running.due_at) == "2026-09-10 23:59"  # 31 May and 102 days
    filed.until(running.due_at - dt.timedelta(minutes=1))
    assert filed.todo("shen") == []
    filed.waits(minutes=2)
    assert filed.todo("shen") == ["超期说明"]


def test_an_extension_and_an_excluded_period_move_the_timer_at_once(filed):
    number = clock_of(filed, "DL-C6").id
    begun, ended = (dt.datetime(2026, 3, day, 2, tzinfo=dt.UTC) for day in (3, 13))
    filed.until(dt.datetime(2026, 3, 20, 1, tzinfo=dt.UTC))

    filed.acts(commands.exclude_period, OFFICER, number, Stretch(begun, ended), LAB)
    assert local_day(clock_of(filed, "DL-C6").due_at) == "2026-06-10 23:59"
    filed.acts(commands.extend_clock, OFFICER, number, 30, Paper(document="延长审批表", approver=BOSS))

    assert local_day(clock_of(filed, "DL-C6").due_at) == "2026-07-10 23:59"
    filed.until(dt.datetime(2026, 7, 10, 15, 59, tzinfo=dt.UTC))
    assert filed.todo("shen") == []
    filed.waits(minutes=2)
    assert filed.todo("shen") == ["超期说明"]


def test_a_correction_leaves_what_it_corrects_readable(filed):
    number = clock_of(filed, "DL-C6").id
    days = [dt.datetime(2026, 3, day, 2, tzinfo=dt.UTC) for day in (3, 13, 8)]
    filed.until(dt.datetime(2026, 3, 20, 1, tzinfo=dt.UTC))
    entered = filed.acts(commands.exclude_period, OFFICER, number, Stretch(days[0], days[1]), LAB)

    filed.acts(commands.correct_entry, OFFICER, number, entered["entry"], Stretch(days[0], days[2]), LAB)
    assert local_day(clock_of(filed, "DL-C6").due_at) == "2026-06-05 23:59"
    filed.acts(commands.revoke_entry, OFFICER, number, entered["entry"], LAB)

    assert local_day(clock_of(filed, "DL-C6").due_at) == "2026-05-31 23:59"
    with filed.database.reading() as c:
        kinds = [entry.kind for entry in clocks.ledger(c, clocks.one(c, number))]
    assert kinds == [EntryKind.STARTED, EntryKind.EXCLUDED, EntryKind.CORRECTED, EntryKind.REVOKED]


@pytest.mark.parametrize("paper", [
    Paper(approver=BOSS, ground="testing"), Paper(document="委托书", ground="testing"),
    Paper(document="委托书", approver=LEADER, ground="testing"),
    Paper(document="委托书", approver="nobody", ground="testing"), Paper(document="委托书", approver=BOSS, ground="rain"),
])
def test_a_clock_is_not_stopped_without_ground_document_and_approver(filed, paper):
    number = clock_of(filed, "DL-C6").id
    with pytest.raises(DeadlineRefused, match="DL-C6"):
        filed.acts(commands.suspend_clock, OFFICER, number, None, paper)

    assert clock_of(filed, "DL-C6").entries == 1


def test_clocks_are_kept_only_by_those_who_handle_the_case(filed):
    number = clock_of(filed, "DL-C6").id
    for person in (COMMANDER, BOSS):
        with pytest.raises(NotAllowed):
            filed.acts(commands.suspend_clock, person, number, None, LAB)


def test_suspending_the_case_stops_its_own_limits_and_not_the_law(penalty):
    own = clock_of(penalty)
    penalty.acts(commands.suspend, COMMANDER, penalty.case, reason="暴雨")
    assert clock_of(penalty).status == "suspended"
    penalty.waits(days=3)
    penalty.acts(commands.resume, COMMANDER, penalty.case)

    assert clock_of(penalty).status == "running" and clock_of(penalty).due_at > own.due_at
    penalty.does(OFFICER, "调查取证")
    due = clock_of(penalty, "DL-C6").due_at
    penalty.acts(commands.suspend, COMMANDER, penalty.case, reason="暴雨")
    assert clock_of(penalty, "DL-C6").status == "running"
    penalty.waits(days=10)
    penalty.acts(commands.resume, COMMANDER, penalty.case)
    assert clock_of(penalty, "DL-C6").due_at == due


def test_a_timer_of_the_law_that_fell_due_while_the_case_was_suspended_fires_when_it_goes_on(filed):
    filed.acts(commands.suspend, COMMANDER, filed.case, reason="暴雨")
    filed.until(clock_of(filed, "DL-C6").due_at + dt.timedelta(days=5))
    filed.acts(commands.resume, COMMANDER, filed.case)
    filed.waits(minutes=1)

    assert filed.todo("shen") == ["超期说明"]


RETURNING = f"""
    start s
    user first name="核查" {STEP} gl:deadline="DL-A2" gl:limit="2" gl:limitUnit="workingDays"
    user second name="复核" gl:role="team_leader" gl:scope="town" gl:deadline="DL-A4"
    end e
    s -> first -> second -> e
"""


def test_a_step_sent_back_goes_on_with_its_statutory_clock_and_begins_its_own_limit_anew(town):
    town.draws(RETURNING, ruleSet='"RS-SAMR"')
    town.report()
    first, own = clock_of(town, "DL-A2"), clock_of(town)
    town.waits(days=1)
    town.does(OFFICER, "核查")
    town.waits(days=1)
    town.acts(commands.send_back, LEADER, town.item(LEADER, "复核"), "first", reason="材料不全")

    again, anew = clock_of(town, "DL-A2"), clock_of(town)
    assert (again.id, again.started_at, again.due_at, again.status) == (first.id, first.started_at, first.due_at, "running")
    assert again.key == town.item(OFFICER, "核查") and anew.id != own.id and anew.due_at > own.due_at
    assert clock_of(town, "DL-A4").stop_reason == "sent-back"

    left = clock_of(town, "DL-A4")
    town.does(OFFICER, "核查")
    back = clock_of(town, "DL-A4")
    assert (back.id, back.due_at, back.status) == (left.id, left.due_at, "running")


SIGNERS = many('<loopDataInputRef>signers</loopDataInputRef><inputDataItem id="signer"/>')
SIGNED = f"""
    start s
    script choose signers = ["{OFFICER}", "{OTHER_OFFICER}"]
    <userTask id="sign" name="会签" {STEP} gl:assignee="signer" gl:deadline="DL-A2">{SIGNERS}</userTask>
    user second name="复核" gl:role="team_leader" gl:scope="town"
    end e
    s -> choose -> sign -> second -> e
"""


def test_every_signer_of_a_countersign_that_is_sent_back_goes_on_with_the_clock(town):
    town.draws(SIGNED, ruleSet='"RS-SAMR"')
    town.report()
    begun = clock_of(town, "DL-A2").started_at
    town.waits(days=1)
    town.does(OFFICER, "会签")
    town.does(OTHER_OFFICER, "会签")
    town.waits(days=1)
    town.acts(commands.send_back, LEADER, town.item(LEADER, "复核"), "sign", reason="材料不全")

    with town.database.reading() as c:
        running = [one for one in clocks.of_case(c, town.case) if one.rule == "DL-A2" and one.is_open]
    assert {one.key for one in running} == {town.item(OFFICER, "会签"), town.item(OTHER_OFFICER, "会签")}
    assert {one.started_at for one in running} == {begun} and len({one.due_at for one in running}) == 1


def test_handing_a_step_on_to_somebody_else_leaves_its_clock_alone(penalty):
    before = clock_of(penalty)
    penalty.waits(days=1)
    penalty.acts(commands.transfer, LEADER, penalty.item(OFFICER, "调查取证"), OTHER_OFFICER, reason="出差")

    assert clock_of(penalty) == before


def test_ending_a_case_stops_every_clock(filed):
    filed.acts(commands.cancel, COMMANDER, filed.case, reason="重复")
    with filed.database.reading() as c:
        assert {one.status for one in clocks.of_case(c, filed.case)} == {"stopped"}


GATE = extension('<gl:gate rule="DL-C1" waived="waiver = true"/>', '<gl:gate rule="DL-E13" moment="at"/>')

def gated(town, waiver: str = "null", at: str = "null"):
    town.draws(f"""
        start s
        script a waiver = {waiver}
        script b at = {at}
        <subProcess id="notice" name="告知" gl:deadline="DL-C1">
        <startEvent id="ns"/><userTask id="decide" name="作出决定" {STEP}>{GATE}</userTask><endEvent id="ne"/>
        <sequenceFlow id="n1" sourceRef="ns" targetRef="decide"/><sequenceFlow id="n2" sourceRef="decide" targetRef="ne"/>
        </subProcess>
        end e
        s -> a -> b -> notice -> e
    """)
    town.report()
    return town


def test_a_gate_blocks_the_step_until_the_whole_period_has_passed(town):
    gated(town)
    item = town.item(OFFICER, "作出决定")
    with pytest.raises(TooEarly, match="DL-C1") as refusal:
        town.acts(commands.complete, OFFICER, item, {})

    assert local_day(refusal.value.earliest) == "2026-03-10 00:00"  # five working days after 2 March end on the 9th
    with town.database.reading() as c:
        shown = desk.of(c, item, town.person(OFFICER)).gates
    assert [(gate.rule, gate.is_open) for gate in shown] == [("DL-C1", False), ("DL-E13", True)]
    town.until(dt.datetime(2026, 3, 9, 15, 59, tzinfo=dt.UTC))
    with pytest.raises(TooEarly):
        town.acts(commands.complete, OFFICER, item, {})
    town.until(dt.datetime(2026, 3, 10, 1, tzinfo=dt.UTC))
    town.does(OFFICER, "作出决定")


def test_a_written_waiver_opens_the_gate(town):
    gated(town, waiver="true")
    assert town.does(OFFICER, "作出决定")["status"] == "completed"


@pytest.mark.parametrize(("at", "earliest"), [
    ("2026-03-12T23:30:00+08:00", "2026-03-13 06:00"), ("2026-03-12T05:59:00+08:00", "2026-03-12 06:00"),
    ("2026-05-01T10:00:00+08:00", "2026-05-06 06:00"),
])
def test_nights_and_holidays_are_barred_for_what_is_planned_then(town, at, earliest):
    gated(town, waiver="true", at=f'"{at}"')
    with pytest.raises(TooEarly, match="DL-E13") as refusal:
        town.does(OFFICER, "作出决定")

    assert local_day(refusal.value.earliest) == earliest


def test_expressions_ask_for_the_clock_of_a_rule(town):
    town.draws("""
        start s
        user u name="核查" gl:role="case_officer" gl:scope="town" gl:deadline="DL-A2"
        script left = deadline("DL-A2").daysLeft
        script state = deadline("DL-C6") = null
        end e
        s -> u -> left -> state -> e
    """.replace("script left = ", "script left left = ").replace("script state = ", "script state none = "), ruleSet='"RS-SAMR"')
    town.report()
    town.waits(days=1)
    town.does(OFFICER, "核查")

    with town.database.reading() as c:
        values = casebook.show(c, town.case, town.person(LEADER)).values
    assert (values["left"], values["none"]) == (14, True)
