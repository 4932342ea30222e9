"""Who may not handle a supervised matter (回避): whoever has or had the supervised step, and whoever declares an interest."""

from typing import Any

from sqlalchemy import Connection, Row

from engine.errors import InvalidValues, NotAllowed
from engine.people import Participant
from engine.supervision import addressees, diary, ladder
from engine.supervision.lines import must_act


def must_be_free(c: Connection, matter: Row[Any], by: Participant) -> None:
    """Raises NotAllowed for those who do not act for the line, and for those who must stand aside."""
    must_act(by, matter.line, matter.unit_path)
    if addressees.declared(c, matter.id, by.id):
        raise NotAllowed("您已申报与本事项有利害关系，应当回避，请由其他监督人员办理。", person=by.id)
    if addressees.ever_held(c, matter, by.id):
        raise NotAllowed("您办理过被监督的这个环节，应当回避，请由其他监督人员办理。", person=by.id)


def declare(c: Connection, ladder_id: int, reason: str, by: Participant) -> None:
    """A person says that they have an interest; it stands for good. Raises NotAllowed, InvalidValues without a reason."""
    matter = ladder.one(c, ladder_id)
    must_act(by, matter.line, matter.unit_path)
    if not reason.strip() or len(reason) > 500:
        raise InvalidValues({"reason": "请写明回避的理由，不超过 500 字。"})
    if not addressees.declared(c, ladder_id, by.id):
        diary.note(c, ladder_id, "recused", f"{by.name}申报回避：{reason.strip()}", by=by.id)
