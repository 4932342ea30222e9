"""Who the caller is, behind a reverse proxy: only the named proxy is believed."""

from dataclasses import replace

import pytest
from flask import Flask, request
from waitress.adjustments import Adjustments
from waitress.proxy_headers import proxy_headers_middleware

from web.cli.serving import behind
from web.settings import Settings

SAID = {"X-Forwarded-For": "10.7.7.7", "X-Forwarded-Proto": "https", "X-Forwarded-Host": "zhen.example"}


def taken_for(settings: Settings) -> str:
    """Whom the application takes the caller for, when a request comes from this machine with forwarding headers."""
    app, chosen = Flask(__name__), Adjustments(**behind(settings))
    app.get("/")(lambda: f"{request.remote_addr} {request.scheme} {request.host}")
    if chosen.trusted_proxy:
        app.wsgi_app = proxy_headers_middleware(  # type: ignore[method-assign]
            app.wsgi_app, trusted_proxy=chosen.trusted_proxy, trusted_proxy_count=chosen.trusted_proxy_count,
            trusted_proxy_headers=chosen.trusted_proxy_headers, clear_untrusted=chosen.clear_untrusted_proxy_headers)
    return app.test_client().get("/", headers=SAID, environ_base={"REMOTE_ADDR": "127.0.0.1"}).get_data(as_text=True)


@pytest.mark.parametrize(("proxy", "expected"), [
    ("127.0.0.1", "10.7.7.7 https zhen.example"), ("10.9.9.9", "127.0.0.1 http localhost"), ("", "127.0.0.1 http localhost")])
def test_forwarded_headers_count_only_from_the_named_proxy(settings: Settings, proxy: str, expected: str) -> None:
    assert taken_for(replace(settings, trusted_proxy=proxy)) == expected
