"""Every route × every role × ids of one's own village, a foreign village, a foreign town, and nothing: who is not meant is not told.

The routes are read from the application, so that a new one is tried without anybody thinking of it.
"""

import io
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from PIL import Image
from sqlalchemy import select, text
from werkzeug.routing import AnyConverter, IntegerConverter, Rule

from engine.cases import attachments, findings
from engine.database import Database, connect, metadata
from engine.people import ROLES, Participant, directory, importing, sessions
from engine.runtime import clocks
from engine.runtime.tables import process_instance, work_item
from tests.web import loop
from web import create_app
from web.auth import policy_of
from web.settings import Settings

SECRET_PLACE = "不可外传路 7 号"
FINDERS = {"own": "wg01", "foreign village": "wg04", "foreign town": "lx-wg01"}
TOWN = "/990100/990100101/"
WHO = {role if level == about.scope else f"{role}@{level}": (role, level) for role, about in ROLES.items() for level in about.levels}
"""Every role at every level where it may be held."""
PUBLIC = {"static", "account.sign_in", "account.enter", "account.demo", "field.app_manifest", "field.service_worker", "field.offline",
          "api.description", "api.docs"}
CASE_IDS = {"case_id", "item_id", "file_id", "number", "clock_id"}
HIDDEN = (403, 404)
VOLATILE = re.compile(r'csrf[^>]*|nonce="[^"]*"|content="[0-9a-f]{64}"|value="[0-9a-f]{64}"')


@dataclass
class World:
    """A town with one running case in each place, and a browser for every role."""

    app: Flask
    database: Database
    cases: dict[str, dict[str, str]] = field(default_factory=dict)
    browsers: dict[str, FlaskClient] = field(default_factory=dict)
    words: dict[str, str] = field(default_factory=dict)
    people: dict[str, Participant] = field(default_factory=dict)

    def ask(self, role: str, rule: Rule, ids: dict[str, str]) -> Any:
        """Open or send one route with these ids, as a browser of ours would."""
        values = {name: _fitting(rule, name, ids.get(name, "7" if name.endswith("_id") else "x")) for name in rule.arguments}
        with self.app.test_request_context():
            address = self.app.url_map.bind("localhost").build(rule.endpoint, values, method=_method(rule))
        browser = self.browsers[role]
        if _method(rule) == "GET":
            return browser.get(address)
        return browser.post(address, data={"csrf": self.words[role], "reason": "x", "text": "x", "to": "x", "next": "/"})


def _fitting(rule: Rule, name: str, value: str) -> str:
    """The value, or one of the kind that the address takes: rooms name their own things by numbers and choices."""
    converter = rule._converters[name]
    if isinstance(converter, AnyConverter):
        return sorted(converter.items)[0]
    return "7" if isinstance(converter, IntegerConverter) and not value.isdigit() else value


def _method(rule: Rule) -> str:
    return "POST" if "POST" in (rule.methods or ()) else "GET"


def _photo(folder: Path, colour: int) -> attachments.Stored:
    stream = io.BytesIO()
    Image.new("RGB", (40, 30), (colour, 10, 10)).save(stream, "JPEG")
    stream.seek(0)
    return attachments.keep(folder, stream, f"{colour}.jpg", 10**6)


