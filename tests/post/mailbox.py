"""A real mail server in a few lines: it speaks enough SMTP to be sent to, with and without TLS and a password."""

import base64
import email
import socketserver
import ssl
import threading
from dataclasses import dataclass, field
from email.message import EmailMessage
from email.policy import default
from typing import Any

from tests.post.receiver import CERTIFICATE

USER, PASSWORD = "gridloop", "nur-fuer-diesen-Test"


@dataclass
class Mailbox:
    """`refuses` recipients with that code; `login`: whoever sends has to say who they are, over TLS only."""

    refuses: dict[str, int] = field(default_factory=dict)
    login: bool = False
    tls: bool = True
    got: list[EmailMessage] = field(default_factory=list)
    secured: list[bool] = field(default_factory=list)

    def __enter__(self) -> "Mailbox":
        owner = self

        class Handler(socketserver.StreamRequestHandler):
            def handle(self) -> None:
                talk = Talk(owner, self)
                talk.run()
                talk.hang_up()

        class Server(socketserver.ThreadingTCPServer):
            allow_reuse_address = True
            daemon_threads = True

        self._server = Server(("127.0.0.1", 0), Handler)
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.01})
        self._thread.start()
        return self

    def __exit__(self, *what: object) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    @property
    def port(self) -> int:
        return int(self._server.server_address[1])


class Talk:
    """One connection."""

    def __init__(self, owner: Mailbox, handler: Any) -> None:
        self.owner, self.handler, self.secure, self.known, self.gone = owner, handler, False, False, False
        self.lines = handler.rfile

    def say(self, text: str) -> None:
        self.handler.wfile.write(f"{text}\r\n".encode())

    def run(self) -> None:
        self.say("220 mail.example")
        while not self.gone and (line := self.lines.readline().decode().strip()):
            word, _, rest = line.partition(" ")
            if word.upper() == "QUIT":
                self.say("221 bye")
                return
            getattr(self, f"_{word.lower()}", self._unknown)(rest)

    def hang_up(self) -> None:
        if self.secure:
            for part in (self.handler.rfile, self.handler.wfile, self.handler.connection):
                part.close()

    def _unknown(self, rest: str) -> None:
        self.say("500 what?")

    def _ehlo(self, rest: str) -> None:
        more = ["250-STARTTLS"] if self.owner.tls and not self.secure else []
        for line in ("250-mail.example", *more, "250 AUTH PLAIN"):
            self.say(line)

    def _starttls(self, rest: str) -> None:
        self.say("220 go on")
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(CERTIFICATE)
        try:
            self.handler.connection = context.wrap_socket(self.handler.connection, server_side=True)
        except ssl.SSLError:
            self.gone = True  # the client does not believe us
            return
        self.handler.rfile = self.lines = self.handler.connection.makefile("rb")
        self.handler.wfile = self.handler.connection.makefile("wb", buffering=0)
        self.secure = True

    def _auth(self, rest: str) -> None:
        said = base64.b64decode(rest.split()[1]).decode().split("\0")
        self.known = self.secure and said[1:] == [USER, PASSWORD]
        self.say("235 fine" if self.known else "535 no")

    def _mail(self, rest: str) -> None:
        self.say("250 ok" if self.known or not self.owner.login else "530 who are you?")

    def _rcpt(self, rest: str) -> None:
        to = rest.partition("<")[2].partition(">")[0]
        self.say(f"{self.owner.refuses[to]} no" if to in self.owner.refuses else "250 ok")

    def _data(self, rest: str) -> None:
        self.say("354 go on")
        body = b"".join(iter(self.lines.readline, b".\r\n"))
        self.owner.got.append(email.message_from_bytes(body, policy=default))
        self.owner.secured.append(self.secure)
        self.say("250 kept")

    def _rset(self, rest: str) -> None:
        self.say("250 ok")

    _noop = _rset
