"""The ways out for messages, as the settings say: which of them this installation has."""

from engine.notifications.channels import Channel, Channels, Trust
from engine.notifications.kinds import MAIL, WEBHOOK
from engine.notifications.mail import MailServer
from engine.notifications.webhook import Webhook
from web.settings import Settings


def of(settings: Settings) -> Channels:
    """Every way out that is configured, by its name; none in an installation that says nothing."""
    trust, ways = Trust(settings.tls_authority), dict[str, Channel]()
    if settings.mail_host:
        ways[MAIL] = MailServer(settings.mail_host, settings.mail_port, settings.mail_sender, settings.mail_security, settings.mail_user,
                                settings.mail_password, trust)
    if settings.webhook_url:
        ways[WEBHOOK] = Webhook(settings.webhook_url, settings.webhook_secret, trust)
    return ways


def offered(settings: Settings) -> tuple[str, ...]:
    """The names of those ways, in the order in which people see them."""
    return tuple(name for name in (WEBHOOK, MAIL) if name in of(settings))
