"""Headers of every answer: a strict content policy, no sniffing, no framing, no caching of case data."""

import secrets

from flask import Flask, Response, g, request
from werkzeug.routing import IntegerConverter, ValidationError

from web.context import settings

PERMISSIONS = "camera=(self), geolocation=(self), microphone=(self), payment=(), usb=()"
LARGEST_NUMBER = 2**53
FOREVER = "public, max-age=31536000, immutable"


def nonce() -> str:
    """The one-time word that allows this answer's own scripts."""
    if "nonce" not in g:
        g.nonce = secrets.token_urlsafe(16)
    return str(g.nonce)


def content_policy() -> str:
    """Everything from this origin only. A view of the drawing tools may set `g.inline_styles`: the editors write style attributes."""
    styles = "'self' 'unsafe-inline'" if g.get("inline_styles") else "'self'"
    return (f"default-src 'none'; script-src 'self' 'nonce-{nonce()}'; style-src {styles}; "
            "img-src 'self' data: blob:; font-src 'self' data:; connect-src 'self'; "
            "worker-src 'self'; manifest-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'")


def _headers(response: Response) -> Response:
    response.headers.setdefault("Content-Security-Policy", content_policy())
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["X-Frame-Options"] = "DENY"
    response.headers["Referrer-Policy"] = "same-origin"
    response.headers["Cross-Origin-Opener-Policy"] = "same-origin"
    response.headers["Permissions-Policy"] = PERMISSIONS
    if settings().secure_cookies:
        response.headers["Strict-Transport-Security"] = "max-age=31536000"
    if request.endpoint == "static":
        response.headers["Cache-Control"] = FOREVER if response.status_code == 200 else "no-cache"
    else:
        response.headers.setdefault("Cache-Control", "no-store")
        response.vary.update(("HX-Request", "HX-History-Restore-Request"))
    return response


class Number(IntegerConverter):
    """A number in an address that a database can hold; a larger one is no address of ours."""

    def to_python(self, value: str) -> int:
        """Raises ValidationError, which reads as 404."""
        number = int(super().to_python(value))
        if number > LARGEST_NUMBER:
            raise ValidationError()
        return number


def install(app: Flask) -> None:
    """Put the headers on every answer and give templates the nonce."""
    app.url_map.converters["int"] = Number
    app.jinja_env.globals["csp_nonce"] = nonce
    app.after_request(_headers)
