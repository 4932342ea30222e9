"""The blueprint that the modules of this room hang their routes on, and what several of them read from a form."""

import datetime as dt

from flask import Blueprint, request

from engine import money
from engine.errors import InvalidValues

blueprint = Blueprint("ledgers", __name__, url_prefix="/ledgers")


def day(name: str) -> dt.date | None:
    """A day of the form; None when it is none."""
    try:
        return dt.date.fromisoformat(request.form.get(name, ""))
    except ValueError:
        return None


def amount(name: str = "amount") -> int | None:
    """An amount in 元 of the form, in 分; None when it is none."""
    try:
        return money.read(request.form.get(name, ""))
    except InvalidValues:
        return None


def text(name: str, longest: int = 300) -> str:
    """What was typed, without the spaces around it."""
    return request.form.get(name, "").strip()[:longest]
