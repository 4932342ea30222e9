"""The generic way out: one signed HTTP request for each message, to one configured address.

Headers: `X-Gridloop-Timestamp` (seconds since 1970), `X-Gridloop-Signature` (`sha256=` and the HMAC-SHA256 of timestamp, a full stop and
the body, in hex), `X-Gridloop-Key` (the same at every attempt). The receiver refuses what is older than REPLAY and what it knows.
"""

import hashlib
import hmac
import http.client
import socket
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from engine import clock
from engine.database import canonical
from engine.notifications.channels import TIMEOUT, Down, Refused, Trust
from engine.notifications.letters import Letter

REPLAY = 300  # seconds
LARGEST_ANSWER = 65536
FORMAT = 1
HOPELESS = (400, 409, 410, 413, 422)
"""Answers that say that this message is not wanted; everything else that is no success concerns the whole channel."""


def signature(secret: str, timestamp: str, body: bytes) -> str:
    """What the header says: so the receiver knows that it comes from here and when."""
    return "sha256=" + hmac.new(secret.encode(), timestamp.encode() + b"." + body, hashlib.sha256).hexdigest()


@dataclass(frozen=True)
class Webhook:
    """The address, and the secret shared with the receiver. No redirect is followed; the answer's content is not used."""

    url: str
    secret: str = field(repr=False)
    trust: Trust = Trust()
    timeout: float = TIMEOUT

    def send(self, letter: Letter) -> None:
        """Raises Down or Refused."""
        body = canonical(content(letter)).encode()
        timestamp = str(int(clock.now().timestamp()))
        headers = {"Content-Type": "application/json; charset=utf-8", "User-Agent": "Gridloop", "X-Gridloop-Timestamp": timestamp,
                   "X-Gridloop-Signature": signature(self.secret, timestamp, body), "X-Gridloop-Key": letter.key}
        self._judge(self._exchange(body, headers))

    def _exchange(self, body: bytes, headers: dict[str, str]) -> int:
        place = urlsplit(self.url)
        connection = self._connection(place.scheme, place.hostname or "", place.port)
        until = clock.monotonic() + self.timeout
        try:
            connection.request("POST", (place.path or "/") + (f"?{place.query}" if place.query else ""), body, headers)
            answer = connection.getresponse()
            self._read(answer, connection.sock, until)
            return answer.status
        except (OSError, http.client.HTTPException, ValueError) as error:
            raise Down(f"消息推送地址连接不上（{type(error).__name__}：{error}）。") from error
        finally:
            connection.close()

    def _connection(self, scheme: str, host: str, port: int | None) -> http.client.HTTPConnection:
        if scheme == "https":
            return http.client.HTTPSConnection(host, port, timeout=self.timeout, context=self.trust.context())
        return http.client.HTTPConnection(host, port, timeout=self.timeout)

    def _read(self, answer: http.client.HTTPResponse, sock: socket.socket | None, until: float) -> None:
        """To the end, but never longer than the time allowed, nor more than is sensible: a slow or endless answer is a fault."""
        size = 0
        while part := answer.read1(4096):
            size += len(part)
            left = until - clock.monotonic()
            if size > LARGEST_ANSWER or left <= 0:
                raise http.client.HTTPException("应答过大或过慢")
            if sock is not None:
                sock.settimeout(left)

    def _judge(self, status: int) -> None:
        if 200 <= status < 300:
            return
        if status in HOPELESS:
            raise Refused(f"接收方不接受这条消息（HTTP {status}）。")
        what = "要求跳转到别处，系统不跟随" if 300 <= status < 400 else "没有接收"
        raise Down(f"消息推送地址{what}（HTTP {status}），请检查 webhook_url 和接收方。")


def content(letter: Letter) -> dict[str, object]:
    """The body, before it is made canonical JSON (UTF-8, sorted keys, no spaces)."""
    return {"format": FORMAT, "key": letter.key, "person": letter.person_id, "kind": str(letter.kind), "urgent": letter.urgent,
            "subject": letter.subject, "text": letter.text, "about": dict(letter.about), "link": letter.site}
