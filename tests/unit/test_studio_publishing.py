"""Publishing: asked by one, approved by another, in force on its day, and never over the head of a newer version."""

import datetime as dt

import pytest

from engine import definitions
from engine.clock import SHANGHAI
from engine.errors import Conflict, InvalidDefinition, InvalidState, InvalidValues, NotAllowed
from engine.people import Participant, Post
from engine.studio import drafts, publishing, sources
from web.scheduler import Worker

TODAY = dt.date(2026, 3, 2)


def person(identity: str, *roles: str) -> Participant:
    return Participant(identity, f"名{identity}", tuple(Post(role, "city", "/", "市", "city") for role in roles))


SHE, HE = person("she", "process_designer"), person("he", "process_designer")
JUDGE, BOTH = person("judge", "legal_reviewer"), person("both", "process_designer", "legal_reviewer")


@pytest.fixture
def draft(database, clock):
    return database.run(lambda c: drafts.new(c, SHE, "stall", "临时摆摊"))


def ask(database, draft, *, by=SHE, day=TODAY, reason="新增便民事项", confirmed=(), revision=None):
    return database.run(lambda c: publishing.ask(c, by, draft.id, revision=revision or draft.revision, reason=reason, effective_on=day,
                                                 confirmed=confirmed))


def approve(database, number, by=JUDGE):
    return database.run(lambda c: publishing.approve(c, by, number, "同意"))


def saved(database, draft, text, by=SHE):
    return database.run(lambda c: drafts.save(c, by, draft.id, base_revision=draft.revision, files={"parameters.toml": text}))


def newest(database):
    with database.reading() as c:
        return sources.newest(c, "stall")


def words(database):
    with database.reading() as c:
        return list(c.exec_driver_sql("SELECT kind FROM record WHERE stream = 'office' ORDER BY seq").scalars())


def test_what_is_approved_today_is_in_force_at_once(database, draft):
    number = ask(database, draft)
    assert newest(database) is None

    done = approve(database, number)

    assert (done.state, done.definition_id) == ("published", newest(database))
    with database.reading() as c:
        assert definitions.latest(c, "stall").number == 1
        assert dict(sources.version(c, done.definition_id).files) == dict(draft.files)
        assert drafts.open_draft(c, SHE, draft.id).state == "published"
    assert words(database) == ["draft-begun", "publish-asked", "publish-approved", "published"]


def test_what_is_approved_for_a_day_waits_for_it_and_takes_effect_once(database, clock, draft):
    number = ask(database, draft, day=TODAY + dt.timedelta(days=3))
    assert approve(database, number).state == "approved"
    worker = Worker(database, functions={})
    worker.drain()
    before = newest(database)

    clock.move_to(dt.datetime(2026, 3, 5, 0, 0, tzinfo=SHANGHAI))
    worker.drain()
    again = publishing.publish_due(database)

    assert (before, again) == (None, 0)
    with database.reading() as c:
        assert [one.number for one in definitions.versions_of(c, "stall")] == [1]


@pytest.mark.parametrize("who, words", [(SHE, "批准流程发布"), (HE, "批准流程发布"), (BOTH, "须由另一人批准"),
                                        (person("x", "system_admin"), "批准流程发布")])
def test_whoever_asked_or_wrote_or_has_no_right_cannot_approve(database, draft, who, words):
    changed = saved(database, draft, "a = 1\n", by=BOTH)
    number = ask(database, changed)

    with pytest.raises(NotAllowed, match=words):
        approve(database, number, by=who)
    assert newest(database) is None


def test_what_is_sent_back_can_be_mended_and_asked_again(database, draft):
    number = ask(database, draft)
    with pytest.raises(InvalidState, match="已提交审批"):
        saved(database, draft, "a = 1\n")
    with pytest.raises(InvalidValues):
        database.run(lambda c: publishing.send_back(c, JUDGE, number, "  "))

    database.run(lambda c: publishing.send_back(c, JUDGE, number, "时限没有依据"))
    again = ask(database, saved(database, draft, "a = 1\n"))

    assert approve(database, again).state == "published"
    with database.reading() as c:
        assert publishing.one(c, SHE, number).judged_why == "时限没有依据"
    with pytest.raises(InvalidState):
        approve(database, number)


