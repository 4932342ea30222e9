"""The programming interface as a program uses it."""

import json
import re
from typing import Any

import pytest
from flask import Flask

from engine.administration import tokens
from engine.database import Database
from engine.people import directory
from tests.web import loop

EVERYTHING = tuple(tokens.SCOPES)


class Program:
    """Another system with a token."""

    def __init__(self, app: Flask, secret: str) -> None:
        self.client, self.secret, self.number = app.test_client(), secret, 0

    def get(self, path: str, **more: Any) -> Any:
        return self.client.get(f"/api/v1{path}", headers={"Authorization": f"Bearer {self.secret}"}, **more)

    def post(self, path: str, body: Any = None, key: str | None = None, **more: Any) -> Any:
        """A write with a key of its own, unless one is given."""
        self.number += 1
        headers = {"Authorization": f"Bearer {self.secret}", "Idempotency-Key": key or f"program-{self.number:08}"}
        return self.client.post(f"/api/v1{path}", json={} if body is None else body, headers=headers, **more)


@pytest.fixture
def program(app: Flask, database: Database) -> Any:
    loop.publish(database)

    def make(person: str, *scopes: str) -> Program:
        with database.reading() as c:
            by = directory.participant(c, "anquan")
        return Program(app, database.run(lambda c: tokens.create(c, by, person, "测试", scopes or EVERYTHING, days=30)))
    return make


def test_a_finding_is_reported_once_and_goes_on(program: Any) -> None:
    finder, cadre = program("wg01"), program("cs01")

    first = finder.post("/findings", {"values": loop.FINDING}, key="report-0001")
    again = finder.post("/findings", {"values": loop.FINDING}, key="report-0001")

    assert first.status_code == again.status_code == 201 and first.get_json() == again.get_json()
    listed = cadre.get("/tasks?view=claimable").get_json()
    assert (listed["total"], listed["tasks"][0]["name"], listed["tasks"][0]["case"]) == (1, "村社纠正", first.get_json()["instance"])


def test_a_work_item_is_claimed_given_back_and_seen(program: Any, database: Database) -> None:
    loop.report(database)
    cadre, item = program("cs01"), loop.first_task(database, "cs01")

    assert cadre.post(f"/tasks/{item.id}/claim", {"revision": item.revision}).status_code == 200
    opened = cadre.get(f"/tasks/{item.id}").get_json()
    assert opened["state"] == "claimed" and "complete" in opened["verbs"] and opened["fields"]
    assert cadre.post(f"/tasks/{item.id}/unclaim").status_code == 200
    assert cadre.post(f"/tasks/{item.id}/comment", {"text": "已电话联系"}).status_code == 200
    events = cadre.get(f"/cases/{item.instance_id}").get_json()["events"]
    assert [event["kind"] for event in events] == ["started", "claimed", "unclaimed", "commented"]


def test_a_stale_revision_is_a_conflict(program: Any, database: Database) -> None:
    loop.report(database)
    cadre, item = program("cs01"), loop.first_task(database, "cs01")

    answer = cadre.post(f"/tasks/{item.id}/claim", {"revision": item.revision + 1})

    assert answer.status_code == 409 and answer.content_type == "application/problem+json"


def test_the_same_key_for_something_else_is_refused(program: Any) -> None:
    finder = program("wg01")
    finder.post("/findings", {"values": loop.FINDING}, key="report-0001")

    answer = finder.post("/findings", {"values": {**loop.FINDING, "description": "另一件事情在这里"}}, key="report-0001")

    assert answer.status_code == 409 and "编号" in answer.get_json()["detail"]


def test_wrong_values_are_named_by_field(program: Any, database: Database) -> None:
    loop.report(database)
    item = loop.first_task(database, "cs01")

    report = program("wg01").post("/findings", {"values": {"category": "none"}})
    done = program("cs01").post(f"/tasks/{item.id}/complete", {"values": {}})

    assert report.status_code == done.status_code == 422
    assert "description" in report.get_json()["errors"] and done.get_json()["errors"]


@pytest.mark.parametrize("body, wrong", [({"values": loop.FINDING, "status": "completed"}, "status"), ({}, "values"),
                                         ({"values": []}, "values"), ({"values": {"description": "\x00"}}, "values")])
def test_a_request_is_closed(program: Any, body: dict[str, Any], wrong: str) -> None:
    answer = program("wg01").post("/findings", body)

    assert answer.status_code == 422 and set(answer.get_json()["errors"]) == {wrong}


