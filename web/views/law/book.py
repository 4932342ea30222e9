"""法条库: articles by words and day, the versions of one, and the review by legal staff."""

from typing import Any

from flask import flash, make_response, redirect, render_template, request, url_for

from engine.administration import law_changes
from engine.errors import InvalidValues
from engine.law import statutes
from engine.people import directory
from web import addresses
from web.auth import policy
from web.context import database, me
from web.views.law.room import asked, blueprint, day_of


@blueprint.get("")
@policy("penalties", "administer")
def book() -> Any:
    """Articles whose statute, number or words are asked for; with a day, only those in force then."""
    words, by_day = asked("words"), asked("day")
    number = int(asked("page")) if asked("page").isascii() and asked("page").isdigit() and len(asked("page")) < 5 else 1
    with database().reading() as c:
        found = statutes.search(c, words, day=day_of() if by_day else None, page=number)
        waiting = statutes.unreviewed(c)
    more = len(found) == statutes.PAGE
    return render_template("law/book.html", found=found, words=words, day=by_day, number=number, more=more, waiting=waiting,
                           address=lambda page: addresses.of("law.book", {**addresses.asked(), "page": page}))


@blueprint.get("/article")
@policy("penalties", "administer")
def article() -> Any:
    """Every version of one article. Its name has brackets, so that it is asked for and no part of the path."""
    return _article(asked("ref"))


def _article(ref: str, status: int = 200, **more: Any) -> Any:
    with database().reading() as c:
        found = statutes.versions(c, ref)
        names = directory.names(c, [one.reviewed_by for one in found if one.reviewed_by])
    shown = {"versions": found[::-1], "names": names, "day": day_of(), "may_review": law_changes.is_legal(me()), "errors": {}, **more}
    return make_response(render_template("law/article.html", **shown), status)


@blueprint.post("/articles/<int:article_id>/review")
@policy("penalties")
def review(article_id: int) -> Any:
    """Legal staff say with which official text they compared it."""
    person, note = me(), request.form.get("note", "")[:500]
    try:
        ref = database().run(lambda c: law_changes.review(c, article_id, note, by=person).ref)
    except InvalidValues as refusal:
        return _article(asked("ref"), 422, errors=refusal.errors)
    flash("已登记核对，文书可以引用这一条。")
    return redirect(addresses.of("law.article", {"ref": ref}))


@blueprint.post("/statutes")
@policy("penalties", "administer")
def load() -> Any:
    """Load a statute file; a file with any mistake changes nothing, and every faulty row is named."""
    person, sent = me(), request.files.get("file")
    document = sent.read() if sent else b""
    report = database().run(lambda c: _plain(law_changes.load_statute(c, document, by=person)))
    flash(f"《{report[0]}》已导入：新增 {report[1]} 条，更正 {report[2]} 条，未变 {report[3]} 条。新增和改动的条文须核对后才能引用。")
    return redirect(url_for("law.book"))


def _plain(report: Any) -> list[Any]:
    return [report.statute, report.new, report.corrected, report.same]
