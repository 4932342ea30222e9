"""Many running cases to another version: asked, approved by a second person, done case by case, stopped, killed, and taken back."""

import itertools
import subprocess
import sys
from typing import Any

import pytest
from sqlalchemy import select

from engine import definitions
from engine.clock import Simulated
from engine.database import connect, metadata
from engine.definitions import Package
from engine.errors import InvalidState, InvalidValues, NotAllowed, NotFound
from engine.people import directory
from engine.runtime import commands, replay
from engine.runtime.commands.migrating import Plan
from engine.runtime.moving_tables import case_move
from engine.runtime.tables import process_instance
from engine.studio import folder_rights, impact, moves
from engine.supervision import audit
from tests.town import ADMIN, COMMANDER, FINDER, HEAD, LAWYER, OFFICER, ROOT, Town, drawing
from web.scheduler import Worker

ROLE = 'gl:role="case_officer" gl:scope="town"'
LINE = f"""
    start s
    user draw name="拟稿" gl:role="grid_worker" gl:scope="grid"
    user check name="审核" {ROLE} gl:limit="5" gl:limitUnit="days"
    user sign name="签发" {ROLE}
    end e
    s -> draw -> check -> sign -> e
"""
WITHOUT_CHECK = LINE.replace(f'user check name="审核" {ROLE} gl:limit="5" gl:limitUnit="days"', f'user review name="会审" {ROLE}').replace(
    "check", "review")
SHE, OTHER = "she", "else"


KILLED = """
import datetime, sys
from engine import clock
from engine.database import connect
from engine.studio import move_running, moves
url, batch, third, moment = sys.argv[1:]
with clock.use(clock.Simulated(datetime.datetime.fromisoformat(moment))):
    database = connect(url)
    two = moves.advance(database, int(batch), 2)
    def half(c):
        print(two, move_running.one_case(c, int(batch), int(third)), flush=True)
        sys.stdin.read()
    database.run(half)
"""


@pytest.fixture
def office(town: Town) -> Town:
    """The town with what `settled` adds."""
    return settled(town)


def settled(town: Town) -> Town:
    """Two process designers, and six cases of the first version: four wait at 审核, two at 拟稿."""
    def settle(c: Any) -> None:
        for one in (SHE, OTHER):
            directory.save_person(c, one, {"name": f"设计{one}"}, None)
            directory.set_posts(c, one, [("process_designer", "x")])
    town.run(settle)
    town.draws(LINE)
    for number in range(6):
        town.report()
        if number < 4:
            town.does(FINDER, "拟稿")
    return town


def newest(town: Town) -> int:
    with town.database.reading() as c:
        return definitions.latest(c, town.process).id


def asks(town: Town, by: str = SHE, *, dry: bool = False, **more: Any) -> int:
    """A batch to the newest version."""
    wish: dict[str, Any] = {"to": newest(town), "mapping": {}, "choice": "keep", "reason": "流程改了", **more}
    who = town.person(by)
    return town.run(lambda c: (moves.dry_run if dry else moves.ask)(c, who, **wish))


def acts(town: Town, act: Any, by: str, batch: int, *more: Any) -> None:
    who = town.person(by)
    town.run(lambda c: act(c, who, batch, *more))


def all_done(town: Town, batch: int) -> moves.Progress:
    while moves.advance(town.database, batch):
        pass
    return seen(town, batch)


def seen(town: Town, batch: int, by: str = SHE) -> moves.Progress:
    with town.database.reading() as c:
        return moves.progress(c, town.person(by), batch)


def results(town: Town, batch: int, by: str = SHE) -> dict[int, tuple[str, str]]:
    with town.database.reading() as c:
        return {one.instance_id: (one.state, one.text) for one in moves.items(c, town.person(by), batch)}


def tables(town: Town, *but: str) -> dict[str, list[Any]]:
    """Every row of the database."""
    with town.database.reading() as c:
        return {name: sorted(map(repr, c.execute(select(table)))) for name, table in metadata.tables.items() if name not in but}


