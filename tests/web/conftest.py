"""A town in a real database behind the real application; every test starts from a fresh copy."""

import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from engine.database import Database, connect
from web import create_app, demo
from web.settings import Settings


class Visitor:
    """A browser with one person in front of it."""

    def __init__(self, client: FlaskClient) -> None:
        self.client = client

    def get(self, address: str, **more: object) -> object:
        """Open a page, and read it to its end."""
        return self.client.get(address, buffered=True, **more)

    def token(self, address: str = "/account") -> str:
        """The word every form carries, read from a page as a browser would."""
        page = self.client.get(address, follow_redirects=True).get_data(as_text=True)
        return re.search(r'name="csrf-token" content="([0-9a-f]+)"', page).group(1)

    def post(self, address: str, values: dict | None = None, **more: object) -> object:
        """Send a form of ours."""
        return self.client.post(address, data={"csrf": self.token(), **(values or {})}, **more)


@pytest.fixture(scope="session")
def town_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database with the sample town and every shipped process, made once."""
    folder = tmp_path_factory.mktemp("town")
    made = Settings(database_url=f"sqlite:///{folder}/town.db", data=str(folder))
    opened = connect(made.database_url)
    opened.create_schema()
    demo.organisation(made, opened)
    opened.close()
    return folder / "town.db"


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(database_url=f"sqlite:///{tmp_path}/town.db", data=str(tmp_path), demo=True)


@pytest.fixture
def database(settings: Settings, town_file: Path, tmp_path: Path) -> Iterator[Database]:
    shutil.copy(town_file, tmp_path / "town.db")
    opened = connect(settings.database_url)
    yield opened
    opened.close()


@pytest.fixture
def app(settings: Settings, database: Database) -> Flask:
    made = create_app(settings, database)
    made.testing = True
    return made


@pytest.fixture
def visitor(app: Flask) -> Visitor:
    """Nobody signed in."""
    return Visitor(app.test_client())


@pytest.fixture
def as_person(app: Flask) -> object:
    """Sign a person of the sample town in and give their browser."""
    def enter(person_id: str) -> Visitor:
        browser = Visitor(app.test_client())
        answer = browser.client.post("/sign-in/demo", data={"csrf": browser.token("/sign-in"), "person": person_id})
        assert answer.status_code == 302, answer.get_data(as_text=True)
        return browser
    return enter


@pytest.fixture
def person() -> str:
    """A grid worker of the sample town."""
    return "wg01"
