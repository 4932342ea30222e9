"""Signs: what somebody did for the figures is found with its evidence, and what only looks like it is not."""

import datetime as dt
from pathlib import Path

import pytest

from engine.clock import Simulated
from engine.database import Database
from engine.rehearsal.album import draw
from engine.runtime import commands
from tests.sample_town import FINDER, NEIGHBOUR
from tests.sign_town import DIRECT, SignTown, saved_again

HOUR, DAY = dt.timedelta(hours=1), dt.timedelta(days=1)


@pytest.fixture
def town(database: Database, clock: Simulated, tmp_path: Path) -> SignTown:
    return SignTown(database, tmp_path / "files", clock)


def handed_on(town: SignTown, times: int, before: dt.timedelta) -> int:
    """A case whose step passes from hand to hand, the first time `before` it is due."""
    case = town.finds(category=DIRECT)
    item = town.play(case, "sign")
    holders = town.holders(item)
    town.acts(commands.claim, holders[0], item.id)
    town.until(item.due_at - before)
    for turn in range(times):
        town.acts(commands.transfer, holders[turn % 2], item.id, holders[(turn + 1) % 2], reason="临时有事")
        town.waits(minutes=1)
    return case


def test_a_step_that_passes_from_hand_to_hand_before_it_is_due_is_a_sign(town: SignTown) -> None:
    case = handed_on(town, 2, dt.timedelta(minutes=15))

    sign, = town.found("late-transfers")

    assert [one.id for one in sign.cases] == [case] and len(sign.persons) == 2
    assert "转给" in sign.lines[0].text and "距到期 15分钟" in sign.lines[0].text and "临时有事" in sign.lines[0].text
    assert [line.case for line in sign.lines] == [case, case]
    assert sign.measures[0].value == "2 次"


def test_a_single_transfer_or_one_long_before_is_none(town: SignTown) -> None:
    handed_on(town, 1, dt.timedelta(minutes=15))
    handed_on(town, 3, dt.timedelta(hours=3))

    assert town.found("late-transfers") == ()


def test_a_shift_that_hands_over_ten_steps_long_before_they_are_due_is_none(town: SignTown) -> None:
    items = [town.play(town.finds(category=DIRECT), "sign", minutes=1) for _ in range(10)]
    first, second = town.holders(items[0])
    for item in items:
        town.acts(commands.claim, first, item.id)
    answer = town.acts(commands.transfer_many, first, [item.id for item in items], second, reason="轮班交接")

    assert all(one["ok"] for one in answer["results"])
    assert town.found("late-transfers") == ()


def test_many_steps_handed_away_just_before_they_are_due_are_one_sign_about_the_day(town: SignTown) -> None:
    items = [town.play(town.finds(category=DIRECT), "sign", minutes=0.2) for _ in range(5)]
    first, second = town.holders(items[0])
    for item in items:
        town.acts(commands.claim, first, item.id)
    town.until(min(item.due_at for item in items) - dt.timedelta(minutes=2))
    town.acts(commands.transfer_many, first, [item.id for item in items], second)

    sign, = town.found("late-transfers", transfer_share=50)

    assert sign.key.startswith(f"day:{first}:") and len(sign.cases) == 5
    assert list(sign.persons) == [first] and "没有写理由" in sign.lines[0].text


def test_sending_back_again_and_again_before_it_is_due_is_a_sign(town: SignTown) -> None:
    case = town.finds()
    for _ in range(2):
        item = town.play(case, "accept") if town.steps_of(case)[0].element_id == "accept" else None
        item = item or _to_accept(town, case)
        town.until(item.due_at - dt.timedelta(minutes=5))
        by = item.assignee or town.holders(item)[0]
        targets = _targets(town, item.id, by)
        town.acts(commands.send_back, by, item.id, targets[-1].element_id, reason="材料不全")

    sign, = town.found("late-send-backs")

    assert [one.id for one in sign.cases] == [case] and len(sign.lines) == 2 and "材料不全" in sign.lines[1].text
    assert town.found("late-send-backs", return_times=3) == ()


