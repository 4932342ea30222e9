"""The chain of a case: written once, never changed, and any change is found."""

import pytest
from sqlalchemy import delete, exc, select, update

from engine.errors import NotAllowed
from engine.runtime import commands, history, parameters
from engine.runtime.append_only import SQLITE
from engine.runtime.tables import process_instance, record
from tests.town import ADMIN, AREA, CADRE, Town

DIAGRAM = """
start s
user one name="一" gl:role="village_cadre"
end e
s -> one -> e
"""


@pytest.fixture
def told(town: Town) -> Town:
    town.draws(DIAGRAM)
    for _ in range(2):
        town.report()
        town.claims(CADRE, "一")
        town.acts(commands.comment, AREA, town.case, "看过")
        town.does(CADRE, "一")
    return town


def test_the_database_refuses_to_change_or_delete_an_event(told):
    for statement in (update(record).values(actor="x"), delete(record)):
        with pytest.raises(exc.DBAPIError, match="append-only"):
            told.run(lambda c, statement=statement: c.execute(statement) and None)
    assert told.faults() == []


def unguarded(c):
    """What whoever owns the file or the server can do."""
    if c.dialect.name == "postgresql":
        c.exec_driver_sql("ALTER TABLE record DISABLE TRIGGER USER")
        return
    for statement in SQLITE:
        c.exec_driver_sql(f"DROP TRIGGER IF EXISTS {statement.split()[2]}")


@pytest.mark.parametrize("column", ["body", "prev", "h", "stream", "seq"])
def test_any_changed_column_of_any_event_is_found(told, column):
    told.run(unguarded)
    with told.database.reading() as c:
        rows = c.execute(select(record.c.id, record.c[column]).order_by(record.c.id)).all()
    for identity, value in rows:
        other = {"stream": "case:99", "seq": 77}.get(column) or bytes([value[0] ^ 1]) + value[1:]
        change = update(record).where(record.c.id == identity)
        told.run(lambda c, change=change, other=other: c.execute(change.values({column: other})) and None)
        assert told.faults(), (column, identity)
        told.run(lambda c, change=change, value=value: c.execute(change.values({column: value})) and None)
    assert told.faults() == []


def test_a_chain_whose_end_was_cut_off_differs_from_its_case(told):
    told.run(unguarded)
    last = select(record.c.id).where(record.c.stream == "case:2").order_by(record.c.seq.desc()).limit(1).scalar_subquery()
    told.run(lambda c: c.execute(delete(record).where(record.c.id == last)) and None)
    assert [fault.stream for fault in told.faults()] == ["case:2"]
    with told.database.reading() as c:
        assert history.verify(c, "case:1") == []
        assert c.execute(select(process_instance.c.record_seq)).scalars().all() == [4, 4]


def test_a_changed_parameter_is_recorded_and_counts_from_the_next_turn(told):
    with pytest.raises(NotAllowed):
        told.acts(lambda c, by: parameters.change(c, "days", 3, by=by), CADRE)
    told.acts(lambda c, by: parameters.change(c, "days", 3, by=by), ADMIN)
    told.acts(lambda c, by: parameters.change(c, "days", 5, by=by), ADMIN)
    with told.database.reading() as c:
        assert parameters.in_force(c, {"days": {"default": 1}, "hours": {"default": 2}}) == {"days": 5, "hours": 2}
        assert history.verify(c, "config") == []
        kinds = c.execute(select(record.c.kind).where(record.c.stream == "config")).scalars().all()
    assert kinds == ["parameter-changed"] * 2
