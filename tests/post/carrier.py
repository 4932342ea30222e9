"""A worker process of its own that carries messages out once: `python -m tests.post.carrier DATABASE WEBHOOK MOMENT`."""

import datetime as dt
import sys

from engine import clock
from engine.database import connect
from engine.notifications import delivering
from engine.notifications.webhook import Webhook
from tests.post.receiver import SECRET


def main() -> None:
    place, url, moment = sys.argv[1:]
    database = connect(place)
    with clock.use(clock.Simulated(dt.datetime.fromisoformat(moment))):
        delivering.deliver_due(database, {"webhook": Webhook(url, SECRET)})
    database.close()


if __name__ == "__main__":
    main()
