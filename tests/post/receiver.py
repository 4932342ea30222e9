"""A real HTTP server that keeps what it was sent and answers as the test says."""

import hashlib
import hmac
import json
import ssl
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

SECRET = "abgesprochen-mit-dem-Empfaenger"
CERTIFICATE = Path(__file__).parent / "localhost.pem"
"""For localhost alone, believed by nobody else; its key is no secret."""

WINDOW = 300


def verified(secret: str, headers: Any, body: bytes, now: float) -> bool:
    """What a receiver does with a message, as the operator's manual shows it."""
    timestamp = headers["X-Gridloop-Timestamp"]
    expected = "sha256=" + hmac.new(secret.encode(), timestamp.encode() + b"." + body, hashlib.sha256).hexdigest()
    fresh = abs(now - int(timestamp)) <= WINDOW
    return fresh and hmac.compare_digest(expected, headers["X-Gridloop-Signature"])


@dataclass
class Received:
    """One request."""

    headers: Any
    body: bytes

    @property
    def key(self) -> str:
        return str(self.headers["X-Gridloop-Key"])

    @property
    def content(self) -> dict[str, Any]:
        return dict(json.loads(self.body))


@dataclass
class Receiver:
    """`answers` are the statuses to come, then 200 for ever. `says` is called with each request before it is answered."""

    answers: list[int] = field(default_factory=list)
    got: list[Received] = field(default_factory=list)
    says: Callable[[Received], None] = lambda received: None
    answer: bytes = b"ok"
    location: str = ""
    secure: bool = False

    def __enter__(self) -> "Receiver":
        owner = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                received = Received(self.headers, self.rfile.read(int(self.headers["Content-Length"])))
                owner.got.append(received)
                owner.says(received)
                self.send_response(owner.answers.pop(0) if owner.answers else 200)
                self.send_header("Content-Length", str(len(owner.answer)))
                if owner.location:
                    self.send_header("Location", owner.location)
                self.end_headers()
                try:
                    self.wfile.write(owner.answer)
                except OSError:
                    owner.cut = True

            def log_message(self, format: str, *args: object) -> None:
                """Nothing: the test looks at what was received."""

        self.cut = False
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        if self.secure:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(CERTIFICATE)
            self._server.socket = context.wrap_socket(self._server.socket, server_side=True)
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.01})
        self._thread.start()
        return self

    def __exit__(self, *what: object) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    @property
    def url(self) -> str:
        scheme, host = ("https", "localhost") if self.secure else ("http", "127.0.0.1")
        return f"{scheme}://{host}:{self._server.server_address[1]}/message?unit=qs"