def _case(world: World, place: str, finder: str, folder: Path) -> dict[str, str]:
    stored = [_photo(folder, sum(map(ord, finder)) % 200 + turn) for turn in range(2)]
    photos = [world.database.run(lambda c, one=one: attachments.add(c, one, finder)) for one in stored]
    with world.database.reading() as c:
        grid = directory.participant(c, finder).posts[0].unit_id
        by = directory.participant(c, finder)
    words = SECRET_PLACE if place == "foreign town" else "东街 12 号"
    values = {**loop.FINDING, "source": "patrol", "photos": photos, "location": {"lon": 0.0, "lat": 0.0, "address": words}}
    answer = world.database.run(lambda c: findings.report(c, values, by=by, unit_id=grid))
    with world.database.reading() as c:
        item = c.execute(select(work_item.c.id).where(work_item.c.instance_id == answer["instance"])).scalars().first()
        clock = clocks.of_case(c, answer["instance"])[0].id
    return {"case_id": str(answer["instance"]), "item_id": str(item), "file_id": photos[0], "number": answer["number"],
            "clock_id": str(clock), "act": "suspend"}


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    folder = tmp_path_factory.mktemp("matrix")
    settings = Settings(database_url=f"sqlite:///{folder}/town.db", data=str(folder))
    database = connect(settings.database_url)
    database.create_schema()
    database.run(lambda c: importing.load(c, (loop.ROOT / "bpmn/organisation/town.toml").read_bytes()))
    loop.publish(database)
    made = World(create_app(settings, database), database)
    for place, finder in FINDERS.items():
        made.cases[place] = _case(made, place, finder, settings.files)
    made.cases["missing"] = {"case_id": "424242", "item_id": "0" * 32, "file_id": "0" * 32, "number": "SJ20200101-000000",
                             "clock_id": "424242", "act": "suspend"}
    _people(made)
    yield made
    database.close()


def _people(world: World) -> None:
    """One person for every role and level, of the main town where the role is a town's, with an open browser."""
    with world.database.reading() as c:
        everybody = directory.people(c)
    for role, (held, level) in WHO.items():
        path = TOWN if level not in ("city", "department") else "/"
        person = next(p for p in everybody if (p.posts[0].role, p.posts[0].level) == (held, level) and p.id != "wg01"
                      and p.posts[0].unit_path.startswith(path))
        secret = world.database.run(lambda c, person=person: sessions.open_session(c, person.id, "10.0.0.1", "test"))
        world.people[role], world.browsers[role] = person, world.app.test_client()
        world.browsers[role].set_cookie("sid", secret)
        page = world.browsers[role].get("/account").get_data(as_text=True)
        world.words[role] = re.search(r'name="csrf-token" content="([0-9a-f]+)"', page).group(1)


def _rules(world: World) -> list[Rule]:
    rules = (rule for rule in world.app.url_map.iter_rules() if rule.endpoint != "static")
    return sorted(rules, key=lambda rule: (rule.rule, _method(rule)))


def test_every_route_declares_who_may_use_it(world: World) -> None:
    with world.app.app_context():
        policies = {rule.endpoint: policy_of(rule.endpoint) for rule in world.app.url_map.iter_rules()}

    assert [endpoint for endpoint, policy in policies.items() if policy is None] == []
    public = {endpoint for endpoint, policy in policies.items() if policy.public}
    by_token = {endpoint for endpoint in public if hasattr(world.app.view_functions[endpoint], "scope")}
    assert public - by_token == PUBLIC


def test_a_write_without_our_own_word_is_refused(world: World) -> None:
    with world.app.app_context():
        unguarded = {rule.endpoint for rule in _rules(world) if _method(rule) == "POST" and not policy_of(rule.endpoint).csrf}

    assert all(hasattr(world.app.view_functions[endpoint], "scope") for endpoint in unguarded)


@pytest.mark.parametrize("role", WHO)
def test_a_route_beyond_the_role_is_refused(world: World, role: str) -> None:
    may = world.people[role].capabilities
    with world.app.app_context():
        beyond = [rule for rule in _rules(world) if (asked := policy_of(rule.endpoint).capabilities) and not may & set(asked)]

    answered = {f"{_method(rule)} {rule.rule}": world.ask(role, rule, world.cases["own"]).status_code for rule in beyond}

    assert answered and {route: status for route, status in answered.items() if status != 403} == {}


def _sees(person: Participant, place: str) -> bool:
    """Whether a role reads every case of that place. Nobody here has had to do with one, save whom it is offered to."""
    path = {"own": "/990100/990100101/990100101A1/990100101001/", "foreign village": "/990100/990100101/990100101A1/990100101202/",
            "foreign town": "/990100/990100102/"}[place]
    return any(path.startswith(seen) for capability in ("read_cases", "supervise") for seen in person.seen_paths(capability))


