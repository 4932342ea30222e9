"""Rights per process: whoever is not named can neither change nor approve it, by whichever way they come."""

import datetime as dt

import pytest
from sqlalchemy import insert

from engine import clock
from engine.errors import InvalidValues, NotAllowed
from engine.people import Participant, Post
from engine.people.tables import person, post, unit
from engine.studio import arriving, drafts, exchange, folder_rights, publishing, starting
from engine.studio.folder_rights import APPROVE, EDIT


def participant(identity: str, role: str) -> Participant:
    return Participant(identity, f"名{identity}", (Post(role, "city", "/", "市", "city"),))


SHE, HE = participant("she", "process_designer"), participant("he", "process_designer")
JUDGE, OTHER = participant("judge", "legal_reviewer"), participant("other", "legal_reviewer")
HEAD = participant("head", "system_admin")


@pytest.fixture
def people(database, clock):
    def work(c):
        c.execute(insert(unit).values(id="city", name="市", level="city", parent_id=None, path="/"))
        for one in (SHE, HE, JUDGE, OTHER, HEAD):
            c.execute(insert(person).values(id=one.id, name=one.name, active=True, password_hash=""))
            c.execute(insert(post).values(person_id=one.id, role=one.posts[0].role, unit_id="city"))
    database.run(work)
    return database


@pytest.fixture
def draft(people):
    return people.run(lambda c: drafts.new(c, SHE, "stall", "临时摆摊"))


def restrict(database, kind: str, *names: str, by=HEAD, key="stall"):
    database.run(lambda c: folder_rights.restrict(c, by, key, kind, names))


def ways_in(draft):
    """Every act of a designer on a process that is there."""
    files = {"stall.bpmn": draft.files["stall.bpmn"].encode()}
    return {
        "save": lambda c, by: drafts.save(c, by, draft.id, base_revision=draft.revision, files={"parameters.toml": "a = 1\n"}),
        "restore": lambda c, by: drafts.restore(c, by, draft.id, 1), "abandon": lambda c, by: drafts.abandon(c, by, draft.id),
        "arrange": lambda c, by: drafts.arrange(c, by, draft.id), "new": lambda c, by: drafts.new(c, by, "stall", "x"),
        "arrive": lambda c, by: arriving.arrive(c, by, files), "import": lambda c, by: exchange.take_in(c, by, "stall", draft.files),
        "ask": lambda c, by: publishing.ask(c, by, draft.id, revision=draft.revision, reason="x", effective_on=clock.today(), confirmed=()),
        "rebase": lambda c, by: publishing.rebase(c, by, draft.id, 1)}


ANY = drafts.Draft(1, "stall", "x", None, 1, starting.empty("stall", "x"), "open", None, dt.datetime.min)


@pytest.mark.parametrize("way", ways_in(ANY))
def test_a_designer_who_is_not_named_gets_in_by_no_way(people, draft, way: str):
    restrict(people, EDIT, "she")

    with pytest.raises(NotAllowed, match="只允许 名she 修改"):
        people.run(lambda c: ways_in(draft)[way](c, HE) and None)
    with people.reading() as c:
        assert drafts.open_draft(c, HE, draft.id) == draft
        assert not drafts.may_edit(c, HE, draft) and drafts.may_edit(c, SHE, draft)


def test_only_named_people_approve(people, draft):
    restrict(people, APPROVE, "other")
    number = people.run(lambda c: publishing.ask(c, SHE, draft.id, revision=1, reason="x", effective_on=clock.today(), confirmed=()))

    with pytest.raises(NotAllowed, match="没有批准这个流程的权限"):
        people.run(lambda c: publishing.approve(c, JUDGE, number) and None)

    assert people.run(lambda c: publishing.approve(c, OTHER, number)).state == "published"


def test_nobody_named_is_everybody_again(people, draft):
    restrict(people, EDIT, "she")
    restrict(people, EDIT)

    assert people.run(lambda c: ways_in(draft)["save"](c, HE)).revision == 2


@pytest.mark.parametrize("kind, names, key, by, refusal", [
    (EDIT, ("judge",), "stall", HEAD, InvalidValues), (APPROVE, ("she",), "stall", HEAD, InvalidValues),
    ("delete", (), "stall", HEAD, InvalidValues), (EDIT, ("she",), "none", HEAD, InvalidValues),
    (EDIT, ("she",) * 60, "stall", SHE, NotAllowed)], ids=["no designer", "no approver", "no kind", "no process", "no administrator"])
def test_a_right_that_cannot_be_given_changes_nothing(people, draft, kind, names, key, by, refusal):
    with pytest.raises(refusal):
        restrict(people, kind, *names, by=by, key=key)

    with people.reading() as c:
        assert [(one.key, one.editors, one.approvers) for one in folder_rights.folders(c)] == [("stall", (), ())]
