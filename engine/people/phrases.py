"""Stock phrases (常用语): what a person writes again and again when approving or sending back, kept for that person alone."""

from dataclasses import dataclass

from sqlalchemy import Connection, delete, func, insert, select

from engine.errors import InvalidValues, NotFound
from engine.people.participant import Participant
from engine.people.phrase_tables import LONGEST, stock_phrase

MOST, MOST_SIGNS = 30, LONGEST
GIVEN = ("同意。", "同意，按程序办理。", "事实清楚，证据确凿，同意。", "请补充证据后再报。", "适用依据不准确，请核对后再报。",
         "裁量理由不充分，请补充说明。")
"""What everybody is offered until they keep phrases of their own; afterwards behind these."""


@dataclass(frozen=True)
class Phrase:
    """One kept phrase; `id` is None for those that everybody is offered."""

    id: int | None
    text: str


def of(c: Connection, by: Participant) -> tuple[Phrase, ...]:
    """The person's own phrases, oldest first, then the given ones that they have not kept themselves."""
    rows = c.execute(select(stock_phrase).where(stock_phrase.c.person_id == by.id).order_by(stock_phrase.c.id))
    own = tuple(Phrase(row.id, row.text) for row in rows)
    known = {phrase.text for phrase in own}
    return (*own, *(Phrase(None, text) for text in GIVEN if text not in known))


def keep(c: Connection, text: str, *, by: Participant) -> dict[str, int]:
    """Keep a phrase; one that is kept already stays once. Raises InvalidValues: empty, too long, too many."""
    said = " ".join(text.split())
    if not said or len(said) > LONGEST:
        raise InvalidValues({"phrase": f"请填写常用语，最多 {LONGEST} 字。"})
    mine = stock_phrase.c.person_id == by.id
    known = c.execute(select(stock_phrase.c.id).where(mine, stock_phrase.c.text == said)).scalar()
    if known is not None:
        return {"phrase": int(known)}
    if c.execute(select(func.count()).select_from(stock_phrase).where(mine)).scalar_one() >= MOST:
        raise InvalidValues({"phrase": f"最多保存 {MOST} 条常用语，请先删除不用的。"})
    answer = c.execute(insert(stock_phrase).returning(stock_phrase.c.id), {"person_id": by.id, "text": said})
    return {"phrase": int(answer.scalar_one())}


def drop(c: Connection, phrase_id: int, *, by: Participant) -> dict[str, int]:
    """Forget one of the person's own phrases. Raises NotFound."""
    done = c.execute(delete(stock_phrase).where(stock_phrase.c.id == phrase_id, stock_phrase.c.person_id == by.id))
    if done.rowcount == 0:
        raise NotFound("没有这条常用语，可能已经删除。", phrase=phrase_id)
    return {"dropped": phrase_id}
