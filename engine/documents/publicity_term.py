"""How long a decision stays public (DL-D5): a process of its own under the case, begun when the copy is released.

It outlives the case, which closes and goes to the archive meanwhile; when its clock is over the copy is taken out of sight and somebody
looks whether the other platforms did the same. A copy that is withdrawn ends it.
"""

from typing import Any

from sqlalchemy import Connection

from engine import definitions
from engine.cases import case_file
from engine.clock import local
from engine.documents import publicity
from engine.documents.publicity import Copy
from engine.errors import NotFound
from engine.runtime import posting
from engine.runtime.commands import Opening, open_case
from engine.runtime.posting import Letter

PROCESS, WITHDRAWN = "publicity_term", "公示已撤回"


def release(c: Connection, copy_id: int, by: str) -> Copy:
    """Make a checked copy public, and let its term run. Raises as `publicity.release` does."""
    released = publicity.release(c, copy_id, by)
    _begin(c, released)
    return released


def withdraw(c: Connection, copy_id: int, reason: str, by: str) -> Copy:
    """Take a public copy back, which ends its term. Raises as `publicity.withdraw` does."""
    taken = publicity.withdraw(c, copy_id, reason, by)
    posting.post(c, taken.instance_id, Letter(WITHDRAWN, {"public_copy": taken.id}, {}), f"publicity-withdrawn-{taken.id}")
    return taken


def _begin(c: Connection, copy: Copy) -> None:
    """Nothing begins where the process is not published."""
    try:
        deployed = definitions.latest(c, PROCESS)
    except NotFound:
        return
    one = case_file.of(c, copy.instance_id)
    assert copy.released_at is not None
    known: dict[str, Any] = {"case_instance": one.instance_id, "parent_number": one.number or one.title, "public_copy": copy.id,
                             "public_from": local(copy.released_at).date().isoformat(), "term_light": publicity.is_light(c, one)}
    open_case(c, deployed, known, Opening(one.unit_id, title=f"{deployed.name}：{one.title}"[:200], parent=one.instance_id), by=None)