@pytest.mark.parametrize("path", ["/tasks?view=secret", "/tasks?sort=x", "/tasks?page=-1", "/tasks?view=all&view=mine", "/cases/1?full=1"])
def test_a_query_is_closed(program: Any, path: str) -> None:
    assert program("wg01").get(path).status_code == 422


def test_without_a_valid_token_nothing_is_told(app: Flask, program: Any, as_person: Any) -> None:
    made = program("wg01", "read")
    wrong = Program(app, "glp_wrong")

    tries = (wrong.get("/tasks"), app.test_client().get("/api/v1/tasks"), as_person("wg01").get("/api/v1/tasks"), wrong.post("/messages"))
    for answer in tries:
        assert answer.status_code == 401 and answer.headers["WWW-Authenticate"] == "Bearer"
    assert made.get("/tasks").status_code == 200
    assert made.post("/findings", {"values": loop.FINDING}).status_code == 403


def test_a_token_of_a_disabled_person_is_dead(program: Any, database: Database) -> None:
    made = program("wg01")
    database.run(lambda c: directory.save_person(c, "wg01", {"active": False}, None))

    assert made.get("/tasks").status_code == 401


def test_what_is_not_theirs_does_not_exist(program: Any, database: Database) -> None:
    case = loop.report(database)
    item, stranger = loop.first_task(database, "cs01"), program("lx-dd1")

    for path in (f"/tasks/{item.id}", f"/cases/{case}"):
        missing = f"{path[:-1]}{'0' if path[-1] != '0' else '1'}" if "tasks" in path else "/cases/999"
        foreign, nothing = stranger.get(path), stranger.get(missing)
        assert foreign.status_code == nothing.status_code == 404 and foreign.get_json() == nothing.get_json()
    for verb, body in (("claim", {}), ("complete", {"values": {}}), ("transfer", {"to": "dd1"}), ("send-back", {"to": "x", "reason": "y"}),
                       ("comment", {"text": "x"}), ("urge", {})):
        assert stranger.post(f"/tasks/{item.id}/{verb}", body).status_code == 404


def test_a_message_without_a_reader_is_kept(program: Any) -> None:
    answer = program("wg01").post("/messages", {"name": "付款到账", "correlation": {"number": "1"}, "payload": {"amount": 100}})

    assert (answer.status_code, answer.get_json()) == (202, {"outcome": "buffered"})


@pytest.mark.parametrize("document, mimetype, status", [
    (b"{", "application/json", 400), (b"[]", "application/json", 400), (b'{"values": NaN}', "application/json", 400),
    (b"[" * 100_000, "application/json", 400), (b'{"values":' + b'{"a":' * 50 + b"1" + b"}" * 51, "application/json", 400),
    (b"{}", "text/plain", 415), (b"x" * (1024 * 1024 + 1), "application/json", 413), (b'{"values": {"a": 1e999}}', "application/json", 422),
    (b'{"values": {"a": "\\ud800"}}', "application/json", 422)])
def test_what_is_no_request_is_refused_early(program: Any, document: bytes, mimetype: str, status: int) -> None:
    made = program("wg01")
    headers = {"Authorization": f"Bearer {made.secret}", "Idempotency-Key": "early-000001"}

    answer = made.client.post("/api/v1/findings", data=document, content_type=mimetype, headers=headers)

    assert answer.status_code == status and answer.content_type == "application/problem+json"


def test_a_write_needs_a_key(program: Any) -> None:
    made = program("wg01")

    answer = made.client.post("/api/v1/findings", json={"values": {}}, headers={"Authorization": f"Bearer {made.secret}"})

    assert answer.status_code == 400 and "Idempotency-Key" in answer.get_json()["detail"]


def test_refusals_by_address_are_problems_too(program: Any) -> None:
    made = program("wg01")

    assert made.get("/nothing").content_type == "application/problem+json"
    answer = made.post("/tasks")
    assert answer.status_code == 405 and "GET" in answer.headers["Allow"]


def test_the_documentation_is_a_page(as_person: Any) -> None:
    page = as_person("wg01").get("/api/v1/docs").get_data(as_text=True)

    assert "POST /findings" in page and "send-back" in page


def test_the_example_of_the_handbook_works(program: Any) -> None:
    page = (loop.ROOT / "docs/api.md").read_text("utf-8")
    example = json.loads(re.search(r"-d '(\{.*?\})'", page, re.DOTALL)[1])

    assert program("wg01").post("/findings", example).status_code == 201
