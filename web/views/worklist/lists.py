"""Lists of work items: views with counts, filters in the address, kept filters, several rows at once."""

from typing import Any
from urllib.parse import parse_qsl, urlencode

from flask import make_response, redirect, render_template, request, url_for

from engine.people import Participant, directory, sessions
from engine.runtime import commands, worklist
from engine.runtime.worklist import Page, Paging
from web.auth import policy
from web.context import database, is_part, me
from web.views.worklist.room import blueprint
from web.words import LINKS

VIEWS = {"all": "全部待办", "mine": "办理中", "claimable": "待领取", "due_today": "今日到期", "overdue": "已超期", "done": "已办"}
ORDERS = {"due": "先到期的在前", "newest": "最新的在前", "oldest": "最早的在前", "priority": "紧急的在前"}
EMPTY = {
    "all": ("没有待办", "新的事项分派给您的岗位后，会自动出现在这里。"),
    "mine": ("没有正在办理的事项", "可以到“待领取”里领取一件。"),
    "claimable": ("没有待领取的事项", "分派给您岗位的新事项会出现在这里。"),
    "due_today": ("今天没有到期的事项", ""),
    "overdue": ("没有超期事项", "都在时限内，请保持。"),
    "done": ("还没有办过的事项", "办结后会列在这里，可以随时查看。"),
}
ACTS = {"claim": "领取", "transfer": "转办"}


def _asked() -> dict[str, str]:
    """What the address asks for, with the usual values for what it leaves open."""
    view = request.args.get("view", "all")
    return {"view": view if view in VIEWS else "all", "order": request.args.get("order", "due"),
            "q": request.args.get("q", "")[:80], "link": request.args.get("link", "")}


def _page(asked: dict[str, str], number: int) -> dict[str, Any]:
    with database().reading() as c:
        page = worklist.of(c, me(), asked["view"], asked, Paging(asked["order"], number))
        names = directory.names(c, [entry.assignee for entry in page.entries if entry.assignee])
    return _words(asked, page) | {"holders": names}


def _words(asked: dict[str, str], page: Page) -> dict[str, Any]:
    kept = {key: value for key, value in asked.items() if value}
    return {
        "entries": page.entries, "counts": page.counts, "total": page.total, "view": asked["view"], "filters": asked,
        "query": urlencode(kept), "VIEWS": VIEWS, "LINKS": LINKS, "ORDERS": ORDERS, "EMPTY": EMPTY, "number": page.number,
        "last": max(-(-page.total // page.size), 1), "address": lambda n: f"{url_for('worklist.tasks')}?{urlencode({**kept, 'page': n})}"}


def _colleagues(person: Participant) -> list[Participant]:
    """Who holds the same posts: to whom several rows can be handed at once."""
    with database().reading() as c:
        found = [other for post in person.posts for other in directory.holders(c, post.role, post.unit_id)]
    return [other for other in dict.fromkeys(found) if other.id != person.id]


def _list(asked: dict[str, str], number: int = 1, **more: Any) -> str:
    with database().reading() as c:
        saved = sessions.saved_filters(c, me().id)
    template = "worklist/_list.html" if is_part() else "worklist/list.html"
    return render_template(template, **_page(asked, number), saved=saved, colleagues=_colleagues(me()), **more)


@blueprint.get("/tasks")
@policy()
def tasks() -> Any:
    """The list; a piece of it for htmx."""
    return _list(_asked(), request.args.get("page", 1, int))


@blueprint.get("/tasks/rows")
@policy(quiet=True)
def rows() -> Any:
    """The rows alone, for the refresh every ten seconds; the numbers on the tabs come along."""
    return render_template("worklist/_rows.html", refreshed=True, **_page(_asked(), request.args.get("page", 1, int)))


@blueprint.post("/tasks/batch")
@policy()
def batch() -> Any:
    """Claim or hand over several rows; each succeeds or fails by itself, and the page says which. One row claimed opens at once."""
    one, person = request.form.get("one"), me()
    if one:
        database().run(lambda c: commands.claim(c, one, by=person))
        return redirect(url_for("worklist.task", item_id=one))
    items, act, to = request.form.getlist("item"), request.form.get("act", ""), request.form.get("to", "")
    reason = request.form.get("reason", "")
    answer = database().run(lambda c: commands.transfer_many(c, items, to, by=person, reason=reason) if act == "transfer"
                            else commands.claim_many(c, items, by=person))
    asked = {"view": "all", "order": "due", "q": "", "link": "", **dict(parse_qsl(request.form.get("back", "")))}
    return make_response(_list(asked, outcome=answer["results"], verb=ACTS.get(act, "领取"), titles=_titles(items)))


def _titles(items: list[str]) -> dict[str, str]:
    with database().reading() as c:
        page = worklist.of(c, me(), "all", None, Paging(size=200))
    return {entry.id: entry.title for entry in page.entries if entry.id in items}


@blueprint.post("/tasks/filters")
@policy()
def save_filter() -> Any:
    """Keep the filter of this address under a name."""
    person, values = me(), {"name": request.form.get("name"), "query": request.form.get("query")}
    database().run(lambda c: sessions.save_filter(c, person, values))
    return redirect(f"{url_for('worklist.tasks')}?{urlencode(parse_qsl(values['query'] or ''))}")


@blueprint.post("/tasks/filters/<int:filter_id>/drop")
@policy()
def drop_filter(filter_id: int) -> Any:
    """Forget a kept filter."""
    person = me()
    database().run(lambda c: sessions.drop_filter(c, person, filter_id))
    return redirect(url_for("worklist.tasks"))
