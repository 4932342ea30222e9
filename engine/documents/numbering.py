"""Document numbers (文号), for instance 青石镇综执罚〔2026〕12号: gap-free for each unit, character and year, and never used twice (NT-26).

The counter's row is locked by the transaction that issues, so a document that is not issued after all leaves no gap: whoever waits gets the
number. A number once committed stays taken; voiding it records why. The year is that of the day in Asia/Shanghai.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, bindparam, func, insert, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import IntegrityError

from engine import clock
from engine.documents.tables import counter, serial, void
from engine.errors import Conflict, InvalidState, InvalidValues, NotFound
from engine.people import directory
from engine.runtime import parameters

PREFIX = "document_prefix"
"""The parameter with a town's own characters (机关代字); without one it is the town's name and 综执."""
DEFAULT_PREFIX = "{name}综执"


def _next(dialect: Any) -> Any:
    first = dialect.insert(counter)
    return first.on_conflict_do_update(index_elements=[counter.c.unit_id, counter.c.character, counter.c.year],
                                       set_={"last": counter.c.last + 1}).returning(counter.c.last)


NEXT = {"sqlite": _next(sqlite), "postgresql": _next(postgresql)}
TAKE, VOID = insert(serial), insert(void)
BY_NUMBER = select(serial).where(serial.c.number == bindparam("number"))
VOIDED = select(void.c.reason).where(
    void.c.unit_id == bindparam("unit"), void.c.character == bindparam("kind"), void.c.year == bindparam("year"),
    void.c.serial == bindparam("n"))
TAKEN = (select(serial.c.unit_id, serial.c.character, serial.c.year, func.count().label("taken"), func.max(serial.c.serial).label("last"))
         .group_by(serial.c.unit_id, serial.c.character, serial.c.year).order_by(serial.c.unit_id, serial.c.character, serial.c.year))
COUNTED = select(counter).order_by(counter.c.unit_id, counter.c.character, counter.c.year)


@dataclass(frozen=True)
class Gap:
    """A series of numbers that is not whole: `taken` numbers, the highest `last`, while the counter says `counted`."""

    unit_id: str
    character: str
    year: int
    taken: int
    last: int
    counted: int


def next_number(c: Connection, unit_id: str, character: str, year: int | None = None) -> str:
    """Take the next number of a unit, character and year; others who issue the same kind wait until this transaction ends.

    Raises InvalidValues without a character, Conflict when that very number was given by another unit with the same prefix.
    """
    if not character:
        raise InvalidValues({"character": "这种文书没有文种字，不编号。"})
    year = clock.today().year if year is None else year
    key = {"unit_id": unit_id, "character": character, "year": year}
    n = int(c.execute(NEXT[c.dialect.name], {**key, "last": 1}).scalar_one())
    number = f"{prefix(c, unit_id)}{character}〔{year}〕{n}号"
    if c.execute(BY_NUMBER, {"number": number}).first() is not None:
        raise Conflict(f"文号“{number}”已被使用，不能重复编号。请管理员检查各镇街的机关代字参数（{PREFIX}）是否重复。")
    try:
        c.execute(TAKE, {**key, "serial": n, "number": number, "taken_at": clock.now()})
    except IntegrityError as error:
        raise Conflict(f"文号“{number}”已被使用，请重试。", cause=str(error)) from error
    return number


def prefix(c: Connection, unit_id: str) -> str:
    """The characters every number of the unit begins with."""
    unit = directory.unit_of(c, unit_id)
    set_here = parameters.for_unit(parameters.changed(c), unit.path).get(PREFIX)
    return str(set_here) if set_here else DEFAULT_PREFIX.format(name=unit.name)


def void_number(c: Connection, number: str, reason: str, by: str | None) -> None:
    """Record that a number is void (作废); it is never given again. Raises NotFound, InvalidState for one void already, InvalidValues."""
    if not reason.strip():
        raise InvalidValues({"reason": "请写明文号作废的原因。"})
    row = c.execute(BY_NUMBER, {"number": number}).first()
    if row is None:
        raise NotFound(f"没有编过文号“{number}”。")
    if is_void(c, number):
        raise InvalidState(f"文号“{number}”已经作废。")
    c.execute(VOID, {"unit_id": row.unit_id, "character": row.character, "year": row.year, "serial": row.serial,
                     "reason": reason.strip(), "voided_at": clock.now(), "voided_by": by})


def is_void(c: Connection, number: str) -> bool:
    """Whether a number was voided. Raises NotFound for one never given."""
    row = c.execute(BY_NUMBER, {"number": number}).first()
    if row is None:
        raise NotFound(f"没有编过文号“{number}”。")
    found = c.execute(VOIDED, {"unit": row.unit_id, "kind": row.character, "year": row.year, "n": row.serial})
    return found.first() is not None


def gaps(c: Connection) -> tuple[Gap, ...]:
    """Every series with a number missing, or with more or fewer than its counter says: none in a sound database."""
    counted: Mapping[tuple[str, str, int], int] = {(r.unit_id, r.character, r.year): r.last for r in c.execute(COUNTED)}
    taken = {(r.unit_id, r.character, r.year): (r.taken, r.last) for r in c.execute(TAKEN)}
    found = []
    for key in sorted(counted.keys() | taken.keys()):
        n, last = taken.get(key, (0, 0))
        if not n == last == counted.get(key, 0):
            unit, character, year = key
            found.append(Gap(unit, character, year, n, last, counted.get(key, 0)))
    return tuple(found)