def versions(town: Town) -> list[int]:
    with town.database.reading() as c:
        return list(c.execute(select(process_instance.c.definition_id).order_by(process_instance.c.id)).scalars())


def unsound(town: Town) -> list[str]:
    """What the records of the cases do not explain."""
    with town.database.reading() as c:
        cases = list(c.execute(select(process_instance.c.id)).scalars())
        return [*map(str, town.faults()), *(line for one in cases for line in replay.differences(c, one))]


def test_a_second_person_approves_and_every_case_is_moved(office: Town) -> None:
    office.draws(LINE.replace("签发", "批准"))
    batch = asks(office)
    assert moves.advance(office.database, batch) == 0
    with pytest.raises(NotAllowed):
        acts(office, moves.approve, SHE, batch)
    with pytest.raises(NotAllowed):
        acts(office, moves.approve, HEAD, batch)
    acts(office, moves.approve, LAWYER, batch)
    done = all_done(office, batch)
    assert (done.state, done.counts, done.total, done.handled) == ("done", {"moved": 6}, 6, 6)
    assert set(versions(office)) == {newest(office)}
    assert [(act.words, act.by_name) for act in done.acts] == [("提出", "设计she"), ("批准", "沈乙")]
    with office.database.reading() as c:
        kinds = [one.kind for one in audit.entries(c, auditor(office))]
    assert {"moves-asked", "moves-approved", "moves-done"} <= set(kinds)
    assert any("由第 1 版移到第 2 版" in line for line in office.story())
    assert unsound(office) == []


def auditor(town: Town) -> Any:
    def settle(c: Any) -> None:
        directory.save_person(c, "ear", {"name": "审计"}, None)
        directory.set_posts(c, "ear", [("audit_admin", "x")])
    town.run(settle)
    return town.person("ear")


def test_a_dry_run_says_exactly_what_would_happen_and_changes_nothing(office: Town) -> None:
    office.draws(WITHOUT_CHECK)
    before = tables(office, "move_batch", "move_item", "move_act")
    tried = all_done(office, batch := asks(office, dry=True))
    assert tables(office, "move_batch", "move_item", "move_act") == before
    assert (tried.words, tried.counts) == ("试移完成", {"fits": 2, "blocked": 4})
    said = results(office, batch)
    assert all("“审核”在新版本中没有了" in text for state, text in said.values() if state == "blocked")
    real = asks(office)
    acts(office, moves.approve, LAWYER, real)
    all_done(office, real)
    assert {one: (state.replace("moved", "fits"), text) for one, (state, text) in results(office, real).items()} == said
    mapped = asks(office, mapping={"check": "review"})
    acts(office, moves.approve, LAWYER, mapped)
    assert all_done(office, mapped).counts == {"moved": 4}
    assert unsound(office) == []


def test_stopped_between_two_cases_and_resumed(office: Town) -> None:
    office.draws(LINE.replace("签发", "批准"))
    batch = asks(office)
    acts(office, moves.approve, LAWYER, batch)
    assert moves.advance(office.database, batch, 2) == 2
    acts(office, moves.stop, LAWYER, batch)
    assert moves.advance(office.database, batch) == 0 and moves.advance_due(office.database) == 0
    assert seen(office, batch).counts == {"moved": 2, "waiting": 4}
    with pytest.raises(InvalidState):
        acts(office, moves.approve, LAWYER, batch)
    acts(office, moves.resume, SHE, batch)
    with office.database.reading() as c:
        assert moves.next_due(c) is not None
    while moves.advance_due(office.database):
        pass
    assert seen(office, batch).counts == {"moved": 6}
    with office.database.reading() as c:
        assert moves.next_due(c) is None
        assert len(list(c.execute(select(case_move.c.instance_id)).scalars())) == 6


