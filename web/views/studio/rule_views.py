"""The rules of the check, each with its page."""

from typing import Any

from flask import render_template

from web.auth import policy
from web.views.studio import rule_pages
from web.views.studio.room import blueprint


@blueprint.get("/rules")
@policy("design", "approve_models")
def rules() -> Any:
    """Every rule with its page."""
    return render_template("studio/rules.html", rules=rule_pages.listed(), body=None)


@blueprint.get("/rules/<page>")
@policy("design", "approve_models")
def rule(page: str) -> Any:
    """What one rule wants, why, and how to mend it."""
    return render_template("studio/rules.html", rules=rule_pages.listed(), body=rule_pages.rendered(page), page_name=page)
