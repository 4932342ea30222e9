"""What the three administrators may do, and what each of them may not."""

import datetime as dt

import pytest

from engine.administration import people, tokens
from engine.clock import Simulated
from engine.database import Database
from engine.errors import InvalidValues, NotAllowed, NotFound
from engine.people import Participant, directory, register, sessions
from engine.people.register import Search
from engine.runtime import history
from engine.supervision import audit

ADMINISTRATORS = {"xt": "system_admin", "aq": "security_admin", "sj": "audit_admin"}


@pytest.fixture
def town(database: Database, clock: Simulated) -> Database:
    def fill(c: object) -> None:
        directory.save_unit(c, {"id": "c", "name": "某市", "level": "city"})
        directory.save_unit(c, {"id": "t", "name": "青石镇", "level": "town", "parent_id": "c"})
        for person_id, role in ADMINISTRATORS.items():
            directory.save_person(c, person_id, {"name": person_id}, None)
            directory.set_posts(c, person_id, [(role, "c")])
    database.run(fill)
    return database


def who(town: Database, person_id: str) -> Participant:
    with town.reading() as c:
        return directory.participant(c, person_id)


def with_officer(town: Database) -> None:
    by = who(town, "xt")
    town.run(lambda c: people.add(c, by, "ban", {"name": "办案员"}, [("case_officer", "t")]))


def told(town: Database) -> list[str]:
    by = who(town, "sj")
    with town.reading() as c:
        assert history.verify(c, audit.STREAM) == []
        return [entry.kind for entry in audit.entries(c, by)]


def test_a_new_person_has_posts_and_no_password(town: Database) -> None:
    with_officer(town)

    with town.reading() as c:
        card = register.card(c, "ban")
    assert ([post.title for post in card.posts], card.has_password) == (["青石镇 办案人员"], False)
    assert told(town) == ["person-added"]


def test_a_working_account_takes_two_administrators(town: Database) -> None:
    with_officer(town)
    system, security = who(town, "xt"), who(town, "aq")

    with pytest.raises(NotAllowed):
        town.run(lambda c: people.issue_password(c, system, "ban", "hash"))
    with pytest.raises(NotAllowed):
        town.run(lambda c: people.add(c, security, "x", {"name": "x"}, [("case_officer", "t")]))
    town.run(lambda c: people.issue_password(c, security, "ban", "hash"))

    assert told(town) == ["password-issued", "person-added"]


def test_disabling_ends_every_session(town: Database) -> None:
    with_officer(town)
    by = who(town, "xt")
    town.run(lambda c: sessions.open_session(c, "ban", "10.0.0.1", "browser"))

    town.run(lambda c: people.set_active(c, by, "ban", False))

    with town.reading() as c:
        assert sessions.sessions_of(c, "ban") == ()
        assert [card.id for card in register.search(c, Search(disabled=True)).cards] == ["ban"]


def test_nobody_changes_their_own_posts_or_disables_themselves(town: Database) -> None:
    by = who(town, "xt")

    with pytest.raises(NotAllowed):
        town.run(lambda c: people.change(c, by, "xt", {"name": "xt"}, [("dispatcher", "t")]))
    with pytest.raises(NotAllowed):
        town.run(lambda c: people.set_active(c, by, "xt", False))


@pytest.mark.parametrize("values, posts, wrong", [
    ({"name": ""}, [("case_officer", "t")], "name"),
    ({"name": "甲"}, [], "posts"),
    ({"name": "甲"}, [("case_officer", "c")], "unit"),
    ({"name": "甲"}, [("system_admin", "c"), ("audit_admin", "c")], "role"),
])
def test_a_faulty_person_is_refused_with_the_field(town: Database, values: dict[str, str], posts: list[tuple[str, str]],
                                                    wrong: str) -> None:
    by = who(town, "xt")

    with pytest.raises(InvalidValues) as refusal:
        town.run(lambda c: people.add(c, by, "jia", values, posts))

    assert wrong in refusal.value.errors


def test_a_login_is_given_once(town: Database) -> None:
    with_officer(town)

    with pytest.raises(InvalidValues) as refusal:
        with_officer(town)

    assert "id" in refusal.value.errors


def test_a_unit_is_added_below_its_parent_and_renamed(town: Database) -> None:
    by = who(town, "xt")

    added = town.run(lambda c: people.save_unit(c, by, {"id": "v", "name": "一村", "level": "village", "parent_id": "t"}, new=True))
    renamed = town.run(lambda c: people.save_unit(c, by, {"id": "v", "name": "新一村", "level": "city"}, new=False))

    assert added.path == "/c/t/v/" and (renamed.name, renamed.level) == ("新一村", "village")
    with pytest.raises(InvalidValues):
        town.run(lambda c: people.save_unit(c, by, {"id": "x", "name": "错", "level": "town", "parent_id": "v"}, new=True))


def test_a_token_opens_until_it_is_revoked_or_runs_out(town: Database, clock: Simulated) -> None:
    with_officer(town)
    by = who(town, "aq")
    first = town.run(lambda c: tokens.create(c, by, "ban", "平台", ["read"], days=30))
    second = town.run(lambda c: tokens.create(c, by, "ban", "平台二", ["read", "work"], days=30))

    with town.reading() as c:
        found = tokens.find(c, first)
        assert found is not None and found.person_id == "ban" and found.scopes == {"read"}
    town.run(lambda c: tokens.revoke(c, by, found.id))
    with town.reading() as c:
        assert tokens.find(c, first) is None and tokens.find(c, "glp_guess") is None and tokens.find(c, second) is not None
    clock.advance(dt.timedelta(days=31))
    with town.reading() as c:
        assert tokens.find(c, second) is None
    with pytest.raises(NotFound):
        town.run(lambda c: tokens.revoke(c, by, found.id))


def test_a_token_says_what_for_and_for_how_long(town: Database) -> None:
    by = who(town, "aq")

    with pytest.raises(InvalidValues) as refusal:
        town.run(lambda c: tokens.create(c, by, "xt", "", ["everything"], days=0))

    assert set(refusal.value.errors) == {"name", "scopes", "days"}
