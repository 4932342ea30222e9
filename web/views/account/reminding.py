"""提醒方式: which messages a person wants through which channels, and what became of the last ones."""

from typing import Any

from flask import flash, redirect, render_template, request, url_for

from engine.errors import InvalidValues
from engine.notifications import choices, hours, overview, trying
from engine.notifications.choices import Choice
from engine.notifications.kinds import ALWAYS_IN_APP, APP, CHANNEL_WORDS, CHOSEN, KIND_WORDS, MAIL, Kind
from web import channels
from web.auth import policy
from web.context import database, me, settings
from web.views.account.room import blueprint

KINDS: dict[Kind, str] = {kind: KIND_WORDS[kind] for kind in CHOSEN}
HINTS = {
    "work": "有任务派给您或者您的岗位。",
    "soon": "您的任务快到期限。",
    "overdue": "您的任务过了期限。",
    "order": "别人催办，或者流程提醒您督促。",
    "result": "您上报的事项办结或终止。",
    "digest": "工作日早上一条，列出已超期、今日到期和即将到期的任务。",
}


def _ways() -> tuple[str, ...]:
    """What can be chosen here: the system itself, and what this installation is connected to."""
    return (APP, *channels.offered(settings()))


def _chosen() -> Choice:
    ways = frozenset(_ways())
    wanted = {kind: frozenset(request.form.getlist(str(kind))) & ways for kind in KINDS}
    return Choice(wanted, request.form.get("email", "")[:200], "night_urgent" in request.form)


def _page(choice: Choice | None, errors: dict[str, str]) -> Any:
    with database().reading() as c:
        choice = choice or choices.of(c, me().id)
        sent, night = overview.own(c, me().id), hours.in_force(c)
    page = render_template("account/reminders.html", choice=choice, errors=errors, sent=sent, night=night, ways=_ways(),
                           KINDS=KINDS, HINTS=HINTS, ALWAYS=ALWAYS_IN_APP, WAYS=CHANNEL_WORDS, APP=APP, MAIL=MAIL)
    return page, 422 if errors else 200


@blueprint.get("/account/reminders")
@policy()
def reminders() -> Any:
    """What is chosen now."""
    return _page(None, {})


@blueprint.post("/account/reminders")
@policy()
def choose_reminders() -> Any:
    """Another choice, from the next message on."""
    chosen, person, seen = _chosen(), me(), frozenset(_ways())
    try:
        database().run(lambda c: choices.choose(c, person.id, chosen, seen))
    except InvalidValues as refusal:
        return _page(chosen, dict(refusal.errors))
    flash("提醒方式已保存，从下一条消息起生效。")
    return redirect(url_for("account.reminders"))


@blueprint.post("/account/reminders/test")
@policy()
def try_reminders() -> Any:
    """A message to oneself through every channel, to see whether it arrives."""
    person = me()
    told = database().run(lambda c: trying.send(c, person.id))
    flash("测试消息正在送出，稍后刷新本页看是否送到。" if told else "五分钟内只能测试一次，请稍后再试。", "message" if told else "warning")
    return redirect(url_for("account.reminders"))
