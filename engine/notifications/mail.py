"""E-mail: plain text, one recipient, over one SMTP server."""

import hashlib
import smtplib
from dataclasses import dataclass, field
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime

from engine import clock
from engine.notifications.channels import TIMEOUT, Down, Refused, Trust
from engine.notifications.letters import Letter

SECURITY = ("starttls", "tls", "none")


@dataclass(frozen=True)
class MailServer:
    """Where mail goes out. `security`: starttls, tls (from the first byte) or none, for a relay on the same machine or network."""

    host: str
    port: int
    sender: str
    security: str = "starttls"
    user: str = ""
    password: str = field(default="", repr=False)
    trust: Trust = Trust()
    timeout: float = TIMEOUT

    def send(self, letter: Letter) -> None:
        """Raises Down (no server, wrong password, busy) or Refused (no such recipient)."""
        message = self.message(letter)
        try:
            with self._open() as server:
                server.send_message(message, self.sender, [letter.to])
        except smtplib.SMTPRecipientsRefused as error:
            code, words = next(iter(error.recipients.values()))
            self._refuse(code, f"邮件服务器不接受收件地址 {letter.to}（{code} {_text(words)}）。", error)
        except smtplib.SMTPDataError as error:
            self._refuse(error.smtp_code, f"邮件服务器不接受这封邮件（{error.smtp_code} {_text(error.smtp_error)}）。", error)
        except smtplib.SMTPAuthenticationError as error:
            raise Down("邮件服务器不接受 mail_user 和 mail_password，请核对设置。") from error
        except (OSError, smtplib.SMTPException, ValueError) as error:
            raise Down(f"邮件服务器 {self.host}:{self.port} 不能使用（{type(error).__name__}：{error}）。") from error

    def _refuse(self, code: int, words: str, error: Exception) -> None:
        """4xx: later perhaps; 5xx: never."""
        raise (Down if 400 <= code < 500 else Refused)(words) from error

    def _open(self) -> smtplib.SMTP:
        if self.security == "tls":
            server: smtplib.SMTP = smtplib.SMTP_SSL(self.host, self.port, timeout=self.timeout, context=self.trust.context())
        else:
            server = smtplib.SMTP(self.host, self.port, timeout=self.timeout)
        try:
            if self.security == "starttls":
                server.starttls(context=self.trust.context())
            if self.user:
                server.login(self.user, self.password)
        except BaseException:
            server.close()
            raise
        return server

    def message(self, letter: Letter) -> EmailMessage:
        """The same letter makes the same Message-ID, so that a mailbox can tell a repetition."""
        message = EmailMessage(policy=SMTP)
        message["From"], message["To"], message["Subject"] = self.sender, letter.to, letter.subject
        message["Date"] = format_datetime(clock.local(clock.now()))
        name = hashlib.sha256(letter.key.encode()).hexdigest()[:32]
        message["Message-ID"] = f"<{name}@{self.sender.rpartition('@')[2]}>"
        message["X-Gridloop-Key"] = letter.key
        message["Auto-Submitted"] = "auto-generated"
        message.set_content(letter.text, cte="base64")
        return message


def _text(words: bytes | str) -> str:
    return words.decode("utf-8", "replace") if isinstance(words, bytes) else words
