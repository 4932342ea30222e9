"""Many running cases to another version: asked, approved by a second person, done case by case, stopped, killed, and taken back."""

from typing import Any

import pytest
from sqlalchemy import select

from engine import definitions
from engine.database import metadata
from engine.errors import NotAllowed
from engine.people import directory
from engine.runtime import replay
from engine.runtime.tables import process_instance
from engine.studio import moves
from engine.supervision import audit
from tests.town import FINDER, HEAD, LAWYER, Town

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


@pytest.fixture
def office(town: Town) -> Town:
    """The town with two process designers, and six cases of the first version: four wait at 审核, two at 拟稿."""
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
