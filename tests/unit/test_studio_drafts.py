"""Drafts: begun, saved, gone back in; who comes late is told; nothing half readable is kept."""

import datetime as dt

import pytest

from engine import definitions
from engine.definitions.linter import errors
from engine.errors import Conflict, InvalidState, InvalidValues, NotAllowed, UnsafeInput
from engine.people import Participant, Post
from engine.studio import drafts, presence
from tests.town import ROOT

LOOP = definitions.read_folder(ROOT / "bpmn/grid_loop", ROOT / "forms")


def person(identity: str, role: str = "process_designer") -> Participant:
    return Participant(identity, f"名{identity}", (Post(role, "city", "/", "市", "city"),))


SHE, HE, JUDGE = person("she"), person("he"), person("judge", "legal_reviewer")


@pytest.fixture
def draft(database):
    return database.run(lambda c: drafts.new(c, SHE, "stall", "临时摆摊"))


def save(database, draft, files, by=SHE, base=None):
    return database.run(lambda c: drafts.save(c, by, draft.id, base_revision=draft.revision if base is None else base, files=files))


def test_a_new_process_passes_every_rule(database, draft):
    with database.reading() as c:
        assert [(one.rule, one.message) for one in drafts.check(c, draft) if str(one.severity) != "info"] == []
    assert set(draft.files) == {"stall.bpmn", "parameters.toml", "forms/F-stall.form.json", "forms/F-stall-done.form.json"}
    assert (draft.revision, draft.state, draft.base) == (1, "open", None)


@pytest.mark.parametrize("name", ['带"引号"', "<b>&amp;</b>", "{key}", "单'引'号\"都有"])
def test_a_name_of_any_kind_stays_a_name(database, name: str):
    made = database.run(lambda c: drafts.new(c, SHE, "odd", name))

    assert made.name == name
    with database.reading() as c:
        assert errors(drafts.check(c, made)) == []


@pytest.mark.parametrize("key", ["", "1a", "摆摊", "a b", "../x", "a" * 81])
def test_a_key_that_cannot_name_a_folder_is_refused(database, key: str):
    with pytest.raises(InvalidValues, match="表单有需要更正"):
        database.run(lambda c: drafts.new(c, SHE, key, "x"))


def test_only_designers_write_and_approvers_read(database, draft):
    with pytest.raises(NotAllowed):
        save(database, draft, {"parameters.toml": "a = 1\n"}, by=JUDGE)
    with database.reading() as c:
        assert drafts.open_draft(c, JUDGE, draft.id).files == draft.files
        with pytest.raises(NotAllowed):
            drafts.open_draft(c, person("x", "system_admin"), draft.id)


def test_every_save_that_changes_something_is_a_revision_that_can_come_back(database, draft):
    second = save(database, draft, {"parameters.toml": "a = 1\n"})
    same = save(database, second, {"parameters.toml": "a = 1\n"})
    third = save(database, second, {"scenarios.yaml": "- 场景: 一\n", "parameters.toml": "a = 2\n"})
    fourth = save(database, third, {"scenarios.yaml": None})

    back = database.run(lambda c: drafts.restore(c, HE, draft.id, 3))

    assert (second.revision, same.revision, third.revision, fourth.revision, back.revision) == (2, 2, 3, 4, 5)
    assert dict(back.files) == {**draft.files, "parameters.toml": "a = 2\n", "scenarios.yaml": "- 场景: 一\n"}
    with database.reading() as c:
        told = drafts.revisions(c, SHE, draft.id)
        assert [(one.number, one.names) for one in told][:2] == [(5, ("scenarios.yaml",)), (4, ("scenarios.yaml",))]
        assert drafts.at_revision(c, draft.id, 1) == dict(draft.files)
        assert dict(drafts.open_draft(c, SHE, draft.id).files) == dict(back.files)


def test_who_saves_on_an_old_base_is_told_who_was_before_and_nothing_is_lost(database, draft):
    save(database, draft, {"parameters.toml": "hers = 1\n"})

    with pytest.raises(Conflict, match="保存了这份草稿（第 2 次保存）"):
        save(database, draft, {"parameters.toml": "his = 1\n"}, by=HE)
    same = save(database, draft, {"parameters.toml": "hers = 1\n"}, by=HE)

    assert (same.revision, same.files["parameters.toml"]) == (2, "hers = 1\n")


