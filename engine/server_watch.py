"""A deadline of our own for a PostgreSQL server that accepts and never answers.

The server's own time-outs do not reach us then, and those of the network do not fire while its machine still answers. Cutting our
side of the connection ends the wait; what was going on is then as uncertain as after any cut.
"""

import contextlib
import itertools
import os
import socket
import threading
from collections.abc import Iterator
from typing import Any

from engine import clock

EVERY = 0.25  # seconds between two looks


class ServerWatch:
    """Cuts connections that are held beyond their time. One thread for all of them."""

    def __init__(self) -> None:
        self._held: dict[int, tuple[float, Any]] = {}
        self._numbers, self._lock, self._over = itertools.count(), threading.Lock(), threading.Event()
        self._thread = threading.Thread(target=self._look, name="gridloop-server-watch", daemon=True)
        self._thread.start()

    @contextlib.contextmanager
    def bound(self, connection: Any, until: float) -> Iterator[None]:
        """Give a driver's connection until that moment of the monotonic clock."""
        number = next(self._numbers)
        with self._lock:
            self._held[number] = (until, connection)
        try:
            yield
        finally:
            with self._lock:
                self._held.pop(number, None)

    def close(self) -> None:
        """End the thread."""
        self._over.set()
        self._thread.join()

    def _look(self) -> None:
        while not self._over.wait(EVERY):
            with self._lock:
                late = [number for number, (until, _) in self._held.items() if until < clock.monotonic()]
                for number in late:
                    _cut(self._held.pop(number)[1])


def _cut(connection: Any) -> None:
    """Shut the socket, so that whoever waits for it is woken. The driver keeps its descriptor and closes it itself."""
    if connection.closed:
        return
    with socket.socket(fileno=os.dup(connection.fileno())) as ours, contextlib.suppress(OSError):
        ours.shutdown(socket.SHUT_RDWR)
