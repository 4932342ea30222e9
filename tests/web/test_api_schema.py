"""The interface keeps what its description promises, for every request that can be made up from it."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, given
from hypothesis import settings as effort
from hypothesis.strategies import booleans
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from engine.administration import tokens
from engine.database import connect
from engine.people import directory, importing
from tests.web import loop
from web import create_app
from web.settings import Settings
from web.views.api.openapi import ABOUT

CHECKS = (not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance)
EVERY_KIND = [HealthCheck.too_slow, HealthCheck.filter_too_much, HealthCheck.data_too_large, HealthCheck.function_scoped_fixture]


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Any, str, str]]:
    """The application with running cases, a token good for everything, and a work item its owner may do."""
    folder = tmp_path_factory.mktemp("api")
    settings = Settings(database_url=f"sqlite:///{folder}/town.db", data=str(folder))
    database = connect(settings.database_url)
    database.create_schema()
    database.run(lambda c: importing.load(c, Path(loop.ROOT / "bpmn/organisation/town.toml").read_bytes()))
    loop.publish(database)
    loop.report(database)
    with database.reading() as c:
        by = directory.participant(c, "anquan")
    secret = database.run(lambda c: tokens.create(c, by, "cs01", "测试", tokens.SCOPES, days=30))
    yield create_app(settings, database), secret, loop.first_task(database, "cs01").id
    database.close()


@pytest.fixture(scope="module")
def description(town: tuple[Any, str, str]) -> Any:
    return schemathesis.openapi.from_wsgi("/api/v1/openapi.json", town[0])


@pytest.mark.parametrize("operation", sorted(ABOUT))
@pytest.mark.parametrize("mode", [GenerationMode.POSITIVE, GenerationMode.NEGATIVE], ids=["as described", "against the description"])
def test_every_answer_is_declared(description: Any, town: tuple[Any, str, str], operation: str, mode: GenerationMode) -> None:
    """A made-up id is not found; so half of the time the real one is asked for."""
    strategy = description.find_operation_by_id(operation).as_strategy(generation_mode=mode)

    @effort(max_examples=15, deadline=None, derandomize=True, database=None, suppress_health_check=EVERY_KIND)
    @given(case=strategy, real=booleans())
    def check(case: Any, real: bool) -> None:
        if real and "item_id" in case.path_parameters:
            case.path_parameters["item_id"] = town[2]
        case.call_and_validate(checks=CHECKS, headers={"Authorization": f"Bearer {town[1]}"})
    check()
