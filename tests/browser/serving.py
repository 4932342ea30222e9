"""A town that is open for business: its database, the real server and the real worker, on a clock that a test can put forward."""

import datetime as dt
import shutil
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import waitress
from flask import Response, request

from engine import clock, migrations
from engine.database import connect
from web import create_app, demo
from web.scheduler import Worker
from web.settings import Settings

START = dt.datetime(2026, 3, 2, 8, 40, tzinfo=clock.SHANGHAI)
"""A Monday morning, before anybody has done anything."""

BEFORE = dt.timedelta(days=20)


def settings_in(folder: Path) -> Settings:
    """A demonstration whose data lie in `folder`."""
    return Settings(database_url=f"sqlite:///{folder}/town.db", data=str(folder), demo=True)


def build(folder: Path, findings: int = 0) -> Path:
    """Make the sample town in `folder`: organisation and processes, and on request findings in every state. Answers the database's file."""
    made = settings_in(folder)
    opened = connect(made.database_url)
    migrations.upgrade(opened)
    with clock.use(clock.Simulated(START if findings else START - BEFORE)):
        if findings:
            demo.fill(made, opened, lambda _: None, findings)
        else:
            demo.organisation(made, opened)
    opened.close()
    return folder / "town.db"


class TownTime:
    """A clock that shows START when it is made, goes as fast as every clock, and can be put forward. Install it with `clock.use`."""

    def __init__(self) -> None:
        self._ahead = START.astimezone(clock.UTC) - dt.timedelta(seconds=clock.monotonic())

    def __call__(self) -> dt.datetime:
        return self._ahead + dt.timedelta(seconds=clock.monotonic())

    def advance(self, step: dt.timedelta) -> None:
        """Put it forward."""
        self._ahead += step


class OpenTown:
    """`address` answers requests. It opens at START."""

    def __init__(self, folder: Path, time: TownTime) -> None:
        self.settings = settings_in(folder)
        self.time, self.database = time, connect(self.settings.database_url)
        self.app = create_app(self.settings, self.database)
        self.app.after_request(self._wake)
        self._worker = Worker(self.database, files=self.settings.files)
        self._server = waitress.create_server(self.app, host="127.0.0.1", port=0, threads=8, ident=None)
        self.address = f"http://127.0.0.1:{self._server.effective_port}"
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._serve, name="town")

    def open(self) -> None:
        """Begin to serve and to work."""
        self._worker.start()
        self._thread.start()

    def waits(self, **time: float) -> None:
        """Let hours or days go by while the machine is off; then everything due is done, as after any start."""
        self._worker.stop()
        self.time.advance(dt.timedelta(**time))
        self._worker = Worker(self.database, files=self.settings.files)
        self._worker.drain()
        self._worker.start()

    def close(self) -> None:
        """End the server, the worker, the database, in this order."""
        self._stopping.set()
        self._server.pull_trigger()
        self._thread.join()
        self._worker.stop()
        self.database.close()

    def _serve(self) -> None:
        while not self._stopping.is_set():
            self._server.asyncore.loop(timeout=1, map=self._server._map, count=1)
        self._server.task_dispatcher.shutdown()
        for channel in list(self._server._map.values()):
            channel.close()

    def _wake(self, response: Response) -> Response:
        if request.method == "POST" and response.status_code < 400:
            self._worker.wake_in()
        return response


@contextmanager
def open_town(template: Path, folder: Path) -> Iterator[OpenTown]:
    """A copy of a built town, photos included, open until the block ends."""
    shutil.copytree(template, folder, dirs_exist_ok=True)
    time = TownTime()
    with clock.use(time):
        town = OpenTown(folder, time)
        town.open()
        try:
            yield town
        finally:
            town.close()
