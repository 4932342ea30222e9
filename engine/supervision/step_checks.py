"""What steps of the ladder ask before they are taken, by name: `supervision.may_handle`."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Connection

from engine.errors import InvalidState
from engine.people import directory
from engine.supervision import ladder, recusal

UNSET = "{name}的办理期限还没有设定，不能签发。请系统管理员在“参数”页设定“行政执法监督文书（三书）办理期限”。"


def may_handle(c: Connection, payload: Mapping[str, Any]) -> None:
    """Refuses whoever must stand aside (回避), and signing a document whose time to answer nobody has fixed yet."""
    variables = payload["variables"]
    matter = ladder.one(c, int(variables["ladder"]))
    recusal.must_be_free(c, matter, directory.participant(c, str(payload["person"])))
    form, values = variables.get("paper") or {}, payload["values"]
    if payload["element"] == "issue" and values.get("issue_outcome") == "issue" and not (values.get("order_days") or form.get("days")):
        raise InvalidState(UNSET.format(name=form.get("name")))