@pytest.mark.parametrize("role", WHO)
@pytest.mark.parametrize("place", ["foreign village", "foreign town"])
def test_a_foreign_id_is_not_told_from_a_missing_one(world: World, role: str, place: str) -> None:
    if _sees(world.people[role], place):
        assert world.browsers[role].get(f"/cases/{world.cases[place]['case_id']}").status_code == 200
        return
    told = []
    for rule in (rule for rule in _rules(world) if CASE_IDS & set(rule.arguments) and not rule.endpoint.startswith("api.")):
        foreign, missing = world.ask(role, rule, world.cases[place]), world.ask(role, rule, world.cases["missing"])
        same = _shape(foreign, world.cases[place]) == _shape(missing, world.cases["missing"])
        if foreign.status_code not in HIDDEN or missing.status_code not in HIDDEN or not same:
            told.append((_method(rule), rule.rule, foreign.status_code, missing.status_code))

    assert told == []


def _shape(answer: Any, ids: dict[str, str]) -> str:
    """A body without what differs from request to request."""
    body = VOLATILE.sub("", answer.get_data(as_text=True))
    for name, value in sorted(ids.items(), key=lambda pair: -len(pair[1])):  # an item's id may begin with the case's
        body = body.replace(f"/{value}", "/ID") if name in ("case_id", "clock_id", "act") else body.replace(value, "ID")
    return body


@pytest.mark.parametrize("role", WHO)
def test_no_list_count_or_search_leaks_another_town(world: World, role: str) -> None:
    sees = _sees(world.people[role], "foreign town")
    leaking = []
    for rule in (rule for rule in _rules(world) if not rule.arguments and _method(rule) == "GET" and not rule.endpoint.startswith("api.")):
        body = world.browsers[role].get(f"{rule.rule}?q=SJ&words=SJ&view=all&unit=").get_data(as_text=True)
        leaking += [rule.rule] if SECRET_PLACE in body else []

    assert leaking == [] or sees


@pytest.mark.parametrize("value", ["99999999999999999999999", "-1", "0", "%00", "../../etc/passwd", "é" * 400])
def test_an_impossible_id_is_missing_never_a_fault(world: World, value: str) -> None:
    faults = []
    for role in ("dispatcher", "system_admin", "security_admin", "process_designer"):
        for rule in (rule for rule in _rules(world) if rule.arguments and not rule.endpoint.startswith("api.")):
            path = re.sub(r"<[^>]+>", value.replace("/", "%2F"), rule.rule)
            send = world.browsers[role].get if _method(rule) == "GET" else world.browsers[role].post
            status = send(path, **({} if _method(rule) == "GET" else {"data": {"csrf": world.words[role]}})).status_code
            faults += [(role, path[:60], status)] if status >= 500 else []

    assert faults == []


@pytest.mark.parametrize("role", ["village_cadre", "dispatcher", "inspector", "leader", "system_admin", "security_admin",
                                  "process_designer"])
def test_every_column_sent_to_every_write_changes_nothing_it_should_not(world: World, role: str) -> None:
    columns = {column.name: "1" for table in metadata.tables.values() for column in table.columns}
    sealed = select(process_instance.c["id", "unit_id", "unit_path", "definition_id", "business_key", "started_by", "started_at", "title"])
    before = _rows(world, sealed), _rows(world, text("SELECT person_id, role, unit_id FROM post ORDER BY id"))
    own = world.cases["own"] | {"person_id": world.people[role].id, "unit_id": "990100101001"}

    for rule in (rule for rule in _rules(world) if _method(rule) == "POST" and not rule.endpoint.startswith(("api.", "account."))):
        values = {name: _fitting(rule, name, own.get(name, "1")) for name in rule.arguments}
        with world.app.test_request_context():
            address = world.app.url_map.bind("localhost").build(rule.endpoint, values, method="POST")
        world.browsers[role].post(address, data={**columns, "csrf": world.words[role]})

    assert (_rows(world, sealed), _rows(world, text("SELECT person_id, role, unit_id FROM post ORDER BY id"))) == before
    assert _rows(world, text("SELECT id FROM person WHERE password_hash IS NOT NULL")) == []


def _rows(world: World, query: Any) -> list[tuple[Any, ...]]:
    with world.database.reading() as c:
        return [tuple(row) for row in c.execute(query)]
