"""Signs on the inspector's list: scope, filters, marks that are kept, thresholds that are changed and recorded."""

import datetime as dt
from pathlib import Path

import pytest

from engine.clock import Simulated
from engine.database import Database
from engine.errors import InvalidValues, NotAllowed, NotFound
from engine.runtime import parameters
from engine.supervision import signs
from engine.supervision.signs import thresholds
from engine.supervision.signs.sign import About, shared_path
from tests.sample_town import FINDER
from tests.sign_town import INSPECTOR, OTHER_INSPECTOR, OTHER_TOWN, TOWN, SignTown


@pytest.fixture
def town(database: Database, clock: Simulated, tmp_path: Path) -> SignTown:
    return SignTown(database, tmp_path / "files", clock)


@pytest.fixture
def halted_case(town: SignTown) -> int:
    return town.halted(dt.timedelta(minutes=10), dt.timedelta(minutes=40))


def test_a_marked_sign_does_not_come_back_and_is_kept_with_its_facts(town: SignTown, halted_case: int) -> None:
    entry, = town.sees()
    inspector = town.person(INSPECTOR)

    town.run(lambda c: signs.mark(c, inspector, entry, "fine", "当事人当天到场，有签到记录"))

    assert town.sees() == []
    marked, = town.sees(state="marked")
    assert marked.mark is not None and (marked.mark.word, marked.mark.note) == ("合理", "当事人当天到场，有签到记录")
    assert marked.summary == entry.summary and marked.cases == entry.cases
    with town.database.reading() as c:
        again = signs.one(c, inspector, entry.kind, entry.key, entry.at)
        noted = c.exec_driver_sql("SELECT count(*) FROM record WHERE kind = 'sign-marked'").scalar()
    assert again.sign is not None and again.mark == marked.mark
    assert noted == 1


def test_a_later_mark_goes_before_an_earlier_one_and_none_is_lost(town: SignTown, halted_case: int) -> None:
    entry, = town.sees()
    inspector = town.person(INSPECTOR)
    for verdict, note in (("fine", "先这样认定"), ("true", "补充调查后认定")):
        town.run(lambda c, verdict=verdict, note=note: signs.mark(c, inspector, entry, verdict, note))

    marked, = town.sees(state="marked")

    assert marked.mark is not None and marked.mark.word == "属实"
    with town.database.reading() as c:
        assert c.exec_driver_sql("SELECT count(*) FROM sign_mark").scalar() == 2


@pytest.mark.parametrize(("verdict", "note"), [("guilty", "理由"), ("", "理由"), ("true", "  "), ("true", "长" * 1001)])
def test_a_mark_needs_a_known_verdict_and_a_reason(town: SignTown, halted_case: int, verdict: str, note: str) -> None:
    entry, = town.sees()
    inspector = town.person(INSPECTOR)

    with pytest.raises(InvalidValues):
        town.run(lambda c: signs.mark(c, inspector, entry, verdict, note))

    assert len(town.sees()) == 1


def test_only_who_orders_there_marks_and_nobody_about_themselves(town: SignTown, halted_case: int) -> None:
    entry, = town.sees()
    for person in (town.steerer(), OTHER_INSPECTOR):
        by = town.person(person)
        with pytest.raises(NotAllowed):
            town.run(lambda c, by=by: signs.mark(c, by, entry, "true", "理由"))
    own = signs.Entry(entry.kind, entry.key, entry.at, entry.summary, {INSPECTOR: "本人"}, entry.cases)
    with pytest.raises(NotAllowed, match="本人"):
        by = town.person(INSPECTOR)
        town.run(lambda c: signs.mark(c, by, own, "true", "理由"))