def test_taken_back_as_far_as_cases_have_not_gone_on(office: Town) -> None:
    office.draws(LINE.replace("签发", "批准"))
    first = versions(office)[0]
    batch = asks(office)
    acts(office, moves.approve, LAWYER, batch)
    all_done(office, batch)
    ids = list(results(office, batch))
    office.case = ids[0]
    office.does(OFFICER, "审核")
    office.case = ids[1]
    office.does(OFFICER, "审核")
    office.does(OFFICER, "批准")
    office.acts(commands.undo_move, ADMIN, ids[2], reason="单独撤销")
    with pytest.raises(InvalidValues):
        acts(office, moves.undo, SHE, batch, " ")
    acts(office, moves.undo, SHE, batch, "移错了")
    undone = all_done(office, batch)
    assert (undone.state, undone.counts, undone.acts[-1].why) == ("undone", {"undone": 3, "stayed": 3}, "移错了")
    said = results(office, batch)
    assert "新的办理" in said[ids[0]][1] and "已办结" in said[ids[1]][1] and "已单独撤销" in said[ids[2]][1]
    assert versions(office).count(first) == 4
    assert unsound(office) == []
    with pytest.raises(InvalidState):
        acts(office, moves.undo, SHE, batch, "再撤一次")


def test_the_worker_does_it_between_other_work_and_one_trial_at_a_time_goes_on(office: Town) -> None:
    office.draws(WITHOUT_CHECK)
    batch = asks(office, dry=True)
    with pytest.raises(InvalidState):
        asks(office, dry=True)
    Worker(office.database, functions={}).drain()
    assert seen(office, batch).counts == {"fits": 2, "blocked": 4}
    with office.database.reading() as c:
        there = impact.standing(c, office.person(SHE), versions(office)[0], "check")
        with pytest.raises(NotAllowed):
            impact.standing(c, office.person(FINDER), versions(office)[0], "check")
    assert list(there) == [one for one, (state, _) in results(office, batch).items() if state == "blocked"]
    again = asks(office, dry=True, mapping={"check": "review"}, instances=there)
    assert all_done(office, again).counts == {"fits": 4}


def test_stopped_half_way_and_taken_back(office: Town) -> None:
    office.draws(LINE.replace("签发", "批准"))
    before = versions(office)
    batch = asks(office)
    acts(office, moves.approve, LAWYER, batch)
    moves.advance(office.database, batch, 2)
    acts(office, moves.stop, SHE, batch)
    acts(office, moves.undo, SHE, batch, "不移了")
    moves.advance(office.database, batch, 1)
    acts(office, moves.stop, SHE, batch)
    acts(office, moves.resume, SHE, batch)
    assert all_done(office, batch).counts == {"undone": 2, "skipped": 4}
    assert versions(office) == before


def test_what_happened_meanwhile_is_told(office: Town) -> None:
    office.draws(LINE.replace("签发", "批准"))
    batch = asks(office)
    ids = list(results(office, batch))
    office.acts(commands.migrate, ADMIN, ids[0], Plan(newest(office), {}, "keep", "先移"))
    office.case = ids[1]
    for step in ("审核", "签发"):
        office.does(OFFICER, step)
    office.acts(commands.suspend, COMMANDER, ids[2], reason="停")
    acts(office, moves.approve, LAWYER, batch)
    assert all_done(office, batch).counts == {"moved": 3, "skipped": 2, "blocked": 1}
    said = results(office, batch)
    assert "已经按这一版办理" in said[ids[0]][1] and "已办结" in said[ids[1]][1] and "已挂起" in said[ids[2]][1]


def test_titles_only_for_who_may_see_the_case_and_moving_opens_nothing(office: Town) -> None:
    office.draws(LINE.replace("签发", "批准"))
    batch = asks(office)
    acts(office, moves.approve, LAWYER, batch)
    all_done(office, batch)
    with office.database.reading() as c:
        hers, his = (moves.items(c, office.person(one), batch, "moved") for one in (SHE, LAWYER))
        assert moves.items(c, office.person(SHE), batch, "waiting") == () == moves.items(c, office.person(SHE), batch, page=2)
        with pytest.raises(InvalidValues):
            moves.items(c, office.person(SHE), batch, "lost")
    assert {(one.title, one.may_open) for one in hers} == {("", False)}
    assert all(one.title and one.may_open for one in his) and [one.instance_id for one in hers] == [one.instance_id for one in his]


