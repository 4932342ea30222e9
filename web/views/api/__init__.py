"""The programming interface, version 1: JSON over HTTP, a bearer token, closed requests, problem details for every refusal."""

from web.views.api import reading, writing
from web.views.api.gate import blueprint

__all__ = ["blueprint", "reading", "writing"]