@pytest.mark.parametrize("files, refusal", [
    ({"stall.bpmn": None}, InvalidValues),
    ({"other.bpmn": "<x/>"}, UnsafeInput),
    ({"../parameters.toml": ""}, UnsafeInput),
    ({"forms/../../x.form.json": "{}"}, UnsafeInput),
    ({"forms/x..form.json": "{}"}, UnsafeInput),
    ({"run.sh": "x"}, UnsafeInput),
    ({"stall.bpmn": "<a>"}, UnsafeInput),
    ({"stall.bpmn": "<!DOCTYPE a [<!ENTITY b 'c'>]><a>&b;</a>"}, UnsafeInput),
    ({"stall.bpmn": "<a/>"}, UnsafeInput),
    ({"table.dmn": "<!DOCTYPE x><x/>"}, UnsafeInput),
    ({"table.dmn": "<x>" * 100_001}, UnsafeInput),
    ({"parameters.toml": "a = "}, InvalidValues),
    ({"forms/F-a.form.json": "{"}, InvalidValues),
    ({"forms/F-a.form.json": "[" * 5000 + "]" * 5000}, InvalidValues),
    ({"forms/F-a.form.json": '{"a":' * 70 + "1" + "}" * 70}, InvalidValues),
    ({"forms/F-a.form.json": '"text"'}, InvalidValues),
    ({"scenarios.yaml": "a: [1"}, InvalidValues),
    ({"scenarios.yaml": "a: 1"}, InvalidValues),
    ({"scenarios.yaml": "- &a [x, x]\n- [*a, *a]\n"}, InvalidValues),
    ({"scenarios.yaml": "- !!python/object/apply:os.system [id]\n"}, InvalidValues),
    ({"parameters.toml": "a = '\x00'"}, UnsafeInput),
    ({"parameters.toml": "a = '\ud800'"}, UnsafeInput),
    ({"parameters.toml": "# " + "x" * (5 << 20)}, UnsafeInput),
    ({f"forms/F-{one}.form.json": "{}" for one in range(201)}, UnsafeInput),
    ({"forms/F-a.form.json": '{"a": NaN}'}, InvalidValues),
    ({"forms/F-a.form.json": '{"a": "\\ud800"}'}, InvalidValues),
    ({"parameters.toml": "a = nan"}, InvalidValues),
    ({"parameters.toml": "a = " + "9" * 5000}, InvalidValues),
    ({"stall.bpmn": '<?xml version="1.0" encoding="UTF-16"?><a/>'}, UnsafeInput),
    ({"stall.bpmn": "<a>" * 300 + "</a>" * 300}, UnsafeInput),
    ({"stall.bpmn": '<?xml version="1.0" encoding="ISO-8859-1"?><definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL"/>'},
     UnsafeInput),
], ids=range(31))
def test_a_file_that_cannot_be_kept_changes_nothing(database, draft, files, refusal):
    with pytest.raises(refusal) as told:
        save(database, draft, files)

    assert told.value.message
    with database.reading() as c:
        assert drafts.open_draft(c, SHE, draft.id) == draft


def test_a_bad_file_is_a_finding_when_it_is_only_looked_at(database, draft):
    with database.reading() as c:
        [found] = drafts.check(c, drafts.with_files(draft, {"parameters.toml": "a = "}))

    assert (found.rule, found.element_name) == ("LI03", "parameters.toml")


def test_an_abandoned_draft_rests_until_it_is_taken_up(database, draft):
    database.run(lambda c: drafts.abandon(c, SHE, draft.id))
    with pytest.raises(InvalidState, match="已放弃"):
        save(database, draft, {"parameters.toml": "a = 1\n"})

    database.run(lambda c: drafts.reopen(c, HE, draft.id))

    assert save(database, draft, {"parameters.toml": "a = 1\n"}).revision == 2


def test_a_version_becomes_a_draft_that_seals_to_the_same_content(database):
    version = database.run(lambda c: definitions.deploy(c, LOOP, by=None))

    made = database.run(lambda c: drafts.from_version(c, SHE, version.id))
    again = database.run(lambda c: definitions.deploy(c, drafts.package_of(made), by="she"))

    assert (made.base, made.key, made.name) == (version.id, "grid_loop", LOOP.name)
    assert (again.id, again.created) == (version.id, False)


def test_a_taken_key_is_refused_with_the_way_out(database, draft):
    version = database.run(lambda c: definitions.deploy(c, LOOP, by=None))

    with pytest.raises(Conflict, match="在此版基础上修改"):
        database.run(lambda c: drafts.new(c, SHE, version.key, "x"))
    with pytest.raises(Conflict, match="已有草稿“临时摆摊”"):
        database.run(lambda c: drafts.new(c, HE, "stall", "x"))


def test_two_people_on_one_draft_see_each_other_for_half_a_minute(database, clock, draft):
    for who in ("she", "he"):
        database.run(lambda c, who=who: c.exec_driver_sql(
            f"INSERT INTO person (id, name, active, password_hash) VALUES ('{who}', '名{who}', true, '')") and None)
    assert database.run(lambda c: presence.arrive(c, SHE, draft.id, "handle")) == ()

    [seen] = database.run(lambda c: presence.arrive(c, HE, draft.id))
    clock.advance(dt.timedelta(seconds=31))

    assert (seen.id, seen.element) == ("she", "handle")
    assert database.run(lambda c: presence.arrive(c, HE, draft.id)) == ()


def test_a_button_pressed_twice_begins_one_draft(database):
    version = database.run(lambda c: definitions.deploy(c, LOOP, by=None))

    first, second, other = (database.run(lambda c, who=who: drafts.from_version(c, who, version.id)) for who in (SHE, SHE, HE))
    save(database, first, {"scenarios.yaml": "- 场景: 一\n"})
    third = database.run(lambda c: drafts.from_version(c, SHE, version.id))

    assert first.id == second.id and len({first.id, other.id, third.id}) == 3


def test_what_was_judged_is_judged_anew_when_what_it_calls_comes_or_cases_stand_elsewhere(database, draft):
    calling = draft.files["stall.bpmn"].replace("<bpmn:userTask", '<bpmn:callActivity calledElement="grid_loop"').replace(
        "</bpmn:userTask>", "</bpmn:callActivity>").replace(' gl:role="village_cadre" gl:scope="village" gl:formRef="F-stall-done"', "")

    def missing() -> bool:
        with database.reading() as c:
            return any("未发布" in one.message for one in drafts.check(c, drafts.with_files(draft, {"stall.bpmn": calling})))

    before = missing(), missing()
    database.run(lambda c: definitions.deploy(c, LOOP, by=None))

    assert (before, missing()) == ((True, True), False)
