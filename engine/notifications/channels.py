"""The ways out of the system, and how one says that it did not work."""

import ssl
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

from engine.notifications.letters import Letter

TIMEOUT = 10.0  # seconds for one exchange with the other side


class Down(Exception):
    """The whole channel does not work at present: whatever waits for it waits on. The text tells an administrator why."""


class Refused(Exception):
    """The other side does not want this one message, and will not want it later either."""


class Channel(Protocol):
    """Carries one letter at a time; the same letter may come again with the same key."""

    def send(self, letter: Letter) -> None:
        """Returns once the other side has taken it. Raises Down or Refused."""


Channels = Mapping[str, Channel]


@dataclass(frozen=True)
class Trust:
    """Whose certificates are believed: those of the machine, or of one file for a network with an authority of its own."""

    authority: str = ""

    def context(self) -> ssl.SSLContext:
        """Certificates and host names are always checked. Raises Down when the file cannot be used."""
        try:
            return ssl.create_default_context(cafile=self.authority or None)
        except OSError as error:
            raise Down(f"证书文件“{self.authority}”不能使用（{error}），请检查设置 tls_authority。") from error
