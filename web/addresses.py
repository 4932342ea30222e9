"""The address of the page now shown with some of what was asked changed."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from flask import request, url_for

LONGEST = 200


def asked() -> dict[str, str]:
    """What the address asks for, by name; of a name given twice the first, each cut to a sane length."""
    return {name: value[:LONGEST] for name, value in request.args.items()}


def of(endpoint: str, wanted: Mapping[str, Any], anchor: str = "", **where: Any) -> str:
    """The page `endpoint` at `where`, asking for `wanted`; what is empty is left out.

    What visitors wrote into an address never becomes an argument of `url_for`: there `_scheme` or `endpoint` mean something.
    """
    query = urlencode([(name, value) for name, value in wanted.items() if value not in ("", None)])
    return url_for(endpoint, **where) + (f"?{query}" if query else "") + (f"#{anchor}" if anchor else "")
