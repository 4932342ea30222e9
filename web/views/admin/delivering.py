"""Whether messages arrive: what waits, what failed and why, and another attempt. What a message was about is not shown here."""

from typing import Any

from flask import flash, redirect, render_template, request, url_for

from engine.notifications import overview
from web import channels
from web.auth import policy
from web.context import database, me, settings
from web.views.admin import blueprint

TABS = {"failed": "没有送到", "due": "等待送出", "sent": "已送出"}


@blueprint.get("/messages")
@policy("administer")
def messages() -> Any:
    """Every channel, and the messages in one state."""
    status = request.args.get("status", "failed")
    status = status if status in TABS else "failed"
    with database().reading() as c:
        states, found = overview.channels(c, me()), overview.listed(c, me(), status)
    return render_template("admin/messages.html", states=states, found=found, status=status, TABS=TABS, open=channels.offered(settings()))


@blueprint.post("/messages/<int:delivery_id>/retry")
@policy("administer")
def retry_message(delivery_id: int) -> Any:
    """Try one message again."""
    by = me()
    database().run(lambda c: overview.retry(c, by, delivery_id))
    flash("已重新排队，稍后刷新本页看结果。")
    return redirect(url_for("admin.messages"))


@blueprint.post("/messages/channels/<channel>/retry")
@policy("administer")
def retry_channel(channel: str) -> Any:
    """Try a channel at once that rests, with what failed on it within a day."""
    by = me()
    answer = database().run(lambda c: overview.retry_channel(c, by, channel))
    flash(f"这个渠道马上再试，{answer['retried']} 条没有送到的消息已重新排队。")
    return redirect(url_for("admin.messages"))
