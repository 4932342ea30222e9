"""A worker is killed for good in the moment in which the other side has the message and nobody has written that down."""

import subprocess
import sys

from sqlalchemy import select

from engine import clock as engine_clock
from engine.database import connect
from engine.notifications import Kind, Message, choices, delivering, post
from engine.notifications.tables import delivery
from tests.conftest import START
from tests.post.receiver import Received, Receiver
from tests.town import CADRE, ROOT, settle_people


def prepare(url):
    database = connect(url)
    database.run(settle_people)
    with engine_clock.use(engine_clock.Simulated(START)):
        database.run(lambda c: choices.offer(c, ["webhook"]))
        database.run(lambda c: post(c, Message(Kind.OVERDUE, "k", "x", about={"case_number": "SJ-1"}), [CADRE]))
    database.close()


def carrier(url, other, moment):
    return subprocess.Popen([sys.executable, "-m", "tests.post.carrier", url, other.url, moment.isoformat()], cwd=ROOT)


def row(url):
    database = connect(url)
    with database.reading() as c:
        found = c.execute(select(delivery)).one()
    database.close()
    return found


def test_it_is_sent_again_with_the_same_key_once_the_lease_has_run_out(database_url):
    prepare(database_url)
    running = []

    def kill(received: Received) -> None:
        if len(other.got) == 1:
            running[0].kill()
            running[0].wait()

    with Receiver(says=kill) as other:
        running.append(carrier(database_url, other, START))
        assert running[0].wait() != 0
        assert row(database_url).status == "leased"
        assert carrier(database_url, other, START).wait() == 0
        assert len(other.got) == 1, "somebody may still have it"

        assert carrier(database_url, other, START + delivering.LEASE * 2).wait() == 0

    assert len(other.got) == 2 and len({one.key for one in other.got}) == 1
    assert (row(database_url).status, row(database_url).attempts) == ("sent", 2)
