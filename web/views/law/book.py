"""法条库: articles by words and day, the versions and editions of one, corrections and their review by legal staff."""

from dataclasses import dataclass
from typing import Any

from flask import flash, make_response, redirect, render_template, request, url_for

from engine.administration import law_changes
from engine.errors import InvalidValues
from engine.law import editions, loading, statutes
from engine.law.editions import Edition, Piece
from engine.people import directory
from web import addresses
from web.auth import policy
from web.context import database, me
from web.views.law.room import asked, blueprint, day_of

CORRECTED = ("text", "valid_to", "successor", "source", "why")


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
    """Every version of one article with its editions. Its name has brackets, so that it is asked for and no part of the path."""
    return _article(asked("ref"))


def _article(ref: str, status: int = 200, **more: Any) -> Any:
    with database().reading() as c:
        found = statutes.versions(c, ref)[::-1]
        told = {one.id: _changes(editions.of(c, one.id)) for one in found}
        people = {who for each in told.values() for step in each for who in (step.edition.by, *(one.by for one in step.edition.reviews))}
        names = directory.names(c, [one for one in people if one])
    shown = {"versions": found, "told": told, "names": names, "day": day_of(), "may_review": law_changes.is_legal(me()), "errors": {},
             "typed": {}, "changed": None, **more}
    return make_response(render_template("law/article.html", **shown), status)


@dataclass(frozen=True)
class Change:
    """An edition, and how its text differs from the one before; nothing for the first."""

    edition: Edition
    pieces: tuple[Piece, ...]


def _changes(found: tuple[Edition, ...]) -> tuple[Change, ...]:
    """The newest first."""
    before = (None, *found[:-1])
    return tuple(Change(one, editions.compare(was.text, one.text) if was else ()) for was, one in zip(before, found, strict=True))[::-1]


@blueprint.post("/articles/<int:article_id>/review")
@policy("penalties")
def review(article_id: int) -> Any:
    """Legal staff say with which official text they compared the edition they saw."""
    person, note, edition = me(), request.form.get("note", "")[:500], _edition()
    try:
        ref = database().run(lambda c: law_changes.review(c, article_id, note, by=person, edition=edition).ref)
    except InvalidValues as refusal:
        return _article(asked("ref"), 422, errors=refusal.errors)
    flash("已登记核对，文书可以引用这一条。")
    return redirect(addresses.of("law.article", {"ref": ref}))


@blueprint.post("/articles/<int:article_id>/correct")
@policy("penalties")
def correct(article_id: int) -> Any:
    """Legal staff correct what the base says: the older text stays, the new one waits for somebody else's review."""
    person, base = me(), _edition()
    typed = {name: request.form.get(name, "")[:loading.TEXT_LIMIT + 1].replace("\r\n", "\n") for name in CORRECTED}
    try:
        ref = database().run(lambda c: law_changes.correct(c, article_id, typed, base=base, by=person).ref)
    except InvalidValues as refusal:
        return _article(asked("ref"), 422, errors=refusal.errors, typed=typed, changed=article_id)
    flash("已更正，原来的文本保留在下方。请另一名法制人员核对，核对以前文书不能引用。")
    return redirect(addresses.of("law.article", {"ref": ref}))


def _edition() -> int:
    """The edition that the page showed; a page that names none showed none that could still be corrected."""
    said = request.form.get("edition", "")
    return int(said) if said.isascii() and said.isdigit() and len(said) < 7 else 0


@blueprint.post("/statutes")
@policy("penalties", "administer")
def load() -> Any:
    """Load a statute file; a file with any mistake changes nothing, and every faulty row is named."""
    person, sent, why = me(), request.files.get("file"), request.form.get("why", "")[:500]
    document = sent.read(loading.LARGEST + 1) if sent else b""
    report = database().run(lambda c: _plain(law_changes.load_statute(c, document, by=person, why=why)))
    flash(f"《{report[0]}》已导入：新增 {report[1]} 条，更正 {report[2]} 条，未变 {report[3]} 条。"
          "新增和改动的条文须由另一名法制人员核对后才能引用。")
    return redirect(url_for("law.book"))


def _plain(report: Any) -> list[Any]:
    return [report.statute, report.new, report.corrected, report.same]
