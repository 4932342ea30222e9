"""What a supervisor's morning digest says of the orders they have out: who has not answered yet, and what waits for their judgement."""

from sqlalchemy import Connection, and_, or_, select

from engine.notifications import limits
from engine.notifications.digest import Line
from engine.people import Participant
from engine.supervision.lines import ORDER_STATES, own
from engine.supervision.tables import ladder, order

OUT = ("issued", "received", "answering", "review")
MOST = 50
WAITING = (select(order.c.state, order.c.name, order.c.reply_by, ladder.c.case_number, ladder.c.title, ladder.c.step)
           .join(ladder, ladder.c.id == order.c.ladder_id)
           .where(order.c.state.in_(OUT)).order_by(order.c.reply_by, order.c.id).limit(MOST))


def orders(c: Connection, person: Participant) -> tuple[Line, ...]:
    """One line for each order of the lines and units this person acts for that is not closed; nothing for everybody else."""
    mine = [and_(order.c.line == line, order.c.unit_path.startswith(path, autoescape=True))
            for line, paths in own(person).items() for path in paths]
    if not mine:
        return ()
    return tuple(Line("order", limits.about(row.case_number, row.title, f"{row.name}（{ORDER_STATES[row.state]}）{row.step}", row.reply_by))
                 for row in c.execute(WAITING.where(or_(*mine))))
