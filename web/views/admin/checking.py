"""The self-check as a page."""

from typing import Any

from flask import render_template

from web import doctor
from web.auth import policy
from web.context import settings
from web.views.admin import blueprint


@blueprint.get("/check")
@policy("administer")
def check() -> Any:
    """What `gridloop doctor` says about this installation."""
    return render_template("admin/check.html", checks=doctor.installation(settings()))