def test_a_request_can_be_taken_back_even_when_it_is_approved(database, clock, draft):
    number = ask(database, draft, day=TODAY + dt.timedelta(days=1))
    approve(database, number)

    database.run(lambda c: publishing.withdraw(c, HE, number))
    clock.advance(dt.timedelta(days=2))

    assert publishing.publish_due(database) == 0 and newest(database) is None


def test_two_drafts_of_one_version_the_second_is_stale_in_words(database, clock, draft):
    approve(database, ask(database, draft))
    first, second = (database.run(lambda c, who=who: drafts.from_version(c, who, newest(database))) for who in (SHE, HE))
    late = ask(database, saved(database, second, "b = 1\n"), day=TODAY + dt.timedelta(days=1))
    approve(database, late)
    approve(database, ask(database, saved(database, first, "a = 1\n")))
    held = newest(database)

    clock.advance(dt.timedelta(days=1))
    publishing.publish_due(database)

    with database.reading() as c:
        told = publishing.one(c, SHE, late)
        now = drafts.open_draft(c, SHE, second.id)
    assert (told.state, newest(database)) == ("refused", held)
    assert "已有更新的第 2 版" in told.ended_why and now.state == "open"
    with pytest.raises(Conflict, match="第 2 版"):
        ask(database, now, day=TODAY + dt.timedelta(days=2))
    database.run(lambda c: publishing.rebase(c, SHE, now.id, held))
    assert approve(database, ask(database, now, day=TODAY + dt.timedelta(days=1))).state == "published"


def test_an_error_cannot_be_asked_for(database, draft):
    broken = database.run(lambda c: drafts.save(c, SHE, draft.id, base_revision=1, files={
        "stall.bpmn": draft.files["stall.bpmn"].replace('gl:formRef="F-stall-done"', 'gl:formRef="F-none"')}))

    with pytest.raises(InvalidDefinition) as refusal:
        ask(database, broken)

    assert "handle" in [one.element_id for one in refusal.value.findings]


def test_every_warning_is_confirmed_by_itself(database, draft):
    text = draft.files["stall.bpmn"].replace('gl:role="village_cadre"', 'gl:limit="2" gl:limitUnit="days" gl:role="village_cadre"')
    warned = database.run(lambda c: drafts.save(c, SHE, draft.id, base_revision=1, files={"stall.bpmn": text}))
    with database.reading() as c:
        marks = [publishing.mark(one) for one in publishing.warnings(drafts.check(c, warned))]
    assert marks

    with pytest.raises(InvalidValues) as refusal:
        ask(database, warned, confirmed=["x", *marks[1:]])

    assert "1 条警告没有确认" in refusal.value.errors["confirmed"]
    assert ask(database, warned, confirmed=marks)


@pytest.mark.parametrize("more, refusal", [
    ({"reason": " "}, InvalidValues), ({"reason": "x" * 501}, InvalidValues), ({"day": TODAY - dt.timedelta(days=1)}, InvalidValues),
    ({"day": TODAY + dt.timedelta(days=400)}, InvalidValues), ({"revision": 7}, Conflict), ({"by": JUDGE}, NotAllowed)],
    ids=["no reason", "long reason", "yesterday", "far", "stale page", "no designer"])
def test_a_request_that_does_not_fit_changes_nothing(database, draft, more, refusal):
    with pytest.raises(refusal):
        ask(database, draft, **more)

    with database.reading() as c:
        assert drafts.open_draft(c, SHE, draft.id).state == "open"
        assert publishing.requests(c, SHE) == ()


def test_a_button_pressed_twice_asks_once(database, draft):
    ask(database, draft)

    with pytest.raises(InvalidState):
        ask(database, draft)
