"""Short messages that survive one redirect (`flask.flash`), in a cookie signed with the browser's own session secret.

So no key has to be kept or shared between nodes; a message never outlives the session it was made in.
"""

from typing import Any

from flask import Flask
from flask.sessions import SecureCookieSessionInterface
from itsdangerous import URLSafeTimedSerializer

from web.auth import browser_secret


class Notices(SecureCookieSessionInterface):
    """Flask's cookie session with another key."""

    def get_signing_serializer(self, app: Flask) -> URLSafeTimedSerializer:
        """Signs with what only this browser and this server know."""
        options: dict[str, Any] = {"key_derivation": self.key_derivation, "digest_method": self.digest_method}
        return URLSafeTimedSerializer(browser_secret(), salt="notices", serializer=self.serializer, signer_kwargs=options)


def install(app: Flask) -> None:
    """Use it for `flash`."""
    app.session_interface = Notices()
