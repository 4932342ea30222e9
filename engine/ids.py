"""Making identifiers and case numbers."""

import datetime as dt
import uuid

from engine.clock import local


def new_key() -> str:
    """A fresh 32-hex identifier."""
    return uuid.uuid4().hex


def case_number(prefix: str, started_at: dt.datetime, number: int) -> str:
    """The number people read, for instance SJ20260302-000123. Its date is the day in Asia/Shanghai on which the case began."""
    return f"{prefix}{local(started_at):%Y%m%d}-{number:06d}"
