"""The page on which one work item is done: its form, drafts of it, and what is said when the case has moved on meanwhile."""

from typing import Any

from flask import flash, make_response, redirect, render_template, request, url_for

from engine import clock, forms
from engine.cases import dossier, handling
from engine.errors import Conflict, InvalidState, InvalidValues, TooEarly
from engine.forms import FieldState
from engine.ids import new_key
from engine.people import directory
from engine.runtime import casebook, commands, desk
from engine.runtime.desk import Desk, Item
from web import submission
from web.auth import policy
from web.context import database, me
from web.views.worklist.room import blueprint
from web.words import moment

OWN_WORDS = "opinion"
"""The field in which everybody says what they think themselves: nobody finds the words of whoever signed before."""


def opened(item_id: str) -> Desk:
    """The work item as this person may see it."""
    with database().reading() as c:
        return desk.of(c, item_id, me())


def states_of(found: Desk, typed: dict[str, Any]) -> list[FieldState]:
    """The fields of its form as they are to be shown with these values."""
    if found.form is None:
        return []
    stored = {name: value for name, value in found.stored.items() if name != OWN_WORDS}
    return list(forms.fields(found.form, typed, access=found.access, stored=stored, names=found.names))


def people_words(found: Desk) -> dict[str, Any]:
    """For fields that name a person: whom to choose from, and names of those chosen."""
    path = next((f"/{'/'.join(post.unit_path.strip('/').split('/')[:2])}/" for post in me().posts), "/")
    with database().reading() as c:
        everybody = directory.people(c, below=[path]) if _asks_for_people(found) else ()
    names = {person.id: person.name for person in everybody}

    def people_for(state: FieldState) -> list[tuple[str, str]]:
        role = state.field.properties.get("role")
        return [(p.id, f"{p.name}（{p.posts[0].title}）") for p in everybody if not role or p.has(str(role))]
    return {"people_for": people_for, "person_name": lambda value: names.get(value, value or "—")}


def _asks_for_people(found: Desk) -> bool:
    return found.form is not None and any(field.type == "person" for field in found.form.inputs())


def _shown(found: Desk, typed: dict[str, Any], status: int = 200, **more: Any) -> Any:
    with database().reading() as c:
        story = casebook.story(c, found.item.instance_id, me())
        targets = commands.targets(c, found.item.id, by=me()) if "send_back" in found.verbs else ()
        receivers = commands.receivers(c, found.item.id, by=me()) if "transfer" in found.verbs else ()
        helpers = commands.helpers(c, found.item.id, by=me()) if "delegate" in found.verbs else ()
        signers = commands.signers(c, found.item.id, by=me()) if "add_signer" in found.verbs else ()
        facts, photos = dossier.brief(c, found.item.instance_id, me())
        withdrawable = "withdraw" in found.verbs and commands.may_withdraw(c, found.item.id, me())
    shown = {"desk": found, "item": found.item, "states": states_of(found, typed), "events": story, "targets": targets,
             "receivers": receivers, "helpers": helpers, "signers": signers, "facts": facts, "photos": photos,
             "withdrawable": withdrawable, "key": new_key(), "errors": {}, **people_words(found), **more}
    return make_response(render_template("worklist/task.html", **shown), status)


@blueprint.get("/tasks/<item_id>")
@policy()
def task(item_id: str) -> Any:
    """The form, with this person's draft in it if there is one."""
    found = opened(item_id)
    return _shown(found, dict(found.draft or {}), restored=found.draft_at)


@blueprint.post("/tasks/<item_id>")
@policy()
def complete(item_id: str) -> Any:
    """Submit. Errors come back beside the fields; a case that has moved on shows both versions; nothing typed is lost."""
    found = opened(item_id)
    typed = submission.values(found.form, request.form)
    try:
        typed = submission.with_uploads(typed)
        if "list_add" in request.form or "list_remove" in request.form:
            return _shown(found, typed)
        answer = _submit(item_id, typed)
    except InvalidValues as refusal:
        return _shown(found, typed, 422, errors=refusal.errors)
    except (Conflict, InvalidState) as refusal:
        return _shown(opened(item_id), typed, 409, **_refused(refusal))
    return _onwards(found.item, answer["instance"])


def _refused(refusal: Conflict | InvalidState) -> dict[str, Any]:
    """The law's own refusal stands at its gate; any other shows both versions."""
    return {"early": refusal} if isinstance(refusal, TooEarly) else {"conflict": refusal.message}


def _submit(item_id: str, typed: dict[str, Any]) -> dict[str, Any]:
    """Once per key, on the state of the case that the page showed."""
    person, revision = me(), request.form.get("revision", type=int)
    return database().run(lambda c: handling.complete(c, item_id, typed, by=person, revision=revision),
                          key=submission.key("task"), payload=[item_id, typed])


def _onwards(done: Item, instance_id: int) -> Any:
    """To this person's next step of the case, else to the list; the message says who has the case now."""
    with database().reading() as c:
        following = desk.next_for(c, instance_id, me())
        is_over = not following and casebook.show(c, instance_id, me()).line.status != "running"
    flash(f"办理成功：“{done.name}”已提交。{_next_words(following, is_over)}")
    own = next((item for item in following if item.assignee == me().id), None)
    return redirect(url_for("worklist.task", item_id=own.id) if own else url_for("worklist.tasks"))


def _next_words(following: tuple[Item, ...], is_over: bool) -> str:
    """Who is next. A case without a step that still runs waits: for a day, for the system, for another case."""
    if not following:
        return "这件事已全部办完。" if is_over else "现在没有要人办的步骤：等期限届满，或者等另一件案件、系统办完，到时会出现在待办里。"
    steps = "；".join(f"“{item.name}”，由{item.holder or item.candidates or '指定人员'}办理{_until(item)}"
                     for item in following[:3])
    return f"接下来：{steps}。"


def _until(item: Item) -> str:
    return f"，应在 {moment(item.due_at)} 前完成" if item.due_at else ""


@blueprint.post("/tasks/<item_id>/preview")
@policy()
def preview(item_id: str) -> Any:
    """The fields again, for what was chosen so far: conditions show and hide."""
    found = opened(item_id)
    states = states_of(found, submission.values(found.form, request.form))
    return render_template("worklist/_fields.html", states=states, errors={}, **people_words(found))


@blueprint.post("/tasks/<item_id>/draft")
@policy()
def save_draft(item_id: str) -> Any:
    """Keep what is typed so far, for this person alone."""
    found, person = opened(item_id), me()
    typed = submission.values(found.form, request.form)
    database().run(lambda c: commands.save_draft(c, item_id, typed, by=person))
    return f"草稿已于 {clock.local(clock.now()):%H:%M:%S} 自动保存。"


@blueprint.post("/tasks/<item_id>/draft/discard")
@policy()
def discard_draft(item_id: str) -> Any:
    """Throw the draft away and show the empty form."""
    person = me()
    database().run(lambda c: commands.discard_draft(c, item_id, by=person))
    flash("草稿已放弃。")
    return redirect(url_for("worklist.task", item_id=item_id))


