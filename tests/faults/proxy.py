"""A TCP proxy before PostgreSQL that breaks things on purpose."""

import contextlib
import socket
import threading
from collections.abc import Iterator

OK, REFUSE, HANG, DROP_COMMIT, HANG_COMMIT = "ok", "refuse", "hang", "drop-commit", "hang-commit"


class Proxy:
    """`mode`: ok; refuse new connections; hang (nothing passes any more); drop-commit (the next COMMIT reaches the server, its reply
    is lost and the connection dies); hang-commit (the same, but the connection stays and is silent)."""

    def __init__(self, host: str, port: int) -> None:
        self._target, self.mode, self.lost = (host, port), OK, 0
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = int(self._listener.getsockname()[1])
        self._open: set[socket.socket] = set()
        self._threads: list[threading.Thread] = []
        self._passing, self._lock = threading.Event(), threading.Lock()
        self._passing.set()
        self._start(self._accept)

    def _start(self, work: object, *arguments: object) -> None:
        thread = threading.Thread(target=work, args=arguments, daemon=True)  # type: ignore[arg-type]
        self._threads.append(thread)
        thread.start()

    def hang(self) -> None:
        """Nothing passes until `mend`."""
        self._passing.clear()

    def mend(self) -> None:
        """Everything passes again."""
        self.mode = OK
        self._passing.set()

    def cut(self) -> None:
        """Every open connection dies now, as when a switch is restarted."""
        with self._lock:
            for one in self._open:
                _shut(one)

    def close(self) -> None:
        """End, with everything that is open."""
        self.mend()
        _shut(self._listener)
        self._listener.close()
        self._threads[0].join()
        self.cut()
        for thread in self._threads[1:]:
            thread.join()

    def _accept(self) -> None:
        while True:
            try:
                client, _ = self._listener.accept()
            except OSError:
                return
            if self.mode == REFUSE:
                client.close()
                continue
            server = socket.create_connection(self._target)
            with self._lock:
                self._open |= {client, server}
            self._start(self._link, client, server)

    def _link(self, client: socket.socket, server: socket.socket) -> None:
        """Both directions of one connection; closed when both have ended."""
        silent = threading.Event()
        back = threading.Thread(target=self._pump, args=(server, client, False, silent), daemon=True)
        back.start()
        self._pump(client, server, True, silent)
        back.join()
        for one in (client, server):
            with self._lock:
                self._open.discard(one)
            one.close()

    def _pump(self, source: socket.socket, sink: socket.socket, up: bool, silent: threading.Event) -> None:
        with contextlib.suppress(OSError):
            while data := source.recv(65536):
                self._passing.wait()
                if up and b"COMMIT" in data and self.mode in (DROP_COMMIT, HANG_COMMIT):
                    silent.set()
                if not up and silent.is_set():
                    self.lost += 1
                    if self.mode == HANG_COMMIT:
                        continue
                    self.mode = OK
                    break
                sink.sendall(data)
        _shut(source)
        _shut(sink)


def _shut(one: socket.socket) -> None:
    with contextlib.suppress(OSError):
        one.shutdown(socket.SHUT_RDWR)


@contextlib.contextmanager
def proxy(host: str, port: int) -> Iterator[Proxy]:
    """A proxy for as long as the block lasts."""
    between = Proxy(host, port)
    try:
        yield between
    finally:
        between.close()