def _to_accept(town: SignTown, case: int) -> object:
    """Whoever cannot settle it says so, so that it comes to the centre."""
    for element, values in (("village_correction", {"correction_outcome": "cannot", "correction_reason": "没有执法权"}),
                            ("grid_check", {"grid_check_outcome": "upward"}), ("area_review", {"area_outcome": "report"})):
        for row in town.steps_of(case):
            if row.element_id == element:
                town.waits(minutes=5)
                town.does_item(row.id, row.assignee or town.holders(row)[0], **values)
    return town.item(case, "accept")


def _targets(town: SignTown, item: str, by: str) -> tuple[commands.Target, ...]:
    who = town.person(by)
    with town.database.reading() as c:
        return commands.targets(c, item, by=who)


def test_halted_and_done_on_the_same_day_with_little_time_left_is_a_sign(town: SignTown) -> None:
    case = town.halted(dt.timedelta(minutes=10), dt.timedelta(minutes=40))

    sign, = town.found("same-day-suspensions")

    assert [one.id for one in sign.cases] == [case] and "距到期 10分钟" in sign.summary
    assert "等待当事人到场" in sign.lines[0].text and len(sign.persons) == 2


def test_what_stood_for_days_is_none(town: SignTown) -> None:
    town.halted(dt.timedelta(minutes=10), dt.timedelta(days=3))

    assert town.found("same-day-suspensions") == ()


def test_halted_by_mistake_long_before_it_is_due_is_none(town: SignTown) -> None:
    case = town.finds(category=DIRECT)
    item = town.play(case, "close")
    town.halts(case)
    town.waits(minutes=5)
    town.goes_on(case)
    town.does_item(item.id, town.holders(item)[0])

    assert town.found("same-day-suspensions") == ()


def decided(town: SignTown, count: int, gap: float) -> list[int]:
    """One dispatcher decides on so many cases, so many seconds apart."""
    cases = [town.finds(category=DIRECT) for _ in range(count)]
    items = [town.play(case, "close", minutes=1) for case in cases]
    by = town.holders(items[0])[0]
    for item in items:
        town.does_item(item.id, by)
        town.waits(seconds=gap)
    return cases


def test_decisions_within_seconds_are_one_sign(town: SignTown) -> None:
    cases = decided(town, 7, 6)

    sign, = town.found("quick-approvals")

    assert sorted(one.id for one in sign.cases) == sorted(cases) and len(sign.persons) == 1
    assert sign.lines[0].text.count(":") >= 2 and "结论" in sign.lines[0].text
    assert town.found("quick-approvals", approve_count=8) == ()


def test_decisions_with_time_to_read_are_none(town: SignTown) -> None:
    decided(town, 6, 90)

    assert town.found("quick-approvals") == ()


def test_taking_note_of_results_one_after_the_other_is_none(town: SignTown) -> None:
    items = [town.play(town.finds(category=DIRECT), "feedback_village", minutes=1) for _ in range(6)]
    by = town.holders(items[0])[0]
    for item in items:
        town.does_item(item.id, by)
        town.waits(seconds=3)

    assert town.found("quick-approvals") == ()


def test_entries_that_reach_far_back_and_mends_long_afterwards_are_signs(town: SignTown) -> None:
    case = town.finds()
    town.waits(days=10)
    clock_id, first = town.enters(case, "excluded", "zf1", from_at=town.clock() - 8 * DAY)
    town.enters(case, "suspended", "zf1", from_at=town.clock() - 2 * DAY)
    town.waits(days=1)
    town.enters(case, "corrected", "zf1", corrects=3)
    town.waits(days=6)
    town.enters(case, "corrected", "zf1", from_at=town.clock() - 20 * DAY, corrects=first)

    found = town.found("backdated")

    assert [sign.key for sign in found] == [f"entry:{clock_id}:5", f"entry:{clock_id}:{first}"]
    assert "登记之后 7天才更正" in found[0].summary and "补登 8天之前的扣除期间" in found[1].summary
    assert "青检〔2026〕3 号" in found[1].lines[-1].text