def test_nobody_sees_what_lies_outside_their_units(town: SignTown, halted_case: int) -> None:
    entry, = town.sees()
    stranger, worker = town.person(OTHER_INSPECTOR), town.person(FINDER)

    assert town.sees(OTHER_INSPECTOR) == [] and town.found("same-day-suspensions", (OTHER_TOWN,)) == ()
    with town.database.reading() as c:
        with pytest.raises(NotFound):
            signs.one(c, stranger, entry.kind, entry.key, entry.at)
        with pytest.raises(NotAllowed):
            signs.listed(c, worker)
        with pytest.raises(NotFound):
            signs.listed(c, stranger, signs.Filters(unit="990100101"))


def test_the_list_can_be_narrowed(town: SignTown, halted_case: int) -> None:
    assert len(town.sees(kind="same-day-suspensions", unit="990100101", days=7)) == 1
    assert town.sees(kind="reopened") == [] and town.sees(words="没有这几个字") == []
    assert len(town.sees(words="夜间施工")) == 1
    for wrong in ({"kind": "x"}, {"state": "x"}, {"days": 1}):
        with pytest.raises(InvalidValues):
            town.sees(**wrong)


def test_a_sign_is_seen_in_its_period_alone(town: SignTown, halted_case: int) -> None:
    town.waits(days=8)

    assert town.sees(days=7) == [] and len(town.sees(days=30)) == 1


def test_an_administrator_changes_thresholds_within_their_range_and_it_is_recorded(town: SignTown, halted_case: int) -> None:
    admin, inspector = town.person("xitong"), town.person(INSPECTOR)

    town.run(lambda c: thresholds.change(c, admin, "suspend.hours", "1"))
    town.run(lambda c: thresholds.change(c, admin, "approve.count", " 9 "))

    with town.database.reading() as c:
        shown = {one.key: one for one in thresholds.listed(c, inspector)}
    assert (shown["approve.count"].value, shown["approve.count"].default, shown["approve.count"].changed_by) == (9, 5, admin.name)
    town.run(lambda c: thresholds.change(c, admin, "approve.count", ""))
    with town.database.reading() as c:
        assert thresholds.in_force(c)["approve.count"] == 5 and parameters.changed(c) == {"sign.suspend.hours": 1}
        assert c.exec_driver_sql("SELECT count(*) FROM record WHERE kind = 'parameter-changed'").scalar() == 3


@pytest.mark.parametrize("text", ["0", "1000", "-1", "1.5", "１２", "x", "1e3", "9" * 12])
def test_a_threshold_outside_its_range_is_refused(town: SignTown, text: str) -> None:
    admin = town.person("xitong")

    with pytest.raises(InvalidValues):
        town.run(lambda c: thresholds.change(c, admin, "approve.count", text))


def test_thresholds_are_changed_by_administrators_alone(town: SignTown) -> None:
    inspector, admin = town.person(INSPECTOR), town.person("xitong")

    with pytest.raises(NotAllowed):
        town.run(lambda c: thresholds.change(c, inspector, "approve.count", "9"))
    with pytest.raises(NotFound):
        town.run(lambda c: thresholds.change(c, admin, "no.such", "9"))
    with town.database.reading() as c, pytest.raises(NotAllowed):
        thresholds.listed(c, town.person(FINDER))


def test_every_threshold_belongs_to_a_kind_and_says_why() -> None:
    starts = tuple(kind.thresholds for kind in signs.KINDS.values())

    assert [key for key in thresholds.declared() if not key.startswith(starts)] == []
    assert all(said["min"] <= said["default"] <= said["max"] and said["basis"] and said["unit"] in thresholds.UNITS
               for said in thresholds.declared().values())


def test_the_unit_of_a_sign_contains_all_its_cases() -> None:
    paths = [f"{TOWN}a/b/", f"{TOWN}a/c/", f"{TOWN}a/"]

    assert shared_path(paths) == f"{TOWN}a/" and shared_path([TOWN, OTHER_TOWN]) == "/990100/"
    assert About(1, "n", "t", TOWN).unit_path == shared_path([TOWN])