WRONG: list[tuple[dict[str, Any], type[Exception]]] = [
    ({"reason": " "}, InvalidValues), ({"reason": "长" * 501}, InvalidValues), ({"choice": "whatever"}, InvalidValues),
    ({"mapping": {"check": "nowhere"}}, InvalidValues), ({"mapping": {"nowhere": "sign"}}, InvalidValues),
    ({"mapping": {"check": ["sign"]}}, InvalidValues),
    ({"mapping": {f"x{n}": None for n in range(201)}}, InvalidValues), ({"to": 999_999}, NotFound), ({"instances": []}, InvalidValues),
    ({"instances": [2**70]}, InvalidValues), ({"instances": [-1]}, InvalidValues), ({"instances": [987_654]}, InvalidValues),
    ({"by": HEAD}, NotAllowed), ({"by": LAWYER}, NotAllowed), ({"by": FINDER}, NotAllowed)]


def test_what_is_asked_wrongly_is_refused_and_nothing_is_written(office: Town) -> None:
    office.draws(LINE.replace("签发", "批准"))
    before = tables(office)
    for (more, refusal), dry in itertools.product(WRONG, (True, False)):
        with pytest.raises(refusal):
            asks(office, dry=dry, **more)
    assert tables(office) == before


def test_cases_and_rights_of_another_process(office: Town) -> None:
    mine = versions(office)[0]
    office.publishes(Package("q", "别的", drawing(LINE).replace(b'"p"', b'"q"')))
    with pytest.raises(InvalidValues) as none:
        asks(office)
    assert "没有需要移动" in none.value.errors["instances"]
    with pytest.raises(InvalidValues):
        asks(office, instances=[office.case])
    office.process = "p"
    office.draws(LINE.replace("签发", "批准"))
    office.run(lambda c: folder_rights.restrict(c, office.person(ADMIN), "p", "edit", (OTHER,)))
    with pytest.raises(NotAllowed):
        asks(office)
    batch = asks(office, OTHER, instances=[office.case])
    for act, by in ((moves.refuse, HEAD), (moves.stop, SHE), (moves.approve, OTHER)):
        with pytest.raises((NotAllowed, InvalidState)):
            acts(office, act, by, batch, *(["不"] if act is moves.refuse else []))
    with pytest.raises(InvalidValues):
        acts(office, moves.refuse, LAWYER, batch, "")
    acts(office, moves.refuse, LAWYER, batch, "先等等")
    assert (seen(office, batch).state, seen(office, batch).acts[-1].why) == ("refused", "先等等")
    assert moves.advance(office.database, batch) == 0 and set(versions(office)) == {mine}
    with office.database.reading() as c:
        assert [one.id for one in moves.listing(c, office.person(SHE), "p")] == [batch]
        with pytest.raises(NotAllowed):
            moves.progress(c, office.person(FINDER), batch)
        with pytest.raises(NotFound):
            moves.progress(c, office.person(SHE), 12345)
    with pytest.raises(NotFound):
        acts(office, moves.stop, SHE, 12345)


def test_a_process_killed_in_the_middle_of_a_case_loses_nothing_and_does_nothing_twice(database_url: str, clock: Simulated) -> None:
    town = Town(connect(database_url), clock)
    settled(town)
    town.draws(LINE.replace("签发", "批准"))
    batch = asks(town)
    acts(town, moves.approve, LAWYER, batch)
    ids = list(results(town, batch))
    town.database.close()
    child = subprocess.Popen([sys.executable, "-c", KILLED, database_url, str(batch), str(ids[2]), clock().isoformat()], cwd=ROOT,
                             stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    assert child.stdout is not None and child.stdout.readline() == b"2 1\n"
    child.kill()
    child.communicate()
    town.database = connect(database_url)
    assert seen(town, batch).counts == {"moved": 2, "waiting": 4}
    assert versions(town).count(newest(town)) == 2
    assert all_done(town, batch).counts == {"moved": 6}
    with town.database.reading() as c:
        assert sorted(c.execute(select(case_move.c.instance_id)).scalars()) == ids
    assert unsound(town) == []
    town.database.close()