def test_a_date_on_a_form_long_before_it_was_handed_in_is_a_sign(town: SignTown) -> None:
    for days in (2, 12):
        case = town.finds(category=DIRECT)
        item = town.play(case, "onsite")
        long_ago = (town.clock() - days * DAY).isoformat(timespec="minutes")
        town.does_item(item.id, item.assignee or town.holders(item)[0], onsite_at=long_ago)

    sign, = town.found("backdated")

    assert [one.id for one in sign.cases] == [case] and "到场时间" in sign.summary and "12天" in sign.summary


def test_a_case_closed_overdue_and_filed_again_at_its_place_is_a_sign(town: SignTown) -> None:
    old = town.finds()
    town.close(old, last_late=True)
    town.waits(hours=5)
    new = town.finds(NEIGHBOUR)

    sign, = town.found("reopened")

    assert [one.id for one in sign.cases] == [old, new] and "已超期" in sign.summary
    assert FINDER in sign.persons and NEIGHBOUR in sign.persons
    assert town.found("reopened", reopen_hours=4) == ()


def test_a_relapse_in_time_or_long_after_is_none(town: SignTown) -> None:
    town.close(town.finds())
    town.waits(hours=5)
    second = town.finds()
    town.close(second, last_late=True)
    town.waits(days=9)
    town.finds()

    assert town.found("reopened") == ()


def test_a_case_that_a_relapse_opened_again_is_none(town: SignTown) -> None:
    case = town.finds()
    item = town.play(case, "look_back")
    town.until(item.due_at + HOUR)
    town.does_item(item.id, FINDER, look_back_outcome="relapse", look_back_note="摊位又摆出来了")
    assert town.ended(case) is None

    assert town.found("reopened") == ()


def test_closing_and_filing_again_and_again_is_a_sign_even_in_time(town: SignTown) -> None:
    cases = [town.finds()]
    for _ in range(3):
        town.close(cases[-1])
        town.waits(hours=3)
        cases.append(town.finds())

    found = town.found("reopened")

    assert [one.id for one in found[0].cases] == cases and "接连 3 次" in found[0].summary


def test_the_same_photo_in_two_cases_is_a_sign(town: SignTown) -> None:
    picture = draw(7)
    first = town.finds(photos=[town.uploads(picture)])
    town.waits(hours=30)
    second = town.finds(NEIGHBOUR, photos=[town.uploads(picture, NEIGHBOUR)])

    sign, = town.found("reused-photos")

    assert [one.id for one in sign.cases] == [first, second] and "同一文件" in sign.summary
    assert all(line.photo for line in sign.lines)


def test_a_photo_saved_again_is_known_and_another_scene_is_not(town: SignTown) -> None:
    picture = draw(7)
    first = town.finds(photos=[town.uploads(picture)])
    town.waits(minutes=10)
    second = town.finds(NEIGHBOUR, photos=[town.uploads(saved_again(picture), NEIGHBOUR), town.shot(8, NEIGHBOUR)])

    sign, = town.found("reused-photos")

    assert [one.id for one in sign.cases] == [first, second] and "近乎相同" in sign.summary


def test_a_form_sent_twice_is_none_and_the_photo_of_another_round_is_one(town: SignTown) -> None:
    picture = draw(7)
    case = town.finds(photos=[town.uploads(picture), town.uploads(picture)])
    assert town.found("reused-photos") == ()

    town.waits(hours=5)
    item = town.item(case, "village_correction")
    by = town.holders(item)[0]
    town.does_item(item.id, by, photos_after=[town.uploads(picture, by)])

    sign, = town.found("reused-photos")
    assert [one.id for one in sign.cases] == [case] and "同一件事" in sign.summary
