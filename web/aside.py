"""Work that takes minutes and must not hold up whoever asked for it: a thread of this process. How far it is stands in the database."""

import threading
from collections.abc import Callable

_threads: set[threading.Thread] = set()


def aside(work: Callable[[], None]) -> None:
    """Begin the work and go on."""
    thread = threading.Thread(target=work, daemon=True)
    _threads.difference_update([one for one in _threads if not one.is_alive()])
    _threads.add(thread)
    thread.start()


def finished() -> None:
    """Wait until everything that was begun here is done."""
    for thread in list(_threads):
        thread.join()
