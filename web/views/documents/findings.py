"""What pages of findings show of documents that are issued before any penalty case is filed: at the step, and on the finding."""

from typing import Any

from flask import url_for

from engine.documents import catalogue, desk, register
from engine.errors import NotFound
from engine.runtime import outlook
from engine.runtime.desk import Item
from web.auth import may_use
from web.context import database, me
from web.views.documents.room import blueprint

ACT = "act"


def step_papers(item: Item) -> str | None:
    """The address of what a step makes or serves; None for a step of a penalty case, and for one that makes nothing of its own."""
    if not item.is_live or not may_use("documents.of_step", me()):
        return None
    with database().reading() as c:
        try:
            step = outlook.of_item(c, item.id, me())
        except NotFound:
            return None
    made = any(one.template and catalogue.of(one.template).made == ACT for one in step.documents)
    return url_for("documents.of_step", item=item.id) if made else None


def finding_papers(case_id: int) -> tuple[desk.Paper, ...]:
    """The documents issued on a finding, for whoever may read documents at all."""
    if not may_use("documents.show", me()):
        return ()
    with database().reading() as c:
        return desk.papers(c, case_id, me()) if register.of_case(c, case_id) else ()


@blueprint.app_context_processor
def _offered() -> dict[str, Any]:
    return {"step_papers": step_papers, "finding_papers": finding_papers, "SERVICE_METHODS": register.METHODS}
