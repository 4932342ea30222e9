"""The web floor: every route says whom it is for, every refusal has its answer, and a view does one thing."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask

from engine import errors
from engine.database import connect
from tests.house.sources import Function, body_lines, files, functions, text, using
from web import create_app
from web.auth import policy_of
from web.errors import PLAIN, STATUS
from web.settings import Settings

LONGEST_VIEW = 13
PUBLIC = {
    "static",
    "account.sign_in", "account.enter", "account.demo",
    "field.app_manifest", "field.offline", "field.service_worker",
    "api.description", "api.docs",
}
"""What anybody may open: files, the sign-in page, what a phone keeps for offline, and what describes the interface itself."""

BEARER = "api."
"""The programming interface identifies itself by its token, in its own gate; a page's session opens nothing there."""


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Flask]:
    folder: Path = tmp_path_factory.mktemp("house")
    database = connect(f"sqlite:///{folder}/empty.db")
    yield create_app(Settings(database_url=f"sqlite:///{folder}/empty.db", data=str(folder)), database)
    database.close()


def test_every_route_declares_whom_it_is_for(app: Flask):
    with app.app_context():
        silent = [rule.rule for rule in app.url_map.iter_rules() if policy_of(rule.endpoint) is None]

    assert len(list(app.url_map.iter_rules())) > 60
    assert silent == []


def test_the_public_pages_are_the_written_ones(app: Flask):
    with app.app_context():
        declared = {rule.endpoint: policy_of(rule.endpoint) for rule in app.url_map.iter_rules()}
    public = {endpoint for endpoint, policy in declared.items() if policy.public and policy.csrf}

    assert public == PUBLIC


def test_only_what_carries_a_token_goes_without_the_word_of_our_pages(app: Flask):
    with app.app_context():
        bare = {rule.endpoint for rule in app.url_map.iter_rules() if not policy_of(rule.endpoint).csrf}

    assert bare
    assert {endpoint for endpoint in bare if not endpoint.startswith(BEARER)} == set()


def _refusals(of: type[errors.EngineError] = errors.EngineError) -> set[type[errors.EngineError]]:
    """Every way of refusing that the whole program, once put together, knows."""
    return {of}.union(*(_refusals(kind) for kind in of.__subclasses__()))


def test_every_refusal_has_a_line_in_the_table(app: Flask):
    of_its_own = {kind for handlers in app.error_handler_spec.values() for kinds in handlers.values() for kind in kinds}
    told = set(STATUS) | (of_its_own - {errors.EngineError})
    nobody = {kind.__name__ for kind in _refusals() if not set(kind.__mro__[:-1]) & (told - {errors.EngineError}) and kind not in STATUS}

    assert len(_refusals()) > 12
    assert nobody == set()
    assert {kind.__name__ for kind in _refusals() if kind.__module__ == errors.__name__} <= {kind.__name__ for kind in STATUS}
    assert all(400 <= status < 600 and title for status, title in STATUS.values())


def test_every_refusal_has_words_of_its_own():
    assert [kind.__name__ for kind in _refusals() if not kind.default or kind.default.isascii()] == []
    assert all(not title.isascii() and not words.isascii() for title, words in PLAIN.values())


def _views() -> Iterator[tuple[str, Function]]:
    for path in files(".py", under=("web/views/",)):
        for function in functions(path):
            if any(re.search(r"\.(route|get|post)\(", ast.unparse(one)) for one in function.decorator_list):
                yield path, function


def test_a_view_parses_asks_once_and_answers():
    views = list(_views())

    assert len(views) > 50
    assert [f"{path}:{one.name} {body_lines(one)}" for path, one in views if body_lines(one) > LONGEST_VIEW] == []


def test_no_view_speaks_sql():
    modules = files(".py", under=("web/views/",))

    assert using(r"\.execute\(|\bimport sqlalchemy|sqlalchemy\.|from sqlalchemy import (?!Connection\n)", modules) == set()


def test_every_template_is_used_and_every_used_one_exists():
    made = {path.removeprefix("web/templates/") for path in files(".html", under=("web/templates/",))}
    sources = "\n".join(text(path) for path in files(".py", ".html", under=("web/",)))

    assert {name for name in made if name not in sources} == set()
